"""A decision from proposal to undo, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from core.errors import Conflict
from core.events.verify import verify
from orchestrator.core import control, ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import Autonomy, CostToServe, Policy
from royal_platform.persistence.tables.catalog import inventory_levels
from tests.integration.orchestrator.conftest import stand_at


def propose(house: Any, *proposals: Any) -> str:
    return ledger.propose(house, list(proposals))[0]


def approve(house: Any, decision_id: str, by: str = "ada") -> None:
    ledger.approve(house, decision_id, house.decision(decision_id).argument_hash, by)


def run(house: Any, decision_id: str) -> str:
    return asyncio.run(execute(house, house.hands, decision_id))


def set_policy(house: Any, **limits: Any) -> None:
    with writing(house) as books:
        version = books.policies.current(books.connection).version
        books.policies.replace(
            books.connection, edited=version, policy=Policy(**limits), actor="ada", now=books.now
        )


def set_autonomy(house: Any, level: Autonomy, kind: str = "price.set") -> None:
    with writing(house) as books:
        books.policies.set_autonomy(
            books.connection, agent_id="inventory_pricing", kind=kind, level=level, actor="ada",
            now=books.now,
        )  # fmt: skip


def commands(house: Any) -> list[str]:
    from royal_platform.persistence.commands import unrelayed

    with house.database.read() as connection:
        return [command.key for command in unrelayed(connection)]


def test_an_approved_price_is_written_once_and_undone_to_the_digit(house: Any) -> None:
    decision = propose(house, house.price())
    assert house.status(decision) == "proposed"
    assert commands(house) == []
    approve(house, decision)
    assert commands(house) == [f"execute:{decision}"]
    assert run(house, decision) == "executed"
    assert run(house, decision) == "executed"
    assert [(w.value, w.key) for w in house.live.journal] == [("105.00", f"execute:{decision}")]

    with reading(house) as books:
        changed = books.decisions.subjects_changed
        assert changed(books.connection, ["price.set"]) == ["v1"]
        assert changed(books.connection, ["inventory.adjust"]) == []

    undo = ledger.revert(house, decision, "ada")
    assert house.status(decision) == "reverting"
    assert run(house, undo.id) == "executed"
    assert house.status(decision) == "reverted"
    assert house.decision(decision).reverted_by == undo.id
    assert str(house.live.prices["v1"]) == "100.00"
    types = [event.type for event in house.events()]
    assert types == [
        "decision.proposed", "decision.approved", "decision.executing", "decision.executed",
        "price.changed", "decision.proposed", "decision.reverting", "decision.approved",
        "decision.executing", "decision.executed", "price.changed", "decision.reverted",
    ]  # fmt: skip
    with house.database.read() as connection:
        assert verify(connection, house.store_id).ok


def test_approving_twice_names_the_status_and_executes_once(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    with pytest.raises(Conflict, match="approved already by ada"):
        approve(house, decision, "bob")
    run(house, decision)
    with pytest.raises(Conflict, match="executed already"):
        approve(house, decision)
    assert len(house.live.journal) == 1


def test_an_approval_binds_to_the_arguments_that_were_seen(house: Any) -> None:
    decision = propose(house, house.price())
    with pytest.raises(Conflict, match="other arguments"):
        ledger.approve(house, decision, "0" * 64, "ada")
    assert house.status(decision) == "proposed"


def test_a_late_approval_leaves_the_decision_expired(house: Any) -> None:
    soon = datetime.now(UTC) + timedelta(milliseconds=300)
    decision = propose(house, house.price(expires_at=soon))
    while datetime.now(UTC) < soon:
        pass
    with pytest.raises(Conflict, match="expired"):
        approve(house, decision)
    assert house.status(decision) == "expired"
    assert house.events("decision.expired")


def test_due_decisions_expire_in_business_time(house: Any) -> None:
    now = datetime.now(UTC)
    stand_at(house, now)
    decision = propose(house, house.price(expires_at=now + timedelta(hours=1)))
    stand_at(house, now + timedelta(minutes=59))
    assert ledger.expire_due(house) == 0
    stand_at(house, now + timedelta(minutes=61))
    assert ledger.expire_due(house) == 1
    assert house.status(decision) == "expired"


def test_a_price_that_changed_meanwhile_conflicts_and_is_not_touched(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    house.live.prices["v1"] = Decimal("99.00")
    assert run(house, decision) == "conflicted"
    assert house.live.journal == []
    assert "price is 99.00, not 100.00" in (house.decision(decision).failure or "")


def test_a_price_somebody_set_to_our_target_is_a_conflict_not_ours(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    house.live.prices["v1"] = Decimal("105.00")
    assert run(house, decision) == "conflicted"


def test_a_variant_that_is_gone_conflicts(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    del house.live.prices["v1"]
    assert run(house, decision) == "conflicted"
    assert "gone" in (house.decision(decision).failure or "")


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
def test_a_crash_around_the_write_ends_in_one_change(house: Any, moment: str) -> None:
    decision = propose(house, house.price())
    approve(house, decision)

    def die() -> None:
        raise Crash

    setattr(house.live, moment, die)
    with pytest.raises(Crash):
        run(house, decision)
    setattr(house.live, moment, None)
    assert house.status(decision) == "executing"
    assert run(house, decision) == "executed"
    assert len(house.live.journal) == 1
    assert str(house.live.prices["v1"]) == "105.00"


def stock_count(house: Any) -> str:
    house.live.stock[("i1", "l1")] = 7
    decision = propose(house, house.price(
        kind="inventory.adjust",
        arguments={"inventory_item_id": "i1", "location_id": "l1", "quantity": 9, "change_from": 7},
        precondition={"available": 7},
    ))  # fmt: skip
    approve(house, decision)
    return decision


@pytest.mark.parametrize(("resumed", "ends"), [(True, "executed"), (False, "conflicted")])
def test_a_write_that_was_under_way_at_the_crash_and_lands_late_is_ours(
    house: Any, resumed: bool, ends: str
) -> None:
    """The store was asked before it landed, so it was sent again and refused as stale."""
    decision = stock_count(house)

    def die() -> None:
        raise Crash

    def land() -> None:
        house.live.stock[("i1", "l1")] = 9
        raise Conflict("The quantity is stale.", remedy="Read it again.")

    if resumed:
        house.live.before_write = die
        with pytest.raises(Crash):
            run(house, decision)
    house.live.before_write = land
    assert run(house, decision) == ends


def test_a_store_that_keeps_another_price_fails_with_what_was_read_back(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    house.live.store_as = lambda amount: amount - Decimal("0.01")
    assert run(house, decision) == "failed"
    assert "104.99" in (house.decision(decision).failure or "")


def test_a_store_that_never_answers_fails_and_says_nothing_was_written(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.core.execution._FIRST_PAUSE_SECONDS", 0)
    decision = propose(house, house.price())
    approve(house, decision)
    house.live.down = True
    assert run(house, decision) == "failed"
    assert "Nothing was written" in (house.decision(decision).failure or "")


def test_an_undo_after_somebody_else_changed_the_price_leaves_ours_in_force(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    run(house, decision)
    house.live.prices["v1"] = Decimal("101.00")
    undo = ledger.revert(house, decision, "ada")
    assert run(house, undo.id) == "conflicted"
    assert house.status(decision) == "executed"
    house.live.prices["v1"] = Decimal("105.00")
    again = ledger.revert(house, decision, "ada")
    assert again.id != undo.id
    assert run(house, again.id) == "executed"
    assert house.status(decision) == "reverted"


def test_nothing_starts_after_a_stop_and_resuming_goes_on(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    state = control.stop(house, "store", "ada", "strange prices")
    assert state.stopped == ("store",)
    assert run(house, decision) == "approved"
    assert house.live.journal == []
    with pytest.raises(Conflict, match="kill switch"):
        approve(house, propose(house, house.price("v2")))
    control.resume(house, "store", "ada")
    assert sum(key.startswith(f"execute:{decision}") for key in commands(house)) == 2
    assert run(house, decision) == "executed"


def test_a_stop_between_crash_and_resume_prevents_the_write(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)

    def die() -> None:
        raise Crash

    house.live.before_write = die
    with pytest.raises(Crash):
        run(house, decision)
    house.live.before_write = None
    house.register("inventory_pricing")
    state = control.stop(house, "agent:inventory_pricing", "ada")
    assert [flight.decision_id for flight in state.in_flight] == [decision]
    assert run(house, decision) == "failed"
    assert house.live.journal == []
    assert control.outcomes(house, [decision])[0].outcome == "failed"


def test_the_same_proposal_again_in_one_run_is_one_decision(house: Any) -> None:
    first = propose(house, house.price(run="run-1"))
    assert propose(house, house.price(run="run-1")) == first
    second = propose(house, house.price(to="104.00", run="run-2"))
    assert second != first
    assert house.status(first) == "superseded"
    assert house.status(second) == "proposed"


def test_what_the_gate_allows_on_auto_is_approved_by_policy(house: Any) -> None:
    set_autonomy(house, Autonomy.AUTO)
    house.know_the_costs()
    decision = propose(house, house.price())
    assert house.status(decision) == "approved"
    assert house.decision(decision).decided_by == "policy"
    assert commands(house) == [f"execute:{decision}"]


def test_a_cost_that_nobody_told_is_a_persons_to_judge(house: Any) -> None:
    set_autonomy(house, Autonomy.AUTO)
    decision = propose(house, house.price())
    assert house.status(decision) == "proposed"
    (hit,) = house.decision(decision).verdict.hits
    assert hit.rule == "costs.unknown"
    assert "enter shipping_cost_per_order in the policy" in hit.message


def test_the_margin_is_judged_with_what_the_orders_taught_of_this_very_variant(house: Any) -> None:
    set_policy(house, shipping_cost_per_order=Decimal(8), return_cost_per_unit=Decimal(2))
    taught = CostToServe(return_rate=Decimal("0.1"), lost_share=Decimal(1), parcels=Decimal(1),
                         shipping_paid=Decimal(3))  # fmt: skip
    dear = replace(taught, return_rate=Decimal("0.7"))
    house.learned({OF_STORE: taught, "v2": dear})
    assert house.status(propose(house, house.price("v1"))) == "proposed"
    refused = propose(house, house.price("v2"))
    assert house.status(refused) == "rejected"
    # Of 105: 31.50 kept, less goods 6, fees 3.345, lost goods 14, handling 1.40, shipping 5.
    assert house.decision(refused).failure == (
        "Of 31.50 without tax and returns, 1.76 would remain."
    )


def test_what_the_gate_denies_is_kept_as_rejected_with_its_reason(house: Any) -> None:
    decision = propose(house, house.price(to="150.00"))
    assert house.status(decision) == "rejected"
    assert "step" in (house.decision(decision).failure or "")


def test_an_observing_agent_leaves_a_shadow_that_nobody_can_be_asked_about(house: Any) -> None:
    set_autonomy(house, Autonomy.OBSERVE)
    decision = propose(house, house.price())
    with reading(house) as books:
        assert books.decisions.waiting_by_agent(books.connection) == {}
    with pytest.raises(Conflict):
        approve(house, decision)


def test_two_persons_must_agree_above_the_amount(house: Any) -> None:
    set_policy(house, two_persons_above=Decimal(5))
    decision = propose(house, house.price())
    approve(house, decision, "ada")
    assert house.status(decision) == "proposed"
    with pytest.raises(Conflict, match="second person"):
        approve(house, decision, "ada")
    approve(house, decision, "bob")
    assert house.status(decision) == "approved"


def test_a_withdrawn_approval_is_not_executed(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    ledger.reject(house, decision, "bob", "not now")
    assert run(house, decision) == "rejected"
    assert house.live.journal == []


def test_a_reorder_is_booked_once_and_cancelled_by_its_undo(house: Any) -> None:
    decision = propose(house, house.reorder())
    approve(house, decision)
    assert run(house, decision) == "executed"
    with reading(house) as books:
        order = books.purchases.of_decision(books.connection, decision)
        assert order is not None
        assert (order.status, order.quantity) == ("ordered", 10)
        day = books.clock.local_day(books.now)
        assert books.executions.spent(books.connection, day) == (Decimal(200), Decimal(200))
    undo = ledger.revert(house, decision, "ada")
    assert run(house, undo.id) == "executed"
    with reading(house) as books:
        assert books.purchases.get(books.connection, order.id).status == "cancelled"
    assert house.status(decision) == "reverted"


def stocked(house: Any, available: int) -> None:
    row = {
        "store_id": "s1", "inventory_item_id": "i1", "location_id": "l1",
        "available": available, "updated_at": datetime.now(UTC),
    }  # fmt: skip
    with house.database.write() as transaction:
        transaction.connection.execute(insert(inventory_levels).values(**row))
    house.live.stock["i1", "l1"] = available


@pytest.mark.parametrize(("now", "outcome"), [(3, "executed"), (5, "executed"), (9, "conflicted")])
def test_a_reorder_stands_while_stock_has_not_risen(house: Any, now: int, outcome: str) -> None:
    stocked(house, 5)
    decision = propose(house, house.reorder(precondition={"available": 5}))
    approve(house, decision)
    house.live.stock["i1", "l1"] = now
    assert run(house, decision) == outcome


def test_a_stock_count_is_adjusted_and_restored(house: Any) -> None:
    decision = stock_count(house)
    assert run(house, decision) == "executed"
    undo = ledger.revert(house, decision, "ada")
    assert run(house, undo.id) == "executed"
    assert house.live.stock[("i1", "l1")] == 7


def test_a_batch_reports_each_for_itself(house: Any) -> None:
    one, two = ledger.propose(house, [house.price("v1"), house.price("v2")])
    good = (one, house.decision(one).argument_hash)
    outcomes = ledger.batch(house, "approve", [good, (two, "0" * 64), ("dec_none", "x")], "ada")
    assert [outcome.status for outcome in outcomes] == ["approved", None, None]
    assert all(outcome.error for outcome in outcomes[1:])
