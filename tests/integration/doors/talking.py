"""A client of the chat protocol: says, follows, and checks every event against its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import TypeAdapter

from aira.schemas import ChatEventOut

ADMIN = "an-admin-token-for-tests-with-enough-characters"
_SHAPE: TypeAdapter[Any] = TypeAdapter(ChatEventOut)


@dataclass(frozen=True)
class Heard:
    """One event."""

    id: int
    event: str
    data: dict[str, Any]


class Talker:
    """One user at one address."""

    def __init__(self, url: str, token: str = ADMIN) -> None:
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    def post(self, text: str, **fields: Any) -> httpx.Response:
        """Say something; the whole answer."""
        return self.http.post("/v1/chat", json={"text": text, **fields})

    def say(self, text: str, **fields: Any) -> list[Heard]:
        """Say something and hear the answer to its end."""
        answer = self.post(text, **fields)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(events(iter(answer.text.splitlines(keepends=True))))

    @contextmanager
    def saying(self, text: str, **fields: Any) -> Iterator[Iterator[Heard]]:
        """Say something and hear the events as they come; leaving hangs up."""
        with self.http.stream("POST", "/v1/chat", json={"text": text, **fields}) as answer:
            assert answer.status_code == 200, answer.read()
            yield events(answer.iter_lines())

    def follow(self, turn_id: str, after: int | None = None) -> list[Heard]:
        """The rest of a turn's events."""
        headers = {} if after is None else {"Last-Event-ID": str(after)}
        answer = self.http.get(f"/v1/chat/{turn_id}/stream", headers=headers)
        assert answer.status_code == 200, answer.text
        return list(events(iter(answer.text.splitlines(keepends=True))))

    def conversation(self, conversation_id: str, **query: Any) -> dict[str, Any]:
        """One conversation as it is stored."""
        answer = self.http.get(f"/v1/conversations/{conversation_id}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def events(lines: Iterator[str]) -> Iterator[Heard]:
    """The events in the lines of a stream; each has its three fields and its shape."""
    fields: dict[str, str] = {}
    for raw in lines:
        line = raw.rstrip("\n")
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if fields:
            heard = Heard(int(fields["id"]), fields["event"], json.loads(fields["data"]))
            _SHAPE.validate_python({"id": heard.id, "event": heard.event, "data": heard.data})
            yield heard
            fields = {}


def names(heard: list[Heard]) -> list[str]:
    return [each.event for each in heard]


def text_of(heard: list[Heard]) -> str:
    """What stands of the answer."""
    said: list[tuple[int, str]] = []
    for each in heard:
        if each.event == "text":
            said.append((each.id, each.data["text"]))
        if each.event == "restarted":
            said = [piece for piece in said if piece[0] <= each.data["keep"]]
    return "".join(text for _, text in said)


def one(heard: list[Heard], event: str) -> dict[str, Any]:
    """The data of the only event of this name."""
    (found,) = [each.data for each in heard if each.event == event]
    return found
