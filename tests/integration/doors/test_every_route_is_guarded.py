"""Every route of every door says who may call it, and holds to it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aira.app import create_app as create_aira
from api_gateway.app import create_app as create_gateway
from app.asgi import wrap
from core.security.principals import PERMISSIONS, ROLES
from core.settings import Settings
from core.web import asgi_binding, flask_binding
from core.web.permissions import PROBE, PUBLIC, permission_of
from orchestrator_api.app import create_app as create_control

SHARED = {"/healthz", "/readyz", "/metrics", "/docs", "/docs/style.css", "/openapi.json"}
OPEN = {
    "coordinator": {"/docs", "/docs/style.css", "/openapi.json", "/ws", "/login", "/login/<code>"},
    "aira": {"/docs", "/docs/style.css"},
    "gateway": {
        "/docs", "/docs/style.css", "/webhooks/shopify", "/webhooks/shopify/{topic:path}",
        "/oauth/shopify/install", "/oauth/shopify/callback", "/unsubscribe/{token}",
        # Signed by the store for a customer who is logged in.
        "/storefront/back-in-stock",
        # Known by a secret of their own, or by the signed token in the address.
        "/inbound/mail", "/inbound/messages", "/inbound/sendgrid", "/rate/{token}",
    },
    "control": {"/docs", "/docs/style.css"},
}  # fmt: skip
Routes = dict[tuple[str, str], str | None]


@pytest.fixture
def doors(application: Any, settings: Settings) -> dict[str, Routes]:
    """Every door's routes with what each was marked with."""
    found = {"coordinator": flask_binding.permissions(application)}
    for name, create in (
        ("aira", create_aira), ("gateway", create_gateway), ("control", create_control)
    ):  # fmt: skip
        app = create(settings)
        routes: Routes = {}
        for route in app.routes:
            if route.path == "/openapi.json":  # type: ignore[attr-defined]
                continue
            for method in sorted(route.methods - {"HEAD", "OPTIONS"}):  # type: ignore[attr-defined]
                routes[method, route.path] = permission_of(route.endpoint)  # type: ignore[attr-defined]
        assert set(asgi_binding.permissions(app)) <= set(routes)
        found[name] = routes
    return found


def test_every_route_declares_a_permission_or_is_marked_open(doors: dict[str, Routes]) -> None:
    undeclared = [
        (door, route)
        for door, routes in doors.items()
        for route, permission in routes.items()
        if permission not in PERMISSIONS | {PUBLIC, PROBE}
    ]
    assert undeclared == []


def test_only_the_listed_routes_are_open_to_anybody(doors: dict[str, Routes]) -> None:
    for door, routes in doors.items():
        found = {path for (_, path), permission in routes.items() if permission == PUBLIC}
        assert found == OPEN[door], door


def test_no_route_has_two_owners(doors: dict[str, Routes]) -> None:
    owners = Counter(
        (method, re.sub(r"<[^>]*>|\{[^}]*\}", "*", path))
        for routes in doors.values()
        for method, path in routes
        if path not in SHARED
    )
    assert [route for route, count in owners.items() if count > 1] == []


def until_ready(url: str) -> None:
    """Wait until the door has opened what it stands on."""
    deadline = time.monotonic() + 20
    while httpx.get(f"{url}/readyz").status_code != 200:
        assert time.monotonic() < deadline, httpx.get(f"{url}/readyz").text
        time.sleep(0.05)


def _filled(rule: str) -> str:
    return re.sub(r"<[^>]*>|\{[^}]*\}", "none-such", rule)


def test_the_coordinator_answers_nobody_unknown(application: Any, doors: dict[str, Routes]) -> None:
    client = application.test_client()
    for (method, rule), permission in doors["coordinator"].items():
        if permission in {PUBLIC, PROBE}:
            continue
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "royal_session=wrong"}):
            answer = client.open(_filled(rule), method=method, headers=headers, json={})
            assert answer.status_code == 401, (method, rule, headers)
            assert answer.content_type == "application/problem+json"
            assert answer.get_json()["remedy"]


def test_a_role_may_do_what_it_holds_and_nothing_else(
    application: Any, doors: dict[str, Routes], token: Callable[..., str]
) -> None:
    client = application.test_client()
    for role in ("viewer", "operator"):
        headers = {"Authorization": f"Bearer {token(role)}"}
        for (method, rule), permission in doors["coordinator"].items():
            if permission in {PUBLIC, PROBE}:
                continue
            answer = client.open(_filled(rule), method=method, headers=headers, json={})
            assert (answer.status_code == 403) == (permission not in ROLES[role]), (
                role, method, rule, answer.status_code,
            )  # fmt: skip
            assert answer.status_code < 500, (role, method, rule, answer.text)


def test_a_viewer_cannot_write_anything(doors: dict[str, Routes]) -> None:
    writes = {
        (method, path): permission
        for (method, path), permission in doors["coordinator"].items()
        if method != "GET" and permission not in {PUBLIC, PROBE}
    }
    own_session = ("DELETE", "/v1/session")
    assert all(
        permission not in ROLES["viewer"] for route, permission in writes.items()
        if route != own_session
    )  # fmt: skip


def test_aira_and_control_answer_nobody_unknown(
    settings: Settings, doors: dict[str, Routes], running: Callable[[Any], Any]
) -> None:
    for name, create in (("aira", create_aira), ("control", create_control)):
        url = running(create(settings)).url
        for (method, path), permission in doors[name].items():
            if permission in {PUBLIC, PROBE}:
                continue
            answer = httpx.request(
                method, url + _filled(path), headers={"Authorization": "Bearer wrong"},
                json=None if method == "GET" else {"agent_id": "x", "messages": []},
            )  # fmt: skip
            assert answer.status_code == 401, (name, method, path, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"


def test_probes_answer_on_every_door_without_a_token(
    application: Any, settings: Settings, running: Callable[[Any], Any]
) -> None:
    for create in (lambda _: wrap(application), create_aira, create_gateway, create_control):
        url = running(create(settings)).url
        for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json"):
            until_ready(url) if path == "/readyz" else None
            answer = httpx.get(url + path)
            assert answer.status_code == 200, path
            assert path != "/docs" or "http" not in answer.text
            assert len(answer.headers["x-request-id"]) >= 8
