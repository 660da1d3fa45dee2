"""A whole conversation as a file: JSON with every event, or Markdown to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")


def file_name(title: str, ending: str) -> str:
    """A ``Content-Disposition`` that any title survives (RFC 6266)."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]+", "", title).strip() or "conversation"
    named = quote(f"{title}.{ending}", safe="")
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{named}"


def as_markdown(found: dict[str, Any]) -> str:
    """What was said, with the sources of every answer; ``found`` is a conversation's detail."""
    parts = [f"# {_plain(found['title'])}", f"{found['created_at']:%Y-%m-%d %H:%M} UTC"]
    for turn in found["turns"]:
        parts += _turn(turn)
    return "\n\n".join(part for part in parts if part) + "\n"


def _turn(turn: dict[str, Any]) -> list[str]:
    events = [(each["id"], each["event"], each["data"]) for each in turn["events"]]
    quoted = "\n".join(f"> {line}" for line in turn["text"].splitlines())
    parts = [f"## {turn['at']:%Y-%m-%d %H:%M} UTC", quoted, standing_text(events)]
    parts += [_approval(data) for _, name, data in events if name == "approval"]
    parts += [
        f"Not finished: {data['detail']} {data['remedy']}"
        for _, name, data in events
        if name == "error"
    ]
    return [*parts, "\n".join(_source(data) for _, name, data in events if name == "citation")]


def standing_text(events: Sequence[tuple[int, str, dict[str, Any]]]) -> str:
    """The answer's text without what a restart dropped."""
    said: list[tuple[int, str]] = []
    for number, name, data in events:
        if name == "text":
            said.append((number, data["text"]))
        elif name == "restarted":
            said = [piece for piece in said if piece[0] <= data["keep"]]
    return "".join(text for _, text in said)


def _approval(data: dict[str, Any]) -> str:
    where = f" (`{data['decision_id']}`)" if data.get("decision_id") else ""
    return f"Asked to confirm: {_plain(data['title'])}{where}"


def _source(data: dict[str, Any]) -> str:
    query = f", `{data['query']}`" if data["query"] else ""
    return (
        f"[{data['n']}] {_plain(data['label'])}: {data['source']}, as of {data['as_of']}{query}  "
    )


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
