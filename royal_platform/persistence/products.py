"""Products as the lists and the detail page show them, with variants, pace and cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from core.errors import NotFound
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.figures_of_stock import (
    COVER_UNIT,
    StockFigures,
    figures_of,
    variant_figures,
)
from royal_platform.persistence.paging import Order, Page, containing, page
from royal_platform.persistence.tables.catalog import products, variants

Sort = Literal["title", "sold", "cover", "price"]


@dataclass(frozen=True, slots=True)
class VariantItem:
    """One variant; ``unit_cost`` None is unknown, ``available`` None is not counted."""

    id: str
    product_id: str
    sku: str | None
    title: str
    price: Money
    compare_at_price: Money | None
    unit_cost: Money | None
    available: int | None
    sold_28d: int
    days_of_cover: Decimal | None
    inventory_item_id: str | None

    @property
    def margin_percent(self) -> Decimal | None:
        """What remains of the price after the unit cost, in percent; None when unknown."""
        if self.unit_cost is None or self.price.amount <= 0:
            return None
        share = (self.price.amount - self.unit_cost.amount) / self.price.amount * 100
        return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ProductItem:
    """One product with its variants in the store's order."""

    id: str
    title: str
    handle: str
    status: str
    vendor: str | None
    product_type: str | None
    tags: list[str]
    updated_at: datetime
    variants: tuple[VariantItem, ...]


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """``stock``: out = a variant has none left; low = one runs out within ``low_days``."""

    text: str | None = None
    status: str | None = None
    stock: Literal["all", "out", "low"] = "all"
    sort: Sort = "title"
    low_days: int = 14


class Products:
    """The products of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def page(
        self,
        connection: Connection,
        wanted: ProductFilter,
        *,
        today: date,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[ProductItem]:
        """A page by title, by units sold (most first), by cover or by price (least first)."""
        conditions = self._conditions(wanted)
        if wanted.sort == "title" and wanted.stock == "all":
            order = Order("title", products.c.title, products.c.id)
            query = select(products, products.c.title.label("sort_value")).where(*conditions)
            counted = select(func.count()).select_from(products).where(*conditions)
        else:
            query, order = self._with_figures(wanted, conditions, today)
            counted = select(func.count()).select_from(query.subquery())
        total = int(connection.execute(counted).scalar_one())
        rows = list(connection.execute(order.apply(query, cursor, limit)))
        found = page(rows, limit, total, order, lambda row: (row.sort_value, row.id))
        items = self._items(connection, found.items, today)
        return Page(tuple(items), found.next_cursor, found.total)

    def get(self, connection: Connection, product_id: str, *, today: date) -> ProductItem:
        """One product. Raises ``NotFound``."""
        query = select(products).where(
            products.c.store_id == self.store_id,
            products.c.id == product_id,
            products.c.deleted_at.is_(None),
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no product {product_id!r}.", remedy="List them: GET /v1/products."
            )
        return self._items(connection, [row], today)[0]

    def product_of(self, connection: Connection, variant_id: str) -> str:
        """The id of the product a variant belongs to. Raises ``NotFound``."""
        query = select(variants.c.product_id).where(
            variants.c.store_id == self.store_id,
            variants.c.id == variant_id,
            variants.c.deleted_at.is_(None),
        )
        found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise NotFound(
                f"There is no variant {variant_id!r}.", remedy="List them: GET /v1/products."
            )
        return str(found)

    def _conditions(self, wanted: ProductFilter) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [
            products.c.store_id == self.store_id,
            products.c.deleted_at.is_(None),
        ]
        if wanted.status:
            conditions.append(products.c.status == wanted.status.lower())
        conditions += containing(products.c.search, wanted.text)
        return conditions

    def _with_figures(
        self, wanted: ProductFilter, conditions: Sequence[ColumnElement[bool]], today: date
    ) -> tuple[Any, Order]:
        figures = variant_figures(self.store_id, today)
        out = case((figures.c.available <= 0, 1), else_=0)
        low = case(
            ((figures.c.cover < wanted.low_days * COVER_UNIT) & (figures.c.available > 0), 1),
            else_=0,
        )
        by_product = (
            select(
                figures.c.product_id,
                func.sum(figures.c.sold).label("sold"),
                func.min(figures.c.cover).label("cover"),
                func.min(figures.c.price).label("price"),
                func.max(out).label("out"),
                func.max(low).label("low"),
            )
            .group_by(figures.c.product_id)
            .subquery("by_product")
        )
        expressions: dict[str, ColumnElement[Any]] = {
            "title": products.c.title,
            "sold": by_product.c.sold,
            "cover": by_product.c.cover,
            "price": by_product.c.price,
        }
        expression = expressions[wanted.sort]
        query = (
            select(products, expression.label("sort_value"))
            .join(by_product, by_product.c.product_id == products.c.id)
            .where(*conditions)
        )
        if wanted.stock != "all":
            query = query.where(by_product.c[wanted.stock] == 1)
        order = Order(wanted.sort, expression, products.c.id, descending=wanted.sort == "sold")
        return query, order

    def _items(
        self, connection: Connection, rows: Sequence[Row[Any]], today: date
    ) -> list[ProductItem]:
        owned = self._variants(connection, [row.id for row in rows], today)
        return [
            ProductItem(
                id=row.id,
                title=row.title,
                handle=row.handle,
                status=row.status,
                vendor=row.vendor,
                product_type=row.product_type,
                tags=list(row.tags),
                updated_at=row.updated_at,
                variants=tuple(owned.get(row.id, ())),
            )
            for row in rows
        ]

    def _variants(
        self, connection: Connection, product_ids: Sequence[str], today: date
    ) -> dict[str, list[VariantItem]]:
        query = (
            select(variants)
            .where(variants.c.store_id == self.store_id, variants.c.deleted_at.is_(None))
            .where(variants.c.product_id.in_(product_ids))
            .order_by(variants.c.product_id, variants.c.position, variants.c.id)
        )
        rows = list(connection.execute(query))
        counted = {row.id: row.inventory_item_id if row.tracked else None for row in rows}
        figures = figures_of(connection, self.store_id, today, counted)
        owned: dict[str, list[VariantItem]] = {}
        for row in rows:
            owned.setdefault(row.product_id, []).append(_variant(row, figures[row.id]))
        return owned


def _variant(row: Row[Any], figures: StockFigures) -> VariantItem:
    def money(amount: Decimal | None) -> Money | None:
        return None if amount is None else Money(amount, row.currency)

    return VariantItem(
        id=row.id,
        product_id=row.product_id,
        sku=row.sku,
        title=row.title,
        price=Money(row.price, row.currency),
        compare_at_price=money(row.compare_at),
        unit_cost=money(row.unit_cost),
        available=figures.available,
        sold_28d=figures.sold_28d,
        days_of_cover=figures.days_of_cover,
        inventory_item_id=row.inventory_item_id,
    )
