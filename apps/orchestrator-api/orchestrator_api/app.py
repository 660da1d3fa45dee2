"""Machine control's application: parse, one call, render."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query

from core.security.principals import Principal
from core.settings import Settings, get_settings, load_dotenv
from core.telemetry.logs import configure_logging, json_wanted
from core.web.asgi_binding import create_api, current_principal
from core.web.fastapi_document import problem_answers
from core.web.fastapi_reference import add_reference
from core.web.opening import Opening, database_check
from core.web.permissions import requires
from orchestrator.core import agent_registry, runs
from orchestrator_api.schemas import (
    AgentList,
    AgentOut,
    DecisionOut,
    DecisionPage,
    RunIn,
    RunOut,
    RunPage,
)
from orchestrator_api.signed import ControlDoor
from royal_platform.bootstrap import Platform, bootstrap, follow
from royal_platform.commerce.decisions.model import Decision
from royal_platform.persistence.decisions import DecisionFilter, Decisions
from royal_platform.persistence.runs import Runs

_DESCRIPTION = (
    "For machines. Every request under /control is signed: HMAC-SHA256 with CONTROL_HMAC_SECRET "
    "over the lines `v1`, method, path with query, X-Royal-Timestamp, X-Royal-Nonce and the "
    "SHA-256 of the body, sent as X-Royal-Signature: v1=<hex>. A nonce counts once."
)
Limit = Annotated[int, Query(ge=1, le=250)]


def create_app(
    settings: Settings | None = None,
    *,
    open_platform: Callable[[Settings], Platform] = bootstrap,
) -> FastAPI:
    """Machine control, ready to serve."""
    if settings is None:
        load_dotenv()
        settings = get_settings()
    configure_logging(settings.log_level, json_wanted(settings.log_format, settings.flask_env))
    opening: Opening[Platform] = Opening(
        "platform",
        lambda: open_platform(settings),
        lambda platform: platform.database.dispose(),
        follow=follow,
    )

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        opening.begin()
        yield
        await asyncio.to_thread(door.access.flush)
        await asyncio.to_thread(opening.close)

    check = database_check(opening, lambda platform: platform.database)
    door = ControlDoor("control", settings, lambda: opening.get().database, [check])
    app = create_api(
        door,
        title="Royal Equips control",
        description=_DESCRIPTION,
        docs_url=None,
        lifespan=life,
    )
    _add_runs(app, opening)
    _add_lists(app, opening)
    add_reference(app)
    return app


def _add_runs(app: FastAPI, opening: Opening[Platform]) -> None:
    @app.get("/control/v1/runs", tags=["runs"])
    @requires("control:read")
    def list_runs(
        agent: str | None = None, status: str | None = None, cursor: str | None = None,
        limit: Limit = 50,
    ) -> RunPage:  # fmt: skip
        """Runs, newest first."""
        platform = opening.get()
        with platform.database.read() as connection:
            page = Runs(platform.store_id).page(
                connection, agent_id=agent, statuses=_words(status), cursor=cursor, limit=limit
            )
        data = [RunOut(**_fields(RunOut, run)) for run in page.items]
        return RunPage(data=data, next_cursor=page.next_cursor)

    @app.post(
        "/control/v1/runs", tags=["runs"], status_code=202,
        responses=problem_answers({404: "There is no such agent."}),
    )  # fmt: skip
    @requires("control:write")
    def request_run(
        body: RunIn, caller: Annotated[Principal, Depends(current_principal)]
    ) -> RunOut:
        """Ask for a run; a worker starts it."""
        platform = opening.get()
        run_id = runs.request_run(platform, body.agent_id, "control", caller, body.dry_run)
        with platform.database.read() as connection:
            run = Runs(platform.store_id).get(connection, run_id)
        return RunOut(**_fields(RunOut, run))


def _add_lists(app: FastAPI, opening: Opening[Platform]) -> None:
    @app.get("/control/v1/decisions", tags=["decisions"])
    @requires("control:read")
    def list_decisions(
        status: str | None = None, kind: str | None = None, cursor: str | None = None,
        limit: Limit = 50,
    ) -> DecisionPage:  # fmt: skip
        """Decisions, newest first."""
        platform = opening.get()
        wanted = DecisionFilter(statuses=_words(status), kind=kind, order="newest")
        with platform.database.read() as connection:
            page = Decisions(platform.store_id).page(connection, wanted, cursor, limit)
        return DecisionPage(
            data=[_decision(each) for each in page.items], next_cursor=page.next_cursor
        )

    @app.get("/control/v1/agents", tags=["agents"])
    @requires("control:read")
    def list_agents() -> AgentList:
        """Every agent and how it is doing."""
        found = agent_registry.list_agents(opening.get())
        data = [AgentOut(**_fields(AgentOut, agent)) for agent in found]
        return AgentList(data=data, next_cursor=None)


def _decision(decision: Decision) -> DecisionOut:
    proposal = decision.proposal
    return DecisionOut(
        id=decision.id,
        kind=proposal.kind,
        agent_id=proposal.agent_id,
        subject_id=proposal.subject.id,
        subject_title=proposal.subject.title,
        status=decision.status.value,
        ruling=decision.verdict.ruling.value,
        argument_hash=decision.argument_hash,
        created_at=decision.created_at,
        expires_at=proposal.expires_at,
    )


def _fields(model: Any, row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in model.model_fields}


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(",") if part)
