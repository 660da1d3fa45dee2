"""Machines sign each request; the coordinator says when AIRA is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

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


def test_the_coordinator_says_when_aira_is_away(
    settings: Settings, running: Callable[[Any], Any]
) -> None:
    configured = read_settings(**{**settings.model_dump(), "aira_port": 1})
    door = running(wrap(create_app(configured)))
    for path in ("/v1/chat", "/v1/conversations", "/v1/commands", "/v1/drafts/flow"):
        answer = httpx.get(f"{door.url}{path}", headers=ADMIN)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert "does not answer" in answer.json()["detail"]
