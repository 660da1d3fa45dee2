"""The supervisor, run for real: small services in their own processes, ended in every way."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PROGRAM = """
import sys
from orchestrator.supervisor.services import Service
from orchestrator.supervisor.up import supervise
from core.errors import RoyalError

port, crash_port = int(sys.argv[1]), int(sys.argv[2])
web = Service("web", (sys.executable, "-c", '''
import http.server, os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("child", child.pid, "self", os.getpid(), flush=True)
http.server.test(http.server.SimpleHTTPRequestHandler, port=%d, bind="127.0.0.1")
''' % port), port, "WEB_PORT", "/")
flaky = Service("flaky", (sys.executable, "-c", "print('began', flush=True); raise SystemExit(3)"))
try:
    sys.exit(supervise("127.0.0.1", (web, flaky), lambda: "http://127.0.0.1/login/once"))
except RoyalError as error:
    print(error, "|", error.remedy, flush=True)
    sys.exit(3)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


class Supervised:
    def __init__(self, log: Path, port: int) -> None:
        self.log = log
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(port), "0"],
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def text(self) -> str:
        return self.log.read_text()

    def service_pids(self) -> list[int]:
        line = next(row for row in self.text().splitlines() if "child" in row and "self" in row)
        words = line.split()
        return [int(words[words.index("child") + 1]), int(words[words.index("self") + 1])]


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    running = Supervised(tmp_path / "log", free_port())
    until(lambda: "royal: ready" in running.text())
    yield running
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()


def test_ctrl_c_ends_every_process_and_exits_with_zero(supervised: Supervised) -> None:
    pids = supervised.service_pids()
    supervised.process.send_signal(signal.SIGINT)
    assert supervised.process.wait(timeout=20) == 0
    assert not any(alive(pid) for pid in pids)
    assert "royal: stopped" in supervised.text()


def test_nothing_is_left_after_the_supervisor_itself_is_killed(supervised: Supervised) -> None:
    pids = supervised.service_pids()
    assert all(alive(pid) for pid in pids)
    supervised.process.kill()
    supervised.process.wait()
    until(lambda: not any(alive(pid) for pid in pids))


def test_a_service_that_exits_is_started_again_and_the_others_go_on(
    supervised: Supervised,
) -> None:
    until(lambda: supervised.text().count("began") >= 3)
    assert all(alive(pid) for pid in supervised.service_pids())
    assert "service.process.exited" in supervised.text()


def test_each_output_line_carries_the_name_of_its_service(supervised: Supervised) -> None:
    until(lambda: "flaky | began" in supervised.text())
    assert any(row.startswith("web   | child") for row in supervised.text().splitlines())


def test_a_port_in_use_is_named_with_its_holder_and_its_variable(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        running = Supervised(tmp_path / "log", port)
        assert running.process.wait(timeout=20) == 3
    text = running.text()
    assert f"port {port} for 'web' is in use by" in text
    assert f"(pid {os.getpid()})" in text
    assert "WEB_PORT=<free port>" in text
