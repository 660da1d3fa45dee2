"""Price tests read once their last day is over and settled: an elasticity, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.telemetry.logs import get_logger
from orchestrator.core.books import Books, Ground, reading, writing
from royal_platform.commerce.decisions.model import Status
from royal_platform.commerce.decisions.price_tests import turn_weeks
from royal_platform.commerce.effects.model import TEST_METHOD, Told
from royal_platform.commerce.effects.record import is_inside
from royal_platform.commerce.forecasting.model import Days
from royal_platform.commerce.forecasting.service import build_days
from royal_platform.commerce.pricing.trial_reading import (
    TrialEstimate,
    TrialUnknown,
    TrialWeek,
    stood,
)
from royal_platform.commerce.pricing.trial_reading import reading as read_weeks
from royal_platform.commerce.pricing.trial_turn import OTHER_PRICE
from royal_platform.persistence.effects import Effects
from royal_platform.persistence.price_tests import (
    KNOWN,
    NEVER,
    SETTLING,
    PriceTest,
    PriceTests,
)
from royal_platform.persistence.sight import sight
from royal_platform.persistence.tables.catalog import price_observations

READER = "measurer"
# Stock-outs are inferred from how a variant sold in the weeks around.
_LEAD = timedelta(days=56)
_CUTS = {"stopped": "reverted", OTHER_PRICE: "changed_again"}
_CARRIES_OVER = (
    "Demand seems to answer to the price of the turn before as well, so what was read is not the "
    "answer to the price alone: it is not used."
)
_log = get_logger(__name__)


def waits(books: Books) -> bool:
    """Whether a test is to be read now."""
    return bool(PriceTests(books.store_id).due(books.connection, books.now, (SETTLING,)))


def put_off(books: Books, until: datetime) -> None:
    """Look at everything due again later."""
    tests = PriceTests(books.store_id)
    for each in tests.due(books.connection, books.now, (SETTLING,)):
        tests.move(books.connection, each, due_at=until)


def read_due(ground: Ground) -> int:
    """Read what is due; the caller has read the store's changes up to now."""
    with reading(ground) as books:
        due = PriceTests(books.store_id).due(books.connection, books.now, (SETTLING,))
        clock = books.clock
        seen = {each.decision_id: prices_seen(books, each) for each in due}
    if not due:
        return 0
    since = min(each.first_day for each in due) - _LEAD
    looked_at = sight(ground.database, ground.store_id, clock, since)
    last = max(each.monday(len(each.weeks)) for each in due) - timedelta(days=1)
    days = build_days(
        looked_at.variants, looked_at.sales, since, last, snapshots=looked_at.snapshots,
        available_now={},
    )  # fmt: skip
    settled = 0
    for test in due:
        over = None if test.ended_at is None else clock.local_day(test.ended_at)
        weeks = _weeks(test, days, seen[test.decision_id], over)
        outcome = read_weeks(weeks, len(test.prices), turn_weeks(test.weeks))
        with writing(ground) as books:
            settled += _settle(books, test, outcome)
    return settled


def prices_seen(books: Books, test: PriceTest) -> list[tuple[date, Decimal]]:
    """When which price began, oldest first; the time of day matters to nobody but the first."""
    table = price_observations.c
    query = (
        select(table.at, table.price)
        .where(table.store_id == books.store_id, table.variant_id == test.variant_id)
        .order_by(table.at)
    )
    rows: Sequence[Any] = books.connection.execute(query).all()
    return [(_day(books, at), price) for at, price in rows]


def _day(books: Books, at: datetime) -> date:
    return books.clock.local_day(at)


def _weeks(
    test: PriceTest, days: Days, seen: list[tuple[date, Decimal]], over: date | None
) -> list[TrialWeek]:
    """The weeks that were over on the day the test ended; of the last one only a part is known."""
    if test.variant_id not in days.variant_ids:
        return []
    row = days.variant_ids.index(test.variant_id)
    found = []
    for number, price in enumerate(test.weeks[: test.begun]):
        monday = test.monday(number)
        if over is not None and test.monday(number + 1) > over:
            break
        begin = (monday - days.first).days
        units, out = days.units[row, begin : begin + 7], days.out[row, begin : begin + 7]
        found.append(TrialWeek(
            price=float(price), units=float(units.sum()), in_stock=float(1 - out.mean()),
            stood=stood(seen, Decimal(price), monday, monday + timedelta(days=6)),
        ))  # fmt: skip
    return found


def _settle(books: Books, test: PriceTest, outcome: TrialEstimate | TrialUnknown) -> bool:
    tests = PriceTests(books.store_id)
    decision = books.decisions.get(books.connection, test.decision_id, lock=True)
    if isinstance(outcome, TrialUnknown):
        moved = tests.move(
            books.connection, test, status=NEVER, detail=outcome.detail,
            reason=test.reason or outcome.reason,
        )  # fmt: skip
        if moved:
            books.tell_decision("effect.unknowable", decision, READER, reason=outcome.detail)
            _settle_effect_of(books, test)
        return moved
    result = {
        "point": outcome.point, "low": outcome.low, "high": outcome.high, "sd": outcome.sd,
        "carried": outcome.carried, "remembers": outcome.remembers, "blocks": outcome.blocks,
        "units": outcome.units,
    }  # fmt: skip
    if not tests.move(books.connection, test, status=KNOWN, result=result):
        return False
    if decision.status is Status.EXECUTED:
        books.decisions.move(
            books.connection, decision.id, seen=Status.EXECUTED, to=Status.MEASURED
        )
    told = decision.proposal.prediction
    books.tell_decision(
        "decision.measured", decision, READER, unit="percent per percent",
        estimate=str(outcome.point), low=str(outcome.low), high=str(outcome.high),
        predicted=None if told is None else str(told.point), method=TEST_METHOD,
    )  # fmt: skip
    _settle_effect_of(books, test)
    _log.info("price_test.read", decision_id=test.decision_id, blocks=outcome.blocks)
    return True


def _settle_effect_of(books: Books, test: PriceTest) -> None:
    read = PriceTests(books.store_id).get(books.connection, test.decision_id)
    if read is not None:
        settle_effect(books, read)


def settle_effect(books: Books, test: PriceTest) -> None:
    """Close the effect of a test that was read, so that it counts in the record.

    A reading that the turn before seems to have a part in is none of the price, and counts for
    nothing.
    """
    effects = Effects(books.store_id)
    effect = effects.get(books.connection, test.decision_id)
    if effect is None or test.status not in {KNOWN, NEVER}:
        return
    values: dict[str, Any] = {"measured_at": books.now, "cut": _CUTS.get(test.reason or "")}
    if test.ended_at is not None:
        over = books.clock.local_day(test.ended_at) - timedelta(days=1)
        values["last_day"] = min(over, effect.last_day)
    found = test.result
    if found is None or found["remembers"]:
        reason, detail = ("carries_over", _CARRIES_OVER) if found else (test.reason, test.detail)
        effects.settle(books.connection, effect, NEVER, reason=reason, detail=detail, **values)
        return
    point, low, high = (Decimal(str(found[name])) for name in ("point", "low", "high"))
    told = Told(
        found["point"], found["sd"], 0.0, 1.0, effect.against,
        float(effect.predicted), float(effect.predicted_low), float(effect.predicted_high),
    )  # fmt: skip
    effects.settle(
        books.connection, effect, KNOWN, estimate=point, low=low, high=high, sd=found["sd"],
        shared_sd=0.0, scale=1.0, inside=is_inside(told), **values,
        sample={"blocks": found["blocks"], "units_sold": found["units"]},
    )  # fmt: skip
