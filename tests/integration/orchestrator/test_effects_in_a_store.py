"""Prices approved in a sandbox store whose clock then goes past their horizon."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.events.log import read_after
from core.events.verify import verify
from core.settings import read_settings
from orchestrator.core import ledger, measuring, records
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from orchestrator.core.work import Work
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.effects import Effects, StoredEffect
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)
HISTORY_DAYS = 240
APPROVED = 6


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, history_days=HISTORY_DAYS) as running:
        yield running


@pytest.fixture
def platform(sandbox: Sandbox, tmp_path: Path) -> Iterator[Platform]:
    (tmp_path / "sandbox").mkdir(exist_ok=True)
    credentials = (sandbox.folder / "credentials.json").read_bytes()
    (tmp_path / "sandbox" / "credentials.json").write_bytes(credentials)
    database = f"sqlite:///{tmp_path / 'royal.db'}"
    opened = bootstrap(
        read_settings(var_dir=tmp_path, database_url=database, sandbox_port=sandbox.port)
    )
    asyncio.run(opened.sync().run())
    asyncio.run(opened.refresh_clock())
    registry = get_agent_registry()
    registry.attach(opened)
    registry.register(Registration("inventory_pricing", "Inventory", "inventory_pricing", ()))
    yield opened
    opened.close()


def proposed(platform: Platform) -> list[Decision]:
    """What the agent itself proposes of prices, from what the store shows."""
    with writing(platform) as books:
        run_id, _ = start_run(
            books, "inventory_pricing", trigger="button", actor="ada", by_worker=False
        )
    assert run_id is not None
    asyncio.run(carry_out(platform, run_id))
    wanted = DecisionFilter(statuses=("proposed",), kind="price.set")
    with reading(platform) as books:
        return list(books.decisions.page(books.connection, wanted, None, APPROVED).items)


def effects_of(platform: Platform, decisions: list[Decision]) -> list[StoredEffect]:
    with platform.database.read() as connection:
        found = [Effects(platform.store_id).get(connection, each.id) for each in decisions]
    return [effect for effect in found if effect is not None]


def test_approved_prices_are_measured_after_their_horizon_from_what_the_store_shows(
    platform: Platform, sandbox: Sandbox
) -> None:
    decisions = proposed(platform)
    assert len(decisions) == APPROVED
    for each in decisions:
        ledger.approve(platform, each.id, each.argument_hash, "ada")
        assert asyncio.run(execute(platform, hands_of(platform), each.id)) == "executed"
    work = Work(platform)
    assert asyncio.run(work.measure_effects(platform.store_id)) == 0
    assert {effect.status for effect in effects_of(platform, decisions)} == {"pending"}

    sandbox.control("step", {"days": 31})
    asyncio.run(platform.refresh_clock())
    assert asyncio.run(work.measure_effects(platform.store_id)) == APPROVED
    effects = effects_of(platform, decisions)
    known = [effect for effect in effects if effect.status == "known"]
    # A price that a campaign had just moved says nothing; each of the others is known.
    assert {e.reason for e in effects} <= {None, "moved_before", "changed_again", "out_of_stock"}
    for effect in known:
        assert effect.low is not None
        assert effect.estimate is not None
        assert effect.high is not None
        assert effect.low < effect.estimate < effect.high
        assert effect.sample["compared_with"] > 30
    with reading(platform) as books:
        statuses = [books.decisions.get(books.connection, e.decision_id).status for e in known]
        told = read_after(books.connection, platform.store_id, 0, 1000, type="decision.measured")
        assert {status.value for status in statuses} <= {"measured"}
        assert len(told) == len(known)
        assert verify(books.connection, platform.store_id).ok
    (record,) = [r for r in records.records(platform) if r.kind == "price.set"]
    assert (record.known, record.pending) == (len(known), 0)
    assert not measuring.waits(platform)
