"""Fixtures of the end-to-end tests: a running installation and the machine's own browser."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.databases import new_database
from tests.e2e.browsing import sign_in
from tests.installation import Installation, until


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chaos-kills", type=int, default=10, help="kills in the crash test")
    parser.addoption(
        "--on-postgresql", action="store_true",
        help="installations keep their state in PostgreSQL and run two workers",
    )  # fmt: skip


INBOUND_SECRET = "e2e-inbound-secret-of-more-than-32-characters"
# Gives the URL of a new PostgreSQL database, a copy of the one named.
NewDatabase = Callable[[str | None], str]


BUILT = Path(__file__).parents[2] / "apps/command-center-ui/dist/.built"


@pytest.fixture(scope="session", autouse=True)
def _built_command_center() -> None:
    """Without the pages every test here would wait in vain for what they show."""
    if not BUILT.exists():
        pytest.exit("The command center is not built: run `make ui`, then this again.", 2)


def _on_postgresql(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url, "ROYAL_WORKERS": "2"}


@dataclass(frozen=True)
class FirstStart:
    """What a first start leaves behind, and how long its proposals took."""

    home: Path
    seconds: float
    database: str | None
    new_database: NewDatabase

    def again(self, home: Path, *parts: str, **extra: str) -> Installation:
        """A new installation on a copy of these parts of ``var`` (all of them when none given)."""
        for part in parts or ("",):
            shutil.copytree(self.home / "var" / part, home / "var" / part)
        if self.database is not None and not parts:
            extra = {**_on_postgresql(self.new_database(self.database)), **extra}
        return Installation(home, **extra)


@pytest.fixture(scope="session")
def new_postgres(request: pytest.FixtureRequest) -> Iterator[NewDatabase]:
    """Makes databases that last as long as the session."""
    # Asked for at once when it will be needed, so that it ends after its databases.
    wanted = request.config.getoption("--on-postgresql")
    server: str = request.getfixturevalue("postgres_server") if wanted else ""
    with ExitStack() as kept:

        def new(template: str | None) -> str:
            return kept.enter_context(new_database(server, template))

        yield new


@pytest.fixture(scope="session")
def first_start(
    request: pytest.FixtureRequest,
    new_postgres: NewDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> FirstStart:
    """Start from nothing, wait for the first proposals, stop: what other tests start from."""
    database = new_postgres(None) if request.config.getoption("--on-postgresql") else None
    extra = _on_postgresql(database) if database else {}
    began = time.monotonic()
    running = Installation(tmp_path_factory.mktemp("first"), **extra).start()
    try:
        until(lambda: _proposed(running), 240, "the first proposals")
        seconds = time.monotonic() - began
        assert running.stop() == 0
        # Every service ended by itself, within its grace.
        assert "service.process.killed" not in running.text()
    finally:
        running.end()
    return FirstStart(running.home, seconds, database, new_postgres)


def _proposed(running: Installation) -> bool:
    kinds = [each["kind"] for each in running.decisions(status="proposed")]
    return kinds.count("price.set") >= 5 and "inventory.reorder" in kinds


@pytest.fixture(scope="module")
def installation(
    first_start: FirstStart, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    running = first_start.again(tmp_path_factory.mktemp("royal"))
    yield running.start()
    running.end()


@pytest.fixture(scope="session")
def shared(
    first_start: FirstStart, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """One installation for tests that read, or add what no other of them looks at."""
    running = first_start.again(tmp_path_factory.mktemp("shared"), INBOUND_SECRET=INBOUND_SECRET)
    yield running.start()
    running.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that share an installation come last: it runs no longer than they do."""
    items.sort(key=lambda item: "shared" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def signed_in(shared: Installation, browser: Browser) -> Any:
    """The cookies of a browser that followed the shared installation's link, once."""
    return sign_in(shared, browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "No Chromium found: install one (Debian: apt-get install chromium)."
    flags = [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
    ]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        running.close()
