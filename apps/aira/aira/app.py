"""AIRA's application: the tools it reads with, and conversation once a model is configured."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse

from aira.chat import ChatIn, converse, demand_model
from aira.console import add_console, use
from aira.mcp import add_mcp
from aira.tools import Asked
from core.security.principals import Principal
from core.settings import Settings, get_settings, load_dotenv
from core.telemetry.logs import configure_logging, json_wanted
from core.web.asgi_binding import create_api, current_principal
from core.web.door import Door
from core.web.fastapi_reference import add_reference
from core.web.health import HealthCheck
from core.web.opening import Opening, database_check
from core.web.permissions import requires
from royal_platform.bootstrap import Platform, bootstrap, follow

Caller = Annotated[Principal, Depends(current_principal)]


def create_app(
    settings: Settings | None = None,
    *,
    open_platform: Callable[[Settings], Platform] = bootstrap,
) -> FastAPI:
    """AIRA, ready to serve."""
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
        await asyncio.to_thread(opening.close)

    door = Door(
        "aira",
        settings,
        lambda: opening.get().database,
        [
            database_check(opening, lambda platform: platform.database),
            HealthCheck("model", False, lambda: demand_model(settings)),
        ],
    )
    app = create_api(
        door,
        title="AIRA",
        description="Conversation about the store, from its own records.",
        docs_url=None,
        lifespan=life,
    )
    add_console(app, opening)
    add_mcp(app, opening)
    _add_chat(app, settings, opening)
    add_reference(app)
    return app


def _add_chat(app: FastAPI, settings: Settings, opening: Opening[Platform]) -> None:
    @app.post("/v1/chat", tags=["chat"], response_class=StreamingResponse)
    @requires("store:read")
    def chat(body: ChatIn, caller: Caller) -> StreamingResponse:
        """Server-sent events: ``text`` as the model speaks, then ``done``, or ``error``."""
        demand_model(settings)
        platform = _seen_by(opening.get(), caller)
        asked = Asked.of(platform, caller)
        records: dict[str, Any] = {
            name: use(asked, name, {})["result"]
            for name in ("status", "metrics", "decisions", "agents")
        }
        return StreamingResponse(
            converse(settings, body, records),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def _seen_by(platform: Platform, caller: Principal) -> Platform:
    """A caller bound to a store sees that store and no other."""
    if caller.store_id in (None, platform.store_id):
        return platform
    return replace(platform, store_id=caller.store_id)
