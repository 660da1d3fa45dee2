"""What was paid for the lines of an order, as our copy knows it."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection, Row, select

from royal_platform.commerce.fulfilment.refunds import PaidLine
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.tables.orders import order_lines, orders
from royal_platform.persistence.tables.store import stores


def paid_lines(connection: Connection, store_id: str, order_id: str) -> list[PaidLine] | None:
    """The order's lines after all discounts, with tax; None where a line's tax is not told.

    A discount of the whole order, which the store spreads over no line, counts by their amounts.
    """
    query = (
        select(
            order_lines, orders.c.discount.label("off"), stores.c.taxes_included.label("included")
        )
        .join(
            orders,
            (orders.c.store_id == order_lines.c.store_id) & (orders.c.id == order_lines.c.order_id),
        )
        .join(stores, stores.c.id == order_lines.c.store_id)
        .where(order_lines.c.store_id == store_id, order_lines.c.order_id == order_id)
        .order_by(order_lines.c.id)
    )
    rows = connection.execute(query).all()
    if any(row.tax is None and not row.included for row in rows):
        return None
    sold = sum((row.total for row in rows), Decimal(0))
    return [
        PaidLine(
            row.id, row.quantity, row.refunded_quantity,
            Money(row.total - _share(row, sold) + _tax(row), row.currency), row.title,
        )
        for row in rows
    ]  # fmt: skip


def _share(row: Row[tuple[object, ...]], sold: Decimal) -> Decimal:
    return Decimal(0) if not row.off or not sold else row.off * row.total / sold


def _tax(row: Row[tuple[object, ...]]) -> Decimal:
    return Decimal(0) if row.included else row.tax
