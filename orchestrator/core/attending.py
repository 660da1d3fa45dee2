"""What a person does with a thread: replies, helps with its order, takes it over, closes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.errors import Conflict, Invalid
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.exchanging import exchange_of
from orchestrator.core.missing import bought_of
from orchestrator.core.proposing import propose_in
from orchestrator.core.readdressing import ordered_at_supplier
from orchestrator.core.replying import newest_inbound, reply_facts
from orchestrator.core.taking_in import VOUCHED
from royal_platform.commerce.decisions.discounts import DISCOUNT
from royal_platform.commerce.decisions.model import Decision, Proposal
from royal_platform.commerce.decisions.support import reply_id
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.support.model import Escalation, Proof, Thread, ThreadStatus, Vouching
from royal_platform.commerce.support.service import (
    Bought,
    Code,
    GoodsBack,
    LostGoods,
    Words,
    address_proposal,
    cancel_proposal,
    code_of,
    code_proposal,
    exchange_proposal,
    refund_proposal,
    reply_proposal,
    reship_proposal,
    return_proposal,
)
from royal_platform.persistence.support import Threads
from royal_platform.persistence.support_facts import (
    order_money,
    variants_of_order,
)

_PERSON = "person"
# A code is for at most so many variants.
_GOODS_MAX = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote. ``key`` is theirs: the same answer again is proposed once."""

    text: str
    key: str
    language: str = "en"
    resolves: bool = False


