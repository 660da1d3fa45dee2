"""Whom a variant borrows its elasticity from, and which weeks the store itself promoted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from royal_platform.commerce.catalog.model import Collection, DiscountRun
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.pricing.campaigns import running_weeks
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.kin import by_collection, by_type
from royal_platform.commerce.pricing.response import promotions
from royal_platform.commerce.pricing.service import propose_prices
from royal_platform.commerce.shared.model import Money

MONDAY = date(2026, 3, 2)
WEEKS = tuple(MONDAY + timedelta(weeks=n) for n in range(4))


def collection(name, *numbers):
    return Collection(name, name.title(), tuple(f"p{n}" for n in numbers))


def test_a_product_is_pooled_with_the_smallest_collection_that_says_something(shop, panel):
    found = by_collection(panel, shop.variants, [
        collection("all", *range(120)), collection("halters", *range(20)),
        collection("leather", 3, 4, 5), collection("pair", 3, 7), collection("unknown", 900, 901),
    ])  # fmt: skip
    names = [found.name(row) for row in range(len(panel.variant_ids))]
    assert names[:8] == ["Halters"] * 3 + ["Leather"] * 3 + ["Halters"] * 2
    assert names[20:] == [panel.categories[n] for n in panel.category[20:]]
    assert {n: found.group[names.index(n)] for n in names} == {
        name: number for number, name in enumerate(found.names)
    }


def on_sale(variants, *numbers):
    """The variants with a crossed-out price beside those of these products."""
    products = {f"p{n}" for n in numbers}
    return [
        replace(each, compare_at=Money(each.price.amount * 2, each.price.currency))
        if each.product_id in products else replace(each, compare_at=None)
        for each in variants
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("reduced", "chosen"),
    [
        ((), "Sale"),
        # Four of five are reduced, and nothing else is: they are there because of it.
        ((3, 4, 5, 6), "Halters"),
        # Some of a kind are reduced: they are still of a kind.
        ((3, 4), "Sale"),
        # A shop that crosses out a price beside everything has no collection that does it alone.
        (range(120), "Sale"),
    ],
)
def test_a_collection_of_what_is_reduced_is_nobodys_kin(shop, panel, reduced, chosen):
    groups = [collection("halters", *range(20)), collection("sale", 3, 4, 5, 6, 7)]
    found = by_collection(panel, on_sale(shop.variants, *reduced), groups)
    assert {found.name(row) for row in range(3, 8)} == {chosen}
    assert found.name(0) == "Halters"


def test_without_collections_product_types_are_pooled_as_before(shop, panel):
    plain = by_collection(panel, shop.variants, ())
    assert elasticities(panel, kin=plain).mean == pytest.approx(elasticities(panel).mean)
    assert set(plain.names) == set(by_type(panel).names)


def test_collections_find_what_missing_product_types_hide(shop):
    """Two collections whose buyers mind prices differently, in a store without product types."""
    rng, shape = np.random.default_rng(45), (60, 70)
    variants = [replace(each, product_type=None) for each in shop.variants[:60]]
    second = np.arange(60) >= 30
    truth = np.where(second, -3.2, -1.4) + rng.normal(0, 0.2, 60)
    moved = rng.choice([0.85, 1.0, 1.1], shape)
    units = rng.poisson(4 * moved ** truth[:, None]).astype(float)
    price = 20 * moved
    panel = Panel(
        variant_ids=tuple(each.id for each in variants),
        weeks=tuple(MONDAY + timedelta(weeks=n) for n in range(70)),
        units=units, revenue=units * price, returned=np.zeros(shape), in_stock=np.ones(shape),
        alive=np.ones(shape, dtype=bool), price=price, category=np.zeros(60, dtype=np.int64),
        categories=("(none)",),
    )  # fmt: skip
    groups = [collection("mild", *np.flatnonzero(~second)), collection("keen", *range(30, 60))]
    kin = by_collection(panel, variants, groups)
    found = [elasticities(panel, kin=each) for each in (kin, None)]
    errors = [np.sqrt(((each.mean - truth) ** 2).mean()) for each in found]
    assert errors[0] < 0.7 * errors[1]


def test_only_passing_discounts_make_a_promoted_week():
    runs = [
        DiscountRun("Welcome", MONDAY - timedelta(days=400), None),
        DiscountRun("All year", MONDAY - timedelta(days=90), MONDAY + timedelta(days=90)),
        DiscountRun("Sunday", MONDAY + timedelta(days=6), MONDAY + timedelta(days=6)),
        DiscountRun("Later", WEEKS[2] + timedelta(days=1), WEEKS[3]),
        DiscountRun("Backwards", WEEKS[1], WEEKS[0]),
    ]
    assert running_weeks(WEEKS, runs).tolist() == [True, False, True, True]
    assert not running_weeks(WEEKS, ()).any()


def test_one_buyers_code_is_no_promotion_where_the_store_tells_its_discounts(panel):
    revenue = panel.revenue.copy()
    row = int(np.argmax(panel.units[:, 10]))
    revenue[row, 10] *= 0.9  # one buyer of many in the group
    revenue[:, 20] *= 0.8  # everybody, in a week of the store's own discount
    told = replace(panel, revenue=revenue)
    running = np.zeros(len(panel.weeks), dtype=bool)
    running[20] = True
    untold, found = promotions(told), promotions(told, running=running)
    assert untold[row, 10] == pytest.approx(-np.log(0.9), abs=0.01)
    assert found[row, 10] < 0.5 * untold[row, 10]
    assert found[:, 20] == pytest.approx(-np.log(0.8), abs=0.01)


def test_a_group_without_a_sale_in_a_week_of_a_discount_takes_what_the_store_gave(panel):
    units, revenue = panel.units.copy(), panel.revenue * 0.8
    silent = panel.category == 0
    units[silent, 20], revenue[silent, 20] = 0.0, 0.0
    running = np.zeros(len(panel.weeks), dtype=bool)
    running[20] = True
    quiet = replace(panel, units=units, revenue=revenue)
    assert promotions(quiet, running=running)[silent, 20] == pytest.approx(-np.log(0.8), abs=0.01)
    assert promotions(quiet, running=~running)[silent, 20] == pytest.approx(0.0)


def test_a_proposal_names_whom_it_borrows_from_and_the_weeks_it_set_aside(shop, panel, demand):
    everything = [collection(f"c{part}", *range(part * 40, part * 40 + 40)) for part in range(3)]
    week = DiscountRun("Spring", panel.weeks[5], panel.weeks[5] + timedelta(days=3))
    told = propose_prices(
        shop.variants, panel, demand, Policy(), store=shop.terms, now=shop.now,
        collections=everything, discounts=[week],
    ).proposals[0]  # fmt: skip
    number = int(told.subject.id[1:]) // 40
    assert f"other products of 'C{number}'" in told.rationale
    facts = {each.label: each for each in told.evidence}
    assert facts["Weeks with a discount of the store"].value == 1
    untold = propose_prices(
        shop.variants, panel, demand, Policy(), store=shop.terms, now=shop.now
    ).proposals[0]
    assert "Weeks with a discount of the store" not in {each.label for each in untold.evidence}
