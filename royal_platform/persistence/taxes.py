"""The tax that a store's prices include, as its own orders were taxed.

Where prices include tax, an order's tax is taken from its goods in proportion to their amounts:
the store tells it for the whole order only. A tax that cannot be (more than was paid) is unknown.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, literal_column, or_, select

from core.storage.proportion import Proportion, proportion
from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.orders import daily_sales, orders
from royal_platform.persistence.tables.store import stores


def before_tax(amount: int, tax: int, total: int, *, included: bool) -> int | None:
    """``amount`` without its share of the tax in ``total``; None when that cannot be known.

    All in ten-thousandths; half of one rounds up.
    """
    if not included or tax == 0:
        return amount
    if tax < 0 or tax >= total:
        return None
    return amount - proportion(amount, tax, total)


def tax_in(amount: ColumnElement[Any], store_id: Any) -> ColumnElement[Any]:
    """The tax in an ``amount`` of an order, in ten-thousandths; ``orders`` is in the query.

    All of it where the tax is unknown: then nothing of it counts, as with ``before_tax``.
    ``store_id`` is the store's id or a bound parameter for it.
    """
    included = select(stores.c.taxes_included).where(stores.c.id == store_id).scalar_subquery()
    tax: ColumnElement[Any] = literal_column("orders.tax")
    total: ColumnElement[Any] = literal_column("orders.total")
    return case(
        (or_(~included, tax == 0), literal_column("0")),
        (or_(tax < 0, tax >= total), amount),
        else_=Proportion(amount, tax, total),
    )


def net_before_tax(store_id: str) -> ColumnElement[Any]:
    """An order's net sales without the tax in them, of the type of its other amounts."""
    net: ColumnElement[Any] = literal_column("orders.net")
    return (net - tax_in(net, store_id)).cast(orders.c.net.type)


def included_tax_rate(connection: Connection, store: Store, since: date) -> Decimal:
    """The fraction of tax in prices, by the orders from ``since`` on; 0 where prices have none."""
    if not store.taxes_included:
        return Decimal(0)
    table = daily_sales.c
    query = select(
        func.sum(table.tax, type_=table.tax.type), func.sum(table.paid, type_=table.paid.type)
    ).where(table.store_id == store.id, table.day >= since)
    taxed, paid = connection.execute(query).one()
    if not taxed or paid <= taxed:
        return Decimal(0)
    return Decimal(taxed / (paid - taxed)).quantize(Decimal("0.0001"))
