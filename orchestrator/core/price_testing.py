"""Price tests carried out: begun by a decision, one price a week in business time, put back, read.

A test is a mandate: a person approved its prices and the week of each. Every change is still a
decision of its own, judged, logged and undone like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.telemetry.logs import get_logger
from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.price_testing_state import KIND
from orchestrator.core.proposing import propose_in
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.price_tests import END
from royal_platform.commerce.decisions.rules import stopping
from royal_platform.commerce.pricing.trial_account import week_proposal
from royal_platform.commerce.pricing.trial_turn import turn
from royal_platform.persistence.price_tests import (
    RUNNING,
    SETTLING,
    STOPPING,
    PriceTest,
    PriceTests,
)
from royal_platform.persistence.tables.catalog import variants

IN_FORCE = "in force"
AGENT = "inventory_pricing"
TESTER = "price test"
# Orders of the last day are edited, cancelled and read a little later.
_SETTLE = timedelta(days=1)
_log = get_logger(__name__)


class BeginTestAction(RestsOnPrecondition):
    """``price.test``: prices of a variant begin to take turns on the next Monday."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """Whether its test is in force, and the variant's price and cost in our copy."""
        return _facts(self._ground, decision, decision.id)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A test in force."""
        return {"test": IN_FORCE}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Put it in force; once per decision."""
        told = decision.proposal.arguments
        with writing(self._ground) as books:
            today = books.clock.local_day(books.now)
            monday = today + timedelta(days=7 - today.weekday())
            test = PriceTest(
                decision_id=decision.id, variant_id=decision.proposal.subject.id,
                product_id=str(told["product_id"]), title=decision.proposal.subject.title,
                currency=str(told["currency"]), prices=list(told["prices"]),
                weeks=list(told["weeks"]), first_day=monday, status=RUNNING, begun=0,
                due_at=books.clock.day_start(monday), started_at=books.now,
            )  # fmt: skip
            PriceTests(books.store_id).begin(books.connection, test)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """End it at once and put the price back."""
        arguments = {"test_of": decision.id, "variant_id": decision.proposal.subject.id}
        return Inverse(END, arguments, "Ends the test at once and puts the price back.")


class EndAction(RestsOnPrecondition):
    """``price.test_end``: a test takes no further turn, and the price before it is put back."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the test is in force."""
        return _facts(self._ground, decision, str(decision.proposal.arguments["test_of"]))

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """No test in force."""
        return {"test": None}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """End it; ending it twice changes nothing."""
        with writing(self._ground) as books:
            tests = PriceTests(books.store_id)
            found = tests.get(books.connection, str(decision.proposal.arguments["test_of"]))
            if found is not None and found.status == RUNNING:
                tests.move(
                    books.connection, found, status=STOPPING, due_at=books.now, reason="stopped"
                )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A test that ended is asked for anew."""
        return Inverse(None, None, "Run the agent: it asks for a new test if one is worth it.")


def waits(ground: Ground) -> bool:
    """Whether a week of a test begins, or its price is to be put back."""
    with reading(ground) as books:
        return bool(_due(books))


def take_turns(ground: Ground) -> int:
    """Propose the price of every week that begins, and to put back what is over; how many."""
    with writing(ground) as books:
        due = _due(books)
        for test in due:
            _take_turn(books, test)
    return len(due)


def _due(books: Books) -> list[PriceTest]:
    """Nothing while a stop is in force: it is looked at again when it is lifted."""
    if any(stopping(KIND, AGENT, books.policies.stopped(books.connection))):
        return []
    return PriceTests(books.store_id).due(books.connection, books.now, (RUNNING, STOPPING))


def _take_turn(books: Books, test: PriceTest) -> None:
    price, cost = _now(books, test.variant_id)
    step = turn(
        [Decimal(each) for each in test.weeks], test.before, price,
        week=(books.clock.local_day(books.now) - test.first_day).days // 7,
        stopped=test.status == STOPPING,
    )  # fmt: skip
    tests = PriceTests(books.store_id)
    if step.week is not None:
        due = books.clock.day_start(test.monday(step.week + 1))
        tests.move(books.connection, test, begun=step.week + 1, due_at=due)
    else:
        settled = books.clock.day_start(books.clock.local_day(books.now) + _SETTLE)
        tests.move(
            books.connection, test, status=SETTLING, due_at=settled, ended_at=books.now,
            reason=step.reason or test.reason,
        )  # fmt: skip
        books.tell(
            "price_test.ended", test.decision_id, TESTER,
            {"variant_id": test.variant_id, "title": test.title,
             "reason": step.reason or test.reason},
        )  # fmt: skip
    if step.price is not None and price is not None:
        proposal = week_proposal(
            test_of=test.decision_id, product_id=test.product_id, variant_id=test.variant_id,
            title=test.title, currency=test.currency, wanted=step.price, price=price, cost=cost,
            week=step.week, weeks=len(test.weeks), now=books.now,
        )  # fmt: skip
        propose_in(books, proposal, TESTER)
    _log.info("price_test.turn.taken", decision_id=test.decision_id, week=step.week)


def _now(books: Books, variant_id: str) -> tuple[Decimal | None, Decimal | None]:
    """The variant's price and unit cost in our copy; None for what it does not have."""
    query = select(variants.c.price, variants.c.unit_cost).where(
        variants.c.store_id == books.store_id, variants.c.id == variant_id,
        variants.c.deleted_at.is_(None),
    )  # fmt: skip
    row = books.connection.execute(query).one_or_none()
    return (None, None) if row is None else (row.price, row.unit_cost)


def _facts(ground: Ground, decision: Decision, test_of: str) -> Facts | None:
    with reading(ground) as books:
        price, cost = _now(books, decision.proposal.subject.id)
        test = PriceTests(books.store_id).get(books.connection, test_of)
    return {
        "test": IN_FORCE if test is not None and test.status == RUNNING else None,
        "price": None if price is None else format(price, "f"),
        "unit_cost": None if cost is None else format(cost, "f"),
    }
