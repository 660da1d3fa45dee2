"""Decisions: read them, approve or reject them, undo what was done."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.decisions import (
    ApproveIn,
    BatchIn,
    BatchOut,
    DecisionDetail,
    DecisionPage,
    DecisionPath,
    DecisionQuery,
    RejectIn,
)
from app.views import decisions as view

api = group("decisions", "Changes the agents intend, with their grounds and their undo.")


@api.get("/decisions", responses={200: DecisionPage})
@requires("decisions:read")
def list_decisions(query: DecisionQuery) -> Response:
    """Most money at stake first, or newest first."""
    return reply(view.listing(platform(), query))


@api.get("/decisions/<decision_id>", responses={200: DecisionDetail})
@requires("decisions:read")
def get_decision(path: DecisionPath) -> Response:
    """One decision with its evidence, verdict and history."""
    return reply(view.one(platform(), path.decision_id))


@api.post("/decisions/<decision_id>/approve", responses={200: DecisionDetail})
@requires("decisions:decide")
def approve_decision(path: DecisionPath, body: ApproveIn) -> Response:
    """Approve exactly what was seen; a worker carries it out."""
    return reply(view.approve(platform(), caller(), path.decision_id, body))


@api.post("/decisions/<decision_id>/reject", responses={200: DecisionDetail})
@requires("decisions:decide")
def reject_decision(path: DecisionPath, body: RejectIn) -> Response:
    """Reject a decision; nothing is written."""
    return reply(view.reject(platform(), caller(), path.decision_id, body))


@api.post("/decisions/<decision_id>/revert", responses={200: DecisionDetail})
@requires("decisions:decide")
def revert_decision(path: DecisionPath) -> Response:
    """Restore the earlier value; a worker carries it out."""
    return reply(view.revert(platform(), caller(), path.decision_id))


@api.post("/decisions/batch", responses={200: BatchOut})
@requires("decisions:decide")
def batch_decisions(body: BatchIn) -> Response:
    """Approve or reject several; each is judged and answered for itself."""
    return reply(view.batch(platform(), caller(), body))
