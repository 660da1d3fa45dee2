"""The kill switch on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.operations import InFlight, StopIn, StopOut
from orchestrator.core import control

if TYPE_CHECKING:
    from core.security.principals import Principal
    from orchestrator.core.control import StopState
    from royal_platform.bootstrap import Platform


def stop(platform: Platform, actor: Principal, body: StopIn) -> StopOut:
    """Stop a scope; acknowledged once no further write can start."""
    return _out(control.stop(platform, body.scope, actor, body.reason))


def resume(platform: Platform, actor: Principal, body: StopIn) -> StopOut:
    """Lift the stop of a scope."""
    return _out(control.resume(platform, body.scope, actor, body.reason))


def _out(state: StopState) -> StopOut:
    return StopOut(
        stopped=list(state.stopped),
        acknowledged_at=state.acknowledged_at,
        in_flight=[InFlight.model_validate(flight) for flight in state.in_flight],
    )
