"""An address that leaves the place it names finds nothing: not other doors' probes, not a fault."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.stream import AiraStream


@pytest.mark.parametrize(
    "path",
    ["/v1/chat/../../metrics", "/v1/chat/./x", "/v1/conversations/..", f"/v1/chat/{'a' * 70_000}"],
)
def test_a_path_that_climbs_out_of_aira_is_not_forwarded(path: str) -> None:
    sent = forwarded(path)
    assert sent[0]["status"] == 404
    assert b"problem" in dict(sent[0]["headers"])[b"content-type"]


def test_a_question_mark_inside_a_path_stays_in_the_path() -> None:
    assert AiraStream.target("/v1/chat/a?b", b"c=1").raw_path == b"/v1/chat/a%3Fb?c=1"


def forwarded(path: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    # Port 9 (discard) answers nobody: what is forwarded ends as 503.
    asyncio.run(AiraStream(9).forward(scope, receive, send))
    return sent
