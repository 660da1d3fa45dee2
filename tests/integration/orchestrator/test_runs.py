"""Runs: asked for, carried out in recorded steps, resumed, cancelled, failed with a reason."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import Conflict, NotFound
from orchestrator.core import agent_registry, control, schedules
from orchestrator.core.agent_registry import AgentRegistry, Registration
from orchestrator.core.books import reading, writing
from orchestrator.core.discovery import topics_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import cancel, request_run, wake, wake_behind
from royal_platform.persistence import stores

AGENT = """
from orchestrator.core.agent_base import AgentBase

class TrialAgent(AgentBase):
    wakes_on = ("store.sync.first",)
    script = []

    def __init__(self, name):
        super().__init__(name, agent_type="trial")

    async def _execute_task(self):
        for number, what in enumerate(self.script, 1):
            await self.step(f"step {number}", what)
        self.report(looked_at=["the trial"], could_not_see=["the future"], headline="Tried.")
        return {"status": "success", "data": len(self.script)}
"""


@pytest.fixture
def agent(house: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "trial_agents.py").write_text(AGENT)
    info = tmp_path / "trial_agents-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: trial-agents\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[royal_equips.agents]\ntrial = trial_agents:TrialAgent\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    topics_of.cache_clear()
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("trial", "Trial", "trial", ("analytics",), cron="0 6 * * *"))
    import trial_agents  # type: ignore[import-not-found]

    yield trial_agents.TrialAgent
    sys.modules.pop("trial_agents")
    topics_of.cache_clear()


def platform(house: Any) -> Any:
    return SimpleNamespace(database=house.database, store_id=house.store_id, settings=None)


async def test_a_run_on_a_standing_clock_took_the_machines_time(house: Any, agent: Any) -> None:
    standing = datetime(2026, 3, 1, 9, tzinfo=UTC)
    with house.database.write() as transaction:
        stores.set_clock(
            transaction.connection, house.store_id,
            world_at=standing, wall_at=datetime.now(UTC), rate=0.0,
        )  # fmt: skip
    agent.script = [lambda: time.sleep(0.02)]
    before = datetime.now(UTC)
    run_id = request_run(house, "trial", "button", "ada")
    await carry_out(platform(house), run_id)
    run = run_of(house, run_id)
    assert run.started_at == run.finished_at == standing
    assert before <= run.working_from
    assert run.working_until - run.working_from >= timedelta(milliseconds=20)


def run_of(house: Any, run_id: str) -> Any:
    with reading(house) as books:
        return books.runs.get(books.connection, run_id)


def steps_of(house: Any, run_id: str) -> list[Any]:
    with reading(house) as books:
        return books.runs.steps(books.connection, run_id)


async def test_a_run_records_its_steps_and_its_account(house: Any, agent: Any) -> None:
    agent.script = [lambda: {"rows": 3}, lambda: "x" * 5000]
    run_id = request_run(house, "trial", "button", "ada")
    assert run_of(house, run_id).status == "queued"
    assert await carry_out(platform(house), run_id) == "succeeded"
    run = run_of(house, run_id)
    assert run.headline == "Tried."
    assert (run.looked_at, run.could_not_see) == (["the trial"], ["the future"])
    assert run.result == {"status": "success", "data": 2}
    one, two = steps_of(house, run_id)
    assert (one.name, one.status, one.attempt, one.output) == (
        "step 1", "succeeded", 1, {"rows": 3},
    )  # fmt: skip
    assert two.output["about"] == "str of 5000"
    assert [event.type for event in house.events("run.")] == [
        "run.queued", "run.started", "run.step", "run.step", "run.step", "run.step",
        "run.succeeded",
    ]  # fmt: skip


async def test_an_agents_error_fails_the_run_with_its_remedy(house: Any, agent: Any) -> None:
    def fail() -> None:
        raise Conflict("The shelf is gone.", remedy="Build a shelf.")

    agent.script = [fail]
    run_id = request_run(house, "trial", "button", "ada")
    assert await carry_out(platform(house), run_id) == "failed"
    assert run_of(house, run_id).error == "The shelf is gone. Build a shelf."
    assert steps_of(house, run_id)[0].status == "failed"
    view = agent_registry.get_agent(house, "trial")
    assert view.health == "failing"


async def test_a_crashed_run_goes_on_and_counts_the_attempt(house: Any, agent: Any) -> None:
    class Crash(BaseException):
        pass

    tries: list[int] = []

    def fall() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise Crash
        return len(tries)

    agent.script = [fall]
    run_id = request_run(house, "trial", "button", "ada")
    with pytest.raises(Crash):
        await carry_out(platform(house), run_id)
    assert run_of(house, run_id).status == "running"
    assert await carry_out(platform(house), run_id) == "succeeded"
    assert steps_of(house, run_id)[0].attempt == 2
    assert await carry_out(platform(house), run_id) == "succeeded"
    assert len(tries) == 2


async def test_a_cancelled_run_stops_at_its_next_step(house: Any, agent: Any) -> None:
    run_id = request_run(house, "trial", "button", "ada")
    reached: list[int] = []
    agent.script = [lambda: cancel(house, run_id, "ada"), lambda: reached.append(1)]
    assert await carry_out(platform(house), run_id) == "cancelled"
    assert reached == []
    assert run_of(house, run_id).status == "cancelled"
    with pytest.raises(Conflict, match="cancelled already"):
        cancel(house, run_id, "ada")


async def test_a_run_cancelled_in_its_last_step_proposes_nothing_more(
    house: Any, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = request_run(house, "trial", "button", "ada")

    async def work(self: Any) -> None:
        await self.step("think", lambda: cancel(house, run_id, "ada"))
        self.propose([house.price(agent_id="trial")])

    monkeypatch.setattr(agent, "_execute_task", work)
    assert await carry_out(platform(house), run_id) == "cancelled"
    assert house.events("decision.proposed") == []


async def test_a_queued_run_that_is_cancelled_never_starts(house: Any, agent: Any) -> None:
    run_id = request_run(house, "trial", "button", "ada")
    cancel(house, run_id, "ada")
    assert await carry_out(platform(house), run_id) == "cancelled"
    assert steps_of(house, run_id) == []


def test_an_agent_runs_once_at_a_time(house: Any, agent: Any) -> None:
    request_run(house, "trial", "button", "ada")
    with pytest.raises(Conflict, match="already at work"):
        request_run(house, "trial", "button", "ada")


def test_a_paused_a_stopped_and_an_absent_agent_do_not_run(house: Any, agent: Any) -> None:
    agent_registry.pause(house, "trial", "ada")
    with pytest.raises(Conflict, match="paused"):
        request_run(house, "trial", "button", "ada")
    agent_registry.resume(house, "trial", "ada")
    control.stop(house, "agent:trial", "ada")
    with pytest.raises(Conflict, match="Stopped"):
        request_run(house, "trial", "button", "ada")
    with pytest.raises(NotFound):
        request_run(house, "nobody", "button", "ada")
    registered(house, "bodiless")
    with pytest.raises(Conflict, match="no class is installed"):
        request_run(house, "bodiless", "button", "ada")
    view = agent_registry.get_agent(house, "bodiless")
    assert not view.runnable
    assert "bodiless" in (view.why_not_runnable or "")


def registered(house: Any, agent_id: str) -> None:
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration(agent_id, agent_id.title(), "t", ()))


def test_a_due_schedule_starts_one_run_however_many_times_were_missed(
    house: Any, agent: Any
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=9)
    with writing(house) as books:
        books.agents.schedule(books.connection, "trial", cron="0 6 * * *", next_due_at=long_ago)
    (run_id,) = schedules.fire_due(house)
    assert schedules.fire_due(house) == []
    assert run_of(house, run_id).trigger == "schedule"
    view = agent_registry.get_agent(house, "trial")
    assert view.schedule is not None
    assert view.schedule.next_due_at > datetime.now(UTC)
    assert view.health == "running"


def test_an_event_wakes_an_agent_once(house: Any, agent: Any) -> None:
    (run_id,) = wake(house, "store.sync.first", "first")
    assert wake(house, "store.sync.first", "first") == []
    assert wake(house, "something.else", "first") == []
    assert run_of(house, run_id).trigger == "store.sync.first"


def test_an_agent_that_was_paused_is_woken_when_it_may(house: Any, agent: Any) -> None:
    agent_registry.pause(house, "trial", "ada")
    assert wake(house, "store.sync.first", "first") == []
    agent_registry.resume(house, "trial", "ada")
    assert len(wake(house, "store.sync.first", "first")) == 1


def moved(house: Any) -> None:
    with writing(house) as books:
        books.tell("something.moved", "it", "worker", {})


def woken(house: Any) -> list[str]:
    return wake_behind(house, "store.sync.first", ("something.moved", "something.else"))


async def test_news_that_came_while_an_agent_was_at_work_starts_it_afterwards(
    house: Any, agent: Any
) -> None:
    assert woken(house) == []
    run_id = request_run(house, "trial", "button", "ada")
    moved(house)
    assert woken(house) == []
    await carry_out(platform(house), run_id)
    (later,) = woken(house)
    assert run_of(house, later).trigger == "store.sync.first"
    # The same news starts nothing again, done or not.
    assert woken(house) == []
    await carry_out(platform(house), later)
    assert woken(house) == []


def test_news_of_which_nobody_was_told_is_found_later_and_by_one_worker(
    house: Any, agent: Any
) -> None:
    """As after a process that ended between its commit and the call."""
    for _ in range(3):
        moved(house)
    agent_registry.pause(house, "trial", "ada")
    assert woken(house) == []
    agent_registry.resume(house, "trial", "ada")
    with ThreadPoolExecutor(2) as workers:
        started = [run for each in workers.map(woken, [house, house]) for run in each]
    assert len(started) == 1


def test_what_was_registered_before_storage_becomes_rows(house: Any) -> None:
    registry = AgentRegistry()
    registry.register(Registration("early", "Early", "t", ("pricing_optimization",)))
    assert registry.registered() == ["early"]
    registry.attach(house)
    registry.attach(house)
    assert registry.registered() == ["early"]
    (view,) = agent_registry.list_agents(house)
    assert dict(view.autonomy) == {
        "price.set": "propose",
        "price.markdown": "propose",
        "price.test": "propose",
    }
    assert len(house.events("agent.registered")) == 1


def test_schedule_and_autonomy_are_changed_together_and_told(house: Any, agent: Any) -> None:
    view = agent_registry.patch(
        house, "trial", "ada", cron="30 4 * * 1", autonomy=[("price.set", "auto")]
    )
    assert view.schedule is not None
    assert view.schedule.cron == "30 4 * * 1"
    assert view.autonomy["price.set"] == "auto"
    view = agent_registry.patch(house, "trial", "ada", cron="")
    assert view.schedule is None
    assert len(house.events("agent.configured")) == 2


def test_schedules_follow_the_stores_zone_and_clock_once_they_are_known(house: Any) -> None:
    from royal_platform.persistence import stores

    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("early", "Early", "t", (), cron="0 6 * * *"))
    world = datetime(2011, 8, 31, 17, 0, tzinfo=UTC)
    with house.database.write() as transaction:
        stores.change(transaction.connection, house.store_id, timezone="Europe/London")
        stores.set_clock(
            transaction.connection, house.store_id,
            world_at=world, wall_at=datetime.now(UTC), rate=0.0,
        )  # fmt: skip
    schedules.realign(house)
    with reading(house) as books:
        due = books.agents.schedules(books.connection)["early"].next_due_at
    assert due == datetime(2011, 9, 1, 5, 0, tzinfo=UTC)


async def test_a_step_takes_the_machines_time_while_the_worlds_clock_stands(
    house: Any, agent: Any
) -> None:
    from royal_platform.persistence import stores

    with house.database.write() as transaction:
        stores.set_clock(
            transaction.connection, house.store_id,
            world_at=datetime(2011, 8, 31, tzinfo=UTC), wall_at=datetime.now(UTC), rate=0.0,
        )  # fmt: skip
    agent.script = [lambda: {"rows": sum(range(200_000))}]
    run_id = request_run(house, "trial", "button", "ada")
    await carry_out(platform(house), run_id)
    (step,) = steps_of(house, run_id)
    assert step.finished_at > step.started_at > datetime(2026, 1, 1, tzinfo=UTC)
