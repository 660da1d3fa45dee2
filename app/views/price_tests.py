"""Price tests on the wire."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from app.schemas.effects import EstimateOut
from app.schemas.price_tests import (
    PriceTestOut,
    PriceTestPage,
    PriceTestQuery,
    PriceTestReadingOut,
    PriceTestSettingOut,
    PriceTestStatus,
    PriceTestWeekOut,
    TestedPriceOut,
)
from app.views import shared
from orchestrator.core.books import Books, reading
from orchestrator.core.price_test_weeks import Setting, ToldTest, ToldWeek, told
from royal_platform.commerce.decisions.model import Status
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.price_tests import (
    KNOWN,
    NEVER,
    RUNNING,
    SETTLING,
    STOPPING,
    PriceTests,
)

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_CENT = Decimal("0.01")
_SHOWN: dict[str, PriceTestStatus] = {
    RUNNING: "running", STOPPING: "ending", SETTLING: "settling", KNOWN: "known", NEVER: "never",
}  # fmt: skip


def listing(platform: Platform, query: PriceTestQuery) -> PriceTestPage:
    """A page of price tests, the latest begun first."""
    with reading(platform) as books:
        page = PriceTests(books.store_id).page(books.connection, query.cursor, query.limit)
        data = [_one(books, each) for each in told(books, page.items)]
        return PriceTestPage(
            data=data, next_cursor=page.next_cursor, total=page.total,
            provenance=shared.provenance(books.store),
        )  # fmt: skip


def _one(books: Books, each: ToldTest) -> PriceTestOut:
    test, prediction = each.test, each.begun_by.proposal.prediction
    waiting = test.status == RUNNING and test.begun == 0
    return PriceTestOut(
        decision_id=test.decision_id,
        product_id=test.product_id,
        variant_id=test.variant_id,
        title=test.title,
        currency=test.currency,
        prices=[Decimal(price) for price in test.prices],
        status="waiting" if waiting else _SHOWN[test.status],
        reason=test.reason,
        detail=test.detail,
        started_at=test.started_at,
        ended_at=test.ended_at,
        first_day=test.first_day,
        last_day=test.monday(len(test.weeks)) - timedelta(days=1),
        due_day=_due_day(books, each),
        weeks=[_week(week, test.currency) for week in each.weeks],
        by_price=[_by_price(Decimal(price), each.weeks) for price in test.prices],
        put_back=None if each.put_back is None else _setting(each.put_back),
        predicted=None
        if prediction is None
        else _estimate(prediction.point, prediction.low, prediction.high),
        reading=_reading(each),
        may_end=test.status == RUNNING
        and each.begun_by.status in {Status.EXECUTED, Status.MEASURED},
    )


def _due_day(books: Books, each: ToldTest) -> date | None:
    """When it is read at the earliest; None where that is over."""
    test = each.test
    if test.status == RUNNING:
        return test.monday(len(test.weeks)) + timedelta(days=1)
    if test.status == STOPPING:
        return each.today + timedelta(days=1)
    return books.clock.local_day(test.due_at) if test.status == SETTLING else None


def _week(week: ToldWeek, currency: str) -> PriceTestWeekOut:
    stood = week.in_force
    return PriceTestWeekOut(
        number=week.number,
        first_day=week.first_day,
        price=week.price,
        in_force=None if stood is None else Money(stood, currency).rounded().amount,
        state=week.state,
        counts=week.counts,
        is_over=week.is_over,
        units=week.units,
        setting=None if week.setting is None else _setting(week.setting),
    )


def _setting(setting: Setting) -> PriceTestSettingOut:
    return PriceTestSettingOut(
        decision_id=setting.decision_id, status=setting.status.value, why=setting.why
    )


def _by_price(price: Decimal, weeks: tuple[ToldWeek, ...]) -> TestedPriceOut:
    stood = [w for w in weeks if w.price == price and w.counts and w.is_over and w.state == "held"]
    return TestedPriceOut(
        price=price, weeks=len(stood), units=sum(week.units or 0 for week in stood)
    )


def _reading(each: ToldTest) -> PriceTestReadingOut | None:
    found = each.test.result
    if found is None:
        return None
    point, low, high = (Decimal(str(found[name])) for name in ("point", "low", "high"))
    return PriceTestReadingOut(
        elasticity=_estimate(point, low, high),
        blocks=found["blocks"],
        units=found["units"],
        carried=found["carried"],
        remembers=found["remembers"],
    )


def _estimate(point: Decimal, low: Decimal, high: Decimal) -> EstimateOut:
    return EstimateOut(
        point=point.quantize(_CENT), low=low.quantize(_CENT), high=high.quantize(_CENT)
    )
