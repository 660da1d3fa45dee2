"""AIRA's application: conversations answered by commands, and by a model once one is configured."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from fastapi import FastAPI

from aira.console import add_console
from aira.mcp import add_mcp
from aira.routes.chat import add_chat
from aira.routes.conversations import add_conversations
from aira.routes.drafts import add_drafts
from aira.routes.shared import Parts
from aira.turns.engine import TurnEngine
from core.errors import RoyalError
from core.settings import Settings, get_settings, load_dotenv
from core.telemetry.logs import configure_logging, json_wanted
from core.web.asgi_binding import create_api
from core.web.door import Door
from core.web.fastapi_reference import add_reference
from core.web.health import HealthCheck
from core.web.opening import Opening, database_check
from royal_platform.bootstrap import Platform, bootstrap, follow


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
    engine = TurnEngine(opening.peek, stale_seconds=settings.stale_seconds)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        opening.begin()
        engine.start()
        _on_signal(engine.stop_streams)
        warming = asyncio.create_task(_warm(opening))
        yield
        warming.cancel()
        await engine.leave()
        platform = opening.peek()
        if platform is not None:
            await platform.models.close()
        await asyncio.to_thread(door.access.flush)
        await asyncio.to_thread(opening.close)

    def model() -> None:
        opening.get().models.demand()

    door = Door(
        "aira",
        settings,
        lambda: opening.get().database,
        [
            database_check(opening, lambda platform: platform.database),
            HealthCheck("model", False, model),
        ],
    )
    app = create_api(
        door,
        title="AIRA",
        description="Conversation about the store, from its own records.",
        docs_url=None,
        lifespan=life,
    )
    parts = Parts(opening, engine)
    add_chat(app, parts)
    add_conversations(app, parts)
    add_drafts(app, parts)
    add_console(app, opening)
    add_mcp(app, opening)
    add_reference(app)
    return app


async def _warm(opening: Opening[Platform]) -> None:
    """Make ready before the first question, when there is a model to ask."""
    try:
        platform = await asyncio.to_thread(opening.get)
    except RoyalError:
        return
    if not await platform.models.missing():
        await platform.models.get("reasoning")
        await asyncio.to_thread(__import__, "aira.conversing.answer")
        # Reads every name of the store, which the first question would wait for.
        await asyncio.to_thread(platform.people.named_in, "")


def _on_signal(call: Callable[[], None]) -> None:
    """Have ``call`` made when the process is asked to end, before the server waits for streams."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before: Any = signal.getsignal(number)

        def told(signum: int, frame: FrameType | None, before: Any = before) -> None:
            loop.call_soon_threadsafe(call)
            if callable(before):
                before(signum, frame)

        signal.signal(number, told)
