"""The worker: the one kind of process that executes. Relays, schedules, syncs, reaps, recovers."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from core.errors import Conflict
from core.security import access_log
from core.storage.database import sqlite_path
from core.storage.locks import FileLock
from core.telemetry.logs import get_logger
from orchestrator.core import (
    competing,
    guarding,
    judging,
    ledger,
    loading,
    measuring,
    price_testing,
    records,
    schedules,
    supplying,
    valuing,
    webhooks,
)
from orchestrator.core import engine as engines
from orchestrator.core.agent_registry import get_agent_registry
from orchestrator.core.books import reading
from orchestrator.core.engine import DurableEngine
from orchestrator.core.engine_database import engine_url
from orchestrator.core.flows import wake_due
from orchestrator.core.queues import SYNC
from orchestrator.core.supplier_answers import wake_answered
from orchestrator.core.taking_in import wake_unread
from orchestrator.core.work import Work, bury, close_interrupted, place_of, wake_after_first_sync
from royal_platform.bootstrap import follow
from royal_platform.persistence import commands as command_rows
from royal_platform.persistence import store_connections
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.commands import Command
from royal_platform.persistence.tables.runs import commands
from royal_platform.store_access import sealing_key

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_RELAY_BATCH = 50
_SYNC_EVERY_SECONDS = 20.0
_KEEP_WORKFLOWS = timedelta(days=7)
_LOCK_WAIT_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 0.5
_log = get_logger(__name__)


@dataclass(slots=True)
class Chore:
    """Something done ``every`` so many seconds of wall time, and at once ``on_change``."""

    name: str
    every: float
    do: Callable[[], None]
    on_change: bool = False
    due: float = 0.0


class Worker:
    """One worker process. On SQLite the only one, under a file lock; on PostgreSQL any number."""

    def __init__(self, platform: Platform, *, sync_every: float = _SYNC_EVERY_SECONDS) -> None:
        settings = platform.settings
        self._platform = platform
        self._heartbeat_seconds = settings.heartbeat_seconds
        self._stale = timedelta(seconds=settings.stale_seconds)
        self._started_at = wall_now()
        # Never the default name: two processes of one name would take each other's work.
        self.executor_id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        url = engine_url(settings.database_url, settings.var_dir)
        self._engine = DurableEngine(url, self.executor_id)
        self._lock: FileLock | None = None
        self._stopping = threading.Event()
        # Another store is served now: this process starts anew for it.
        self.moved = False
        self._chores = [
            Chore("relay", 2.0, self.relay, on_change=True),
            Chore("schedules", 1.0, self._fire_schedules),
            Chore("flows", 3.0, self._wake_flows),
            Chore("orders", 3.0, self._wake_orders),
            Chore("offers", 3.0, self._wake_moved),
            Chore("support", 3.0, self._wake_support),
            Chore("alarms", 15.0, self._wake_alarmed),
            Chore("expiry", 3.0, self._expire),
            Chore("inbox", 1.0, self._tell_webhooks, on_change=True),
            Chore("webhooks", 1.0, self._enqueue_webhooks, on_change=True),
            Chore("sync", sync_every, self._enqueue_sync),
            Chore("price tests", 3.0, self._take_turns),
            Chore("effects", 3.0, self._enqueue_effects),
            Chore("suppliers", 2.0, self._enqueue_suppliers),
            Chore("competitors", 15.0, self._enqueue_competitors),
            Chore("customers", 15.0, self._enqueue_valuation),
            Chore("warehouse", 15.0, self._enqueue_load),
            Chore("autonomy", 30.0, self._review_autonomy),
            Chore("wake", 5.0, lambda: wake_after_first_sync(platform)),
            Chore("dead letters", 10.0, self._bury_dead),
            Chore("prune", 3600.0, self._prune),
            Chore("connection", 1.0, self._follow_connection, on_change=True),
        ]
        self._apart = [
            Chore("heartbeat", self._heartbeat_seconds, self._beat),
            Chore("clock", 3.0, self._refresh_clock),
        ]

    def run(self) -> None:
        """Work until ``stop`` or a signal. Raises ``Conflict`` when another worker has the file."""
        self._take_lock()
        try:
            Work(self._platform).register(self._engine)
            self._engine.launch()
            get_agent_registry().attach(self._platform)
            self._recover_at_start()
            _log.info("worker.started", executor_id=self.executor_id)
            # Apart: a clock that waits for the store's row must not make this worker look dead.
            apart = [
                threading.Thread(target=self._keep_doing, args=(chore,), daemon=True)
                for chore in self._apart
            ]
            for thread in apart:
                thread.start()
            self._work()
            for thread in apart:
                thread.join(timeout=5)
        finally:
            self._engine.shutdown()
            if self._lock is not None:
                self._lock.release()
        _log.info("worker.stopped", executor_id=self.executor_id)

    def stop(self) -> None:
        """End ``run`` soon: take no new work, let what runs come to its next rest."""
        self._stopping.set()

    def stop_on_signals(self) -> None:
        """Stop on SIGTERM and SIGINT; call it in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())

    def relay(self) -> None:
        """Turn committed command rows into workflows; the same row twice makes one workflow.

        Rows of another store wait for a worker of that store: this one has not its credentials.
        """
        store_id = self._platform.store_id
        with self._platform.database.read() as connection:
            if not command_rows.unrelayed(connection, limit=1, store_id=store_id):
                return
        with self._platform.database.write() as transaction:
            query = (
                select(commands)
                .where(commands.c.relayed_at.is_(None), commands.c.store_id == store_id)
                .order_by(commands.c.created_at, commands.c.id)
                .limit(_RELAY_BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = transaction.connection.execute(query)
            batch = [Command(**row._mapping) for row in rows]  # noqa: SLF001
            self._enqueue_all(batch)
            command_rows.mark_relayed(transaction.connection, batch, now=wall_now())

    def _enqueue_all(self, batch: list[Command]) -> None:
        """One commit for all that a batch approval has commanded: a commit waits for the disk."""
        places = [(command, place_of(command)) for command in batch]
        for command, place in places:
            if place is None:
                _log.error("command.unknown", kind=command.kind, command_id=command.id)
            elif place[0] is SYNC:
                self._alone(place[1], command.key)
        together = [(c, place) for c, place in places if place is not None and place[0] is not SYNC]
        if not together:
            return
        with self._engine.transaction() as within:
            for command, (queue, kind, arguments) in together:
                self._engine.enqueue(
                    queue, kind, command.key, *arguments, partition=command.store_id, within=within
                )
        _log.debug("commands.relayed", count=len(together))

    def _fire_schedules(self) -> None:
        with reading(self._platform) as books:
            if not books.agents.due(books.connection, books.now):
                return
        schedules.fire_due(self._platform)

    def _wake_flows(self) -> None:
        wake_due(self._platform)

    def _wake_orders(self) -> None:
        judging.wake_changed(self._platform)
        wake_answered(self._platform)

    def _wake_moved(self) -> None:
        supplying.wake_moved(self._platform)

    def _wake_support(self) -> None:
        wake_unread(self._platform)

    def _wake_alarmed(self) -> None:
        guarding.wake_alarmed(self._platform)

    def _follow_connection(self) -> None:
        if follow(self._platform) is not self._platform:
            _log.info("worker.store.moved")
            self.moved = True
            self.stop()

    def _expire(self) -> None:
        with reading(self._platform) as books:
            if not books.decisions.due(books.connection, books.now, 1):
                return
        expired = ledger.expire_due(self._platform)
        _log.info("decisions.expired", count=expired)

    def _tell_webhooks(self) -> None:
        webhooks.tell(self._platform)

    def _enqueue_webhooks(self) -> None:
        waiting = webhooks.waiting(self._platform)
        if waiting is not None:
            self._alone("handle_webhooks", f"webhooks:{waiting}:{int(time.time())}")

    def _enqueue_sync(self) -> None:
        self._alone("sync_store", f"sync:{time.time_ns()}")

    def _take_turns(self) -> None:
        if price_testing.waits(self._platform):
            price_testing.take_turns(self._platform)

    def _enqueue_effects(self) -> None:
        if measuring.waits(self._platform):
            self._alone("measure_effects", f"effects:{time.time_ns()}")

    def _enqueue_suppliers(self) -> None:
        if supplying.waits(self._platform):
            self._alone("read_suppliers", f"suppliers:{time.time_ns()}")

    def _enqueue_competitors(self) -> None:
        if competing.waits(self._platform):
            self._alone("read_competitors", f"competitors:{time.time_ns()}")

    def _enqueue_valuation(self) -> None:
        if valuing.waits(self._platform):
            self._alone("value_customers", f"customers:{time.time_ns()}")

    def _enqueue_load(self) -> None:
        if loading.is_due(self._platform):
            self._alone("load_warehouse", f"warehouse:{time.time_ns()}")

    def _review_autonomy(self) -> None:
        records.review_all(self._platform)

    def _alone(self, kind: str, workflow_id: str) -> None:
        store_id = self._platform.store_id
        self._engine.enqueue(
            SYNC, kind, workflow_id, store_id, partition=store_id, alone=f"{kind}:{store_id}"
        )

    def _bury_dead(self) -> None:
        ended = [*self._engine.dead_letters(), *self._engine.list_workflows("ERROR")]
        for row in [*ended, *self._stranded()]:
            bury(self._platform, row)
        close_interrupted(self._platform)

    def _stranded(self) -> list[engines.WorkflowRow]:
        """Unfinished work of an application version that no living worker has."""
        rows = self._engine.stranded()
        if not rows:
            return []
        with self._platform.database.read() as connection:
            workers = command_rows.list_workers(connection)
            now = _database_now(connection)
        living = {w.version for w in workers if now - w.heartbeat_at < self._stale}
        return [row for row in rows if row.version not in living]

    def _prune(self) -> None:
        before = wall_now() - _KEEP_WORKFLOWS
        self._engine.delete_finished(int(before.timestamp() * 1000))
        webhooks.drop_bodies(self._platform)
        key = sealing_key(self._platform.settings)
        with self._platform.database.write() as transaction:
            store_connections.drop_old_secrets(transaction.connection, key, now=wall_now())
            access_log.prune(transaction.connection, now=wall_now())

    def _refresh_clock(self) -> None:
        if self._platform.source == "sandbox":
            asyncio.run(self._platform.refresh_clock())

    def _beat(self) -> None:
        """Say that we live and what we see, and take over from those who no longer do."""
        seen = self._engine.seen()
        with self._platform.database.write() as transaction:
            now = _database_now(transaction.connection)
            command_rows.beat(
                transaction.connection, self.executor_id, version=engines.APPLICATION_VERSION,
                started_at=self._started_at, now=now, seen=seen,
            )  # fmt: skip
        self._reap()

    def _reap(self) -> None:
        """Recover what workers without a heartbeat left; forget them when nothing is pending."""
        with self._platform.database.read() as connection:
            workers = command_rows.list_workers(connection)
            now = _database_now(connection)
        alive = {w.executor_id for w in workers if now - w.heartbeat_at < self._stale}
        pending = self._engine.pending_executors()
        # One that is pending and never beat may just have started: it gets the same time.
        dead = {w.executor_id for w in workers} - alive
        unknown = pending - {w.executor_id for w in workers}
        late = unknown if now - self._started_at > self._stale else set()
        recovered = self._engine.recover((dead | late) & pending)
        if recovered:
            _log.warning("workflows.recovered", count=recovered, executors=sorted(dead | late))
        for executor_id in dead - pending:
            with self._platform.database.write() as transaction:
                command_rows.forget_worker(transaction.connection, executor_id)

    def _recover_at_start(self) -> None:
        """The file lock says that nobody else works: whatever is pending was left behind."""
        if self._lock is None:
            return
        left = self._engine.pending_executors() - {self.executor_id}
        if left:
            count = self._engine.recover(left)
            _log.warning("workflows.recovered", count=count, executors=sorted(left))

    def _take_lock(self) -> None:
        database = self._platform.database
        if database.dialect != "sqlite":
            return
        path = sqlite_path(database.url)
        lock = FileLock(path.with_name(f"{path.name}.worker"))
        deadline = time.monotonic() + _LOCK_WAIT_SECONDS
        while not lock.acquire(blocking=False):
            # One that was just told to stop needs a moment.
            if time.monotonic() >= deadline or self._stopping.wait(0.2):
                raise Conflict(
                    "Another worker serves this SQLite database already.",
                    remedy="Stop it, or move to PostgreSQL to run several workers.",
                )
        self._lock = lock

    def _work(self) -> None:
        """The main loop: what is due, and after a commit by anybody what waits for one."""
        while not self._stopping.is_set():
            pause = self._do_due(self._chores)
            if self._platform.database.wait_for_change(min(pause, _LONGEST_PAUSE_SECONDS)):
                for chore in self._chores:
                    if chore.on_change:
                        chore.due = 0.0

    def _keep_doing(self, chore: Chore) -> None:
        while not self._stopping.is_set():
            self._do(chore)
            self._stopping.wait(chore.every)

    def _do_due(self, chores: list[Chore]) -> float:
        """Do what is due; return the seconds until the next."""
        for chore in chores:
            if chore.due <= time.monotonic() and not self._stopping.is_set():
                self._do(chore)
                chore.due = time.monotonic() + chore.every
        return max(min(chore.due for chore in chores) - time.monotonic(), 0.01)

    def _do(self, chore: Chore) -> None:
        try:
            chore.do()
        except Exception as error:  # noqa: BLE001 - the run loop: one chore must not end the others
            _log.warning(
                "chore.failed", chore=chore.name, reason=f"{type(error).__name__}: {error}"
            )


def _database_now(connection: Connection) -> datetime:
    """The one clock that workers on several machines share."""
    if connection.dialect.name != "postgresql":
        return wall_now()
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now


def serve(platform: Platform) -> None:
    """Run a worker in this process until a signal ends it."""
    worker = Worker(platform)
    worker.stop_on_signals()
    worker.run()
    if worker.moved:
        # The same process id and pipes, nothing of the old store left in memory.
        logging.shutdown()
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    # Threads of workflows that outlast the grace would hold the process; the next start has them.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
