"""Effects of executed decisions: opened, cut short, and measured once their days are over.

That of a price test is opened here and settled by its own reading.

Everything happens at ``due_at`` rows in business time. Computing is done outside any transaction;
settling is conditional on the row as it was seen, so that a repeated or a second measuring, after
a crash or on another worker, changes nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.telemetry.logs import get_logger
from orchestrator.core import price_test_reading
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.records import review
from royal_platform.commerce.decisions.costs import served_of, unit_costs
from royal_platform.commerce.decisions.model import Decision, Status
from royal_platform.commerce.decisions.price_tests import TEST
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.commerce.effects.model import (
    PRICE_METHOD,
    STOCK_METHOD,
    TEST_METHOD,
    Effect,
    Fees,
    NotKnown,
    PriceCase,
    ReorderCase,
    Told,
    Window,
)
from royal_platform.commerce.effects.record import is_inside
from royal_platform.commerce.effects.rules import MIN_DAYS, reorder_effect
from royal_platform.commerce.effects.service import measure_prices, week_of
from royal_platform.persistence import effects as rows
from royal_platform.persistence.costs_to_serve import served_in
from royal_platform.persistence.effects import EffectOfDecision, Effects, StoredEffect
from royal_platform.persistence.price_tests import PriceTests
from royal_platform.persistence.sight import other_price_at, sight, sold_between, stock_counted
from royal_platform.persistence.taxes import included_tax_rate

REORDER = "inventory.reorder"
MEASURED_KINDS = (*PRICE_KINDS, REORDER)
OPENED_KINDS = (*MEASURED_KINDS, TEST)
MEASURER = "measurer"
REVERTED, CHANGED_AGAIN = "reverted", "changed_again"
# Orders of the last day are edited, cancelled and read a little later. Returns need no longer
# wait: they count at the rate known before the change, on both sides.
SETTLE_DAYS = 1
# A baseline that holds an older change of the same price is none of "not changing".
_CLEAN_DAYS = 14
# A count of stock later than this says little about the horizon.
_COUNT_WITHIN = timedelta(days=14)
_LOOK_AGAIN = timedelta(days=1)
_HISTORY = timedelta(weeks=104)
_TAX_WINDOW = timedelta(days=90)
_FOUR_DIGITS = Decimal("0.0001")
_log = get_logger(__name__)

Outcome = Effect | NotKnown


def waits(ground: Ground) -> bool:
    """Whether there is something to open, to cut short or to measure now."""
    with reading(ground) as books:
        store = Effects(books.store_id)
        return bool(
            store.unopened(books.connection, OPENED_KINDS, 1)
            or store.reverted(books.connection, 1)
            or is_due(books)
            or price_test_reading.waits(books)
        )


def is_due(books: Books) -> bool:
    """Whether an effect is to be measured now; price tests have a due time of their own."""
    return bool(Effects(books.store_id).due(books.connection, books.now, MEASURED_KINDS, 1))


def open_effects(ground: Ground) -> int:
    """Give every executed decision its effect, not yet known; returns how many are new."""
    with writing(ground) as books:
        new = sum(
            _open(books, decision)
            for decision in Effects(books.store_id).unopened(books.connection, OPENED_KINDS)
        )
        for effect, undo_id in Effects(books.store_id).reverted(books.connection):
            _cut_at_undo(books, effect, undo_id)
    return new


def measure_due(ground: Ground) -> int:
    """Measure what is due; returns how many became known or proved unknowable.

    The caller has read the store's changes up to now.
    """
    with reading(ground) as books:
        due = Effects(books.store_id).due(books.connection, books.now, MEASURED_KINDS)
        shortened = [_as_observed(books, each) for each in due]
    found: dict[str, Outcome] = {}
    found |= _prices(ground, [e for e in shortened if e.effect.kind in PRICE_KINDS])
    found |= _reorders(ground, [e for e in shortened if e.effect.kind == REORDER])
    settled = 0
    with writing(ground) as books:
        for seen, each in zip(due, shortened, strict=True):
            outcome = found.get(each.effect.decision_id)
            if outcome is None:
                again = books.now + _LOOK_AGAIN
                Effects(books.store_id).postpone(books.connection, seen.effect.decision_id, again)
            elif _settle(books, seen.effect, each, outcome):
                settled += 1
        for agent_id, kind in sorted({(e.effect.agent_id, e.effect.kind) for e in due}):
            review(books, agent_id, kind)
    if settled:
        _log.info("effects.measured", count=settled)
    return settled


def put_off(ground: Ground) -> int:
    """Look at everything due again in a day: measuring it failed in a way nobody foresaw."""
    with writing(ground) as books:
        store = Effects(books.store_id)
        due = store.due(books.connection, books.now, MEASURED_KINDS)
        for each in due:
            store.postpone(books.connection, each.effect.decision_id, books.now + _LOOK_AGAIN)
        price_test_reading.put_off(books, books.now + _LOOK_AGAIN)
    return len(due)


# -- opening


def _open(books: Books, decision: Decision) -> bool:
    proposal, told = decision.proposal, decision.proposal.prediction
    if decision.executed_at is None or told is None:
        return False
    executed = books.clock.local_day(decision.executed_at)
    is_price = proposal.kind in PRICE_KINDS
    test = PriceTests(books.store_id).get(books.connection, decision.id)
    first = executed + timedelta(days=1) if test is None else test.first_day
    last = first + timedelta(days=told.horizon_days - 1)
    point, low, high = rows.predicted_for(decision, told.horizon_days)
    if is_price:
        _cut_older(books, decision, executed)
    is_new = Effects(books.store_id).open(
        books.connection,
        {
            "decision_id": decision.id, "agent_id": proposal.agent_id, "kind": proposal.kind,
            "subject_id": proposal.subject.id, "due_at": _due(books, last),
            "first_day": first, "last_day": last,
            "opened_at": decision.executed_at, "unit": told.unit, "predicted": point,
            "predicted_low": low, "predicted_high": high,
            "against": week_of(executed).isoformat() if is_price else decision.id,
            "method": PRICE_METHOD if is_price else STOCK_METHOD if test is None else TEST_METHOD,
        },
    )  # fmt: skip
    if is_new:
        books.tell_decision(
            "effect.opened", decision, MEASURER, due_at=_due(books, last).isoformat()
        )
    if test is not None:
        price_test_reading.settle_effect(books, test)
    return is_new


def _cut_older(books: Books, decision: Decision, executed: date) -> None:
    """A newer change of the same price ends what the older one can be measured on."""
    older = Effects(books.store_id).running_on(
        books.connection, decision.proposal.subject.id, PRICE_KINDS
    )
    for each in older:
        if each.status == rows.PENDING and each.first_day <= executed <= each.last_day:
            _cut(books, each, executed - timedelta(days=1), CHANGED_AGAIN)


def _cut_at_undo(books: Books, effect: StoredEffect, undo_id: str) -> None:
    undo = books.decisions.get(books.connection, undo_id)
    undone = books.clock.local_day(undo.executed_at or books.now)
    # One undone after its days were over was in force all of them.
    _cut(books, effect, min(undone - timedelta(days=1), effect.last_day), REVERTED)


def _cut(books: Books, effect: StoredEffect, last_day: date, cut: str) -> None:
    decision = books.decisions.get(books.connection, effect.decision_id)
    days = Window(effect.first_day, last_day).days
    if effect.kind == TEST:
        # What buyers answer in percent does not grow with the days.
        days = Window(effect.first_day, effect.last_day).days
    Effects(books.store_id).cut_short(
        books.connection, effect.decision_id, last_day=last_day, due_at=_due(books, last_day),
        cut=cut, predicted=rows.predicted_for(decision, max(days, 0)),
    )  # fmt: skip


def _due(books: Books, last_day: date) -> datetime:
    return books.clock.day_start(last_day + timedelta(days=1 + SETTLE_DAYS))


# -- measuring


def _as_observed(books: Books, found: EffectOfDecision) -> EffectOfDecision:
    """The effect with its days ended where somebody else changed the price, as we saw it."""
    effect, decision = found.effect, found.decision
    if effect.kind not in PRICE_KINDS or decision.executed_at is None:
        return found
    price = Decimal(decision.proposal.arguments["price"])
    at = other_price_at(
        books.connection, books.store_id, effect.subject_id, price, decision.executed_at
    )
    if at is None or books.clock.local_day(at) > effect.last_day:
        return found
    last = books.clock.local_day(at) - timedelta(days=1)
    point, low, high = rows.predicted_for(decision, max(Window(effect.first_day, last).days, 0))
    return replace(
        found,
        effect=replace(
            effect, last_day=last, cut=effect.cut or CHANGED_AGAIN, predicted=point,
            predicted_low=low, predicted_high=high,
        ),
    )  # fmt: skip


def _prices(ground: Ground, due: Sequence[EffectOfDecision]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    by_week: dict[date, list[PriceCase]] = defaultdict(list)
    if not due:
        return found
    with reading(ground) as books:
        for each in due:
            case = _price_case(books, each)
            if isinstance(case, PriceCase):
                by_week[week_of(case.window.first - timedelta(days=1))].append(case)
            else:
                found[each.effect.decision_id] = case
        fees, clock = _fees(books), books.clock
    for monday, cases in sorted(by_week.items()):
        looked_at = sight(ground.database, ground.store_id, clock, monday - _HISTORY)
        found |= measure_prices(cases, looked_at, fees)
    return found


def _price_case(books: Books, found: EffectOfDecision) -> PriceCase | NotKnown:
    effect, decision = found.effect, found.decision
    if effect.window.days < MIN_DAYS:
        return NotKnown(
            effect.cut or "too_short",
            f"The price stood for {max(effect.window.days, 0)} whole days; {MIN_DAYS} are needed.",
        )
    execution = books.executions.get(books.connection, decision.id)
    before: Any = ((execution.before if execution else None) or {}).get("price")
    arguments = decision.proposal.arguments
    # Of what is cleared the cost is spent either way: a unit sold brings what is above salvage.
    cost = arguments.get("salvage", decision.proposal.precondition.get("unit_cost"))
    if before is None:
        return NotKnown("no_price_before", "The price before the change was not recorded.")
    if cost is None:
        return NotKnown("unknown_cost", "Its unit cost is unknown, so no contribution is known.")
    recent = _changed_lately(books, effect)
    if recent is not None:
        return recent
    served = served_of(
        served_in(books.connection, books.store_id, [effect.subject_id]), effect.subject_id
    )
    serving = 0 if served is None else unit_costs(Decimal(cost), served, books.policy).serving
    return PriceCase(
        decision.id, effect.subject_id, float(before), float(arguments["price"]), float(cost),
        effect.window, float(serving), None if served is None else float(served.tax_rate),
    )  # fmt: skip


def _changed_lately(books: Books, effect: StoredEffect) -> NotKnown | None:
    others = Effects(books.store_id).running_on(books.connection, effect.subject_id, PRICE_KINDS)
    for other in others:
        gap = (effect.first_day - other.first_day).days
        if other.decision_id != effect.decision_id and 0 <= gap < _CLEAN_DAYS:
            return NotKnown(
                "changed_before",
                f"Its price had been changed {gap} days before: nothing says what it would have "
                "sold without this change alone.",
            )
    return None


def _fees(books: Books) -> Fees:
    policy = books.policies.current(books.connection).policy
    since = books.clock.local_day(books.now) - _TAX_WINDOW
    return Fees(
        tax_rate=float(included_tax_rate(books.connection, books.store, since)),
        rate=float(policy.payment_fee_percent / 100),
        fixed=float(policy.payment_fee_fixed),
    )


def _reorders(ground: Ground, due: Sequence[EffectOfDecision]) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    with reading(ground) as books:
        for each in due:
            case = _reorder_case(books, each)
            if isinstance(case, ReorderCase):
                found[each.effect.decision_id] = reorder_effect(case)
            elif case is not None:
                found[each.effect.decision_id] = case
    return found


def _reorder_case(books: Books, found: EffectOfDecision) -> ReorderCase | NotKnown | None:
    """What was counted; None while the stock after the horizon has not been counted yet."""
    effect, decision = found.effect, found.decision
    if decision.status is Status.REVERTED:
        return NotKnown(REVERTED, "The order was cancelled before its horizon was over.")
    connection, variant = books.connection, effect.subject_id
    placed = effect.first_day - timedelta(days=1)
    before = stock_counted(connection, books.store_id, variant, placed)
    after = stock_counted(connection, books.store_id, variant, effect.last_day)
    if before is None or before[0] > effect.first_day:
        return NotKnown("not_counted", "Its stock was not counted when the order was placed.")
    if after is None and books.clock.local_day(books.now) - effect.last_day <= _COUNT_WITHIN:
        return None
    if after is None or after[0] - effect.last_day > _COUNT_WITHIN:
        return NotKnown("not_counted", "Its stock was not counted after the horizon.")
    days = (before[0] + timedelta(days=1), after[0])
    sold, returned = sold_between(connection, books.store_id, variant, days)
    execution = books.executions.get(connection, decision.id)
    facts: Any = (execution.before if execution else None) or {}
    return ReorderCase(
        decision_id=decision.id,
        variant_id=variant,
        ordered=int(decision.proposal.arguments["quantity"]),
        stock_before=before[1],
        stock_after=after[1],
        sold=sold,
        returned=returned,
        earlier=int(facts.get("on_order") or 0),
        demand=float(max(sold, 1)),
    )


# -- settling


def _settle(books: Books, seen: StoredEffect, found: EffectOfDecision, outcome: Outcome) -> bool:
    decision = books.decisions.get(books.connection, seen.decision_id, lock=True)
    if decision.status is Status.REVERTING:
        return False
    shared = {
        "measured_at": books.now, "last_day": found.effect.last_day, "cut": found.effect.cut,
        "predicted": found.effect.predicted, "predicted_low": found.effect.predicted_low,
        "predicted_high": found.effect.predicted_high,
    }  # fmt: skip
    if isinstance(outcome, NotKnown):
        return _settle_unknown(books, seen, decision, outcome, shared)
    values = {
        **shared,
        "estimate": _amount(outcome.estimate), "low": _amount(outcome.low),
        "high": _amount(outcome.high), "inside": _inside(found.effect, outcome),
        "sd": outcome.sd, "shared_sd": outcome.shared_sd, "scale": outcome.scale,
        "method": outcome.method, "sample": outcome.sample,
    }  # fmt: skip
    if not Effects(books.store_id).settle(books.connection, seen, rows.KNOWN, **values):
        return False
    books.decisions.move(books.connection, decision.id, seen=Status.EXECUTED, to=Status.MEASURED)
    books.tell_decision(
        "decision.measured", decision, MEASURER, unit=seen.unit,
        estimate=str(values["estimate"]), low=str(values["low"]), high=str(values["high"]),
        predicted=str(found.effect.predicted), inside=values["inside"], method=outcome.method,
    )  # fmt: skip
    return True


def _settle_unknown(
    books: Books, seen: StoredEffect, decision: Decision, why: NotKnown, values: dict[str, Any]
) -> bool:
    settled = Effects(books.store_id).settle(
        books.connection, seen, rows.NEVER, reason=why.reason, detail=why.detail, **values
    )
    if settled:
        books.tell_decision("effect.unknowable", decision, MEASURER, reason=why.detail)
    return settled


def _inside(effect: StoredEffect, outcome: Effect) -> bool:
    return is_inside(
        Told(
            outcome.estimate, outcome.sd, outcome.shared_sd, outcome.scale, effect.against,
            float(effect.predicted), float(effect.predicted_low), float(effect.predicted_high),
        )
    )  # fmt: skip


def _amount(value: float) -> Decimal:
    return Decimal(str(value)).quantize(_FOUR_DIGITS)
