"""What selling a unit costs, learned: pooled rates, parcels, and tax by the countries of buyers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.costs import OF_STORE, parts_of, unit_costs, unknown_parts
from royal_platform.commerce.decisions.model import CostToServe, Policy
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.pricing.serving import (
    CameBack,
    OrderFacts,
    Sent,
    Taxed,
    TaxedGoods,
    learn,
)

counts = st.integers(0, 5000)


def panel(sold, returned, product=(0, 0, 1, 2), category=(0, 0, 0, 1)):
    """One week of four variants in three products of two types."""
    grid = np.array(sold, float)[:, None]
    return Panel(
        variant_ids=tuple("abcd"), weeks=(date(2026, 10, 26) - timedelta(weeks=1),),
        units=grid, revenue=grid * 10, returned=np.array(returned, float)[:, None],
        in_stock=np.ones_like(grid), alive=np.ones_like(grid, bool), price=np.full_like(grid, 10),
        category=np.array(category), categories=("x", "y"), product=np.array(product),
    )  # fmt: skip


def test_a_variant_with_few_sales_borrows_its_products_rate_and_one_with_many_has_its_own():
    found = learn(panel([4000, 10, 1000, 1000], [800, 0, 0, 0]), OrderFacts(), D(0))
    rates = {name: float(each.return_rate) for name, each in found.items()}
    assert rates["a"] == pytest.approx(0.2, abs=0.01)
    # Ten units without a return say little beside 800 of 4,010 of the same product.
    assert 0.15 < rates["b"] < rates["a"]
    # Of the same type, but a thousand units of its own without a return.
    assert 0 < rates["c"] < 0.01
    assert rates["d"] == 0
    assert rates[OF_STORE] == pytest.approx(800 / 6010, abs=1e-6)
    assert (found["b"].units, found["b"].returned) == (10, 0)


@given(st.lists(counts, min_size=4, max_size=4), st.data())
def test_a_rate_is_never_beyond_what_was_seen(sold, data):
    returned = [data.draw(st.integers(0, each)) for each in sold]
    found = learn(panel(sold, returned), OrderFacts(), D(0))
    if sum(sold) == 0:
        assert all(each.return_rate is None for each in found.values())
        return
    assert all(0 <= each.return_rate <= D("0.95") for each in found.values())


def test_what_nobody_told_stays_unknown_and_says_what_to_enter():
    found = learn(panel([100] * 4, [5] * 4), OrderFacts(), D("0.19"))["a"]
    assert (found.lost_share, found.parcels, found.shipping_paid) == (None, None, None)
    assert found.tax_rate == D("0.19")
    assert unknown_parts(found, Policy()) == (
        "restocking", "return_cost_per_unit", "shipping_cost_per_order",
    )  # fmt: skip
    told = Policy(shipping_cost_per_order=D(5), return_cost_per_unit=D(2))
    assert unknown_parts(found, told) == ("restocking", "parcels")
    assert unknown_parts(None, told) == ("returns", "parcels")


def test_units_that_travel_together_bear_less_and_buyers_pay_part_of_it():
    facts = OrderFacts(
        sent=(Sent("a", "NL", 4000, 4000, 1000.0, 4000 * 1.21),
              Sent("d", "NL", 4000, 4000, 4000.0, 0)),
        came_back=(CameBack("a", 400, 400), CameBack("d", 400, 0)),
        taxed=(Taxed("NL", D(21), D(121)),), included=True,
    )  # fmt: skip
    found = learn(panel([4000, 0, 0, 4000], [400, 0, 0, 400]), facts, D(0))
    policy = Policy(shipping_cost_per_order=D(8), return_cost_per_unit=D(3))
    together, alone = (unit_costs(D(10), found[name], policy) for name in "ad")
    # A quarter of a parcel costs 2, buyers pay 1 of it without tax; tenth of the goods is lost.
    assert float(together.serving) == pytest.approx(1 + 0.1 * 10 + 0.1 * 3, abs=0.15)
    assert float(alone.serving) == pytest.approx(8 + 0.1 * 3, abs=0.25)
    # A variant nobody bought yet stands between them.
    assert together.serving < unit_costs(D(10), found["b"], policy).serving < alone.serving


def test_tax_follows_the_countries_a_variant_goes_to():
    facts = OrderFacts(
        sent=(Sent("a", "NL", 4000, 0, 0.0, 0.0), Sent("d", "HU", 4000, 0, 0.0, 0.0)),
        taxed=(Taxed("NL", D(21), D(121)), Taxed("HU", D(27), D(127))), included=True,
    )  # fmt: skip
    found = learn(panel([4000, 0, 0, 4000], [0] * 4), facts, D("0.24"))
    assert float(found["a"].tax_rate) == pytest.approx(0.21, abs=0.001)
    assert float(found["d"].tax_rate) == pytest.approx(0.27, abs=0.001)
    # What is left of one price is the mean of what is left of it, which no mean of rates gives.
    left = (1 / 1.21 + 1 / 1.27) / 2
    assert float(found["b"].tax_rate) == pytest.approx(1 / left - 1, abs=1e-6)
    assert [each.country for each in found["a"].countries] == ["NL", "HU"]


def test_where_prices_exclude_tax_none_is_in_them():
    facts = OrderFacts(
        sent=(Sent("a", "US", 10, 0, 0.0, 0.0),), taxed=(Taxed("US", D(8), D(108)),), included=False
    )
    assert learn(panel([10] * 4, [0] * 4), facts, D(0))["a"].tax_rate == 0


@given(st.lists(st.tuples(st.sampled_from(["NL", "DE", ""]), counts), max_size=6))
def test_the_tax_of_a_price_lies_between_the_countries(sold):
    facts = OrderFacts(
        sent=tuple(Sent("a", country, units, 0, 0.0, 0.0) for country, units in sold),
        taxed=(Taxed("NL", D(21), D(121)), Taxed("DE", D(19), D(119))), included=True,
    )  # fmt: skip
    for each in learn(panel([10] * 4, [0] * 4), facts, D("0.20")).values():
        assert D("0.18999") <= each.tax_rate <= D("0.21001")
        assert sum(country.share for country in each.countries) <= D("1.00001")


def test_a_product_with_a_reduced_rate_is_taxed_as_its_own_lines_say_and_no_other_is():
    facts = OrderFacts(
        sent=tuple(Sent(name, "NL", 100, 0, 0.0, 0.0) for name in "abcd"),
        taxed=(Taxed("NL", D(30), D(230)),),
        goods=(TaxedGoods("a", "NL", D(9), D(109)), TaxedGoods("gone", "NL", D(50), D(100))),
        included=True,
    )  # fmt: skip
    found = learn(panel([100] * 4, [0] * 4), facts, D("0.21"))
    # "b" is another variant of the same product; "c" never told its tax.
    assert (found["a"].tax_rate, found["b"].tax_rate) == (D("0.09"), D("0.09"))
    assert found["c"].tax_rate == found[OF_STORE].tax_rate == D("0.15")
    assert [each.countries[0].of_product for each in map(found.get, "abcd")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_country_to_which_none_of_its_lines_went_keeps_the_rate_of_the_whole_orders():
    facts = OrderFacts(
        sent=(Sent("a", "NL", 400, 0, 0.0, 0.0), Sent("a", "DE", 400, 0, 0.0, 0.0)),
        taxed=(Taxed("NL", D(21), D(121)), Taxed("DE", D(19), D(119))),
        goods=(TaxedGoods("a", "NL", D(9), D(109)),), included=True,
    )  # fmt: skip
    found = learn(panel([800, 0, 0, 0], [0] * 4), facts, D("0.21"))["a"]
    assert {each.country: (each.rate, each.of_product) for each in found.countries} == {
        "NL": (D("0.09"), True), "DE": (D("0.19"), False),
    }  # fmt: skip


_CENTS = st.integers(5_00, 400_00)


@given(
    st.sampled_from([0, 26, 55, 90, 190, 210, 270]), st.lists(_CENTS, min_size=20, max_size=60),
    _CENTS,
)  # fmt: skip
def test_a_price_is_split_into_tax_and_the_rest_as_the_store_would_to_the_cent(
    permille, paid, price
):
    """Lines are taxed to the cent; what is learned of them splits another price alike."""
    taxes = [_tax_in(cents, permille) for cents in paid]
    facts = OrderFacts(
        sent=(Sent("a", "NL", len(paid), 0, 0.0, 0.0),),
        goods=(TaxedGoods("a", "NL", D(sum(taxes)) / 100, D(sum(paid)) / 100),), included=True,
    )  # fmt: skip
    rate = learn(panel([len(paid), 0, 0, 0], [0] * 4), facts, D("0.33"))["a"].tax_rate
    parts = {each.name: each.amount for each in parts_of(D(price) / 100, D(1), CostToServe(rate),
                                                         Policy())}  # fmt: skip
    assert sum(parts[name] or 0 for name in parts) == pytest.approx(D(price) / 100, abs=D("1e-9"))
    # Every line may be half a cent off, and so the price in proportion to what was sold.
    slack = D(len(paid)) / 2 * price / sum(paid) * (1 + D(permille) / 1000) + D("0.51")
    assert abs(parts["tax"] * 100 - _tax_in(price, permille)) <= slack


def _tax_in(cents, permille):
    return round(D(cents) * permille / (1000 + permille))


def test_what_a_supplier_brings_to_its_buyer_costs_what_he_takes_for_it():
    facts = OrderFacts(sent=(Sent("a", "NL", 400, 400, 400.0, 400 * 1.0),), included=False)
    found = learn(panel([400, 0, 0, 400], [0] * 4), facts, D(0), {"a": D(5), "gone": D(1)})
    policy = Policy(shipping_cost_per_order=D(8), return_cost_per_unit=D(0))
    # Buyers paid 1 of it; another variant leaves by our own parcel.
    assert float(unit_costs(D(10), found["a"], policy).serving) == pytest.approx(4, abs=0.01)
    assert float(unit_costs(D(10), found["d"], policy).serving) == pytest.approx(7, abs=0.01)
    assert unknown_parts(found["a"], Policy(return_cost_per_unit=D(0))) == ()
    [shipping] = [each for each in parts_of(D(30), D(10), found["a"], policy)
                  if each.name == "shipping"]  # fmt: skip
    assert shipping.sources == ("orders", "supplier")
    assert "gone" not in found
