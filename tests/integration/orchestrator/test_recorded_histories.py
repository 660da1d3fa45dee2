"""Recorded histories, one per kind of workflow, continued by today's bodies.

A workflow that waits across an upgrade is continued by the new code from the steps it recorded.
A failure here says that an edit of a body breaks such workflows. Either keep the recorded steps
(a new name ending in ``_v2``, or the library's patches), or raise ``APPLICATION_VERSION`` in
``orchestrator/core/engine.py``, which lists the waiting ones as stranded, and record anew:

    ROYAL_RECORD_HISTORIES=1 pytest tests/integration/orchestrator/test_recorded_histories.py
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Engine, text

from core.settings import read_settings
from orchestrator.core import engine as engines
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.engine import APPLICATION_VERSION, DurableEngine
from orchestrator.core.engine_database import engine_url
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.queues import AGENTS, QUEUES
from orchestrator.core.runs import start_run
from orchestrator.core.work import Work, place_of
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence.commands import Command, unrelayed
from tests.integration.orchestrator.prices import approve_prices, propose_prices
from tests.integration.platform.wire import Sandbox

HISTORIES = Path(__file__).with_name("histories")
KINDS = (
    "run_agent", "execute_decision", "sync_store", "handle_webhooks", "measure_effects",
    "check_connection", "release_held", "read_suppliers", "value_customers",
    "read_competitors", "load_warehouse",
)  # fmt: skip
RECORDING = "ROYAL_RECORD_HISTORIES" in os.environ
RUN = "run_recorded"

pytestmark = pytest.mark.timeout(180)


@dataclass
class Shop:
    """A synced store, its engine's database, and a decision that was carried out in it."""

    platform: Platform
    url: str
    engine: Engine
    decision_id: str

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        with self.engine.begin() as connection:
            found = connection.execute(text(sql), values)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []

    def steps(self, workflow_id: str) -> list[dict[str, Any]]:
        return self.rows(
            "SELECT function_id, function_name, output, error, serialization"
            " FROM operation_outputs WHERE workflow_uuid = :id ORDER BY function_id",
            id=workflow_id,
        )

    def status(self, workflow_id: str) -> str:
        (row,) = self.rows(
            "SELECT status FROM workflow_status WHERE workflow_uuid = :id", id=workflow_id
        )
        return str(row["status"])

    def arguments(self, kind: str) -> list[str]:
        subject = {
            "run_agent": [RUN],
            "execute_decision": [self.decision_id],
            "check_connection": [self.platform.store_id],
            "release_held": ["cmd_recorded"],
        }.get(kind, [])
        return [self.platform.store_id, *subject]

    def begin_run(self) -> None:
        with writing(self.platform) as books:
            start_run(
                books, "inventory_pricing", trigger="button", actor="ada", run_id=RUN,
                by_worker=False,
            )  # fmt: skip

    def decision(self, decision_id: str) -> str:
        with reading(self.platform) as books:
            return books.decisions.get(books.connection, decision_id).status.value

    def run(self) -> Any:
        with reading(self.platform) as books:
            return books.runs.get(books.connection, RUN)

    def enqueue(self, kind: str, workflow_id: str, *arguments: str) -> None:
        client, engine = engines.client(self.url)
        engines.enqueue(client, AGENTS, kind, workflow_id, *arguments, partition="s")
        client.destroy()
        engine.dispose()

    def put(self, kind: str, history: dict[str, Any] | None) -> str:
        """Enqueue a workflow; with a history, as a worker that died after those steps left it."""
        workflow_id = f"{kind}:recorded"
        self.enqueue(kind, workflow_id, *self.arguments(kind))
        if history is None:
            return workflow_id
        self.rows(
            "UPDATE workflow_status SET status = 'PENDING', executor_id = 'gone'"
            " WHERE workflow_uuid = :id",
            id=workflow_id,
        )
        for step in history["steps"]:
            self.rows(
                "INSERT INTO operation_outputs (workflow_uuid, function_id, function_name, output,"
                " error, serialization, retention_timestamp)"
                " VALUES (:id, :function_id, :function_name, :output, :error, :serialization, 0)",
                id=workflow_id, **step,
            )  # fmt: skip
        return workflow_id

    def work_until_done(self, workflow_id: str, served: Platform | None = None) -> str:
        engine = DurableEngine(self.url, "today")
        Work(served or self.platform).register(engine)
        engine.launch([replace(queue, poll_seconds=0.1) for queue in QUEUES])
        try:
            engine.recover(["gone"])
            deadline = time.monotonic() + 60
            while (status := self.status(workflow_id)) in {"PENDING", "ENQUEUED"}:
                assert time.monotonic() < deadline, f"{workflow_id} is still {status}"
                time.sleep(0.02)
        finally:
            engine.shutdown(0)
        return status


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("shop"), history_days=20) as running:
        yield running


