"""``ArticleReader`` on the mirror: the products that are sold, found by the words of a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, func, or_, select

from core.storage.database import Database
from royal_platform.commerce.support.articles import (
    Article,
    named_titles,
    points_back,
    title_words,
    written_words,
)
from royal_platform.persistence.support_facts import sold_variants
from royal_platform.persistence.tables.catalog import inventory_levels, products, variants
from royal_platform.persistence.tables.orders import order_lines

# Of a text with more words than this every title is read: that is quicker than to look for each.
_MOST_WORDS = 20
_MOST_BOUGHT = 20


class StoredArticles:
    """The articles of one store, with prices in its ``currency``."""

    def __init__(self, database: Database, store_id: str, currency: str) -> None:
        self._database = database
        self._store_id = store_id
        self._currency = currency

    def asked_about(self, text: str, order_id: str | None) -> Sequence[Article]:
        """The active articles that the text names, else the one of the order it points at."""
        with self._database.read() as connection:
            found = self._articles(connection, named_titles(text, self._titles(connection, text)))
            if found or order_id is None:
                return found
            bought = self._articles(connection, self._bought(connection, order_id))
        return bought if points_back(text, bought) else []

    def _active(self) -> Select[tuple[str, str, datetime]]:
        return select(products.c.id, products.c.title, products.c.updated_at).where(
            products.c.store_id == self._store_id, products.c.status == "active",
            products.c.deleted_at.is_(None),
        )  # fmt: skip

    def _titles(self, connection: Connection, text: str) -> dict[str, str]:
        """The titles that may have a word of the text in them, as it was written or folded."""
        words = title_words(text) | written_words(text)
        if not words:
            return {}
        named = self._active().with_only_columns(products.c.id, products.c.title)
        if len(words) <= _MOST_WORDS:
            said = (products.c.search.contains(each, autoescape=True) for each in sorted(words))
            named = named.where(or_(*said))
        return dict(connection.execute(named).tuples().all())

    def _bought(self, connection: Connection, order_id: str) -> Sequence[str]:
        query = (
            select(variants.c.product_id)
            .join(
                order_lines,
                (order_lines.c.store_id == variants.c.store_id)
                & (order_lines.c.variant_id == variants.c.id),
            )
            .where(variants.c.store_id == self._store_id, order_lines.c.order_id == order_id)
            .distinct()
            .limit(_MOST_BOUGHT)
        )
        return connection.execute(query).scalars().all()

    def _articles(self, connection: Connection, ids: Sequence[str]) -> list[Article]:
        if not ids:
            return []
        sold = sold_variants(connection, self._store_id, set(ids), self._currency)
        counted = self._counted_at(connection, ids)
        rows = connection.execute(self._active().where(products.c.id.in_(ids)))
        return [
            Article(
                row.id, row.title, self._currency, tuple(sold[row.id]),
                max(row.updated_at, counted.get(row.id, row.updated_at)),
            )
            for row in rows
            if row.id in sold
        ]  # fmt: skip

    def _counted_at(self, connection: Connection, ids: Sequence[str]) -> dict[str, datetime]:
        """When the stock of each product last changed."""
        latest = func.max(inventory_levels.c.updated_at, type_=inventory_levels.c.updated_at.type)
        query = (
            select(variants.c.product_id, latest.label("at"))
            .join(
                inventory_levels,
                (inventory_levels.c.store_id == variants.c.store_id)
                & (inventory_levels.c.inventory_item_id == variants.c.inventory_item_id),
            )
            .where(variants.c.store_id == self._store_id, variants.c.product_id.in_(ids))
            .group_by(variants.c.product_id)
        )
        return {row.product_id: row.at for row in connection.execute(query)}
