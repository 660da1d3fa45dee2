"""Messages: said, followed, cancelled; and what the model can do today."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Annotated

from fastapi import FastAPI, Header, Query
from fastapi.responses import StreamingResponse

from aira.conversing.budget import PERMISSION, agents_budget_out, budget_out, grant
from aira.routes.shared import EVENTS, Caller, Parts, event_stream, problems
from aira.schemas import (
    MAX_CHARACTERS,
    BudgetOut,
    CancelOut,
    ChatIn,
    ChatStatusOut,
    GrantIn,
    TurnStatus,
)
from core.errors import Invalid
from core.security.principals import Principal
from core.web.permissions import requires
from royal_platform.bootstrap import Platform
from royal_platform.persistence.chat_turns import ChatTurns, Turn
from royal_platform.persistence.model_usage import AGENTS

_TAG: list[str | Enum] = ["chat"]


def add_chat(app: FastAPI, parts: Parts) -> None:
    """``/v1/chat`` and what belongs to a turn."""

    @app.post(
        "/v1/chat", tags=_TAG, operation_id="say", response_class=StreamingResponse,
        responses=EVENTS | problems(404, 409, 422),
    )  # fmt: skip
    @requires("store:read")
    async def say(body: ChatIn, caller: Caller) -> StreamingResponse:
        """Say something: begins a turn and streams the events of its answer."""
        platform = await asyncio.to_thread(parts.seen_by, caller)
        begun = await parts.engine.say(platform, caller, body)
        return event_stream(parts.engine.follow(platform, begun.turn, 0))

    @app.get("/v1/chat", tags=_TAG, operation_id="getChatStatus", responses=problems())
    @requires("store:read")
    async def status(caller: Caller) -> ChatStatusOut:
        """Whether a model can talk, what is missing, the budget, the limits."""
        platform = await asyncio.to_thread(parts.seen_by, caller)
        return await _status(platform, caller)

    @app.post(
        "/v1/chat/budget", tags=_TAG, operation_id="grantBudget", responses=problems(422)
    )  # fmt: skip
    @requires(PERMISSION)
    def grant_budget(body: GrantIn, caller: Caller) -> BudgetOut:
        """Grant a user, all users or all agents another day's budget for today."""
        platform = parts.seen_by(caller)
        grant(platform, caller, body.owner)
        if body.owner == AGENTS:
            return agents_budget_out(platform)
        return budget_out(platform, body.owner or caller.name)

    @app.get(
        "/v1/chat/{turn_id}/stream", tags=_TAG, operation_id="followTurn",
        response_class=StreamingResponse, responses=EVENTS | problems(404, 422),
    )  # fmt: skip
    @requires("store:read")
    async def follow(
        turn_id: str,
        caller: Caller,
        last_event_id: Annotated[str | None, Header()] = None,
        after: Annotated[str | None, Query(description="As Last-Event-ID.")] = None,
    ) -> StreamingResponse:
        """The events behind the last one seen, then those to come."""
        seen = _event_id(last_event_id if last_event_id is not None else after)
        platform, turn = await asyncio.to_thread(_own_turn, parts, caller, turn_id)
        return event_stream(parts.engine.follow(platform, turn, seen))

    @app.post(
        "/v1/chat/{turn_id}/cancel", tags=_TAG, operation_id="cancelTurn", responses=problems(404)
    )  # fmt: skip
    @requires("store:read")
    async def cancel(turn_id: str, caller: Caller) -> CancelOut:
        """Stop the answer; a finished turn stays as it is."""
        platform, turn = await asyncio.to_thread(_own_turn, parts, caller, turn_id)
        ended: TurnStatus = await parts.engine.cancel(platform, turn)
        return CancelOut(turn_id=turn.id, status=ended)


def _own_turn(parts: Parts, caller: Principal, turn_id: str) -> tuple[Platform, Turn]:
    platform = parts.seen_by(caller)
    with platform.database.read() as connection:
        return platform, ChatTurns(platform.store_id).get(connection, turn_id, caller.name)


def _event_id(given: str | None) -> int:
    text = (given or "0").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Invalid(
            "Last-Event-ID is the id of an event of this turn.", remedy="Send the last id seen."
        )
    return int(text)


async def _status(platform: Platform, caller: Principal) -> ChatStatusOut:
    configuration = await platform.models.configuration()
    missing = list(configuration.missing)
    remedy = (
        f"Set {' and '.join(missing)} (and OPENAI_BASE_URL for another server than OpenAI's), or "
        f"store {'it' if len(missing) == 1 else 'them'} with `royal secrets set NAME`. Slash "
        "commands work without a model."
    )
    return ChatStatusOut(
        model=configuration.reasoning,
        model_routine=configuration.routine,
        can_converse=not missing,
        missing=missing,
        remedy=remedy if missing else None,
        max_characters=MAX_CHARACTERS,
        budget=await asyncio.to_thread(budget_out, platform, caller.name),
        agents_budget=await asyncio.to_thread(agents_budget_out, platform),
    )
