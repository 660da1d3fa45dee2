"""How well a reply helped: a customer says so by a signed link in the mail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from api_gateway.unsubscribing import page
from core.errors import NotFound
from core.web.permissions import public
from orchestrator.core.replying import rate
from royal_platform.messaging.replying import SCORES, Ratings

if TYPE_CHECKING:
    from starlette.requests import Request

    from royal_platform.bootstrap import Platform

PlatformOf = Callable[[], Awaitable["Platform"]]


class RatingDoor:
    """The rating links of one installation."""

    def __init__(self, ratings: Callable[[], Ratings], platform: PlatformOf) -> None:
        self._ratings = ratings
        self._platform = platform

    @public
    async def ask(self, request: Request) -> Response:
        """Open to anybody with a signed link. Changes nothing: mail scanners open links too."""
        _store, _thread, score = self._ratings().read(request.path_params["token"])
        return page(
            f"{score} of {len(SCORES)}?",
            '<form method="post"><button type="submit" autofocus>Send</button></form>',
        )

    @public
    async def keep(self, request: Request) -> Response:
        """Open to anybody with a signed link: whoever holds the mail may say so."""
        store_id, thread_id, score = self._ratings().read(request.path_params["token"])
        platform = await self._platform()
        if not await asyncio.to_thread(rate, platform.of_store(store_id), thread_id, score):
            raise NotFound("This conversation is no longer known here.", remedy="Write to us.")
        return page("Thank you.", "")
