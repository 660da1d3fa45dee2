"""Orders, lines and refunds as facts of the star, before tax.

What depends on a tax that is unknown (``taxes``) is unknown too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, literal_column, select

from royal_platform.persistence.counted_orders import bought
from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.orders import (
    customers,
    order_adjustments,
    order_lines,
    orders,
    refund_lines,
    refunds,
)
from royal_platform.persistence.taxes import before_tax

Read = Callable[[Select[Any]], Iterator[Any]]
Row = Sequence[Any]
# Ordinals of amounts that belong to no line follow those of the lines.
_OF_NO_LINE = 1_000_000


def raw(column: Any) -> ColumnElement[Any]:
    """What the driver gives, without a conversion per value."""
    return literal_column(f"{column.table.name}.{column.name}")


def orders_made(read: Read, store: Store) -> Iterator[Row]:
    """Rows of ``fact_order``."""
    erased = and_(
        customers.c.store_id == orders.c.store_id,
        customers.c.id == orders.c.customer_id,
        customers.c.deleted_at.is_not(None),
    )
    query = (
        select(
            orders.c.id, orders.c.customer_id, raw(orders.c.processed_at), raw(orders.c.day),
            orders.c.currency, raw(orders.c.discount), raw(orders.c.tax), raw(orders.c.total),
            raw(orders.c.shipping), orders.c.source, orders.c.country,
            raw(orders.c.cancelled_at), func.max(customers.c.id),
            _summed(order_lines.c.gross), _summed(order_lines.c.total),
        )
        .outerjoin(order_lines, _of_order(order_lines))
        .outerjoin(customers, erased)
        .where(*_counted(store.id))
        .group_by(orders.c.store_id, orders.c.id)
    )  # fmt: skip
    for row in read(query):
        (key, customer, at, day, currency, discount, tax, total, shipping, source, country,
         cancelled, gone, gross, sold) = row  # fmt: skip
        net = before_tax(sold - discount, tax, total, included=store.taxes_included)
        known_as = customer if gone is None else None
        carried = None if shipping is None else before_tax(
            shipping, tax, total, included=store.taxes_included
        )  # fmt: skip
        yield (key, known_as, at, day, currency, gross, gross - sold + discount, tax, carried, net,
               source, country, cancelled)  # fmt: skip


def lines(read: Read, store: Store) -> Iterator[Row]:
    """Rows of ``fact_line``, at today's unit cost."""
    line = order_lines.c
    query = (
        select(
            line.order_id, line.id, line.product_id, line.variant_id, raw(orders.c.day),
            raw(orders.c.processed_at), line.currency, line.quantity, raw(line.unit_price),
            raw(line.gross), raw(line.total), raw(orders.c.tax), raw(orders.c.total),
            raw(variants.c.unit_cost), variants.c.currency,
        )
        .join(orders, _of_order(order_lines))
        .outerjoin(
            variants,
            and_(variants.c.store_id == line.store_id, variants.c.id == line.variant_id),
        )
        .where(*_counted(store.id))
    )  # fmt: skip
    for row in read(query):
        gross, sold, tax, total, cost, cost_currency = row[9:]
        net = before_tax(sold, tax, total, included=store.taxes_included)
        part = sold - net if store.taxes_included and net is not None else None
        yield (*row[:10], gross - sold, part, net, cost, None if cost is None else cost_currency)


def refunded(read: Read, store: Store) -> Iterator[Row]:
    """Rows of ``fact_refund``: refunded lines, then amounts that belong to none."""
    for query in (_refunded_lines(store.id), _adjustments(store.id)):
        for row in read(query):
            amount, tax, total = row[-3:]
            kept = before_tax(amount, tax, total, included=store.taxes_included)
            yield (*row[:-3], kept)


def _refunded_lines(store_id: str) -> Select[Any]:
    line = refund_lines.c
    return (
        select(
            line.refund_id, line.ordinal, line.order_id, line.line_id, order_lines.c.product_id,
            line.variant_id, raw(refunds.c.day), raw(refunds.c.created_at), line.currency,
            line.quantity, raw(line.subtotal), raw(orders.c.tax), raw(orders.c.total),
        )
        .join(refunds, _of_refund(refund_lines))
        .join(orders, _of_order(refunds))
        .outerjoin(
            order_lines,
            and_(
                order_lines.c.store_id == line.store_id,
                order_lines.c.order_id == line.order_id,
                order_lines.c.id == line.line_id,
            ),
        )
        .where(*_counted(store_id))
    )  # fmt: skip


def _adjustments(store_id: str) -> Select[Any]:
    own = order_adjustments.c
    nothing: ColumnElement[Any] = literal_column("NULL")
    return (
        select(
            own.refund_id, (own.ordinal + _OF_NO_LINE).label("ordinal"), own.order_id, nothing,
            nothing.label("product_id"), nothing.label("variant_id"), raw(refunds.c.day),
            raw(refunds.c.created_at), own.currency, literal_column("0"),
            (-raw(own.amount)).label("amount"), raw(orders.c.tax), raw(orders.c.total),
        )
        .join(refunds, _of_refund(order_adjustments))
        .join(orders, _of_order(refunds))
        .where(*_counted(store_id))
    )  # fmt: skip


def _summed(column: Any) -> ColumnElement[int]:
    """The sum as an integer: PostgreSQL makes a numeric of it."""
    return cast(func.coalesce(func.sum(raw(column)), 0), BigInteger)


def _counted(store_id: str) -> tuple[ColumnElement[bool], ...]:
    """Real orders of the store: neither tests nor deleted ones."""
    return (
        orders.c.store_id == store_id, orders.c.test.is_(False), orders.c.deleted_at.is_(None),
        bought(),
    )  # fmt: skip


def _of_order(table: Any) -> ColumnElement[bool]:
    return and_(orders.c.store_id == table.c.store_id, orders.c.id == table.c.order_id)


def _of_refund(table: Any) -> ColumnElement[bool]:
    return and_(
        refunds.c.store_id == table.c.store_id,
        refunds.c.order_id == table.c.order_id,
        refunds.c.id == table.c.refund_id,
    )
