"""Both bindings keep the same rules: one suite, run on Flask and on FastAPI."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from fastapi import Request as HttpRequest
from flask import Flask
from starlette.routing import Route

import core.events.tables  # noqa: F401
from core.errors import Conflict
from core.security import Principal, sessions, tokens
from core.security.access_log import KEPT, begun_at, prune, since
from core.security.hmac_requests import sign
from core.security.tables import access_log, api_tokens, used_nonces
from core.security.tables import sessions as sessions_table
from core.settings import read_settings
from core.storage.database import Database
from core.storage.schema import metadata
from core.web import asgi_binding, flask_binding
from core.web.asgi_binding import Receive, Scope
from core.web.door import Door, Request, is_local
from core.web.health import HealthCheck
from core.web.permissions import permission_of, public, requires

ADMIN = "admin-token-of-this-test-0123456789"
NOW = datetime.now(UTC)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Call = Callable[..., Answer]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/web.db")
    with database.write() as transaction:
        metadata.create_all(
            transaction.connection, tables=[api_tokens, sessions_table, used_nonces, access_log]
        )
    yield database
    database.dispose()


@pytest.fixture
def door(database: Database, tmp_path: Path) -> Iterator[Door]:
    settings = read_settings(
        var_dir=tmp_path, royal_admin_token=ADMIN, royal_public_url="https://royal.example"
    )
    made = Door(
        "unit",
        settings,
        lambda: database,
        [HealthCheck("database", True, database.ping), HealthCheck("other", False, lambda: 1 / 0)],
        body_max_bytes=1000,
    )
    yield made
    made.access.flush()


def conflicted() -> None:
    raise Conflict("It changed.", remedy="Read it again.", errors=[{"field": "x"}])


def flask_call(door: Door) -> Call:
    app = Flask("unit")
    flask_binding.install(app, door)

    @app.get("/v1/things/<int:number>")
    @requires("store:read")
    def thing(number: int) -> dict[str, Any]:
        return {"number": number, "name": flask_binding.current_principal().name}

    @app.post("/v1/things")
    @requires("decisions:decide")
    def decide() -> dict[str, Any]:
        from flask import request

        return {"size": len(request.get_data())}

    @app.get("/open")
    @public
    def opened() -> dict[str, Any]:
        return {}

    @app.get("/undeclared")
    def undeclared() -> dict[str, Any]:
        return {}

    @app.get("/conflict")
    @public
    def conflict() -> dict[str, Any]:
        conflicted()
        return {}

    @app.get("/broken")
    @public
    def broken() -> dict[str, Any]:
        raise KeyError("canary-in-exception")

    def call(method: str, path: str, client: str = "127.0.0.1", **options: Any) -> Answer:
        for name, value in options.pop("cookies", {}).items():
            options.setdefault("headers", {})["Cookie"] = f"{name}={value}"
        response = app.test_client(use_cookies=False).open(
            path, method=method, environ_overrides={"REMOTE_ADDR": client}, **options
        )
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, response.data)

    return call


def fastapi_call(door: Door) -> Call:
    app: FastAPI = asgi_binding.create_api(door, title="Unit")

    @app.get("/v1/things/{number}")
    @requires("store:read")
    def thing(
        number: int, who: Annotated[Principal, Depends(asgi_binding.current_principal)]
    ) -> dict[str, Any]:
        return {"number": number, "name": who.name}

    @app.post("/v1/things")
    @requires("decisions:decide")
    async def decide(request: HttpRequest) -> dict[str, Any]:
        return {"size": len(await request.body())}

    @app.post("/control/v1/{name}")
    @requires("control:write")
    async def steer(name: str, request: HttpRequest) -> dict[str, Any]:
        return {"name": name, "size": len(await request.body())}

    @app.get("/open")
    @public
    def opened() -> dict[str, Any]:
        return {}

    @app.get("/undeclared")
    def undeclared() -> dict[str, Any]:
        return {}

    @app.get("/conflict")
    @public
    def conflict() -> dict[str, Any]:
        conflicted()
        return {}

    @app.get("/broken")
    @public
    def broken() -> dict[str, Any]:
        raise KeyError("canary-in-exception")

    return asgi_call(app)


def ahead_call(door: Door) -> Call:
    """Routes that are answered ahead of FastAPI."""
    app = asgi_binding.create_api(door, title="Unit")

    @public
    async def opened(scope: Scope, _headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        return b'{"size":%d}' % len(await HttpRequest(scope, receive).body())

    @public
    async def conflict(_scope: Scope, _headers: Mapping[bytes, bytes], _receive: Receive) -> bytes:
        conflicted()
        return b""

    @public
    async def broken(_scope: Scope, _headers: Mapping[bytes, bytes], _receive: Receive) -> bytes:
        raise KeyError("canary-in-exception")

    for path, endpoint in (("/open", opened), ("/conflict", conflict), ("/broken", broken)):
        app.add_route_ahead(Route(path, endpoint, methods=["POST"]))
    return asgi_call(app)


def asgi_call(app: FastAPI) -> Call:
    def call(method: str, path: str, client: str = "127.0.0.1", **options: Any) -> Answer:
        for name, value in options.pop("cookies", {}).items():
            options.setdefault("headers", {})["Cookie"] = f"{name}={value}"
        if "data" in options:
            options["content"] = options.pop("data")

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(client, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://unit") as caller:
                return await caller.request(method, path, **options)

        response = asyncio.run(ask())
        return Answer(response.status_code, dict(response.headers), response.content)

    return call


@pytest.fixture(params=[flask_call, fastapi_call], ids=["flask", "fastapi"])
def call(request: pytest.FixtureRequest, door: Door) -> Call:
    made: Call = request.param(door)
    return made


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def issue(database: Database, role: str) -> str:
    with database.write() as transaction:
        return tokens.create(transaction.connection, "Unit", role, now=NOW).value


def sign_in(database: Database, role: str) -> dict[str, str]:
    with database.write() as transaction:
        opened = sessions.open_session(transaction.connection, "Ada", role, now=NOW)
    return {sessions.COOKIE: opened.value}


def assert_problem(answer: Answer, status: int) -> None:
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json
    assert document["status"] == status
    assert document["detail"]
    assert document["remedy"]
    assert document["request_id"] == answer.headers["x-request-id"]


def test_the_admin_token_and_a_stored_token_are_let_in(call: Call, database: Database) -> None:
    answer = call("GET", "/v1/things/7", headers=bearer(ADMIN))
    assert (answer.status, answer.json) == (200, {"number": 7, "name": "admin"})
    answer = call("GET", "/v1/things/7", headers=bearer(issue(database, "viewer")))
    assert answer.json["name"] == "Unit"


def test_nobody_and_a_wrong_token_are_not(call: Call) -> None:
    answer = call("GET", "/v1/things/7")
    assert_problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    for wrong in ("nonsense", "", ADMIN[:-1], ADMIN + "x"):
        assert call("GET", "/v1/things/7", headers=bearer(wrong)).status == 401


def test_a_role_without_the_permission_is_refused_by_name(call: Call, database: Database) -> None:
    answer = call("POST", "/v1/things", headers=bearer(issue(database, "viewer")), data=b"x")
    assert_problem(answer, 403)
    assert "decisions:decide" in answer.json["detail"]


def test_a_session_changes_things_from_our_own_pages_only(call: Call, database: Database) -> None:
    cookies = sign_in(database, "operator")
    assert call("GET", "/v1/things/1", cookies=cookies).json["name"] == "Ada"
    host = {"Host": "127.0.0.1:10000"}
    for origin in (None, "null", "http://evil.example", "http://127.0.0.1:9"):
        headers = host | ({"Origin": origin} if origin else {})
        answer = call("POST", "/v1/things", cookies=cookies, headers=headers, data=b"x")
        assert_problem(answer, 403)
    for origin in ("http://127.0.0.1:10000", "https://royal.example"):
        headers = host | {"Origin": origin}
        answer = call("POST", "/v1/things", cookies=cookies, headers=headers, data=b"x")
        assert answer.status == 200


def test_a_route_that_declares_nothing_is_refused(call: Call) -> None:
    assert_problem(call("GET", "/undeclared", headers=bearer(ADMIN)), 403)
    assert_problem(call("GET", "/undeclared"), 401)


def test_every_refusal_is_a_problem_document(call: Call) -> None:
    answer = call("GET", "/conflict")
    assert_problem(answer, 409)
    assert answer.json["errors"] == [{"field": "x"}]
    assert answer.json["instance"] == "/conflict"
    assert_problem(call("GET", "/nothing/here"), 404)
    answer = call("DELETE", "/open")
    assert_problem(answer, 405)
    assert "GET" in answer.headers["allow"]
    answer = call("POST", "/v1/things", headers=bearer(ADMIN), data=b"x" * 1001)
    assert_problem(answer, 413)


def test_a_failure_of_ours_hides_its_details_and_is_logged(
    call: Call, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # Doors that other tests open in this process set the level of the whole process.
    caplog.set_level(logging.ERROR)
    answer = call("GET", "/broken", headers={"X-Request-Id": "trace-me-12345"})
    assert_problem(answer, 500)
    assert b"canary" not in answer.body
    assert b"trace-me-12345" in answer.body
    written = capsys.readouterr()
    assert "canary-in-exception" in written.out + written.err + caplog.text


@pytest.mark.parametrize(
    "unsafe", ["short", "x" * 200, "semi;colon-id", "two words here", "%0a%0aabcdef"]
)
def test_a_request_id_is_kept_only_when_it_is_harmless(call: Call, unsafe: str) -> None:
    kept = call("GET", "/open", headers={"X-Request-Id": "abc-123.DEF_4"})
    assert kept.headers["x-request-id"] == "abc-123.DEF_4"
    replaced = call("GET", "/open", headers={"X-Request-Id": unsafe})
    assert replaced.headers["x-request-id"].startswith("req_")


def test_every_answer_carries_the_security_headers(call: Call) -> None:
    for path in ("/open", "/nothing", "/healthz"):
        headers = call("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src 'self';" in policy
        assert "connect-src 'self';" in policy
    assert call("GET", "/v1/things/1").headers["cache-control"] == "no-store"


def test_probes_are_open_on_this_machine_only(call: Call, database: Database) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert call("GET", path).status == 200
        assert call("GET", path, client="::1").status == 200
        assert_problem(call("GET", path, client="192.0.2.7"), 401)
        assert_problem(call("GET", path, headers={"X-Forwarded-For": "192.0.2.7"}), 401)
        token = issue(database, "viewer")
        assert call("GET", path, client="192.0.2.7", headers=bearer(token)).status == 200
    rows = {row["name"]: row["state"] for row in call("GET", "/readyz").json["dependencies"]}
    assert rows == {"database": "up", "other": "down"}


def test_metrics_count_by_route_template_and_never_by_path(call: Call) -> None:
    call("GET", "/v1/things/424242", headers=bearer(ADMIN))
    call("GET", "/random/probe/424242")
    text = call("GET", "/metrics").body.decode()
    assert "424242" not in text
    assert 'route="unmatched"' in text
    assert 'route="/v1/things/' in text


def test_a_route_ahead_of_fastapi_keeps_the_doors_rules(door: Door) -> None:
    ahead, behind = ahead_call(door), fastapi_call(door)
    answer = ahead("POST", "/open", headers={"X-Request-Id": "from-the-proxy"}, data=b"x" * 1000)
    assert (answer.status, answer.json) == (200, {"size": 1000})
    assert answer.headers["x-request-id"] == "from-the-proxy"
    # What only a browser heeds is said to browsers.
    for_browsers = behind("GET", "/open").headers.keys() - answer.headers.keys()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {"content-type", "content-length"} <= answer.headers.keys()
    assert "content-security-policy" in for_browsers
    assert_problem(ahead("POST", "/open", data=b"x" * 1001), 413)
    assert_problem(ahead("POST", "/conflict"), 409)
    answer = ahead("POST", "/broken")
    assert_problem(answer, 500)
    assert b"canary" not in answer.body
    answer = ahead("GET", "/open")
    assert_problem(answer, 405)
    assert "POST" in answer.headers["allow"]
    counted = ahead("GET", "/metrics").body.decode()
    assert 'method="POST",route="/open",service="unit",status="413"' in counted


def test_permissions_are_enumerable(door: Door) -> None:
    app = Flask("unit")
    flask_binding.install(app, door)

    @app.get("/a")
    @requires("store:read")
    def a() -> str:
        return ""

    assert flask_binding.permissions(app)[("GET", "/a")] == "store:read"
    assert flask_binding.permissions(app)[("GET", "/healthz")] == "probe"
    api = asgi_binding.create_api(door, title="Unit")
    assert asgi_binding.permissions(api) == {
        ("GET", "/healthz"): "probe",
        ("GET", "/readyz"): "probe",
        ("GET", "/metrics"): "probe",
    }


def test_a_permission_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match="store:reed"):
        requires("store:reed")
    assert permission_of(lambda: None) is None


@pytest.mark.parametrize(
    ("client", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("::ffff:127.0.0.1", True),
     ("10.0.0.1", False), (None, False), ("localhost", False)],
)  # fmt: skip
def test_local_means_loopback(client: str | None, local: bool) -> None:
    assert is_local(Request("GET", "/", {}, {}, client)) is local


def test_a_machine_signs_its_requests_and_cannot_repeat_one(door: Door, database: Database) -> None:
    call = fastapi_call(door)
    key = door.settings.control_hmac_secret.get_secret_value().encode()
    target, body = "/control/v1/a%20b?x=1&y=%2F", b'{"n":1}'
    headers = sign(key, "POST", target, body)
    answer = call("POST", target, headers=headers, data=body)
    assert (answer.status, answer.json) == (200, {"name": "a b", "size": 7})
    assert_problem(call("POST", target, headers=headers, data=body), 401)
    assert_problem(call("POST", target, headers=sign(key, "POST", target, b"{}"), data=body), 401)
    assert_problem(call("POST", target, data=body), 401)
    assert call("POST", target, headers=bearer(ADMIN), data=body).status == 200
    operator = bearer(issue(database, "operator"))
    assert_problem(call("POST", target, headers=operator, data=body), 403)
    # A signature opens control routes only.
    other = sign(key, "GET", "/v1/things/1", b"")
    assert_problem(call("GET", "/v1/things/1", headers=other), 401)


def test_a_wrong_path_parameter_and_body_are_named(door: Door) -> None:
    answer = fastapi_call(door)("GET", "/v1/things/seven", headers=bearer(ADMIN))
    assert_problem(answer, 422)
    assert answer.json["errors"][0]["field"] == "path.number"


def test_the_access_log_counts_who_came_and_who_was_turned_away(
    call: Call, door: Door, database: Database
) -> None:
    token = issue(database, "viewer")
    for _ in range(2):
        call("GET", "/v1/things/7", client="198.51.100.7", headers=bearer(token))
    for wrong in ("nonsense", f"{token}x"):
        call("GET", "/v1/things/7", client="2001:db8:1:2::3", headers=bearer(wrong))
    call("GET", "/open", client="198.51.100.7")
    call("POST", "/v1/things", client="::ffff:203.0.113.9", headers=bearer(token), data=b"x")
    door.access.flush()
    with database.read() as connection:
        rows = since(connection, NOW - timedelta(hours=2))
        told = [(r.outcome, r.inlet, r.place, r.count, bool(r.caller)) for r in rows]
        assert begun_at(connection) is not None
    assert sorted(told) == [
        ("let_in", "v1", "198.51.100.0/24", 2, True),
        ("not_allowed", "v1", "203.0.113.0/24", 1, True),
        ("unknown", "v1", "2001:db8:1::/48", 2, False),
    ]
    assert token not in repr(rows)
    assert all(row.caller in {"", "token:" + token_id(database)} for row in rows)


def token_id(database: Database) -> str:
    with database.read() as connection:
        return tokens.list_all(connection)[0].id


def test_the_access_log_stays_bounded_whoever_knocks(door: Door, database: Database) -> None:
    for number in range(2000):
        door.access.note("/v1/x", 401, None, f"10.{number // 250}.{number % 250}.1")
    door.access.flush()
    later = NOW + KEPT + timedelta(hours=2)
    with database.write() as transaction:
        rows = since(transaction.connection, NOW - timedelta(hours=2))
        assert len(rows) == 501
        assert sum(row.count for row in rows) == 2000
        assert prune(transaction.connection, now=NOW) == 0
        assert prune(transaction.connection, now=later) == 501


def test_two_batches_of_one_hour_add_up(door: Door, database: Database) -> None:
    for _ in range(2):
        door.access.note("/v1/x", 401, None, "10.0.0.1")
        door.access.flush()
    with database.read() as connection:
        assert [row.count for row in since(connection, NOW - timedelta(hours=2))] == [2]
