"""Recordings are found however they are nested, and disagreement is seen."""

import json

import pytest

from store_sandbox.conformance.command import compare
from store_sandbox.conformance.recordings import recordings

GOOD = {
    "query": "{ shop { name } }",
    "response": {
        "data": {"shop": {"name": "Somebody's"}},
        "extensions": {"cost": {"requestedQueryCost": 1, "actualQueryCost": 1}},
    },
}
WRONG = {
    "request": {"query": "{ product { id } }", "variables": {}},
    "response": {
        "payload": {"errors": [{"message": "told otherwise", "extensions": {"code": "x"}}]}
    },
}
UNSERVED = {
    "query": "{ giftCards(first: 1) { nodes { id } } }",
    "response": {"data": {"giftCards": {"nodes": []}}},
}
REFUSED = {
    "query": 'mutation { tagsAdd(id: "gid://shopify/Order/1", tags: ["a"])'
    " { node { id } userErrors { field message } } }",
    "variables": None,
    "response": {
        "data": {
            "tagsAdd": {
                "node": None,
                "userErrors": [{"field": ["id"], "message": "Order does not exist"}],
            }
        }
    },
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "orders").mkdir()
    nested = {"cases": [{"first": GOOD}, WRONG], "copies": {"again": GOOD}}
    (tmp_path / "orders" / "one.json").write_text(json.dumps(nested))
    (tmp_path / "two.json").write_text(json.dumps([UNSERVED, REFUSED, {"query": "no response"}]))
    (tmp_path / "broken.json").write_text("{")
    return tmp_path


def test_recordings_are_found_with_their_area_and_place(folder):
    found = list(recordings(folder))
    assert [(one.area, one.place) for one in found] == [
        ("orders", "one/cases/0/first"),
        ("orders", "one/cases/1"),
        ("orders", "one/copies/again"),
        ("all", "two/0"),
        ("all", "two/1"),
    ]
    assert found[1].response["errors"][0]["message"] == "told otherwise"
    assert len(list(recordings(folder, frozenset({"copies"})))) == 4


def test_what_agrees_is_counted_and_what_differs_is_shown(folder):
    report = compare(folder, frozenset({"copies"}))
    orders = report.areas["orders"]
    assert (orders.recordings, orders.served) == (2, 2)
    assert (orders.agreeing["errors"], orders.compared["errors"]) == (1, 2)
    assert orders.share("cost") == 1.0
    assert orders.share("shape") == 1.0
    assert orders.share("user errors") is None
    assert report.areas["all"].share("user errors") == 1.0
    assert report.missing == {"QueryRoot.giftCards": 1}
    ((aspect, place, text),) = report.differences
    assert (aspect, place) == ("errors", "one/cases/1")
    assert "told otherwise" in text
    assert "all" in report.table()[-1]
    assert report.as_json()["areas"]["orders"]["cost"] == {"agree": 1, "compared": 1}
