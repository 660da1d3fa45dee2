"""Words that a model suggests and a person puts in place; nothing is saved or sent."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from aira.conversing.budget import budgeted
from aira.routes.shared import Caller, Parts, problems
from aira.schemas import FlowWordsIn, FlowWordsOut, PassageOut
from core.web.permissions import requires
from orchestrator.core.wording_flows import suggest


def add_drafts(app: FastAPI, parts: Parts) -> None:
    """``/v1/drafts``."""

    @app.post(
        "/v1/drafts/flow", tags=["drafts"], operation_id="draftFlowWords",
        responses=problems(409, 422, 429, 502, 503),
    )  # fmt: skip
    @requires("agents:configure")
    async def draft_flow_words(body: FlowWordsIn, caller: Caller) -> FlowWordsOut:
        """Suggest a subject and a body for a flow, from its own facts and the shop's only."""
        platform = await asyncio.to_thread(parts.seen_by, caller)
        async with budgeted(platform, caller.name) as usage:
            found = await suggest(
                platform, body.text, body.language, actor=caller.name, usage=usage
            )
        return FlowWordsOut(
            title=found.words.title,
            body=found.words.body,
            rests_on=[
                PassageOut(text=each.text, source=each.source, link=each.link)
                for each in found.rests_on
            ],
            policies_read=found.policies_read,
        )
