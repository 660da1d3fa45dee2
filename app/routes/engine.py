"""The durable engine: what waits, who works, what is due."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.engine import EngineOut
from app.views import engine as view

api = group("engine", "Queues, workers and schedules of the durable engine.")


@api.get("/engine", responses={200: EngineOut})
@requires("agents:read")
def get_engine() -> Response:
    """Queues with what waits, workers with their heartbeat, schedules with what is late."""
    return reply(view.state(platform()))
