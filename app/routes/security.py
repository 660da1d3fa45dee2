"""Security: findings with evidence and remedy, what may wait, and when the checks looked."""

from __future__ import annotations

import orjson
from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.security import (
    FindingPath,
    FindingQuery,
    SecurityFindingOut,
    SecurityFindingPage,
    SecurityOut,
    SuppressIn,
    SuppressionPath,
)
from app.views import security as view
from core.security.packages import bill_of_materials
from royal_platform.persistence.clock import wall_now

api = group("security", "Findings with evidence and remedy, suppressions that expire, scans.")


@api.get("/security", responses={200: SecurityOut})
@requires("connections:read")
def show_security() -> Response:
    """When each check last looked, what may wait, and which scopes nothing needs."""
    return reply(view.overview(platform()))


@api.get(
    "/security/materials",
    responses={
        200: {
            "description": "The bill of materials.",
            "content": {"application/vnd.cyclonedx+json": {"schema": {"type": "object"}}},
        }
    },
)
@requires("connections:read")
def show_materials() -> Response:
    """What this installation is made of, as CycloneDX 1.6."""
    return Response(
        orjson.dumps(bill_of_materials(wall_now())),
        mimetype="application/vnd.cyclonedx+json",
        headers={"Content-Disposition": 'attachment; filename="materials.cdx.json"'},
    )


@api.get("/security/findings", responses={200: SecurityFindingPage})
@requires("connections:read")
def list_findings(query: FindingQuery) -> Response:
    """Findings, the gravest first."""
    return reply(view.findings(platform(), query))


@api.get("/security/findings/<finding_id>", responses={200: SecurityFindingOut})
@requires("connections:read")
def show_finding(path: FindingPath) -> Response:
    """One finding with its evidence."""
    return reply(view.show(platform(), path.finding_id))


@api.post("/security/findings/<finding_id>/suppress", responses={200: SecurityFindingOut})
@requires("policy:write")
def suppress_finding(path: FindingPath, body: SuppressIn) -> Response:
    """Let a finding, or all of its check, wait; it comes back when the time is over."""
    return reply(view.suppress(platform(), caller(), path.finding_id, body))


@api.post("/security/suppressions/<suppression_id>/end", responses={200: SecurityOut})
@requires("policy:write")
def end_suppression(path: SuppressionPath) -> Response:
    """End a suppression before its time."""
    return reply(view.end_suppression(platform(), caller(), path.suppression_id))
