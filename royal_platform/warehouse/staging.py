"""Rows on their way into a warehouse: one file per table, and what it replaces."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from royal_platform.commerce.analytics.ports import Changes, Mark, Scope, StarSnapshot
from royal_platform.commerce.analytics.star import STAR, STORE, StarTable


@dataclass(frozen=True, slots=True)
class LoadState:
    """What a warehouse holds of one store; kept in it, so that it cannot differ from its rows.

    ``layout`` is the schema it was built by. ``digests`` are of the tables replaced whole.
    """

    layout: str
    mark: Mark
    as_of: datetime
    loaded_at: datetime
    digests: Mapping[str, str]
    counts: Mapping[str, int]

    def text(self) -> str:
        """The state as a document."""
        return orjson.dumps({**asdict(self), "mark": asdict(self.mark)}).decode()

    @classmethod
    def of(cls, text: str) -> LoadState:
        """The state that ``text`` tells."""
        told: dict[str, Any] = orjson.loads(text)
        stock = told["mark"]["stock"]
        return cls(
            layout=told["layout"],
            mark=Mark(told["mark"]["days"], None if stock is None else date.fromisoformat(stock)),
            as_of=datetime.fromisoformat(told["as_of"]),
            loaded_at=datetime.fromisoformat(told["loaded_at"]),
            digests=told["digests"],
            counts=told["counts"],
        )

    def counted(self, counts: Mapping[str, int]) -> LoadState:
        """The state with the rows counted."""
        return replace(self, counts=dict(counts))


@dataclass(frozen=True, slots=True)
class Staged:
    """The rows of one table in a CSV file with a header, and the scope they replace."""

    table: StarTable
    path: Path
    scope: Scope
    rows: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One load: what is staged, and the state of the warehouse once it is in."""

    store_id: str
    staged: tuple[Staged, ...]
    state: LoadState

    @property
    def costs_changed(self) -> bool:
        """True when lines of other days may have to be valued anew."""
        return any(each.table.name == "dim_variant" for each in self.staged)

    @property
    def rows(self) -> int:
        """Rows that are loaded."""
        return sum(each.rows for each in self.staged)


def stage(
    snapshot: StarSnapshot,
    store_id: str,
    known: LoadState | None,
    folder: Path,
    *,
    layout: str,
    now: datetime,
) -> Batch:
    """Write what changed since ``known`` into ``folder``; of another layout, everything."""
    since = known if known is not None and known.layout == layout else None
    changes = snapshot.changes(None if since is None else since.mark)
    old = {} if since is None else since.digests
    staged: list[Staged] = []
    digests: dict[str, str] = {}
    for table in STAR.values():
        scope = changes.scope(table)
        if scope.days == ():
            continue
        path = folder / f"{table.name}.csv"
        rows = _write(snapshot, table, scope, path)
        if not table.by_day:
            digests[table.name] = _digest(path)
            if old.get(table.name) == digests[table.name]:
                continue
        staged.append(Staged(table, path, scope, rows))
    return Batch(store_id, tuple(staged), _state(layout, changes, digests, now))


def _state(layout: str, changes: Changes, digests: dict[str, str], now: datetime) -> LoadState:
    return LoadState(layout, changes.mark, changes.as_of, now, digests, {})


def _write(snapshot: StarSnapshot, table: StarTable, scope: Scope, path: Path) -> int:
    count = 0

    def counted() -> Any:
        nonlocal count
        for row in snapshot.rows(table, scope):
            count += 1
            yield row

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([name for name in table.names if name != STORE])
        writer.writerows(counted())
    return count


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
