"""The warehouse in BigQuery: partitioned by day, clustered, merged, and capped in cost."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import NotFound
from royal_platform.commerce.analytics.ports import Engine, Freshness, Query, Rows, StarSource
from royal_platform.commerce.analytics.star import STAR, STORE
from royal_platform.warehouse import sql, tables
from royal_platform.warehouse.embedded import LOAD, NEVER, plain
from royal_platform.warehouse.errors import in_our_words
from royal_platform.warehouse.staging import Batch, LoadState, Staged, stage

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, QueryJob

_CALL_SECONDS = 60.0
_JOB_SECONDS = 600.0
_STAGING_LIFE = timedelta(days=1)
# Every look at the state is a query that is billed; loads are minutes apart.
_STATE_SECONDS = 60.0
_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "BOOL"), (int, "INT64"), (float, "FLOAT64"), (Decimal, "NUMERIC"),
    (datetime, "TIMESTAMP"), (date, "DATE"), (str, "STRING"),
)  # fmt: skip


class BigQueryWarehouse:
    """``Warehouse`` of one store in ``dataset``; stores share it and never see each other."""

    engine: Engine = "bigquery"

    def __init__(
        self, connect: Callable[[], Client], dataset: str, store_id: str, *, max_bytes_billed: int
    ) -> None:
        self._connect = connect
        self._dataset = dataset
        self._store_id = store_id
        self._max_bytes = max_bytes_billed
        self._made: Client | None = None
        self._seen: tuple[float, LoadState | None] | None = None

    def sql(self, query: Query) -> str:
        """What BigQuery is given."""
        return sql.rendered(query, self.engine)[0]

    def rows(self, query: Query, *, limit: int = 10_000) -> Rows:
        """The rows of ``query``; one that would read more than the cap is refused unread."""
        text, parameters = sql.rendered(query, self.engine)
        freshness = self.freshness()
        if freshness is None:
            raise NotFound(NEVER, remedy=LOAD)
        with in_our_words():
            job = self._ask(text, parameters)
            found = job.result(timeout=_JOB_SECONDS, max_results=limit)
            columns = tuple(field.name for field in found.schema)
            rows = tuple(tuple(plain(value) for value in row.values()) for row in found)
        return Rows(columns, rows, text, freshness, job.total_bytes_billed)

    def freshness(self) -> Freshness | None:
        """What it holds of this store, as of at most a minute ago."""
        seen = self._seen
        if seen is None or time.monotonic() - seen[0] > _STATE_SECONDS:
            with in_our_words():
                seen = self._seen = (time.monotonic(), self._state())
        state = seen[1]
        if state is None:
            return None
        return Freshness("bigquery", state.as_of, state.loaded_at, state.counts)

    def load(self, source: StarSource, now: datetime) -> Batch:
        """Merge what changed, the state last: a load that was cut off is done again, whole."""
        with in_our_words(), tempfile.TemporaryDirectory() as folder:
            known = self._state()
            if known is None or known.layout != sql.layout():
                tables.prepare(self._client, self._dataset)
            with source.snapshot() as snapshot:
                batch = stage(
                    snapshot, source.store_id, known, Path(folder), layout=sql.layout(), now=now
                )
            for staged in batch.staged:
                self._merge(staged)
            if batch.costs_changed:
                self._run(sql.revalued(self.engine))
            self._save(batch.state.counted(self._counts()))
        return batch

    @property
    def _client(self) -> Client:
        if self._made is None:
            self._made = self._connect()
        return self._made

    def _merge(self, staged: Staged) -> None:
        """Replace the rows of the scope by the staged ones, in one atomic statement."""
        table = staged.table
        condition = sql.replaced(staged.scope, self.engine)
        if staged.rows == 0:
            self._run(f"DELETE FROM {table.name} WHERE {condition}")
            return
        with self._staging(staged) as name:
            columns = ", ".join(table.names)
            chosen = sql.filled(table, name, self.engine)
            # ON FALSE: every staged row is new, every row in the scope is one to replace.
            self._run(
                f"MERGE {table.name} USING ({chosen}) ON FALSE "
                f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({columns}) "
                f"WHEN NOT MATCHED BY SOURCE AND {condition} THEN DELETE"
            )

    @contextmanager
    def _staging(self, staged: Staged) -> Iterator[str]:
        """A table with the staged rows; it expires when nobody is left to drop it."""
        from google.cloud import bigquery

        name = f"staging_{staged.table.name}_{secrets.token_hex(6)}"
        fields = [
            # Digits are no part of a type's name in the API; NUMERIC holds nine after the point.
            bigquery.SchemaField(column.name, sql.staged_type(column, self.engine).split("(")[0])
            for column in staged.table.columns
            if column.name != STORE
        ]
        made = bigquery.Table(f"{self._client.project}.{self._dataset}.{name}", schema=fields)
        made.expires = datetime.now(UTC) + _STAGING_LIFE
        self._client.create_table(made, timeout=_CALL_SECONDS)
        try:
            config = bigquery.LoadJobConfig(
                source_format="CSV",
                skip_leading_rows=1, schema=fields, allow_quoted_newlines=True,
                write_disposition="WRITE_APPEND",
            )  # fmt: skip
            with staged.path.open("rb") as file:
                self._client.load_table_from_file(
                    file, made.reference, job_config=config, timeout=_CALL_SECONDS
                ).result(timeout=_JOB_SECONDS)
            yield name
        finally:
            self._client.delete_table(made, not_found_ok=True, timeout=_CALL_SECONDS)

    def _state(self) -> LoadState | None:
        from google.api_core.exceptions import NotFound as Missing

        try:
            found = self._run(
                f"SELECT document FROM {sql.STATE} WHERE {STORE} = @{sql.STORE_PARAMETER}"
            )
        except Missing:
            return None
        return LoadState.of(found[0][0]) if found else None

    def _save(self, state: LoadState) -> None:
        self._run(
            f"MERGE {sql.STATE} USING (SELECT @{sql.STORE_PARAMETER} AS {STORE}, "
            f"@document AS document) AS new ON {sql.STATE}.{STORE} = new.{STORE} "
            "WHEN MATCHED THEN UPDATE SET document = new.document "
            f"WHEN NOT MATCHED THEN INSERT ({STORE}, document) VALUES ({STORE}, document)",
            {"document": state.text()},
        )
        self._seen = (time.monotonic(), state)

    def _counts(self) -> dict[str, int]:
        counted = " UNION ALL ".join(
            f"SELECT '{name}', COUNT(*) FROM {name} WHERE {STORE} = @{sql.STORE_PARAMETER}"
            for name in STAR
        )
        return {str(name): int(count) for name, count in self._run(counted)}

    def _run(self, text: str, parameters: dict[str, Any] | None = None) -> Sequence[Any]:
        job = self._ask(text, parameters or {})
        return [tuple(row.values()) for row in job.result(timeout=_JOB_SECONDS)]

    def _ask(self, text: str, parameters: dict[str, Any]) -> QueryJob:
        from google.cloud import bigquery

        given = dict(parameters)
        if f"@{sql.STORE_PARAMETER}" in text:
            given[sql.STORE_PARAMETER] = self._store_id
        config = bigquery.QueryJobConfig(
            default_dataset=f"{self._client.project}.{self._dataset}",
            maximum_bytes_billed=self._max_bytes,
            use_legacy_sql=False,
            query_parameters=[
                bigquery.ScalarQueryParameter(name, _type(value), value)
                for name, value in given.items()
            ],
        )
        return self._client.query(text, job_config=config, timeout=_CALL_SECONDS)


def _type(value: Any) -> str:
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "STRING")
