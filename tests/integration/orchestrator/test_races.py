"""Threads racing: a budget is not overdrawn, one decision is written once, a stop is final."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.errors import Conflict
from orchestrator.core import control, ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from royal_platform.commerce.decisions.model import Policy


def together(calls: list[Callable[[], Any]]) -> None:
    start = threading.Barrier(len(calls))
    faults: list[BaseException] = []

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            call()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []


def policy(house: Any, **limits: Any) -> None:
    with writing(house) as books:
        books.policies.replace(
            books.connection, edited=0, policy=Policy(**limits), actor="ada", now=books.now
        )


def approved(house: Any, *proposals: Any) -> list[str]:
    ids = ledger.propose(house, list(proposals))
    for each in ids:
        ledger.approve(house, each, house.decision(each).argument_hash, "ada")
    return ids


def executing(house: Any, decision_id: str) -> Callable[[], Any]:
    return lambda: asyncio.run(execute(house, house.hands, decision_id))


def test_concurrent_approvals_cannot_promise_more_than_the_budget(house: Any) -> None:
    policy(house, spend_per_day=Decimal(450))
    ids = ledger.propose(house, [house.reorder(f"v{n}") for n in range(1, 6)])
    refused: list[str] = []

    def approve(decision_id: str) -> None:
        try:
            seen = house.decision(decision_id).argument_hash
            ledger.approve(house, decision_id, seen, "ada")
        except Conflict as error:
            refused.append(str(error))

    together([lambda each=each: approve(each) for each in ids])  # type: ignore[misc]
    assert len(refused) == 3
    assert all("budget" in told for told in refused)
    together([executing(house, each) for each in ids])
    assert [house.status(each) for each in ids].count("executed") == 2
    with reading(house) as books:
        spent, _ = books.executions.spent(books.connection, books.clock.local_day(books.now))
    assert spent == Decimal(400)


def test_a_budget_that_shrank_after_approval_still_holds(house: Any) -> None:
    ids = approved(house, *(house.reorder(f"v{n}") for n in range(1, 6)))
    policy(house, spend_per_day=Decimal(500))
    for each in ids[2:]:
        ledger.reject(house, each, "ada")
    together([executing(house, each) for each in ids])
    assert [house.status(each) for each in ids].count("executed") == 2


def test_one_decision_in_four_hands_is_one_change(house: Any) -> None:
    (decision,) = approved(house, house.price())
    together([executing(house, decision)] * 4)
    assert house.status(decision) == "executed"
    assert {str(price) for price in house.live.prices.values()} == {"100.00", "105.00"}
    assert [written.key for written in house.live.journal] == [f"execute:{decision}"]


def test_no_write_starts_after_the_stop_was_acknowledged(house: Any) -> None:
    ids = approved(house, *(house.price(f"v{n}") for n in range(1, 6)))
    acknowledged = threading.Event()
    late: list[str] = []
    flying: set[str] = set()

    def stop() -> None:
        state = control.stop(house, "store", "ada")
        flying.update(flight.decision_id for flight in state.in_flight)
        acknowledged.set()

    def watch() -> None:
        if acknowledged.is_set():
            late.append("write")

    house.live.before_write = watch
    together([stop, *(executing(house, each) for each in ids)])
    assert len(late) <= len(flying)
    for each in ids:
        assert house.status(each) in {"approved", "executed"}
    written = len(house.live.journal)
    for each in ids:
        asyncio.run(execute(house, house.hands, each))
    assert len(house.live.journal) == written


@pytest.mark.parametrize("first", ["approve", "reject"])
def test_two_persons_deciding_at_once_leave_one_decision(house: Any, first: str) -> None:
    (decision,) = ledger.propose(house, [house.price()])
    seen = house.decision(decision).argument_hash
    refused: list[str] = []

    def decide(action: str, by: str) -> None:
        try:
            if action == "approve":
                ledger.approve(house, decision, seen, by)
            else:
                ledger.reject(house, decision, by)
        except Conflict as error:
            refused.append(str(error))

    together([lambda: decide(first, "ada"), lambda: decide("approve", "bob")])
    assert house.status(decision) in {"approved", "rejected"}
    assert len(house.events("decision.approved")) <= 1
