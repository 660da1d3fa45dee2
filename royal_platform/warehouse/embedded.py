"""The warehouse in DuckDB: the worker writes snapshots, doors read the newest."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import Invalid, NotFound, Unavailable
from royal_platform.commerce.analytics.ports import (
    Engine,
    Freshness,
    Query,
    Rows,
    StarSource,
    Value,
)
from royal_platform.commerce.analytics.star import STAR, STORE
from royal_platform.warehouse import sql
from royal_platform.warehouse.snapshots import Snapshots
from royal_platform.warehouse.staging import Batch, LoadState, Staged, stage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OPEN_ATTEMPTS = 5
NEVER = "The warehouse has not been loaded yet."
LOAD = "Wait for the worker, or run `royal warehouse load`."


class DuckDbWarehouse:
    """``Warehouse`` of one store on the snapshots in ``folder``. Thread-safe."""

    engine: Engine = "duckdb"

    def __init__(self, folder: Path, store_id: str) -> None:
        self._snapshots = Snapshots(folder / store_id)
        self._store_id = store_id
        self._opening = threading.Lock()
        self._open: tuple[Path, DuckDBPyConnection, Freshness] | None = None

    def sql(self, query: Query) -> str:
        """What DuckDB is given."""
        return sql.rendered(query, self.engine)[0]

    def rows(self, query: Query, *, limit: int = 10_000) -> Rows:
        """The rows of ``query`` on the newest snapshot."""
        import duckdb

        text, wanted = sql.rendered(query, self.engine)
        parameters = {name: sql.moment(value) for name, value in wanted.items()}
        connection, freshness = self._newest()
        if f"${sql.STORE_PARAMETER}" in text:
            parameters[sql.STORE_PARAMETER] = self._store_id
        try:
            with connection.cursor() as cursor:
                cursor.execute(text, parameters)
                columns = tuple(str(told[0]) for told in cursor.description or ())
                found = cursor.fetchmany(limit)
        except duckdb.Error as error:
            raise Invalid(f"DuckDB refuses the query: {error}", remedy="Correct it.") from None
        rows = tuple(tuple(plain(value) for value in row) for row in found)
        return Rows(columns, rows, text, freshness)

    def freshness(self) -> Freshness | None:
        """What the newest snapshot holds."""
        try:
            return self._newest()[1]
        except NotFound:
            return None

    def load(self, source: StarSource, now: datetime) -> Batch:
        """Publish a snapshot with what changed; killed at any moment, the last one stands."""
        with self._snapshots.next() as (target, work), _opened(target, work) as connection:
            known = _state(connection)
            if known is None or known.layout != sql.layout():
                _build(connection)
            with source.snapshot() as snapshot:
                batch = stage(snapshot, source.store_id, known, work, layout=sql.layout(), now=now)
            connection.begin()
            for staged in batch.staged:
                _replace(connection, staged, source.store_id)
            if batch.costs_changed:
                connection.execute(sql.revalued(self.engine), _bound(source.store_id))
            state = batch.state.counted(_counts(connection))
            connection.execute(f"DELETE FROM {sql.STATE}")
            connection.execute(f"INSERT INTO {sql.STATE} VALUES (?)", [state.text()])
            connection.commit()
            connection.execute("CHECKPOINT")
        return batch

    def export(self, folder: Path) -> dict[str, int]:
        """Write every table of the newest snapshot to Parquet; rows by table.

        Raises ``NotFound`` before the first load, ``Invalid`` when a file is in the way.
        """
        path = self._snapshots.newest()
        if path is None:
            raise NotFound(NEVER, remedy=LOAD)
        folder.mkdir(parents=True, exist_ok=True)
        for name in STAR:
            if (folder / f"{name}.parquet").exists():
                raise Invalid(f"{folder} holds an export already.", remedy="Name an empty folder.")
        import duckdb

        # Attached: what this process has open for reading may not write files.
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{_quoted(path)}' AS star (READ_ONLY)")
            connection.execute("USE star")
            for name in STAR:
                target = _quoted(folder / f"{name}.parquet")
                connection.execute(f"COPY {name} TO '{target}' (FORMAT parquet)")
            return _counts(connection)

    def _newest(self) -> tuple[DuckDBPyConnection, Freshness]:
        """The newest snapshot, opened once per process."""
        with self._opening:
            for _attempt in range(_OPEN_ATTEMPTS):
                path = self._snapshots.newest()
                if path is None:
                    raise NotFound(NEVER, remedy=LOAD)
                if self._open is not None and self._open[0] == path:
                    return self._open[1:]
                opened = _read_only(path)
                if opened is not None:
                    # What still runs on the one before holds it until it is done.
                    self._open = (path, *opened)
                    return opened
        raise Unavailable("The warehouse's snapshot cannot be opened.", remedy="Try again.")


def plain(value: Any) -> Value:
    """A driver's value as the port promises it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if value is None or isinstance(value, (bool, int, float, str, Decimal)):
        return value
    return value if hasattr(value, "isoformat") else str(value)


def _read_only(path: Path) -> tuple[DuckDBPyConnection, Freshness] | None:
    """The snapshot at ``path``; None when it was removed for a newer one just now."""
    import duckdb

    settings: dict[str, Any] = {
        "enable_external_access": "false",
        "lock_configuration": "true",
        "threads": "2",
    }
    try:
        connection = duckdb.connect(str(path), read_only=True, config=settings)
    except duckdb.IOException:
        return None
    state = _state(connection)
    if state is None:
        return None
    return connection, Freshness("duckdb", state.as_of, state.loaded_at, state.counts)


def _opened(target: Path, work: Path) -> DuckDBPyConnection:
    import duckdb

    settings: dict[str, Any] = {
        "temp_directory": str(work / "spill"),
        "threads": "2",
    }
    return duckdb.connect(str(target), config=settings)


def _state(connection: DuckDBPyConnection) -> LoadState | None:
    import duckdb

    try:
        row = connection.execute(f"SELECT document FROM {sql.STATE}").fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else LoadState.of(row[0])


def _build(connection: DuckDBPyConnection) -> None:
    """The star's tables, empty: a snapshot of another layout is filled anew from the store."""
    for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        connection.execute(f'DROP TABLE "{name}"')
    for table in STAR.values():
        connection.execute(sql.create_table(table))
    connection.execute(f"CREATE TABLE {sql.STATE} (document VARCHAR NOT NULL)")


def _replace(connection: DuckDBPyConnection, staged: Staged, store_id: str) -> None:
    table = staged.table
    condition = sql.replaced(staged.scope, "duckdb")
    connection.execute(f"DELETE FROM {table.name} WHERE {condition}", _bound(store_id))
    if staged.rows == 0:
        return
    types = {c.name: sql.staged_type(c, "duckdb") for c in table.columns if c.name != STORE}
    staging = (
        f"read_csv('{_quoted(staged.path)}', header = true, auto_detect = false, nullstr = '', "
        f"delim = ',', quote = '\"', escape = '\"', new_line = '\\n', columns = {types!r})"
    )
    chosen = sql.filled(table, staging, "duckdb")
    connection.execute(f"INSERT INTO {table.name} {chosen}", _bound(store_id))


def _counts(connection: DuckDBPyConnection) -> dict[str, int]:
    counted = {}
    for name in STAR:
        row = connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()
        counted[name] = int(row[0]) if row else 0
    return counted


def _bound(store_id: str) -> dict[str, str]:
    return {sql.STORE_PARAMETER: store_id}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
