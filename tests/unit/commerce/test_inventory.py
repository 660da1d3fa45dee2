"""Inventory: lead-time demand, (s, S), packs, and proposals with unknowns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import Autonomy, GateState, Policy, Ruling
from royal_platform.commerce.decisions.rules import changes, judge
from royal_platform.commerce.inventory import rules
from royal_platform.commerce.inventory.demand import (
    demand_over,
    exceeded,
    over_random_time,
    quantile,
)
from royal_platform.commerce.inventory.model import (
    Budget,
    LeadTimeDemand,
    PurchaseOrder,
    StockLevel,
    SupplyTerms,
)
from royal_platform.commerce.inventory.service import propose_reorders
from royal_platform.commerce.shared.model import Money

TERMS = SupplyTerms(D(14), D(4))
EXPECTED = np.full((1, 12), 10.0)
SPREAD = np.sqrt(np.arange(1, 13) * 10.0)[None, :]


def levels(shop, available=3):
    return [
        StockLevel(v.id, v.inventory_item_id, "loc", available, available, 0, 0, shop.now)
        for v in shop.variants
    ]


def one(value):
    return np.array([value], dtype=float)


def supply(terms=TERMS, variants=1, contribution=np.nan, cost=np.nan):
    many = np.full(variants, 1.0)
    return rules.supply_of([terms] * variants, many * 0, many * cost, many * contribution)


def test_demand_over_a_lead_time_has_the_moments_of_a_random_sum():
    got = over_random_time(one(14), one(4), EXPECTED, SPREAD)
    assert got.mean[0] == pytest.approx(20)
    assert got.sd[0] == pytest.approx(np.hypot(np.sqrt(20), 10 / 7 * 4))


def test_demand_beyond_the_forecast_repeats_its_last_week():
    got = demand_over(one(7 * 24), EXPECTED, SPREAD)
    assert got.mean[0] == pytest.approx(240)
    assert got.sd[0] == pytest.approx(2 * SPREAD[0, -1])


def test_a_catalogue_at_once_says_what_each_variant_alone_says():
    rng = np.random.default_rng(3)
    expected, spread = rng.gamma(2, 5, (6, 12)), np.cumsum(rng.gamma(2, 2, (6, 12)), axis=1)
    days = rng.uniform(0, 120, 6)
    together = demand_over(days, expected, spread)
    for k in range(6):
        alone = demand_over(days[k : k + 1], expected[k : k + 1], spread[k : k + 1])
        assert (alone.mean[0], alone.sd[0]) == pytest.approx((together.mean[k], together.sd[k]))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("mean", "sd"), [(20, 8), (5, 3), (200, 40), (2, 2)])
def test_quantiles_are_the_gamma_distributions(mean, sd, share):
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    drawn = np.random.default_rng(1).gamma(shape, scale, 200_000)
    got = quantile(LeadTimeDemand(one(mean), one(sd)), share)[0]
    assert got == pytest.approx(np.quantile(drawn, share), rel=0.03, abs=0.06)
    above = exceeded(LeadTimeDemand(one(mean), one(sd)), one(got))[0]
    assert above == pytest.approx(1 - share, abs=1e-6)


def test_the_reorder_point_keeps_the_service_level_in_simulation():
    point = rules.reorder_levels(EXPECTED, SPREAD, supply(), 0.95).point[0]
    rng = np.random.default_rng(7)
    days = np.maximum(rng.normal(14 + TERMS.review_days, 4, 40_000), 0)
    asked = rng.poisson(days * 10 / 7)
    assert (asked <= point).mean() == pytest.approx(0.95, abs=0.02)


def test_enough_stock_orders_nothing_and_no_demand_never_orders():
    for position, expected, spread in (
        (500, EXPECTED, SPREAD), (0, np.zeros((1, 12)), np.zeros((1, 12))),
    ):  # fmt: skip
        levels = rules.reorder_levels(expected, spread, supply(), 0.95)
        assert rules.wanted_now(np.array([position]), expected, levels, supply())[0] == 0


def test_lost_sales_and_quantity_follow_the_stock():
    position = np.array([0, 20])
    expected, spread = np.repeat(EXPECTED, 2, axis=0), np.repeat(SPREAD, 2, axis=0)
    both = supply(variants=2)
    levels = rules.reorder_levels(expected, spread, both, 0.95)
    quantity = rules.wanted_now(position, expected, levels, both)
    assert 0 < quantity[1] < quantity[0]
    lost = rules.lost_without(position, expected, spread, both)
    assert lost.shape[0] == 2
    assert (lost >= 0).all()
    assert lost[1].mean() < lost[0].mean()


@given(st.floats(0.01, 5000), st.integers(1, 100), st.integers(1, 60))
def test_orders_are_whole_packs_at_or_above_the_minimum(wanted, minimum, pack):
    got = rules.packed(one(wanted), np.array([minimum]), np.array([pack]))[0]
    assert got % pack == 0
    assert got >= wanted - 1e-6
    assert got >= minimum
    assert got - pack < max(wanted, minimum)


@pytest.mark.parametrize("review", [7, 0])
def test_known_costs_choose_the_levels_and_never_go_below_the_service_level(review):
    terms = replace(
        TERMS, review_days=review, order_cost=Money(D(40), "EUR"), holding_percent=D(25)
    )
    plain = rules.reorder_levels(EXPECTED, SPREAD, supply(replace(terms, order_cost=None)), 0.95)
    cheap = rules.reorder_levels(EXPECTED, SPREAD, supply(terms, cost=8, contribution=12), 0.95)
    dear = rules.reorder_levels(
        EXPECTED, SPREAD, supply(replace(terms, order_cost=Money(D(400), "EUR")), cost=8,
                                 contribution=12), 0.95,
    )  # fmt: skip
    assert cheap.cheapest.all()
    assert not plain.cheapest.any()
    assert cheap.point[0] >= plain.point[0] - 1e-9
    # Ten times the cost of an order makes orders about the root of ten times as large.
    ratio = (dear.up_to - dear.point)[0] / (cheap.up_to - cheap.point)[0]
    assert ratio == pytest.approx(np.sqrt(10), rel=0.25)


def test_reorders_are_complete_and_ordered_by_what_is_lost(shop, demand):
    got = propose_reorders(
        shop.variants, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, run_id="r"
    )
    assert len(got.proposals) == 25
    stakes = [p.money_at_stake.amount for p in got.proposals]
    assert stakes == sorted(stakes, reverse=True)
    for proposal in got.proposals:
        assert proposal.kind == "inventory.reorder"
        assert proposal.precondition == {"available": 3}
        assert proposal.arguments["quantity"] > 0
        assert proposal.arguments["location_id"] == "loc"
        assert proposal.arguments["expected_days"] == 14
        assert proposal.inverse.kind == "inventory.reorder_cancel"
        assert proposal.prediction.low <= proposal.prediction.point <= proposal.prediction.high
        lead = next(e for e in proposal.evidence if e.label == "Lead time")
        assert lead.source == "policy"
        assert "assumption" in lead.query
        assert "assumption" in proposal.rationale
        assert sum(f.contribution for f in proposal.risk.factors) == pytest.approx(
            proposal.risk.score, abs=1e-3
        )
        assert changes(proposal)[0].unit == "units"


def test_an_unknown_cost_is_still_proposed_and_the_gate_asks(shop, demand):
    unknown = [v for v in shop.variants if v.unit_cost is None and v.tracked]
    got = propose_reorders(
        unknown, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=200
    )
    assert got.proposals
    for proposal in got.proposals:
        assert proposal.arguments["unit_cost"] is None
        assert proposal.cost is None
        state = GateState(shop.now, "EUR", autonomy=Autonomy.AUTO)
        verdict = judge(proposal, Policy(), state)
        assert verdict.ruling is not Ruling.ALLOW
        assert "unit_cost.unknown" in {hit.rule for hit in verdict.hits}


def test_untracked_stock_is_named_as_unseen(shop, demand):
    got = propose_reorders(
        shop.variants, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=200
    )
    untracked = {v.id for v in shop.variants if not v.tracked}
    assert {u.variant_id for u in got.unseen if u.reason == "untracked"} == untracked
    nothing = propose_reorders(shop.variants, demand, [], Policy(), store=shop.terms, now=shop.now)
    assert not nothing.proposals
    assert {u.reason for u in nothing.unseen} == {"untracked", "no_level"}


def test_goods_on_their_way_are_not_ordered_twice(shop, demand):
    first = propose_reorders(
        shop.variants, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=200
    )
    coming = [
        PurchaseOrder(
            f"po{i}", f"d{i}", p.subject.id, None, p.arguments["quantity"], None, "loc",
            shop.now + timedelta(days=14), "ordered",
        )
        for i, p in enumerate(first.proposals)
    ]  # fmt: skip
    again = propose_reorders(
        shop.variants, demand, levels(shop), Policy(), store=shop.terms, now=shop.now,
        on_order=coming, limit=200,
    )  # fmt: skip
    assert not again.proposals


def test_a_suppliers_own_terms_replace_the_assumption(shop, demand):
    terms = {
        v.id: SupplyTerms(D(30), D(5), minimum_order=50, pack_size=12, source="entered")
        for v in shop.variants
    }
    got = propose_reorders(
        shop.variants, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, terms=terms
    )
    for proposal in got.proposals:
        assert proposal.arguments["quantity"] % 12 == 0
        assert proposal.arguments["quantity"] >= 50
        assert proposal.arguments["expected_days"] == 30
        assert "as entered" in proposal.rationale


def test_a_partly_delivered_order_counts_with_what_is_still_to_come(shop, demand):
    variant = next(v for v in shop.variants if v.tracked)
    order = PurchaseOrder(
        "po", "d", variant.id, None, 50, None, "loc", None, "ordered", received=30
    )
    assert order.outstanding == 20
    assert replace(order, received=60).outstanding == 0
    assert replace(order, status="cancelled").outstanding == 0


def test_a_budget_is_kept_to_the_cent_and_goes_where_it_avoids_most(shop, demand):
    known = [v for v in shop.variants if v.unit_cost is not None]
    free = propose_reorders(
        known, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=500
    )
    whole = sum(p.cost.amount for p in free.proposals)
    budget = Budget(whole / 3, whole / 10)
    got = propose_reorders(
        known, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=500,
        budget=budget,
    )  # fmt: skip
    costs = [p.cost.amount for p in got.proposals]
    assert whole / 4 < sum(costs) <= budget.total
    assert max(costs) <= budget.each
    cut = [p for p in got.proposals if "the budget allows" in p.rationale]
    assert cut or any(u.reason == "budget" for u in got.unseen)


def test_a_cost_in_other_money_is_unknown_and_a_price_in_other_money_is_not_judged(shop, demand):
    foreign = [replace(v, unit_cost=Money(D(5), "USD")) for v in shop.variants if v.tracked]
    got = propose_reorders(
        foreign, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=500
    )
    assert got.proposals
    assert all(p.cost is None for p in got.proposals)
    priced = [replace(v, price=Money(D(5), "USD")) for v in shop.variants if v.tracked]
    got = propose_reorders(
        priced, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=500
    )
    assert {u.reason for u in got.unseen} == {"currency_mismatch"}


def test_a_forecast_that_is_no_number_orders_nothing_and_is_named(shop, demand):
    broken = replace(demand, expected=np.full_like(demand.expected, np.nan))
    got = propose_reorders(
        shop.variants, broken, levels(shop), Policy(), store=shop.terms, now=shop.now, limit=500
    )
    assert not got.proposals
    assert {u.reason for u in got.unseen} == {"untracked", "no_forecast"}
