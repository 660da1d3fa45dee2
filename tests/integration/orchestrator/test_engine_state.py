"""What the operator sees of the engine: what waits, who lives, what is late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from orchestrator.core.agent_registry import AgentRegistry, Registration
from orchestrator.core.books import writing
from orchestrator.core.engine_state import engine_state
from orchestrator.core.runs import request_run
from royal_platform.persistence import commands as command_rows
from royal_platform.persistence.clock import wall_now

STALE = 30.0
SEEN = {
    "waiting": {"agents": {"count": 3, "oldest_at": "2026-11-01T06:00:00+00:00"}},
    "running": {"interactive": 2},
}


def beat(house: Any, worker: str, seconds_ago: float, seen: dict[str, Any]) -> None:
    now = wall_now() - timedelta(seconds=seconds_ago)
    with house.database.write() as transaction:
        command_rows.beat(
            transaction.connection, worker, version="1", started_at=now, now=now, seen=seen
        )


def queues(house: Any) -> dict[str, Any]:
    return {queue.name: queue for queue in engine_state(house, STALE).queues}


def test_without_a_living_worker_what_waits_is_unknown_and_commands_are_counted(house: Any) -> None:
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("inventory_pricing", "Inventory", "t", ()))
    request_run(house, "inventory_pricing", "button", "ada")
    beat(house, "dead", STALE + 5, SEEN)
    state = engine_state(house, STALE)
    assert [worker.alive for worker in state.workers] == [False]
    assert {queue.waiting for queue in state.queues} == {None}
    assert {queue.places for queue in state.queues} == {0}
    assert state.untaken == 1
    assert state.untaken_since is not None


def test_the_living_workers_tell_what_waits_and_what_they_run(house: Any) -> None:
    beat(house, "a", 5, {"waiting": {}, "running": {"interactive": 1}})
    beat(house, "b", 1, SEEN)
    found = queues(house)
    assert (found["agents"].waiting, found["sync"].waiting) == (3, 0)
    assert found["agents"].oldest_waiting_at.isoformat() == "2026-11-01T06:00:00+00:00"
    assert found["interactive"].running == 3
    assert found["interactive"].places == 48
    assert [worker.running for worker in engine_state(house, STALE).workers] == [1, 2]


def test_a_schedule_that_nobody_fired_is_late(house: Any) -> None:
    registry = AgentRegistry()
    registry.attach(house)
    registry.register(Registration("inventory_pricing", "Inventory", "t", (), cron="0 6 * * *"))
    (schedule,) = engine_state(house, STALE).schedules
    assert (schedule.late, schedule.paused) == (False, False)
    with writing(house) as books:
        books.agents.schedule(
            books.connection, "inventory_pricing", cron="0 6 * * *",
            next_due_at=books.now - timedelta(minutes=5),
        )  # fmt: skip
    (schedule,) = engine_state(house, STALE).schedules
    assert schedule.late