def answer(ground: Ground, thread_id: str, given: Answer, actor: Actor) -> Decision:
    """Propose a person's reply to the newest message. Raises ``NotFound``, ``Conflict``."""
    with writing(ground) as books:
        thread = Threads(books.store_id).get(books.connection, thread_id)
        step = f"by:{given.key}"
        facts = reply_facts(books, thread_id, reply_id(thread_id, step))
        if facts is None or facts["answers"] is None:
            raise Conflict(
                "There is nobody to answer in this thread.", remedy="Read the thread again."
            )
        words = Words(facts["answers"], step, given.text, given.language, given.resolves)
        proposal = reply_proposal(thread, words, facts, now=books.now, provenance=_PERSON)
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def give_back(ground: Ground, thread_id: str, amount: Decimal, note: str, actor: Actor) -> Decision:
    """Propose money back for the thread's order. Raises ``NotFound``, ``Conflict``, ``Invalid``."""
    with writing(ground) as books:
        thread = Threads(books.store_id).get(books.connection, thread_id)
        order = (
            None if thread.order_id is None
            else order_money(books.connection, books.store_id, thread.order_id)
        )  # fmt: skip
        if order is None or order.currency != books.store.currency:
            raise Conflict(
                "The thread is about no order that was paid in the store's currency.",
                remedy="Give the money back in the store's admin.",
            )
        if not 0 < amount <= order.left:
            raise Invalid(
                f"{amount} cannot be given back.",
                remedy=f"Name more than 0 and at most {order.left}.",
            )
        proposal = refund_proposal(
            thread, order, amount, note, source=books.store.source, now=books.now,
            provenance=_PERSON,
        )  # fmt: skip
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def cancel(ground: Ground, thread_id: str, note: str, actor: Actor) -> Decision:
    """Propose to cancel the thread's order for its customer. Raises ``NotFound``, ``Conflict``."""
    with writing(ground) as books:
        thread, order = _about(books, thread_id)
        proposal = cancel_proposal(
            thread, order, note, at_supplier=ordered_at_supplier(books, order.id),
            source=books.store.source, now=books.now, provenance=_PERSON,
        )  # fmt: skip
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def readdress(
    ground: Ground, thread_id: str, address: Mapping[str, Any], note: str, actor: Actor
) -> Decision:
    """Propose another address for the thread's order. Raises ``NotFound``, ``Conflict``."""
    with writing(ground) as books:
        thread, order = _about(books, thread_id)
        if ordered_at_supplier(books, order.id):
            raise Conflict(
                "A supplier was told to send it to the earlier address.",
                remedy="Cancel the supplier's order first.",
            )
        proposal = address_proposal(thread, order, address, note, now=books.now, provenance=_PERSON)
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def take_back(ground: Ground, thread_id: str, goods: GoodsBack, actor: Actor) -> Decision:
    """Propose that goods of the thread's order come back; no lines: all that was bought.

    Raises ``NotFound``, ``Conflict``, ``Invalid``.
    """
    with writing(ground) as books:
        thread, order = _about(books, thread_id)
        lines, worth = bought_of(books, order, goods.lines)
        proposal = return_proposal(
            thread, order, replace(goods, lines=lines), worth, source=books.store.source,
            now=books.now, provenance=_PERSON,
        )  # fmt: skip
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def send_again(ground: Ground, thread_id: str, goods: LostGoods, actor: Actor) -> Decision:
    """Propose that lost goods of the thread's order are sent again; no lines: all of it.

    Raises ``NotFound``, ``Conflict``, ``Invalid``.
    """
    with writing(ground) as books:
        thread, order = _about(books, thread_id)
        if order.customer_id is None or order.currency != books.store.currency:
            raise Conflict(
                "The order has no customer, or was not paid in the store's currency.",
                remedy="Make the replacement in the store's admin.",
            )
        lines, worth = bought_of(books, order, goods.lines)
        proposal = reship_proposal(
            thread, order, replace(goods, lines=lines), worth, source=books.store.source,
            now=books.now, provenance=_PERSON,
        )  # fmt: skip
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person chose: units of an order line for another variant, why, and a note."""

    line_id: str
    variant_id: str
    units: int
    reason: str
    note: str


def exchange(ground: Ground, thread_id: str, wish: Wish, actor: Actor) -> Decision:
    """Propose that goods of the thread's order come back for another variant of the article.

    Raises ``NotFound``, ``Conflict``, ``Invalid``.
    """
    with writing(ground) as books:
        thread, order = _about(books, thread_id)
        if order.currency != books.store.currency:
            raise Conflict(
                "The order was not paid in the store's currency.",
                remedy="Make the exchange in the store's admin.",
            )
        proposal = exchange_proposal(
            thread, order,
            exchange_of(
                books, order, wish.line_id, wish.variant_id, units=wish.units, reason=wish.reason,
                note=wish.note,
            ),
            source=books.store.source, now=books.now, provenance=_PERSON,
        )  # fmt: skip
        decision_id = _once(books, proposal, actor)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def give_code(ground: Ground, thread_id: str, given: Code, actor: Actor) -> Decision:
    """Propose a code for the customer on what the thread's order was of, once for each depth.

    Raises ``NotFound``, ``Conflict``.
    """
    with writing(ground) as books:
        thread, order = _about(books, thread_id)
        goods = [
            Bought(*row) for row in variants_of_order(books.connection, books.store_id, order.id)
        ][:_GOODS_MAX]  # fmt: skip
        if not goods or order.customer_id is None or order.currency != books.store.currency:
            raise Conflict(
                "There is nobody to give a code to, or nothing to give it on.",
                remedy="Make a code in the store's admin.",
            )
        code = code_of(books.store_id, thread_id, given.percent)
        waiting = books.decisions.open_on(books.connection, DISCOUNT, code)
        decision_id = waiting[0].id if waiting else propose_in(
            books,
            code_proposal(
                thread, order, goods, given, code=code, source=books.store.source, now=books.now,
                provenance=_PERSON,
            ),
            actor_name(actor),
        )  # fmt: skip
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def take_over(ground: Ground, thread_id: str, actor: Actor) -> Thread:
    """A person deals with it: the agent leaves it alone."""
    with writing(ground) as books:
        threads = Threads(books.store_id)
        thread = threads.get(books.connection, thread_id)
        name = actor_name(actor)
        newest = newest_inbound(threads.messages(books.connection, thread_id))
        said = "" if newest is None else " ".join(newest.text.split())[:280]
        escalation = Escalation(f"{name} took it over.", f"{thread.subject} | {said}", books.now)
        threads.escalate(books.connection, thread_id, escalation)
        books.tell("support.thread.escalated", thread_id, name, {"thread_id": thread_id})
        return threads.get(books.connection, thread_id)


def vouch(ground: Ground, thread_id: str, newest_id: str, note: str, actor: Actor) -> Thread:
    """A person's word that the thread's sender is who it says; ``note`` says how it was made sure.

    It holds for this thread as that person read it, up to the customer's message ``newest_id``:
    another mail in the same name needs a proof of its own. The agent goes on with the thread.
    Raises ``NotFound``, ``Conflict``.
    """
    with writing(ground) as books:
        threads = Threads(books.store_id)
        thread = threads.get(books.connection, thread_id)
        newest = newest_inbound(threads.messages(books.connection, thread_id))
        if thread.proof is not Proof.UNPROVEN:
            raise Conflict(
                "The thread's sender needs nobody's word.", remedy="Read the thread again."
            )
        if newest is None or newest.id != newest_id:
            raise Conflict(
                "Something was written since you read the thread.",
                remedy="Read the thread again, and vouch for all of it or for none.",
            )
        name = actor_name(actor)
        threads.vouch(books.connection, thread_id, Vouching(name, note, books.now))
        facts = {"thread_id": thread_id, "message_id": newest_id}
        books.tell(VOUCHED, thread_id, name, facts)
        return threads.get(books.connection, thread_id)


def settle(ground: Ground, thread_id: str, actor: Actor) -> Thread:
    """Nothing more is to be done; the next message of the customer opens it again."""
    with writing(ground) as books:
        threads = Threads(books.store_id)
        threads.get(books.connection, thread_id)
        threads.change(
            books.connection, thread_id, status=ThreadStatus.RESOLVED.value,
            resolved_at=books.now, escalation=None,
        )  # fmt: skip
        books.tell(
            "support.thread.resolved", thread_id, actor_name(actor), {"thread_id": thread_id}
        )
        return threads.get(books.connection, thread_id)


def _about(books: Books, thread_id: str) -> tuple[Thread, OrderMoney]:
    thread = Threads(books.store_id).get(books.connection, thread_id)
    order = (
        None if thread.order_id is None
        else order_money(books.connection, books.store_id, thread.order_id)
    )  # fmt: skip
    if order is None:
        raise Conflict(
            "The thread is about no order of the store.",
            remedy="Ask the customer which order it is.",
        )
    return thread, order


def _once(books: Books, proposal: Proposal, actor: Actor) -> str:
    """The decision that waits for the same already, or a new one."""
    for waiting in books.decisions.open_on(books.connection, proposal.kind, proposal.subject.id):
        if waiting.argument_hash == proposal.argument_hash:
            return waiting.id
    return propose_in(books, proposal, actor_name(actor))
