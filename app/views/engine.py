"""The engine on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from app.schemas.engine import EngineOut
from orchestrator.core.engine_state import engine_state

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def state(platform: Platform) -> EngineOut:
    """Queues, workers and schedules now."""
    found = engine_state(platform, platform.settings.stale_seconds)
    return EngineOut.model_validate(asdict(found))
