"""Whatever is asked, the answer is data or a problem: never a failure of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import create_app
from app.openapi import document
from core.settings import read_settings
from royal_platform.persistence.agents import Agents
from royal_platform.persistence.clock import wall_now

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "0", "1", "-1", "9" * 30, "null", "\x00", "%", "_", "'", '"', "\\", "2026-02-30",
            "0001-01-01", "9999-12-31", "1990-01-01", "2200-12-31", "stake", "newest", "cover",
            "sold", "price", "out", "low", "proposed", "month", "week", "year", "none",
            "WyJzdGFrZSIsIHt9LCAiIl0", "WyJuZXdlc3QiLHsidCI6IngifSwieCJd", "\ud83d\ude00",
        ]
    ),
)  # fmt: skip
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """One installation for all generated requests, on SQLite and again on PostgreSQL."""
    folder = tmp_path_factory.mktemp("fuzz")
    if request.param == "sqlite":
        url = f"sqlite:///{(folder / 'fuzz.db').as_posix()}"
    else:
        url = _empty_database(request.getfixturevalue("postgres_server"))
    app = create_app(
        read_settings(
            var_dir=folder, database_url=url, log_level="CRITICAL", given_secret_key="k" * 40,
            royal_admin_token=ADMIN["Authorization"].removeprefix("Bearer "),
        )
    )  # fmt: skip
    yield app.test_client(), document(app)
    app.extensions["royal.platform"].close()


def _empty_database(server: str) -> str:
    from sqlalchemy import create_engine, make_url, text

    address = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS doors_fuzz WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE doors_fuzz"))
    engine.dispose()
    return address.set(database="doors_fuzz").render_as_string(hide_password=False)


@settings(
    max_examples=150, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(data=st.data())
def test_any_request_is_answered(client: tuple[Any, dict[str, Any]], data: st.DataObject) -> None:
    browser, described = client
    routes = sorted((path, method) for path, item in described["paths"].items() for method in item)
    path, method = data.draw(st.sampled_from(routes))
    operation = described["paths"][path][method]
    query = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            word = data.draw(WORDS.filter(bool))
            path = path.replace(f"{{{parameter['name']}}}", _quoted(word))
        elif data.draw(st.booleans()):
            query[parameter["name"]] = data.draw(WORDS).encode("utf-8", "replace")
    body = {"json": data.draw(BODIES)} if "requestBody" in operation else {}
    answer = browser.open(f"{path}?{urlencode(query)}", method=method, headers=ADMIN, **body)
    assert answer.status_code < 500, (method, path, query, body, answer.text)
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["remedy"]


def _quoted(word: str) -> str:
    return quote(word.encode("utf-8", "replace"), safe="")


def test_the_pages_of_a_list_do_not_depend_on_the_database(client: Any) -> None:
    browser, _ = client
    seen, cursor = [], ""
    while True:
        page = browser.get(f"/v1/agents?limit=2{cursor}", headers=ADMIN).get_json()
        seen += [each["id"] for each in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 7


def test_a_full_disk_is_a_problem_with_a_remedy_and_nothing_is_half_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "full.db"
    app = create_app(
        read_settings(
            var_dir=tmp_path, database_url=f"sqlite:///{path.as_posix()}", log_level="CRITICAL",
            royal_admin_token=ADMIN["Authorization"].removeprefix("Bearer "),
            given_secret_key="k" * 40,
        )
    )  # fmt: skip
    browser = app.test_client()
    head = browser.get("/v1/session", headers=ADMIN).get_json()["head"]
    platform = app.extensions["royal.platform"].get()
    with platform.database.write() as transaction:
        for number in range(60):
            Agents(platform.store_id).register(
                transaction.connection, agent_id=str(number), name="", agent_type="",
                description="", capabilities=(), why_not_runnable=None, now=wall_now(),
            )  # fmt: skip
    with platform.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    statuses = [
        browser.post(
            "/v1/stop", json={"scope": f"agent:{number}", "reason": "x" * 500}, headers=ADMIN
        )
        for number in range(60)
    ]  # fmt: skip
    refused = [answer for answer in statuses if answer.status_code != 200]
    assert refused
    assert {answer.status_code for answer in refused} == {503}
    assert refused[0].get_json()["remedy"]
    written = browser.get("/v1/session", headers=ADMIN).get_json()
    assert written["head"] == head + len(statuses) - len(refused)
    assert len(written["stopped"]) == len(statuses) - len(refused)
    app.extensions["royal.platform"].close()
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
