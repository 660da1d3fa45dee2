"""What a price test says to the gate of a price that names it."""

from __future__ import annotations

from decimal import Decimal

from orchestrator.core.books import Books
from royal_platform.commerce.decisions.model import MandateState, Proposal
from royal_platform.commerce.decisions.price_tests import TEST
from royal_platform.persistence.price_tests import (
    RUNNING,
    SETTLING,
    STOPPING,
    PriceTest,
    PriceTests,
)

KIND = "price.set"


def state_of_test(books: Books, proposal: Proposal) -> MandateState | None:
    """What the test that a price names says of it; None when it names none."""
    named = proposal.arguments.get("test_of")
    if proposal.kind != KIND or not isinstance(named, str):
        return None
    test = PriceTests(books.store_id).get(books.connection, named)
    if test is None:
        return MandateState("There is no such price test.", of="test", unit="weeks")
    why = _why_not(test, proposal)
    total = len(test.weeks) + 1
    return MandateState(why, max(test.begun - 1, 0), total, 0, 1, unit="weeks", of="test")


def in_another_test(books: Books, proposal: Proposal, decision_id: str | None) -> bool:
    """Whether a test begun by another decision than ``decision_id`` holds the variant."""
    if proposal.kind != TEST:
        return False
    going_on = PriceTests(books.store_id).open(books.connection)
    variant = proposal.subject.id
    return any(each.variant_id == variant and each.decision_id != decision_id for each in going_on)


def _why_not(test: PriceTest, proposal: Proposal) -> str | None:
    if test.variant_id != proposal.subject.id:
        return "The test is of another variant."
    wanted, week = Decimal(proposal.arguments["price"]), proposal.arguments.get("test_week")
    if week is None:
        is_over = test.status in {STOPPING, SETTLING}
        return None if is_over and wanted == test.before else "It is no price to go back to."
    if test.status != RUNNING or week != test.begun - 1:
        return "The test has no such week now."
    return None if wanted == Decimal(test.weeks[week]) else "It is not the price of that week."
