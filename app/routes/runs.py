"""Runs: what an agent did, step by step."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.agents import RunDetail, RunPage, RunPath, RunQuery, RunSummary
from app.views import runs as view

api = group("runs", "Executions of agents, with their steps and results.")


@api.get("/runs", responses={200: RunPage})
@requires("agents:read")
def list_runs(query: RunQuery) -> Response:
    """Newest first."""
    return reply(view.listing(platform(), query))


@api.get("/runs/<run_id>", responses={200: RunDetail})
@requires("agents:read")
def get_run(path: RunPath) -> Response:
    """One run with its steps."""
    return reply(view.one(platform(), path.run_id))


@api.post("/runs/<run_id>/cancel", responses={202: RunSummary})
@requires("agents:run")
def cancel_run(path: RunPath) -> Response:
    """Stop a run that has not finished; decisions it already proposed stay."""
    return reply(view.cancel(platform(), caller(), path.run_id), 202)
