"""From an executed decision to its measured effect and the record it makes, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert, update

from core.errors import Conflict
from core.events.verify import verify
from orchestrator.core import ledger, measuring, records
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from royal_platform.commerce.decisions.model import Autonomy, Prediction, Proposal
from royal_platform.persistence.effects import Effects, StoredEffect
from royal_platform.persistence.tables.catalog import (
    inventory_snapshots,
    price_observations,
    products,
    variants,
)
from royal_platform.persistence.tables.effects import effects
from royal_platform.persistence.tables.orders import daily_variant_sales
from tests.integration.orchestrator.conftest import make_house, stand_at

NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)  # a Wednesday
TODAY = date(2026, 6, 3)
OTHERS = 45
PREDICTION = Prediction(
    "contribution_gain", "EUR", Decimal(40), Decimal(10), Decimal(80), horizon_days=28
)


@pytest.fixture
def shop(migrated_url: str) -> Iterator[Any]:
    """A store in its own time whose variants sell alike; v1 to v5 are the ones to be repriced."""
    for house in make_house(migrated_url):
        stand_at(house, NOW)
        rng = np.random.default_rng(1)
        ids = [f"v{n}" for n in range(1, 6)] + [f"o{n}" for n in range(OTHERS)]
        with house.database.write() as transaction:
            connection = transaction.connection
            connection.execute(insert(products), [product(each) for each in ids])
            connection.execute(insert(variants), [variant(each) for each in ids[5:]])
            connection.execute(
                insert(daily_variant_sales),
                [row for each in ids for row in sales(rng, each, -210, 0, 2.0, "100.00")],
            )
        yield house


def product(variant_id: str) -> dict[str, Any]:
    return {
        "store_id": "s1", "id": f"p-{variant_id}", "title": variant_id, "handle": variant_id,
        "status": "active", "product_type": "Saddles", "tags": [], "search": variant_id,
        "updated_at": NOW,
    }  # fmt: skip


def variant(variant_id: str) -> dict[str, Any]:
    return {
        "store_id": "s1", "id": variant_id, "product_id": f"p-{variant_id}", "title": variant_id,
        "position": 1, "price": Decimal("100.00"), "currency": "EUR",
        "unit_cost": Decimal("20.00"), "tracked": True, "updated_at": NOW,
        "inventory_item_id": f"i-{variant_id}",
    }  # fmt: skip


def sales(rng: Any, variant_id: str, since: int, until: int, level: float, price: str) -> Any:
    """Rows of the days from ``since`` to ``until`` after today, the last one not included."""
    for day in range(since, until):
        units = int(rng.poisson(level))
        if units:
            paid = Decimal(price) * units
            yield {
                "store_id": "s1", "day": TODAY + timedelta(days=day), "variant_id": variant_id,
                "units": units, "gross": paid, "revenue": paid, "returned_units": 0,
                "returned": Decimal(0), "tax": Decimal(0), "currency": "EUR",
            }  # fmt: skip


def days_later(house: Any, days: float, level: float = 2.0, price: str = "105.00") -> None:
    """Live through ``days``: v1 to v5 at ``level`` units a day, the others as ever."""
    rng = np.random.default_rng(2)
    with house.database.write() as transaction:
        rows: list[Any] = []
        for number in range(1, 6):
            rows += sales(rng, f"v{number}", 1, int(days), level, price)
        for number in range(OTHERS):
            rows += sales(rng, f"o{number}", 0, int(days), 2.0, "100.00")
        transaction.connection.execute(insert(daily_variant_sales), rows)
    stand_at(house, NOW + timedelta(days=days))


def proposal(house: Any, variant_id: str = "v1", **changed: Any) -> Proposal:
    values: dict[str, Any] = {
        "prediction": PREDICTION,
        "precondition": {"price": "100.00", "unit_cost": "20.00"},
        "expires_at": NOW + timedelta(days=400),
    }
    return house.price(variant_id, **{**values, **changed})


@pytest.fixture(autouse=True)
def costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The live store in memory tells no unit cost; these decisions rest on one."""
    from orchestrator.core import actions as kinds

    told = kinds._price_facts
    monkeypatch.setattr(kinds, "_price_facts", lambda found: {**told(found), "unit_cost": "20.00"})


