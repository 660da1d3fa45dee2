"""Inventory: lead-time demand, (s, S), packs, and proposals with unknowns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import Autonomy, Policy, Ruling
from royal_platform.commerce.decisions.rules import GateState, changes, judge
from royal_platform.commerce.inventory import rules
from royal_platform.commerce.inventory.model import (
    LeadTimeDemand,
    PurchaseOrder,
    StockLevel,
    SupplyTerms,
)
from royal_platform.commerce.inventory.service import propose_reorders

TERMS = SupplyTerms(D(14), D(4))
EXPECTED = np.full(12, 10.0)
SPREAD = np.sqrt(np.arange(1, 13) * 10.0)


def levels(shop, available=3):
    return [
        StockLevel(v.id, v.inventory_item_id, "loc", available, available, 0, 0, shop.now)
        for v in shop.variants
    ]


def test_demand_over_a_lead_time_has_the_moments_of_a_random_sum():
    got = rules.over_random_time(14, 4, EXPECTED, SPREAD)
    assert got.mean == pytest.approx(20)
    assert got.sd == pytest.approx(np.hypot(np.sqrt(20), 10 / 7 * 4))


def test_demand_beyond_the_forecast_repeats_its_last_week():
    assert rules.demand_over(7 * 24, EXPECTED, SPREAD).mean == pytest.approx(240)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("mean", "sd"), [(20, 8), (5, 3), (200, 40), (2, 2)])
def test_quantiles_are_the_gamma_distributions(mean, sd, share):
    shape, scale = (mean / sd) ** 2, sd**2 / mean
    drawn = np.random.default_rng(1).gamma(shape, scale, 200_000)
    got = rules.quantile(LeadTimeDemand(mean, sd), share)
    assert got == pytest.approx(np.quantile(drawn, share), rel=0.03, abs=0.06)


def test_the_reorder_point_keeps_the_service_level_in_simulation():
    advice = rules.reorder(
        0, 0, expected=EXPECTED, cumulative_sd=SPREAD, terms=TERMS, service_level=0.95
    )
    rng = np.random.default_rng(7)
    days = np.maximum(rng.normal(14 + TERMS.review_days, 4, 40_000), 0)
    asked = rng.poisson(days * 10 / 7)
    assert (asked <= advice.reorder_point).mean() == pytest.approx(0.95, abs=0.02)


def test_enough_stock_orders_nothing_and_no_demand_never_orders():
    assert rules.reorder(500, 500, expected=EXPECTED, cumulative_sd=SPREAD, terms=TERMS,
                         service_level=0.95) is None  # fmt: skip
    assert rules.reorder(0, 0, expected=np.zeros(12), cumulative_sd=np.zeros(12), terms=TERMS,
                         service_level=0.95) is None  # fmt: skip


def test_days_of_cover_and_lost_sales_follow_the_stock():
    empty = rules.reorder(0, 0, expected=EXPECTED, cumulative_sd=SPREAD, terms=TERMS,
                          service_level=0.95)  # fmt: skip
    some = rules.reorder(20, 20, expected=EXPECTED, cumulative_sd=SPREAD, terms=TERMS,
                         service_level=0.95)  # fmt: skip
    assert empty.days_of_cover == 0
    assert some.days_of_cover == pytest.approx(14)
    assert some.quantity < empty.quantity
    assert 0 <= some.lost_low <= some.lost_point <= some.lost_high


@given(st.floats(0.01, 5000), st.integers(1, 100), st.integers(1, 60))
def test_orders_are_whole_packs_at_or_above_the_minimum(wanted, minimum, pack):
    terms = SupplyTerms(D(14), D(4), minimum_order=minimum, pack_size=pack)
    got = rules.packed(wanted, terms)
    assert got % pack == 0
    assert got >= wanted - 1e-6
    assert got >= minimum
    assert got - pack < max(wanted, minimum)


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
            shop.now + timedelta(days=14), "placed",
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
        v.id: SupplyTerms(D(30), D(5), minimum_order=50, pack_size=12, source="supplier X")
        for v in shop.variants
    }
    got = propose_reorders(
        shop.variants, demand, levels(shop), Policy(), store=shop.terms, now=shop.now, terms=terms
    )
    for proposal in got.proposals:
        assert proposal.arguments["quantity"] % 12 == 0
        assert proposal.arguments["quantity"] >= 50
        assert proposal.arguments["expected_days"] == 30
        assert "supplier X" in proposal.rationale
