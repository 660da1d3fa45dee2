"""Daily sales of the store and of its variants, recomputed from the orders of touched days.

net = gross − discounts − returns + adjustments, where lines without a variant (custom amounts,
codes that are no goods) and refunds of such lines count as adjustments, so that every part sums.
All of these as the buyers paid them; ``earned`` and ``given_back`` are before tax. Money given back
counts on the day it was given back. Costs are today's unit costs; whoever changes one does it
inside ``revalued``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Insert,
    Select,
    String,
    Subquery,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from royal_platform.persistence.counted_orders import bought
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.orders import (
    daily_sales,
    daily_variant_sales,
    order_adjustments,
    order_lines,
    orders,
    refund_lines,
    refunds,
)
from royal_platform.persistence.taxes import tax_in
from royal_platform.persistence.touched_days import touch

# One day per execution: with two equal columns of an index to go by, neither database has to
# guess that a day is a small part of all lines.
_STORE = bindparam("of_store", type_=String())
_DAY = bindparam("of_day", type_=Date())
_ZERO: ColumnElement[Any] = literal_column("0")
_PARTS = (
    "gross", "discounts", "returns", "adjustments", "orders", "units", "paid", "tax", "earned",
    "given_back",
)  # fmt: skip


def recompute_days(connection: Connection, store_id: str, days: Iterable[date]) -> None:
    """Replace the aggregates of the given store-local days with what the orders now say."""
    days = set(days)
    wanted = [{"of_store": store_id, "of_day": day} for day in sorted(days)]
    if not wanted:
        return
    for table in (daily_sales, daily_variant_sales):
        mine = (table.c.store_id == _STORE) & (table.c.day == _DAY)
        connection.execute(delete(table).where(mine), wanted)
    connection.execute(_insert_store_day(), wanted)
    connection.execute(_insert_variant_day(), wanted)
    connection.execute(_value_store_day(), wanted)
    touch(connection, store_id, days)


@contextmanager
def revalued(connection: Connection, store_id: str, variant_ids: Iterable[str]) -> Iterator[None]:
    """The unit costs of these variants may change inside the block: all their days follow.

    Only their own sales are read, out of the sums before and into them after, so a new cost
    costs what the variant has sold and not what the store has.
    """
    ids = sorted(set(variant_ids))
    _add_value(connection, store_id, ids, sign=-1)
    yield
    _add_value(connection, store_id, ids, sign=1)


def _add_value(connection: Connection, store_id: str, ids: list[str], *, sign: int) -> None:
    for part in chunks(ids):
        value = _value_by_day(
            (daily_variant_sales.c.store_id == store_id)
            & daily_variant_sales.c.variant_id.in_(part)
        )
        changed = {
            name: _raw(daily_sales.c[name]) + literal_column(str(sign)) * value.c[name]
            for name in ("covered", "cost")
        }
        connection.execute(
            update(daily_sales)
            .where(daily_sales.c.store_id == store_id, daily_sales.c.day == value.c.day)
            .values(changed)
        )


@cache
def _value_store_day() -> Update:
    value = _value_by_day(
        (daily_variant_sales.c.store_id == _STORE) & (daily_variant_sales.c.day == _DAY)
    )
    return (
        update(daily_sales)
        .where(daily_sales.c.store_id == _STORE, daily_sales.c.day == value.c.day)
        .values({name: value.c[name] for name in ("sold", "covered", "cost")})
    )


def _value_by_day(wanted: ColumnElement[bool]) -> Subquery:
    """Per day, before tax: revenue after returns, the part whose unit cost is known, its cost."""
    sales = daily_variant_sales.c
    kept = _raw(sales.revenue) - _raw(sales.returned) - _raw(sales.tax)
    units = _raw(sales.units) - _raw(sales.returned_units)
    unit_cost = _raw(variants.c.unit_cost)
    known = unit_cost.is_not(None)

    def total(value: ColumnElement[Any]) -> ColumnElement[int]:
        return cast(func.coalesce(func.sum(value), 0), BigInteger)

    return (
        select(
            sales.day,
            total(kept).label("sold"),
            total(case((known, kept), else_=_ZERO)).label("covered"),
            total(case((known, units * unit_cost), else_=_ZERO)).label("cost"),
        )
        .select_from(daily_variant_sales)
        .outerjoin(
            variants, (variants.c.store_id == sales.store_id) & (variants.c.id == sales.variant_id)
        )
        .where(wanted)
        .group_by(sales.day)
        .subquery("value")
    )


@cache
def _insert_store_day() -> Insert:
    parts = union_all(
        _line_parts(),
        _order_parts(),
        _earned_parts(),
        _refund_parts(),
        _adjustment_parts(),
    ).subquery("parts")
    total = {name: func.sum(parts.c[name]) for name in _PARTS}
    net = total["gross"] - total["discounts"] - total["returns"] + total["adjustments"]
    query = select(
        _STORE, parts.c.day, func.max(parts.c.currency),
        total["gross"], total["discounts"], total["returns"], total["adjustments"], net,
        *(total[name] for name in ("orders", "units", "paid", "tax", "earned", "given_back")),
        _ZERO, _ZERO, _ZERO,
    ).group_by(parts.c.day)  # fmt: skip
    columns = [
        "store_id", "day", "currency", "gross", "discounts", "returns", "adjustments", "net",
        "orders", "units", "paid", "tax", "earned", "given_back", "sold", "covered", "cost",
    ]  # fmt: skip
    return insert(daily_sales).from_select(columns, query)


@cache
def _insert_variant_day() -> Insert:
    sold = (
        select(
            orders.c.day, order_lines.c.variant_id, order_lines.c.currency,
            _raw(order_lines.c.quantity).label("units"), _raw(order_lines.c.gross).label("gross"),
            _raw(order_lines.c.total).label("revenue"), _ZERO.label("returned_units"),
            _ZERO.label("returned"), tax_in(_raw(order_lines.c.total), _STORE).label("tax"),
        )
        .join(orders, _of_order(order_lines))
        .where(_counted(), orders.c.day == _DAY, order_lines.c.variant_id.is_not(None))
    )  # fmt: skip
    returned = (
        select(
            refunds.c.day, refund_lines.c.variant_id, refund_lines.c.currency,
            _ZERO, _ZERO, _ZERO, refund_lines.c.quantity, _raw(refund_lines.c.subtotal),
            -tax_in(_raw(refund_lines.c.subtotal), _STORE),
        )
        .join(refunds, _of_refund(refund_lines))
        .join(orders, _of_order(refunds))
        .where(_counted(), refunds.c.day == _DAY, refund_lines.c.variant_id.is_not(None))
    )  # fmt: skip
    parts = union_all(sold, returned).subquery("parts")
    names = ["units", "gross", "revenue", "returned_units", "returned", "tax"]
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
        orders=literal_column("1"), paid=_raw(orders.c.total), tax=_raw(orders.c.tax),
    ).where(_counted(), orders.c.day == _DAY)  # fmt: skip


def _earned_parts() -> Select[Any]:
    """What each order came to before tax: its lines less the discount on the whole."""
    lines = (
        select(order_lines.c.order_id, func.sum(_raw(order_lines.c.total)).label("total"))
        .join(orders, _of_order(order_lines))
        .where(_counted(), orders.c.day == _DAY)
        .group_by(order_lines.c.order_id)
        .subquery("sold")
    )
    paid = cast(lines.c.total, BigInteger) - _raw(orders.c.discount)
    return (
        _parts(orders.c.day, orders.c.currency, earned=_before_tax(paid))
        .join(lines, lines.c.order_id == orders.c.id)
        .where(_counted(), orders.c.day == _DAY)
    )


def _refund_parts() -> Select[Any]:
    line = refund_lines.c
    return (
        _parts(
            refunds.c.day,
            line.currency,
            returns=_goods(line.variant_id, _raw(line.subtotal)),
            adjustments=_no_goods(line.variant_id, -_raw(line.subtotal)),
            given_back=_before_tax(_raw(line.subtotal)),
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
            given_back=_before_tax(-_raw(order_adjustments.c.amount)),
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


def _before_tax(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return amount - tax_in(amount, _STORE)


def _goods(variant_id: Any, value: Any) -> ColumnElement[Any]:
    return case((variant_id.is_not(None), value), else_=_ZERO)


def _no_goods(variant_id: Any, value: Any) -> ColumnElement[Any]:
    return case((variant_id.is_(None), value), else_=_ZERO)


def _counted() -> ColumnElement[bool]:
    """Real orders of the store, neither tests nor deleted. Cancelled ones carry refunds."""
    return and_(
        orders.c.store_id == _STORE,
        orders.c.test.is_(False),
        orders.c.deleted_at.is_(None),
        bought(),
    )


def _of_order(table: Any) -> ColumnElement[bool]:
    return and_(orders.c.store_id == table.c.store_id, orders.c.id == table.c.order_id)


def _of_refund(table: Any) -> ColumnElement[bool]:
    return and_(
        refunds.c.store_id == table.c.store_id,
        refunds.c.order_id == table.c.order_id,
        refunds.c.id == table.c.refund_id,
    )
