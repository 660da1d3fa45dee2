"""Doors on real databases, and real servers on loopback."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app import create_app
from core.security import tokens
from core.settings import Settings, read_settings
from royal_platform.bootstrap import Platform, bootstrap

ADMIN = "an-admin-token-for-tests-with-enough-characters"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A door configures the process's logging; the next test starts with what was there."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level


@pytest.fixture
def settings(tmp_path: Path, migrated_sqlite_url: str) -> Settings:
    """Settings of an installation of this test's own, on SQLite."""
    return read_settings(
        var_dir=tmp_path, database_url=migrated_sqlite_url, royal_admin_token=ADMIN,
        log_level="ERROR", given_secret_key="k" * 40,
    )  # fmt: skip


@pytest.fixture
def platform(settings: Settings) -> Iterator[Platform]:
    """The installation's platform, as another process would open it."""
    opened = bootstrap(settings)
    yield opened
    opened.close()


@pytest.fixture
def application(settings: Settings, platform: Platform, tmp_path: Path) -> Iterator[Any]:
    """The coordinator with a small built command center."""
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html><title>Command center</title>")
    (built / "sw.js").write_text("self.x = 1")
    (built / "assets" / "index-abc.js").write_text("export {}")
    app = create_app(settings, built=built)
    yield app
    app.extensions["royal.platform"].close()


@pytest.fixture
def token(platform: Platform) -> Callable[..., str]:
    """Makes a token of a role, bound to a store if one is given."""

    def make(role: str, store_id: str | None = None) -> str:
        with platform.database.write() as transaction:
            issued = tokens.create(
                transaction.connection, f"{role} {time.monotonic_ns()}", role,
                now=datetime.now(UTC), store_id=store_id,
            )  # fmt: skip
        return issued.value

    return make


class Running:
    """A door served by uvicorn in a thread of this process."""

    def __init__(self, application: Any) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        config = uvicorn.Config(
            application, host="127.0.0.1", port=self.port, log_config=None, lifespan="on",
            ws_per_message_deflate=False, timeout_graceful_shutdown=3, ws_max_size=16 * 1024,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> Running:
        self.thread.start()
        deadline = time.monotonic() + 20
        while not self.server.started:
            assert time.monotonic() < deadline, "the door did not start"
            assert self.thread.is_alive(), "the door ended while starting"
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=15)


@pytest.fixture
def running() -> Iterator[Callable[[Any], Running]]:
    """Serves an ASGI application on a free port until the test ends."""
    with contextlib.ExitStack() as ends:

        def start(application: Any) -> Running:
            door = Running(application).start()
            ends.callback(door.stop)
            return door

        yield start
