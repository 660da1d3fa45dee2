"""Gate and execution against the sandbox, beside what the engine alone does on this machine."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.table import Report, percentile
from core.settings import read_settings
from orchestrator.core import engine as engines
from orchestrator.core.books import reading
from orchestrator.core.engine import DurableEngine
from orchestrator.core.engine_database import engine_url
from orchestrator.core.queues import INTERACTIVE
from royal_platform.bootstrap import bootstrap
from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence.decisions import DecisionFilter
from tests.installation import Installation, until
from tests.integration.orchestrator.prices import approve_prices, propose_prices

TRIVIAL = 200


def decisions(
    report: Report, running: Installation, cpu_of: Callable[[list[int]], float], count: int = 150
) -> None:
    """Approve many at once, then one at a time, and wait until each was read back."""
    settings = read_settings(
        var_dir=running.home / "var", sandbox_port=int(running.environment["SANDBOX_PORT"])
    )
    platform = bootstrap(settings)
    try:
        at_once(report, running, platform, cpu_of, count)
        one_by_one(report, platform)
    finally:
        platform.close()
    floor(report)


def at_once(
    report: Report,
    running: Installation,
    platform: Any,
    cpu_of: Callable[[list[int]], float],
    count: int,
) -> None:
    proposed = propose_prices(platform, count)
    pids = {name: running.pids(part) for name, part in _PARTS.items()}
    cpu = {name: cpu_of(found) for name, found in pids.items()}
    began = time.monotonic()
    approve_prices(platform, proposed)
    approved = time.monotonic()
    until(lambda: not _open(platform), 180, "executions")
    ended = time.monotonic()
    used = {name: cpu_of(found) - cpu[name] for name, found in pids.items()}
    spent = ", ".join(
        f"{name} {1000 * value / count:.0f} ms CPU each" for name, value in used.items()
    )
    report.add(
        "approve, gate, execute, read back",
        f"{count / (ended - began):.1f} / s",
        ">= 30 / s",
        f"{count} price changes in {ended - began:.1f} s, approving them {approved - began:.1f} s"
        f" of it; {spent}",
    )


_PARTS = {"worker": "royal worker", "sandbox": "royal-sandbox"}


def one_by_one(report: Report, platform: Any, count: int = 20) -> None:
    took = []
    for proposal in propose_prices(platform, count):
        began = time.monotonic()
        approve_prices(platform, [proposal])
        while _open(platform):
            time.sleep(0.005)
        took.append((time.monotonic() - began) * 1000)
    report.add(
        "one approval to read back, p50 / p95",
        f"{percentile(took, 0.5):.0f} / {percentile(took, 0.95):.0f} ms",
        "-",
        f"{count} price changes, each alone",
    )


def _open(platform: Any) -> bool:
    wanted = DecisionFilter(statuses=(Status.APPROVED.value, Status.EXECUTING.value))
    with reading(platform) as books:
        return bool(books.decisions.page(books.connection, wanted, None, 1).items)


def floor(report: Report) -> None:
    """Workflows that do nothing, through the same queue of the same engine."""
    with tempfile.TemporaryDirectory() as home:
        url = engine_url(f"sqlite:///{home}/royal.db", Path(home))
        engines.migrate(url)
        engine = DurableEngine(url, f"bench-{os.getpid()}")
        done: list[str] = []

        async def nothing(name: str) -> str:
            await asyncio.sleep(0)
            done.append(name)
            return name

        engine.workflow("nothing", nothing)
        engine.launch()
        began = time.monotonic()
        for number in range(TRIVIAL):
            engine.enqueue(INTERACTIVE, "nothing", f"w{number}", f"w{number}", partition="s")
        until(lambda: len(done) >= TRIVIAL, 120, "trivial workflows")
        elapsed = time.monotonic() - began
        engine.shutdown(5)
    report.add(
        "the engine alone, same queue", f"{TRIVIAL / elapsed:.1f} / s", "-",
        "durable workflows that do nothing: what a decision cannot exceed",
    )  # fmt: skip
