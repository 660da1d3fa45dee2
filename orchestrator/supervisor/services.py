"""Which processes make up one installation, on which ports, and how readiness shows."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from core.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """One process: its command line, and the port and path that tell when it is ready."""

    name: str
    argv: tuple[str, ...]
    port: int | None = None
    port_variable: str | None = None
    ready_path: str | None = None
    after: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


def _script(name: str) -> str:
    """A console script of this environment, found beside the running interpreter."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else (shutil.which(name) or name)


def _letters(settings: Settings) -> tuple[str, ...]:
    """The sandbox's customers write to our own inbound door."""
    if not settings.sandbox_letters:
        return ()
    return ("--mail-to", f"http://127.0.0.1:{settings.gateway_port}/inbound/mail")


def installation(settings: Settings) -> tuple[Service, ...]:
    """Every service of this installation; the sandbox only while no real store is configured."""
    python = sys.executable
    sandbox = Service(
        "sandbox",
        (_script("royal-sandbox"), "serve", *_letters(settings)),
        settings.sandbox_port,
        "SANDBOX_PORT",
        # Ready once its history is there; the doors need not wait for that, the worker does.
        "/readyz",
    )
    first = () if settings.store_configured else (sandbox,)
    store = tuple(service.name for service in first)
    coordinator = Service(
        "coordinator",
        (python, "-m", "wsgi"),
        settings.port,
        "PORT",
        "/readyz",
    )
    doors = (
        Service("aira", (python, "-m", "aira"), settings.aira_port, "AIRA_PORT", "/readyz"),
        Service(
            "gateway",
            (python, "-m", "api_gateway"),
            settings.gateway_port,
            "GATEWAY_PORT",
            "/readyz",
        ),
        Service(
            "control",
            (python, "-m", "orchestrator_api"),
            settings.orchestrator_api_port,
            "ORCHESTRATOR_API_PORT",
            "/readyz",
        ),
    )
    workers = (
        Service(
            "worker" if number == 1 else f"worker-{number}",
            (_script("royal"), "worker"),
            after=store,
        )
        for number in range(1, settings.workers + 1)
    )
    return (*first, coordinator, *workers, *doors)
