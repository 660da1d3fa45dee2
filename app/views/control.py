"""The kill switch on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.operations import InFlight, StopIn, StopOut

if TYPE_CHECKING:
    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform


def stop(platform: Platform, actor: Principal, body: StopIn) -> StopOut:
    """Stop a scope; acknowledged once no further write can start."""
    from orchestrator.core import control

    return _out(control.stop(platform, body.scope, actor, body.reason))


def resume(platform: Platform, actor: Principal, body: StopIn) -> StopOut:
    """Lift the stop of a scope."""
    from orchestrator.core import control

    return _out(control.resume(platform, body.scope, actor, body.reason))
