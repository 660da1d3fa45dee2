"""Readiness: side by side, within its time, and not more often than its cache allows."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from core.errors import NotConfigured, Unavailable
from core.web.health import HealthCheck, Readiness, readiness


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def down() -> None:
    raise Unavailable("It is away.", remedy="Start it.")


def unset() -> None:
    raise NotConfigured("No key.", remedy="Set THE_KEY.")


def test_each_dependency_is_listed_with_its_state() -> None:
    async def asked_async() -> str:
        await asyncio.sleep(0)
        return "v1"

    status, body = readiness(
        [
            HealthCheck("database", True, lambda: None),
            HealthCheck("vendor", False, down, breaker=lambda: "open"),
            HealthCheck("model", False, unset),
            HealthCheck("async", True, asked_async),
        ]
    )
    rows = {row["name"]: row for row in body["dependencies"]}
    assert (status, body["status"]) == (200, "ready")
    assert rows["database"]["state"] == "up"
    assert rows["vendor"] | {"latency_ms": 0} == {
        "name": "vendor",
        "state": "down",
        "required": False,
        "latency_ms": 0,
        "breaker": "open",
        "detail": "It is away.",
        "remedy": "Start it.",
    }
    assert (rows["model"]["state"], rows["model"]["remedy"]) == ("not_configured", "Set THE_KEY.")
    assert (rows["async"]["state"], rows["async"]["detail"]) == ("up", "v1")


def test_a_required_dependency_that_is_down_makes_it_503_and_hides_our_details() -> None:
    def broken() -> None:
        raise KeyError("canary")

    status, body = readiness([HealthCheck("database", True, broken, remedy="Look at the log.")])
    assert status == 503
    assert "canary" not in str(body)
    assert body["dependencies"][0]["remedy"] == "Look at the log."


def test_probes_run_side_by_side_within_their_time(gate: threading.Event) -> None:
    checks = [HealthCheck(f"slow{n}", n == 0, gate.wait) for n in range(4)]
    began = time.monotonic()
    status, body = readiness(checks, timeout=0.2)
    assert time.monotonic() - began < 1.5
    assert status == 503
    assert {row["state"] for row in body["dependencies"]} == {"timeout"}


def test_a_hanging_probe_is_not_asked_again_while_it_hangs(gate: threading.Event) -> None:
    asked = []

    def hang() -> None:
        asked.append(1)
        gate.wait()

    report = Readiness([HealthCheck("slow", True, hang)], timeout=0.05, cache_seconds=0)
    for _ in range(3):
        assert report.report()[0] == 503
    assert len(asked) == 1
    gate.set()
    deadline = time.monotonic() + 5
    while report.report()[0] != 200:
        assert time.monotonic() < deadline


def test_many_callers_share_one_round() -> None:
    asked = []
    report = Readiness([HealthCheck("db", True, lambda: asked.append(1))], cache_seconds=30)
    threads = [threading.Thread(target=report.report) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_no_dependencies_is_ready() -> None:
    assert readiness([]) == (200, {"status": "ready", "dependencies": []})
