"""The gate on an order's way: what is malformed, what a person decides, what the budget stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from royal_platform.commerce.decisions.model import (
    Autonomy,
    GateState,
    Inverse,
    Policy,
    Proposal,
    Risk,
    RiskFactor,
    Ruling,
)
from royal_platform.commerce.decisions.rules import changes, judge, planned_spend
from royal_platform.commerce.fulfilment import service
from royal_platform.commerce.fulfilment.model import Option, Part
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import SupplierOrder, Tracking

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
ABOUT = service.About("7", "#1007", Money(Decimal(120), "EUR"), "sandbox", NOW)
FACTORS = [RiskFactor("velocity", 0.4, "3 other orders within a day.")]
AUTO = GateState(NOW, "EUR", autonomy=Autonomy.AUTO)


def place(cost: str = "10") -> Proposal:
    option = Option(
        "sup", "Ace", "l1", "A-1", Decimal(cost), Decimal(2), NOW + timedelta(days=3), 9
    )
    return service.place_proposal(ABOUT, "RE-7-1", [Part(option, 3, Decimal(40))], {}, [])


def ship(number: str = "P1") -> Proposal:
    stated = SupplierOrder("RE-7-1", "77", "shipped", tracking=Tracking(number, "Post"))
    lines = [{"line_id": "l1", "quantity": 3}]
    return service.ship_proposal(ABOUT, stated, lines, notify=False)


HOLD = service.hold_proposal(ABOUT, 0.5, FACTORS)
CANCEL = service.cancel_proposal(ABOUT, 0.9, FACTORS)
RELEASE = service.release_proposal(ABOUT, 0.1, [])


def changed(proposal: Proposal, **arguments: object) -> Proposal:
    return replace(proposal, arguments={**proposal.arguments, **arguments})


@pytest.mark.parametrize(
    ("proposal", "ruling"),
    [
        (HOLD, Ruling.ALLOW),
        (RELEASE, Ruling.ALLOW),
        (place(), Ruling.ALLOW),
        (ship(), Ruling.ALLOW),
        (CANCEL, Ruling.ASK),
        (place("1000.01"), Ruling.DENY),
        (place("1666"), Ruling.DENY),
        (changed(HOLD, order_id=""), Ruling.DENY),
        (changed(CANCEL, reason="BECAUSE"), Ruling.DENY),
        (changed(place(), reference="RE-8-1"), Ruling.DENY),
        (changed(place(), currency="USD"), Ruling.DENY),
        (changed(place(), total="1.00"), Ruling.DENY),
        (changed(place(), lines=[]), Ruling.DENY),
        (changed(place(), lines=[{"supplier_sku": "A", "quantity": 0, "unit_cost": "1"}]),
         Ruling.DENY),
        (changed(place(), lines=[{"supplier_sku": "A", "quantity": 1, "unit_cost": "-1"}]),
         Ruling.DENY),
        (changed(ship(), tracking=""), Ruling.DENY),
        (changed(ship(), lines=[{"line_id": "l1", "quantity": True}]), Ruling.DENY),
    ],
)  # fmt: skip
def test_what_an_agent_may_do_alone_what_it_asks_and_what_is_refused(proposal, ruling):
    assert judge(proposal, Policy(), AUTO).ruling is ruling


def test_a_cancellation_is_a_persons_at_any_autonomy_and_risk():
    harmless = replace(CANCEL, risk=Risk(0.0))
    assert judge(harmless, Policy(), AUTO).ruling is Ruling.ASK


def test_what_a_supplier_is_paid_counts_against_the_budget():
    assert planned_spend(place()) == Decimal("36.00")
    tight = replace(AUTO, spent_today=Decimal(4970))
    assert judge(place(), Policy(), tight).ruling is Ruling.DENY
    assert judge(ship(), Policy(), tight).ruling is Ruling.ALLOW


def test_orders_come_as_they_come_and_wait_for_no_allowance_or_cool_down():
    busy = replace(
        AUTO, actions_today=10_000, actions_this_run=10_000, last_change_at=NOW - timedelta(hours=1)
    )
    assert judge(HOLD, Policy(), busy).ruling is Ruling.ALLOW


@pytest.mark.parametrize("proposal", [HOLD, RELEASE, CANCEL, place(), ship()])
def test_each_says_what_changes_and_how_it_is_undone(proposal):
    assert changes(proposal)
    assert isinstance(proposal.inverse, Inverse)
    assert proposal.inverse.explanation
