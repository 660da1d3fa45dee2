"""Orders that customers want cancelled, and what an agent proposes for it."""

from __future__ import annotations

from datetime import datetime

from orchestrator.core.books import Books
from orchestrator.core.readdressing import ordered_at_supplier
from royal_platform.commerce.decisions.fulfilment import CANCEL
from royal_platform.commerce.decisions.model import Decision, Proposal, Status
from royal_platform.commerce.support.model import Thread
from royal_platform.commerce.support.rules import can_change, order_names, wants_cancel
from royal_platform.commerce.support.service import cancel_proposal
from royal_platform.persistence.support_facts import order_money, parcel_sent

_WHY = "The customer asks to cancel it, and nothing of it has left."
# Words of a customer led to it: no one of the shop said so.
FROM_CUSTOMER = "customer message"


# Decided, and not yet known what came of it.
_UNDER_WAY = frozenset({Status.PROPOSED, Status.APPROVED, Status.EXECUTING})


def wished_cancel(books: Books, thread: Thread, told: str) -> Proposal | None:
    """The thread's order cancelled, where its customer asks so and nobody decided on that before.

    Only for an order that the thread's own customer placed and names in what was ``told``, no
    other beside it, and that no supplier was asked for: else a person finds out what is meant.
    """
    if thread.order_id is None or thread.customer_id is None:
        return None
    order = order_money(books.connection, books.store_id, thread.order_id)
    sent = parcel_sent(books.connection, books.store_id, thread.order_id)
    if order is None or order.currency != books.store.currency:
        return None
    if order.customer_id != thread.customer_id or not wants_cancel(thread.triage, sent):
        return None
    if order_names(told) != (order.name,) or ordered_at_supplier(books, order.id):
        return None
    if books.decisions.latest_on(books.connection, CANCEL, order.id) is not None:
        return None
    return cancel_proposal(
        thread, order, _WHY, at_supplier=False, source=books.store.source, now=books.now,
        provenance=FROM_CUSTOMER,
    )  # fmt: skip


def cancel_under_way(books: Books, thread: Thread) -> bool:
    """Whether it is being decided: what is answered depends on what comes of it."""
    asked = _cancel_of(books, thread)
    return asked is not None and asked.status in _UNDER_WAY


def cancelled_since(books: Books, thread: Thread, moment: datetime) -> bool:
    """Whether the order was cancelled by a decision after ``moment``: older words are wrong."""
    asked = _cancel_of(books, thread)
    return asked is not None and asked.executed_at is not None and asked.executed_at > moment


def _cancel_of(books: Books, thread: Thread) -> Decision | None:
    if thread.order_id is None:
        return None
    return books.decisions.latest_on(books.connection, CANCEL, thread.order_id)


def waits_for_a_person(books: Books, thread: Thread, told: str) -> bool:
    """Whether an order can still be changed as its customer asks, and nothing else sees to it."""
    if thread.order_id is None:
        return False
    sent = parcel_sent(books.connection, books.store_id, thread.order_id)
    if not can_change(thread.triage, sent):
        return False
    return not cancel_under_way(books, thread) and wished_cancel(books, thread, told) is None
