"""What the worker's workflows do: run agents, execute decisions, sync, and handle webhooks."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import NotFound, RoyalError
from core.telemetry.logs import bind, clear, get_logger
from orchestrator.core import (
    competing,
    connecting,
    loading,
    measuring,
    price_test_reading,
    schedules,
    supplying,
    valuing,
    webhooks,
)
from orchestrator.core.books import Books, reading, writing
from orchestrator.core.engine import DurableEngine, durable_step, workflow_id
from orchestrator.core.execution import execute, fail_unexpected, hands_of
from orchestrator.core.queues import AGENTS, EXECUTION, INTERACTIVE, SYNC, QueueSpec
from orchestrator.core.running import carry_out, give_up
from orchestrator.core.runs import COMMAND, wake
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.commands import Command, Commands
from royal_platform.persistence.tables.runs import dead_letters

if TYPE_CHECKING:
    from orchestrator.core.engine import WorkflowRow
    from royal_platform.bootstrap import Platform

FIRST_SYNC = "store.sync.first"
# Subscriptions are the store's to drop: looked at again this often.
_SUBSCRIBE_EVERY_SECONDS = 600.0
# Where a workflow of another application version is stranded.
_UNFINISHED = {"PENDING", "ENQUEUED"}
_TERMINAL_RUN = timedelta(minutes=30)
_log = get_logger(__name__)


class Work:
    """The workflow bodies of one store's worker; they take ids and keep nothing in memory."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._subscribe_at = 0.0
        self._worker: str | None = None

    def register(self, engine: DurableEngine) -> None:
        """Give the engine every body under its stable name."""
        self._worker = engine.executor_id
        engine.workflow("run_agent", self.run_agent, own_loop=True)
        engine.workflow("execute_decision", self.execute_decision)
        engine.workflow("sync_store", self.sync_store)
        engine.workflow("handle_webhooks", self.handle_webhooks)
        engine.workflow("check_connection", self.check_connection)
        engine.workflow("release_held", self.release_held)
        engine.workflow("measure_effects", self.measure_effects)
        engine.workflow("read_suppliers", self.read_suppliers)
        engine.workflow("read_competitors", self.read_competitors)
        engine.workflow("value_customers", self.value_customers)
        engine.workflow("load_warehouse", self.load_warehouse)

    async def run_agent(self, store_id: str, run_id: str) -> str:
        """Carry a run out, its steps durable."""
        clear()
        if not self._serves(store_id, "run_agent", run_id=run_id):
            return "queued"
        return await carry_out(self._platform, run_id, durable_step)

    def _serves(self, store_id: str, kind: str, **subject: str) -> bool:
        """Whether this worker serves the store; else its own worker is commanded to do the work.

        The queues outlive a move to another store, whose worker has neither the books nor the
        credentials. The key names the workflow, so that a crash here commands once.
        """
        if store_id == self._platform.store_id:
            return True
        with self._platform.database.write() as transaction:
            Commands(store_id).add(
                transaction.connection, kind=kind, key=f"{workflow_id()}:again", payload=subject,
                now=wall_now(),
            )  # fmt: skip
        _log.info("work.left", kind=kind, store_id=store_id, **subject)
        return False

    async def execute_decision(self, store_id: str, decision_id: str) -> str:
        """Carry an approved decision out."""
        clear()
        bind(store_id=store_id, decision_id=decision_id)
        platform = self._platform
        if not self._serves(store_id, "execute_decision", decision_id=decision_id):
            return "approved"
        if connecting.is_lost(platform):
            # It stays approved: access that comes back commands it again.
            _log.info("execution.held", decision_id=decision_id, reason="access")
            return "approved"
        try:
            return await execute(platform, hands_of(platform), decision_id)
        except Exception as error:  # noqa: BLE001 - the run loop: a decision must not stay half done
            _log.exception("execution.failed.unexpectedly")
            return fail_unexpected(platform, decision_id, error)

    async def sync_store(self, store_id: str) -> int:
        """Read what changed in the store, or all of it the first time; wake who waits for it."""
        clear()
        bind(store_id=store_id)
        platform = self._platform
        known = bool(platform.store().sync_cursor.get("complete"))
        await self._subscribe()
        try:
            news = await platform.sync().run()
            if not known:
                schedules.realign(platform)
        except RoyalError:
            # The store's row and the sync's own line tell it; the next turn tries again.
            return 0
        wake_after_first_sync(platform)
        return news

    async def _subscribe(self) -> None:
        """Before the read: a store is heard while it is read, and if it cannot be read.

        A refusal must not keep it from being read.
        """
        if time.monotonic() < self._subscribe_at:
            return
        try:
            await self._platform.subscribe()
        except RoyalError as error:
            _log.warning("webhook.subscriptions.failed", reason=error.detail)
            return
        self._subscribe_at = time.monotonic() + _SUBSCRIBE_EVERY_SECONDS

    async def measure_effects(self, store_id: str) -> int:
        """Open, cut short and measure effects; what is due is measured on all that happened."""
        clear()
        bind(store_id=store_id)
        platform = self._platform
        measuring.open_effects(platform)
        with reading(platform) as books:
            due = bool(measuring.is_due(books))
            tests_due = price_test_reading.waits(books)
        if not due and not tests_due:
            return 0
        try:
            # The days must be complete in our copy: an order that was not read was not sold.
            await platform.sync().run()
        except RoyalError:
            return 0
        try:
            tests = await asyncio.to_thread(price_test_reading.read_due, platform)
            return tests + await asyncio.to_thread(measuring.measure_due, platform)
        except Exception:
            # It is listed as given up once a day instead of every few seconds.
            measuring.put_off(platform)
            raise

    async def read_suppliers(self, store_id: str) -> int:
        """Read the catalogues and open orders of suppliers that are due."""
        clear()
        bind(store_id=store_id)
        return await supplying.read_due(self._platform)

    async def read_competitors(self, store_id: str) -> int:
        """Read the addresses that tell competitors' prices and are due."""
        clear()
        bind(store_id=store_id)
        return await competing.read_due(self._platform)

    async def value_customers(self, store_id: str) -> int:
        """Say what each customer is expected to do, once a store-local day."""
        clear()
        bind(store_id=store_id)
        return await asyncio.to_thread(valuing.value_store, self._platform)

    async def load_warehouse(self, store_id: str) -> int:
        """Load into the warehouse what changed in the store's tables; return its rows."""
        clear()
        bind(store_id=store_id)
        try:
            done = await asyncio.to_thread(loading.load, self._platform)
        except RoyalError:
            # Noted where people look; the next turn tries again.
            return 0
        return done.rows or 0

    async def check_connection(self, store_id: str, entered_id: str) -> bool:
        """Ask a store that a person entered whether it accepts us."""
        clear()
        bind(store_id=store_id)
        return await connecting.check(self._platform, entered_id)

    async def release_held(self, store_id: str, again: str) -> int:
        """Go on with what was approved while the store refused us."""
        clear()
        bind(store_id=store_id)
        return connecting.release_held(self._platform, again)

    async def handle_webhooks(self, store_id: str) -> int:
        """Work off the inbox."""
        clear()
        bind(store_id=store_id)
        return await webhooks.work_off(self._platform, self._worker)


