"""Who asked one store to be told when goods are there again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import inventory_levels, variants
from royal_platform.persistence.tables.marketing import stock_wishes


class StockWishes:
    """The wishes of one store's customers."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def ask(
        self, connection: Connection, customer_id: str, variant_id: str, *, source: str,
        now: datetime,
    ) -> None:  # fmt: skip
        """Keep the wish; asked again, it is as new as the last time."""
        row = {
            "store_id": self.store_id, "customer_id": customer_id, "variant_id": variant_id,
            "asked_at": now, "source": source,
        }  # fmt: skip
        put(connection, stock_wishes, [row])

    def available(self, connection: Connection, variant_id: str) -> int | None:
        """Units of the variant that can be sold now; None when no such variant is sold."""
        query = (
            select(func.coalesce(func.sum(inventory_levels.c.available), 0))
            .select_from(variants)
            .outerjoin(inventory_levels, (inventory_levels.c.store_id == variants.c.store_id)
                       & (inventory_levels.c.inventory_item_id == variants.c.inventory_item_id))
            .where(variants.c.store_id == self.store_id, variants.c.id == variant_id)
            .where(variants.c.deleted_at.is_(None))
            .group_by(variants.c.id)
        )  # fmt: skip
        found = connection.execute(query).scalar()
        return None if found is None else int(found)

    def erase(self, connection: Connection, customer_id: str | None) -> int:
        """Forget one person's wishes, or everybody's."""
        statement = delete(stock_wishes).where(stock_wishes.c.store_id == self.store_id)
        if customer_id is not None:
            statement = statement.where(stock_wishes.c.customer_id == customer_id)
        return connection.execute(statement).rowcount
