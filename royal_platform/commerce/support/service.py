"""What answering customers proposes: a reply, or money back."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from royal_platform.commerce.decisions.addresses import READDRESS
from royal_platform.commerce.decisions.discounts import DISCOUNT, END, cost_of, price_of
from royal_platform.commerce.decisions.exchanges import EXCHANGE, difference, in_words
from royal_platform.commerce.decisions.fulfilment import CANCEL
from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.decisions.replacements import CANCEL_RESHIP, RESHIP
from royal_platform.commerce.decisions.returns import CANCEL_RETURN, RETURN
from royal_platform.commerce.decisions.support import REFUND, REPLY, reply_id
from royal_platform.commerce.messages.model import Purpose
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.exchanging import Exchange
from royal_platform.commerce.support.model import Draft, Thread

AGENT = "customer_support"
_REPLY_LIFE = timedelta(days=3)
_REFUND_LIFE = timedelta(days=7)
# Below this confidence of the intent a person reads along, however the agent is trusted.
_WELL_READ, _READ_SO_SO_RISK = 0.5, 0.25
# Mail cannot be called back; words that say less than they should are a person's to judge.
_REPLY_RISK, _INCOMPLETE_RISK, _REFUND_RISK = 0.2, 0.3, 0.3
# A parcel sent elsewhere after the payment is how parcels are stolen: never without a person.
_ADDRESS_RISK, _CANCEL_RISK = 0.45, 0.3
_CHANGE_LIFE = timedelta(days=3)
_RETURN_RISK, _CODE_RISK = 0.15, 0.2
# Which variant was read out of words is a person's to confirm.
_READ_RISK = 0.3
# Who says that nothing came may have it: never without a person.
_RESHIP_RISK = 0.45


@dataclass(frozen=True, slots=True)
class Words:
    """What a reply says and who says so; ``step`` makes it once: the answered message, or more."""

    answers: str
    step: str
    text: str
    language: str
    resolves: bool = False


def reply_proposal(
    thread: Thread, words: Words, facts: Mapping[str, Any], *, now: datetime,
    draft: Draft | None = None, provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """The reply in the thread; a draft's citations are its evidence."""
    factors = [RiskFactor("mail", _REPLY_RISK, "mail cannot be called back")]
    if draft is not None and draft.missing:
        missing = ", ".join(draft.missing)
        factors.append(RiskFactor("incomplete", _INCOMPLETE_RISK, f"nothing found for {missing}"))
    if draft is not None and thread.triage is not None and thread.triage.confidence < _WELL_READ:
        told = f"what is wanted was read with a confidence of {thread.triage.confidence:.0%}"
        factors.append(RiskFactor("understanding", _READ_SO_SO_RISK, told))
    return Proposal(
        agent_id=AGENT, kind=REPLY,
        subject=Subject("reply", reply_id(thread.id, words.step), thread.subject[:200]),
        arguments={
            "thread_id": thread.id, "answers": words.answers, "step": words.step,
            "text": words.text, "language": words.language, "resolves": words.resolves,
            "purpose": Purpose.TRANSACTIONAL.value, "customer_id": thread.customer_id or "",
        },
        precondition={"message": None, "answers": facts["answers"]},
        evidence=() if draft is None else tuple(
            Evidence(each.title, each.quote, "", each.type.value, each.source_id, each.as_of)
            for each in draft.citations
        ),
        rationale="A person wrote it." if draft is None else _drafted_by(draft),
        prediction=None,
        risk=Risk(sum(each.contribution for each in factors), tuple(factors)),
        cost=None, money_at_stake=None,
        inverse=Inverse(None, None, "A reply that was sent cannot be taken back."),
        expires_at=now + _REPLY_LIFE, provenance=provenance,
    )  # fmt: skip


def _drafted_by(draft: Draft) -> str:
    count = len(draft.citations)
    return f"Drafted by {draft.made_by} from {count} {'source' if count == 1 else 'sources'}."


