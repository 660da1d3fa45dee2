"""Generated rules over the whole vocabulary, near the values that the tests' customers have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from royal_platform.commerce.customers.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    DaysFromToday,
    Known,
    Not,
    OneOf,
)
from royal_platform.commerce.customers.facts import VOCABULARY, Fact, Kind

_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_TEXTS = st.sampled_from(["NL", "BE", "DE", "SKU-1", "SKU-2", "SKU-9", "O'BRIEN; --", "É 😀"])
_CODES = _TEXTS.map(str.upper)
_DAYS = st.one_of(
    st.dates(date(2026, 2, 1), date(2026, 6, 1)),
    st.integers(-120, 60).map(DaysFromToday),
)
_NUMBERS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.COUNT: st.integers(0, 4),
    Kind.NUMBER: st.decimals(0, 4, places=2),
    Kind.MONEY: st.sampled_from([Decimal(text) for text in ("0", "10", "20.5", "25", "1000.1234")]),
    Kind.SHARE: st.sampled_from([Decimal(text) for text in ("0", "0.25", "0.5", "0.9", "1")]),
}


def _tests(fact: Fact) -> st.SearchStrategy[Condition]:
    known = st.booleans().map(lambda told: Known(fact.name, told))
    if fact.kind is Kind.SET:
        return known | st.lists(_TEXTS, min_size=1, max_size=3).map(
            lambda texts: OneOf(fact.name, tuple(texts))
        )
    if fact.kind is Kind.CODE:
        listed = st.lists(_CODES, min_size=1, max_size=3)
        return st.one_of(
            known,
            listed.map(lambda texts: OneOf(fact.name, tuple(texts))),
            st.builds(Compare, st.just(fact.name), st.sampled_from(_SIGNS[:2]), _CODES),
        )
    if fact.kind is Kind.DAY:
        signs, operands = ("before", "since", "on"), _DAYS
    else:
        signs, operands = _SIGNS, _NUMBERS[fact.kind]
    return known | st.builds(Compare, st.just(fact.name), st.sampled_from(signs), operands)


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(list(VOCABULARY.values())).flatmap(_tests),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)
