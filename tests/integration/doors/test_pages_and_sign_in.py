"""The built command center, the one-time link, the documents, and what a session may do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from core.security import login_links
from core.settings import Settings, read_settings
from royal_platform.bootstrap import Platform

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}
PAGE = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Mode": "navigate"}


def test_every_address_the_command_center_knows_opens_its_page(application: Any) -> None:
    client = application.test_client()
    for path in ("/", "/approvals", "/runs/run_1", "/settings/policies"):
        answer = client.get(path, headers=PAGE)
        assert answer.status_code == 200, path
        assert "Command center" in answer.text
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_missing_file_or_route_is_never_answered_with_the_page(application: Any) -> None:
    client = application.test_client()
    for path in ("/assets/gone-123.js", "/favicon.ico", "/v1/none", "/v1", "/assets/x"):
        for headers in (PAGE, {}):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 404, path
            assert answer.content_type == "application/problem+json"
    assert client.get("/approvals", headers={"Accept": "application/json"}).status_code == 404
    fetched = {"Accept": "text/html", "Sec-Fetch-Mode": "cors"}
    assert client.get("/approvals", headers=fetched).status_code == 404
    assert client.post("/approvals", headers=PAGE).status_code in {404, 405}


def test_files_are_cached_for_ever_or_never(application: Any) -> None:
    client = application.test_client()
    asset = client.get("/assets/index-abc.js")
    assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "javascript" in asset.content_type
    assert client.get("/sw.js").headers["Cache-Control"] == "no-cache"
    assert client.get("/index.html").headers["Cache-Control"] == "no-cache"
    for path in ("/../pyproject.toml", "/assets/../../settings", "/%2e%2e/secret_key"):
        assert client.get(path).status_code == 404


def test_an_address_does_not_tell_which_files_lie_beside_the_page(
    application: Any, tmp_path: Path
) -> None:
    (tmp_path / "lies-beside.json").write_text("{}")
    client = application.test_client()
    answers = [
        client.get(path)
        for path in (
            "/../lies-beside.json", "/../lies-not.json", "/assets/../../lies-beside.json",
            f"/{'a' * 5000}", f"/{'a' * 300}.js",
        )
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * len(answers)


def test_without_a_built_command_center_the_page_says_how_to_build_it(
    settings: Settings, tmp_path: Path
) -> None:
    client = create_app(settings, built=tmp_path / "none").test_client()
    answer = client.get("/", headers=PAGE)
    assert answer.status_code == 503
    assert "make run" in answer.text


def test_a_link_signs_in_once(application: Any, platform: Platform) -> None:
    with platform.database.write() as transaction:
        code = login_links.issue(transaction.connection, "Ann", now=datetime.now(UTC)).value
    browser = application.test_client()
    answer = browser.get(f"/login/{code}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert browser.get("/v1/session").get_json()["name"] == "Ann"
    again = application.test_client().get(f"/login/{code}")
    assert again.status_code == 410
    assert "login-link" in again.get_json()["remedy"]
    shown = application.test_client().get(f"/login/{code}", headers=PAGE)
    assert (shown.status_code, shown.mimetype) == (410, "text/html")
    events = browser.get("/v1/events?type=session.opened").get_json()["data"]
    assert [each["actor"] for each in events] == ["Ann"]
    assert code not in json.dumps(events)


def test_a_session_writes_only_from_our_own_pages_and_ends_when_signed_out(
    application: Any, platform: Platform
) -> None:
    with platform.database.write() as transaction:
        code = login_links.issue(transaction.connection, "Ann", now=datetime.now(UTC)).value
    browser = application.test_client()
    browser.get(f"/login/{code}")
    ours = {"Origin": "http://localhost"}
    for headers in ({}, {"Origin": "https://evil.example"}):
        assert browser.post("/v1/stop", json={}, headers=headers).status_code == 403
    assert browser.post("/v1/stop", json={}, headers=ours).status_code == 200
    cookie = browser.get_cookie("royal_session")
    assert browser.delete("/v1/session", headers=ours).status_code == 204
    stolen = {"Cookie": f"royal_session={cookie.value}"}
    assert application.test_client().get("/v1/session", headers=stolen).status_code == 401


def test_plain_http_on_the_feeds_address_is_told_to_upgrade(application: Any) -> None:
    answer = application.test_client().get("/ws", headers=ADMIN)
    assert answer.status_code == 426
    assert answer.headers["Upgrade"] == "websocket"


def test_a_bad_body_lists_its_fields_and_repeats_nothing_of_it(application: Any) -> None:
    client = application.test_client()
    for content in (b"{", b"[]", b'"x"', b'{"version": "hidden-value"}', b""):
        answer = client.put(
            "/v1/policies", data=content, headers=ADMIN, content_type="application/json"
        )
        assert answer.status_code == 422, content
        told = answer.get_json()
        assert told["errors"]
        assert "hidden-value" not in answer.text
    assert client.post("/v1/stop", data=b"x" * 3_000_000, headers=ADMIN).status_code in {413, 422}


def test_a_policy_is_replaced_by_the_version_that_was_edited(application: Any) -> None:
    client = application.test_client()
    current = client.get("/v1/policies", headers=ADMIN).get_json()
    document = {**current["document"], "margin_floor_percent": "22.5"}
    body = {"version": current["version"], "document": document}
    changed = client.put("/v1/policies", json=body, headers=ADMIN)
    assert changed.status_code == 200, changed.text
    assert changed.get_json()["document"]["margin_floor_percent"] == "22.5"
    decided = client.get(f"/v1/decisions/{changed.get_json()['decision_id']}", headers=ADMIN)
    assert decided.get_json()["status"] == "executed"
    assert decided.get_json()["revertible"]
    assert client.put("/v1/policies", json=body, headers=ADMIN).status_code == 409
    undone = client.post(f"/v1/decisions/{decided.get_json()['id']}/revert", headers=ADMIN)
    assert undone.status_code == 200, undone.text
    restored = client.get("/v1/policies", headers=ADMIN).get_json()
    assert (restored["version"], restored["document"]) == (2, current["document"])
    single = {**current["document"], "two_persons_above": None}
    waits = client.put(
        "/v1/policies", json={"version": 2, "document": single}, headers=ADMIN
    ).get_json()  # fmt: skip
    assert waits["waiting"] == [waits["decision_id"]], "for a second person"
    assert waits["document"] == current["document"]


def test_agents_are_paused_resumed_scheduled_and_run(application: Any) -> None:
    client = application.test_client()
    agents = client.get("/v1/agents", headers=ADMIN).get_json()["data"]
    assert len(agents) == 7
    assert all(each["runnable"] or each["why_not_runnable"] for each in agents)
    one = "/v1/agents/inventory_pricing"
    assert client.post(f"{one}/pause", headers=ADMIN).get_json()["health"] == "paused"
    assert client.post(f"{one}/run", json={}, headers=ADMIN).status_code == 409
    assert client.post(f"{one}/resume", headers=ADMIN).get_json()["status"] == "active"
    change = {"cron": "0 7 * * *", "autonomy": [{"kind": "price.set", "level": "observe"}]}
    patched = client.patch(one, json=change, headers=ADMIN).get_json()
    assert patched["schedule"]["cron"] == "0 7 * * *"
    assert {"kind": "price.set", "level": "observe"} in patched["autonomy"]
    assert client.patch(one, json={"cron": "often"}, headers=ADMIN).status_code == 422
    asked = client.post(f"{one}/run", json={}, headers=ADMIN)
    assert asked.status_code == 202
    run = client.get(f"/v1/runs/{asked.get_json()['id']}", headers=ADMIN).get_json()
    assert (run["status"], run["steps"], run["trigger"]) == ("queued", [], "person")
    ended = client.post(f"/v1/runs/{run['id']}/cancel", headers=ADMIN)
    assert (ended.status_code, ended.get_json()["status"]) == (202, "cancelled")


def test_asking_twice_for_a_sync_asks_once(application: Any, platform: Platform) -> None:
    client = application.test_client()
    for _ in range(2):
        answer = client.post("/v1/connections/store/sync", headers=ADMIN)
        assert answer.status_code == 202
    found = client.get("/v1/events?type=store.sync.requested", headers=ADMIN).get_json()["data"]
    assert len(found) == 1
    assert client.post("/v1/connections/none/sync", headers=ADMIN).status_code == 404
    others = client.get(
        "/v1/events?without=store.sync.requested&without=session.opened", headers=ADMIN
    ).get_json()
    kinds = {event["type"] for event in others["data"]}
    assert kinds.isdisjoint({"store.sync.requested", "session.opened"})
    assert others["head"] >= found[0]["seq"]


def test_production_without_a_store_says_what_to_set(tmp_path: Path, sqlite_url: str) -> None:
    settings = read_settings(
        var_dir=tmp_path, database_url=sqlite_url, flask_env="production", log_level="ERROR",
        given_secret_key="k" * 40, royal_admin_token="t" * 40,
    )  # fmt: skip
    client = create_app(settings).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/v1/agents", headers={"Authorization": f"Bearer {'t' * 40}"})
    assert answer.status_code == 503
    assert "SHOPIFY_SHOP" in answer.get_json()["remedy"]


@pytest.mark.parametrize("path", ["/v1/runs", "/v1/decisions", "/v1/products", "/v1/orders"])
def test_a_cursor_that_is_not_ours_is_refused(application: Any, path: str) -> None:
    answer = application.test_client().get(f"{path}?cursor=abc", headers=ADMIN)
    assert answer.status_code == 422
