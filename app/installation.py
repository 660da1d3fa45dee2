"""Opens what the coordinator stands on, and says how each part of it is."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import NotConfigured, Unavailable
from core.settings import Settings
from core.web.health import HealthCheck
from core.web.opening import Opening, database_check

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_CONNECT_SECONDS = 0.5


def opening_of(
    settings: Settings, open_platform: Callable[[Settings], Platform] | None = None
) -> Opening[Platform]:
    """The platform, opened at first use and tried again while the store is still starting.

    Opening it also makes the registered agents rows of its store.
    """

    def open_it() -> Platform:
        from app import init_autonomous_empire
        from orchestrator.core.agent_registry import get_agent_registry
        from royal_platform.bootstrap import bootstrap

        platform = (open_platform or bootstrap)(settings)
        get_agent_registry().attach(platform)
        asyncio.run(init_autonomous_empire())
        return platform

    def follow_it(platform: Platform) -> Platform:
        from orchestrator.core.agent_registry import get_agent_registry
        from royal_platform.bootstrap import follow

        served = follow(platform)
        if served is not platform:
            get_agent_registry().attach(served)
        return served

    def close_it(platform: Platform) -> None:
        from orchestrator.core.agent_registry import get_agent_registry

        get_agent_registry().detach()
        platform.database.dispose()

    return Opening("platform", open_it, close_it, follow=follow_it)


def checks(settings: Settings, opening: Opening[Platform]) -> list[HealthCheck]:
    """The database is required; the rest may be missing while reading goes on."""

    def store() -> str:
        return _store(opening)

    def worker() -> str:
        return _worker(opening, settings.stale_seconds)

    def aira() -> None:
        _reach(settings.aira_port, "AIRA")

    return [
        database_check(opening, lambda platform: platform.database),
        HealthCheck("store", False, store, "See GET /v1/connections."),
        HealthCheck("worker", False, worker, "Start it with `royal worker`."),
        HealthCheck("aira", False, aira, "Start it with `python -m aira`."),
    ]


def _store(opening: Opening[Platform]) -> str:
    from orchestrator.core import connecting
    from royal_platform.persistence import stores

    opening.check()
    platform = opening.get()
    with platform.database.read() as connection:
        row = stores.get(connection, platform.store_id)
    back = connecting.way_back(platform)
    if back is not None:
        raise Unavailable(row.connection_detail, remedy=back)
    if row.connection_state == "not_configured":
        raise NotConfigured(row.connection_detail, remedy="Set SHOPIFY_SHOP and its credentials.")
    if row.connection_state in {"degraded", "disconnected"}:
        raise Unavailable(row.connection_detail, remedy="See GET /v1/connections.")
    return f"{row.source} store {row.name!r}, {row.connection_state}"


def _worker(opening: Opening[Platform], stale_seconds: float) -> str:
    from royal_platform.persistence.commands import list_workers

    opening.check()
    with opening.get().database.read() as connection:
        workers = list_workers(connection)
    since = datetime.now(UTC) - timedelta(seconds=stale_seconds)
    alive = sum(worker.heartbeat_at >= since for worker in workers)
    if alive == 0:
        raise Unavailable(
            "No worker is alive; what is approved waits.", remedy="Start one with `royal worker`."
        )
    return f"{alive} alive"


def _reach(port: int, name: str) -> None:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise Unavailable(
            f"{name} does not listen on port {port}.", remedy="Start it with `make run`."
        ) from error
