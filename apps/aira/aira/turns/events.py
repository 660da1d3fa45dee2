"""Makes the events of an answer from what happened."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from aira import schemas
from core.errors import RoyalError

Event = tuple[str, dict[str, Any]]

_KIND = ("slug", "status", "title")
_NAMES: dict[type[BaseModel], str] = {
    schemas.TurnData: "turn",
    schemas.TextData: "text",
    schemas.ToolCallData: "tool_call",
    schemas.ToolResultData: "tool_result",
    schemas.ApprovalData: "approval",
    schemas.CitationData: "citation",
    schemas.UsageData: "usage",
    schemas.CompactedData: "compacted",
    schemas.RestartedData: "restarted",
    schemas.ErrorData: "error",
    schemas.DoneData: "done",
}


class Interrupted(RoyalError):
    """A change was under way when its process ended: whether it was made must be looked up."""

    status, title, slug = 409, "Interrupted", "interrupted"


class Cancelled(RoyalError):
    """The user stopped the answer."""

    status, title, slug = 409, "Cancelled", "cancelled"


def storable(value: Any) -> Any:
    """JSON as both databases take it: no null characters, no half of a surrogate pair."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    return value


def event(data: BaseModel) -> Event:
    """The event's name and its JSON."""
    return _NAMES[type(data)], data.model_dump(mode="json")


def first(turn_id: str, conversation_id: str, mode: str, text: str, at: datetime) -> Event:
    """The event every answer begins with."""
    return event(
        schemas.TurnData.model_validate(
            {"turn_id": turn_id, "conversation_id": conversation_id, "mode": mode, "text": text,
             "at": at}
        )
    )  # fmt: skip


def fault(error: RoyalError) -> schemas.FaultOut:
    """A tool's failure as the answer tells it."""
    return schemas.FaultOut(
        slug=error.slug, status=error.status, title=error.title, detail=error.detail,
        remedy=error.remedy, errors=error.errors,
    )  # fmt: skip


def told_again(problem: dict[str, Any]) -> RoyalError:
    """The error whose ``problem`` was told before this process began."""
    kind = type("ToldAgain", (RoyalError,), {key: problem[key] for key in _KIND})
    found: RoyalError = kind(problem["detail"], remedy=problem["remedy"], errors=problem["errors"])
    return found


def failure(error: RoyalError) -> Event:
    """The answer's failure; ``Retry-After`` in seconds when the error carries it."""
    asked = getattr(error, "retry_after", None) or error.headers.get("Retry-After")
    return event(
        schemas.ErrorData(
            slug=error.slug, status=error.status, title=error.title, detail=error.detail,
            remedy=error.remedy, retry_after=None if asked is None else float(asked),
        )
    )  # fmt: skip


def unfinished_calls(stored: list[Event]) -> dict[str, dict[str, Any]]:
    """The tool calls that began and have no result, by their id."""
    begun = {data["call_id"]: data for name, data in stored if name == "tool_call"}
    ended = {data["call_id"] for name, data in stored if name == "tool_result"}
    return {call_id: data for call_id, data in begun.items() if call_id not in ended}


def answer_text(stored: list[tuple[int, Event]]) -> str:
    """What stands of the answer's text: what a restart dropped is not in it."""
    said: list[tuple[int, str]] = []
    for number, (name, data) in stored:
        if name == "text":
            said.append((number, data["text"]))
        elif name == "restarted":
            said = [piece for piece in said if piece[0] <= data["keep"]]
    return "".join(text for _, text in said)
