"""What fulfilling proposes, with its grounds: hold, release, cancel, order, ship, pay, tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from royal_platform.commerce.decisions.model import (
    Decision,
    Evidence,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.decisions.support import REFUND
from royal_platform.commerce.fulfilment.model import Option, Part
from royal_platform.commerce.fulfilment.refunds import Lacking, Owed
from royal_platform.commerce.messages.model import Purpose
from royal_platform.commerce.messages.rules import message_id, send_arguments
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import SupplierOrder

AGENT = "order_fulfillment"
FLOW = "fulfilment"
_LIFE = timedelta(days=3)
# Of the decision, not of the order: a hold is undone at once, money and parcels are not.
_HOLD_RISK, _RELEASE_RISK, _CANCEL_RISK = 0.10, 0.30, 0.60
_PLACE_RISK, _SHIP_RISK, _NOTICE_RISK, _REFUND_RISK = 0.25, 0.15, 0.10, 0.30
_NOTE_MAX = 255


@dataclass(frozen=True, slots=True)
class About:
    """The order a proposal is about, where the numbers come from, and now."""

    order_id: str
    name: str
    value: Money
    source: str
    now: datetime

    @property
    def subject(self) -> Subject:
        """The order as a decision's subject."""
        return Subject("order", self.order_id, f"Order {self.name}")


def hold_proposal(about: About, score: float, factors: Sequence[RiskFactor]) -> Proposal:
    """Let nothing of it leave until a person has looked."""
    reasons = " ".join(each.reason for each in factors if each.contribution > 0)
    return _on_order(
        about, "order.hold", {"note": _note(score, factors)}, {"open": True, "held": False},
        evidence=_scored(about, score, factors),
        rationale=f"The order is fraud with a probability of {score:.0%}. {reasons}",
        risk=_risk(_HOLD_RISK, "holding costs a day at most and is undone at once"),
        inverse=Inverse("order.release", {"order_id": about.order_id}, "Lets the order go on."),
    )  # fmt: skip


def release_proposal(about: About, score: float, factors: Sequence[RiskFactor]) -> Proposal:
    """Let an order go on whose risk has fallen."""
    return _on_order(
        about, "order.release", {}, {"open": True, "held": True},
        evidence=_scored(about, score, factors),
        rationale=f"What is known now makes fraud improbable ({score:.0%}).",
        risk=_risk(_RELEASE_RISK, "goods that leave do not come back by themselves"),
        inverse=Inverse("order.hold", {"order_id": about.order_id}, "Holds it again."),
    )  # fmt: skip


def cancel_proposal(about: About, score: float, factors: Sequence[RiskFactor]) -> Proposal:
    """Give the money back before goods are lost."""
    arguments = {"reason": "FRAUD", "note": _note(score, factors)}
    return _on_order(
        about, "order.cancel", arguments, {"open": True, "cancelled": False, "shipped": False},
        evidence=_scored(about, score, factors),
        rationale=f"The order is fraud with a probability of {score:.0%}: a chargeback takes the "
        "goods, the money and a fee.",
        risk=_risk(_CANCEL_RISK, "an honest customer would lose the order"),
        inverse=Inverse(None, None, "A cancelled order is not revived: the customer orders again."),
    )  # fmt: skip


