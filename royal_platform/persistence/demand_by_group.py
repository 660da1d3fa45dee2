"""The coming demand of products, product types and collections, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from core.errors import NotFound
from royal_platform.commerce.forecasting.model import Level as Group
from royal_platform.commerce.forecasting.service import UNCATEGORISED
from royal_platform.persistence.forecasts import DemandOf, membership
from royal_platform.persistence.paging import Order, Page, containing, page
from royal_platform.persistence.products import Products
from royal_platform.persistence.tables.catalog import collections, forecasts, products
from royal_platform.persistence.tables.orders import daily_variant_sales

WEEKS = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class GroupDemand:
    """Units of one group: sold in the last four complete weeks, expected in the coming four.

    ``expected``, ``low`` and ``high`` are of the first of them, with 80 % bounds. ``title`` None
    are the products without a type.
    """

    id: str
    title: str | None
    sold: int
    coming: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal


class DemandByGroup:
    """The newest forecasts of one store's groups."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def page(
        self,
        connection: Connection,
        level: Group,
        *,
        today: date,
        text: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[GroupDemand]:
        """Those with the highest expected demand first; ``text`` filters by words of the title."""
        monday = today - timedelta(days=today.weekday())
        coming = (
            select(forecasts.c.subject_id, func.sum(forecasts.c.expected).label("coming"))
            .where(forecasts.c.store_id == self.store_id, forecasts.c.level == level)
            .where(forecasts.c.week >= monday, forecasts.c.week < monday + WEEKS)
            .group_by(forecasts.c.subject_id)
            .subquery("coming")
        )
        query = select(coming, _title(level, coming.c.subject_id).label("title"))
        named = {"collection": collections, "product": products}.get(level)
        if named is not None:
            query = query.join(
                named, (named.c.store_id == self.store_id) & (named.c.id == coming.c.subject_id)
            ).where(named.c.deleted_at.is_(None))
        query = query.where(*containing(func.lower(_title(level, coming.c.subject_id)), text))
        total = int(
            connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        )
        order = Order("coming", coming.c.coming, coming.c.subject_id, descending=True)
        rows = list(connection.execute(order.apply(query, cursor, limit)))
        found = page(rows, limit, total, order, lambda row: (row.coming, row.subject_id))
        return Page(
            tuple(self._items(connection, level, found.items, monday)), found.next_cursor, total
        )

    def _items(
        self, connection: Connection, level: Group, rows: Sequence[Row[Any]], monday: date
    ) -> list[GroupDemand]:
        ids = [row.subject_id for row in rows]
        first = self._first_week(connection, level, ids, monday)
        sold = self._sold(connection, level, ids, monday)
        return [
            GroupDemand(
                row.subject_id, row.title, sold.get(row.subject_id, 0), row.coming,
                *first[row.subject_id],
            )
            for row in rows
            if row.subject_id in first
        ]  # fmt: skip

    def _first_week(
        self, connection: Connection, level: Group, ids: Sequence[str], monday: date
    ) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
        table = forecasts.c
        query = select(table.subject_id, table.expected, table.low, table.high).where(
            table.store_id == self.store_id, table.level == level, table.week == monday,
            table.subject_id.in_(ids),
        )  # fmt: skip
        return {
            row.subject_id: (row.expected, row.low, row.high) for row in connection.execute(query)
        }

    def _sold(
        self, connection: Connection, level: Group, ids: Sequence[str], monday: date
    ) -> dict[str, int]:
        mine = membership(self.store_id, level).subquery()
        table = daily_variant_sales
        query = (
            select(mine.c.subject_id, func.sum(table.c.units))
            .join(mine, mine.c.variant_id == table.c.variant_id)
            .where(table.c.store_id == self.store_id, mine.c.subject_id.in_(ids))
            .where(table.c.day >= monday - WEEKS, table.c.day < monday)
            .group_by(mine.c.subject_id)
        )
        return {subject: int(units) for subject, units in connection.execute(query)}


def _title(level: Group, subject: ColumnElement[str]) -> ColumnElement[str]:
    titles: dict[Group, ColumnElement[str]] = {
        "collection": collections.c.title,
        "product": products.c.title,
    }
    return titles.get(level, func.nullif(subject, UNCATEGORISED))


def demand_known(connection: Connection, store_id: str, of: DemandOf) -> None:
    """Raises ``NotFound`` for a variant, product, collection or product type there is none of."""
    if of.level == "store":
        return
    if of.level == "variant":
        Products(store_id).product_of(connection, of.id)
        return
    mine = membership(store_id, of.level).subquery()
    there = select(mine.c.variant_id).where(mine.c.subject_id == of.id).limit(1)
    if connection.execute(there).first() is None:
        raise NotFound(
            f"There is no {of.level} {of.id!r} with a variant.",
            remedy=f"List them: GET /v1/demand?level={of.level}.",
        )
