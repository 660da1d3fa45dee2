"""How far each kind of object is read, kept in the sync's memory for people to look at.

Times are the machine's: they tell how long reading takes, not when something happened in the shop.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from royal_platform.shopify.ports import SyncState


def plan(state: SyncState, readable: Iterable[str], every: Iterable[str]) -> None:
    """A first sync begins: what is ``readable`` waits, the rest of ``every`` is not granted."""
    granted = set(readable)
    state.cursor["progress"] = {
        name: {"stage": "waiting" if name in granted else "not_granted"} for name in every
    }


def begin(state: SyncState, name: str, *, prepared: int | None = None) -> None:
    """A kind is being read, or the store prepares it: ``prepared`` objects of it so far."""
    before = _of(state).get(name, {})
    started = before.get("started_at") if before.get("stage") != "read" else None
    told: dict[str, Any] = {"stage": "reading", "started_at": started or _now()}
    if prepared is not None:
        told |= {"stage": "preparing", "prepared": prepared}
    _of(state)[name] = told


def end(state: SyncState, name: str) -> None:
    """A kind was read to its end."""
    started = _of(state).get(name, {}).get("started_at")
    _of(state)[name] = {"stage": "read", "started_at": started, "read_at": _now()}


def _of(state: SyncState) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = state.cursor.setdefault("progress", {})
    return found


def _now() -> str:
    return datetime.now(UTC).isoformat()
