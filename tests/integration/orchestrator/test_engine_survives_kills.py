"""The durable engine on SQLite and PostgreSQL: kills, takeovers, limits and dead letters."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from orchestrator.core import engine as engine_module
from orchestrator.core.engine import migrate
from orchestrator.core.engine_database import engine_url
from orchestrator.core.queues import QueueSpec

CHILD = Path(__file__).with_name("engine_child.py")
QUEUE = QueueSpec("trial", worker_concurrency=3, poll_seconds=0.1)

pytestmark = pytest.mark.timeout(120)


class Trial:
    """Worker processes of one engine database, and what their workflows wrote down."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        migrate(url)
        self.client, self.engine = engine_module.client(url)

    def start(self, executor: str, *extra: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, str(CHILD), self.url, executor, str(self.folder), *extra]
        )
        self.processes.append(process)
        self.until(lambda: f"up {executor}" in self.log() or process.poll() is not None)
        return process

    def enqueue(self, kind: str, workflow_id: str) -> None:
        engine_module.enqueue(
            self.client, QUEUE, kind, workflow_id, str(self.folder), workflow_id,
            partition="s",
        )  # fmt: skip

    def log(self) -> list[str]:
        path = self.folder / "log"
        return path.read_text().splitlines() if path.exists() else []

    def until(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain; log: {self.log()}"
            time.sleep(0.02)

    def status(self, workflow_id: str) -> str:
        return str(self.client.retrieve_workflow(workflow_id).get_status().status)

    def close(self) -> None:
        (self.folder / "stop").touch()
        for process in self.processes:
            process.kill()
            process.wait()
        self.client.destroy()
        engine: Engine = self.engine
        engine.dispose()


@pytest.fixture
def trial(database_url: str, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(engine_url(database_url, tmp_path), tmp_path)
    yield trial
    trial.close()


def test_a_client_in_another_process_enqueues_once(trial: Trial) -> None:
    (trial.folder / "go").touch()
    trial.start("a")
    for _ in range(3):
        trial.enqueue("three_steps", "wf-1")
    trial.until(lambda: trial.status("wf-1") == "SUCCESS")
    assert trial.client.retrieve_workflow("wf-1").get_result() == "one two three"
    assert [line for line in trial.log() if line.startswith("wf-1")] == [
        "wf-1 first", "wf-1 second", "wf-1 third",
    ]  # fmt: skip


def test_a_killed_worker_resumes_at_the_unfinished_step(trial: Trial) -> None:
    worker = trial.start("a")
    trial.enqueue("three_steps", "wf-1")
    trial.until(lambda: "wf-1 second" in trial.log())
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    (trial.folder / "go").touch()
    trial.start("b", "reap")
    trial.until(lambda: trial.status("wf-1") == "SUCCESS")
    assert [line for line in trial.log() if line.startswith("wf-1")] == [
        "wf-1 first", "wf-1 second", "wf-1 second", "wf-1 third",
    ]  # fmt: skip


def test_a_live_worker_takes_over_only_when_told_to(trial: Trial) -> None:
    worker = trial.start("a")
    trial.enqueue("three_steps", "wf-1")
    trial.until(lambda: "wf-1 second" in trial.log())
    worker.kill()
    worker.wait()
    (trial.folder / "go").touch()
    trial.start("b")
    trial.enqueue("three_steps", "wf-2")
    trial.until(lambda: trial.status("wf-2") == "SUCCESS")
    assert trial.status("wf-1") == "PENDING"
    trial.start("c", "reap")
    trial.until(lambda: trial.status("wf-1") == "SUCCESS")


def test_a_workflow_that_kills_its_worker_ends_as_a_dead_letter(trial: Trial) -> None:
    trial.enqueue("fatal", "wf-1")
    for number in range(engine_module.MAX_RECOVERY_ATTEMPTS + 3):
        process = trial.start(f"w{number}", "reap")
        trial.until(
            lambda p=process: (
                p.poll() is not None  # type: ignore[misc]
                or trial.status("wf-1") == "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
            )
        )
        if trial.status("wf-1") == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
            break
    assert trial.status("wf-1") == "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
    deaths = trial.log().count("wf-1 fatal")
    assert deaths == engine_module.MAX_RECOVERY_ATTEMPTS + 1


def test_one_worker_never_runs_more_at_once_than_the_queue_allows(trial: Trial) -> None:
    for number in range(9):
        trial.enqueue("counted", f"wf-{number}")
    trial.start("a")
    trial.until(lambda: sum(line.startswith("leave") for line in trial.log()) == 9)
    running = most = 0
    for line in trial.log():
        running += line.startswith("enter") - line.startswith("leave")
        most = max(most, running)
    assert most <= QUEUE.worker_concurrency
