"""Price tests as the page reads them: each week and what became of it, lost ones told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update

from orchestrator.core import ledger, measuring, price_test_reading, price_testing
from orchestrator.core.books import reading, writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.model import (
    Inverse,
    Policy,
    Prediction,
    Proposal,
    Risk,
    Status,
    Subject,
)
from royal_platform.persistence.price_tests import KNOWN, RUNNING, SETTLING, PriceTest, PriceTests
from royal_platform.persistence.tables import catalog, orders
from royal_platform.persistence.tables.decisions import decisions
from tests.integration.doors import shop

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}
PRICES = ["60.00", "62.00"]
WEEKS = ["60.00", "62.00", "60.00", "62.00"]


def begun(platform: Platform, number: int, *, weeks_ago: int, **values: Any) -> PriceTest:
    """A test of a shelf whose first Monday is so many weeks back, every turn until then taken."""
    with reading(platform) as books:
        now, today = books.now, books.clock.local_day(books.now)
        monday = today - timedelta(days=today.weekday(), weeks=weeks_ago)
        starts = [books.clock.day_start(monday + timedelta(weeks=week)) for week in range(5)]
    proposal = Proposal(
        agent_id="inventory_pricing", kind="price.test",
        subject=Subject("variant", shop.variant_id(number), shop.title(number)),
        arguments={"product_id": shop.product_id(number), "currency": "EUR", "prices": PRICES,
                   "weeks": WEEKS},
        precondition={"test": None, "price": "60.00", "unit_cost": "20.00"}, evidence=(),
        rationale="To learn.",
        prediction=Prediction("elasticity", "percent per percent", Decimal("-1.8"),
                              Decimal("-2.6"), Decimal("-1.1"), 28),
        risk=Risk(0.1), cost=None, money_at_stake=None, inverse=Inverse(None, None, "-"),
        expires_at=now + timedelta(days=1),
    )  # fmt: skip
    (decision_id,) = ledger.propose(platform, [proposal])
    test = PriceTest(
        decision_id=decision_id, variant_id=proposal.subject.id,
        product_id=shop.product_id(number), title=proposal.subject.title, currency="EUR",
        prices=PRICES, weeks=WEEKS, first_day=monday, status=RUNNING, begun=weeks_ago,
        due_at=starts[weeks_ago], started_at=starts[0] - timedelta(days=number),
    )  # fmt: skip
    with writing(platform) as books:
        for seen in (Status.PROPOSED, Status.EXECUTED):
            to = Status.EXECUTED if seen is Status.PROPOSED else Status.MEASURED
            if seen is Status.PROPOSED or values:
                books.decisions.move(books.connection, decision_id, seen=seen, to=to)
        PriceTests(books.store_id).begin(books.connection, replace(test, **values))
    return test


def seen(platform: Platform, test: PriceTest, prices: Mapping[datetime, str]) -> None:
    """Prices of the test's variant, by when they were seen to begin; the last is in force."""
    with writing(platform) as books:
        for at, price in prices.items():
            row = {"store_id": books.store_id, "variant_id": test.variant_id, "at": at,
                   "price": Decimal(price), "currency": "EUR"}  # fmt: skip
            books.connection.execute(insert(catalog.price_observations).values(row))
            books.connection.execute(
                update(catalog.variants)
                .where(catalog.variants.c.id == test.variant_id)
                .values(price=Decimal(price))
            )


def sold(platform: Platform, test: PriceTest, days: Mapping[date, int]) -> None:
    with writing(platform) as books:
        for day, units in days.items():
            row = shop.whole(
                orders.daily_variant_sales, store_id=books.store_id, currency="EUR", day=day,
                variant_id=test.variant_id, units=units,
            )  # fmt: skip
            books.connection.execute(insert(orders.daily_variant_sales).values(row))


def test_each_week_tells_what_became_of_it_and_a_denied_one_is_not_lost(
    application: Any, platform: Platform
) -> None:
    shop.fill(platform)
    test = begun(platform, 2, weeks_ago=2)
    noon = timedelta(hours=12)
    with reading(platform) as books:
        first, second = (books.clock.day_start(test.monday(n)) + noon for n in range(2))
    seen(platform, test, {first - timedelta(days=30): "60.00", second: "62.00"})
    sold(platform, test, {test.monday(0): 3, test.monday(1) - timedelta(days=1): 4,
                          test.monday(1): 5})  # fmt: skip
    with writing(platform) as books:
        books.policies.replace(
            books.connection, edited=0, policy=replace(Policy(), actions_per_day=0), actor="ada",
            now=books.now,
        )  # fmt: skip
    assert price_testing.take_turns(platform) == 1

    answer = application.test_client().get("/v1/price-tests", headers=ADMIN)
    assert answer.status_code == 200
    (shown,) = answer.json["data"]
    assert answer.json["provenance"]["as_of"]
    assert [week["state"] for week in shown["weeks"]] == ["held", "held", "denied", "coming"]
    assert [week["units"] for week in shown["weeks"]] == [7, 5, 0, None]
    lost = shown["weeks"][2]
    assert (lost["price"], lost["in_force"], lost["is_over"]) == ("60.00", "62.00", False)
    assert lost["setting"]["status"] == "rejected"
    assert "allowance" in lost["setting"]["why"]
    assert shown["by_price"] == [
        {"price": "60.00", "weeks": 1, "units": 7}, {"price": "62.00", "weeks": 1, "units": 5},
    ]  # fmt: skip
    assert (shown["status"], shown["may_end"], shown["reading"]) == ("running", True, None)
    assert shown["due_day"] == (test.monday(4) + timedelta(days=1)).isoformat()
    assert shown["predicted"] == {"point": "-1.80", "low": "-2.60", "high": "-1.10"}


