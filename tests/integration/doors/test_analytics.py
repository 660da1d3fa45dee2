"""Explored figures at the coordinator: the shop's own numbers, their rows, their export."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from royal_platform.bootstrap import Platform
from royal_platform.persistence.clock import wall_now
from tests.integration.doors import shop

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}


@pytest.fixture
def ask(application: Any, platform: Platform) -> Any:
    shop.fill(platform)
    client = application.test_client()

    def get(path: str, **query: Any) -> Any:
        return client.get(f"/v1/analytics/{path}", query_string=query, headers=ADMIN)

    return get


def load(platform: Platform) -> None:
    platform.warehouse.load(platform.star, wall_now())  # type: ignore[union-attr]


def test_before_the_first_load_nothing_is_claimed(ask: Any) -> None:
    found = ask("explore").get_json()

    assert (found["loaded"], found["slices"]) == (False, [])
    assert ask("rows").status_code == 404


def test_a_figure_equals_its_rows_and_its_export(ask: Any, platform: Platform) -> None:
    load(platform)
    question = {"metric": "units", "days": 7}
    found = ask("explore", **question, dimension="variant").get_json()
    rows = ask("rows", **question).get_json()["data"]
    lines = ask("export.csv", **question).get_data(as_text=True).splitlines()

    (only,) = found["slices"]
    assert (only["key"], only["total"]["amount"]) == (shop.variant_id(1), "6")
    assert sum(Decimal(row["amount"]) for row in rows) == 6
    assert [line.split(",")[7] for line in lines if ",total," in line] == ["6"]
    assert "SELECT" in found["sql"]


def test_a_question_that_has_no_answer_says_what_has(ask: Any) -> None:
    unknown = ask("explore", metric="profit")
    undivided = ask("explore", metric="aov", dimension="product")

    assert (unknown.status_code, undivided.status_code) == (422, 422)
    assert "country" in undivided.get_json()["remedy"]
    assert ask("explore", dimension="").status_code == 422
    assert ask("explore", **{"from": "2026-02-02", "to": "2026-02-01"}).status_code == 422


def test_every_metric_tells_how_it_is_made(ask: Any) -> None:
    for metric in ask("metrics").get_json()["data"]:
        assert metric["formula"]
        assert metric["unknown"]
        assert metric["owner"]
