"""RFM scores and cohorts: counts with their edges."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.customers.rules import CohortCell, Month, cohorts, fifths

MONTHS = st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))


def test_ten_different_values_fill_five_fifths_twice():
    assert fifths(np.arange(10)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


@given(st.lists(st.integers(-5, 5), max_size=60))
def test_scores_keep_the_order_and_ties_score_alike(values):
    scores = fifths(np.array(values, dtype=np.int64))
    assert set(scores.tolist()) <= {1, 2, 3, 4, 5}
    for value, score in zip(values, scores, strict=True):
        for other, theirs in zip(values, scores, strict=True):
            assert value != other or score == theirs
            assert value <= other or score >= theirs


@given(MONTHS, st.integers(-400, 400))
def test_months_are_counted_as_they_are_added(month, count):
    assert month.until(month.plus(count)) == count
    assert 1 <= month.plus(count).month <= 12


def cell(first: int, month: int, customers: int, net: int | None) -> CohortCell:
    amount = None if net is None else Decimal(net)
    return CohortCell(Month(2026, first), Month(2026, month), customers, amount)


def test_a_cohort_is_followed_to_this_month_and_no_further():
    found = cohorts(
        [cell(1, 1, 10, 500), cell(1, 3, 4, 90), cell(3, 3, 7, 70), cell(4, 4, 1, 1)],
        Month(2026, 3),
    )
    assert [(str(each.first), each.size, each.active) for each in found] == [
        ("2026-01", 10, (10, 0, 4)),
        ("2026-03", 7, (7,)),
    ]
    assert found[0].net == (500, 500, 590)


def test_spending_in_another_currency_is_not_known_from_then_on():
    (found,) = cohorts([cell(1, 1, 10, 500), cell(1, 2, 4, None)], Month(2026, 3))
    assert found.net == (500, None, None)


def test_only_the_newest_cohorts_are_told():
    cells = [cell(month, month, 1, 1) for month in range(1, 13)]
    found = cohorts(cells, Month(2026, 12), newest=3)
    assert [each.first.month for each in found] == [10, 11, 12]