@pytest.fixture(scope="module")
def carried_out(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder to be copied, of a synced store with its engine, and the decision carried out."""
    folder = tmp_path_factory.mktemp("carried") / "var"
    (folder / "sandbox").mkdir(parents=True)
    credentials = (sandbox.folder / "credentials.json").read_bytes()
    (folder / "sandbox" / "credentials.json").write_bytes(credentials)
    platform = _opened(folder, sandbox)
    asyncio.run(platform.sync().run())
    engines.migrate(engine_url(_database(folder), folder))
    decision_id = _carried_out(platform)
    platform.close()
    return folder, decision_id


@pytest.fixture
def shop(sandbox: Sandbox, carried_out: tuple[Path, str], tmp_path: Path) -> Iterator[Shop]:
    folder, decision_id = carried_out
    var = shutil.copytree(folder, tmp_path / "var")
    platform = _opened(var, sandbox)
    url = engine_url(_database(var), var)
    client, engine = engines.client(url)
    yield Shop(platform, url, engine, decision_id)
    client.destroy()
    engine.dispose()
    platform.close()


def _opened(folder: Path, sandbox: Sandbox) -> Platform:
    platform = bootstrap(
        read_settings(var_dir=folder, database_url=_database(folder), sandbox_port=sandbox.port)
    )
    registry = get_agent_registry()
    registry.attach(platform)
    registry.register(Registration("inventory_pricing", "Inventory", "inventory_pricing", ()))
    return platform


def _database(folder: Path) -> str:
    return f"sqlite:///{folder / 'royal.db'}"


def _carried_out(platform: Platform) -> str:
    """A decision whose worker died after its last commit: all that is left is the outcome."""
    (decision_id,) = approve_prices(platform, propose_prices(platform, 1))
    assert asyncio.run(execute(platform, hands_of(platform), decision_id)) == "executed"
    return decision_id


def recorded(kind: str) -> dict[str, Any]:
    history: dict[str, Any] = json.loads((HISTORIES / f"{kind}.json").read_text())
    return history


@pytest.mark.skipif(RECORDING, reason="the histories are being recorded")
@pytest.mark.parametrize("kind", KINDS)
def test_a_recorded_history_is_continued_to_its_end(shop: Shop, kind: str) -> None:
    history = recorded(kind)
    assert history["version"] == APPLICATION_VERSION, "record the histories anew (see above)"
    shop.begin_run()
    workflow_id = shop.put(kind, history)
    assert shop.work_until_done(workflow_id) == "SUCCESS"
    # Every step was read from the history: none was made again, none was added.
    assert shop.steps(workflow_id) == history["steps"]
    if kind == "run_agent":
        assert shop.run().status == "succeeded"


@pytest.mark.skipif(RECORDING, reason="the histories are being recorded")
@pytest.mark.parametrize("cut_short", [False, True])
def test_a_run_queued_when_the_store_moved_waits_for_a_worker_of_its_store(
    shop: Shop, cut_short: bool
) -> None:
    shop.begin_run()
    history = recorded("run_agent")
    workflow_id = shop.put("run_agent", {**history, "steps": []} if cut_short else None)
    elsewhere = cast("Platform", SimpleNamespace(database=shop.platform.database, store_id="s2"))
    shop.work_until_done(workflow_id, served=elsewhere)
    assert shop.run().status == "queued"
    (again,) = commanded_again(shop)
    _, kind, arguments = place_of(again) or pytest.fail("the worker does not know it")
    shop.enqueue(kind, again.key, *arguments)
    assert shop.work_until_done(again.key) == "SUCCESS"
    assert shop.run().status == "succeeded"


@pytest.mark.skipif(RECORDING, reason="the histories are being recorded")
def test_a_decision_approved_when_the_store_moved_is_executed_once_it_is_back(shop: Shop) -> None:
    (decision_id,) = approve_prices(shop.platform, propose_prices(shop.platform, 1))
    arguments = (shop.platform.store_id, decision_id)
    shop.enqueue("execute_decision", f"execute:{decision_id}", *arguments)
    elsewhere = cast("Platform", SimpleNamespace(database=shop.platform.database, store_id="s2"))
    shop.work_until_done(f"execute:{decision_id}", served=elsewhere)
    assert shop.decision(decision_id) == "approved"
    again = commanded_again(shop)[-1]
    _, kind, arguments = place_of(again) or pytest.fail("the worker does not know it")
    shop.enqueue(kind, again.key, *arguments)
    assert shop.work_until_done(again.key) == "SUCCESS"
    assert shop.decision(decision_id) == "executed"


def commanded_again(shop: Shop) -> list[Command]:
    with shop.platform.database.read() as connection:
        waiting = unrelayed(connection, 100, store_id=shop.platform.store_id)
    return [each for each in waiting if each.key.endswith(":again")]


@pytest.mark.skipif(RECORDING, reason="the histories are being recorded")
def test_a_run_cut_short_after_its_first_step_keeps_what_it_read(shop: Shop) -> None:
    history = recorded("run_agent")
    shop.begin_run()
    first = history["steps"][:1]
    workflow_id = shop.put("run_agent", {**history, "steps": first})
    assert shop.work_until_done(workflow_id) == "SUCCESS"
    assert shop.steps(workflow_id)[:1] == first
    assert shop.run().status == "succeeded"


@pytest.mark.parametrize("kind", KINDS)
def test_todays_body_makes_the_recorded_steps(shop: Shop, kind: str) -> None:
    shop.begin_run()
    workflow_id = shop.put(kind, None)
    assert shop.work_until_done(workflow_id) == "SUCCESS"
    steps = shop.steps(workflow_id)
    if RECORDING:
        _record(kind, steps)
    assert [step["function_name"] for step in steps] == [
        step["function_name"] for step in recorded(kind)["steps"]
    ]


def test_every_kind_of_workflow_has_a_history() -> None:
    registered: list[str] = []
    engine: Any = SimpleNamespace(
        workflow=lambda kind, *_, **__: registered.append(kind), executor_id="w-1"
    )
    Work(cast("Platform", None)).register(engine)
    assert sorted(registered) == sorted(KINDS)


def _record(kind: str, steps: list[dict[str, Any]]) -> None:
    path = HISTORIES / f"{kind}.json"
    if path.exists():
        before = recorded(kind)
        names = [[step["function_name"] for step in each] for each in (before["steps"], steps)]
        assert names[0] == names[1] or before["version"] != APPLICATION_VERSION, (
            "Raise APPLICATION_VERSION first: waiting workflows must not be continued by this body."
        )
    HISTORIES.mkdir(exist_ok=True)
    document = {"version": APPLICATION_VERSION, "kind": kind, "steps": steps}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
