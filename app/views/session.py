"""The caller on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.schemas.operations import SessionOut, StoreOut
from app.views import shared
from core.events import head
from core.telemetry.metrics import build_version
from royal_platform.persistence.policies import Policies

if TYPE_CHECKING:
    from typing import Literal

    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.stores import Store


def current(platform: Platform, caller: Principal) -> SessionOut:
    """Who calls, what they may do, and the store they see."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        stopped = Policies(store.id).stopped(connection)
        newest = head(connection, store.id)
    return SessionOut(
        name=caller.name,
        role=caller.role,
        permissions=sorted(caller.permissions),
        store=_store(store),
        stopped=list(stopped),
        head=newest,
        version=build_version(),
    )


def _store(store: Store) -> StoreOut:
    return StoreOut(
        id=store.id,
        name=store.name,
        domain=store.domain,
        source=shared.source(store),
        currency=store.currency,
        timezone=store.timezone,
        now=store.store_clock().now(),
        clock=cast("Literal['wall', 'world']", store.clock),
        clock_rate=store.clock_rate,
    )