def done(house: Any, *proposals: Proposal) -> list[str]:
    """Propose, approve and execute; their ids."""
    ids = ledger.propose(house, list(proposals))
    for each in ids:
        ledger.approve(house, each, house.decision(each).argument_hash, "ada")
        assert asyncio.run(execute(house, house.hands, each)) == "executed"
    measuring.open_effects(house)
    return ids


def effect_of(house: Any, decision_id: str) -> StoredEffect:
    with house.database.read() as connection:
        found = Effects(house.store_id).get(connection, decision_id)
    assert found is not None
    return found


def measured(house: Any) -> int:
    measuring.open_effects(house)
    return measuring.measure_due(house)


def test_an_executed_price_is_not_yet_known_until_its_days_are_over_and_then_measured(
    shop: Any,
) -> None:
    (decision,) = done(shop, proposal(shop))
    effect = effect_of(shop, decision)
    assert (effect.status, effect.first_day, effect.last_day) == (
        "pending", date(2026, 6, 4), date(2026, 7, 1),
    )  # fmt: skip
    # One day to settle, then the first moment of the next in the store's own zone.
    assert effect.due_at == datetime(2026, 7, 2, 22, 0, tzinfo=UTC)
    days_later(shop, 28)
    assert measured(shop) == 0
    assert effect_of(shop, decision).status == "pending"
    stand_at(shop, NOW + timedelta(days=30))
    assert measured(shop) == 1
    effect = effect_of(shop, decision)
    assert (effect.status, shop.status(decision)) == ("known", "measured")
    assert effect.low < effect.estimate < effect.high
    # Sold as before at 5 more each: about 28 x 2 x 5, give or take the luck of a month.
    assert effect.low < 280 < effect.high
    assert effect.sample["compared_with"] == OTHERS
    (told,) = shop.events("decision.measured")
    assert told.payload["decision_id"] == decision
    assert Decimal(told.payload["estimate"]) == effect.estimate
    with shop.database.read() as connection:
        assert verify(connection, shop.store_id).ok


