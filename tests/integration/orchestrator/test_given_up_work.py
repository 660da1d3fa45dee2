"""Work that was given up is closed, listed once, and blocks nothing."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import Conflict, NotFound
from core.settings import read_settings
from orchestrator.core import dead_letters, ledger
from orchestrator.core.agent_registry import AgentRegistry, Registration
from orchestrator.core.books import reading
from orchestrator.core.engine import MAX_RECOVERY_ATTEMPTS, WorkflowRow
from orchestrator.core.runs import request_run
from orchestrator.core.work import bury
from orchestrator.core.worker import Worker
from tests.integration.orchestrator.conftest import add_store


def row(workflow_id: str, kind: str, status: str = "MAX_RECOVERY_ATTEMPTS_EXCEEDED") -> WorkflowRow:
    return WorkflowRow(
        id=workflow_id, kind=kind, status=status, executor_id="gone", version="1",
        attempts=MAX_RECOVERY_ATTEMPTS + 1, queue=None, error=None,
        created_at=datetime.now(UTC),
    )  # fmt: skip


def letters(house: Any) -> list[Any]:
    with reading(house) as books:
        return books.commands.dead_letters(books.connection)


def test_a_run_that_was_given_up_has_failed_and_the_agent_may_run_again(house: Any) -> None:
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("inventory_pricing", "Inventory", "t", ()))
    run_id = request_run(house, "inventory_pricing", "button", "ada")
    for _ in range(2):
        bury(house, row(f"run:{run_id}", "run_agent"))
    with reading(house) as books:
        assert books.runs.get(books.connection, run_id).status == "failed"
    assert [letter.workflow_id for letter in letters(house)] == [f"run:{run_id}"]
    assert len(house.events("run.failed")) == 1
    assert request_run(house, "inventory_pricing", "button", "ada") != run_id


def test_an_execution_that_was_given_up_says_that_nothing_was_written(house: Any) -> None:
    (decision,) = ledger.propose(house, [house.price()])
    ledger.approve(house, decision, house.decision(decision).argument_hash, "ada")
    bury(house, row(f"execute:{decision}:stp_1", "execute_decision", "ERROR"))
    assert house.status(decision) == "failed"
    assert "Nothing was written" in (house.decision(decision).failure or "")
    assert len(letters(house)) == 1


def test_a_run_that_was_given_up_is_run_again_on_request_and_leaves_the_list(house: Any) -> None:
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("inventory_pricing", "Inventory", "t", ()))
    run_id = request_run(house, "inventory_pricing", "button", "ada")
    bury(house, row(f"run:{run_id}", "run_agent"))
    (letter,) = dead_letters.open_letters(house)
    again = dead_letters.retry(house, letter.id, "ada")
    with reading(house) as books:
        run = books.runs.get(books.connection, again)
    assert (run.status, run.trigger) == ("queued", "retry")
    assert dead_letters.open_letters(house) == []
    assert [event.payload["how"] for event in house.events("workflow.resolved")] == ["retried"]
    with pytest.raises(NotFound):
        dead_letters.retry(house, letter.id, "ada")


def test_an_execution_is_never_repeated_blindly_only_dismissed(house: Any) -> None:
    (decision,) = ledger.propose(house, [house.price()])
    ledger.approve(house, decision, house.decision(decision).argument_hash, "ada")
    bury(house, row(f"execute:{decision}:stp_1", "execute_decision", "ERROR"))
    (letter,) = dead_letters.open_letters(house)
    with pytest.raises(Conflict):
        dead_letters.retry(house, letter.id, "ada")
    assert dead_letters.open_letters(house) == [letter]
    dead_letters.dismiss(house, letter.id, "ada")
    assert dead_letters.open_letters(house) == []


def test_work_of_another_store_in_the_same_database_is_not_ours_to_bury(house: Any) -> None:
    (decision,) = ledger.propose(house, [house.price()])
    ledger.approve(house, decision, house.decision(decision).argument_hash, "ada")
    bury(house, row("run:run_of_another_store", "run_agent"))
    bury(house, row("execute:dec_of_another_store", "execute_decision", "ERROR"))
    assert letters(house) == []
    bury(house, row(f"execute:{decision}", "execute_decision", "ERROR"))
    assert len(letters(house)) == 1


def test_a_worker_relays_the_commands_of_its_own_store_only(house: Any, tmp_path: Path) -> None:
    add_store(house.database, "s2")
    for ground in (house, replace(house, store_id="s2")):
        (decision,) = ledger.propose(ground, [house.price()])
        with reading(ground) as books:
            seen = books.decisions.get(books.connection, decision)
        ledger.approve(ground, decision, seen.argument_hash, "ada")
    platform: Any = SimpleNamespace(
        database=house.database, store_id="s1",
        settings=read_settings(var_dir=tmp_path, given_secret_key="k" * 40),
    )  # fmt: skip
    worker = Worker(platform)
    enqueued: list[str] = []
    worker._engine.transaction = nullcontext  # type: ignore[method-assign]
    worker._engine.enqueue = lambda *args, **_: enqueued.append(args[3])  # type: ignore[method-assign]
    for _ in range(2):
        worker.relay()
    assert enqueued == ["s1"]


def test_a_run_of_a_version_that_no_worker_has_is_listed_instead_of_waiting_for_ever(
    house: Any,
) -> None:
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("inventory_pricing", "Inventory", "t", ()))
    run_id = request_run(house, "inventory_pricing", "button", "ada")
    old = replace(row(f"run:{run_id}", "run_agent", "PENDING"), version="0")
    bury(house, old)
    (letter,) = dead_letters.open_letters(house)
    assert "version 0" in letter.error
    assert dead_letters.retry(house, letter.id, "ada") != run_id
