"""The durable engine: the one module that knows DBOS. All else sees queues, steps and ids."""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, Serializer
from dbos import error as dbos_error
from sqlalchemy import Connection, Engine

from orchestrator.core.engine_database import connect
from orchestrator.core.queues import QUEUES, QueueSpec
from orchestrator.core.wire import WorkflowCancelled, decode, encode

# Bumped by hand when a workflow body changes so that a half-done run cannot be continued by it.
# A hash of the code, the library's default, would strand every waiting run at each edit.
APPLICATION_VERSION = "1"
APPLICATION_NAME = "royal-equips"
MAX_RECOVERY_ATTEMPTS = 5
_EXECUTOR_THREADS = 32
# Bodies may outlive their engine, and what the library then raises depends on how far it has gone.
_stopping = threading.Event()
_SCHEMA = "dbos"

Body = Callable[..., Coroutine[Any, Any, Any]]


class JsonSerializer(Serializer):
    """JSON for the engine, never pickle: a row in a database must not be able to run code."""

    def serialize(self, data: Any) -> str:
        return json.dumps(encode(data), separators=(",", ":"), ensure_ascii=False)

    def deserialize(self, serialized_data: str) -> Any:
        return decode(json.loads(serialized_data))

    def name(self) -> str:
        return "royal_json"


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """One workflow as the engine keeps it."""

    id: str
    kind: str
    status: str
    executor_id: str | None
    version: str | None
    attempts: int
    queue: str | None
    error: str | None
    created_at: datetime


class DurableEngine:
    """Runs durable workflows in this process. One per process; ``launch`` once.

    A workflow's body is a coroutine function; its arguments and results are small JSON.
    """

    def __init__(self, url: str, executor_id: str) -> None:
        self.executor_id = executor_id
        self._url = url
        self._engine: Engine | None = None
        self._client: DBOSClient | None = None

    def workflow(self, kind: str, body: Body, *, own_loop: bool = False) -> None:
        """Register ``body`` under the stable name ``kind``; before ``launch``.

        Bodies share the loop of the thread they run in, and so keep its connections; ``own_loop``
        gives each call a loop that ends with it, whatever code not ours leaves running there.
        """

        def run(*args: Any) -> Any:
            if own_loop:
                return asyncio.run(body(*args))
            return _thread_runner().run(body(*args), context=contextvars.copy_context())

        run.__qualname__ = run.__name__ = kind
        DBOS.workflow(name=kind, max_recovery_attempts=MAX_RECOVERY_ATTEMPTS)(run)

    def launch(self, queues: Sequence[QueueSpec] = QUEUES) -> None:
        """Migrate the engine's tables and start serving ``queues``."""
        _quiet_library_log()
        migrate(self._url)
        self._engine = connect(self._url)
        config: DBOSConfig = {
            "name": APPLICATION_NAME,
            "system_database_url": self._url,
            "system_database_engine": self._engine,
            "dbos_system_schema": _SCHEMA,
            "executor_id": self.executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": JsonSerializer(),
            "run_migrations": False,
            "max_executor_threads": _EXECUTOR_THREADS,
            # Nobody sends notifications; a worker that ends waits for one such look.
            "notification_listener_polling_interval_sec": 0.2,
            "scheduler_polling_interval_sec": 3600.0,
            "log_level": "WARNING",
        }
        _stopping.clear()
        DBOS(config=config)
        DBOS.listen_queues([queue.name for queue in queues])
        DBOS.launch()
        for queue in queues:
            limit = queue.partition_limit
            DBOS.register_queue(
                queue.name,
                worker_concurrency=queue.worker_concurrency,
                polling_interval_sec=queue.poll_seconds,
                partition_limiter=None
                if limit is None
                else {"limit": limit[0], "period": limit[1]},
                on_conflict="always_update",
            )
        self._client = _client(self._engine)

    def shutdown(self, grace_seconds: int = 5) -> None:
        """Take no more work; what runs gets ``grace_seconds``, the rest is recovered later."""
        _stopping.set()
        if self._client is not None:
            self._client.destroy()
        DBOS.destroy(workflow_completion_timeout_sec=grace_seconds, destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()

    def enqueue(
        self,
        queue: QueueSpec,
        kind: str,
        workflow_id: str,
        *args: Any,
        partition: str,
        alone: str | None = None,
        within: Connection | None = None,
    ) -> None:
        """Enqueue once: the same ``workflow_id`` again changes nothing.

        ``alone`` names a piece of work of which one at a time is enough: while one waits or runs,
        another is not enqueued. ``within`` is a ``transaction`` that is still open.
        """
        enqueue(
            self._running_client, queue, kind, workflow_id, *args, partition=partition,
            alone=alone, within=within,
        )  # fmt: skip

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One commit for many ``enqueue``; on SQLite nobody else enqueues while it is open."""
        if self._engine is None:
            raise RuntimeError("the engine was not launched")
        with self._engine.begin() as connection:
            yield connection

    def cancel(self, workflow_id: str) -> None:
        """Cancel; a running workflow notices at its next step."""
        self._running_client.cancel_workflow(workflow_id)

    def resume(self, workflow_id: str) -> None:
        """Put a dead-lettered or cancelled workflow back to work with fresh attempts."""
        self._running_client.resume_workflow(workflow_id)

    def recover(self, executor_ids: Iterable[str]) -> int:
        """Put back to work what the executors named left unfinished; returns how many."""
        # Private in the pinned version; tests/integration/orchestrator proves what it does.
        return len(DBOS._recover_pending_workflows(list(executor_ids)))  # noqa: SLF001

    def pending_executors(self) -> set[str]:
        """Executors that have unfinished workflows of this application version."""
        rows = self.list_workflows("PENDING")
        return {
            row.executor_id
            for row in rows
            if row.executor_id is not None and row.version == APPLICATION_VERSION
        }

    def stranded(self) -> list[WorkflowRow]:
        """Unfinished workflows of another application version: nobody will run them."""
        rows = self.list_workflows("PENDING", "ENQUEUED")
        return [row for row in rows if row.version not in {None, APPLICATION_VERSION}]

    def dead_letters(self) -> list[WorkflowRow]:
        """Workflows given up after too many recoveries."""
        return self.list_workflows("MAX_RECOVERY_ATTEMPTS_EXCEEDED")

    def list_workflows(self, *status: str) -> list[WorkflowRow]:
        """Workflows in any of the engine's ``status`` words, newest first, at most 1,000."""
        found = self._running_client.list_workflows(
            status=list(status), limit=1000, sort_desc=True, load_input=False, load_output=False
        )
        return [
            WorkflowRow(
                id=row.workflow_id,
                kind=row.name,
                status=row.status,
                executor_id=row.executor_id,
                version=row.app_version,
                attempts=row.recovery_attempts or 0,
                queue=row.queue_name,
                error=None if row.error is None else str(row.error),
                created_at=datetime.fromtimestamp((row.created_at or 0) / 1000, UTC),
            )
            for row in found
        ]

    def seen(self) -> dict[str, Any]:
        """What waits in each queue since when, and what this process runs of each; small JSON.

        Of more than 1,000 unfinished workflows only the newest are counted.
        """
        waiting: dict[str, dict[str, Any]] = {}
        running: Counter[str] = Counter()
        for row in self.list_workflows("ENQUEUED", "PENDING"):
            queue = row.queue or ""
            if row.status == "ENQUEUED":
                # Newest first, so the last one seen is the oldest.
                count = waiting.get(queue, {}).get("count", 0)
                waiting[queue] = {"count": count + 1, "oldest_at": row.created_at.isoformat()}
            elif row.executor_id == self.executor_id:
                running[queue] += 1
        return {"waiting": waiting, "running": dict(running)}

    def delete_finished(self, older_than_ms: int) -> None:
        """Forget workflows that finished before the epoch millisecond ``older_than_ms``."""
        before = datetime.fromtimestamp(older_than_ms / 1000, UTC).isoformat()
        found = self._running_client.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            completed_before=before,
            limit=500,
            load_input=False,
            load_output=False,
        )
        if found:
            self._running_client.delete_workflows([row.workflow_id for row in found])

    @property
    def _running_client(self) -> DBOSClient:
        if self._client is None:
            raise RuntimeError("the engine was not launched")
        return self._client