def test_measuring_again_changes_nothing(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    days_later(shop, 31)
    assert measured(shop) == 1
    before = effect_of(shop, decision)
    assert measured(shop) == 0
    assert effect_of(shop, decision) == before
    assert len(shop.events("decision.measured")) == 1
    assert len(shop.events("effect.opened")) == 1
    assert not measuring.waits(shop)


def test_an_outcome_computed_twice_at_once_is_settled_once(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker measures between this one's computing and settling."""
    done(shop, proposal(shop))
    days_later(shop, 31)
    compute = measuring._prices

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(measuring, "_prices", compute)
        assert measuring.measure_due(shop) == 1
        return compute(*given)

    monkeypatch.setattr(measuring, "_prices", overtaken)
    assert measuring.measure_due(shop) == 0
    assert len(shop.events("decision.measured")) == 1


def test_a_crash_between_computing_and_settling_loses_nothing(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    (decision,) = done(shop, proposal(shop))
    days_later(shop, 31)
    with monkeypatch.context() as dying:

        def die(*_: Any) -> bool:
            raise Crash

        dying.setattr(measuring, "review", die)
        with pytest.raises(Crash):
            measuring.measure_due(shop)
    assert effect_of(shop, decision).status == "pending"
    assert shop.events("decision.measured") == []
    assert measured(shop) == 1


def test_an_error_of_our_own_is_met_once_a_day_not_every_few_seconds(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    days_later(shop, 31)
    assert measuring.waits(shop)
    assert measuring.put_off(shop) == 1
    assert not measuring.waits(shop)
    stand_at(shop, NOW + timedelta(days=32))
    assert measured(shop) == 1
    assert effect_of(shop, decision).status == "known"


def test_one_that_was_undone_is_measured_on_the_days_it_was_in_force(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    days_later(shop, 12)
    undo = ledger.revert(shop, decision, "ada")
    assert asyncio.run(execute(shop, shop.hands, undo.id)) == "executed"
    measuring.open_effects(shop)
    effect = effect_of(shop, decision)
    assert (effect.cut, effect.last_day) == ("reverted", date(2026, 6, 14))
    assert effect.predicted == Decimal("15.7143")
    stand_at(shop, NOW + timedelta(days=14))
    assert measured(shop) == 1
    assert (effect_of(shop, decision).status, shop.status(decision)) == ("known", "reverted")


def test_one_undone_within_a_week_can_never_be_known_and_says_so(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    days_later(shop, 3)
    undo = ledger.revert(shop, decision, "ada")
    asyncio.run(execute(shop, shop.hands, undo.id))
    measuring.open_effects(shop)
    stand_at(shop, NOW + timedelta(days=5))
    assert measured(shop) == 1
    effect = effect_of(shop, decision)
    assert (effect.status, effect.reason) == ("never", "reverted")
    assert "7 are needed" in (effect.detail or "")


def test_an_undo_that_fails_leaves_a_measured_decision_measured(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    days_later(shop, 31)
    measured(shop)
    undo = ledger.revert(shop, decision, "ada")
    shop.live.prices["v1"] = Decimal("99.00")
    assert asyncio.run(execute(shop, shop.hands, undo.id)) == "conflicted"
    assert shop.status(decision) == "measured"


def test_a_newer_change_ends_the_days_of_the_older_one(shop: Any) -> None:
    (older,) = done(shop, proposal(shop))
    days_later(shop, 20)
    change = {"precondition": {"price": "105.00", "unit_cost": "20.00"}, "to": "109.00"}
    (newer,) = done(shop, proposal(shop, run="r2", **change))
    effect = effect_of(shop, older)
    assert (effect.cut, effect.last_day) == ("changed_again", date(2026, 6, 22))
    assert effect_of(shop, newer).first_day == date(2026, 6, 24)


def test_a_price_that_somebody_else_changed_is_measured_until_then(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    with shop.database.write() as transaction:
        transaction.connection.execute(
            insert(price_observations).values(
                store_id="s1", variant_id="v1", at=NOW + timedelta(days=15),
                price=Decimal("90.00"), currency="EUR",
            )
        )  # fmt: skip
    days_later(shop, 31)
    assert measured(shop) == 1
    effect = effect_of(shop, decision)
    assert (effect.status, effect.cut, effect.last_day) == (
        "known", "changed_again", date(2026, 6, 17),
    )  # fmt: skip


def test_a_reorder_is_measured_by_the_goods_that_were_sold_beyond_the_stock(shop: Any) -> None:
    told = Prediction("lost_sales_avoided", "units", Decimal(20), Decimal(5), Decimal(40), 28)
    order = shop.reorder(
        "v2", 50, precondition={"on_order": 0}, prediction=told,
        expires_at=NOW + timedelta(days=400),
    )  # fmt: skip
    (decision,) = done(shop, order)
    count(shop, 0, 10)
    days_later(shop, 31)
    with shop.database.read() as connection:
        from royal_platform.persistence.sight import sold_between

        days = (TODAY + timedelta(days=1), TODAY + timedelta(days=29))
        sold, _ = sold_between(connection, "s1", "v2", days)
    count(shop, 29, 10 + 50 - sold)
    assert measured(shop) == 1
    effect = effect_of(shop, decision)
    assert (effect.status, effect.unit) == ("known", "units")
    assert effect.estimate == min(sold - 10, 50)


def test_a_reorder_whose_stock_was_not_counted_is_looked_at_again_and_then_given_up(
    shop: Any,
) -> None:
    told = Prediction("lost_sales_avoided", "units", Decimal(20), Decimal(5), Decimal(40), 28)
    order = shop.reorder(
        "v2", 50, precondition={"on_order": 0}, prediction=told,
        expires_at=NOW + timedelta(days=400),
    )  # fmt: skip
    (decision,) = done(shop, order)
    count(shop, 0, 10)
    days_later(shop, 31)
    assert measured(shop) == 0
    assert effect_of(shop, decision).due_at == NOW + timedelta(days=32)
    assert not measuring.waits(shop)
    stand_at(shop, NOW + timedelta(days=60))
    assert measured(shop) == 1
    assert effect_of(shop, decision).reason == "not_counted"


def count(house: Any, day: int, available: int) -> None:
    with house.database.write() as transaction:
        transaction.connection.execute(
            insert(inventory_snapshots).values(
                store_id="s1", day=TODAY + timedelta(days=day), variant_id="v2",
                available=available,
            )
        )  # fmt: skip


# -- the record


def with_record(house: Any, number: int, estimate: str, inside: int) -> None:
    """``number`` measured price changes like the first one, ``inside`` of them as predicted."""
    (decision,) = done(house, proposal(house))
    with house.database.write() as transaction:
        connection = transaction.connection
        connection.execute(update(effects).values(
            status="known", measured_at=NOW + timedelta(days=1), estimate=Decimal(estimate),
            low=Decimal(0), high=Decimal(0), sd=2.0, shared_sd=0.0, scale=100.0,
        ))  # fmt: skip
        row = dict(connection.execute(effects.select()).one()._mapping)
        from royal_platform.persistence.tables.decisions import decisions

        first = dict(connection.execute(
            decisions.select().where(decisions.c.id == decision)
        ).one()._mapping)  # fmt: skip
        for n in range(1, number):
            connection.execute(insert(decisions).values({
                **first, "id": f"d{n}", "proposal_key": f"k{n}", "subject_id": f"x{n}",
            }))  # fmt: skip
            outcome = Decimal(estimate) if n < inside else Decimal(estimate) + 500
            connection.execute(insert(effects).values({
                **row, "decision_id": f"d{n}", "subject_id": f"x{n}", "estimate": outcome,
            }))  # fmt: skip
    stand_at(house, NOW + timedelta(days=2))


def set_level(house: Any, level: Autonomy, at: datetime) -> None:
    with writing(house) as books:
        books.policies.set_autonomy(
            books.connection, agent_id="inventory_pricing", kind="price.set", level=level,
            actor="ada", now=at,
        )  # fmt: skip


def record_of(house: Any) -> records.AgentRecord:
    (found,) = [r for r in records.records(house, "inventory_pricing") if r.kind == "price.set"]
    return found


def test_a_good_record_is_recommended_and_only_a_person_promotes(shop: Any) -> None:
    with_record(shop, 20, "40", inside=16)
    found = record_of(shop)
    assert found.record.recommended is Autonomy.AUTO
    assert records.review_all(shop) == 0
    assert record_of(shop).level is Autonomy.PROPOSE


def test_a_record_of_harm_takes_acting_alone_away_and_says_why(shop: Any) -> None:
    with_record(shop, 10, "-40", inside=10)
    set_level(shop, Autonomy.AUTO, NOW)
    assert records.review_all(shop) == 1
    found = record_of(shop)
    assert (found.level, found.changed_by) == (Autonomy.PROPOSE, "record")
    assert "did harm" in (found.why or "")
    (event,) = shop.events("agent.demoted")
    assert event.payload["reason"] == found.why
    # A person who knows better decides again; the same old effects do not overrule them.
    set_level(shop, Autonomy.AUTO, NOW + timedelta(days=2))
    assert records.review_all(shop) == 0
    assert record_of(shop).why is None


def test_a_proposal_beyond_the_policy_counts_against_the_agent(shop: Any) -> None:
    set_level(shop, Autonomy.AUTO, NOW - timedelta(days=1))
    ledger.propose(shop, [proposal(shop, to="190.00")])
    with reading(shop):
        assert record_of(shop).record.rules_broken == 1
    assert records.review_all(shop) == 1
    assert "denied 1" in (record_of(shop).why or "")


def test_two_days_of_one_decision_cannot_be_approved_twice(shop: Any) -> None:
    (decision,) = done(shop, proposal(shop))
    days_later(shop, 31)
    measured(shop)
    with pytest.raises(Conflict, match="measured already"):
        ledger.approve(shop, decision, shop.decision(decision).argument_hash, "ada")
