"""Products, collections and product types: what they sold and are expected to sell, as sums."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Table, insert

from royal_platform.bootstrap import Platform
from royal_platform.commerce.forecasting.service import build_panel, forecast_demand
from royal_platform.persistence import stores
from royal_platform.persistence.tables import catalog, orders
from tests.integration.doors.test_a_store_is_not_seen_by_another import call, whole

WEEKS = 16
# Variant: its product and the units it sells every day.
SOLD = {"v1": ("p1", 2), "v2": ("p1", 3), "v3": ("p2", 5), "v4": ("p3", 1)}
TYPES = {"p1": "Bridles", "p2": "Bridles", "p3": None}
WITHIN = {"c1": ("Autumn sale", ["p1", "p2"]), "c2": ("New in", ["p2", "p3"])}


@pytest.fixture
def shop(application: Any, platform: Platform) -> Platform:
    """Four variants that sold the same every day, and the forecast a run keeps of them."""
    own = {"store_id": platform.store_id, "currency": "EUR"}
    today = datetime.now(UTC).date()
    long_ago = datetime.now(UTC) - timedelta(days=400)
    rows: list[tuple[Table, dict[str, Any]]] = [
        (
            catalog.products,
            {"id": id_, "title": f"Item {id_}", "search": f"item {id_}", "product_type": kind,
             "status": "active", "created_at": long_ago},
        )
        for id_, kind in TYPES.items()
    ]  # fmt: skip
    rows += [
        (
            catalog.variants,
            {"id": id_, "product_id": product, "title": id_, "price": Decimal(10),
             "created_at": long_ago},
        )
        for id_, (product, _) in SOLD.items()
    ]  # fmt: skip
    rows += [
        (catalog.collections, {"id": id_, "title": title, "handle": id_})
        for id_, (title, _) in WITHIN.items()
    ]
    rows += [
        (catalog.collection_products, {"collection_id": id_, "product_id": product})
        for id_, (_, members) in WITHIN.items()
        for product in members
    ]
    rows += [
        (
            orders.daily_variant_sales,
            {"variant_id": id_, "day": today - timedelta(days=day), "units": units,
             "revenue": Decimal(10 * units), "gross": Decimal(10 * units)},
        )
        for id_, (_, units) in SOLD.items()
        for day in range(1, 7 * WEEKS)
    ]  # fmt: skip
    with platform.database.write() as transaction:
        stores.change(transaction.connection, platform.store_id, currency="EUR", timezone="UTC")
        for table, values in rows:
            transaction.connection.execute(insert(table).values(whole(table, **own, **values)))
    _run(platform, today)
    return platform


def _run(platform: Platform, today: date) -> None:
    """What a run of the agent does about demand."""
    sales = platform.sales.variant_days(today - timedelta(weeks=WEEKS), today)
    panel = build_panel(
        platform.catalog.variants(), sales, today, collections=platform.catalog.collections()
    )
    platform.forecasts.save("run_1", datetime.now(UTC), forecast_demand(panel))


@pytest.fixture
def ask(application: Any, shop: Platform, token: Callable[..., str]) -> Callable[[str], Any]:
    def ask(path: str) -> Any:
        return call(application, token("viewer"), "GET", path)

    return ask


def test_groups_are_listed_by_expected_demand_with_what_they_sold(
    ask: Callable[[str], Any],
) -> None:
    page = ask("/v1/demand?level=collection").get_json()
    assert [each["title"] for each in page["data"]] == ["Autumn sale", "New in"]
    assert [each["sold"] for each in page["data"]] == [10 * 28, 6 * 28]
    for each, units in zip(page["data"], (70, 42), strict=True):
        assert float(each["expected"]) == pytest.approx(units, rel=0.05)
        assert float(each["low"]) <= float(each["expected"]) <= float(each["high"])
        assert float(each["coming"]) == pytest.approx(4 * units, rel=0.05)
    types = ask("/v1/demand?level=category").get_json()["data"]
    assert [(each["id"], each["title"], each["sold"]) for each in types] == [
        ("Bridles", "Bridles", 10 * 28), ("(none)", None, 28),
    ]  # fmt: skip


def test_groups_come_by_page_and_by_words(ask: Callable[[str], Any]) -> None:
    first = ask("/v1/demand?level=product&limit=2").get_json()
    rest = ask(f"/v1/demand?level=product&limit=2&cursor={first['next_cursor']}").get_json()
    assert {each["id"] for each in (*first["data"], *rest["data"])} == {"p1", "p2", "p3"}
    assert (first["total"], len(first["data"]), rest["next_cursor"]) == (3, 2, None)
    found = ask("/v1/demand?level=collection&q=SALE").get_json()
    assert [each["id"] for each in found["data"]] == ["c1"]
    refused = ask(f"/v1/demand?level=collection&cursor={'x' * 9}")
    assert refused.status_code == 422


def test_levels_agree_week_by_week(ask: Callable[[str], Any]) -> None:
    def expected(query: str) -> list[Decimal]:
        points = ask(f"/v1/forecast?{query}").get_json()["points"]
        return [Decimal(each["expected"]) for each in points if each["units"] is None]

    parts = {id_: expected(f"variant_id={id_}") for id_ in SOLD}
    whole_store = expected("")
    of_product = expected("product_id=p1")
    of_collection = expected("collection_id=c2")
    of_types = [expected("category=Bridles"), expected("category=(none)")]
    assert len(whole_store) == 12
    for week, total in enumerate(whole_store):
        near = pytest.approx
        assert of_product[week] == near(parts["v1"][week] + parts["v2"][week], abs=Decimal("0.001"))
        assert of_collection[week] == near(
            parts["v3"][week] + parts["v4"][week], abs=Decimal("0.001")
        )
        assert sum(each[week] for each in of_types) == near(total, abs=Decimal("0.001"))


def test_a_group_has_its_past_weeks_as_sold(ask: Callable[[str], Any]) -> None:
    answer = ask("/v1/forecast?collection_id=c1").get_json()
    assert (answer["level"], answer["subject_id"], answer["variant_id"]) == (
        "collection", "c1", None,
    )  # fmt: skip
    sold = [int(Decimal(each["units"])) for each in answer["points"] if each["units"] is not None]
    assert sold[-WEEKS + 2 :] == [70] * (WEEKS - 2)


def test_a_product_with_several_variants_comes_first_as_their_sum(
    ask: Callable[[str], Any],
) -> None:
    several = ask("/v1/products/p1").get_json()["forecasts"]
    assert [(each["level"], each["subject_id"]) for each in several] == [
        ("product", "p1"), ("variant", "v1"), ("variant", "v2"),
    ]  # fmt: skip
    assert [each["level"] for each in ask("/v1/products/p2").get_json()["forecasts"]] == ["variant"]


@pytest.mark.parametrize("query", ["product_id=no", "collection_id=no", "category=no"])
def test_what_the_store_does_not_have_is_not_found(ask: Callable[[str], Any], query: str) -> None:
    answer = ask(f"/v1/forecast?{query}")
    assert answer.status_code == 404
    assert "/v1/demand" in answer.get_json()["remedy"]


def test_one_subject_at_a_time(ask: Callable[[str], Any]) -> None:
    assert ask("/v1/forecast?product_id=p1&category=Bridles").status_code == 422
