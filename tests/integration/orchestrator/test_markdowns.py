"""A markdown writes both prices, and its undo restores both to the digit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from orchestrator.core import ledger
from orchestrator.core.books import reading
from orchestrator.core.execution import execute
from royal_platform.persistence.tables.catalog import price_observations, variants

pytestmark = pytest.mark.timeout(60)


def seen(house, variant, days_ago, price):
    row = {
        "store_id": house.store_id, "variant_id": variant, "price": Decimal(price),
        "currency": "EUR", "at": datetime.now(UTC) - timedelta(days=days_ago),
    }  # fmt: skip
    with house.database.write() as transaction:
        transaction.connection.execute(insert(price_observations), [row])


def markdown(house, to="92.00", crossed="100.00"):
    before = house.live.crossed_out.get("v1")
    return house.price(
        to=to, kind="price.markdown",
        arguments={"price": to, "compare_at": crossed, "currency": "EUR", "product_id": "p-v1"},
        precondition={"price": "100.00", "compare_at": None if before is None else str(before)},
    )  # fmt: skip


def carried_out(house, proposal):
    decision_id = ledger.propose(house, [proposal])[0]
    ledger.approve(house, decision_id, proposal.argument_hash, "ada")
    assert asyncio.run(execute(house, house.hands, decision_id)) == "executed"
    return decision_id


def mirrored(house):
    with reading(house) as books:
        return (
            books.connection.execute(variants.select().where(variants.c.id == "v1")).one()._mapping
        )


@pytest.mark.parametrize("before", [None, "100.00"])
def test_both_prices_are_written_and_both_are_restored(house, before):
    seen(house, "v1", 40, "100.00")
    if before is not None:
        house.live.crossed_out["v1"] = Decimal(before)
    decision_id = carried_out(house, markdown(house))
    assert house.live.prices["v1"] == Decimal("92.00")
    assert house.live.crossed_out["v1"] == Decimal("100.00")
    assert (mirrored(house)["price"], mirrored(house)["compare_at"]) == (92, 100)
    undo = ledger.revert(house, decision_id, "ada")
    assert asyncio.run(execute(house, house.hands, undo.id)) == "executed"
    assert str(house.live.prices["v1"]) == "100.00"
    after = house.live.crossed_out.get("v1")
    assert (None if after is None else str(after)) == before
    assert mirrored(house)["compare_at"] == (None if before is None else Decimal(before))


@pytest.mark.parametrize(("days_ago", "price"), [(12, "100.00"), (40, "95.00")])
def test_a_crossed_out_price_that_history_does_not_bear_is_turned_down(house, days_ago, price):
    seen(house, "v1", days_ago, price)
    decision_id = ledger.propose(house, [markdown(house)])[0]
    found = house.decision(decision_id)
    assert found.status.value == "rejected"
    rules = {hit.rule for hit in found.verdict.hits if hit.ruling.value == "deny"}
    assert rules == {"reduction.unknown" if days_ago == 12 else "reduction.misleads"}
    assert house.live.journal == []


def test_a_price_seen_lower_after_approval_stops_the_write(house):
    seen(house, "v1", 40, "100.00")
    proposal = markdown(house)
    decision_id = ledger.propose(house, [proposal])[0]
    ledger.approve(house, decision_id, proposal.argument_hash, "ada")
    seen(house, "v1", 0, "97.00")
    assert asyncio.run(execute(house, house.hands, decision_id)) == "rejected"
    assert house.live.journal == []


def test_a_markdown_rests_as_long_as_any_change_of_the_price(house):
    seen(house, "v1", 40, "100.00")
    carried_out(house, markdown(house))
    again = house.price(to="90.00", precondition={"price": "92.00"})
    found = house.decision(ledger.propose(house, [again])[0])
    assert "cooldown" in {hit.rule for hit in found.verdict.hits}
