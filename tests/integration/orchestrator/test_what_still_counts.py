"""What was approved, reserved or booked still counts when the world changes around it."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert

from core.errors import Unavailable
from orchestrator.core import control, execution, ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.policy_changes import replace_policy
from royal_platform.commerce.decisions.model import Autonomy, Policy
from royal_platform.persistence.tables.catalog import inventory_levels


def propose(house: Any, proposal: Any) -> str:
    return ledger.propose(house, [proposal])[0]


def approve(house: Any, decision_id: str, by: str = "ada") -> None:
    ledger.approve(house, decision_id, house.decision(decision_id).argument_hash, by)


def run(house: Any, decision_id: str) -> str:
    return asyncio.run(execution.execute(house, house.hands, decision_id))


def set_autonomy(house: Any, level: Autonomy) -> None:
    with writing(house) as books:
        books.policies.set_autonomy(
            books.connection, agent_id="inventory_pricing", kind="price.set", level=level,
            actor="ada", now=books.now,
        )  # fmt: skip


def set_policy(house: Any, **limits: Any) -> None:
    with reading(house) as books:
        version = books.policies.current(books.connection).version
    replace_policy(house, version, Policy(**limits), "ada")


def spent_today(house: Any) -> Decimal:
    with reading(house) as books:
        today = books.clock.local_day(books.now)
        return books.executions.spent(books.connection, today)[0]


def test_what_only_the_policy_approved_waits_for_nobody_once_the_agent_must_ask(
    house: Any,
) -> None:
    set_autonomy(house, Autonomy.AUTO)
    house.know_the_costs()
    decision = propose(house, house.price())
    control.stop(house, "store", "ada", "it prices oddly")
    assert run(house, decision) == "approved"
    set_autonomy(house, Autonomy.PROPOSE)
    control.resume(house, "store", "ada")
    assert run(house, decision) == "rejected"
    assert house.live.journal == []
    assert "person" in (house.decision(decision).failure or "")


def test_one_approval_is_not_enough_when_the_policy_now_wants_two(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    set_policy(house, two_persons_above=Decimal(5))
    assert run(house, decision) == "rejected"
    assert house.live.journal == []


def test_two_approvals_satisfy_a_policy_that_wants_two(house: Any) -> None:
    set_policy(house, two_persons_above=Decimal(5))
    decision = propose(house, house.price())
    approve(house, decision)
    approve(house, decision, "bob")
    assert run(house, decision) == "executed"


def test_an_undo_needs_one_person_only(house: Any) -> None:
    set_policy(house, two_persons_above=Decimal(5))
    decision = propose(house, house.price())
    approve(house, decision)
    approve(house, decision, "bob")
    run(house, decision)
    undo = ledger.revert(house, decision, "ada")
    assert run(house, undo.id) == "executed"


def test_an_order_that_was_booked_is_executed_though_the_store_went_silent(
    house: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(execution, "_FIRST_PAUSE_SECONDS", 0.0)
    with house.database.write() as transaction:
        row = {
            "store_id": house.store_id, "inventory_item_id": "i1", "location_id": "l1",
            "variant_id": "v1", "available": 5, "updated_at": datetime.now(UTC),
        }  # fmt: skip
        known = {name: row[name] for name in row if name in inventory_levels.c}
        transaction.connection.execute(insert(inventory_levels), [known])
    house.live.stock["i1", "l1"] = 5
    decision = propose(house, house.reorder())
    approve(house, decision)
    place = execution_write(house, monkeypatch)
    assert run(house, decision) == "executed"
    assert place == [decision]
    assert spent_today(house) == Decimal(200)


def execution_write(house: Any, monkeypatch: Any) -> list[str]:
    """The store falls silent in the moment the order is booked."""
    from orchestrator.core.actions import PurchaseAction

    booked: list[str] = []
    write = PurchaseAction.write

    async def and_silence(self: Any, decision: Any, before: Any, key: str) -> None:
        await write(self, decision, before, key)
        booked.append(decision.id)
        house.live.down = True

    monkeypatch.setattr(PurchaseAction, "write", and_silence)
    return booked


def test_money_whose_fate_is_unknown_stays_reserved_against_the_budget(
    house: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(execution, "_FIRST_PAUSE_SECONDS", 0.0)
    from orchestrator.core.actions import PurchaseAction

    async def unknown(self: Any, decision: Any, before: Any, key: str) -> None:
        raise Unavailable("The line broke.", remedy="Try again.")

    monkeypatch.setattr(PurchaseAction, "write", unknown)
    decision = propose(house, house.reorder())
    approve(house, decision)
    assert run(house, decision) == "failed"
    assert spent_today(house) == Decimal(200)


def test_a_write_that_did_not_arrive_is_not_repeated_after_a_stop(
    house: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(execution, "_FIRST_PAUSE_SECONDS", 0.0)

    def lost_and_stopped() -> None:
        house.live.before_write = None
        control.stop(house, "store", "ada")
        raise Unavailable("The line broke.", remedy="Try again.")

    house.live.before_write = lost_and_stopped
    decision = propose(house, house.price())
    approve(house, decision)
    assert run(house, decision) == "failed"
    assert "Stopped" in (house.decision(decision).failure or "")
    assert house.live.journal == []


def test_a_write_that_did_not_arrive_is_made_again_once(house: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(execution, "_FIRST_PAUSE_SECONDS", 0.0)

    def lost() -> None:
        house.live.before_write = None
        raise Unavailable("The line broke.", remedy="Try again.")

    house.live.before_write = lost
    decision = propose(house, house.price())
    approve(house, decision)
    assert run(house, decision) == "executed"
    assert [each.what for each in house.live.journal] == ["price"]


def test_an_order_that_was_undone_gives_its_money_back(house: Any) -> None:
    decision = propose(house, house.reorder())
    approve(house, decision)
    run(house, decision)
    assert spent_today(house) == Decimal(200)
    undo = ledger.revert(house, decision, "ada")
    assert run(house, undo.id) == "executed"
    assert spent_today(house) == Decimal(0)


def test_work_that_is_buried_while_another_worker_writes_is_not_called_failed(house: Any) -> None:
    decision = propose(house, house.price())
    approve(house, decision)
    error = RuntimeError("the first worker lost its database")
    burying = threading.Thread(target=execution.fail_unexpected, args=(house, decision, error))
    # Long enough for one that does not wait its turn to be done before the write is.
    house.live.before_write = lambda: (burying.start(), burying.join(timeout=1.0))
    assert run(house, decision) == "executed"
    burying.join(timeout=30)
    assert house.status(decision) == "executed"
    assert [written.value for written in house.live.journal] == ["105.00"]


def test_a_conflict_found_after_a_crash_does_not_claim_that_nothing_was_written(house: Any) -> None:
    class Crash(BaseException):
        pass

    def crash() -> None:
        raise Crash

    decision = propose(house, house.price())
    approve(house, decision)
    house.live.after_write = crash
    with pytest.raises(Crash):
        run(house, decision)
    house.live.after_write = None
    house.live.prices["v1"] = Decimal("99.00")
    assert run(house, decision) == "conflicted"
    failure = house.decision(decision).failure or ""
    assert "price is 99.00" in failure
    assert "may have been written" in failure
