"""Goods that customers want in another variant: what there is, and what an agent proposes."""

from __future__ import annotations

from core.errors import Invalid
from orchestrator.core.books import Books
from royal_platform.commerce.decisions.exchanges import EXCHANGE
from royal_platform.commerce.decisions.model import Proposal
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.support.exchanging import Exchange, wanted_of
from royal_platform.commerce.support.model import Thread
from royal_platform.commerce.support.rules import wants_exchange
from royal_platform.commerce.support.service import exchange_proposal
from royal_platform.persistence.support_facts import (
    exchangeable_lines,
    order_money,
    parcel_sent,
)

_WHY = "The customer wants it in another variant."
_UNKNOWN = "UNKNOWN"


def exchange_of(
    books: Books, order: OrderMoney, line_id: str, variant_id: str, *, units: int, reason: str,
    note: str,
) -> Exchange:  # fmt: skip
    """What a person chose, held against our copy.

    Raises ``Invalid`` for a line that was not bought, too many units, or a variant that is none of
    the article's or not in stock.
    """
    lines = exchangeable_lines(books.connection, books.store_id, order)
    line = next((each for each in lines if each.id == line_id), None)
    if line is None or units > line.units:
        raise Invalid("It is more than was bought.", remedy="Read the order's lines again.")
    wanted = next((each for each in line.others if each.id == variant_id), None)
    if wanted is None:
        raise Invalid(
            "The article has no such other variant.", remedy="Choose one of the article's variants."
        )
    if not wanted.has(units):
        raise Invalid(
            f"Of {wanted.title!r} there are {wanted.available}.",
            remedy="Choose a variant that is in stock, or give the money back.",
        )
    return Exchange(line, wanted, units, reason, note)


def wished_exchange(books: Books, thread: Thread, text: str) -> list[Proposal] | None:
    """The exchange that the words name, where nobody decided on one for this order before.

    None where no exchange is wanted; empty where a person has to choose what goes out.
    """
    order = _wishes_of(books, thread)
    if order is None:
        return None
    found = wanted_of(text, exchangeable_lines(books.connection, books.store_id, order))
    if found is None:
        return []
    wish = Exchange(*found, 1, _UNKNOWN, _WHY)
    return [exchange_proposal(thread, order, wish, source=books.store.source, now=books.now)]


def _wishes_of(books: Books, thread: Thread) -> OrderMoney | None:
    """The thread's order, where its customer wants an exchange that may be proposed."""
    if thread.order_id is None:
        return None
    order = order_money(books.connection, books.store_id, thread.order_id)
    sent = parcel_sent(books.connection, books.store_id, thread.order_id)
    if order is None or order.customer_id is None or order.currency != books.store.currency:
        return None
    if not wants_exchange(thread.triage, sent):
        return None
    decided = books.decisions.latest_on(books.connection, EXCHANGE, order.id)
    return order if decided is None else None
