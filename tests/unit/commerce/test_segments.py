"""The language of segments: what it reads, where it says what is wrong, and how it explains."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.customers.conditions import AllOf, AnyOf, Not
from royal_platform.commerce.customers.facts import Facts
from royal_platform.commerce.customers.segments import Rule, RuleError, parse
from tests.segment_rules import CONDITIONS

TODAY = date(2026, 4, 10)
PIECES = (
    "orders", "country", "last_order", "bought", " ", " and ", " or ", "not ", "(", ")", ">=", "=",
    "in", "includes", "before ", "is ", "known", "3", "2.5", "%", "30 days ago", "today", "NL",
    '"', "2026-01-31", ",", ";",
)  # fmt: skip
RARELY = st.none()
FACTS = st.fixed_dictionaries(
    {
        "country": RARELY | st.sampled_from(["NL", "BE"]),
        "orders": st.integers(0, 4),
        "spent": RARELY | st.sampled_from([Decimal(0), Decimal("20.5"), Decimal(1000)]),
        "last_order": RARELY | st.dates(date(2026, 1, 1), TODAY),
        "bought": st.frozensets(st.sampled_from(["SKU-1", "SKU-2"])),
    }
).map(lambda values: Facts("c1", TODAY, values))


def facts(**values: object) -> Facts:
    return Facts("c1", TODAY, values)  # type: ignore[arg-type]


@given(CONDITIONS)
def test_what_is_written_is_read_again_as_the_same_rule(condition):
    rule = Rule(condition)
    assert parse(str(rule)) == rule


@given(st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_any_text_is_a_rule_or_an_error_with_a_place_in_it(text):
    try:
        found = parse(text)
    except RuleError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 - either outcome is right
        assert error.length >= 1  # noqa: PT017
    else:
        assert parse(str(found)) == found


@given(CONDITIONS, CONDITIONS, FACTS)
def test_the_logic_is_kleenes(one, other, known):
    both = AllOf((one, other)).outcome(known)
    # De Morgan holds with an unknown third value, the excluded middle does not.
    assert Not(AnyOf((Not(one), Not(other)))).outcome(known) is both
    assert Not(Not(one)).outcome(known) is one.outcome(known)
    assert (AnyOf((one, Not(one))).outcome(known) is None) is (one.outcome(known) is None)


@given(CONDITIONS, FACTS)
def test_the_explanation_comes_to_the_outcome(condition, known):
    rule = Rule(condition)
    assert rule.explain(known).outcome is rule.holds(known)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("orders >= 3", "ORDERS >= 3"),
        ('country = "NL"', "country = nl"),
        ('country in ("NL", "BE")', "country in ( nl,BE )"),
        ("spent > 12.5", "spent > 12.50"),
        ("last_order before 1 days ago", "last_order before 1 day ago"),
        ("orders = 1 or orders = 2 and spent > 1", "orders = 1 or (orders = 2 and spent > 1)"),
        ("not orders = 1 and spent > 1", "(not orders = 1) and spent > 1"),
        ('bought includes "A"', 'bought includes ("A")'),
    ],
)
def test_ways_to_write_the_same_rule(text, same):
    assert parse(text) == parse(same)


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("", 0, "Expected a fact"),
        ("orders", 6, "Expected ="),
        ("orders >= many", 10, "Expected a number"),
        ("orders >= 2.5", 10, "whole numbers"),
        ("orders >= 2 orders", 12, '"and"'),
        ("  ages > 3", 2, "Expected a fact"),
        ("spent > 0.00001", 8, "4 decimals"),
        ("spent > 1000000001", 8, "at most 1000000000"),
        ("last_order < today", 11, "Expected before"),
        ("last_order before yesterday", 18, "Expected a day"),
        ("last_order before 2026-02-30", 18, "no such day"),
        ("last_order before 1066-10-14", 18, "between"),
        ("last_order before 99999 days ago", 18, "whole days"),
        ("country > NL", 8, "Expected ="),
        ('country = "NL', 10, "not closed"),
        ("country in (NL", 14, "Expected ,"),
        ("(orders = 1", 11, "Expected )"),
        ("orders = 1; drop table customers", 10, "means nothing"),
        ("orders = 1 -- all", 11, "means nothing"),
        ("(" * 40 + "orders = 1" + ")" * 40, 20, "nests at most 20"),
        ("not " * 40 + "orders = 1", 80, "nests at most 20"),
        (" and ".join(["orders = 1"] * 61), 15 * 60, "at most 60 tests"),
        ("orders = 1" + " " * 2000, 2000, "at most 2000"),
        ("orders is 3", 10, "Expected known"),
    ],
)
def test_an_error_names_its_place(text, position, words):
    with pytest.raises(RuleError) as caught:
        parse(text)
    assert caught.value.position == position
    assert words in caught.value.reason


def test_why_a_customer_is_in_a_segment():
    rule = parse("orders >= 2 and (country = NL or last_order before 90 days ago)")
    found = rule.explain(facts(orders=3, country=None, last_order=date(2026, 1, 9)))
    assert found.outcome is True
    orders, either = found.parts
    assert (orders.text, orders.outcome, orders.actual) == ("orders >= 2", True, 3)
    country, last = either.parts
    assert (country.outcome, country.actual) == (None, None)
    assert (last.outcome, last.actual) == (True, date(2026, 1, 9))


def test_what_is_not_known_puts_nobody_in_or_out():
    rule = parse("last_order before 90 days ago")
    assert rule.holds(facts(orders=0)) is None
    assert parse("not last_order before 90 days ago").holds(facts(orders=0)) is None
    assert parse("last_order is unknown").holds(facts(orders=0)) is True
