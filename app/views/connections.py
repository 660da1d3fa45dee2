"""Outside systems on the wire: the store, and the model AIRA talks with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from app.schemas.operations import ConnectionList, ConnectionOut, SyncProgress
from app.views import shared
from core.errors import NotFound
from orchestrator.core import connecting, control
from royal_platform.bootstrap import warehouse_engine
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.holdings import held
from royal_platform.persistence.warehouse_loads import WarehouseLoads

if TYPE_CHECKING:
    from core.security.principals import Principal
    from core.settings import Settings
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.stores import Store

_STORE = "store"
_PHASES = {"waiting", "first", "incremental", "idle", "failed"}


def listing(platform: Platform) -> ConnectionList:
    """Every outside system this installation speaks to."""
    return ConnectionList(
        data=[_store(platform, platform.store()), _model(platform.settings), _warehouse(platform)]
    )


def sync(platform: Platform, actor: Principal, connection_id: str) -> ConnectionOut:
    """Ask for a synchronisation; asking again before it was done adds nothing."""
    if connection_id != _STORE:
        raise NotFound(
            f"There is no connection {connection_id!r} that can be synchronised.",
            remedy="Use 'store'; see GET /v1/connections.",
        )
    return _store(platform, control.request_sync(platform, actor))


def _store(platform: Platform, store: Store) -> ConnectionOut:
    back = connecting.way_back(platform)
    state, remedy = _state(store) if back is None else ("disconnected", back)
    return ConnectionOut(
        id=_STORE,
        name="Sandbox store" if store.source == "sandbox" else store.name,
        state=cast("Any", state),
        detail=_detail(store) if back is None else store.connection_detail,
        remedy=remedy,
        source=shared.source(store),
        sync=_progress(platform, store),
    )


def _detail(store: Store) -> str:
    if store.sync_phase == "first":
        return "Being read for the first time."
    return store.connection_detail


def _state(store: Store) -> tuple[str, str | None]:
    if store.sync_phase == "first":
        return "connected", None
    if store.connection_state == "unknown":
        return "disconnected", "Start a worker with `make run` or `royal worker`."
    if store.connection_state == "disconnected":
        if store.source == "sandbox":
            return "disconnected", "Start the sandbox with `make run` or `royal-sandbox serve`."
        return "disconnected", "Check SHOPIFY_SHOP and its credentials, then `royal doctor`."
    if store.connection_state == "degraded":
        return "degraded", "Grant the app the scopes that the detail names."
    return store.connection_state, None


def _progress(platform: Platform, store: Store) -> SyncProgress:
    with platform.database.read() as connection:
        counts = held(connection, store.id)
    expected = store.sync_counts.get("orders_expected")
    return SyncProgress(
        phase=cast("Any", store.sync_phase if store.sync_phase in _PHASES else "incremental"),
        products=counts["products"],
        orders=counts["orders"],
        customers=counts["customers"],
        orders_expected=None if expected is None else int(expected),
        last_success_at=store.last_sync_at,
        error=store.sync_error,
    )


def _warehouse(platform: Platform) -> ConnectionOut:
    """The last load as a fact: rows, age, how long it took, and why a later try failed."""
    engine = warehouse_engine(platform.settings)
    with platform.database.read() as connection:
        last = WarehouseLoads(platform.store_id).last(connection, engine)
    name = "Warehouse (BigQuery)" if engine == "bigquery" else "Warehouse (DuckDB)"
    if last is None:
        detail = "Not loaded yet: the worker does it after the first sync."
        return _told_of_warehouse(name, "disconnected", detail, None)
    if last.loaded_at is None or last.as_of is None or last.rows is None:
        detail = f"Not loaded yet: {last.error}"
        return _told_of_warehouse(name, "disconnected", detail, "Correct it; the worker goes on.")
    age = max(0, int((wall_now() - last.loaded_at).total_seconds() // 60))
    detail = (
        f"{last.rows:,} rows, loaded {age} min ago in {last.seconds} s; "
        f"the store as of {last.as_of:%Y-%m-%d %H:%M} UTC."
    )
    if last.error is not None:
        return _told_of_warehouse(name, "degraded", f"{detail} Since then: {last.error}", None)
    return _told_of_warehouse(name, "connected", detail, None)


def _told_of_warehouse(name: str, state: str, detail: str, remedy: str | None) -> ConnectionOut:
    return ConnectionOut(
        id="warehouse", name=name, state=cast("Any", state), detail=detail, remedy=remedy,
        source=None, sync=None,
    )  # fmt: skip


def _model(settings: Settings) -> ConnectionOut:
    missing = [
        name
        for name, value in (
            ("OPENAI_API_KEY", settings.openai_api_key),
            ("OPENAI_MODEL", settings.openai_model),
        )
        if not value
    ]
    return ConnectionOut(
        id="model",
        name="Language model (AIRA)",
        state="not_configured" if missing else "connected",
        detail=(
            "AIRA cannot converse; everything else works."
            if missing
            else f"Model {settings.openai_model!r} is asked when somebody talks to AIRA."
        ),
        remedy=f"Set {' and '.join(missing)}." if missing else None,
        source=None,
        sync=None,
    )
