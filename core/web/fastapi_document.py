"""What FastAPI's own OpenAPI document leaves out: problem answers, and routes outside FastAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]

_SCHEMA = "ProblemOut"
# FastAPI's words for a refusal that this house makes a problem document of.
_FASTAPI_SCHEMAS = ("HTTPValidationError", "ValidationError")


class ProblemOut(BaseModel):
    """Why a request was refused (RFC 9457) and what to do about it."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] = []


def problem_answers(told: Mapping[int, str]) -> dict[int | str, Json]:
    """OpenAPI responses for ``told``, a status and what it means; each a problem document."""
    schema = {"$ref": f"#/components/schemas/{_SCHEMA}"}
    return {
        status: {
            "description": meaning,
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status, meaning in told.items()
    }


# What the door itself answers, whichever route was asked.
_OF_EVERY_ROUTE = {
    401: "Nobody known is calling.",
    422: "The request's content is wrong; `errors` lists the fields.",
    503: "The database does not answer, or something needed is not configured.",
}
_OF_A_BODY = {
    400: "The body cannot be read.",
    413: "The body is larger than this door takes.",
}


@dataclass(frozen=True, slots=True)
class Outside:
    """Routes that FastAPI knows nothing of, as OpenAPI has them."""

    paths: Mapping[str, Json] = field(default_factory=dict)
    security_schemes: Mapping[str, Json] = field(default_factory=dict)


def completed(document: Json, outside: Outside) -> Json:
    """``document`` with the problems of its operations, and the routes ``outside`` FastAPI."""
    for operation in _operations(document["paths"]):
        _add_problems(operation)
    document["paths"] = {**document["paths"], **outside.paths}
    components = document.setdefault("components", {})
    if outside.security_schemes:
        components["securitySchemes"] = dict(outside.security_schemes)
    schemas = components.setdefault("schemas", {})
    for name in _FASTAPI_SCHEMAS:
        schemas.pop(name, None)
    schemas[_SCHEMA] = ProblemOut.model_json_schema(mode="serialization")
    return document


def _operations(paths: Mapping[str, Json]) -> Iterator[Json]:
    for item in paths.values():
        yield from item.values()


def _add_problems(operation: Json) -> None:
    told = _OF_EVERY_ROUTE | (_OF_A_BODY if "requestBody" in operation else {})
    own = {
        status: answer
        for status, answer in operation["responses"].items()
        if "application/json" not in answer.get("content", {}) or int(status) < 400
    }
    ours = {str(status): answer for status, answer in problem_answers(told).items()}
    operation["responses"] = dict(sorted({**ours, **own}.items()))
