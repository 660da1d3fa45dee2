"""A worker process of its own for the engine tests: three steps, the second waits for a file."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from orchestrator.core import engine as engine_module
from orchestrator.core.engine import DurableEngine, durable_step
from orchestrator.core.queues import QueueSpec

QUEUE = QueueSpec("trial", worker_concurrency=3, poll_seconds=0.1)


def note(folder: str, line: str) -> None:
    with (Path(folder) / "log").open("a") as file:
        file.write(line + "\n")


async def three_steps(folder: str, name: str) -> str:
    async def first() -> str:
        note(folder, f"{name} first")
        return "one"

    async def second() -> str:
        note(folder, f"{name} second")
        while not (Path(folder) / "go").exists():
            await asyncio.sleep(0.02)
        return "two"

    async def third() -> str:
        note(folder, f"{name} third")
        return "three"

    done = [
        await durable_step("first", first),
        await durable_step("second", second),
        await durable_step("third", third),
    ]
    return " ".join(done)


async def fatal(folder: str, name: str) -> None:
    import os
    import signal

    note(folder, f"{name} fatal")
    os.kill(os.getpid(), signal.SIGKILL)


async def counted(folder: str, name: str) -> None:
    note(folder, f"enter {name}")
    await asyncio.sleep(0.3)
    note(folder, f"leave {name}")


def main() -> None:
    url, executor, folder, *recover = sys.argv[1:]
    engine = DurableEngine(url, executor)
    engine.workflow("three_steps", three_steps)
    engine.workflow("fatal", fatal)
    engine.workflow("counted", counted)
    engine.launch([QUEUE])
    if recover == ["reap"]:
        dead = engine.pending_executors() - {executor}
        engine.recover(dead)
    note(folder, f"up {executor}")
    while not (Path(folder) / "stop").exists():
        time.sleep(0.05)
    engine.shutdown(0)


if __name__ == "__main__":
    assert engine_module.APPLICATION_VERSION
    main()
