"""Machines sign each request; AIRA reads what it says and says what it lacks."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from aira.app import create_app as create_aira
from app import create_app, init_autonomous_empire
from app.asgi import wrap
from core.security.hmac_requests import sign
from core.settings import Settings, read_settings
from orchestrator.core.agent_registry import get_agent_registry
from orchestrator_api.app import create_app as create_control
from royal_platform.bootstrap import Platform

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}


@pytest.fixture
def registered(platform: Platform) -> Iterator[None]:
    """The seven agents as rows."""
    get_agent_registry().attach(platform)
    asyncio.run(init_autonomous_empire())
    yield
    get_agent_registry().detach()


@pytest.fixture
def control(
    settings: Settings, registered: None, running: Callable[[Any], Any]
) -> Callable[..., httpx.Response]:
    """Sends a signed request to a running orchestrator API."""
    url = running(create_control(settings)).url
    key = settings.control_hmac_secret.get_secret_value().encode()

    def send(method: str, target: str, body: bytes = b"", **how: Any) -> httpx.Response:
        headers = how.pop("headers", None) or sign(how.pop("key", key), method, target, body, **how)
        headers = {**headers, "Content-Type": "application/json"}
        return httpx.request(method, url + target, content=body, headers=headers)

    return send


def test_signed_requests_read_and_write(control: Callable[..., httpx.Response]) -> None:
    agents = control("GET", "/control/v1/agents").json()["data"]
    assert len(agents) == 7
    body = json.dumps({"agent_id": "inventory_pricing"}).encode()
    asked = control("POST", "/control/v1/runs", body)
    assert asked.status_code == 202, asked.text
    listed = control("GET", "/control/v1/runs?limit=5&agent=inventory_pricing").json()["data"]
    assert [(run["id"], run["status"], run["trigger"]) for run in listed] == [
        (asked.json()["id"], "queued", "control")
    ]
    assert control("GET", "/control/v1/decisions").json() == {"data": [], "next_cursor": None}


def test_the_same_request_again_is_refused(
    settings: Settings, control: Callable[..., httpx.Response]
) -> None:
    key = settings.control_hmac_secret.get_secret_value().encode()
    headers = sign(key, "GET", "/control/v1/agents", b"")
    assert control("GET", "/control/v1/agents", headers=headers).status_code == 200
    assert control("GET", "/control/v1/agents", headers=headers).status_code == 401


def test_a_wrong_old_or_missing_signature_is_refused(
    settings: Settings, control: Callable[..., httpx.Response]
) -> None:
    key = settings.control_hmac_secret.get_secret_value().encode()
    old = datetime.now(UTC) - timedelta(minutes=6)
    other_body = sign(key, "POST", "/control/v1/runs", b"{}")
    for answer in (
        control("GET", "/control/v1/agents", key=b"another key"),
        control("GET", "/control/v1/agents", now=old),
        control("GET", "/control/v1/agents", headers=ADMIN),
        control("GET", "/control/v1/agents", headers=sign(key, "GET", "/control/v1/runs", b"")),
        control("POST", "/control/v1/runs", b'{"agent_id":"security"}', headers=other_body),
    ):
        assert answer.status_code == 401, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_bad_body_is_a_problem_that_lists_the_fields(
    control: Callable[..., httpx.Response],
) -> None:
    answer = control("POST", "/control/v1/runs", b"{}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.agent_id"


def test_without_a_model_aira_names_the_variable_and_what_works(
    settings: Settings, running: Callable[[Any], Any]
) -> None:
    url = running(create_aira(settings)).url
    asked = {"messages": [{"role": "user", "content": "How are sales?"}]}
    answer = httpx.post(f"{url}/v1/chat", json=asked, headers=ADMIN)
    assert answer.status_code == 503
    told = answer.json()
    assert "OPENAI_API_KEY" in told["detail"]
    assert "OPENAI_API_KEY" in told["remedy"]
    assert "/v1/tools/" in told["remedy"]


class _Model(BaseHTTPRequestHandler):
    """A server that speaks the streaming chat protocol and repeats what it was told last."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200 if self.headers["Authorization"] == "Bearer good" else 401)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for word in asked["messages"][-1]["content"].split():
            chunk = {"choices": [{"delta": {"content": f"{word} "}}]}
            self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, *_: Any) -> None:
        """Silent."""


@pytest.fixture
def model() -> Iterator[str]:
    """The address of that server."""
    server = HTTPServer(("127.0.0.1", 0), _Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("through", ["aira", "coordinator"])
@pytest.mark.parametrize(("key", "last"), [("good", "done"), ("bad", "error")])
def test_with_a_model_its_words_are_streamed(
    settings: Settings,
    model: str,
    running: Callable[[Any], Any],
    key: str,
    last: str,
    through: str,
) -> None:
    configured = read_settings(
        **{
            **settings.model_dump(), "openai_api_key": key, "openai_model": "m",
            "openai_base_url": model,
        }
    )  # fmt: skip
    aira = running(create_aira(configured))
    url = aira.url
    if through == "coordinator":
        told = read_settings(**{**configured.model_dump(), "aira_port": aira.port})
        url = running(wrap(create_app(told))).url
    asked = {"messages": [{"role": "user", "content": "three small words"}]}
    answer = httpx.post(f"{url}/v1/chat", json=asked, headers=ADMIN)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    kinds = [lines[0] for lines in events]
    assert kinds[-1] == f"event: {last}"
    if key == "good":
        texts = [json.loads(lines[1].removeprefix("data: "))["text"] for lines in events[:-1]]
        assert "".join(texts) == "three small words "
    else:
        assert "OPENAI_API_KEY" in answer.text


def test_the_coordinator_streams_aira_through_and_says_when_it_is_away(
    settings: Settings, running: Callable[[Any], Any]
) -> None:
    aira = running(create_aira(settings))
    asked = {"messages": [{"role": "user", "content": "Hello"}]}
    for port, detail in ((aira.port, "language model"), (1, "does not answer")):
        configured = read_settings(**{**settings.model_dump(), "aira_port": port})
        door = running(wrap(create_app(configured)))
        answer = httpx.post(f"{door.url}/v1/chat", json=asked, headers=ADMIN)
        assert answer.status_code == 503
        assert detail in answer.json()["detail"]
        assert httpx.post(f"{door.url}/v1/chat", json=asked).status_code in {401, 503}
