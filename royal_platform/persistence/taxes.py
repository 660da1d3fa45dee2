"""The tax that a store's prices include, as its own orders were taxed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, func, select

from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.orders import daily_sales


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
