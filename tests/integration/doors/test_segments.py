"""Segments over the door: tried, saved, changed, explained, removed, and told in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Table, insert

from core.events.log import read_after
from orchestrator.core import valuing
from royal_platform.bootstrap import Platform
from royal_platform.persistence.tables import orders
from tests.integration.doors.shop import CUSTOMER, NOW, fill, whole

RULE = 'orders >= 3 and bought includes "OAK-1"'
Call = Callable[..., Any]


def many_orders(store_id: str) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    """Sixty customers, half of whom came again, some often."""
    own = {"store_id": store_id, "currency": "EUR"}
    people = [{"id": f"many-{number}", **own} for number in range(60)]
    yield orders.customers, [whole(orders.customers, **each) for each in people]
    sold = []
    for number in range(60):
        for nth in range(1 + (number % 2) * (number % 5)):
            at = NOW - timedelta(days=300 - number - nth * (20 + number % 9))
            net = Decimal(30 + number % 11 + nth)
            sold.append({"id": f"m{number}-{nth}", "customer_id": f"many-{number}",
                         "processed_at": at, "day": at.date(), "net": net, **own})  # fmt: skip
    yield orders.orders, [whole(orders.orders, **each) for each in sold]


@pytest.fixture
def call(application: Any, platform: Platform, token: Callable[..., str]) -> Call:
    """Calls a route of a filled shop in a role, an operator's if none is named."""
    fill(platform)
    tokens: dict[str, str] = {}

    def call_as(method: str, path: str, role: str = "operator", **options: Any) -> Any:
        if role not in tokens:
            tokens[role] = token(role)
        headers = {"Authorization": f"Bearer {tokens[role]}"}
        return application.test_client().open(path, method=method, headers=headers, **options)

    return call_as


def test_a_rule_is_tried_before_it_is_saved(call: Call) -> None:
    def preview(rule: str) -> Any:
        return call("GET", "/v1/segments/preview", query_string={"rule": rule}).get_json()

    good = preview(RULE)
    assert (good["members"], good["customers"], good["fault"]) == (1, 1, None)
    assert preview("orders > 3")["members"] == 0
    wrong = preview("orders >= three")
    assert wrong["members"] is None
    assert wrong["fault"] | {"reason": ""} == {"reason": "", "position": 10, "length": 5}


def test_a_segment_lives_from_its_first_saving_to_its_removal(
    call: Call, platform: Platform
) -> None:
    made = call("POST", "/v1/segments", json={"name": " Regulars ", "rule": RULE})
    assert made.status_code == 201, made.text
    segment = made.get_json()
    assert (segment["name"], segment["members"], segment["version"]) == ("Regulars", 1, 1)
    address = f"/v1/segments/{segment['id']}"
    twice = call("POST", "/v1/segments", json={"name": "regulars", "rule": RULE})
    assert twice.status_code == 409
    change = {"name": "Regulars", "rule": "orders > 3", "version": 1}
    assert call("PUT", address, json=change).get_json()["members"] == 0
    assert call("PUT", address, json=change | {"rule": RULE}).status_code == 409
    listed = call("GET", "/v1/segments", "viewer").get_json()
    assert [(each["rule"], each["version"]) for each in listed["data"]] == [("orders > 3", 2)]
    assert call("DELETE", f"{address}?version=2").status_code == 200
    assert call("GET", address).status_code == 404
    with platform.database.read() as connection:
        told = read_after(connection, platform.store_id, 0, 50, "segment.")
    assert [each.type.removeprefix("segment.") for each in told] == [
        "created", "changed", "removed",
    ]  # fmt: skip
    assert told[1].payload["rule_before"] == RULE


def test_a_rule_that_cannot_be_read_is_not_saved(call: Call) -> None:
    answer = call("POST", "/v1/segments", json={"name": "Wrong", "rule": "orders >= many"})
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert (fault["field"], fault["position"]) == ("rule", 10)
    assert call("GET", "/v1/segments").get_json()["data"] == []


def test_those_who_only_read_save_nothing(call: Call) -> None:
    for role in ("viewer", "assistant"):
        answer = call("POST", "/v1/segments", role, json={"name": "x", "rule": RULE})
        assert answer.status_code == 403


def test_why_a_customer_is_in_a_segment_or_not(call: Call) -> None:
    call("POST", "/v1/segments", json={"name": "Regulars", "rule": RULE})
    asked = {"rule": "country = NL"}
    person = call("GET", f"/v1/customers/{CUSTOMER}", query_string=asked).get_json()
    known = {each["name"]: each["value"] for each in person["facts"]}
    assert known["orders"] == "3"
    assert known["country"] is None
    unsaved, regulars = person["explanations"]
    assert (unsaved["segment_id"], unsaved["outcome"]) == (None, None)
    assert regulars["outcome"] is True
    assert [(each["depth"], each["actual"]) for each in regulars["findings"]] == [
        (0, None), (1, "3"), (1, "OAK-1"),
    ]  # fmt: skip


def test_the_customers_of_a_segment_are_listed(call: Call) -> None:
    made = call("POST", "/v1/segments", json={"name": "Nobody", "rule": "orders > 3"}).get_json()
    none = call("GET", f"/v1/customers?segment_id={made['id']}").get_json()
    assert (none["data"], none["total"]) == ([], 0)
    some = call("GET", "/v1/customers", query_string={"rule": RULE}).get_json()
    assert [each["id"] for each in some["data"]] == [CUSTOMER]
    assert call("GET", "/v1/customers?segment_id=seg_none").status_code == 404
    assert call("GET", "/v1/customers", query_string={"rule": "orders"}).status_code == 422


def test_before_anybody_was_valued_that_is_said(call: Call) -> None:
    value = call("GET", "/v1/customers/value", "viewer").get_json()
    assert (value["day"], value["orders"], value["order_model"]) == (None, None, [])
    (person,) = call("GET", "/v1/customers").get_json()["data"]
    assert person["expected"] is None


def test_what_is_expected_is_told_with_its_interval(call: Call, platform: Platform) -> None:
    with platform.database.write() as transaction:
        for table, rows in many_orders(platform.store_id):
            transaction.connection.execute(insert(table), rows)
    valuing.value_store(platform)
    value = call("GET", "/v1/customers/value", "viewer").get_json()
    assert value["customers"] > 60
    orders = {name: Decimal(amount) for name, amount in value["orders"].items()}
    assert orders["low"] <= orders["expected"] <= orders["high"]
    assert [each["name"] for each in value["spend_model"]] == ["p", "q", "gamma"]
    person = call("GET", "/v1/customers/many-3").get_json()
    expected = person["expected"]
    assert 0 <= Decimal(expected["churn_risk_percent"]) <= 100
    known = {each["name"]: each["value"] for each in person["facts"]}
    assert Decimal(known["churn_risk"]) * 100 == Decimal(expected["churn_risk_percent"])
    cohorts = call("GET", "/v1/customers/cohorts").get_json()
    assert cohorts["data"][-1]["month"] <= cohorts["this_month"]
    assert all(each["active"][0] == each["size"] for each in cohorts["data"])
