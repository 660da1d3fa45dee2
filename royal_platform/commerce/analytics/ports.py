"""What analytics needs of a warehouse, and what a warehouse needs of the store's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from royal_platform.commerce.analytics.star import StarTable

Value = str | int | float | bool | Decimal | date | datetime | None
Engine = Literal["duckdb", "bigquery"]


@dataclass(frozen=True, slots=True)
class Query:
    """One SELECT over tables of ``STAR``, in DuckDB's SQL with ``$name`` parameters.

    Tables are named bare, and whoever runs it sees one store's rows only. Keep to what every
    engine has: no FILTER, MEDIAN or date_trunc (weeks and months are columns of dim_day), and
    CAST before dividing.
    """

    sql: str
    parameters: Mapping[str, Value | Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the warehouse holds: as the store's tables were at ``as_of`` (business time, UTC).

    ``loaded_at`` is wall time. ``counts`` are rows by table; None where nobody counted.
    """

    engine: Engine
    as_of: datetime
    loaded_at: datetime
    counts: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """Typed rows: amounts are ``Decimal``, days ``date``, moments aware UTC, unknown None.

    ``sql`` is what the engine was given; ``bytes_billed`` None where nobody bills.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    sql: str
    freshness: Freshness
    bytes_billed: int | None = None


class Warehouse(Protocol):
    """One store's history, for reading."""

    @property
    def engine(self) -> Engine:
        """Whose SQL is run."""
        ...

    def rows(self, query: Query, *, limit: int = 10_000) -> Rows:
        """The rows of ``query``, at most ``limit`` of them.

        Raises ``Invalid`` when it is no SELECT over the star or the engine refuses it,
        ``NotFound`` before the first load, ``Unavailable`` when the engine does not answer.
        """
        ...

    def sql(self, query: Query) -> str:
        """What ``rows`` would give the engine. Raises ``Invalid``."""
        ...

    def freshness(self) -> Freshness | None:
        """What it holds; None before the first load. Raises ``Unavailable``."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a warehouse has been loaded: the version of the days and the last day of stock."""

    days: int
    stock: date | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows of a table are loaded anew: those of ``days``, those from ``since`` on, or all."""

    days: tuple[date, ...] | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a mark, and the new mark; ``scopes`` by table, the others as a whole."""

    scopes: Mapping[str, Scope]
    mark: Mark
    as_of: datetime

    def scope(self, table: StarTable) -> Scope:
        """What of ``table`` is to be loaded anew."""
        return self.scopes.get(table.name, Scope())


class StarSnapshot(Protocol):
    """The store's tables at one moment."""

    def changes(self, since: Mark | None) -> Changes:
        """What to load for a warehouse that is at ``since``; None: it is empty."""
        ...

    def rows(self, table: StarTable, scope: Scope) -> Iterator[Sequence[Any]]:
        """The rows of ``table`` within ``scope``, without ``store_id``, in its columns' order.

        Values are as drivers
        give them: moments as UTC text or datetimes, amounts as integers of
        ten-thousandths, rates as Decimal.
        """
        ...


class StarSource(Protocol):
    """The store's own tables, as rows of the star."""

    @property
    def store_id(self) -> str:
        """Whose they are."""
        ...

    def snapshot(self) -> AbstractContextManager[StarSnapshot]:
        """A consistent view, held while the block runs."""
        ...
