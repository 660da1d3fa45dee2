"""Goods that come in: added once through the gate, in parts, undone, and learned from."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from core.errors import Conflict, Invalid
from orchestrator.core import control, ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from orchestrator.core.receiving import Entry, close_short, receive
from royal_platform.persistence.receipts import Receipts
from royal_platform.persistence.supply import SupplyBook
from royal_platform.persistence.tables.catalog import inventory_levels
from royal_platform.persistence.tables.decisions import purchase_orders

PLACE = ("i1", "l1")


def run(house: Any, decision_id: str) -> str:
    return asyncio.run(execute(house, house.hands, decision_id))


def ordered(house: Any, quantity: int = 50, available: int = 7, **source: str) -> str:
    """A purchase order of v1, placed through the gate ten days ago; ``source``: from whom."""
    with house.database.write() as transaction:
        transaction.connection.execute(
            insert(inventory_levels).values(
                store_id=house.store_id, inventory_item_id="i1", location_id="l1",
                available=available, on_hand=available, updated_at=_now(house),
            )
        )  # fmt: skip
    house.live.stock[PLACE] = available
    wanted = house.reorder(quantity=quantity, precondition={"available": available})
    wanted = replace(wanted, arguments={**wanted.arguments, **source})
    decision = ledger.propose(house, [wanted])[0]
    ledger.approve(house, decision, house.decision(decision).argument_hash, "ada")
    assert run(house, decision) == "executed"
    with house.database.write() as transaction:
        transaction.connection.execute(
            update(purchase_orders).values(created_at=_now(house) - timedelta(days=10))
        )
    return order(house, decision=decision).id


def _now(house: Any) -> Any:
    with reading(house) as books:
        return books.now


def order(house: Any, order_id: str = "", decision: str = "") -> Any:
    with reading(house) as books:
        if decision:
            return books.purchases.of_decision(books.connection, decision)
        return books.purchases.get(books.connection, order_id)


def enter(house: Any, order_id: str, units: int, key: str, **more: Any) -> Any:
    return receive(house, order_id, Entry(units, f"entry-{key}", **more), "bo")


def mirrored(house: Any) -> tuple[int, int]:
    with house.database.read() as connection:
        row = connection.execute(
            select(inventory_levels.c.available, inventory_levels.c.on_hand)
        ).one()
        return tuple(row)


def test_a_delivery_raises_the_stock_once_and_closes_the_order(house: Any) -> None:
    order_id = ordered(house)
    receipt = enter(house, order_id, 50, "1")
    assert enter(house, order_id, 50, "1").id == receipt.id
    assert order(house, order_id).received == 0
    assert run(house, receipt.decision_id) == "executed"
    assert run(house, receipt.decision_id) == "executed"
    assert house.live.stock[PLACE] == 57
    assert mirrored(house) == (57, 57)
    assert len([w for w in house.live.journal if w.what == "stock"]) == 1
    found = order(house, order_id)
    assert (found.status, found.received, found.outstanding) == ("received", 50, 0)
    with pytest.raises(Conflict, match="received already"):
        enter(house, order_id, 1, "2")


def test_parts_come_one_after_another_and_no_cool_down_stands_between(house: Any) -> None:
    order_id = ordered(house)
    for key, units, left in (("1", 20, 30), ("2", 10, 20)):
        assert run(house, enter(house, order_id, units, key).decision_id) == "executed"
        assert order(house, order_id).outstanding == left
    with reading(house) as books:
        assert [each.outstanding for each in books.purchases.on_order(books.connection)] == [20]
    close_short(house, order_id, "bo")
    assert (order(house, order_id).status, order(house, order_id).outstanding) == ("received", 0)
    assert house.live.stock[PLACE] == 37


def test_sales_while_goods_are_booked_lose_nothing(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house)
    receipt = enter(house, order_id, 20, "1")
    house.live.sell("i1", "l1", 3)
    house.live.after_write = lambda: house.live.sell("i1", "l1", 2)
    assert run(house, receipt.decision_id) == "executed"
    assert house.live.stock[PLACE] == 7 - 3 + 20 - 2
    assert mirrored(house) == (22, 27)


def test_a_sale_between_reading_and_writing_changes_nothing_and_may_be_entered_again(
    sqlite_house: Any,
) -> None:
    house = sqlite_house
    order_id = ordered(house)
    receipt = enter(house, order_id, 20, "1")
    reader = house.live.stock_level

    async def sold_right_after(item: str, location: str) -> Any:
        found = await reader(item, location)
        if not house.live.committed:
            house.live.sell(item, location, 1)
        return found

    house.live.stock_level = sold_right_after
    assert run(house, receipt.decision_id) == "conflicted"
    assert "available is 6, not 7" in house.decision(receipt.decision_id).failure
    assert house.live.stock[PLACE] == 6
    assert order(house, order_id).outstanding == 50
    assert run(house, enter(house, order_id, 20, "2").decision_id) == "executed"
    assert house.live.stock[PLACE] == 26


@pytest.mark.parametrize("sold_meanwhile", [0, 2])
def test_a_crash_after_the_write_does_not_add_twice(sqlite_house: Any, sold_meanwhile: int) -> None:
    house = sqlite_house
    order_id = ordered(house)
    receipt = enter(house, order_id, 20, "1")

    def crash() -> None:
        house.live.after_write = None
        if sold_meanwhile:
            house.live.sell("i1", "l1", sold_meanwhile)
        raise KeyboardInterrupt

    house.live.after_write = crash
    with pytest.raises(KeyboardInterrupt):
        run(house, receipt.decision_id)
    assert run(house, receipt.decision_id) == "executed"
    assert house.live.stock[PLACE] == 27 - sold_meanwhile
    assert order(house, order_id).received == 20


def test_a_crash_before_the_write_adds_once(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house)
    receipt = enter(house, order_id, 20, "1")

    def crash() -> None:
        house.live.before_write = None
        raise KeyboardInterrupt

    house.live.before_write = crash
    with pytest.raises(KeyboardInterrupt):
        run(house, receipt.decision_id)
    assert run(house, receipt.decision_id) == "executed"
    assert house.live.stock[PLACE] == 27


def test_an_undone_receipt_takes_its_units_out_and_opens_the_order(house: Any) -> None:
    order_id = ordered(house)
    receipt = enter(house, order_id, 50, "1")
    run(house, receipt.decision_id)
    house.live.sell("i1", "l1", 4)
    undo = ledger.revert(house, receipt.decision_id, "ada")
    assert run(house, undo.id) == "executed"
    assert house.live.stock[PLACE] == 3
    assert house.status(receipt.decision_id) == "reverted"
    found = order(house, order_id)
    assert (found.status, found.received, found.outstanding) == ("ordered", 0, 50)


def test_goods_that_were_sold_are_not_taken_out_again(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house, available=0)
    receipt = enter(house, order_id, 5, "1")
    run(house, receipt.decision_id)
    house.live.sell("i1", "l1", 3)
    undo = ledger.revert(house, receipt.decision_id, "ada")
    assert run(house, undo.id) == "conflicted"
    assert house.live.stock[PLACE] == 2
    assert order(house, order_id).received == 5


def test_an_order_of_which_something_came_is_not_cancelled(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house)
    run(house, enter(house, order_id, 5, "1").decision_id)
    undo = ledger.revert(house, order(house, order_id).decision_id, "ada")
    assert run(house, undo.id) == "failed"
    assert order(house, order_id).status == "ordered"


def test_an_order_of_which_nothing_came_is_cancelled_not_closed(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house)
    with pytest.raises(Conflict, match="Nothing of the purchase order"):
        close_short(house, order_id, "bo")
    undo = ledger.revert(house, order(house, order_id).decision_id, "ada")
    assert run(house, undo.id) == "executed"
    with pytest.raises(Conflict, match="cancelled already"):
        enter(house, order_id, 5, "1")


def test_a_stopped_store_takes_no_goods_in(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house)
    control.stop(house, "store", "ada", "inventory")
    with pytest.raises(Conflict, match="kill switch"):
        enter(house, order_id, 5, "1")
    with reading(house) as books:
        kept = Receipts(house.store_id).of_orders(books.connection, [order_id])
    assert kept == {order_id: []}


def test_goods_do_not_come_before_they_were_ordered_nor_tomorrow(sqlite_house: Any) -> None:
    house = sqlite_house
    order_id = ordered(house)
    for days in (-11, 1):
        with pytest.raises(Invalid, match="before they were ordered"):
            enter(house, order_id, 5, "1", received_at=_now(house) + timedelta(days=days))


def test_lead_times_are_learned_from_what_came_weighted_by_units(house: Any) -> None:
    order_id = ordered(house)
    now = _now(house)
    for key, units, days in (("1", 30, 6), ("2", 10, 10)):
        came = now - timedelta(days=10 - days)
        run(house, enter(house, order_id, units, key, received_at=came).decision_id)
    with writing(house) as books:
        (delivery,) = SupplyBook(house.store_id).deliveries(books.connection)
    assert delivery.variant_id == "v1"
    assert delivery.days == pytest.approx((30 * 6 + 10 * 10) / 40, abs=0.01)
