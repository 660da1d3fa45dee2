"""The orders that count: there, not a test, bought by somebody; for a customer, not cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Text, and_, cast, func, not_, select

from royal_platform.commerce.orders.model import REPLACES
from royal_platform.persistence.tables.orders import customers, order_lines, orders
from royal_platform.persistence.taxes import net_before_tax


def bought() -> ColumnElement[bool]:
    """The condition on ``orders`` that nobody made good lost goods with it: that is no demand.

    What replaces an order costs nothing and says so in a tag of ours (ADR 21).
    """
    replaces = cast(orders.c.tags, Text).like(f'%"{REPLACES}%')
    return not_(and_(orders.c.total == 0, replaces))


def counted(store_id: str) -> ColumnElement[bool]:
    """The condition on ``orders``."""
    return and_(
        orders.c.store_id == store_id,
        orders.c.deleted_at.is_(None),
        orders.c.cancelled_at.is_(None),
        orders.c.test.is_(False),
        orders.c.customer_id.is_not(None),
        bought(),
    )


def by_customer(store_id: str, ids: Sequence[str] | None = None) -> Any:
    """One row per customer: number, net sales before tax, first and last day, currencies."""
    query = (
        select(
            orders.c.customer_id,
            func.count().label("orders"),
            func.sum(net_before_tax(store_id), type_=orders.c.net.type).label("net"),
            func.min(orders.c.day, type_=Date()).label("first_day"),
            func.max(orders.c.day, type_=Date()).label("last_day"),
            func.min(orders.c.currency).label("lowest"),
            func.max(orders.c.currency).label("highest"),
        )
        .where(counted(store_id))
        .group_by(orders.c.customer_id)
    )
    return (query if ids is None else query.where(orders.c.customer_id.in_(ids))).subquery()


def lines(store_id: str) -> Select[Any]:
    """Who bought which SKU."""
    joined = order_lines.join(
        orders,
        and_(orders.c.store_id == order_lines.c.store_id, orders.c.id == order_lines.c.order_id),
    )
    query = select(orders.c.customer_id, order_lines.c.sku).select_from(joined)
    return query.where(counted(store_id))


def of_present_customers(store_id: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """Columns of the counted orders of customers who are there, not of those who were erased."""
    joined = orders.join(
        customers,
        and_(
            customers.c.store_id == orders.c.store_id,
            customers.c.id == orders.c.customer_id,
            customers.c.deleted_at.is_(None),
        ),
    )
    return select(*columns).select_from(joined).where(counted(store_id))
