"""Connections: which outside systems this installation speaks to, and how they are."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import ConnectionList, ConnectionOut, ConnectionPath
from app.views import connections as view

api = group("connections", "Outside systems, their state, and what is missing.")


@api.get("/connections", responses={200: ConnectionList})
@requires("connections:read")
def list_connections() -> Response:
    """Every outside system, connected or not."""
    return reply(view.listing(platform()))


@api.post("/connections/<connection_id>/sync", responses={202: ConnectionOut})
@requires("agents:run")
def sync_connection(path: ConnectionPath) -> Response:
    """Ask for a synchronisation now; a worker does it."""
    return reply(view.sync(platform(), caller(), path.connection_id), 202)
