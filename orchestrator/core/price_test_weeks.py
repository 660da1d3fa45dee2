"""Price tests told whole: what became of each week's price, its units, and the price put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from orchestrator.core.books import Books
from orchestrator.core.price_test_reading import prices_seen
from orchestrator.core.price_testing import AGENT
from orchestrator.core.price_testing_state import KIND
from royal_platform.commerce.decisions.model import Decision, Ruling, Status
from royal_platform.commerce.decisions.price_tests import turn_weeks
from royal_platform.commerce.decisions.rules import stopping
from royal_platform.commerce.pricing.trial_weeks import (
    LOST,
    PriceSeen,
    WeekState,
    in_force,
    week_state,
)
from royal_platform.persistence.decision_rows import read_decision
from royal_platform.persistence.price_tests import STOPPING, PriceTest
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.orders import daily_variant_sales

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Setting:
    """The decision that was to set a price: where it stands and, if it did not, why."""

    decision_id: str
    status: Status
    why: str | None


@dataclass(frozen=True, slots=True)
class ToldWeek:
    """One week: the price drawn for it, the one in force at its end or now, and units sold.

    ``counts``: it is the last of its turn, the others are a burn-in. ``units`` is None for a week
    of the test that has not begun or was none of it any more.
    """

    number: int
    first_day: date
    price: Decimal
    in_force: Decimal | None
    state: WeekState
    counts: bool
    is_over: bool
    units: int | None
    setting: Setting | None


@dataclass(frozen=True, slots=True)
class ToldTest:
    """A test with its weeks; ``put_back`` is the decision that restores the price before it."""

    test: PriceTest
    begun_by: Decision
    weeks: tuple[ToldWeek, ...]
    put_back: Setting | None
    today: date


def told(books: Books, tests: Sequence[PriceTest]) -> list[ToldTest]:
    """Each of ``tests`` with what became of its weeks up to now."""
    held = any(stopping(KIND, AGENT, books.policies.stopped(books.connection)))
    return [_told(books, test, stopped=held) for test in tests]


def _told(books: Books, test: PriceTest, *, stopped: bool) -> ToldTest:
    today = books.clock.local_day(books.now)
    known = PriceSeen(today, prices_seen(books, test), test.begun, _over(books, test), stopped)
    settings = _settings(books, test)
    sold = _sold(books, test)
    weeks = tuple(
        _week(test, number, known, settings.get(number), sold) for number in range(len(test.weeks))
    )
    begun_by = books.decisions.get(books.connection, test.decision_id)
    return ToldTest(test, begun_by, weeks, settings.get(None), today)


def _over(books: Books, test: PriceTest) -> date | None:
    if test.ended_at is not None:
        return books.clock.local_day(test.ended_at)
    return books.clock.local_day(books.now) if test.status == STOPPING else None


def _week(
    test: PriceTest, number: int, known: PriceSeen, setting: Setting | None,
    sold: Mapping[date, int],
) -> ToldWeek:  # fmt: skip
    monday, price = test.monday(number), Decimal(test.weeks[number])
    after = monday + _WEEK
    status = None if setting is None else setting.status
    state = week_state(number, monday, price, status, known)
    has_begun = state not in {"coming", "ended"}
    last = min(after - timedelta(days=1), known.today)
    return ToldWeek(
        number, monday, price, in_force(known.seen, last) if has_begun else None, state,
        (number + 1) % turn_weeks(test.weeks) == 0, known.today >= after,
        sum(units for day, units in sold.items() if monday <= day < after) if has_begun else None,
        setting,
    )  # fmt: skip


def _settings(books: Books, test: PriceTest) -> dict[int | None, Setting]:
    """The latest decision for the price of each week; under None the one that puts it back."""
    query = (
        select(decisions)
        .where(
            decisions.c.store_id == books.store_id, decisions.c.subject_id == test.variant_id,
            decisions.c.kind == KIND, decisions.c.created_at >= test.started_at,
            decisions.c.reverts.is_(None),
        )
        .order_by(decisions.c.created_at, decisions.c.id)
    )  # fmt: skip
    found = [read_decision(row) for row in books.connection.execute(query)]
    return {
        each.proposal.arguments.get("test_week"): Setting(each.id, each.status, _why(each))
        for each in found
        if each.proposal.arguments.get("test_of") == test.decision_id
    }


def _why(decision: Decision) -> str | None:
    """Why it was not set, or what it waits for; None where it is on its way or done."""
    if decision.status in LOST and decision.failure:
        return decision.failure
    if decision.status is not Status.PROPOSED:
        return None
    return " ".join(hit.message for hit in decision.verdict.hits if hit.ruling is not Ruling.ALLOW)


def _sold(books: Books, test: PriceTest) -> dict[date, int]:
    """Units sold by store-local day since the test's first."""
    table = daily_variant_sales.c
    query = select(table.day, table.units).where(
        table.store_id == books.store_id, table.variant_id == test.variant_id,
        table.day >= test.first_day, table.day < test.monday(len(test.weeks)),
    )  # fmt: skip
    return {day: int(units) for day, units in books.connection.execute(query)}
