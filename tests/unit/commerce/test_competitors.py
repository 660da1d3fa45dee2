"""Competitors' prices: files read whole or not at all, and only fresh prices of our money count."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.table import opens_formula
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.pricing.competitors import (
    COLUMNS,
    CompetitorPrice,
    cheapest,
    compare,
    read_competitor_prices,
)
from royal_platform.commerce.pricing.service import propose_prices
from royal_platform.commerce.shared.model import Money

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
HEADER = "source,sku,barcode,price,currency,seen_at\n"
GOOD = "shop.example,S1,,19.95,EUR,2026-11-22T10:00:00+01:00"
FRESH = timedelta(days=Policy().competitor_max_age_days)
read = partial(read_competitor_prices, now=NOW, refuses=opens_formula)


def seen(source, amount, days, currency="EUR", sku="S1"):
    return CompetitorPrice(source, sku, None, Money(D(amount), currency), NOW - timedelta(days))


FAULTY = {
    "shop.example,S1,,19.95,EUR,2026-11-24T10:00:00Z": "has not come yet",
    "shop.example,S1,,19.95,EUR,2026-11-22": "not a moment",
    "shop.example,S1,,19.95,EUR,2026-11-22T10:00:00": "not a moment",
    "shop.example,S1,,19.95,EUR,0001-01-01T00:00:00+14:00": "not a moment",
    "shop.example,,,19.95,EUR,2026-11-22T10:00:00Z": "neither an SKU nor a barcode",
    ",S1,,19.95,EUR,2026-11-22T10:00:00Z": "source",
    "shop.example,S1,,0,EUR,2026-11-22T10:00:00Z": "zero",
    "shop.example,S1,,NaN,EUR,2026-11-22T10:00:00Z": "not an amount",
    'shop.example,S1,,"19,95",EUR,2026-11-22T10:00:00Z': "not an amount",
    "shop.example,S1,,19.95,euro,2026-11-22T10:00:00Z": "not a currency",
    "=HYPERLINK(1),S1,,19.95,EUR,2026-11-22T10:00:00Z": "formula",
    "shop.example,@S1,,19.95,EUR,2026-11-22T10:00:00Z": "formula",
    "shop.example,S1,,-19.95,EUR,2026-11-22T10:00:00Z": "formula",
    GOOD: "twice",
}


@pytest.mark.parametrize(("line", "reason"), FAULTY.items())
def test_a_faulty_line_is_named_and_nothing_is_read(line, reason):
    found = read(f"{HEADER}{GOOD}\n{line}\n")
    assert found.rows == ()
    assert [fault.line for fault in found.faults] == [3]
    assert reason in found.faults[0].reason


@pytest.mark.parametrize(("text", "reason"), {
    "[{]": "not JSON", "{}": "not a list", "[1]": "no object", '[{"cost": 1}]': "no object",
    json.dumps([dict.fromkeys(COLUMNS, "1") | {"price": True}]): "neither a text nor a number",
    json.dumps([dict.fromkeys(COLUMNS, "1") | {"price": float("nan")}]): "neither a text nor",
    "[" * 100_000: "not JSON",
}.items())  # fmt: skip
def test_a_faulty_object_is_named_and_nothing_is_read(text, reason):
    found = read(text)
    assert found.rows == ()
    assert [fault.line for fault in found.faults] == [1]
    assert reason in found.faults[0].reason


def test_numbers_of_json_are_read_digit_by_digit():
    item = '{"source": "a", "barcode": "871", "price": 19.95, "currency": "EUR", "seen_at": "%s"}'
    found = read("\ufeff[" + item % "2026-11-22T10:00:00Z" + "]")
    assert found.faults == ()
    assert [(each.article, each.price) for each in found.rows] == [
        (("barcode", "871"), Money(D("19.95"), "EUR"))
    ]


names = st.from_regex(r"[A-Za-z][A-Za-z0-9 .\-]{0,20}[a-z]", fullmatch=True)
prices = st.builds(
    CompetitorPrice, names, names | st.none(), names,
    st.builds(Money, st.decimals("0.0001", "9999999", places=4), st.just("EUR")),
    st.datetimes(datetime(1900, 1, 1), datetime(2026, 11, 22), timezones=st.just(UTC)),
)  # fmt: skip


@given(st.lists(prices, max_size=8, unique_by=lambda each: (each.source, each.article)))
def test_what_is_written_is_read_from_both_kinds_of_files(rows):
    cells = [
        {"source": row.source, "sku": row.sku or "", "barcode": row.barcode or "",
         "price": format(row.price.amount, "f"), "currency": row.price.currency,
         "seen_at": row.seen_at.isoformat()}
        for row in rows
    ]  # fmt: skip
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS)
    table.writeheader()
    table.writerows(cells)
    for text in (written.getvalue(), json.dumps(cells)):
        found = read(text)
        assert found.faults == ()
        assert list(found.rows) == rows


def test_only_the_newest_fresh_price_of_a_source_in_our_money_counts():
    compared = compare([
        seen("a", "10", 3), seen("a", "12", 1), seen("b", "9", FRESH.days + 1),
        seen("c", "8", 1, "USD"), seen("d", "11", FRESH.days),
    ], "EUR", NOW, FRESH)  # fmt: skip
    assert [(each.source, str(each.price.amount), each.ignored) for each in compared] == [
        ("d", "11.00", None), ("a", "12.00", None), ("c", "8.00", "currency"),
        ("b", "9.00", "stale"),
    ]  # fmt: skip
    lowest = cheapest(compared)
    assert lowest is not None
    assert lowest.source == "d"
    assert cheapest(compared[2:]) is None
    assert compare([], "EUR", NOW, FRESH) == ()


def test_a_competitor_is_evidence_with_its_source_and_age_and_moves_no_price(shop, panel, demand):
    def run(competitors):
        return propose_prices(
            shop.variants, panel, demand, Policy(), store=shop.terms, now=shop.now,
            competitors=competitors,
        )  # fmt: skip

    plain = run(None)
    first, second = (each.subject.id for each in plain.proposals[:2])
    told = run({first: [seen("near.example", "5", 2), seen("old.example", "4", 40)],
                second: [seen("old.example", "4", 40)]})  # fmt: skip
    assert [p.arguments for p in told.proposals] == [p.arguments for p in plain.proposals]
    facts = {each.label: each for each in told.proposals[0].evidence}
    near = facts["A competitor's price"]
    assert (near.value, near.query) == ("5.00", "competitor_prices source=near.example")
    assert near.as_of == NOW - timedelta(days=2)
    assert facts["A competitor's price, too old to count"].value == "4.00"
    assert "near.example, asked 5" in told.proposals[0].rationale
    assert "too old or in other money: ignored" in told.proposals[1].rationale
    assert "ompetitor" not in told.proposals[2].rationale
    kept = {each.variant_id: each.competitors for each in told.studies}
    assert [each.ignored for each in kept[first]] == [None, "stale"]


def test_where_the_policy_says_so_no_price_goes_further_from_the_cheapest_competitor(
    shop, panel, demand
):
    def run(competitors, **limits):
        return propose_prices(
            shop.variants, panel, demand, Policy(**limits), store=shop.terms, now=shop.now,
            competitors=competitors,
        )  # fmt: skip

    plain = {each.subject.id: each for each in run(None).proposals}
    wanted = {name: D(each.arguments["price"]) for name, each in plain.items()}
    rises = {name: price for name, price in wanted.items()
             if price > D(plain[name].precondition["price"])}  # fmt: skip
    assert rises
    # Competitors ask what the prices are now: 1 % above it leaves no room for the rise.
    asked = {name: [seen("near.example", plain[name].precondition["price"], 2)] for name in rises}
    held = run(asked, competitor_above_max_percent=D(1))
    told = {each.subject.id: D(each.arguments["price"]) for each in held.proposals}
    for name in rises:
        ceiling = D(plain[name].precondition["price"]) * D("1.01")
        assert told.get(name, D(0)) <= ceiling
    # An old price bounds nothing, and neither does one the policy does not compare with.
    stale = {name: [seen("old.example", "0.01", 9)] for name in rises}
    again = {each.subject.id: D(each.arguments["price"])
             for each in run(stale, competitor_above_max_percent=D(1)).proposals}  # fmt: skip
    assert again == wanted
    aged = run(stale, competitor_above_max_percent=D(1), competitor_max_age_days=10)
    now = {name: D(plain[name].precondition["price"]) for name in rises}
    assert all(D(each.arguments["price"]) < now[each.subject.id]
               for each in aged.proposals if each.subject.id in rises)  # fmt: skip
