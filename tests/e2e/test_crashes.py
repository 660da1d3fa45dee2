"""The worker is killed with -9; every approved change still happens exactly once."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.databases import new_database
from tests.e2e.conftest import FirstStart
from tests.installation import ROYAL, Installation, until

SETTLED = {"executed", "failed", "conflicted"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fragile(
    request: pytest.FixtureRequest,
    first_start: FirstStart,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """One worker on SQLite, two on PostgreSQL; short heartbeats so that recovery is soon."""
    extra = {"ROYAL_HEARTBEAT_SECONDS": "0.5", "ROYAL_STALE_SECONDS": "3"}
    parts: tuple[str, ...] = ()
    with ExitStack() as ends:
        if request.param == "postgresql":
            url = ends.enter_context(new_database(request.getfixturevalue("postgres_server")))
            extra |= {"DATABASE_URL": url, "ROYAL_WORKERS": "2"}
            parts = ("sandbox",)
        running = first_start.again(tmp_path_factory.mktemp("fragile"), *parts, **extra)
        ends.callback(running.end)
        yield running.start()


def waiting_prices(installation: Installation, count: int) -> list[dict[str, Any]]:
    def enough() -> list[dict[str, Any]]:
        found = installation.decisions(status="proposed", kind="price.set")
        return found if len(found) >= count else []

    return until(enough, 240, f"{count} price proposals")


def approve(installation: Installation, decision: dict[str, Any]) -> None:
    detail = installation.get(f"/v1/decisions/{decision['id']}")
    answer = installation.post(
        f"/v1/decisions/{decision['id']}/approve", {"argument_hash": detail["argument_hash"]}
    )
    assert answer.status_code in (200, 202), answer.text


def settled(installation: Installation, ids: list[str]) -> dict[str, str] | None:
    found = {each: installation.get(f"/v1/decisions/{each}")["status"] for each in ids}
    return found if set(found.values()) <= SETTLED else None


def test_a_worker_killed_between_approval_and_write_leaves_one_change(
    fragile: Installation,
) -> None:
    (decision, *_) = waiting_prices(fragile, 1)
    fragile.freeze_workers()
    approve(fragile, decision)
    fragile.signal_workers(signal.SIGKILL)
    until(lambda: settled(fragile, [decision["id"]]), 90, "the approved decision to settle")
    assert fragile.get(f"/v1/decisions/{decision['id']}")["status"] == "executed"
    assert fragile.price_writes()[decision["subject"]["id"]] == 1


@pytest.mark.timeout(600)
def test_ten_kills_during_executions_lose_nothing_and_double_nothing(
    fragile: Installation, request: pytest.FixtureRequest
) -> None:
    # One is left for the other test: they share an installation, in whatever order.
    decisions = waiting_prices(fragile, 6)[1:]
    dice = random.Random(20)
    kills = request.config.getoption("--chaos-kills")
    queue = [decision["id"] for decision in decisions]
    for kill in range(kills):
        if kill < len(decisions):
            approve(fragile, decisions[kill])
        fragile.post("/v1/agents/inventory_pricing/run", {"dry_run": True})
        time.sleep(dice.uniform(0, 1.2))  # the moment of death is the test's random input
        fragile.signal_worker(signal.SIGKILL)
    for decision in decisions[kills:]:
        approve(fragile, decision)
    statuses = until(lambda: settled(fragile, queue), 180, "every approved decision to settle")
    writes = fragile.price_writes()
    for decision in decisions:
        variant = decision["subject"]["id"]
        done = statuses[decision["id"]] == "executed"
        assert writes[variant] == (1 if done else 0), (decision["id"], statuses)
        if done:
            assert fragile.price(variant) == decision["changes"][0]["proposed"]
    assert set(statuses.values()) == {"executed"}
    verified = fragile.run(ROYAL, "audit", "verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
