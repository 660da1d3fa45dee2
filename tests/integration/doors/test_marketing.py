"""Flows and messages at the coordinator: read, checked, saved as versions, previewed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from orchestrator.core import flows
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.messages.model import Cause, Rendered, State
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.tables import orders
from tests.integration.doors import shop


@pytest.fixture
def filled(platform: Platform) -> Platform:
    shop.fill(platform)
    flows.install(platform)
    return platform


@pytest.fixture
def ask(application: Any, filled: Platform, token: Callable[..., str]) -> Callable[..., Any]:
    client = application.test_client()

    def call(method: str, path: str, body: Any = None, role: str = "admin") -> Any:
        headers = {"Authorization": f"Bearer {token(role)}"}
        return client.open(path, method=method, json=body, headers=headers)

    return call


def keep(platform: Platform, number: int) -> None:
    with writing(platform) as books:
        content = Rendered("Hello", "<p>Hello Ann</p>", "Hello Ann")
        message = StoredMessage(
            f"msg_{number}", "dec_1", shop.CUSTOMER, "welcome", f"hello/{number}", "marketing",
            "welcome", "outbox", State.COMPOSED, "ann@test.example", content, books.now, None,
        )  # fmt: skip
        store = Messages(books.store_id)
        store.compose(books.connection, message)
        store.move(books.connection, message.id, seen=State.COMPOSED, to=State.SENT, at=books.now)


def test_flows_are_told_with_their_steps_and_nothing_is_claimed_of_their_effect(
    ask: Callable[..., Any], filled: Platform
) -> None:
    keep(filled, 1)
    told = ask("GET", "/v1/flows", role="viewer").json
    found = {flow["id"]: flow for flow in told["data"]}
    assert set(found) == {
        "abandoned_checkout", "after_purchase", "back_in_stock", "price_drop", "replenishment",
        "welcome", "win_back",
    }  # fmt: skip
    steps = found["abandoned_checkout"]["steps"]
    assert [step["wait_seconds"] // 3600 for step in steps] == [1, 24, 72]
    assert found["welcome"]["steps"][0]["sent"] == 1
    assert found["welcome"]["mandate"] is None
    assert found["welcome"]["lift"]["known"] is False
    assert found["welcome"]["lift"]["estimate"] is None
    assert found["welcome"]["steps"][0]["codes"] is None
    assert told["carrier"] == "outbox"


def test_a_step_that_offers_codes_tells_how_many_were_used(ask: Callable[..., Any]) -> None:
    [flow] = [one for one in ask("GET", "/v1/flows").json["data"] if one["id"] == "win_back"]
    nothing = {"amount": "0", "currency": "EUR"}
    assert flow["steps"][0]["codes"] == {"made": 0, "redeemed": 0, "revenue": nothing}


def test_a_flow_is_checked_and_saved_as_a_new_version(ask: Callable[..., Any]) -> None:
    [flow] = [one for one in ask("GET", "/v1/flows").json["data"] if one["id"] == "welcome"]
    text = flow["text"].replace("holdout_percent: 20", "holdout_percent: 10")
    assert ask("POST", "/v1/flows/check", {"text": text}).json == {"problems": []}
    [problem] = ask("POST", "/v1/flows/check", {"text": "a: ["}).json["problems"]
    assert "YAML" in problem
    assert len(ask("POST", "/v1/flows/check", {"text": "flow: x"}).json["problems"]) > 3

    path, body = "/v1/flows/welcome", {"text": text, "version": 1}
    assert ask("PUT", path, body, role="operator").status_code == 403
    saved = ask("PUT", path, body).json["data"]
    [now] = [one for one in saved if one["id"] == "welcome"]
    assert (now["version"], now["holdout_percent"]) == (2, 10)
    assert ask("PUT", path, body).status_code == 409
    assert ask("PUT", "/v1/flows/other", {"text": text, "version": 0}).status_code == 409
    wrong = ask("PUT", path, {"text": "flow: welcome", "version": 2})
    assert wrong.status_code == 422
    assert wrong.json["errors"]


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system ['true']", "- 1", "", "a: &x [*x]", "{" * 300]
)
def test_hostile_flows_are_refused(ask: Callable[..., Any], text: str) -> None:
    assert ask("PUT", "/v1/flows/welcome", {"text": text, "version": 1}).status_code == 422
    assert ask("POST", "/v1/flows/check", {"text": text}).json["problems"]


def test_messages_are_listed_and_read(ask: Callable[..., Any], filled: Platform) -> None:
    for number in (1, 2, 3):
        keep(filled, number)
    first = ask("GET", "/v1/messages?limit=2", role="viewer").json
    rest = ask("GET", f"/v1/messages?limit=2&cursor={first['next_cursor']}").json
    ids = [one["id"] for one in [*first["data"], *rest["data"]]]
    assert sorted(ids) == ["msg_1", "msg_2", "msg_3"]
    assert first["total"] == 3
    assert ask("GET", "/v1/messages?flow=other").json["data"] == []
    one = ask("GET", "/v1/messages/msg_1").json
    assert (one["text"], one["state"]) == ("Hello Ann", "sent")
    assert ask("GET", "/v1/messages/nothing").status_code == 404


def test_a_template_is_previewed_with_a_real_customer(ask: Callable[..., Any]) -> None:
    told = ask("GET", "/v1/message-preview?template=checkout_reminder&language=nl").json
    assert (told["customer"], told["order"]) == ("Ann Läufer", "#1001")
    assert "Oak shelf" in told["text"]
    assert "Hallo Ann" in told["text"]
    missing = ask("GET", "/v1/message-preview?template=letter")
    assert missing.status_code == 422
    assert "title" in missing.json["detail"]
    gone = ask("GET", "/v1/message-preview?template=welcome&customer_id=nobody")
    assert gone.status_code == 404


CAMPAIGN = """
flow: spring
name: Spring
trigger: campaign
audience: orders > 2
holdout_percent: 20
horizon_days: 14
per_day: 10
total: 100
window_days: 7
says: {title: Spring is here, body: New shelves.}
steps: [{id: mail, wait: 0h, template: campaign}]
"""


def test_a_campaign_is_tried_on_its_audience_and_saved(ask: Callable[..., Any]) -> None:
    assert ask("POST", "/v1/flows/trial", {"text": CAMPAIGN}, role="viewer").status_code == 403
    told = ask("POST", "/v1/flows/trial", {"text": CAMPAIGN}).json
    assert (told["members"], [one["name"] for one in told["sample"]]) == (1, ["Ann Läufer"])
    assert (told["why_not"], told["sendings"]) == ("campaign", [])
    nobody = CAMPAIGN.replace("orders > 2", "orders > 9")
    assert ask("POST", "/v1/flows/trial", {"text": nobody}).json["members"] == 0
    assert ask("POST", "/v1/flows/trial", {"text": "flow: x"}).status_code == 422
    saved = ask("PUT", "/v1/flows/spring", {"text": CAMPAIGN, "version": 0}).json["data"]
    assert [one["trigger"] for one in saved if one["id"] == "spring"] == ["campaign"]


def test_a_flow_is_tried_on_last_months_orders(ask: Callable[..., Any]) -> None:
    [flow] = [one for one in ask("GET", "/v1/flows").json["data"] if one["id"] == "after_purchase"]
    told = ask("POST", "/v1/flows/trial", {"text": flow["text"]}).json
    # Ann's three orders of today are one stay in the flow: she is in it already.
    assert told["signals"] == 3
    assert sum(told["outcomes"].values()) == 1
    assert told["why_not"] is None


def test_the_reminder_of_a_checkout_is_tried_on_those_left_last_month(
    ask: Callable[..., Any], filled: Platform
) -> None:
    own = {"store_id": filled.store_id, "currency": "EUR", "completed_at": None}
    begun = shop.NOW - timedelta(days=9)
    with writing(filled) as books:
        for ident, whose, finished in (("k1", "6002", None), ("k2", shop.CUSTOMER, shop.NOW)):
            row = own | {"id": ident, "customer_id": whose, "created_at": begun}
            left = orders.abandoned_checkouts
            row["completed_at"] = finished
            books.connection.execute(insert(left).values(shop.whole(left, **row)))
    listed = ask("GET", "/v1/flows").json["data"]
    [flow] = [one for one in listed if one["id"] == "abandoned_checkout"]
    told = ask("POST", "/v1/flows/trial", {"text": flow["text"]}).json
    assert (told["signals"], told["why_not"]) == (2, None)
    assert {one["customer_id"] for one in told["sendings"]} == {"6002", shop.CUSTOMER}


def test_an_address_that_gets_no_mail_is_listed_and_lifted_by_a_person(
    ask: Callable[..., Any], filled: Platform
) -> None:
    with writing(filled) as books:
        Messages(books.store_id).suppress(
            books.connection, "ann@test.example", Cause.BOUNCED, source="mail", now=books.now,
            customer_id=shop.CUSTOMER,
        )  # fmt: skip
    [one] = ask("GET", "/v1/message-suppressions", role="viewer").json["data"]
    assert (one["cause"], one["customer_id"]) == ("bounced", shop.CUSTOMER)
    assert "ann@" not in str(one)
    path = f"/v1/message-suppressions/{one['digest']}"
    assert ask("DELETE", path, role="viewer").status_code == 403
    assert ask("DELETE", path).json["data"] == []
    assert ask("DELETE", path).status_code == 404
