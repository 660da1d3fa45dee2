"""Rules for every test: loopback only, no skip that hides a part, reproducible generated cases."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from core.telemetry.logs import configure_logging

pytest_plugins = ["tests.databases"]

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("full", deadline=None, max_examples=2000)
settings.register_profile("dev", deadline=None)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") == "true" else "dev")
)

# Hundreds of processes are started: none compiles again what another one has compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_LIVE = os.environ.get("ROYAL_LIVE") == "1"

# A logger used before logs are configured keeps printing to the standard output of that test:
# every entry point configures them first, and so do tests, whichever comes first.
configure_logging("INFO")
# What is written is caught by the test runner; a handler of ours would outlive its stream.
logging.getLogger().handlers.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Live-vendor tests run only on request; they are deselected, not passed."""
    for item in items:
        if item.get_closest_marker("integration") and not _LIVE:
            item.add_marker(pytest.mark.skip(reason="live vendor: needs keys and ROYAL_LIVE=1"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With CI=true a skip that hides a part of the product is a failure."""
    outcome = yield
    report: Any = outcome.get_result()  # type: ignore[attr-defined]
    hides = report.skipped and not hasattr(report, "wasxfail")
    if hides and os.environ.get("CI") == "true" and not item.get_closest_marker("integration"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket on the file system
    host = address[0]
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """A test that reaches for another machine is a test of something else."""
    if _LIVE:
        yield
        return
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise PermissionError(f"tests stay on loopback, not {address!r}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]
