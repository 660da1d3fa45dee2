"""A price test in a sandbox store whose clock goes on by weeks: turns, end, reading, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from core.settings import read_settings
from orchestrator.core import ledger, measuring, price_testing
from orchestrator.core.books import reading
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.gate import gate_state
from orchestrator.core.work import Work
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import (
    Decision,
    Inverse,
    Prediction,
    Proposal,
    Risk,
    Subject,
)
from royal_platform.commerce.pricing.trial import assignment
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.effects import Effects
from royal_platform.persistence.price_tests import PriceTest, PriceTests
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)
DAY = timedelta(days=1)
BELIEVED = Prediction(
    "elasticity", "percent per percent", Decimal("-1.8"), Decimal("-2.6"), Decimal("-1.1"), 56
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, history_days=30) as running:
        yield running


@pytest.fixture
def platform(sandbox: Sandbox, tmp_path: Path) -> Iterator[Platform]:
    (tmp_path / "sandbox").mkdir(exist_ok=True)
    credentials = (sandbox.folder / "credentials.json").read_bytes()
    (tmp_path / "sandbox" / "credentials.json").write_bytes(credentials)
    database = f"sqlite:///{tmp_path / 'royal.db'}"
    opened = bootstrap(
        read_settings(var_dir=tmp_path, database_url=database, sandbox_port=sandbox.port)
    )
    asyncio.run(opened.sync().run())
    asyncio.run(opened.refresh_clock())
    yield opened
    opened.close()


def approve(platform: Platform, decision_id: str) -> None:
    with reading(platform) as books:
        decision = books.decisions.get(books.connection, decision_id)
    assert decision.status.value == "proposed", decision.verdict
    ledger.approve(platform, decision_id, decision.argument_hash, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), decision_id)) == "executed"


def price_of(platform: Platform, variant: str) -> Decimal:
    found = asyncio.run(hands_of(platform).price_reader.variant_price(variant))
    assert found is not None
    return found.price.amount


def approved_prices(platform: Platform) -> list[Decision]:
    wanted = DecisionFilter(statuses=("approved",), kind="price.set")
    with reading(platform) as books:
        return list(books.decisions.page(books.connection, wanted, None, 10).items)


def carry_out(platform: Platform) -> None:
    """What the worker does at a moment: take turns, and execute what was let through."""
    if price_testing.waits(platform):
        price_testing.take_turns(platform)
    for each in approved_prices(platform):
        assert asyncio.run(execute(platform, hands_of(platform), each.id)) == "executed"


def step(platform: Platform, sandbox: Sandbox, days: int) -> None:
    sandbox.control("step", {"days": days})
    asyncio.run(platform.refresh_clock())


def stored(platform: Platform, decision_id: str) -> PriceTest:
    with reading(platform) as books:
        found = PriceTests(platform.store_id).get(books.connection, decision_id)
    assert found is not None
    return found


def begin(platform: Platform, nth: int) -> str:
    """A test of one of the variants, as the agent would propose it, approved."""
    decision_id = ask(platform, nth)
    approve(platform, decision_id)
    return decision_id


def ask(platform: Platform, nth: int) -> str:
    """The same, not approved yet."""
    fit = [
        each
        for each in platform.catalog.variants()
        if each.unit_cost and each.compare_at is None
        and each.price.amount > max(20, 2 * each.unit_cost.amount)
    ]  # fmt: skip
    variant = sorted(fit, key=lambda each: each.id)[nth]
    with reading(platform) as books:
        now = books.now
    price = variant.price.amount
    prices = [format(price, "f"), format(price + Decimal("0.50"), "f")]
    assert variant.unit_cost is not None
    proposal = Proposal(
        agent_id="inventory_pricing", kind="price.test",
        subject=Subject("variant", variant.id, variant.title),
        arguments={
            "product_id": variant.product_id, "variant_id": variant.id,
            "currency": variant.price.currency, "prices": prices,
            "weeks": [prices[arm] for arm in assignment("seed", 2, 4, 1)],
        },
        precondition={
            "test": None, "price": prices[0], "unit_cost": format(variant.unit_cost.amount, "f"),
        },
        evidence=(), rationale="To learn.", prediction=BELIEVED, risk=Risk(0.1), cost=None,
        money_at_stake=None, inverse=Inverse(None, None, "-"), expires_at=now + timedelta(days=1),
    )  # fmt: skip
    (decision_id,) = ledger.propose(platform, [proposal])
    return decision_id


def a_second_test_is_refused(platform: Platform, running: str) -> None:
    second = ask(platform, 0)
    with reading(platform) as books:
        refused = books.decisions.get(books.connection, second)
        first = books.decisions.get(books.connection, running)
        again = gate_state(books, first.proposal, decision_id=first.id)
    assert (refused.status.value, refused.proposal.subject) == ("rejected", first.proposal.subject)
    assert "test.running" in {hit.rule for hit in refused.verdict.hits}
    assert not again.in_test, "its own test does not stand in its way when it is tried again"


def test_prices_take_turns_by_week_are_put_back_and_read(
    platform: Platform, sandbox: Sandbox
) -> None:
    whole, stopped = begin(platform, 0), begin(platform, 1)
    test, other = stored(platform, whole), stored(platform, stopped)
    assert test.variant_id != other.variant_id
    assert test.first_day.weekday() == 0
    a_second_test_is_refused(platform, whole)
    assert not price_testing.waits(platform)
    with reading(platform) as books:
        today = books.clock.local_day(books.now)
    step(platform, sandbox, (test.first_day - today).days)
    for week, price in enumerate(test.weeks):
        carry_out(platform)
        assert price_of(platform, test.variant_id) == Decimal(price), week
        assert stored(platform, whole).begun == week + 1
        if week == 1:
            assert price_of(platform, other.variant_id) == Decimal(other.weeks[1])
            undo_and_see_the_price_back(platform, stopped)
        step(platform, sandbox, 7)
    carry_out(platform)
    assert price_of(platform, test.variant_id) == test.before
    assert stored(platform, whole).status == "settling"
    assert not price_testing.waits(platform)
    step(platform, sandbox, 2)
    assert measuring.waits(platform)
    assert asyncio.run(Work(platform).measure_effects(platform.store_id)) >= 1
    read = stored(platform, whole)
    with reading(platform) as books:
        decision = books.decisions.get(books.connection, whole)
    # Whether so few weeks of a small store say something is the draw's; both ends are right.
    if read.status == "known":
        assert read.result is not None
        assert read.result["low"] <= read.result["point"] <= read.result["high"]
        assert decision.status.value == "measured"
    else:
        assert (read.status, decision.status.value) == ("never", "executed")
        assert read.reason in {"too_wide", "few_blocks", "nothing_sold"}
    assert stored(platform, stopped).status == "never"
    with reading(platform) as books:
        effect, cut = (
            Effects(books.store_id).get(books.connection, each) for each in (whole, stopped)
        )
    assert effect is not None
    assert cut is not None
    counts = read.result is not None and not read.result["remembers"]
    assert (effect.status, effect.cut) == ("known" if counts else "never", None)
    assert (effect.first_day, effect.last_day) == (test.first_day, test.monday(8) - DAY)
    # Undone in its second week its days end, and what buyers answer is not in proportion to them.
    assert (cut.status, cut.cut, cut.last_day) == ("never", "reverted", other.monday(1) - DAY)
    assert cut.predicted == BELIEVED.point


def undo_and_see_the_price_back(platform: Platform, decision_id: str) -> None:
    undo = ledger.revert(platform, decision_id, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "executed"
    carry_out(platform)
    ended = stored(platform, decision_id)
    assert price_of(platform, ended.variant_id) == ended.before
    assert (ended.status, ended.reason) == ("settling", "stopped")
