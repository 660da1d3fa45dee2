"""The one place where the server calls the world: filling a new state, living through time."""

import time
from datetime import datetime, timedelta

from store_sandbox import world
from store_sandbox.log import get_logger
from store_sandbox.runtime import Runtime

_log = get_logger(__name__)


def fill(runtime: Runtime) -> None:
    """Give an empty state its shop and history; a state that has one is left alone."""
    if not runtime.options.generate or not runtime.state.is_empty():
        return
    started = time.perf_counter()
    with runtime.world:
        world.generate(runtime.state, runtime.options.seed, days=runtime.options.history_days)
    _log.info(
        "sandbox.world.generated",
        seed=runtime.options.seed,
        days=runtime.options.history_days,
        seconds=round(time.perf_counter() - started, 2),
    )


def advance(runtime: Runtime, until: datetime) -> None:
    """Live through the time up to `until`; imported data has no world and only its clock moves."""
    with runtime.world:
        world.advance(runtime.state, until)


def tick(runtime: Runtime) -> None:
    """Bring the world up to its clock."""
    advance(runtime, runtime.state.now())


def step(runtime: Runtime, days: float) -> None:
    """Live through `days` days at once; the clock stands at their end and runs on from there."""
    target = runtime.state.now() + timedelta(days=days)
    advance(runtime, target)
    runtime.state.set_clock(at=max(target, runtime.state.now()))
