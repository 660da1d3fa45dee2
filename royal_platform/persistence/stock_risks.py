"""How each variant's stock stands, as the newest run saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select

from core.storage.database import Database
from royal_platform.commerce.inventory.model import StockRisk
from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.paging import Order, Page, containing, page
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.supply import stock_risks

Show = Literal["risk", "late", "dead", "all"]
# What must be ordered within a fortnight is at risk now.
SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class StoredRisk:
    """One variant's figures; ``figures`` are a ``StockRisk``'s as JSON."""

    variant_id: str
    rank: int
    sku: str | None
    product_id: str | None
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RiskCounts:
    """How many variants there are of each sort; ``as_of`` None: no run has looked yet."""

    judged: int
    late: int
    soon: int
    dead: int
    run_id: str | None
    as_of: datetime | None


class StockRisks:
    """The stock figures of one store; a new run's replace the old ones."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def replace(
        self, connection: Connection, run_id: str, risks: Sequence[StockRisk], *, as_of: datetime
    ) -> None:
        """Store a run's figures in their order and forget those of other runs."""
        rows = [
            {
                "store_id": self.store_id, "variant_id": risk.variant_id, "run_id": run_id,
                "as_of": as_of, "rank": rank, "order_by": risk.order_by, "late": risk.late,
                "dead": risk.dead, "abc": risk.abc,
                "search": f"{risk.title} {risk.vendor or ''}".lower(), "document": _figures(risk),
            }
            for rank, risk in enumerate(risks)
        ]  # fmt: skip
        put(connection, stock_risks, rows)
        connection.execute(
            delete(stock_risks).where(
                stock_risks.c.store_id == self.store_id, stock_risks.c.run_id != run_id
            )
        )

    def page(
        self,
        connection: Connection,
        *,
        show: Show,
        soon: date,
        text: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[StoredRisk]:
        """A page, the most pressing first; ``soon`` is the last day that still is at risk."""
        table = stock_risks.c
        condition = [table.store_id == self.store_id, *_shown(show, soon)]
        condition += containing(table.search, text)
        order = Order("rank", table.rank, table.variant_id)
        query = (
            select(stock_risks, variants.c.sku, variants.c.product_id)
            .outerjoin(
                variants,
                (variants.c.store_id == table.store_id) & (variants.c.id == table.variant_id),
            )
            .where(*condition)
        )
        rows = [
            StoredRisk(row.variant_id, row.rank, row.sku, row.product_id, row.document)
            for row in connection.execute(order.apply(query, cursor, limit))
        ]
        count = select(func.count()).select_from(stock_risks).where(*condition)
        total = int(connection.execute(count).scalar_one())
        return page(rows, limit, total, order, lambda item: (item.rank, item.variant_id))

    def counts(self, connection: Connection, soon: date) -> RiskCounts:
        """How many of each sort, and which run looked when."""
        table = stock_risks.c
        query = select(
            func.count(),
            func.count().filter(table.late.is_(True)),
            func.count().filter(*_shown("risk", soon)),
            func.count().filter(table.dead.is_(True)),
            func.max(table.run_id),
            func.max(table.as_of, type_=table.as_of.type),
        ).where(table.store_id == self.store_id)
        return RiskCounts(*connection.execute(query).one())


class StoredStockRisks:
    """Where a run keeps how the stock stands."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def save(self, run_id: str, as_of: datetime, risks: Sequence[StockRisk]) -> None:
        """Store every variant's figures; saving one run's twice leaves one."""
        with self._database.write() as transaction:
            StockRisks(self._store_id).replace(transaction.connection, run_id, risks, as_of=as_of)


def _shown(show: Show, soon: date) -> list[ColumnElement[bool]]:
    table = stock_risks.c
    if show == "late":
        return [table.late.is_(True)]
    if show == "dead":
        return [table.dead.is_(True)]
    if show == "risk":
        return [or_(table.late.is_(True), table.order_by <= soon)]
    return []


def _figures(risk: StockRisk) -> dict[str, Any]:
    found = asdict(risk)
    for name, value in found.items():
        if isinstance(value, float):
            found[name] = round(value, 3)
        if isinstance(value, date):
            found[name] = value.isoformat()
    # The calendar and an offer's price are read where they were entered.
    for name in ("calendar", "unit_cost"):
        del found["terms"][name]
    figures: dict[str, Any] = jsonable(found)
    return figures
