"""A whole installation, started by the same supervisor a user starts, on free ports."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).resolve().parents[1]
ROYAL = str(Path(sys.executable).with_name("royal"))
SANDBOX = str(Path(sys.executable).with_name("royal-sandbox"))
ADMIN_TOKEN = "e2e-admin-token-of-more-than-32-characters"
PORTS = ("PORT", "AIRA_PORT", "GATEWAY_PORT", "ORCHESTRATOR_API_PORT", "SANDBOX_PORT")
T = TypeVar("T")


def until(probe: Callable[[], T], seconds: float = 60, what: str = "the condition") -> T:
    """The first truthy answer of ``probe``; fails naming ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds} s"
        time.sleep(0.1)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _writable(database: Path) -> bool:
    connection = sqlite3.connect(database, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def _stopped(process: int) -> bool:
    """Whether every thread stands still, none on its way out of the kernel with a lock."""
    states = [
        (thread / "stat").read_text().rpartition(")")[2].split()[0]
        for thread in Path(f"/proc/{process}/task").iterdir()
    ]
    return set(states) <= {"T", "t"}


class Installation:
    """One running ``royal up`` with its own data directory and ports."""

    def __init__(self, home: Path, **extra: str) -> None:
        self.home = home
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SHOPIFY", "ROYAL", "DATABASE", "REDIS", "OPENAI"))
        }
        self.environment = {
            **inherited,
            **{name: str(port) for name, port in ports.items()},
            "ROYAL_VAR_DIR": str(home / "var"),
            "ROYAL_ADMIN_TOKEN": ADMIN_TOKEN,
            # A test that wants letters writes its own.
            "ROYAL_SANDBOX_LETTERS": "false",
            **extra,
        }
        self.url = f"http://127.0.0.1:{ports['PORT']}"
        self.sandbox_url = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
        self.log = home / "royal.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
            timeout=30,
            trust_env=False,
            # Servers close what is idle for 5 s: one that is about to be closed is not used again.
            limits=httpx.Limits(keepalive_expiry=2),
        )
        # One for all calls: making one reads the machine's certificates. Each call connects anew,
        # for the store may have been killed since the last one.
        self.store = httpx.Client(
            base_url=self.sandbox_url, timeout=120, trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )  # fmt: skip

    def start(self) -> Installation:
        self.home.mkdir(parents=True, exist_ok=True)
        already = self.text().count("royal: ready")
        self.process = subprocess.Popen(
            [ROYAL, "up"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log.open("a"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        until(lambda: self._ready(already), 120, "`royal up` ready")
        return self

    def _ready(self, already: int) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.text()[-4000:]
        return self.text().count("royal: ready") > already

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=40)

    def text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def sign_in_link(self) -> str:
        found = re.findall(r"Sign in \(once, within a day\): (\S+)", self.text())
        return str(found[-1])

    def run(self, *argv: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return self.client.post(path, json=body if body is not None else {})

    def decisions(self, **query: Any) -> list[dict[str, Any]]:
        return list(self.get("/v1/decisions", limit=250, **query)["data"])

    def credentials(self) -> dict[str, str]:
        path = self.home / "var" / "sandbox" / "credentials.json"
        return dict(json.loads(path.read_text()))

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self.store.request(
            method,
            path,
            json=body,
            headers={"X-Sandbox-Control": self.credentials()["control_token"]},
        )
        assert answer.status_code < 300, answer.text
        return answer.json()

    def graphql(self, query: str, **variables: Any) -> Any:
        """Ask the store itself, as any Shopify client would, past everything of ours."""
        credentials = self.credentials()
        token = self.store.post(
            "/admin/oauth/access_token",
            json={
                "client_id": credentials["client_id"],
                "client_secret": credentials["client_secret"],
                "grant_type": "client_credentials",
            },
        ).json()["access_token"]
        answer = self.store.post(
            "/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": token},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def price(self, variant_id: str) -> str:
        query = "query($id: ID!) { productVariant(id: $id) { price } }"
        gid = f"gid://shopify/ProductVariant/{variant_id}"
        return str(self.graphql(query, id=gid)["productVariant"]["price"])

    def on_hand(self, variant_id: str) -> int:
        """Units of a variant on the store's shelves, over all locations."""
        query = """query($id: ID!) { productVariant(id: $id) { inventoryItem {
            inventoryLevels(first: 20) { nodes { quantities(names: ["on_hand"]) { quantity } } }
        } } }"""
        gid = f"gid://shopify/ProductVariant/{variant_id}"
        item = self.graphql(query, id=gid)["productVariant"]["inventoryItem"]
        levels = item["inventoryLevels"]["nodes"]
        return sum(level["quantities"][0]["quantity"] for level in levels)

    def price_writes(self) -> Counter[str]:
        """How often the store changed each variant's price, by the store's own journal."""
        entries = self.control("GET", "/control/journal?limit=1000")["data"]
        return Counter(
            entry["subject"].rpartition("/")[2]
            for entry in entries
            if entry["mutation"] == "productVariantsBulkUpdate"
        )

    def pids(self, part: str) -> list[int]:
        """Process ids of this installation whose command line contains ``part``."""
        mark = f"ROYAL_VAR_DIR={self.home / 'var'}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if part in command and mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append(int(process.name))
        return found

    def signal_worker(self, number: signal.Signals) -> None:
        """Signal one worker, the others go on."""
        (worker,) = until(lambda: self.pids("royal worker"), what="a running worker")[:1]
        os.kill(worker, number)

    def signal_workers(self, number: signal.Signals) -> None:
        """Signal every worker there is to be."""
        count = int(self.environment.get("ROYAL_WORKERS", "1"))
        all_of_them = until(
            lambda: found if len(found := self.pids("royal worker")) >= count else [],
            what=f"{count} running workers",
        )
        for worker in all_of_them:
            os.kill(worker, number)

    def freeze_workers(self) -> None:
        """Hold every worker at a moment when none has a lock that a door would wait for."""

        def frozen() -> bool:
            self.signal_workers(signal.SIGSTOP)
            # A thread that a released lock has just woken takes it before it sees the signal.
            until(lambda: all(map(_stopped, self.pids("royal worker"))), what="stopped workers")
            if self._nobody_writes():
                return True
            self.signal_workers(signal.SIGCONT)
            return False

        until(frozen, what="workers that hold no lock")

    def _nobody_writes(self) -> bool:
        url = self.environment.get("DATABASE_URL")
        if url is not None:
            with create_engine(url, poolclass=NullPool).connect() as connection:
                # Readers keep nobody waiting; whoever has written or locked a row has a number.
                query = (
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
                )
                return connection.execute(text(query)).scalar_one() == 0
        with (self.home / "var" / "royal.db.writer").open("a") as turn:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return all(_writable(self.home / "var" / name) for name in ("royal.db", "engine.db"))

    def end(self) -> None:
        self.client.close()
        self.store.close()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.process.kill()