async def durable_step(name: str, call: Callable[[], Awaitable[Any]]) -> Any:
    """Run ``call`` as a step of the current workflow: once done, never again after a crash.

    Outside a workflow it just runs. Raises ``WorkflowCancelled`` when the workflow was cancelled,
    ``asyncio.CancelledError`` when the worker has stopped meanwhile.
    """

    async def body() -> Any:
        return await call()

    try:
        return await DBOS.run_step_async({"name": name}, body)
    except dbos_error.DBOSWorkflowCancelledError as error:
        raise WorkflowCancelled(str(error)) from error
    except dbos_error.DBOSException as error:
        if not _stopping.is_set():
            raise
        # The run did not fail: the next worker goes on with it.
        raise asyncio.CancelledError("the worker stopped") from error


def workflow_id() -> str | None:
    """The id of the workflow whose body runs here."""
    return DBOS.workflow_id


def migrate(url: str) -> None:
    """Create or upgrade the engine's tables; safe to call from several processes at once."""
    _quiet_library_log()
    if url.startswith("sqlite"):
        path = sa.make_url(url).database or ""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    DBOS.migrate(url, schema=_SCHEMA)


def client(url: str) -> tuple[DBOSClient, Engine]:
    """A light client for another process, with the engine to dispose of afterwards."""
    engine = connect(url)
    return _client(engine), engine


def enqueue(
    through: DBOSClient,
    queue: QueueSpec,
    kind: str,
    workflow_id: str,
    *args: Any,
    partition: str,
    alone: str | None = None,
    within: Connection | None = None,
) -> None:
    """Enqueue through a light client; see ``DurableEngine.enqueue``."""
    options: dict[str, Any] = {
        "workflow_name": kind,
        "queue_name": queue.name,
        "workflow_id": workflow_id,
        "app_version": APPLICATION_VERSION,
    }
    if queue.partition_limit is not None:
        options["queue_partition_key"] = partition
    if alone is not None:
        options |= {"deduplication_id": alone, "duplication_policy": "return-existing"}
    if within is None:
        through.enqueue(options, *args)  # type: ignore[arg-type]
    else:
        through.enqueue_in_transaction(within, options, *args)  # type: ignore[arg-type]


_local = threading.local()


def _thread_runner() -> asyncio.Runner:
    runner: asyncio.Runner | None = getattr(_local, "runner", None)
    if runner is None:
        runner = _local.runner = asyncio.Runner()
    return runner


def _client(engine: Engine) -> DBOSClient:
    return DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=_SCHEMA,
        serializer=JsonSerializer(),
        application_name=APPLICATION_NAME,
    )


def _quiet_library_log() -> None:
    """Let the library's warnings flow into our log instead of a console handler of its own."""
    library = logging.getLogger("dbos")
    if not library.handlers:
        library.addHandler(logging.NullHandler())
    library.propagate = True
    library.setLevel(logging.WARNING)
