"""What each product brought in over store-local days, the most first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, literal_column, select

from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.catalog import products, variants
from royal_platform.persistence.tables.orders import daily_variant_sales


@dataclass(frozen=True, slots=True)
class ProductSales:
    """Revenue after discounts and returns, before tax, and the units kept, of one product."""

    product_id: str
    title: str
    revenue: Decimal
    units: int


def sales_by_product(
    connection: Connection, store: Store, start: date, end: date, *, limit: int, offset: int = 0
) -> list[ProductSales]:
    """Products sold from ``start`` to ``end``, both included, by revenue.

    Days on which the store sold in another currency than now are left out.
    """
    sales = daily_variant_sales.c
    kept: Any = literal_column(
        "daily_variant_sales.revenue - daily_variant_sales.returned - daily_variant_sales.tax"
    )
    revenue = cast(func.sum(kept), BigInteger).label("revenue")
    query = (
        select(
            products.c.id,
            products.c.title,
            revenue,
            func.sum(sales.units - sales.returned_units).label("units"),
        )
        .select_from(daily_variant_sales)
        .join(variants, (variants.c.store_id == sales.store_id)
              & (variants.c.id == sales.variant_id))
        .join(products, (products.c.store_id == variants.c.store_id)
              & (products.c.id == variants.c.product_id))
        .where(sales.store_id == store.id, sales.day.between(start, end))
        .where(sales.currency == store.currency)
        .group_by(products.c.id, products.c.title)
        .order_by(revenue.desc(), products.c.id)
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [
        ProductSales(row.id, row.title, Decimal(row.revenue).scaleb(-4), int(row.units))
        for row in connection.execute(query)
    ]
