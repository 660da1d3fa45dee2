"""Daily sales of the store and of its variants, recomputed from the orders of touched days.

net = gross − discounts − returns + adjustments, where lines without a variant (custom amounts,
codes that are no goods) and refunds of such lines count as adjustments, so that every part sums.
Money given back counts on the day it was given back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Insert,
    Select,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
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

# One day per execution: with two equal columns of an index to go by, neither database has to
# guess that a day is a small part of all lines.
_STORE = bindparam("of_store", type_=String())
_DAY = bindparam("of_day", type_=Date())
_ZERO: ColumnElement[Any] = literal_column("0")
_PARTS = ("gross", "discounts", "returns", "adjustments", "orders", "units")


def recompute_days(connection: Connection, store_id: str, days: Iterable[date]) -> None:
    """Replace the aggregates of the given store-local days with what the orders now say."""
    wanted = [{"of_store": store_id, "of_day": day} for day in sorted(set(days))]
    if not wanted:
        return
    for table in (daily_sales, daily_variant_sales):
        mine = (table.c.store_id == _STORE) & (table.c.day == _DAY)
        connection.execute(delete(table).where(mine), wanted)
    connection.execute(_insert_store_day(), wanted)
    connection.execute(_insert_variant_day(), wanted)


@cache
def _insert_store_day() -> Insert:
    parts = union_all(
        _line_parts(),
        _order_parts(),
        _refund_parts(),
        _adjustment_parts(),
    ).subquery("parts")
    total = {name: func.sum(parts.c[name]) for name in _PARTS}
    net = total["gross"] - total["discounts"] - total["returns"] + total["adjustments"]
    query = select(
        _STORE, parts.c.day, func.max(parts.c.currency),
        total["gross"], total["discounts"], total["returns"], total["adjustments"], net,
        total["orders"], total["units"],
    ).group_by(parts.c.day)  # fmt: skip
    columns = [
        "store_id", "day", "currency", "gross", "discounts", "returns", "adjustments", "net",
        "orders", "units",
    ]  # fmt: skip
    return insert(daily_sales).from_select(columns, query)


@cache
def _insert_variant_day() -> Insert:
    sold = (
        select(
            orders.c.day, order_lines.c.variant_id, order_lines.c.currency,
            _raw(order_lines.c.quantity).label("units"), _raw(order_lines.c.gross).label("gross"),
            _raw(order_lines.c.total).label("revenue"), _ZERO.label("returned_units"),
            _ZERO.label("returned"),
        )
        .join(orders, _of_order(order_lines))
        .where(_counted(), orders.c.day == _DAY, order_lines.c.variant_id.is_not(None))
    )  # fmt: skip
    returned = (
        select(
            refunds.c.day, refund_lines.c.variant_id, refund_lines.c.currency,
            _ZERO, _ZERO, _ZERO, refund_lines.c.quantity, _raw(refund_lines.c.subtotal),
        )
        .join(refunds, _of_refund(refund_lines))
        .join(orders, _of_order(refunds))
        .where(_counted(), refunds.c.day == _DAY, refund_lines.c.variant_id.is_not(None))
    )  # fmt: skip
    parts = union_all(sold, returned).subquery("parts")
    names = ["units", "gross", "revenue", "returned_units", "returned"]
    query = select(
        _STORE, parts.c.day, parts.c.variant_id, func.max(parts.c.currency),
        *(func.sum(parts.c[name]) for name in names),
    ).group_by(parts.c.day, parts.c.variant_id)  # fmt: skip
    columns = ["store_id", "day", "variant_id", "currency", *names]
    return insert(daily_variant_sales).from_select(columns, query)


def _line_parts() -> Select[Any]:
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
        .where(_counted(), orders.c.day == _DAY)
    )


def _order_parts() -> Select[Any]:
    return _parts(
        orders.c.day, orders.c.currency, discounts=_raw(orders.c.discount),
        orders=literal_column("1"),
    ).where(_counted(), orders.c.day == _DAY)  # fmt: skip


def _refund_parts() -> Select[Any]:
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
        .where(_counted(), refunds.c.day == _DAY)
    )


def _adjustment_parts() -> Select[Any]:
    return (
        _parts(
            refunds.c.day,
            order_adjustments.c.currency,
            adjustments=_raw(order_adjustments.c.amount),
        )
        .join(refunds, _of_refund(order_adjustments))
        .join(orders, _of_order(refunds))
        .where(_counted(), refunds.c.day == _DAY)
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


def _counted() -> ColumnElement[bool]:
    """Real orders of the store: neither tests nor deleted ones. Cancelled ones carry refunds."""
    return and_(
        orders.c.store_id == _STORE, orders.c.test.is_(False), orders.c.deleted_at.is_(None)
    )


def _of_order(table: Any) -> ColumnElement[bool]:
    return and_(orders.c.store_id == table.c.store_id, orders.c.id == table.c.order_id)


def _of_refund(table: Any) -> ColumnElement[bool]:
    return and_(
        refunds.c.store_id == table.c.store_id,
        refunds.c.order_id == table.c.order_id,
        refunds.c.id == table.c.refund_id,
    )