def place_proposal(
    about: About,
    reference: str,
    parts: Sequence[Part],
    titles: Mapping[str, str],
    reasons: Sequence[str],
    *,
    why: str | None = None,
    again: str | None = None,
    mail_to: str | None = None,
) -> Proposal:
    """Order these parts, all of one supplier, for the customer's address.

    ``mail_to``: where the supplier takes the order by mail, None over a wire.
    ``why`` goes before the reason for this supplier; ``again`` stands instead of it and says why
    goods are sent once more although the order counts as shipped.
    """
    option, currency = parts[0].option, about.value.currency
    total = sum((part.option.landed * part.quantity for part in parts), Decimal(0))
    lines = [
        {
            "line_id": part.option.line_id, "supplier_sku": part.option.article,
            "quantity": part.quantity, "unit_cost": format(part.option.unit_cost, "f"),
            "title": titles.get(part.option.line_id, ""),
        }
        for part in parts
    ]  # fmt: skip
    cost = Money(total, currency).rounded()
    best = f"{option.source_name} serves this part of the order at the least expected cost."
    return Proposal(
        agent_id=AGENT,
        kind="supplier_order.place",
        subject=Subject("supplier_order", reference, f"{about.name} at {option.source_name}"),
        arguments={
            "order_id": about.order_id, "order_name": about.name, "reference": reference,
            "supplier_id": option.source, "supplier_name": option.source_name, "lines": lines,
            "total": format(cost.amount, "f"), "currency": currency,
            **({} if mail_to is None else {"mail_to": mail_to}),
        },
        precondition={
            **({"open": True} if again is None else {"cancelled": False}),
            "held": False,
            "held_by_others": False,
            "placed": False,
            "deliverable": True,
            "mail_to": mail_to,
        },
        evidence=(
            Evidence("Landed cost", format(cost.amount, "f"), currency, about.source,
                     f"offers of {option.source}", about.now),
            Evidence("Promised for", option.arrives_by.isoformat(), "time", about.source,
                     f"lead time of {option.source}", about.now),
            Evidence("Promises kept, cautiously", _share(option), "", about.source,
                     f"orders at {option.source}", about.now),
            Evidence("Passed over", list(reasons), "", about.source, "routing", about.now),
        ),
        rationale=again or " ".join(filter(None, (why, best))),
        prediction=None,
        risk=_risk(_PLACE_RISK, "an order at a supplier is cancelled only until it leaves"),
        cost=cost,
        money_at_stake=cost,
        inverse=Inverse(
            "supplier_order.cancel",
            {"supplier_id": option.source, "reference": reference, "order_id": about.order_id},
            "Cancels it at the supplier until it leaves."
            if mail_to is None
            else "Asks the supplier by mail to cancel it, if it has not left.",
        ),
        expires_at=about.now + _LIFE,
    )  # fmt: skip


def cancel_at_supplier_proposal(about: About, order: SupplierOrder, supplier_id: str, why: str
                                ) -> Proposal:  # fmt: skip
    """Take an order back from a supplier that does not send it, so that it is routed anew."""
    return _back_from_supplier(
        about, order, supplier_id,
        why=f"{why} Once it is cancelled the order is routed anew, past this supplier.",
        risk=_risk(_RELEASE_RISK, "the customer waits for the next supplier"),
        undo="It is ordered anew by a decision of its own.",
    )  # fmt: skip


def take_back_proposal(about: About, order: SupplierOrder, supplier_id: str) -> Proposal:
    """Take an order back from a supplier whose goods nobody waits for any more."""
    return _back_from_supplier(
        about, order, supplier_id,
        why="The customer's order was cancelled: what the supplier sends would come to nobody.",
        risk=_risk(_RELEASE_RISK, "goods that leave meanwhile have to come back"),
        undo="Nothing is ordered again: the customer's order was cancelled.",
    )  # fmt: skip


def _back_from_supplier(
    about: About, order: SupplierOrder, supplier_id: str, *, why: str, risk: Risk, undo: str
) -> Proposal:
    arguments = {
        "supplier_id": supplier_id,
        "reference": order.reference,
        "order_id": about.order_id,
    }
    return Proposal(
        agent_id=AGENT, kind="supplier_order.cancel",
        subject=Subject("supplier_order", order.reference, f"{about.name}: {order.reference}"),
        arguments=arguments, precondition={"placed": True, "left": False},
        evidence=(
            Evidence("Promised for", None if order.promised_at is None
                     else order.promised_at.isoformat(), "time", about.source,
                     f"order {order.reference}", about.now),
        ),
        rationale=why, prediction=None, risk=risk, cost=None, money_at_stake=None,
        inverse=Inverse(None, None, undo), expires_at=about.now + _LIFE,
    )  # fmt: skip


