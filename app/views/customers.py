"""Customers on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.store import CustomerOut, CustomerPage, SearchQuery
from app.views import shared
from royal_platform.persistence.orders import CustomerItem, Orders

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def listing(platform: Platform, query: SearchQuery) -> CustomerPage:
    """A page of customers, most valuable first."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = Orders(store.id).customers(
            connection, text=query.q, cursor=query.cursor, limit=query.limit
        )
    return CustomerPage(
        data=[_customer(item) for item in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def _customer(item: CustomerItem) -> CustomerOut:
    return CustomerOut(
        id=item.id,
        name=item.name,
        country=item.country,
        orders=item.orders,
        spent=shared.amount(item.spent.amount, item.spent.currency),
        first_order_at=item.first_order_at,
        last_order_at=item.last_order_at,
    )
