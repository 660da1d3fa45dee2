"""A price test from the run that asks for it to the record that counts what it read.

The store is empty but for one article that sells much; its buyers answer to the price by a known
elasticity, a part of it a week late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from core.settings import Settings, read_settings
from orchestrator.core import ledger, measuring, price_testing
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from orchestrator.core.work import Work
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.decisions.price_tests import turn_weeks
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.price_tests import PriceTest, PriceTests
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)

ADMIN = "an-admin-token-for-tests-with-enough-characters"
SKU, PRICE, COST = "SALVE-1", Decimal("29.90"), Decimal("14.00")
HISTORY_WEEKS, USUAL = 40, 160
ANSWER, LATE = -2.4, 0.5
# The order of the prices is drawn by it: every run of this test has the same one.
TODAY = datetime(2026, 3, 4, 9, tzinfo=UTC)
RUN = "run_of_a_price_test"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, world=False) as running:
        one_article(running)
        yield running


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path) -> Settings:
    return read_settings(
        var_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'royal.db'}",
        sandbox_port=sandbox.port, royal_admin_token=ADMIN, given_secret_key="k" * 40,
    )  # fmt: skip


@pytest.fixture
def platform(settings: Settings) -> Iterator[Platform]:
    opened = bootstrap(settings)
    asyncio.run(opened.sync().run())
    asyncio.run(opened.refresh_clock())
    registry = get_agent_registry()
    registry.attach(opened)
    registry.register(Registration("inventory_pricing", "Inventory", "inventory_pricing", ()))
    yield opened
    opened.close()


def one_article(sandbox: Sandbox) -> None:
    """Forty weeks in which it sold between 150 and 170 a week at one price."""
    sandbox.state.set_clock(at=TODAY)
    with sandbox.state.write() as tx:
        now = tx.now
        for key, value in (("name", "Test Tack"), ("currency", "EUR"), ("timezone", "UTC"),
                           ("taxes_included", "1")):  # fmt: skip
            tx.set_meta(f"shop.{key}", value)
        long_ago = now - 400 * 86_400
        stamps = {"created_at": long_ago, "updated_at": long_ago}
        tx.insert("locations", [{"id": 1, "name": "Barn", "country_code": "NL", **stamps}])
        tx.insert("products", [{
            "id": 1, "title": "Hoof salve", "handle": "hoof-salve", "vendor": "Royal",
            "product_type": "Care", "tags": "", "published_at": long_ago, **stamps,
        }])  # fmt: skip
        tx.insert("variants", [{
            "id": 1, "product_id": 1, "inventory_item_id": 101, "sku": SKU,
            "price": int(PRICE * 10_000), "position": 1, **stamps,
        }])  # fmt: skip
        tx.insert("inventory_items", [{
            "id": 101, "variant_id": 1, "unit_cost": int(COST * 10_000), **stamps,
        }])  # fmt: skip
        tx.insert("inventory_levels", [{
            "item_id": 101, "location_id": 1, "available": 90_000, "on_hand": 90_000, **stamps,
        }])  # fmt: skip
    now = clock(sandbox)
    for week in range(HISTORY_WEEKS, 0, -1):
        sell(sandbox, now - week * timedelta(weeks=1), USUAL + 10 * (-1) ** week, PRICE)


def clock(sandbox: Sandbox) -> datetime:
    return datetime.fromisoformat(sandbox.control("clock")["now"])


def sell(sandbox: Sandbox, at: datetime, units: int, price: Decimal) -> None:
    line = {"sku": SKU, "quantity": units, "price": str(price)}
    sandbox.control("orders", {"create": {"lines": [line], "processed_at": at.isoformat()}})


def run_agent(platform: Platform) -> None:
    with writing(platform) as books:
        stored = books.policies.current(books.connection)
        policy = replace(
            stored.policy, shipping_cost_per_order=Decimal(0), return_cost_per_unit=Decimal(0)
        )
        books.policies.replace(
            books.connection, edited=stored.version, policy=policy, actor="ada", now=books.now
        )
        run_id, _ = start_run(
            books, "inventory_pricing", trigger="button", actor="ada", by_worker=False, run_id=RUN
        )
    assert run_id == RUN
    asyncio.run(carry_out(platform, RUN))


def found(platform: Platform, kind: str, status: str) -> list[Decision]:
    wanted = DecisionFilter(statuses=(status,), kind=kind)
    with reading(platform) as books:
        return list(books.decisions.page(books.connection, wanted, None, 100).items)


def executed(platform: Platform, decision_id: str) -> None:
    assert asyncio.run(execute(platform, hands_of(platform), decision_id)) == "executed"


def stored(platform: Platform, decision_id: str) -> PriceTest:
    with reading(platform) as books:
        test = PriceTests(books.store_id).get(books.connection, decision_id)
    assert test is not None
    return test


def live_through(platform: Platform, sandbox: Sandbox, test: PriceTest) -> None:
    """Every week: its turn is taken, its price is in force, and buyers answer to it."""
    before = 1.0
    for number, price in enumerate(test.weeks):
        if price_testing.waits(platform):
            price_testing.take_turns(platform)
        for each in found(platform, "price.set", "approved"):
            executed(platform, each.id)
        now = asyncio.run(hands_of(platform).price_reader.variant_price(test.variant_id))
        assert now is not None
        assert now.price.amount == Decimal(price), number
        ratio = float(Decimal(price) / PRICE)
        units = USUAL * (ratio ** (1 - LATE) * before**LATE) ** ANSWER * (1 + 0.02 * (number % 5))
        step(platform, sandbox, 3)
        sell(sandbox, clock(sandbox), round(units), Decimal(price))
        before = ratio
        step(platform, sandbox, 4)


def step(platform: Platform, sandbox: Sandbox, days: int) -> None:
    sandbox.control("step", {"days": days})
    asyncio.run(platform.refresh_clock())


def ask(settings: Settings, tmp_path: Path, address: str) -> Any:
    (tmp_path / "dist").mkdir(exist_ok=True)
    application = create_app(settings, built=tmp_path / "dist")
    answer = application.test_client().get(address, headers={"Authorization": f"Bearer {ADMIN}"})
    application.extensions["royal.platform"].close()
    assert answer.status_code == 200
    return answer.json


def test_a_run_asks_a_person_approves_and_what_was_read_counts_in_the_record(
    platform: Platform, sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    run_agent(platform)
    (asked,) = found(platform, "price.test", "proposed")
    ledger.approve(platform, asked.id, asked.argument_hash, "ada")
    executed(platform, asked.id)
    test = stored(platform, asked.id)
    assert test.weeks == asked.proposal.arguments["weeks"]
    assert turn_weeks(test.weeks) == 2
    assert measuring.open_effects(platform) == 1
    with reading(platform) as books:
        today = books.clock.local_day(books.now)
    step(platform, sandbox, (test.first_day - today).days)

    live_through(platform, sandbox, test)
    price_testing.take_turns(platform)
    for each in found(platform, "price.set", "approved"):
        executed(platform, each.id)
    step(platform, sandbox, 1)
    assert measuring.waits(platform)
    assert asyncio.run(Work(platform).measure_effects(platform.store_id)) == 1

    page = ask(settings, tmp_path, "/v1/effects?kind=price.test")
    (effect,) = page["data"]
    assert (effect["status"], effect["method"]) == ("known", "switchback")
    assert effect["unit"] == "percent per percent"
    realised = {name: float(effect["realised"][name]) for name in ("low", "point", "high")}
    assert realised["low"] <= ANSWER <= realised["high"]
    assert abs(realised["point"] - ANSWER) < 0.5
    assert effect["first_day"] == test.first_day.isoformat()
    (record,) = [
        each
        for each in ask(settings, tmp_path, "/v1/effects/records")["data"]
        if each["kind"] == "price.test"
    ]
    assert (record["known"], record["pending"], record["calibration"]["measured"]) == (1, 0, 1)
    assert (record["pooled"], record["recommended"]) == (None, None)
    assert [each["name"] for each in record["conditions"]] == ["measured", "coverage", "rules"]
    changes = found(platform, "price.set", "executed")
    assert all(each.proposal.arguments["test_of"] == asked.id for each in changes)
    assert len(changes) >= len(test.weeks) // (2 * turn_weeks(test.weeks))