def ship_proposal(
    about: About, order: SupplierOrder, lines: Sequence[Mapping[str, Any]], *, notify: bool
) -> Proposal:
    """Book the supplier's parcel in the store. ``order`` has its tracking."""
    tracking = order.tracking
    if tracking is None:
        raise ValueError("an order without a parcel's number cannot be booked as shipped")
    return Proposal(
        agent_id=AGENT, kind="fulfillment.create",
        subject=Subject("parcel", order.reference, f"{about.name}: {tracking.number}"),
        arguments={
            "order_id": about.order_id, "reference": order.reference,
            "lines": [
                {"line_id": each["line_id"], "quantity": int(each["quantity"])} for each in lines
            ],
            "tracking": tracking.number, "carrier": tracking.carrier, "url": tracking.url,
            "notify_customer": notify,
        },
        precondition={"booked": False, "waits": True, "cancelled": False, "held": False},
        evidence=(
            Evidence("Left the supplier", None if order.shipped_at is None
                     else order.shipped_at.isoformat(), "time", about.source,
                     f"order {order.reference}", about.now),
        ),
        rationale="The supplier has handed the parcel over and named its number.",
        prediction=None, risk=_risk(_SHIP_RISK, "it says that goods are on their way"),
        cost=None, money_at_stake=None,
        inverse=Inverse(None, None, "The parcel has left: a return or a refund makes good for it."),
        expires_at=about.now + _LIFE,
    )  # fmt: skip


def refund_proposal(
    about: About, order: OrderMoney, wanted: Sequence[Lacking], owed: Owed, *,
    titles: Mapping[str, str], why: str, waits: bool,
) -> Proposal:  # fmt: skip
    """Money back for exactly these units, which come from nowhere.

    ``waits``: none of them has left as far as the store knows, and none may have.
    """
    amount = format(owed.amount.amount, "f")
    told = f"{why} Nobody can send it."
    if owed.with_shipping:
        told += " Nothing else of the order is left, so its shipping is paid back too."
    return Proposal(
        agent_id=AGENT, kind=REFUND, subject=about.subject,
        arguments={
            "order_id": about.order_id, "amount": amount, "currency": owed.amount.currency,
            "note": told[:_NOTE_MAX], "customer_id": order.customer_id,
            "lines": [
                {
                    "line_id": each.line_id, "quantity": each.quantity,
                    "reference": each.reference, "title": titles.get(each.line_id, ""),
                }
                for each in wanted
            ],
            "with_shipping": owed.with_shipping,
        },
        precondition={
            "refunded": format(order.refunded, "f"), "customer_id": order.customer_id,
            "is_foreign": False, **({"waits": True} if waits else {}),
        },
        evidence=(
            Evidence("Paid", format(order.received, "f"), order.currency, about.source,
                     f"order {about.order_id}", about.now),
            Evidence("Given back before", format(order.refunded, "f"), order.currency,
                     about.source, f"order {about.order_id}", about.now),
            *(
                Evidence("Units that will not come", str(each.quantity), "units", about.source,
                         f"order {each.reference}, line {each.line_id}", about.now)
                for each in wanted
            ),
        ),
        rationale=told, prediction=None, risk=_risk(_REFUND_RISK, "it cannot be taken back"),
        cost=owed.amount, money_at_stake=owed.amount,
        inverse=Inverse(None, None, "A refund cannot be taken back."),
        expires_at=about.now + _LIFE,
    )  # fmt: skip


