"""From a thread: an order is sent elsewhere and back again, or cancelled, once and read back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict, replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.views import support as view
from core.errors import Conflict, Invalid
from core.settings import read_settings
from orchestrator.core import attending, ledger
from orchestrator.core.attending import Wish
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.gate import gate_state
from orchestrator.core.taking_in import take_in
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.limits import with_limits
from royal_platform.commerce.decisions.model import Autonomy, Decision
from royal_platform.commerce.fulfilment.model import OrderState, Shipment
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.exchanging import ExchangeableLine, Variant
from royal_platform.commerce.support.model import Arrival, Channel
from royal_platform.commerce.support.service import Code, GoodsBack, LostGoods
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.support_facts import exchangeable_lines, order_money
from royal_platform.persistence.tables.decisions import decisions, executions
from royal_platform.persistence.tables.orders import orders
from royal_platform.shopify.errors import ShopifyUnavailable
from tests.integration.platform.wire import Sandbox

pytestmark = pytest.mark.timeout(240)
AGENT = "customer_support"
ELSEWHERE = {
    "first_name": "Ann", "last_name": "Rider", "company": None, "address1": "Merelhof 7",
    "address2": None, "postal_code": "3512 AB", "city": "Utrecht", "province": None,
    "country": "NL", "phone": None,
}  # fmt: skip


_KEYS = count()


class Killed(BaseException):
    """A process that ended here."""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("store")
    with Sandbox(folder, history_days=3) as sandbox:
        opened = bootstrap(_settings(folder, sandbox))
        asyncio.run(opened.sync().run())
        asyncio.run(opened.refresh_clock())
        yield opened
        opened.close()


def _settings(folder: Path, sandbox: Sandbox) -> Any:
    return read_settings(var_dir=folder, sandbox_port=sandbox.port, log_level="ERROR")


def waiting_order(platform: Platform, *besides: str) -> tuple[str, str]:
    """A paid order of which nothing has left, as (order, customer)."""
    query = select(orders.c.id, orders.c.customer_id).where(
        orders.c.store_id == platform.store_id, orders.c.financial_status == "paid",
        orders.c.customer_id.is_not(None), orders.c.id.not_in(besides),
    )  # fmt: skip
    with platform.database.read() as connection:
        rows = connection.execute(query.order_by(orders.c.processed_at.desc())).all()
    for row in rows:
        state = live(platform, row.id)
        if state.paid and state.remaining and not state.tracking and not state.cancelled:
            return row.id, row.customer_id
    raise AssertionError("the sandbox has no paid order that waits")


def live(platform: Platform, order_id: str) -> OrderState:
    state = asyncio.run(platform.orders.order_state(order_id))
    assert state is not None
    return state


def thread_about(platform: Platform, order_id: str, customer_id: str) -> str:
    name = live(platform, order_id).name if order_id else "it"
    arrival = Arrival(
        f"k-{next(_KEYS)}", Channel.CHAT, "Ann", "ann@home.test", "My order", f"About {name}", "",
        None, None, (), is_automatic=False,
    )  # fmt: skip
    with writing(platform) as books:
        thread_id = take_in(books, arrival, customer_id or None)
    assert thread_id is not None
    return thread_id


def decide(platform: Platform, decision: Decision) -> str:
    ledger.approve(platform, decision.id, decision.argument_hash, "ada")
    return asyncio.run(execute(platform, hands_of(platform), decision.id))


def test_an_order_goes_elsewhere_and_back_and_is_forgotten(platform: Platform) -> None:
    order_id, customer_id = waiting_order(platform)
    earlier = live(platform, order_id).address
    assert earlier is not None
    thread_id = thread_about(platform, order_id, customer_id)
    # Even an agent that may act alone asks: a parcel sent elsewhere may be stolen.
    with writing(platform) as books:
        books.policies.set_autonomy(
            books.connection, agent_id=AGENT, kind="address.change", level=Autonomy.AUTO,
            actor="ada", now=books.now,
        )  # fmt: skip
    asked = attending.readdress(platform, thread_id, ELSEWHERE, "called back", "ada")
    assert asked.status.value == "proposed"
    assert "risk" in {hit.rule for hit in asked.verdict.hits}
    again = attending.readdress(platform, thread_id, ELSEWHERE, "called back", "ada")
    assert again.id == asked.id
    ledger.approve(platform, asked.id, asked.argument_hash, "ada")
    assert _killed_while_writing(platform, asked) == "executed"
    found = live(platform, order_id).address
    assert found is not None
    assert asdict(found) == ELSEWHERE

    undo = ledger.revert(platform, asked.id, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "executed"
    assert live(platform, order_id).address == earlier

    with writing(platform) as books:
        receipt = Privacy(books.store_id).erase(
            books.connection, customer_id, [order_id], books.now
        )
    assert receipt["address_changes"] == 2
    with platform.database.read() as connection:
        rows = [connection.execute(select(table)).all() for table in (decisions, executions)]
    held = str(rows)
    assert "Merelhof" not in held
    assert str(earlier.address1) not in held


def _killed_while_writing(platform: Platform, decision: Decision) -> str:
    """The process dies after the store took the address and before we knew."""
    hands = hands_of(platform)
    assert hands.counter is not None
    real = hands.counter.writer

    class Dying:
        async def readdress(self, *given: Any) -> None:
            await real.readdress(*given)
            raise Killed

    dying: Any = Dying()
    with pytest.raises(Killed):
        asyncio.run(
            execute(
                platform,
                replace(hands, counter=replace(hands.counter, writer=dying)),
                decision.id,
            )
        )
    return asyncio.run(execute(platform, hands, decision.id))


def test_what_has_left_goes_where_it_goes(platform: Platform) -> None:
    order_id, customer_id = waiting_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    asked = attending.readdress(platform, thread_id, ELSEWHERE, "called back", "ada")
    earlier = live(platform, order_id).address
    writer = hands_of(platform).counter
    assert writer is not None
    parcel = Shipment(dict(live(platform, order_id).remaining), "3SABC123")
    asyncio.run(writer.writer.ship(order_id, parcel, "k"))
    assert decide(platform, asked) == "conflicted"
    assert live(platform, order_id).address == earlier


def test_an_order_is_cancelled_for_its_customer_by_a_person(platform: Platform) -> None:
    order_id, customer_id = waiting_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    with writing(platform) as books:
        books.policies.set_autonomy(
            books.connection, agent_id=AGENT, kind="order.cancel", level=Autonomy.AUTO,
            actor="ada", now=books.now,
        )  # fmt: skip
    asked = attending.cancel(platform, thread_id, "changed their mind", "ada")
    assert asked.status.value == "proposed"
    assert decide(platform, asked) == "executed"
    assert live(platform, order_id).cancelled
    money = asyncio.run(platform.order_money.order_money(order_id))
    assert money is not None
    assert money.left == 0
    with reading(platform) as books:
        done = books.decisions.get(books.connection, asked.id)
    assert done.proposal.inverse.kind is None
    # Help beyond the caps is counted: the next change to this order is a third thing to ask for.
    with writing(platform) as books:
        policy = replace(books.policy, order_changes_max=1)
        books.policies.replace(
            books.connection, edited=0, policy=policy, actor="ada", now=books.now
        )
    more = attending.readdress(platform, thread_id, ELSEWHERE, "called back", "ada")
    assert "help.order" in {hit.rule for hit in more.verdict.hits}
    assert decide(platform, more) == "conflicted"


def sent_order(platform: Platform) -> tuple[str, str]:
    """A paid order of two units of one line, all of it with its customer."""
    order_id, customer_id = waiting_order(platform)
    ship_all(platform, order_id)
    return order_id, customer_id


def ship_all(platform: Platform, order_id: str) -> None:
    """All of it leaves."""
    writer = hands_of(platform).counter
    assert writer is not None
    parcel = Shipment(dict(live(platform, order_id).remaining), f"3S{order_id}")
    asyncio.run(writer.writer.ship(order_id, parcel, "k"))


def returns_of(platform: Platform, order_id: str) -> list[bool]:
    """Of each return of the order, whether it stands."""
    found = asyncio.run(platform.order_parcels.order_parcels(order_id))
    assert found is not None
    return [each.lasting for each in found.returns]


def free_hands(platform: Platform, **more: Any) -> None:
    """Nothing of what other tests asked for counts against the caps."""
    with writing(platform) as books:
        wide = replace(
            books.policy, order_changes_max=99, customer_changes_month_max=99,
            order_changes_per_day=99, **more,
        )  # fmt: skip
        stored = books.policies.current(books.connection)
        books.policies.replace(
            books.connection, edited=stored.version, policy=wide, actor="ada", now=books.now
        )


def test_goods_come_back_once_and_not_when_it_is_undone(platform: Platform) -> None:
    free_hands(platform)
    order_id, customer_id = sent_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    goods = GoodsBack({}, "SIZE_TOO_SMALL", "too small")
    asked = attending.take_back(platform, thread_id, goods, "ada")
    assert attending.take_back(platform, thread_id, goods, "ada").id == asked.id
    assert asked.proposal.money_at_stake is not None
    assert asked.proposal.money_at_stake.amount > 0
    ledger.approve(platform, asked.id, asked.argument_hash, "ada")
    hands = hands_of(platform)
    assert hands.back is not None
    real = hands.back.writer

    class Dying:
        async def open_return(self, *given: Any) -> None:
            await real.open_return(*given)
            raise Killed

    dying: Any = Dying()
    dead = replace(hands, back=replace(hands.back, writer=dying))
    with pytest.raises(Killed):
        asyncio.run(execute(platform, dead, asked.id))
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, asked.id)) == "executed"
    assert returns_of(platform, order_id) == [True]
    # What is on its way back cannot come back twice.
    again = attending.take_back(platform, thread_id, replace(goods, note="again"), "ada")
    assert decide(platform, again) == "conflicted"
    undo = ledger.revert(platform, asked.id, "ada")
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, undo.id)) == "executed"
    assert returns_of(platform, order_id) == [False]
    with reading(platform) as books:
        assert books.decisions.get(books.connection, asked.id).status == "reverted"


def exchangeable(platform: Platform) -> tuple[str, str, ExchangeableLine, Variant]:
    """A sent order, its customer, a line of it and another variant of the article in stock."""
    found: list[str] = []
    while True:
        order_id, customer_id = waiting_order(platform, *found)
        found.append(order_id)
        with reading(platform) as books:
            order = order_money(books.connection, books.store_id, order_id)
            assert order is not None
            lines = exchangeable_lines(books.connection, books.store_id, order)
        for line in lines:
            for other in line.others:
                if other.has(1):
                    ship_all(platform, order_id)
                    return order_id, customer_id, line, other


def test_goods_are_exchanged_once_and_made_good_once_and_not_when_it_is_undone(
    platform: Platform,
) -> None:
    free_hands(platform)
    order_id, customer_id, line, other = exchangeable(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    wish = Wish(line.id, other.id, 1, "SIZE_TOO_SMALL", "too small")
    asked = attending.exchange(platform, thread_id, wish, "ada")
    assert attending.exchange(platform, thread_id, wish, "ada").id == asked.id
    more = (other.price - line.paid).quantize(Decimal("0.01"))
    shown = {
        (each.id, one.id): (one.difference.amount, one.available)
        for each in view.thread(platform, thread_id).exchangeable
        for one in each.others
    }
    assert shown[line.id, other.id] == (more, other.available)
    assert asked.proposal.arguments["difference"] == format(more, "f")
    assert f"{abs(more)} {asked.proposal.arguments['currency']}" in asked.proposal.rationale or (
        more == 0
    )
    assert ("exchange.difference" in {hit.rule for hit in asked.verdict.hits}) == (more != 0)
    # Undecided, it stands in nobody's way; let through, the same line is not made good again.
    refund = attending.give_back(platform, thread_id, Decimal("1.00"), "x", "ada")
    assert "refund.exchanged" not in {hit.rule for hit in refund.verdict.hits}
    stock = asyncio.run(platform.order_parcels.offered(other.id))
    assert stock is not None
    ledger.approve(platform, asked.id, asked.argument_hash, "ada")
    hands = hands_of(platform)
    assert hands.back is not None
    real = hands.back.writer

    written: list[Any] = []

    class Lost:
        async def open_return(self, *given: Any) -> None:
            await real.open_return(*given)
            written.append(given)
            raise ShopifyUnavailable("The answer was lost.", maybe_applied=True)

    lost: Any = Lost()
    deaf = replace(hands, back=replace(hands.back, writer=lost))
    assert asyncio.run(execute(platform, deaf, asked.id)) == "executed"
    assert len(written) == 1
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, asked.id)) == "executed"
    parcels = asyncio.run(platform.order_parcels.order_parcels(order_id))
    assert parcels is not None
    [opened] = parcels.returns
    assert (opened.lasting, opened.exchanged) == (True, {other.id: 1})
    # The store takes no stock for it before somebody processes the return.
    assert asyncio.run(platform.order_parcels.offered(other.id)) == stock
    lines = {line.id: line.units}
    for twice in (
        attending.take_back(platform, thread_id, GoodsBack(lines, "OTHER", "also"), "ada"),
        attending.send_again(platform, thread_id, LostGoods(lines, "also"), "ada"),
        attending.exchange(platform, thread_id, replace(wish, units=line.units, note="2"), "ada"),
    ):
        assert "help.made_good" in {hit.rule for hit in twice.verdict.hits}
        if twice.proposal.kind != "reship.create":
            assert decide(platform, twice) == "conflicted"
    refund = attending.give_back(platform, thread_id, Decimal("2.00"), "x", "ada")
    assert "refund.exchanged" in {hit.rule for hit in refund.verdict.hits}
    undo = ledger.revert(platform, asked.id, "ada")
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, undo.id)) == "executed"
    assert returns_of(platform, order_id) == [False]
    refund = attending.give_back(platform, thread_id, Decimal("3.00"), "x", "ada")
    assert "refund.exchanged" not in {hit.rule for hit in refund.verdict.hits}


def test_what_costs_something_else_meanwhile_or_is_sold_out_is_not_exchanged(
    platform: Platform,
) -> None:
    free_hands(platform)
    order_id, customer_id, line, other = exchangeable(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    hands = hands_of(platform)
    assert hands.back is not None
    reader = hands.back.reader
    now = asyncio.run(reader.offered(other.id))
    assert now is not None
    dearer = replace(now, price=Money(now.price.amount + 1, now.price.currency))
    for sold in (dearer, replace(now, available=0), None):

        class Moved:
            order_parcels = staticmethod(reader.order_parcels)

            async def offered(self, _: str, sold: Any = sold) -> Any:
                return sold

        moved: Any = Moved()
        wish = Wish(line.id, other.id, 1, "OTHER", f"as {sold}"[:200])
        asked = attending.exchange(platform, thread_id, wish, "ada")
        ledger.approve(platform, asked.id, asked.argument_hash, "ada")
        moved_hands = replace(hands, back=replace(hands.back, reader=moved))
        assert asyncio.run(execute(platform, moved_hands, asked.id)) == "conflicted"
    wish = Wish(line.id, other.id, 1, "OTHER", "paid back meanwhile")
    asked = attending.exchange(platform, thread_id, wish, "ada")
    money = asyncio.run(platform.order_money.order_money(order_id))
    assert money is not None
    assert hands.till is not None
    asyncio.run(hands.till.writer.refund(money, Decimal("1.00"), "for the wait", "k"))
    assert decide(platform, asked) == "conflicted"
    assert returns_of(platform, order_id) == []
    with pytest.raises(Invalid):
        attending.exchange(platform, thread_id, replace(wish, variant_id=line.variant_id), "ada")
    with pytest.raises(Invalid):
        attending.exchange(platform, thread_id, replace(wish, units=line.units + 1), "ada")


def replacements_of(platform: Platform, order_id: str) -> list[bool]:
    """Of each order that replaces this one, whether it stands."""
    found = asyncio.run(platform.replacements.replaceable(order_id))
    assert found is not None
    return [each.standing for each in found.replacements]


def test_lost_goods_are_sent_again_once_for_nothing_and_not_when_it_is_undone(
    platform: Platform,
) -> None:
    free_hands(platform)
    order_id, customer_id = sent_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    with writing(platform) as books:
        books.policies.set_autonomy(
            books.connection, agent_id=AGENT, kind="reship.create", level=Autonomy.AUTO,
            actor="ada", now=books.now,
        )  # fmt: skip
    lost = LostGoods({}, "the carrier lost it")
    asked = attending.send_again(platform, thread_id, lost, "ada")
    assert attending.send_again(platform, thread_id, lost, "ada").id == asked.id
    # Even an agent that may act alone asks: whoever says that nothing came may have it.
    assert asked.status.value == "proposed"
    assert "risk" in {hit.rule for hit in asked.verdict.hits}
    assert asked.proposal.cost == asked.proposal.money_at_stake
    ledger.approve(platform, asked.id, asked.argument_hash, "ada")
    hands = hands_of(platform)
    assert hands.room is not None
    real = hands.room.writer

    class Dying:
        async def send_again(self, *given: Any) -> None:
            await real.send_again(*given)
            raise Killed

    dying: Any = Dying()
    dead = replace(hands, room=replace(hands.room, writer=dying))
    with pytest.raises(Killed):
        asyncio.run(execute(platform, dead, asked.id))
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, asked.id)) == "executed"
    assert replacements_of(platform, order_id) == [True]
    # A yes that was lost on its way is no second order.
    lines = asked.proposal.arguments["lines"]
    asyncio.run(real.send_again(order_id, lines, lost.note, asked.id))
    assert replacements_of(platform, order_id) == [True]
    found = asyncio.run(platform.replacements.replaceable(order_id))
    assert found is not None
    made = live(platform, found.replacements[0].id)
    assert made.paid
    assert sum(made.remaining.values()) == sum(lines.values())
    assert made.address == live(platform, order_id).address
    money = asyncio.run(platform.order_money.order_money(found.replacements[0].id))
    assert money is not None
    assert (money.received, money.customer_id) == (0, customer_id)
    # What is replaced is not replaced a second time.
    again = attending.send_again(platform, thread_id, replace(lost, note="again"), "ada")
    assert decide(platform, again) == "conflicted"
    # Nor is what was sent again paid back without a person, who is told.
    money_back = attending.give_back(platform, thread_id, Decimal("1.00"), "lost", "ada")
    assert "refund.sent_again" in {hit.rule for hit in money_back.verdict.hits}
    undo = ledger.revert(platform, asked.id, "ada")
    for _ in range(2):
        assert asyncio.run(execute(platform, hands, undo.id)) == "executed"
    assert replacements_of(platform, order_id) == [False]
    with reading(platform) as books:
        assert books.decisions.get(books.connection, asked.id).status == "reverted"
    money_back = attending.give_back(platform, thread_id, Decimal("2.00"), "lost", "ada")
    assert "refund.sent_again" not in {hit.rule for hit in money_back.verdict.hits}


def test_a_replacement_that_left_is_not_called_back(platform: Platform) -> None:
    free_hands(platform)
    order_id, customer_id = sent_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    asked = attending.send_again(platform, thread_id, LostGoods({}, "lost"), "ada")
    assert decide(platform, asked) == "executed"
    found = asyncio.run(platform.replacements.replaceable(order_id))
    counter = hands_of(platform).counter
    assert found is not None
    assert counter is not None
    new_id = found.replacements[0].id
    parcel = Shipment(dict(live(platform, new_id).remaining), f"3S{new_id}")
    asyncio.run(counter.writer.ship(new_id, parcel, "k"))
    undo = ledger.revert(platform, asked.id, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "conflicted"
    assert replacements_of(platform, order_id) == [True]


def test_what_never_left_is_not_sent_again(platform: Platform) -> None:
    free_hands(platform)
    order_id, customer_id = waiting_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    with pytest.raises(Invalid):
        attending.send_again(platform, thread_id, LostGoods({"1": 1}, "x"), "ada")
    asked = attending.send_again(platform, thread_id, LostGoods({}, "x"), "ada")
    assert decide(platform, asked) == "conflicted"
    assert replacements_of(platform, order_id) == []


def test_what_was_paid_back_meanwhile_is_not_sent_again(platform: Platform) -> None:
    free_hands(platform)
    order_id, customer_id = sent_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    asked = attending.send_again(platform, thread_id, LostGoods({}, "lost"), "ada")
    money = asyncio.run(platform.order_money.order_money(order_id))
    till = hands_of(platform).till
    assert money is not None
    assert till is not None
    asyncio.run(till.writer.refund(money, money.left, "lost", f"refund-{order_id}"))
    assert decide(platform, asked) == "conflicted"
    assert replacements_of(platform, order_id) == []


def test_a_code_is_given_once_and_ended_when_it_is_undone(platform: Platform) -> None:
    # What waits just now may be goods that hardly earn.
    free_hands(platform, margin_floor_percent=Decimal(0))
    order_id, customer_id = waiting_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    given = Code(1, 30, "for the wait")
    asked = attending.give_code(platform, thread_id, given, "ada")
    assert asked.status.value == "proposed", asked.verdict
    assert attending.give_code(platform, thread_id, given, "ada").id == asked.id
    assert decide(platform, asked) == "executed"
    code = asked.proposal.subject.id
    found = asyncio.run(platform.discounts.discount(code))
    assert found is not None
    assert found.in_force
    again = attending.give_code(platform, thread_id, given, "ada")
    assert decide(platform, again) == "conflicted"
    undo = ledger.revert(platform, asked.id, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), undo.id)) == "executed"
    ended = asyncio.run(platform.discounts.discount(code))
    assert ended is not None
    assert not ended.in_force
    # Half the price off leaves less than the floor of some of it, or nobody knows the cost.
    deep = attending.give_code(platform, thread_id, Code(50, 30, "too much"), "ada")
    assert {hit.rule for hit in deep.verdict.hits} & {"margin.floor", "unit_cost.unknown"}


def test_what_was_not_sent_does_not_come_back(platform: Platform) -> None:
    free_hands(platform)
    order_id, customer_id = waiting_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    with pytest.raises(Invalid):
        attending.take_back(platform, thread_id, GoodsBack({"1": 1}, "OTHER", "x"), "ada")
    asked = attending.take_back(platform, thread_id, GoodsBack({}, "OTHER", "x"), "ada")
    assert decide(platform, asked) == "conflicted"
    assert returns_of(platform, order_id) == []


@pytest.mark.parametrize(
    ("limit", "rule"),
    [
        ("order_changes_max", "help.order"),
        ("customer_changes_month_max", "help.customer"),
        ("order_changes_per_day", "help.day"),
    ],
)
def test_help_beyond_a_cap_asks_a_person(platform: Platform, limit: str, rule: str) -> None:
    """One change is let through for an order; the next of the same reach asks, with the number."""
    free_hands(platform)
    order_id, customer_id = sent_order(platform)
    thread_id = thread_about(platform, order_id, customer_id)
    first = attending.take_back(platform, thread_id, GoodsBack({}, "OTHER", "one"), "ada")
    assert rule not in {hit.rule for hit in first.verdict.hits}
    assert decide(platform, first) == "executed"
    with reading(platform) as books:
        state = gate_state(books, first.proposal)
        stored = books.policies.current(books.connection)
    assert state.helped is not None
    used = {
        "help.order": state.helped.of_order, "help.customer": state.helped.of_customer,
        "help.day": state.helped.today,
    }[rule]  # fmt: skip
    assert used > 0
    with writing(platform) as books:
        narrow = with_limits(stored.policy, {limit: used})
        books.policies.replace(
            books.connection, edited=stored.version, policy=narrow, actor="ada", now=books.now
        )
    more = attending.take_back(platform, thread_id, GoodsBack({}, "OTHER", "two"), "ada")
    [hit] = [hit for hit in more.verdict.hits if hit.rule == rule]
    assert (hit.limit, hit.actual, hit.ruling) == (str(used), str(used + 1), "ask")


def test_a_thread_about_no_order_has_none_to_cancel(platform: Platform) -> None:
    thread_id = thread_about(platform, "", "")
    with pytest.raises(Conflict):
        attending.cancel(platform, thread_id, "changed their mind", "ada")
