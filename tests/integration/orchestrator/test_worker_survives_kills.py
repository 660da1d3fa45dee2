"""Real worker processes against a real sandbox store: killed with -9, taken over, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from core.events.verify import verify
from core.settings import read_settings
from orchestrator.core import control
from orchestrator.core.books import reading, writing
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence import webhook_inbox
from royal_platform.persistence.commands import Receipt
from store_sandbox.app import create_app
from store_sandbox.runtime import Options
from store_sandbox.state import StateStore
from tests.integration.orchestrator.prices import (
    approve_prices,
    approve_prices_of_one_product,
    approve_stock,
    propose_prices,
)
from tests.integration.platform.wire import TOKEN_PATH

pytestmark = pytest.mark.timeout(240)
SETTLED = {"executed", "failed", "conflicted"}
SHARED = ("productVariantsBulkUpdate", "inventorySetQuantities")


def until(condition: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain for {what or condition}"
        time.sleep(0.05)


class Scene:
    """A sandbox with a few days of history, a platform on it, and worker processes."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.workers: list[subprocess.Popen[bytes]] = []
        options = Options(folder=folder / "sandbox", history_days=3, tick_seconds=0)
        self._app = create_app(options)
        config = uvicorn.Config(self._app, log_level="error", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[self._listener])), daemon=True
        )
        self._thread.start()
        self.environment = {
            "ROYAL_VAR_DIR": str(folder), "SANDBOX_PORT": str(self.port),
            "DATABASE_URL": database_url, "ROYAL_HEARTBEAT_SECONDS": "0.3",
            "ROYAL_STALE_SECONDS": "2", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        until(self._ready, 60, "the sandbox")
        settings = read_settings(var_dir=folder, database_url=database_url, sandbox_port=self.port)
        self.platform: Platform = bootstrap(settings)

    def _ready(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(self._url("/healthz")).json()["ready"] is True
        return False

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def start_worker(self) -> subprocess.Popen[bytes]:
        code = "from orchestrator.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", code, "worker"],
            env={**os.environ, **self.environment}, cwd=self.folder,
        )  # fmt: skip
        self.workers.append(process)
        return process

    def synced(self) -> bool:
        return bool(self.platform.store().sync_cursor.get("complete"))

    def approve_prices(self, count: int) -> list[str]:
        return approve_prices(self.platform, propose_prices(self.platform, count))

    def statuses(self, ids: list[str]) -> list[str]:
        with reading(self.platform) as books:
            return [books.decisions.get(books.connection, each).status.value for each in ids]

    def writes(self, mutation: str = "productVariantsBulkUpdate") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "journal", mutation=mutation)
        return found

    def made(self) -> list[dict[str, Any]]:
        """What shared requests wrote."""
        return [each for mutation in SHARED for each in self.writes(mutation)]

    def quiet(self) -> None:
        """Wait until the sandbox has answered all that was asked, also by who is dead by now."""
        working = self._app.state.runtime.working
        slots = 4
        assert all(working.acquire(timeout=20) for _ in range(slots))
        working.release(slots)

    def control(
        self, method: str, path: str, body: dict[str, Any] | None = None, **query: str
    ) -> Any:
        """What the sandbox's own door answers."""
        credentials = json.loads((self.folder / "sandbox" / "credentials.json").read_text())
        answer = httpx.request(
            method, self._url(f"/control/{path}"), params=query, json=body,
            headers={"X-Sandbox-Control": credentials["control_token"]},
        )  # fmt: skip
        told = answer.raise_for_status().json()
        return told.get("data", told)

    @property
    def state(self) -> StateStore:
        """What the sandbox holds, to be filled by hand."""
        found: StateStore = self._app.state.runtime.state
        return found

    def admin(self, query: str, variables: dict[str, Any]) -> Any:
        """What another app with every scope does in the same store; its data."""
        told = json.loads((self.folder / "sandbox" / "credentials.json").read_text())
        grant = {name: told[name] for name in ("client_id", "client_secret")}
        grant["grant_type"] = "client_credentials"
        token = httpx.post(self._url(TOKEN_PATH), json=grant).json()["access_token"]
        answer = httpx.post(
            self._url("/admin/api/2026-10/graphql.json"),
            headers={"X-Shopify-Access-Token": token},
            json={"query": query, "variables": variables},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def close(self) -> None:
        for process in self.workers:
            process.kill()
            process.wait()
        self.platform.close()
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path, database_url)
    yield scene
    scene.close()


def test_kills_at_random_moments_lose_nothing_and_double_nothing(scene: Scene) -> None:
    dice = random.Random(7)
    worker = scene.start_worker()
    until(scene.synced, 90, "the first sync")
    ids = scene.approve_prices(24)
    for _ in range(4):
        time.sleep(dice.uniform(0.2, 1.2))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker = scene.start_worker()
    until(lambda: set(scene.statuses(ids)) <= SETTLED, 120, "the executions")
    assert scene.statuses(ids) == ["executed"] * 24
    assert len(scene.writes()) == 24
    with scene.platform.database.read() as connection:
        assert verify(connection, scene.platform.store_id).ok


