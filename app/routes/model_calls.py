"""What language models were shown: for those who may see the very texts."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.model_calls import (
    ModelCallDetail,
    ModelCallPage,
    ModelCallPath,
    ModelCallQuery,
)
from app.views import model_calls as view

api = group("model calls", "What language models were shown, word for word.")


@api.get("/model-calls", responses={200: ModelCallPage})
@requires("models:read")
def list_model_calls(query: ModelCallQuery) -> Response:
    """Calls of models, the newest first; without the texts."""
    return reply(view.listing(platform(), query))


@api.get("/model-calls/<call_id>", responses={200: ModelCallDetail})
@requires("models:read")
def get_model_call(path: ModelCallPath) -> Response:
    """One call with the texts as they were sent, personal fields hidden as they were."""
    return reply(view.one(platform(), path.call_id))
