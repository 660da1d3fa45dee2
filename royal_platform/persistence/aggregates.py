"""Daily sales of the store and of its variants, recomputed from the orders of touched days.

net = gross − discounts − returns + adjustments, where lines without a variant (custom amounts,
codes that are no goods) and refunds of such lines count as adjustments, so that every part sums.
Money given back counts on the day it was given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
)

from royal_platform.persistence.tables.orders import (
    daily_sales,
    daily_variant_sales,
    order_adjustments,
    order_lines,
    orders,
    refund_lines,
    refunds,
)

_ZERO: ColumnElement[Any] = literal_column("0")
_PARTS = ("gross", "discounts", "returns", "adjustments", "orders", "units")


def recompute_days(connection: Connection, store_id: str, days: Iterable[date]) -> None:
    """Replace the aggregates of the given store-local days with what the orders now say."""
    wanted = sorted(set(days))
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        for table in (daily_sales, daily_variant_sales):
            connection.execute(
                delete(table).where(table.c.store_id == store_id, table.c.day.in_(part))
            )
        _insert_store_days(connection, store_id, part)
        _insert_variant_days(connection, store_id, part)


def _insert_store_days(connection: Connection, store_id: str, days: Sequence[date]) -> None:
    parts = union_all(
        _line_parts(store_id, days),
        _order_parts(store_id, days),
        _refund_parts(store_id, days),
        _adjustment_parts(store_id, days),
    ).subquery("parts")
    total = {name: func.sum(parts.c[name]) for name in _PARTS}
    net = total["gross"] - total["discounts"] - total["returns"] + total["adjustments"]
    query = select(
        literal(store_id), parts.c.day, func.max(parts.c.currency),
        total["gross"], total["discounts"], total["returns"], total["adjustments"], net,
        total["orders"], total["units"],
    ).group_by(parts.c.day)  # fmt: skip
    columns = [
        "store_id", "day", "currency", "gross", "discounts", "returns", "adjustments", "net",
        "orders", "units",
    ]  # fmt: skip
    connection.execute(insert(daily_sales).from_select(columns, query))


def _insert_variant_days(connection: Connection, store_id: str, days: Sequence[date]) -> None:
    sold = (
        select(
            orders.c.day, order_lines.c.variant_id, order_lines.c.currency,
            _raw(order_lines.c.quantity).label("units"), _raw(order_lines.c.gross).label("gross"),
            _raw(order_lines.c.total).label("revenue"), _ZERO.label("returned_units"),
            _ZERO.label("returned"),
        )
        .join(orders, _of_order(order_lines))
        .where(_counted(store_id), orders.c.day.in_(days), order_lines.c.variant_id.is_not(None))
    )  # fmt: skip
    returned = (
        select(
            refunds.c.day, refund_lines.c.variant_id, refund_lines.c.currency,
            _ZERO, _ZERO, _ZERO, refund_lines.c.quantity, _raw(refund_lines.c.subtotal),
        )
        .join(refunds, _of_refund(refund_lines))
        .join(orders, _of_order(refunds))
        .where(_counted(store_id), refunds.c.day.in_(days), refund_lines.c.variant_id.is_not(None))
    )  # fmt: skip
    parts = union_all(sold, returned).subquery("parts")
    names = ["units", "gross", "revenue", "returned_units", "returned"]
    query = select(
        literal(store_id), parts.c.day, parts.c.variant_id, func.max(parts.c.currency),
        *(func.sum(parts.c[name]) for name in names),
    ).group_by(parts.c.day, parts.c.variant_id)  # fmt: skip
    columns = ["store_id", "day", "variant_id", "currency", *names]
    connection.execute(insert(daily_variant_sales).from_select(columns, query))


def _line_parts(store_id: str, days: Sequence[date]) -> Select[Any]:
    line = order_lines.c
    return (
        _parts(
            orders.c.day,
            line.currency,
            gross=_goods(line.variant_id, _raw(line.gross)),
            discounts=_goods(line.variant_id, _raw(line.gross) - _raw(line.total)),
            adjustments=_no_goods(line.variant_id, _raw(line.total)),
            units=_goods(line.variant_id, line.quantity),
        )
        .join(orders, _of_order(order_lines))
        .where(_counted(store_id), orders.c.day.in_(days))
    )


def _order_parts(store_id: str, days: Sequence[date]) -> Select[Any]:
    return _parts(
        orders.c.day, orders.c.currency, discounts=_raw(orders.c.discount),
        orders=literal_column("1"),
    ).where(_counted(store_id), orders.c.day.in_(days))  # fmt: skip


def _refund_parts(store_id: str, days: Sequence[date]) -> Select[Any]:
    line = refund_lines.c
    return (
        _parts(
            refunds.c.day,
            line.currency,
            returns=_goods(line.variant_id, _raw(line.subtotal)),
            adjustments=_no_goods(line.variant_id, -_raw(line.subtotal)),
        )
        .join(refunds, _of_refund(refund_lines))
        .join(orders, _of_order(refunds))
        .where(_counted(store_id), refunds.c.day.in_(days))
    )


def _adjustment_parts(store_id: str, days: Sequence[date]) -> Select[Any]:
    return (
        _parts(
            refunds.c.day,
            order_adjustments.c.currency,
            adjustments=_raw(order_adjustments.c.amount),
        )
        .join(refunds, _of_refund(order_adjustments))
        .join(orders, _of_order(refunds))
        .where(_counted(store_id), refunds.c.day.in_(days))
    )


def _parts(day: Any, currency: Any, **given: Any) -> Select[Any]:
    """One row of parts; those not given are zero."""
    columns = (given.get(name, _ZERO).label(name) for name in _PARTS)
    return select(day.label("day"), currency.label("currency"), *columns)


def _raw(column: Any) -> ColumnElement[Any]:
    """The stored integer, so that sums and differences stay integers on both databases."""
    return literal_column(f"{column.table.name}.{column.name}")


def _goods(variant_id: Any, value: Any) -> ColumnElement[Any]:
    return case((variant_id.is_not(None), value), else_=_ZERO)


def _no_goods(variant_id: Any, value: Any) -> ColumnElement[Any]:
    return case((variant_id.is_(None), value), else_=_ZERO)


def _counted(store_id: str) -> ColumnElement[bool]:
    """Real orders of the store: neither tests nor deleted ones. Cancelled ones carry refunds."""
    return and_(
        orders.c.store_id == store_id, orders.c.test.is_(False), orders.c.deleted_at.is_(None)
    )


def _of_order(table: Any) -> ColumnElement[bool]:
    return and_(orders.c.store_id == table.c.store_id, orders.c.id == table.c.order_id)


def _of_refund(table: Any) -> ColumnElement[bool]:
    return and_(
        refunds.c.store_id == table.c.store_id,
        refunds.c.order_id == table.c.order_id,
        refunds.c.id == table.c.refund_id,
    )
