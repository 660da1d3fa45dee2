"""The queues of the durable engine: what each is for, and how it is served."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """One queue: how many of its workflows one worker runs at a time, how often it looks (s)."""

    name: str
    worker_concurrency: int
    poll_seconds: float
    partition_limit: tuple[int, float] | None = None


# What a person waits for: an approval's execution, a run by button. Looking costs CPU, so only
# this one looks often; a look takes at most what its free places allow, so they are many. The
# limits are per store. Why these four, and no `llm`: docs/adr/0008-queues-by-who-waits.md
INTERACTIVE = QueueSpec(
    "interactive", worker_concurrency=24, poll_seconds=0.2, partition_limit=(100, 1.0)
)
AGENTS = QueueSpec("agents", worker_concurrency=4, poll_seconds=1.0)
EXECUTION = QueueSpec(
    "execution", worker_concurrency=16, poll_seconds=1.0, partition_limit=(100, 1.0)
)
SYNC = QueueSpec("sync", worker_concurrency=2, poll_seconds=1.0)
QUEUES = (INTERACTIVE, AGENTS, EXECUTION, SYNC)
