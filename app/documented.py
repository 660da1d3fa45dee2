"""What every documented route shares: its tag, its security, its problem answers, its names."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, current_app, make_response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.server import Server
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ValidationError

from core.errors import Invalid
from core.telemetry.metrics import build_version

INFO = Info(
    title="Royal Equips coordinator",
    version=build_version(),
    description="Everything the command center reads and asks for. Amounts are decimal strings.",
)
SERVERS = [Server(url="/", description="this origin")]
SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "royal_session",
        "description": "A browser session; writes also need a same-origin Origin header.",
    },
}
_PROBLEMS = {
    401: "Nobody known is calling.",
    403: "The caller may not do this.",
    404: "There is no such thing in this store.",
    409: "The state changed; read it again.",
    422: "The request's content is wrong; `errors` lists the fields.",
    503: "Something needed is not configured or does not answer; `remedy` says what.",
}


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


def operation_id(*, name: str, path: str, method: str) -> str:  # noqa: ARG001 - the library's call
    """``list_agents`` becomes ``listAgents``: short names for generated clients."""
    return re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)


def api(name: str, description: str) -> APIBlueprint:
    """A group of ``/v1`` routes under one tag."""
    return APIBlueprint(
        name,
        __name__,
        url_prefix="/v1",
        abp_tags=[Tag(name=name, description=description)],
        abp_security=[{"bearer": []}, {"session": []}],
        abp_responses={status: _problem(text) for status, text in _PROBLEMS.items()},
        operation_id_callback=operation_id,
    )


def reply(model: BaseModel, status: int = 200) -> Response:
    """The JSON answer for ``model``; amounts as strings, times with their zone."""
    body = model.model_dump_json(by_alias=True)
    return Response(body, status=status, mimetype="application/json")


def refuse_invalid(error: ValidationError) -> Response:
    """The problem that lists every field that is wrong; never repeats what was sent."""
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    told = Invalid(
        "The request's content is wrong.",
        remedy="Correct the fields listed in errors; see /docs.",
        errors=[
            {"field": ".".join(str(part) for part in fault["loc"]), "reason": fault["msg"]}
            for fault in faults
        ],
    )
    return make_response(current_app.handle_user_exception(told))
