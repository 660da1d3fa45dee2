"""What execution relies on in the ports of orders, on the fake and on Shopify's wire."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.errors import RoyalError
from core.settings import read_settings
from royal_platform.bootstrap import (
    bootstrap,
    order_writer,
    refund_writer,
    replacement_writer,
    return_writer,
)
from royal_platform.commerce.fulfilment.model import OrderState, Outcome, Shipment
from royal_platform.commerce.orders.model import PaidBack
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.orders import orders
from tests.fakes.after_sale import LiveAfterSale
from tests.fakes.orders import HOME, LiveOrders
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(120)
NOWHERE = "999999999999"


@dataclass
class Ports:
    """The eight ports, and orders that wait to be tried on, each given out once.

    ``variant_id`` is one that is sold.
    """

    reader: Any
    writer: Any
    replacements: Any
    replacing: Any
    money: Any
    refunding: Any
    parcels: Any
    returning: Any
    variant_id: str
    waiting: Iterator[str]
    run: Callable[[Coroutine[Any, Any, Any]], Any]

    def state(self, order_id: str) -> OrderState:
        """How it stands; it is there."""
        found = self.run(self.reader.order_state(order_id))
        assert found is not None
        return found  # type: ignore[no-any-return]

    def fresh(self) -> str:
        """A paid order of which nothing has left."""
        for order_id in self.waiting:
            state = self.state(order_id)
            if state.paid and state.remaining and not state.tracking and not state.cancelled:
                return order_id
        raise AssertionError("no paid order waits any more")

    def ship_all(self, order_id: str) -> dict[str, int]:
        """All of it leaves; the units by order line."""
        lines = dict(self.state(order_id).remaining)
        self.run(self.writer.ship(order_id, Shipment(lines, f"3S{order_id}"), "k"))
        return lines


def fake_ports() -> Iterator[Ports]:
    live = LiveOrders()
    waiting = (live.place(str(n), {f"{n}1": 2, f"{n}2": 1}) for n in range(1, 50))
    sold = LiveAfterSale(live)
    yield Ports(
        live, live, live, live, sold, sold, sold, sold, "v1", waiting, asyncio.run
    )  # fmt: skip


def shopify_ports(folder: Path) -> Iterator[Ports]:
    with Sandbox(folder, history_days=3) as sandbox, asyncio.Runner() as runner:
        settings = read_settings(var_dir=folder, sandbox_port=sandbox.port, log_level="ERROR")
        platform = bootstrap(settings)
        runner.run(platform.sync().run())
        query = select(orders.c.id).where(
            orders.c.financial_status == "paid", orders.c.customer_id.is_not(None)
        )
        with platform.database.read() as connection:
            variant_id = connection.execute(select(variants.c.id).limit(1)).scalar_one()
            ids = connection.execute(query.order_by(orders.c.processed_at.desc())).scalars().all()
        yield Ports(
            platform.orders, order_writer(platform), platform.replacements,
            replacement_writer(platform), platform.order_money, refund_writer(platform),
            platform.order_parcels, return_writer(platform), variant_id, iter(ids), runner.run,
        )  # fmt: skip
        platform.close()


@pytest.fixture(scope="module", params=["fake", "shopify"])
def ports(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ports]:
    folder = tmp_path_factory.mktemp("orders")
    yield from fake_ports() if request.param == "fake" else shopify_ports(folder)


def test_what_the_store_does_not_have_is_none_and_left_out(ports: Ports) -> None:
    order_id = ports.fresh()
    assert ports.run(ports.reader.order_state(NOWHERE)) is None
    assert ports.run(ports.replacements.replaceable(NOWHERE)) is None
    [found] = ports.run(ports.reader.judgeable([NOWHERE, order_id]))
    assert (found.facts.order_id, found.outcome) == (order_id, None)


def test_a_hold_holds_once_and_is_taken_away_twice(ports: Ports) -> None:
    order_id = ports.fresh()
    for _ in range(2):
        ports.run(ports.writer.hold(order_id, "looks odd", "k"))
        assert ports.state(order_id).held
    for _ in range(2):
        ports.run(ports.writer.release(order_id, "k"))
        assert not ports.state(order_id).held
    assert not ports.state(order_id).held_by_others


def test_an_address_is_read_back_field_by_field(ports: Ports) -> None:
    order_id = ports.fresh()
    earlier = ports.state(order_id).address
    assert earlier is not None
    elsewhere = replace(HOME, address1="Merelhof 7", postal_code="3512 AB")
    for wanted in (elsewhere, elsewhere, earlier):
        ports.run(ports.writer.readdress(order_id, wanted, "k"))
        assert ports.state(order_id).address == wanted


def test_a_parcel_is_booked_once_and_never_more_than_waits(ports: Ports) -> None:
    order_id = ports.fresh()
    line, units = next(iter(ports.state(order_id).remaining.items()))
    with pytest.raises(RoyalError):
        ports.run(ports.writer.ship(order_id, Shipment({line: units + 1}, "3SMUCH"), "k"))
    parcel = Shipment({line: 1}, "3SONE")
    before = ports.state(order_id).remaining
    for _ in range(2):
        ports.run(ports.writer.ship(order_id, parcel, "k"))
    after = ports.state(order_id)
    assert after.tracking == {"3SONE"}
    assert sum(before.values()) - sum(after.remaining.values()) == 1


def test_an_order_is_cancelled_once_and_its_reason_is_known(ports: Ports) -> None:
    order_id = ports.fresh()
    for _ in range(2):
        ports.run(ports.writer.cancel(order_id, "FRAUD", "not theirs", "k"))
    state = ports.state(order_id)
    assert (state.cancelled, dict(state.remaining)) == (True, {})
    [found] = ports.run(ports.reader.judgeable([order_id]))
    assert found.outcome is Outcome.BAD


def test_what_has_left_is_not_cancelled(ports: Ports) -> None:
    order_id = ports.fresh()
    ports.ship_all(order_id)
    with pytest.raises(RoyalError):
        ports.run(ports.writer.cancel(order_id, "CUSTOMER", "too late", "k"))
    assert not ports.state(order_id).cancelled


def test_only_what_left_is_sent_again(ports: Ports) -> None:
    order_id = ports.fresh()
    lines = dict(ports.state(order_id).remaining)
    assert ports.run(ports.replacements.replaceable(order_id)).sent == {}
    with pytest.raises(RoyalError):
        ports.run(ports.replacing.send_again(order_id, lines, "lost", "dec_1"))
    assert ports.run(ports.replacements.replaceable(order_id)).replacements == ()


def test_a_replacement_is_made_once_found_by_its_mark_and_cancelled(ports: Ports) -> None:
    order_id = ports.fresh()
    lines = ports.ship_all(order_id)
    found = ports.run(ports.replacements.replaceable(order_id))
    assert (found.sent, found.cancelled, found.refunded) == (lines, False, False)
    for _ in range(2):
        ports.run(ports.replacing.send_again(order_id, lines, "lost", "dec_2"))
    [made] = ports.run(ports.replacements.replaceable(order_id)).replacements
    assert (made.mark, made.standing, made.left) == ("dec_2", True, False)
    state = ports.state(made.id)
    assert state.paid
    assert sum(state.remaining.values()) == sum(lines.values())
    assert state.address == ports.state(order_id).address
    ports.run(ports.writer.cancel(made.id, "STAFF", "undone", "k"))
    [made] = ports.run(ports.replacements.replaceable(order_id)).replacements
    assert not made.standing
    ports.run(ports.replacing.send_again(order_id, lines, "lost", "dec_3"))
    *_, made = sorted(
        ports.run(ports.replacements.replaceable(order_id)).replacements, key=lambda one: one.mark
    )
    ports.ship_all(made.id)
    assert [
        each.left
        for each in ports.run(ports.replacements.replaceable(order_id)).replacements
        if each.mark == "dec_3"
    ] == [True]


def test_of_an_order_that_is_not_there_no_money_and_no_goods_are_known(ports: Ports) -> None:
    assert ports.run(ports.money.order_money(NOWHERE)) is None
    assert ports.run(ports.parcels.order_parcels(NOWHERE)) is None
    assert ports.run(ports.parcels.offered(NOWHERE)) is None


def test_money_goes_back_once_for_each_key_and_is_read_back(ports: Ports) -> None:
    order_id = ports.fresh()
    paid = ports.run(ports.money.order_money(order_id))
    assert (paid.id, paid.refunded, paid.is_foreign) == (order_id, 0, False)
    assert paid.left == paid.received > 1
    assert paid.paid_by is not None
    for key, back in (("r1", "0.50"), ("r1", "0.50"), ("r2", "1.00")):
        ports.run(ports.refunding.refund(paid, Decimal("0.50"), "a scratch", f"{order_id}-{key}"))
        found = ports.run(ports.money.order_money(order_id))
        assert (found.refunded, found.received) == (Decimal(back), paid.received)
    assert ports.run(ports.parcels.order_parcels(order_id)).refunded == Decimal("1.00")


def test_goods_that_are_paid_back_are_no_part_of_the_order_any_more(ports: Ports) -> None:
    order_id = ports.fresh()
    waiting = dict(ports.state(order_id).remaining)
    line, units = next(iter(waiting.items()))
    paid = ports.run(ports.money.order_money(order_id))
    assert {each: paid.waiting[each] for each in waiting} == waiting
    assert {each: paid.refundable[each] for each in waiting} == waiting
    back = PaidBack({line: 1})
    for _ in range(2):
        ports.run(ports.refunding.refund(paid, Decimal("0.50"), "gone", f"{order_id}-goods", back))
        found = ports.run(ports.money.order_money(order_id))
        assert (found.refunded, found.refundable.get(line, 0)) == (Decimal("0.50"), units - 1)
        assert found.waiting.get(line, 0) == units - 1
    with pytest.raises(RoyalError):
        ports.run(
            ports.refunding.refund(
                found, Decimal("0.50"), "gone", f"{order_id}-more", PaidBack({line: units})
            )
        )
    assert ports.run(ports.money.order_money(order_id)).refunded == Decimal("0.50")


def test_more_than_was_paid_does_not_go_back(ports: Ports) -> None:
    order_id = ports.fresh()
    paid = ports.run(ports.money.order_money(order_id))
    with pytest.raises(RoyalError):
        ports.run(
            ports.refunding.refund(paid, paid.left + Decimal("0.01"), "x", f"{order_id}-more")
        )
    assert ports.run(ports.money.order_money(order_id)).refunded == 0
    ports.run(ports.refunding.refund(paid, paid.left, "all of it", f"{order_id}-all"))
    assert ports.run(ports.money.order_money(order_id)).left == 0


def test_only_what_left_comes_back(ports: Ports) -> None:
    order_id = ports.fresh()
    lines = dict(ports.state(order_id).remaining)
    assert ports.run(ports.parcels.order_parcels(order_id)).returnable == {}
    with pytest.raises(RoyalError):
        ports.run(ports.returning.open_return(order_id, lines, "OTHER", "[dec_1]"))
    assert ports.run(ports.parcels.order_parcels(order_id)).returns == ()


def test_what_is_on_its_way_back_comes_back_once_until_it_is_cancelled(ports: Ports) -> None:
    order_id = ports.fresh()
    lines = ports.ship_all(order_id)
    assert ports.run(ports.parcels.order_parcels(order_id)).returnable == lines
    ports.run(ports.returning.open_return(order_id, lines, "OTHER", "too small [dec_1]"))
    found = ports.run(ports.parcels.order_parcels(order_id))
    [opened] = found.returns
    assert (opened.note, opened.lasting, opened.closed) == ("too small [dec_1]", True, False)
    assert (opened.exchanged, found.returnable, found.cancelled) == ({}, {}, False)
    with pytest.raises(RoyalError):
        ports.run(ports.returning.open_return(order_id, lines, "OTHER", "[dec_2]"))
    for _ in range(2):
        ports.run(ports.returning.cancel_return(opened.id))
        found = ports.run(ports.parcels.order_parcels(order_id))
        assert [each.lasting for each in found.returns] == [False]
        assert found.returnable == lines


def test_a_return_says_what_goes_out_for_it_and_takes_no_stock_of_it(ports: Ports) -> None:
    order_id = ports.fresh()
    line, *_ = ports.ship_all(order_id)
    offered = ports.run(ports.parcels.offered(ports.variant_id))
    assert offered.variant_id == ports.variant_id
    assert offered.price.amount > 0

    def exchange(variant_id: str, note: str) -> None:
        given = (order_id, {line: 1}, "STYLE", note, {variant_id: 1})
        ports.run(ports.returning.open_return(*given))

    with pytest.raises(RoyalError):
        exchange(NOWHERE, "[dec_1]")
    assert ports.run(ports.parcels.order_parcels(order_id)).returns == ()
    exchange(ports.variant_id, "[dec_2]")
    [opened] = ports.run(ports.parcels.order_parcels(order_id)).returns
    assert (opened.exchanged, opened.lasting) == ({ports.variant_id: 1}, True)
    assert ports.run(ports.parcels.offered(ports.variant_id)) == offered