def notice_proposal(
    about: About, customer_id: str, parcel: Mapping[str, Any], *, late: bool = False
) -> Proposal:
    """Tell the customer once that a parcel is on its way, or that it takes longer."""
    told = {
        name: str(parcel[key])
        for name, key in (("carrier", "carrier"), ("tracking", "tracking"), ("url", "url"))
        if parcel.get(key)
    }
    return _notice(
        about, customer_id, f"{'late' if late else 'shipped'}/{parcel['reference']}",
        "order_late" if late else "order_shipped", told,
        title="takes longer" if late else "on its way",
        evidence=Evidence("Parcel", str(parcel["tracking"]), "", about.source,
                          f"order {about.order_id}", about.now),
        why="The parcel is later than promised; who ordered it is told once."
        if late
        else "The parcel is booked; who ordered it is told once.",
    )  # fmt: skip


def refund_notice_proposal(about: About, customer_id: str, refund: Decision) -> Proposal:
    """Tell the customer once what will not come, and what was given back for it."""
    arguments = refund.proposal.arguments
    amount = f"{arguments['amount']} {arguments['currency']}"
    units: Counter[str] = Counter()
    for line in arguments["lines"]:
        units[line["title"]] += int(line["quantity"])
    goods = ", ".join(f"{count} × {title}" for title, count in units.items())
    return _notice(
        about, customer_id, f"refunded/{refund.id}", "order_refunded",
        {"title": goods, "amount": amount}, title="a part cannot be sent",
        evidence=Evidence("Given back", str(arguments["amount"]), str(arguments["currency"]),
                          about.source, f"decision {refund.id}", about.now),
        why="Money was given back for what nobody can send; who ordered it is told once.",
    )  # fmt: skip


def _notice(
    about: About, customer_id: str, step: str, template: str, told: Mapping[str, str], *,
    title: str, evidence: Evidence, why: str,
) -> Proposal:  # fmt: skip
    return Proposal(
        agent_id=AGENT, kind="message.send",
        subject=Subject("message", message_id(customer_id, FLOW, step), f"{about.name}: {title}"),
        arguments=send_arguments(
            customer_id=customer_id, flow=FLOW, step=step, template=template,
            purpose=Purpose.TRANSACTIONAL.value, context={"order": about.name, **told},
        ),
        precondition={"message": None}, evidence=(evidence,), rationale=why, prediction=None,
        risk=_risk(_NOTICE_RISK, "mail cannot be called back"), cost=None, money_at_stake=None,
        inverse=Inverse(None, None, "A message that was sent cannot be taken back."),
        expires_at=about.now + _LIFE,
    )  # fmt: skip


def _on_order(
    about: About,
    kind: str,
    arguments: Mapping[str, Any],
    precondition: Mapping[str, Any],
    *,
    evidence: tuple[Evidence, ...],
    rationale: str,
    risk: Risk,
    inverse: Inverse,
) -> Proposal:
    return Proposal(
        agent_id=AGENT, kind=kind, subject=about.subject,
        arguments={"order_id": about.order_id, **arguments}, precondition=precondition,
        evidence=evidence, rationale=rationale, prediction=None, risk=risk, cost=None,
        money_at_stake=about.value, inverse=inverse, expires_at=about.now + _LIFE,
    )  # fmt: skip


def _scored(about: About, score: float, factors: Sequence[RiskFactor]) -> tuple[Evidence, ...]:
    query = f"order {about.order_id}"
    first = Evidence("Probability of fraud", f"{score:.3f}", "0-1", about.source, query, about.now)
    told = tuple(
        Evidence(each.reason, f"{each.contribution:+.3f}", "of the score", about.source,
                 f"{query} {each.name}", about.now)
        for each in factors
    )  # fmt: skip
    return (first, *told)


def _note(score: float, factors: Sequence[RiskFactor]) -> str:
    reasons = "; ".join(each.reason.rstrip(".") for each in factors if each.contribution > 0)
    return f"Risk {score:.0%}: {reasons}"[:255]


def _risk(score: float, reason: str) -> Risk:
    return Risk(score, (RiskFactor("reach", score, reason),))


def _share(option: Option) -> str | None:
    return None if option.on_time is None else f"{option.on_time:.0%}"