def _shared(writes: Iterable[dict[str, Any]]) -> bool:
    return max(Counter(each["request_id"] for each in writes).values(), default=0) > 1


def test_a_kill_amid_shared_requests_leaves_every_change_made_once(scene: Scene) -> None:
    worker = scene.start_worker()
    until(scene.synced, 90, "the first sync")
    scene.control("POST", "faults", {"kind": "slow_write", "seconds": 1.5, "count": None})
    ids = approve_prices_of_one_product(scene.platform) + approve_stock(scene.platform)
    # While the first of each is written the others gather: theirs are the requests to die in.
    until(lambda: all(map(scene.writes, SHARED)), 60, "the first write of each")
    heard = {each["request_id"] for each in scene.made()}
    until(lambda: scene.statuses(ids).count("executing") > 4, 20, "those that wait")
    worker.kill()
    worker.wait()
    told = scene.statuses(ids).count("executed")
    scene.quiet()
    assert _shared(each for each in scene.made() if each["request_id"] not in heard)
    assert told < len(scene.made())
    scene.control("DELETE", "faults", {})
    scene.start_worker()
    until(lambda: set(scene.statuses(ids)) <= SETTLED, 120, "the executions")
    assert scene.statuses(ids) == ["executed"] * len(ids)
    made = Counter((each["mutation"], each["subject"]) for each in scene.made())
    assert len(made) == len(ids)
    assert set(made.values()) == {1}
    with scene.platform.database.read() as connection:
        assert verify(connection, scene.platform.store_id).ok


def test_a_stop_lets_no_write_begin_and_lifting_it_goes_on(scene: Scene) -> None:
    scene.start_worker()
    until(scene.synced, 90, "the first sync")
    ids = scene.approve_prices(30)
    until(scene.writes, 30, "the first write")
    began = time.monotonic()
    state = control.stop(scene.platform, "store", "ada")
    assert time.monotonic() - began < 1
    flights = {flight.decision_id for flight in state.in_flight}
    moving = [each for each in ids if each in flights]
    until(lambda: set(scene.statuses(moving)) <= SETTLED, 30, "the writes in flight")
    held = [each for each, now in zip(ids, scene.statuses(ids), strict=True) if now == "approved"]
    done = len(ids) - len(held)
    assert len(scene.writes()) == done
    time.sleep(1.5)
    assert len(scene.writes()) == done
    control.resume(scene.platform, "store", "ada")
    until(lambda: scene.statuses(ids) == ["executed"] * 30, 60, "the rest")
    assert len(scene.writes()) == 30


def test_webhooks_are_worked_off_and_a_deleted_product_disappears(scene: Scene) -> None:
    scene.start_worker()
    until(scene.synced, 90, "the first sync")
    gone = scene.platform.catalog.variants()[0].product_id
    now = datetime.now(UTC)
    bodies = {"products/delete": {"id": int(gone)}, "orders/create": {"id": 1}, "x/delete": []}
    with writing(scene.platform) as books:
        for topic, body in bodies.items():
            receipt = Receipt(
                store_id=books.store_id, webhook_id=topic, topic=topic, headers={},
                body=json.dumps(body).encode(), received_at=now, triggered_at=now,
                processed_at=None, error=None,
            )  # fmt: skip
            webhook_inbox.keep(books.connection, [receipt])

    def worked_off() -> bool:
        with reading(scene.platform) as books:
            waiting = webhook_inbox.arrivals(books.connection, 1)
            return not waiting and books.commands.unprocessed(books.connection) == []

    until(worked_off, 30, "the webhooks")
    assert gone not in {variant.product_id for variant in scene.platform.catalog.variants()}


def test_another_worker_takes_over_what_a_dead_one_left(postgres_url: str, tmp_path: Path) -> None:
    scene = Scene(tmp_path, postgres_url)
    try:
        first = scene.start_worker()
        until(scene.synced, 90, "the first sync")
        scene.start_worker()
        ids = scene.approve_prices(20)
        until(scene.writes, 30, "the first write")
        first.kill()
        first.wait()
        until(lambda: scene.statuses(ids) == ["executed"] * 20, 60, "the survivors' work")
        assert len(scene.writes()) == 20
    finally:
        scene.close()


def test_a_second_worker_on_one_sqlite_file_says_so(sqlite_url: str, tmp_path: Path) -> None:
    scene = Scene(tmp_path, sqlite_url)
    try:
        scene.start_worker()
        until(scene.synced, 90, "the first sync")
        second = subprocess.run(
            [sys.executable, "-c", "from orchestrator.cli import main; main()", "worker"],
            env={**os.environ, **scene.environment}, cwd=scene.folder,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert second.returncode == 1
        assert "Another worker" in second.stderr
    finally:
        scene.close()