def refund_proposal(
    thread: Thread, order: OrderMoney, amount: Decimal, note: str, *, source: str, now: datetime,
    provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """Money back for the thread's order, on what was given back so far."""
    money = Money(amount, order.currency)
    told = format(money.amount, "f")
    return Proposal(
        agent_id=AGENT, kind=REFUND, subject=Subject("order", order.id, order.name),
        arguments={
            "order_id": order.id, "amount": told, "currency": order.currency, "note": note,
            "customer_id": order.customer_id, "thread_id": thread.id,
        },
        precondition={
            "refunded": format(order.refunded, "f"), "customer_id": order.customer_id,
            "is_foreign": False,
        },
        evidence=(
            Evidence("Paid", format(order.received, "f"), order.currency, source,
                     f"order(id: {order.id}) totalReceivedSet", now),
            Evidence("Given back before", format(order.refunded, "f"), order.currency, source,
                     f"order(id: {order.id}) totalRefundedSet", now),
        ),
        rationale=note, prediction=None,
        risk=Risk(_REFUND_RISK, (RiskFactor("money", _REFUND_RISK, "it cannot be taken back"),)),
        cost=money, money_at_stake=money,
        inverse=Inverse(None, None, "A refund cannot be taken back."),
        expires_at=now + _REFUND_LIFE, provenance=provenance,
    )  # fmt: skip


def cancel_proposal(
    thread: Thread, order: OrderMoney, note: str, *, at_supplier: bool, source: str, now: datetime,
    provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """The thread's order cancelled for its customer, with the money back."""
    money = Money(order.left, order.currency)
    supplier = (
        " A supplier was told to send it: taking it back there is proposed next."
        if at_supplier
        else ""
    )
    return Proposal(
        agent_id=AGENT, kind=CANCEL, subject=Subject("order", order.id, order.name),
        arguments={
            "order_id": order.id, "reason": "CUSTOMER", "note": note,
            "customer_id": order.customer_id, "thread_id": thread.id,
        },
        precondition={"open": True, "cancelled": False, "shipped": False},
        evidence=(
            Evidence("Given back", format(order.left, "f"), order.currency, source,
                     f"order(id: {order.id})", now),
            Evidence("Ordered at a supplier", at_supplier, "", "supplier orders",
                     f"order {order.id}", now),
        ),
        rationale=f"{note}{supplier}", prediction=None,
        risk=_cancel_risk(provenance),
        cost=None, money_at_stake=money,
        inverse=Inverse(None, None, "A cancelled order is not revived: the customer orders again."),
        expires_at=now + _CHANGE_LIFE, provenance=provenance,
    )  # fmt: skip


def _cancel_risk(provenance: str) -> Risk:
    """What a message was taken to mean is a person's to decide."""
    factors = [RiskFactor("order", _CANCEL_RISK, "it cannot be revived")]
    if provenance != "person":
        factors.append(RiskFactor("wish", _READ_RISK, "the wish was read out of a message"))
    return Risk(round(sum(each.contribution for each in factors), 4), tuple(factors))


def address_proposal(
    thread: Thread, order: OrderMoney, address: Mapping[str, Any], note: str, *, now: datetime,
    provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """The thread's order sent elsewhere. ``note`` says who asked and how it was made sure."""
    return Proposal(
        agent_id=AGENT, kind=READDRESS, subject=Subject("order", order.id, order.name),
        arguments={
            "order_id": order.id, "address": dict(address), "customer_id": order.customer_id,
            "thread_id": thread.id,
        },
        precondition={"open": True, "cancelled": False, "shipped": False, "at_supplier": False},
        evidence=(
            Evidence("Asked for in a thread", thread.id, "", thread.channel.value,
                     f"thread {thread.id}", now),
        ),
        rationale=note, prediction=None,
        risk=Risk(
            _ADDRESS_RISK,
            (RiskFactor("takeover", _ADDRESS_RISK, "a parcel that goes elsewhere may be stolen"),),
        ),
        cost=None, money_at_stake=Money(order.left, order.currency),
        inverse=Inverse(
            READDRESS, None, "Sends it to the earlier address, as long as it has not left."
        ),
        expires_at=now + _CHANGE_LIFE, provenance=provenance,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class GoodsBack:
    """What shall come back: units by order line, why (Shopify's word for it), and a note."""

    lines: Mapping[str, int]
    reason: str
    note: str


def return_proposal(
    thread: Thread, order: OrderMoney, goods: GoodsBack, worth: Money, *, source: str,
    now: datetime, provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """Goods of the thread's order expected back; money for them is a decision of its own."""
    units = sum(goods.lines.values())
    return Proposal(
        agent_id=AGENT, kind=RETURN, subject=Subject("order", order.id, order.name),
        arguments={
            "order_id": order.id, "lines": dict(goods.lines), "reason": goods.reason,
            "note": goods.note, "customer_id": order.customer_id, "thread_id": thread.id,
        },
        precondition={"cancelled": False, "booked": False},
        evidence=(
            Evidence("Units that come back", str(units), "units", source,
                     f"order {order.id}", now),
            Evidence("Paid for them", format(worth.amount, "f"), worth.currency, source,
                     f"order {order.id}", now),
        ),
        rationale=goods.note, prediction=None,
        risk=Risk(
            _RETURN_RISK, (RiskFactor("return", _RETURN_RISK, "the goods may come back worn"),)
        ),
        cost=None, money_at_stake=worth,
        inverse=Inverse(
            CANCEL_RETURN, None, "Cancels the return, as long as no money went back for it."
        ),
        expires_at=now + _CHANGE_LIFE, provenance=provenance,
    )  # fmt: skip


def exchange_proposal(
    thread: Thread, order: OrderMoney, wish: Exchange, *, source: str, now: datetime,
    provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """Units of one order line for another variant of the article; what it costs more is told."""
    line, wanted = wish.line, wish.wanted
    price = Money(wanted.price, order.currency)
    paid = Money(line.paid * wish.units, order.currency).rounded()
    more = difference(price, wish.units, paid)
    factors = [RiskFactor("return", _RETURN_RISK, "the goods may come back worn")]
    if provenance == "agent":
        factors.append(RiskFactor("wish", _READ_RISK, "the variant was read out of a message"))
    return Proposal(
        agent_id=AGENT, kind=EXCHANGE, subject=Subject("order", order.id, order.name),
        arguments={
            "order_id": order.id, "line_id": line.id, "units": wish.units,
            "variant_id": line.variant_id, "bought": f"{line.title}, {line.variant}",
            "wanted_variant_id": wanted.id, "wanted": f"{line.title}, {wanted.title}",
            "difference": format(more.amount, "f"), "currency": order.currency,
            "reason": wish.reason, "note": wish.note, "customer_id": order.customer_id,
            "thread_id": thread.id,
        },
        precondition={
            "cancelled": False, "booked": False, "refunded": format(order.refunded, "f"),
            "wanted_price": format(price.amount, "f"), "currency": order.currency,
        },
        evidence=(
            Evidence("Paid for them", format(paid.amount, "f"), order.currency, source,
                     f"order {order.id}", now),
            Evidence("Given back before", format(order.refunded, "f"), order.currency, source,
                     f"order {order.id}", now),
            Evidence("Price now", format(price.amount, "f"), order.currency, source,
                     f"variant {wanted.id}", now),
            *(
                () if wanted.available is None
                else (Evidence("Units available", str(wanted.available), "units", source,
                               f"variant {wanted.id}", now),)
            ),
        ),
        rationale=f"{wish.note.rstrip('. ')}. {in_words(more)}", prediction=None,
        risk=Risk(sum(each.contribution for each in factors), tuple(factors)),
        cost=None, money_at_stake=paid,
        inverse=Inverse(
            CANCEL_RETURN, None, "Cancels the exchange, as long as nothing of it is processed."
        ),
        expires_at=now + _CHANGE_LIFE, provenance=provenance,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LostGoods:
    """Lost goods that are sent again: units by order line, and why."""

    lines: Mapping[str, int]
    note: str


def reship_proposal(
    thread: Thread, order: OrderMoney, goods: LostGoods, worth: Money, *, source: str,
    now: datetime, provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """Goods of the thread's order sent again for nothing; ``worth`` is what was paid for them."""
    units = sum(goods.lines.values())
    return Proposal(
        agent_id=AGENT, kind=RESHIP, subject=Subject("order", order.id, order.name),
        arguments={
            "order_id": order.id, "lines": dict(goods.lines), "note": goods.note,
            "customer_id": order.customer_id, "thread_id": thread.id,
        },
        precondition={
            "cancelled": False, "refunded": order.refunded > 0, "booked": False, "replaced": False,
        },
        evidence=(
            Evidence("Units sent again", str(units), "units", source, f"order {order.id}", now),
            Evidence("Paid for them", format(worth.amount, "f"), worth.currency, source,
                     f"order {order.id}", now),
            Evidence("Given back before", format(order.refunded, "f"), order.currency, source,
                     f"order {order.id}", now),
        ),
        rationale=goods.note, prediction=None,
        risk=Risk(
            _RESHIP_RISK,
            (RiskFactor("loss", _RESHIP_RISK, "a parcel that is said to be lost may have come"),),
        ),
        cost=worth, money_at_stake=worth,
        inverse=Inverse(
            CANCEL_RESHIP, None, "Cancels the replacement, as long as nothing of it has left."
        ),
        expires_at=now + _CHANGE_LIFE, provenance=provenance,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bought:
    """A variant of the order as it is sold now; amounts in the store's currency."""

    variant_id: str
    price: Decimal
    unit_cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Code:
    """A code for one customer: whole percent off, for so many days, and why."""

    percent: int
    days: int
    note: str


def code_of(store_id: str, thread_id: str, percent: int) -> str:
    """The one code of this depth in this thread; nobody guesses another's."""
    told = hashlib.sha256("\x1f".join((store_id, thread_id, str(percent))).encode()).digest()
    return f"SORRY-{b32encode(told).decode()[:10]}"


def code_proposal(
    thread: Thread, order: OrderMoney, goods: Sequence[Bought], given: Code, *, code: str,
    source: str, now: datetime, provenance: str = "agent",
) -> Proposal:  # fmt: skip
    """A code of one use on what the order was of; the margin's floor holds on each of them."""
    known: dict[str, str | None] = {"code": None}
    for each in goods:
        known[price_of(each.variant_id)] = format(each.price, "f")
        known[cost_of(each.variant_id)] = (
            None if each.unit_cost is None else format(each.unit_cost, "f")
        )
    worth = sum((each.price for each in goods), Decimal(0)) * given.percent / 100
    return Proposal(
        agent_id=AGENT, kind=DISCOUNT,
        subject=Subject("discount", code, f"{order.name}: {given.percent} % off"),
        arguments={
            "code": code, "percent": given.percent, "customer_id": order.customer_id,
            "variants": [each.variant_id for each in goods], "starts_at": now.isoformat(),
            "ends_at": (now + timedelta(days=given.days)).isoformat(), "order_id": order.id,
            "thread_id": thread.id, "note": given.note,
        },
        precondition=known,
        evidence=(
            Evidence("Bought before", order.name, "", source, f"order {order.id}", now),
        ),
        rationale=given.note, prediction=None,
        risk=Risk(
            _CODE_RISK, (RiskFactor("discount", _CODE_RISK, "whoever got one may ask again"),)
        ),
        cost=None, money_at_stake=Money(worth, order.currency).rounded(),
        inverse=Inverse(END, {"code": code}, "Ends the code at once; an order made with it stays."),
        expires_at=now + _CHANGE_LIFE, provenance=provenance,
    )  # fmt: skip
