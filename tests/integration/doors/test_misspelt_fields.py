"""A body with a field nobody knows is refused before anything happens."""

from __future__ import annotations

from typing import Any

import pytest

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("post", "/v1/resume", {"scopes": "agent:x"}, "scopes"),
        ("post", "/v1/stop", {"scopes": "agent:x"}, "scopes"),
        ("post", "/v1/agents/inventory_pricing/run", {"dryrun": True}, "dryrun"),
        ("patch", "/v1/agents/inventory_pricing", {"shedule": None}, "shedule"),
        ("post", "/v1/decisions/d/approve", {"argument_hash": "0" * 64, "x": 1}, "x"),
        ("post", "/v1/decisions/d/reject", {"raison": "no"}, "raison"),
    ],
)
def test_a_misspelt_field_is_named_and_nothing_is_done(
    application: Any, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    client = application.test_client()
    before = client.get("/v1/session", headers=ADMIN).get_json()["head"]
    answer = getattr(client, method)(path, json=body, headers=ADMIN)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.get_json()["errors"]] == [field]
    assert client.get("/v1/session", headers=ADMIN).get_json()["head"] == before


@pytest.mark.parametrize("field", ["cooldown_days", "lead_time_days", "actions_per_day"])
def test_a_limit_beyond_the_calendar_is_refused(application: Any, field: str) -> None:
    client = application.test_client()
    policy = client.get("/v1/policies", headers=ADMIN).get_json()
    document = {**policy["document"], field: 10**12}
    body = {"version": policy["version"], "document": document}
    answer = client.put("/v1/policies", json=body, headers=ADMIN)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == f"document.{field}"


def test_the_policy_as_it_was_read_can_be_sent_back(application: Any) -> None:
    client = application.test_client()
    policy = client.get("/v1/policies", headers=ADMIN).get_json()
    body = {"version": policy["version"], "document": policy["document"]}
    assert client.put("/v1/policies", json=body, headers=ADMIN).status_code == 200


def test_a_stop_of_an_agent_that_does_not_exist_is_refused(application: Any) -> None:
    client = application.test_client()
    answer = client.post("/v1/stop", json={"scope": "agent:inventry_pricing"}, headers=ADMIN)
    assert answer.status_code == 404
    assert client.get("/v1/session", headers=ADMIN).get_json()["stopped"] == []
    known = client.post("/v1/stop", json={"scope": "agent:inventory_pricing"}, headers=ADMIN)
    assert known.status_code == 200