def test_tests_come_by_pages_with_what_was_read_and_no_weeks_beyond_their_end(
    application: Any, platform: Platform
) -> None:
    shop.fill(platform)
    result = {"point": -1.2, "low": -2.0, "high": -0.5, "sd": 0.6, "carried": 0.04,
              "remembers": True, "blocks": 2, "units": 90}  # fmt: skip
    begun(platform, 2, weeks_ago=0, due_at=shop.NOW + timedelta(days=1))
    begun(
        platform, 3, weeks_ago=2, status=KNOWN, result=result, reason="stopped",
        ended_at=shop.NOW - timedelta(days=7),
    )  # fmt: skip
    ask = application.test_client().get
    page = ask("/v1/price-tests?limit=1", headers=ADMIN).json
    assert (page["total"], page["data"][0]["status"]) == (2, "waiting")
    rest = ask(f"/v1/price-tests?limit=1&cursor={page['next_cursor']}", headers=ADMIN).json
    (known,) = rest["data"]
    assert (known["status"], known["reason"], known["may_end"]) == ("known", "stopped", False)
    assert known["reading"]["elasticity"] == {"point": "-1.20", "low": "-2.00", "high": "-0.50"}
    assert (known["reading"]["carried"], known["reading"]["remembers"]) == (0.04, True)
    assert [week["state"] for week in known["weeks"]][2:] == ["ended", "ended"]
    assert rest["next_cursor"] is None


def test_a_week_in_which_a_test_was_ended_is_not_read_as_a_whole_one(platform: Platform) -> None:
    shop.fill(platform)
    test = begun(platform, 4, weeks_ago=1)
    with writing(platform) as books:
        starts = [books.clock.day_start(test.monday(week)) for week in range(2)]
        running = PriceTests(books.store_id).get(books.connection, test.decision_id)
        assert running is not None
        # The price before the test is also the one drawn for the week in which a person ends it.
        PriceTests(books.store_id).move(
            books.connection, running, weeks=["62.00", "60.00"] * 2, begun=2, status=SETTLING,
            reason="stopped", ended_at=starts[1], due_at=starts[1],
        )  # fmt: skip
    seen(platform, test, {starts[0]: "62.00", starts[1]: "60.00"})
    sold(platform, test, {test.monday(0): 30, test.monday(1): 4})
    price_test_reading.read_due(platform)
    with reading(platform) as books:
        read = PriceTests(books.store_id).get(books.connection, test.decision_id)
    assert read is not None
    assert (read.status, read.reason) == ("never", "stopped")
    assert read.detail == "None of 0 blocks of weeks went as drawn."


def test_a_reading_is_an_effect_only_where_the_price_before_has_no_part_in_it(
    application: Any, platform: Platform
) -> None:
    """Also of tests that were read before effects of tests were kept."""
    shop.fill(platform)
    result = {"point": -1.2, "low": -2.0, "high": -0.5, "sd": 0.6, "carried": 0.4,
              "remembers": False, "blocks": 2, "units": 90}  # fmt: skip
    over = {"status": KNOWN, "ended_at": shop.NOW - timedelta(days=7)}
    plain = begun(platform, 2, weeks_ago=4, result=result, **over)
    carried = {**result, "carried": 0.04, "remembers": True}
    kept = begun(platform, 3, weeks_ago=4, result=carried, **over)
    executed = {"executed_at": shop.NOW - timedelta(days=40)}
    with writing(platform) as books:
        books.connection.execute(update(decisions).values(**executed))
    assert measuring.open_effects(platform) == 2
    assert not measuring.waits(platform)
    page = application.test_client().get("/v1/effects", headers=ADMIN).json["data"]
    shown = {each["decision_id"]: each for each in page}
    known, never = shown[plain.decision_id], shown[kept.decision_id]
    assert (known["status"], known["method"], known["inside"]) == ("known", "switchback", True)
    assert known["realised"] == {"point": "-1.20", "low": "-2.00", "high": "-0.50"}
    assert (never["status"], never["reason"], never["realised"]) == ("never", "carries_over", None)
    assert "turn before" in never["detail"]
