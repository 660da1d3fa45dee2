"""Money's algebra."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.shared.model import CurrencyMismatchError, Money

euros = st.decimals(-(10**9), 10**9, places=4).map(lambda amount: Money(amount, "EUR"))


@given(euros, euros, euros)
def test_addition_is_a_group(a, b, c):
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + -a == Money(D(0), "EUR")
    assert a - b == a + -b


@given(euros, euros, st.integers(-1000, 1000))
def test_a_factor_distributes(a, b, factor):
    assert (a + b) * factor == a * factor + b * factor


@given(euros, euros)
def test_order_agrees_with_the_difference(a, b):
    assert (a < b) == ((a - b).amount < 0)
    assert (a <= b) == ((a - b).amount <= 0)


@given(euros)
def test_rounding_moves_by_at_most_half_a_cent_and_once(a):
    assert abs((a.rounded() - a).amount) <= D("0.005")
    assert a.rounded().rounded() == a.rounded()


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("0.125", "EUR", "0.12 EUR"), ("0.135", "EUR", "0.14 EUR"), ("1250.5", "JPY", "1250 JPY"),
     ("1.2345", "KWD", "1.234 KWD"), ("-0.005", "USD", "-0.00 USD")],
)  # fmt: skip
def test_rounding_is_half_even_to_the_minor_unit(amount, currency, text):
    assert str(Money(D(amount), currency)) == text


def test_currencies_do_not_mix():
    for operation in ("__add__", "__sub__", "__lt__", "__le__"):
        with pytest.raises(CurrencyMismatchError):
            getattr(Money(D(1), "EUR"), operation)(Money(D(1), "USD"))


@pytest.mark.parametrize("amount", [1, 1.0, "1"])
def test_only_decimals_are_amounts(amount):
    with pytest.raises(TypeError):
        Money(amount, "EUR")


@pytest.mark.parametrize("amount", [D("NaN"), D("Infinity")])
def test_amounts_are_finite(amount):
    with pytest.raises(ValueError):
        Money(amount, "EUR")
