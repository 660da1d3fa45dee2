"""Stock as the list shows it: one row per variant and location."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from royal_platform.persistence.paging import Order, Page, containing, page
from royal_platform.persistence.tables.catalog import (
    inventory_levels,
    locations,
    products,
    variants,
)


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """Stock of one variant at one location; None = the store does not say."""

    variant_id: str
    sku: str | None
    title: str
    location_id: str
    location: str
    available: int | None
    on_hand: int | None
    committed: int | None
    incoming: int | None
    updated_at: datetime


class Inventory:
    """The stock of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def page(
        self,
        connection: Connection,
        *,
        text: str | None = None,
        variant_id: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[InventoryItem]:
        """A page by title."""
        conditions: list[ColumnElement[bool]] = [
            inventory_levels.c.store_id == self.store_id,
            variants.c.deleted_at.is_(None),
            products.c.deleted_at.is_(None),
        ]
        if variant_id is not None:
            conditions.append(variants.c.id == variant_id)
        conditions += containing(products.c.search, text)
        tie = variants.c.id + ":" + inventory_levels.c.location_id
        order = Order("title", variants.c.title, tie)
        levels = inventory_levels.c
        query = (
            select(
                variants.c.id.label("variant_id"), variants.c.sku, variants.c.title,
                levels.location_id,
                func.coalesce(locations.c.name, levels.location_id).label("location"),
                levels.available, levels.on_hand, levels.committed, levels.incoming,
                levels.updated_at,
            )
            .select_from(inventory_levels)
            .join(
                variants,
                (variants.c.store_id == levels.store_id)
                & (variants.c.inventory_item_id == levels.inventory_item_id),
            )
            .join(
                products,
                (products.c.store_id == variants.c.store_id)
                & (products.c.id == variants.c.product_id),
            )
            .outerjoin(
                locations,
                (locations.c.store_id == levels.store_id)
                & (locations.c.id == levels.location_id),
            )
            .where(*conditions)
        )  # fmt: skip
        total = int(
            connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        )
        rows = connection.execute(order.apply(query, cursor, limit))
        items = [InventoryItem(**row._asdict()) for row in rows]
        return page(
            items, limit, total, order,
            lambda item: (item.title, f"{item.variant_id}:{item.location_id}"),
        )  # fmt: skip
