"""Routing, working days, substitutes and snags: tables and properties of the pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from royal_platform.commerce.fulfilment.calendar import Workdays
from royal_platform.commerce.fulfilment.model import OWN, Option, Trouble, Wanted
from royal_platform.commerce.fulfilment.promises import PromisedOrder, promises_kept
from royal_platform.commerce.fulfilment.routing import Weights, expected_cost, route
from royal_platform.commerce.fulfilment.snags import LOST_AFTER, snags
from royal_platform.commerce.fulfilment.sources import Shelf, own_options, supplier_options
from royal_platform.commerce.fulfilment.substitutes import Article, substitutes
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import Offer, OfferVersion, SupplierOrder

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)  # a Wednesday, ten o'clock in Amsterdam
DAY = timedelta(days=1)
HOME = Workdays(ZoneInfo("Europe/Amsterdam"))
ONE = Wanted("l1", "v1", "Halter", 2, Decimal(50))


def option(source: str = "a", line: str = "l1", cost: str = "10", **more: object) -> Option:
    values: dict = {
        "source": source, "source_name": source.upper(), "line_id": line, "article": f"{source}-1",
        "unit_cost": Decimal(cost), "shipping": Decimal(0), "arrives_by": NOW + 3 * DAY,
        "capacity": 100, "on_time": 0.9,
    }  # fmt: skip
    return Option(**{**values, **more})


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (option("a"), option("b", cost="11")),
        (option("a"), option("b", shipping=Decimal(1))),
        (option("a"), option("b", arrives_by=NOW + 9 * DAY)),
        (option("a"), option("b", on_time=0.2)),
        (option("a", cost="99"), option("b", capacity=0)),
        (option("a", cost="99"), option("b", minimum=3)),
        (option("a"), option("b", on_time=None)),
    ],
)
def test_landed_cost_promise_reliability_and_capacity_each_decide(better, worse):
    for options in ([better, worse], [worse, better]):
        found = route([ONE], options, now=NOW)
        assert found.sources == (better.source,)
        assert [each.option.source for each in found.left] == [worse.source]
        assert found.left[0].reason
        assert found.unserved == ()


def test_an_order_is_split_only_where_it_pays():
    lines = [ONE, Wanted("l2", "v2", "Bridle", 1, Decimal(50))]
    both = [option("a"), option("a", "l2", "10"), option("b", "l2", "9")]
    assert route(lines, both, now=NOW).sources == ("a",), "one euro does not buy a parcel"
    cheap = [*both[:2], option("b", "l2", "3")]
    split = route(lines, cheap, now=NOW)
    assert set(split.sources) == {"a", "b"}
    assert split.promised_at == NOW + 3 * DAY


def test_one_line_is_filled_from_two_sources_when_one_has_too_few():
    found = route([replace(ONE, quantity=5)], [option("a", capacity=3), option("b", cost="12")],
                  now=NOW)  # fmt: skip
    assert [(part.option.source, part.quantity) for part in found.parts] == [("a", 3), ("b", 2)]


def test_what_nobody_has_is_told_with_how_much_is_missing():
    found = route([replace(ONE, quantity=5)], [option("a", capacity=3)], now=NOW)
    assert [(one.line_id, one.quantity) for one in found.unserved] == [("l1", 2)]
    assert route([ONE], [], now=NOW).promised_at is None


SOURCES = st.sampled_from("abc")
OPTIONS = st.lists(
    st.builds(
        option, SOURCES, st.sampled_from(["l1", "l2"]),
        st.decimals(1, 50, places=2).map(str),
        capacity=st.none() | st.integers(0, 6),
        minimum=st.integers(1, 3),
        on_time=st.none() | st.floats(0, 1),
        arrives_by=st.integers(0, 20).map(lambda days: NOW + days * DAY),
    ),
    max_size=7,
    unique_by=lambda each: (each.source, each.line_id),
)  # fmt: skip
LINES = [ONE, Wanted("l2", "v2", "Bridle", 4, Decimal(30))]


@settings(max_examples=80, deadline=None)
@given(OPTIONS)
def test_a_route_never_takes_more_than_there_is_nor_sends_more_than_is_wanted(options):
    found = route(LINES, options, now=NOW)
    for part in found.parts:
        assert part.option.minimum <= part.quantity
        assert part.option.capacity is None or part.quantity <= part.option.capacity
    for one in LINES:
        sent = sum(part.quantity for part in found.parts if part.option.line_id == one.line_id)
        missing = sum(each.quantity for each in found.unserved if each.line_id == one.line_id)
        assert sent + missing == one.quantity
    taken = [(part.option.source, part.option.line_id) for part in found.parts]
    passed = [(each.option.source, each.option.line_id) for each in found.left]
    assert sorted(taken + passed) == sorted((each.source, each.line_id) for each in options)


@settings(max_examples=60, deadline=None)
@given(OPTIONS)
def test_no_single_set_of_sources_would_be_cheaper(options):
    whole = [replace(each, capacity=None, minimum=1) for each in options]
    found = route(LINES, whole, now=NOW)
    weights = Weights()

    def cost(sources: tuple[str, ...]) -> Decimal | None:
        total = Decimal(0)
        for one in LINES:
            mine = [
                each for each in whole if each.line_id == one.line_id and each.source in sources
            ]
            if not mine:
                return None
            total += min(expected_cost(each, one, NOW) for each in mine) * one.quantity
        return total + weights.parcel * (len(sources) - 1)

    names = sorted({each.source for each in whole})
    sets = [chosen for size in range(1, 4) for chosen in combinations(names, size)]
    served = [value for value in map(cost, sets) if value is not None]
    if served:
        mine = cost(tuple(sorted(found.sources)))
        assert mine is not None
        assert mine <= min(served)


@pytest.mark.parametrize(
    ("at", "begins"),
    [
        ("2026-03-04T09:59", date(2026, 3, 4)),  # 10:59 there
        ("2026-03-04T10:00", date(2026, 3, 5)),  # the cut-off itself is too late
        ("2026-03-06T12:00", date(2026, 3, 9)),  # Friday afternoon
        ("2026-03-07T06:00", date(2026, 3, 9)),  # Saturday
        ("2026-03-08T23:30", date(2026, 3, 9)),  # already Monday, half past midnight
        ("2026-07-01T08:30", date(2026, 7, 1)),  # summer time: 10:30
        ("2026-07-01T09:30", date(2026, 7, 2)),
    ],
)
def test_an_order_begins_by_the_cut_off_in_the_merchants_zone(at, begins):
    assert HOME.start(datetime.fromisoformat(at).replace(tzinfo=UTC)) == begins


def test_holidays_and_weekends_are_no_working_days():
    home = replace(HOME, closed=frozenset({date(2026, 3, 5)}))
    assert home.after(date(2026, 3, 4), 1) == date(2026, 3, 6)
    assert home.after(date(2026, 3, 6), 1) == date(2026, 3, 9)
    # Arrives on a Saturday by the count: on Monday, until midnight there.
    assert HOME.supplier_promise(NOW, 3) == datetime(2026, 3, 9, 23, tzinfo=UTC)


def test_a_supplier_begins_by_its_own_cut_off_and_days_where_it_has_some():
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)  # one o'clock there: past our cut-off
    sixth_day = replace(HOME, cutoff_hour=17, weekdays=frozenset(range(6)))
    assert HOME.supplier_promise(friday, 3) == datetime(2026, 3, 12, 23, tzinfo=UTC)
    assert HOME.supplier_promise(friday, 3, sixth_day) == datetime(2026, 3, 9, 23, tzinfo=UTC)
    told = {
        each.source: each.arrives_by
        for each in supplier_options(
            [ONE], [offered(), offered(supplier_id="b", supplier_sku="b-1")], {}, {}, now=friday,
            currency="EUR", workdays=HOME, calendars={"b": sixth_day},
        )
    }  # fmt: skip
    assert told == {
        "a": HOME.supplier_promise(friday, 3), "b": HOME.supplier_promise(friday, 3, sixth_day)
    }  # fmt: skip


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), st.integers(0, 30))
def test_a_promise_is_never_before_the_order_nor_on_a_closed_day(moment, days):
    at = moment.replace(tzinfo=UTC)
    promised = HOME.supplier_promise(at, days)
    assert promised > at
    assert HOME.is_open((promised - timedelta(seconds=1)).astimezone(HOME.zone).date())
    assert HOME.is_open(HOME.start(at))


def offered(**more: object) -> OfferVersion:
    values: dict = {
        "supplier_id": "a", "supplier_sku": "a-1", "title": "Halter", "stock": 4,
        "cost": Money(Decimal(8), "EUR"), "shipping": Money(Decimal(2), "EUR"),
        "lead_days_high": 3,
    }  # fmt: skip
    return OfferVersion(Offer(**{**values, **more}), 1, NOW, None, "v1")


def test_offers_become_options_in_the_stores_currency_only():
    def found(*offers: OfferVersion, without: frozenset[str] = frozenset()) -> list[Option]:
        return supplier_options(
            [ONE], offers, {}, {"a": "Ace"}, now=NOW, currency="EUR", workdays=HOME,
            calendars={}, without=without,
        )  # fmt: skip

    [one] = found(offered())
    assert (one.landed, one.capacity, one.on_time, one.source_name) == (10, 4, None, "Ace")
    assert found(offered(cost=Money(Decimal(8), "USD"))) == []
    assert found(offered(shipping=Money(Decimal(2), "USD"))) == []
    assert found(offered(cost=None)) == []
    assert found(replace(offered(), withdrawn=True)) == []
    assert found(offered(), without=frozenset({"a"})) == []


def test_the_own_shelf_serves_what_is_on_it_and_not_promised_away():
    def found(shelf: Shelf) -> list[Option]:
        return own_options([ONE], {"v1": shelf}, placed_at=NOW, workdays=HOME, name="Us")

    [own] = found(Shelf("v1", 3, short=False, unit_cost=Decimal(9)))
    assert (own.source, own.capacity) == (OWN, 3)
    assert found(Shelf("v1", 3, short=True, unit_cost=None)) == []
    assert found(Shelf("v1", None, short=False, unit_cost=None))[0].capacity is None


def test_substitutes_are_the_same_product_first_and_near_in_price():
    def article(name: str, product: str, price: str, there: int | None, kind: str = "Halters"):
        return Article(name, product, name, kind, Decimal(price), there)

    missing = article("v1", "p1", "20", 0)
    shelf = [
        missing, article("far", "p9", "24", 9), article("near", "p8", "21", 9),
        article("nearest", "p7", "20.5", 9), article("sibling", "p1", "30", 9),
        article("few", "p6", "20", 1), article("other", "p5", "20", 9, "Rugs"),
    ]  # fmt: skip
    assert [each.variant_id for each in substitutes(missing, 2, shelf)] == [
        "sibling", "nearest", "near",
    ]  # fmt: skip


def ordered(status: str, promised: datetime | None = NOW + 4 * DAY) -> SupplierOrder:
    return SupplierOrder("RE-1-1", "77", status, promised_at=promised)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "after", "trouble", "remedy"),
    [
        ("accepted", 2 * DAY, None, None),
        ("accepted", 2.5 * DAY, Trouble.STUCK, "cancel_and_reroute"),
        ("accepted", 4 * DAY, Trouble.LATE, "cancel_and_reroute"),
        ("shipped", 3.9 * DAY, None, None),
        ("shipped", 4 * DAY, Trouble.LATE, "tell_customer"),
        ("shipped", 4 * DAY + LOST_AFTER, Trouble.LOST, "send_again"),
        ("delivered", 40 * DAY, None, None),
        ("refused", DAY, Trouble.REFUSED, "reroute"),
        ("cancelled", DAY, Trouble.REFUSED, "reroute"),
        ("partial", DAY, Trouble.PARTIAL, "ask_supplier"),
        ("stopped", timedelta(0), Trouble.STUCK, "cancel_and_reroute"),
        ("stopped", 40 * DAY, Trouble.STUCK, "cancel_and_reroute"),
    ],
)
def test_an_order_at_a_supplier_is_stuck_late_lost_or_partial_by_its_promise(
    status, after, trouble, remedy
):
    found = list(snags(ordered(status), NOW, NOW + after))
    assert [each.trouble for each in found] == ([] if trouble is None else [trouble])
    assert [each.remedy for each in found] == ([] if remedy is None else [remedy])


def test_without_a_promise_two_weeks_are_taken_for_one():
    stuck = [each.trouble for each in snags(ordered("accepted", None), NOW, NOW + 9 * DAY)]
    assert stuck == [Trouble.STUCK]


def stated(status: str = "delivered", **more: object) -> SupplierOrder:
    return SupplierOrder("RE-1", "X-1", status, **more)


def promised(*orders: SupplierOrder, own: bool = False, **more: object) -> PromisedOrder:
    sources = frozenset({"a", OWN} if own else {"a"})
    values = {"order_id": "o1", "promised_at": NOW, "sources": sources, "orders": orders}
    return PromisedOrder(**{**values, **more})


@pytest.mark.parametrize(
    ("order", "counted"),
    [
        # (judged, kept, overdue, unknown)
        (promised(stated(delivered_at=NOW)), (1, 1, 0, 0)),
        (promised(stated(delivered_at=NOW + DAY)), (1, 0, 0, 0)),
        # The last parcel decides; one that is still under way after the promise is late already.
        (promised(stated(delivered_at=NOW - DAY), stated(delivered_at=NOW + DAY)), (1, 0, 0, 0)),
        (promised(stated(delivered_at=NOW - DAY), stated("shipped")), (1, 0, 1, 0)),
        (promised(stated("shipped"), promised_at=NOW + 3 * DAY), (0, 0, 0, 0)),
        # What a supplier gave back is replaced by another order, or comes from nowhere.
        (promised(stated("refused"), stated(delivered_at=NOW - DAY)), (1, 1, 0, 0)),
        # Of the own shelf's parcel, and of one without a time, nobody tells when it arrived.
        (promised(stated(delivered_at=NOW - DAY), own=True), (0, 0, 0, 1)),
        (promised(stated()), (0, 0, 0, 1)),
        (promised(own=True), (0, 0, 0, 1)),
        (promised(own=True, delivered_at=NOW - DAY), (1, 1, 0, 0)),
        (promised(own=True, delivered_at=NOW + DAY), (1, 0, 0, 0)),
        # It arrived early, before the promise was over.
        (promised(own=True, delivered_at=NOW, promised_at=NOW + 9 * DAY), (1, 1, 0, 0)),
    ],
)
def test_a_promise_to_a_customer_is_kept_when_all_of_it_came_in_time(order, counted):
    found = promises_kept([order], NOW + 2 * DAY)
    assert (found.judged, found.kept, found.overdue, found.unknown) == counted
    assert (found.share is None) == (found.judged == 0)


@given(st.lists(st.integers(-5, 5), max_size=30))
@example([0] * 5)
def test_the_share_of_promises_kept_lies_in_its_interval(days):
    found = promises_kept(
        [promised(own=True, delivered_at=NOW + each * DAY) for each in days], NOW + 6 * DAY
    )
    assert (found.judged, found.kept) == (len(days), sum(each <= 0 for each in days))
    if days:
        assert 0 <= found.low <= found.share <= found.high <= 1
