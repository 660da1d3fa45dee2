"""Each metric on a small shop whose figures are known by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.analytics import calendar
from royal_platform.commerce.analytics.compiling import UnknownDimensionError
from royal_platform.commerce.analytics.metrics import METRICS, dimensions_of
from royal_platform.commerce.analytics.model import Ask, Explored, Grain
from royal_platform.commerce.analytics.service import UnknownMetricError, explore, rows
from tests.fakes.star import StarInMemory

TODAY = date(2026, 6, 10)
FIRST, LAST = date(2026, 6, 1), date(2026, 6, 7)


def money(text: str) -> Decimal:
    return Decimal(text)


def order(star: StarInMemory, name: str, day: date, net: str, **more: Any) -> None:
    values = {"currency": "EUR", "gross": money(net), "net": money(net), "country": "NL",
              "customer_id": None, **more}  # fmt: skip
    star.add("fact_order", order_id=name, day=day, ordered_at=datetime(2026, 6, 1, 8), **values)


def line(star: StarInMemory, order_id: str, day: date, product: str, quantity: int, net: str,
         **more: Any) -> None:  # fmt: skip
    values = {"currency": "EUR", "gross": money(net), "net": money(net), "unit_cost": None,
              "cost_currency": None, **more}  # fmt: skip
    star.add(
        "fact_line", order_id=order_id, line_id=f"{order_id}-{product}", day=day,
        product_id=product, variant_id=f"v-{product}", quantity=quantity, **values,
    )  # fmt: skip


@pytest.fixture
def star() -> StarInMemory:
    """Two products, three customers, a week of orders and the week before."""
    star = StarInMemory()
    for number in range(28):
        day = date(2026, 5, 25) + timedelta(days=number)
        iso = day.isocalendar()
        star.add(
            "dim_day", day=day, iso_week=iso.week, iso_year=iso.year, month=day.month,
            quarter=(day.month + 2) // 3, weekday=iso.weekday, is_business_day=iso.weekday < 6,
        )  # fmt: skip
    for product, kind in (("p1", "Shelf"), ("p2", "Table")):
        star.add("dim_product", product_id=product, title=f"Oak {kind}", product_type=kind,
                 vendor="Holz", status="ACTIVE")  # fmt: skip
        star.add("dim_variant", variant_id=f"v-{product}", product_id=product, title=f"Oak {kind}")
    star.add("dim_collection", collection_id="k1", title="Oak")
    star.add("bridge_collection", collection_id="k1", product_id="p1")
    for customer, first in (("c1", date(2026, 5, 30)), ("c2", FIRST), ("c3", LAST)):
        star.add("dim_customer", customer_id=customer, first_order_day=first, country="NL")
    order(star, "o0", date(2026, 5, 30), "50", customer_id="c1")
    order(star, "o1", FIRST, "100", customer_id="c1", gross=money("110"))
    order(star, "o2", FIRST, "40", customer_id="c2", country="DE")
    order(star, "o3", LAST, "60", customer_id="c3", country=None)
    line(star, "o1", FIRST, "p1", 2, "100", unit_cost=money("20"), cost_currency="EUR")
    line(star, "o2", FIRST, "p2", 1, "40")
    line(star, "o3", LAST, "p2", 1, "60", unit_cost=money("45"), cost_currency="EUR")
    star.add("fact_refund", refund_id="r1", ordinal=1, order_id="o1", line_id="o1-p1",
             product_id="p1", variant_id="v-p1", day=date(2026, 6, 3), currency="EUR", quantity=1,
             amount=money("50"))  # fmt: skip
    for day in (FIRST, LAST):
        star.add("fact_stock", variant_id="v-p1", day=day, available=0 if day == LAST else 5)
        star.add("fact_stock", variant_id="v-p2", day=day, available=6)
    for name, on_time in (("f1", True), ("f2", False), ("f3", None)):
        star.add("fact_fulfilment", fulfilment_id=name, order_id="o1", day=FIRST, on_time=on_time)
    for name, answered, resolved in (("t1", 1800, 36_000), ("t2", 5400, None), ("t3", None, None)):
        star.add("fact_case", case_id=name, day=FIRST, channel="mail", intent="refund",
                 answer_seconds=answered, resolution_seconds=resolved)  # fmt: skip
    return star


def ask(metric: str, **changes: Any) -> Ask:
    return Ask(**{"metric": metric, "first": FIRST, "last": LAST, "currency": "EUR", **changes})


def told(star: StarInMemory, metric: str, today: date = TODAY, **changes: Any) -> Explored:
    return explore(star, ask(metric, **changes), today)


def by_key(found: Explored) -> dict[str | None, Decimal | None]:
    return {each.key: each.total.amount for each in found.slices}


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("revenue_gross", "210.00"), ("revenue_net", "150.00"), ("orders", "3"),
        ("aov", "66.67"), ("units", "4"), ("contribution", "75.00"),
        ("contribution_margin", "46.88"), ("refunds", "50.00"), ("refund_rate", "25.00"),
        ("return_rate", "25.00"), ("repeat_rate", "33.33"), ("new_customers", "2"),
        ("sell_through", "40.00"), ("stock_out_rate", "25.00"), ("on_time", "50.00"),
        ("first_response", "1.00"), ("resolution", "10.00"),
    ],
)  # fmt: skip
def test_a_metric_is_what_its_formula_says(star: StarInMemory, metric: str, value: str) -> None:
    (only,) = told(star, metric).slices

    assert only.total.amount == money(value)
    assert only.total.why is None


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        ("cac", "no_spend"), ("mer", "no_spend"), ("ltv", "not_yet"), ("retention", "not_yet"),
    ],
)  # fmt: skip
def test_what_cannot_be_known_is_said(star: StarInMemory, metric: str, why: str) -> None:
    (only,) = told(star, metric).slices

    assert (only.total.amount, only.total.why) == (None, why)


def test_spend_that_was_imported_makes_its_metrics_known(star: StarInMemory) -> None:
    star.add("fact_spend", day=FIRST, channel="search", currency="EUR", amount=money("80"),
             source="csv")  # fmt: skip

    assert told(star, "cac").slices[0].total.amount == money("40.00")
    assert told(star, "mer").slices[0].total.amount == money("2.50")


def test_sell_through_is_unknown_while_no_stock_was_counted(star: StarInMemory) -> None:
    (only,) = told(star, "sell_through", first=date(2026, 6, 2), last=date(2026, 6, 5)).slices

    assert (only.total.amount, only.total.why) == (None, "no_facts")


def test_a_cohort_is_known_once_its_days_have_passed(star: StarInMemory) -> None:
    order(star, "o9", date(2026, 6, 20), "25", customer_id="c2")
    later = date(2027, 3, 1)

    assert told(star, "ltv", later).slices[0].total.amount == money("62.50")
    assert told(star, "retention", later).slices[0].total.amount == money("50.00")
    months = told(star, "retention", later, dimension="months_since", grain="month",
                  first=date(2026, 5, 1), last=date(2026, 5, 31))  # fmt: skip
    assert by_key(months) == {"1": money("100.00")}


def test_a_cohort_of_a_country_is_divided_by_its_own_customers(star: StarInMemory) -> None:
    star.add("dim_customer", customer_id="c4", first_order_day=FIRST, country="DE")
    order(star, "o9", date(2026, 6, 20), "25", customer_id="c2")

    found = told(star, "retention", date(2027, 3, 1), dimension="country")

    assert by_key(found) == {"NL": money("50.00"), "DE": money("0.00")}


def test_lines_without_a_cost_are_left_out_and_counted(star: StarInMemory) -> None:
    assert told(star, "contribution").slices[0].total.left_out == 1


def test_amounts_without_a_rate_stand_apart_and_with_one_are_converted(star: StarInMemory) -> None:
    order(star, "o5", FIRST, "200", currency="USD")
    order(star, "o6", LAST, "10", currency="GBP")
    apart = {s.total.currency: s.total.amount for s in told(star, "revenue_net").slices}
    assert apart == {"EUR": money("150.00"), "USD": money("200.00"), "GBP": money("10.00")}

    star.add("rate", day=FIRST, base="USD", quote="EUR", rate=money("0.9"), source="bank")
    converted = {s.total.currency: s.total.amount for s in told(star, "revenue_net").slices}
    assert converted == {"EUR": money("330.00"), "GBP": money("10.00")}
    average = {s.total.currency: s.total.amount for s in told(star, "aov").slices}
    assert average == {"EUR": money("95.00"), "GBP": money("10.00")}


def test_a_dimension_splits_a_figure_and_says_what_it_does_not_know(star: StarInMemory) -> None:
    assert by_key(told(star, "revenue_gross", dimension="country")) == {
        "NL": money("110.00"), None: money("60.00"), "DE": money("40.00"),
    }  # fmt: skip
    products = told(star, "revenue_net", dimension="product")
    assert by_key(products) == {"p2": money("100.00"), "p1": money("50.00")}
    assert [each.label for each in products.slices] == ["Oak Table", "Oak Shelf"]
    assert by_key(told(star, "orders", dimension="customer")) == {
        "new": money("2"), "returning": money("1"),
    }  # fmt: skip
    assert by_key(told(star, "units", dimension="collection")) == {
        "k1": money("2"),
        None: money("2"),
    }


def test_a_comparison_is_the_window_before_and_its_change(star: StarInMemory) -> None:
    found = told(star, "revenue_net", grain="week")
    (only,) = found.slices

    assert (found.compare_first, found.compare_last) == (date(2026, 5, 25), date(2026, 5, 31))
    assert only.compared is not None
    assert only.compared.amount == money("50.00")
    assert only.change_percent == money("200.0")
    assert [point.period for point in only.points] == [FIRST]


def test_a_day_without_an_order_is_zero_and_one_to_come_is_unknown(star: StarInMemory) -> None:
    (only,) = told(star, "orders", last=date(2026, 6, 11)).slices
    days = {point.period: point.value for point in only.points}

    assert days[date(2026, 6, 2)].amount == 0
    assert days[date(2026, 6, 11)].why == "not_yet"
    assert told(star, "orders", last=TODAY).partial


def test_the_rows_behind_a_figure_sum_to_it_page_by_page(star: StarInMemory) -> None:
    total, cursor, pages = Decimal(0), None, 0
    while True:
        page = rows(star, ask("revenue_net"), after=cursor, limit=2)
        total += sum((row.amount or Decimal(0) for row in page.rows), Decimal(0))
        cursor, pages = page.next_cursor, pages + 1
        if cursor is None:
            break

    assert (total, pages) == (Decimal(150), 2)
    narrowed = rows(star, ask("revenue_net", where=(("country", None),)))
    assert [row.row for row in narrowed.rows] == ["o3"]


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_answers_by_each_of_its_dimensions_and_grains(
    star: StarInMemory, metric: str
) -> None:
    grains: tuple[Grain, ...] = ("day", "week", "month", "quarter")
    ways = [*((grain, None) for grain in grains),
            *(("week", dimension) for dimension in dimensions_of(METRICS[metric]))]  # fmt: skip
    for grain, dimension in ways:
        found = told(star, metric, grain=grain, dimension=dimension, compare="none")
        assert found.slices
        assert found.sql
    page = rows(star, ask(metric))
    assert page.next_cursor is None


def test_an_unknown_metric_or_dimension_is_refused(star: StarInMemory) -> None:
    with pytest.raises(UnknownMetricError):
        told(star, "profit")
    with pytest.raises(UnknownDimensionError):
        told(star, "aov", dimension="product")


@given(
    st.dates(date(2000, 1, 1), date(2040, 12, 31)),
    st.integers(0, 500),
    st.sampled_from(["day", "week", "month", "quarter"]),
)
def test_periods_cover_a_window_without_gap_or_overlap(
    first: date, days: int, grain: Grain
) -> None:
    last = first + timedelta(days=days)
    periods = calendar.periods_of(grain, first, last)

    assert periods[0] <= first
    assert periods[-1] <= last < calendar.after(grain, periods[-1])
    assert all(calendar.after(grain, a) == b for a, b in pairwise(periods))


def test_more_rows_than_a_byte_counts_can_be_left_out(star: StarInMemory) -> None:
    """DuckDB sorted such a count in a byte's room: "INT128 with value 156 can't be cast"."""
    for number in range(156):
        line(star, f"x{number}", date(2026, 5, 28), "p2", 1, "10")

    (only,) = told(star, "contribution").slices

    assert only.compared is not None
    assert (only.compared.amount, only.compared.left_out) == (None, 156)
