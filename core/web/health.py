"""Readiness: every dependency asked at once, briefly, and never more often than once a second."""

from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from core.errors import NotConfigured, RoyalError
from core.telemetry.logs import get_logger

_log = get_logger(__name__)
_CACHE_SECONDS = 1.0
_TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One dependency. ``probe`` raises when it is down; it may return a short note.

    ``breaker`` tells the state of the circuit breaker in front of it, if there is one.
    """

    name: str
    required: bool
    probe: Callable[[], object] | Callable[[], Awaitable[object]]
    remedy: str = ""
    breaker: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class _Outcome:
    state: str
    latency_ms: float
    detail: str | None
    remedy: str | None


class Readiness:
    """Asks the checks side by side. Many callers at once share one round."""

    def __init__(
        self,
        checks: Sequence[HealthCheck],
        *,
        timeout: float = _TIMEOUT_SECONDS,
        cache_seconds: float = _CACHE_SECONDS,
    ) -> None:
        self.checks = tuple(checks)
        self._timeout = timeout
        self._cache_seconds = cache_seconds
        self._round = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._running: dict[str, Future[_Outcome]] = {}
        self._answer: tuple[float, int, dict[str, Any]] | None = None

    def report(self) -> tuple[int, dict[str, Any]]:
        """The HTTP status and the body; 503 when a required dependency is not up."""
        with self._round:
            if self._answer is not None:
                made, status, body = self._answer
                if time.monotonic() - made < self._cache_seconds:
                    return status, body
            status, body = self._ask()
            self._answer = (time.monotonic(), status, body)
            return status, body

    def _ask(self) -> tuple[int, dict[str, Any]]:
        if self._pool is None and self.checks:
            self._pool = ThreadPoolExecutor(len(self.checks), thread_name_prefix="probe")
        for check in self.checks:
            earlier = self._running.get(check.name)
            # A probe that still hangs is not asked again: its thread is the only one it gets.
            if self._pool is not None and (earlier is None or earlier.done()):
                self._running[check.name] = self._pool.submit(_probe, check)
        wait(self._running.values(), timeout=self._timeout)
        rows = [self._row(check) for check in self.checks]
        ready = all(row["state"] == "up" for row in rows if row["required"])
        body = {"status": "ready" if ready else "not_ready", "dependencies": rows}
        return (200 if ready else 503), body

    def _row(self, check: HealthCheck) -> dict[str, Any]:
        future = self._running[check.name]
        if future.done():
            outcome = future.result()
        else:
            outcome = _Outcome("timeout", self._timeout * 1000, "No answer in time.", check.remedy)
        return {
            "name": check.name,
            "state": outcome.state,
            "required": check.required,
            "latency_ms": round(outcome.latency_ms, 1),
            "breaker": check.breaker() if check.breaker is not None else None,
            "detail": outcome.detail,
            "remedy": outcome.remedy or None,
        }


def readiness(
    checks: Sequence[HealthCheck], *, timeout: float = _TIMEOUT_SECONDS
) -> tuple[int, dict[str, Any]]:
    """One round without a cache: the HTTP status and the body."""
    return Readiness(checks, timeout=timeout, cache_seconds=0).report()


def _probe(check: HealthCheck) -> _Outcome:
    began = time.perf_counter()
    detail: str | None
    try:
        answer = check.probe()
        if inspect.isawaitable(answer):
            answer = asyncio.run(_finish(answer))
        state, detail, remedy = "up", answer if isinstance(answer, str) else None, None
    except NotConfigured as error:
        state, detail, remedy = "not_configured", error.detail, error.remedy
    except RoyalError as error:
        state, detail, remedy = "down", error.detail, error.remedy
    except Exception as error:  # noqa: BLE001 - whatever a probe raises means "down"
        _log.warning("health.probe.failed", check=check.name, error=repr(error))
        state, detail, remedy = "down", "It failed; the log has the details.", check.remedy
    return _Outcome(state, (time.perf_counter() - began) * 1000, detail, remedy)


async def _finish(answer: Awaitable[object]) -> object:
    return await answer
