"""Threads with customers."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.support import ThreadDetail, ThreadPage, ThreadPath, ThreadQuery
from app.views import support as view

api = group("support", "What customers asked, what is being answered, and by when.")


@api.get("/threads", responses={200: ThreadPage})
@requires("store:read")
def list_threads(query: ThreadQuery) -> Response:
    """Threads, newest message first."""
    return reply(view.threads(platform(), query))


@api.get("/threads/<thread_id>", responses={200: ThreadDetail})
@requires("store:read")
def get_thread(path: ThreadPath) -> Response:
    """One thread with its messages and the draft of an answer."""
    return reply(view.thread(platform(), path.thread_id))
