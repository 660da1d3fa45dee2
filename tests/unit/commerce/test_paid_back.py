"""What comes from nowhere is paid back: exactly those units, and what was paid for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core import serving
from royal_platform.commerce.decisions.model import (
    Autonomy,
    Decision,
    GateState,
    Policy,
    RefundState,
    Ruling,
    Status,
    Verdict,
)
from royal_platform.commerce.decisions.rules import changes, judge
from royal_platform.commerce.fulfilment import service
from royal_platform.commerce.fulfilment.model import Option, Part, Wanted
from royal_platform.commerce.fulfilment.partials import missing, served
from royal_platform.commerce.fulfilment.refunds import Lacking, Owed, PaidLine, lacking, owed
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.security.order_facts import OrderFacts
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import StatedLine, SupplierOrder
from royal_platform.persistence.order_cases import Case, OpenOrder
from royal_platform.persistence.supplier_orders import BookedOrder

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LINES = ("l1", "l2")
ABOUT = service.About("7", "#1007", Money(Decimal(90), "EUR"), "sandbox", NOW)
PAID = OrderMoney("7", "#1007", "c1", "EUR", Decimal(90), Decimal(0), None, is_foreign=False)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def of(line_id: str, quantity: int) -> Lacking:
    return Lacking("RE-7-1", line_id, quantity)


@pytest.mark.parametrize(
    ("wanted", "left", "back"),
    [
        # A third of ten, and never a cent more than all of it in the end.
        ([of("l1", 1)], "35.00", Owed(eur("3.33"), with_shipping=False)),
        ([of("l1", 3), of("l2", 1)], "35.00", Owed(eur("20.00"), with_shipping=False)),
        # What was given back for other reasons is not given twice.
        ([of("l1", 3)], "4.00", Owed(eur("4.00"), with_shipping=False)),
        ([of("l1", 3)], "0.00", None),
        # Nothing of it comes: all that was paid goes back, shipping included.
        ([of("l1", 3), of("l2", 2)], "35.00", Owed(eur("35.00"), with_shipping=True)),
        ([of("l1", 3), of("l2", 2)], "0.00", None),
        ([], "35.00", None),
    ],
)
def test_units_are_owed_what_was_paid_for_them(wanted, left, back):
    lines = [PaidLine("l1", 3, 0, eur("10.00")), PaidLine("l2", 2, 0, eur("20.00"))]
    assert owed(lines, wanted, eur(left)) == back


@given(
    st.decimals(min_value=0, max_value=9999, places=2),
    st.lists(st.integers(1, 9), min_size=1, max_size=8),
    st.sampled_from(("EUR", "JPY", "KWD")),
)
def test_the_parts_of_a_line_add_up_to_it(amount, parts, currency):
    paid, quantity = Money(amount, currency).rounded(), sum(parts)
    other = PaidLine("l2", 1, 0, Money(Decimal(5), currency))
    left, back, before = paid + other.paid, Decimal(0), 0
    for units in parts:
        lines = [PaidLine("l1", quantity, before, paid), other]
        found = owed(lines, [of("l1", units)], left)
        if found is not None:
            assert found.amount == found.amount.rounded()
            assert not found.with_shipping
            back, left = back + found.amount.amount, left - found.amount
        before += units
    assert back == paid.amount


def test_nothing_is_owed_again_that_went_back_or_that_a_person_refused():
    gone = {"RE-7-1": {"l1": 6}, "RE-7-2": {"l1": 2}}
    assert lacking(gone, {}, {"l1": 2}) == [Lacking("RE-7-2", "l1", 2)]
    assert lacking(gone, {}, {"l1": 3}) == [Lacking("RE-7-2", "l1", 2), Lacking("RE-7-1", "l1", 1)]
    assert lacking(gone, {("RE-7-2", "l1"): 2, ("RE-7-1", "l1"): 6}, {"l1": 2}) == []
    assert lacking(gone, {}, {"l2": 2}) == []


def test_above_the_cap_of_the_order_a_person_is_asked():
    proposal = refund([of("l1", 2)], "90.00")
    state = GateState(NOW, "EUR", autonomy=Autonomy.AUTO, refunds=RefundState())
    verdict = judge(proposal, Policy(refund_order_max=Decimal("89.99")), state)
    assert (verdict.ruling, [each.rule for each in verdict.hits]) == (Ruling.ASK, ["refund.order"])
    assert judge(proposal, Policy(), state).ruling is Ruling.ALLOW
    assert [(each.field, each.proposed) for each in changes(proposal)] == [
        ("refunded", "90.00"), ("units", "2"),
    ]  # fmt: skip
    broken = replace(proposal, arguments={**proposal.arguments, "lines": [{"line_id": "l1"}]})
    assert judge(broken, Policy(), state).ruling is Ruling.DENY


def refund(wanted: list[Lacking], amount: str) -> object:
    return service.refund_proposal(
        ABOUT, PAID, wanted, Owed(eur(amount), with_shipping=False), titles={}, why="Two are gone.",
        waits=True,
    )  # fmt: skip


def decision(proposal: object, status: Status) -> Decision:
    return Decision(
        "dec_1", "str_1", proposal, status, Verdict(Ruling.ASK, ()), NOW,
    )  # type: ignore[arg-type]  # fmt: skip


class World:
    """An order whose suppliers let it down line by line, and what is done about it."""

    def __init__(self, units: dict[str, int]) -> None:
        self.units = units
        self.refunded = dict.fromkeys(units, 0)
        self.decided: list[Decision] = []
        self.booked: dict[str, BookedOrder] = {}

    @property
    def order(self) -> OpenOrder:
        wanted = tuple(
            Wanted(line, "v", line, n - self.refunded[line])
            for line, n in self.units.items() if n > self.refunded[line]
        )  # fmt: skip
        case = Case("7", NOW, OrderFacts("7", NOW, 90.0), 0.1, 0.1, [], (0, 0), None, None, None,
                    None, [])  # fmt: skip
        return OpenOrder("7", "#1007", NOW, Decimal(90), "EUR", "c1", wanted, case, self.refunded)

    def waiting(self) -> dict[str, int]:
        found, _ = serving.uncovered(self.order, self.decided, self.booked)
        return {one.line_id: one.quantity for one in found}

    def place(self) -> None:
        """What waits is ordered at a supplier."""
        reference = f"RE-7-{len(self.booked) + 1}"
        parts = [
            Part(Option("sup", "Sup", line, f"A-{line}", Decimal(1), None, NOW), n, Decimal(0))
            for line, n in self.waiting().items()
        ]
        if parts:
            placed = service.place_proposal(ABOUT, reference, parts, {}, [])
            self.decided.append(decision(placed, Status.EXECUTED))
            self.state(reference, "accepted")

    def state(self, reference: str, status: str, *lines: StatedLine) -> None:
        stated = SupplierOrder(reference, "77", status, lines=lines)  # type: ignore[arg-type]
        self.booked[reference] = BookedOrder(reference, "sup", "dec", "7", (), NOW, stated)

    def lines_of(self, reference: str) -> list[dict[str, object]]:
        [placed] = [one for one in self.decided if one.proposal.subject.id == reference]
        return placed.proposal.arguments["lines"]

    def pay_back(self, status: Status, *, lost: str | None = None) -> None:
        """What nobody can send goes back, or is refused."""
        gone = {each: missing(self.lines_of(each), self.booked[each].order)
                for each in self.booked}  # fmt: skip
        settled = serving.settled(self.decided, serving.STANDS)
        found = lacking(gone, settled, self.waiting())
        if lost is not None:
            [placed] = [one for one in self.decided if one.proposal.subject.id == lost]
            units = serving.lost_of(lost, placed, self.booked[lost], self.decided)
            found += [Lacking(lost, line, n) for line, n in units.items()]
        if found:
            self.decided.append(decision(refund(found, "1.00"), status))

    def mirror(self) -> None:
        """Our copy shows what went back."""
        done = serving.settled(self.decided, {Status.EXECUTED})
        for line in self.units:
            self.refunded[line] = sum(n for (_, each), n in done.items() if each == line)

    def counted(self) -> dict[str, int]:
        """Units of each line that go back, or that come and were not paid back."""
        paid = serving.settled(self.decided, serving.STANDS - {Status.REJECTED})
        total = dict.fromkeys(self.units, 0)
        for (_, line), units in paid.items():
            total[line] += units
        for reference, booked in self.booked.items():
            ordered = {}
            for each in self.lines_of(reference):
                ordered[each["line_id"]] = ordered.get(each["line_id"], 0) + each["quantity"]
            for line, units in served(self.lines_of(reference), booked.order).items():
                total[line] += min(units, ordered[line] - paid.get((reference, line), 0))
        return total


_UNITS = st.integers(0, 6)


@given(st.fixed_dictionaries(dict.fromkeys(LINES, st.integers(1, 9))), st.data())
def test_units_paid_back_served_and_promised_are_never_more_than_ordered(units, data):
    world = World(units)
    for _ in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(("place", "pay", "gone", "lost", "mirror", "answer"))):
            case "place":
                world.place()
            case "pay":
                status = st.sampled_from((Status.PROPOSED, Status.EXECUTED, Status.REJECTED))
                world.pay_back(data.draw(status))
            case "gone" if world.booked:
                reference = data.draw(st.sampled_from(sorted(world.booked)))
                before = {
                    each.supplier_sku: each.gone for each in world.booked[reference].order.lines
                }
                lines = [
                    StatedLine(sku, 0, before.get(sku, 0) + data.draw(_UNITS))
                    for sku in ("A-l1", "A-l2")
                ]
                world.state(reference, "partial", *lines)
            case "lost" if world.booked:
                world.pay_back(
                    Status.EXECUTED, lost=data.draw(st.sampled_from(sorted(world.booked)))
                )
            case "mirror":
                world.mirror()
            case "answer":
                world.decided = [
                    replace(one, status=Status.EXECUTED) if one.status is Status.PROPOSED else one
                    for one in world.decided
                ]
        counted = world.counted()
        assert all(counted[line] <= units[line] for line in LINES)
        # Whatever waits is what nothing counts for: it is neither forgotten nor sent twice.
        assert world.waiting() == {
            line: units[line] - counted[line] for line in LINES if counted[line] < units[line]
        }


def test_units_of_a_lost_parcel_that_were_paid_back_serve_nothing():
    world = World({"l1": 5})
    world.place()
    world.state("RE-7-1", "partial", StatedLine("A-l1", 0, 2))
    world.place()
    world.pay_back(Status.EXECUTED, lost="RE-7-2")
    for _ in range(2):
        # What the first one lets down now is looked for, although the second one counts as sent.
        world.state("RE-7-1", "partial", StatedLine("A-l1", 0, 3))
        assert world.waiting() == {"l1": 1}
        world.mirror()
    assert world.counted() == {"l1": 4}
