"""Parcels that customers miss: what was bought, and what an agent proposes to send again."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.errors import Invalid
from orchestrator.core.books import Books
from royal_platform.commerce.decisions.model import Proposal
from royal_platform.commerce.decisions.replacements import RESHIP
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.model import Thread
from royal_platform.commerce.support.rules import seems_lost
from royal_platform.commerce.support.service import LostGoods, reship_proposal
from royal_platform.persistence.support_facts import order_money, parcel_sent, returnable_lines

_WHY = "The customer misses it, and it is overdue."


def bought_of(
    books: Books, order: OrderMoney, wanted: Mapping[str, int]
) -> tuple[dict[str, int], Money]:
    """The units by order line, all of them where none are wanted, and what was paid for them.

    Raises ``Invalid`` for more than was bought.
    """
    bought = returnable_lines(books.connection, books.store_id, order.id)
    lines = dict(wanted) or {line: units for line, (units, _) in bought.items()}
    if not lines or any(units > bought.get(line, (0,))[0] for line, units in lines.items()):
        raise Invalid("It is more than was bought.", remedy="Read the order's lines again.")
    paid = sum((bought[line][1] * units for line, units in lines.items()), Decimal(0))
    return lines, Money(paid, order.currency).rounded()


def missed_parcel(books: Books, thread: Thread) -> Proposal | None:
    """The thread's order sent again, where it seems lost and nobody decided on that before."""
    if thread.order_id is None:
        return None
    order = order_money(books.connection, books.store_id, thread.order_id)
    sent = parcel_sent(books.connection, books.store_id, thread.order_id)
    if order is None or order.customer_id is None or order.currency != books.store.currency:
        return None
    if not seems_lost(thread.triage, sent, books.now):
        return None
    if books.decisions.latest_on(books.connection, RESHIP, order.id) is not None:
        return None
    lines, worth = bought_of(books, order, {})
    return reship_proposal(
        thread, order, LostGoods(lines, _WHY), worth, source=books.store.source, now=books.now
    )