def place_of(command: Command) -> tuple[QueueSpec, str, tuple[str, ...]] | None:
    """Queue, workflow and arguments of a command; None when this version does not know it."""
    payload = command.payload
    waited_for = bool(payload.get("waited_for"))
    if command.kind == "run_agent":
        queue = INTERACTIVE if waited_for else AGENTS
        return queue, "run_agent", (command.store_id, str(payload["run_id"]))
    if command.kind == "execute_decision":
        queue = INTERACTIVE if waited_for else EXECUTION
        return queue, "execute_decision", (command.store_id, str(payload["decision_id"]))
    if command.kind == "sync_store":
        return SYNC, "sync_store", (command.store_id,)
    if command.kind == "check_connection":
        return INTERACTIVE, "check_connection", (command.store_id, str(payload["store_id"]))
    if command.kind == "release_held":
        return AGENTS, "release_held", (command.store_id, command.id)
    if command.kind == "handle_webhook":
        # Of gateways until schema 0026; webhooks that wait are found without a command.
        return SYNC, "handle_webhooks", (command.store_id,)
    return None


def bury(platform: Platform, row: WorkflowRow) -> None:
    """A workflow ended without an outcome: close what it was about, list it as a dead letter."""
    reason = _reason(row)
    subject = row.id.split(":")[1] if ":" in row.id else row.id
    with reading(platform) as books:
        if _is_buried(books, row.id):
            return
    try:
        if row.kind == "run_agent":
            give_up(platform, subject, reason)
        elif row.kind == "execute_decision":
            fail_unexpected(platform, subject, RuntimeError(reason))
    except NotFound:
        # Another store's in the same database, e.g. the sandbox's before a real one was set.
        return
    with writing(platform) as books:
        books.commands.bury(
            books.connection, workflow_id=row.id, kind=row.kind, subject=subject, error=reason,
            now=books.now,
        )  # fmt: skip
        books.tell("workflow.buried", row.id, "worker", {"workflow_id": row.id, "kind": row.kind})
    _log.error("workflow.buried", workflow_id=row.id, reason=reason)


def _reason(row: WorkflowRow) -> str:
    if row.status == "ERROR":
        return "It ended in an unexpected error: see the worker's log."
    if row.status in _UNFINISHED:
        return f"It began under version {row.version}, and no worker of that version lives."
    return f"Given up after {row.attempts} attempts: its worker died each time."


def _is_buried(books: Books, workflow_id: str) -> bool:
    query = select(dead_letters.c.id).where(
        dead_letters.c.store_id == books.store_id, dead_letters.c.workflow_id == workflow_id
    )
    return books.connection.execute(query.limit(1)).first() is not None


def close_interrupted(platform: Platform) -> None:
    """Fail runs of a terminal that was closed or killed: nobody goes on with them."""
    with reading(platform) as books:
        left = [
            run
            for run in books.runs.active(books.connection)
            if run.trigger == COMMAND and books.now - run.requested_at > _TERMINAL_RUN
        ]
    for run in left:
        give_up(platform, run.id, "The terminal that carried it out went away.")


def wake_after_first_sync(platform: Platform) -> None:
    """Once the store was read, start who waits for that; once per agent, however late it came."""
    if platform.store().sync_cursor.get("complete"):
        wake(platform, FIRST_SYNC, f"first_{platform.store_id}")
