"""The five factors, near-duplicates, the shortlist, and what becomes of picks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.costs import OF_STORE, unit_costs
from royal_platform.commerce.decisions.model import CostToServe, GateState, Policy, Ruling
from royal_platform.commerce.decisions.rules import changes, judge
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.research import rules, service
from royal_platform.commerce.research.model import Category, Trend, Twin
from royal_platform.commerce.research.trends import Point, pooled, read_trends, series_trend
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import Offer, OfferVersion, Reliability
from royal_platform.commerce.suppliers.rules import carried_by

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TODAY = date(2026, 5, 1)
SERVED = CostToServe(D("0.21"))
KNOWN = Reliability(20, 19, 0, 0.95, 0.87, 0.98, -0.5, 3.0, 1.0)


def euro(amount: str) -> Money:
    return Money(D(amount), "EUR")


def offer(sku: str = "N1", **terms) -> OfferVersion:
    values = {
        "title": f"Exercise Sheet {sku}", "cost": euro("20"), "shipping": euro("3"), "stock": 9,
        "lead_days_high": 4, "retail_price": euro("79"), "category": "Sheets", **terms,
    }  # fmt: skip
    return OfferVersion(Offer("a", sku, **values), 1, NOW, None, None)


def desk(**changes) -> service.Desk:
    values = {
        "store": StoreTerms("EUR", D("0.21"), "sandbox"), "policy": Policy(),
        "served": SERVED,
        "names": {"a": "Acme"}, "reliability": {"a": KNOWN},
        "categories": {"sheets": Category("Sheets", 4, 40, 25, 2, D("2.2"))},
        "decided": frozenset(), "now": NOW, "run_id": "run_1", **changes,
    }  # fmt: skip
    return service.Desk(**values)


def test_the_weights_are_the_published_ones_and_sum_to_one():
    assert rules.WEIGHTS == {
        "margin": 0.30, "trend": 0.25, "viability": 0.20, "reliability": 0.15, "shipping": 0.10,
    }  # fmt: skip
    assert sum(rules.WEIGHTS.values()) == pytest.approx(1)


def test_a_good_article_is_proposed_with_each_factors_evidence():
    found = service.shortlist([offer()], {}, desk())
    (candidate,) = found.candidates
    assert (candidate.why_not, candidate.badge, candidate.quality) == (None, "good", 1.0)
    (proposal,) = found.proposals
    assert proposal.kind == "product.import_draft"
    assert [each.label.split()[0] for each in proposal.evidence] == list(rules.WEIGHTS)
    assert proposal.arguments["unit_cost"] == "20.00"
    assert proposal.arguments["shipping"] == "3.00"
    assert proposal.provenance == "supplier feed"
    state = GateState(NOW, "EUR", tax_rate=D("0.21"))
    assert judge(proposal, Policy(), state).ruling is Ruling.ASK
    assert [each.field for each in changes(proposal)] == [
        "product", "price", "unit cost", "supplier_shipping",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [({"price": "24.00"}, "margin.floor"), ({"price": "-1"}, "arguments.invalid"),
     ({"handle": "../x"}, "arguments.invalid"), ({"title": ""}, "arguments.invalid"),
     ({"currency": "USD"}, "arguments.invalid"), ({"sku": None}, "arguments.invalid"),
     ({"image_url": "javascript:alert(1)"}, "arguments.invalid"),
     ({"image_url": "https://x.test/a.jpg\" onerror=\"x"}, "arguments.invalid")],
)  # fmt: skip
def test_the_gate_denies_what_a_feed_could_smuggle_in(arguments, rule):
    (proposal,) = service.shortlist([offer()], {}, desk()).proposals
    changed = replace(proposal, arguments={**proposal.arguments, **arguments})
    verdict = judge(changed, Policy(), GateState(NOW, "EUR", tax_rate=D("0.21")))
    assert verdict.ruling is Ruling.DENY
    assert rule in {hit.rule for hit in verdict.hits}


def test_a_draft_has_the_picture_that_its_supplier_tells_and_a_person_sees_which():
    for unfit in (None, "https://x.test/a b.jpg", "http://"):
        (plain,) = service.shortlist([offer(image_url=unfit)], {}, desk()).proposals
        assert "image_url" not in plain.arguments
    at = "https://supplier.example/sheet.jpg?width=800"
    (pictured,) = service.shortlist([offer(image_url=at)], {}, desk()).proposals
    assert at in {each.proposed for each in changes(pictured)}
    verdict = judge(pictured, Policy(), GateState(NOW, "EUR", tax_rate=D("0.21")))
    assert verdict.ruling is not Ruling.DENY


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (offer(stock=0), "has none"),
        (offer(retail_price=euro("27")), "below the floor"),
        (offer(retail_price=None, category="Unknown"), "margin is unknown"),
    ],
)
def test_what_speaks_against_an_article_is_said_and_nothing_is_proposed(version, said):
    found = service.shortlist([version], {}, desk())
    assert said in found.candidates[0].why_not
    assert found.proposals == ()


def test_what_is_sold_already_or_decided_on_is_not_proposed_again():
    twin = Twin("p1", "Exercise Sheet", 0.97, "meaning")
    first = service.shortlist([offer()], {("a", "N1"): twin}, desk())
    assert "Nearly the same" in first.candidates[0].why_not
    handle = first.candidates[0].handle
    again = service.shortlist([offer()], {}, desk(decided=frozenset({handle})))
    assert again.proposals == ()


def test_unknown_factors_count_for_nothing_and_lower_the_badge():
    bare = service.shortlist([offer(lead_days_high=None)], {}, desk(reliability={}, categories={}))
    (candidate,) = bare.candidates
    assert candidate.quality == pytest.approx(0.30)
    assert candidate.badge == "poor"
    assert {f.name for f in candidate.factors if f.score is None} == {
        "trend", "viability", "reliability", "shipping",
    }  # fmt: skip


def test_of_several_offers_for_one_article_the_cheapest_stands():
    dear = replace(offer(), offer=replace(offer().offer, supplier_id="b", cost=euro("30")))
    found = service.shortlist([dear, offer()], {}, desk())
    assert [each.offer.offer.supplier_id for each in found.candidates] == ["a"]
    assert found.considered == 1


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_phase_is_named_only_when_its_interval_leaves_one_out(now, before):
    trend = rules.trend_of(Category("c", 1, now, before, 0, None))
    if now + before == 0:
        assert trend == Trend("unknown")
    else:
        assert trend.low <= trend.growth <= trend.high
        assert (trend.phase == "rising") == (trend.low > 1)
        assert (trend.phase == "falling") == (trend.high < 1)


def points(*weekly: float, series: str = "searches", category: str = "Sheets") -> list[Point]:
    """A value a day; the last week first."""
    return [
        Point(TODAY - timedelta(days=7 * week + day + 1), series, category, D(str(value)))
        for week, value in enumerate(weekly)
        for day in range(7)
    ]


def test_a_series_grows_by_its_last_four_weeks_over_the_four_before():
    rising = series_trend(points(20, 21, 19, 20, 10, 10, 11, 9), TODAY)
    assert rising.phase == "rising"
    assert rising.growth == pytest.approx(2)
    assert series_trend(points(*[10] * 8), TODAY).phase == "steady"
    assert series_trend(points(20, 1, 30, 2, 10, 25, 4, 9), TODAY).phase == "steady"
    # Today is not over, and what is older than eight weeks says nothing.
    beyond = [Point(TODAY, "s", "c", D(999)), Point(TODAY - timedelta(days=57), "s", "c", D(999))]
    assert series_trend([*points(*[10] * 8), *beyond], TODAY).growth == pytest.approx(1)


@pytest.mark.parametrize("weekly", [(), (9, 9, 9, 9), (9, 9), (0,) * 8, (0,) * 4 + (9,) * 4])
def test_a_series_of_too_little_says_nothing(weekly):
    assert series_trend(points(*weekly), TODAY) == Trend("unknown")


@given(
    st.lists(st.integers(0, 1000), min_size=8, max_size=8),
    st.lists(st.integers(0, 1000), min_size=8, max_size=8),
)
def test_a_trend_of_several_lies_between_them_and_is_surer(first, second):
    known = [
        each for each in (series_trend(points(*first), TODAY), series_trend(points(*second), TODAY))
        if each.growth is not None
    ]  # fmt: skip
    both = pooled([*known, Trend("unknown")])
    if not known:
        assert both == Trend("unknown")
        return
    growths = [each.growth for each in known]
    assert min(growths) * 0.999 <= both.growth <= max(growths) * 1.001
    assert both.high / both.low <= min(each.high / each.low for each in known) * 1.05


def test_what_the_shop_never_sold_has_a_trend_where_a_series_tells_one():
    told = {"sheets": {"searches": series_trend(points(20, 21, 19, 20, 10, 10, 11, 9), TODAY)}}
    (never,) = service.shortlist([offer()], {}, desk(categories={}, trends=told)).candidates
    factor = next(each for each in never.factors if each.name == "trend")
    assert (never.trend.phase, factor.score) == ("rising", pytest.approx(1))
    assert "searches 2.00" in factor.detail
    (both,) = service.shortlist([offer()], {}, desk(trends=told)).candidates
    factor = next(each for each in both.factors if each.name == "trend")
    assert "own sales 1.59" in factor.detail
    assert 1.59 < both.trend.growth < 2


def test_a_file_of_trends_is_taken_whole_or_not_at_all():
    good = "day,series,category,value\n2026-04-30,searches,Sheets,4.5\n"
    [row] = read_trends(good, TODAY, lambda cell: cell.startswith("=")).rows
    assert row == Point(date(2026, 4, 30), "searches", "Sheets", D("4.5"))
    wrong = (
        "2026-05-02,searches,Sheets,1", "2026-04-30,searches,sheets,1", "2026-04-29,=cmd,Sheets,1",
        "2026-04-29,searches,,1", "2026-04-29,searches,Sheets,-1", "29-04-2026,searches,Sheets,1",
    )  # fmt: skip
    read = read_trends(good + "\n".join(wrong), TODAY, lambda cell: cell.startswith("="))
    assert (read.rows, [each.line for each in read.faults]) == ((), [3, 4, 5, 6, 7, 8])


def test_a_falling_trend_may_be_over_before_the_goods_arrive():
    falling = rules.trend_of(Category("c", 1, 400, 600, 0, None))
    near, far = rules.trend_factor(falling, 2), rules.trend_factor(falling, 28)
    assert near.score > far.score == 0


@given(
    st.decimals(D("0.01"), 500, places=2), st.decimals(D("0.01"), 500, places=2),
    st.floats(0, 1),
)  # fmt: skip
def test_a_dearer_purchase_never_leaves_more(price, cost, returned):
    cheap, dear = (
        rules.margin_of(
            Offer("a", "1", "x", cost=Money(each, "EUR")),
            price,
            SERVED,
            Policy(),
            returned=returned,
        )
        for each in (cost, cost + 1)
    )
    assert dear <= cheap + 1e-9


def margin(shipping=None, *, policy=None, served=None, returned=0.1):
    told = None if shipping is None else Money(D(shipping), "EUR")
    article = Offer("a", "1", "x", cost=Money(D(20), "EUR"), shipping=told)
    return rules.margin_of(article, D(60), served or SERVED, policy or Policy(), returned=returned)


def test_the_margin_of_an_article_is_the_one_that_its_price_will_be_judged_by():
    policy = Policy(shipping_cost_per_order=D(8), return_cost_per_unit=D(3))
    served = CostToServe(D("0.21"), None, D("0.5"), D("0.8"), D(2))
    costs = unit_costs(D(20), replace(served, return_rate=D("0.1")), policy)
    found = margin(policy=policy, served=served)
    assert found == pytest.approx(float(costs.margin(D(60)) / costs.kept(D(60))))
    assert costs.keeps(D(60), D(str(round(found * 100 - 0.01, 4))))
    assert not costs.keeps(D(60), D(str(round(found * 100 + 0.01, 4))))
    assert found < margin(), "lost goods, handling and shipping are part of it"


def test_shipping_that_the_supplier_tells_is_not_counted_twice():
    served = replace(SERVED, parcels=D(1))
    ours = Policy(shipping_cost_per_order=D(8))
    assert margin("5", policy=ours, served=served) == margin("5", policy=Policy(), served=served)
    kept = 0.9 * 60 / 1.21
    assert margin("0", served=served) - margin("5", served=served) == pytest.approx(5 / kept)
    assert margin("0", served=served) - margin(None, policy=ours, served=served) == pytest.approx(
        8 / kept
    )
    assert margin(returned=1.0) is not None, "a kind that all came back has some margin, a bad one"


def test_the_nearest_vector_is_found():
    known = np.eye(3, dtype=np.float32)
    best, similar = rules.nearest(known[[2, 0]], known)
    assert (best.tolist(), similar.tolist()) == ([2, 0], [1.0, 1.0])
    assert rules.word_likeness("Fly Mask with Ears", "fly mask with ears Pony") == pytest.approx(
        0.8
    )


@given(st.text(max_size=300), st.text(max_size=80))
def test_a_handle_is_one_an_address_can_hold(title, sku):
    handle = rules.handle_of(title, sku)
    assert 0 < len(handle) <= 110
    assert handle.strip("-") == handle


def test_categories_are_the_shops_own_sales_in_two_windows():
    variants = [
        Variant(
            str(n), "p", "t", None, kind, "active", euro("20"), None, euro("10"), None, True, NOW
        )
        for n, kind in enumerate(("Rugs", "rugs", None))
    ]
    days = [
        VariantDay("0", TODAY - timedelta(days=age), units, D(0), returned)
        for age, units, returned in ((1, 5, 1), (27, 2, 0), (28, 4, 0), (60, 9, 0))
    ]
    (rugs,) = service.categories_of(variants, days, TODAY).values()
    assert (rugs.variants, rugs.units, rugs.units_before, rugs.returned) == (2, 7, 4, 1)
    assert rugs.markup == 2


def test_a_hit_rate_is_claimed_only_after_its_window():
    young = [(NOW - timedelta(days=5), 9)]
    assert service.hit_rate(young, NOW, 1).share is None
    old = [(NOW - timedelta(days=30), 3), (NOW - timedelta(days=40), 0)]
    found = service.hit_rate([*young, *old], NOW, 3)
    assert (found.judged, found.hits, found.share) == (2, 1, 0.5)


def test_a_draft_is_judged_with_the_suppliers_shipping_and_not_with_ours_on_top():
    (proposal,) = service.shortlist([offer()], {}, desk()).proposals
    served = {OF_STORE: CostToServe(D(0), D(0), D(0), D(1))}
    state = GateState(NOW, "EUR", served=served)
    price = D(proposal.arguments["price"])
    # Our parcel would leave nothing; the supplier's own takes 3 of what is left.
    dear = Policy(shipping_cost_per_order=price, return_cost_per_unit=D(0))
    assert {hit.rule for hit in judge(proposal, dear, state).hits} == {"autonomy"}
    silent = replace(
        proposal, arguments={k: v for k, v in proposal.arguments.items() if k != "shipping"}
    )
    assert "margin.floor" in {hit.rule for hit in judge(silent, dear, state).hits}
    told = replace(proposal, arguments={**proposal.arguments, "shipping": format(price, "f")})
    assert "margin.floor" in {hit.rule for hit in judge(told, dear, state).hits}
    # Nobody has to enter what an order of ours costs to know what this one does.
    unsaid = judge(proposal, Policy(return_cost_per_unit=D(0)), state)
    assert "costs.unknown" not in {hit.rule for hit in unsaid.hits}


@pytest.mark.parametrize("shipping", ["-1.00", "free", 3, None])
def test_shipping_that_is_no_amount_is_refused(shipping):
    (proposal,) = service.shortlist([offer()], {}, desk()).proposals
    wrong = replace(proposal, arguments={**proposal.arguments, "shipping": shipping})
    assert judge(wrong, Policy(), GateState(NOW, "EUR")).ruling is Ruling.DENY


@pytest.mark.parametrize(
    ("cost", "shipping", "carried"),
    [
        ("20.00", "3.00", D(3)),
        # The landed cost has the shipping in it.
        ("23.00", "3.00", D(0)),
        ("20.00", None, None),
    ],
)
def test_what_a_supplier_takes_comes_on_top_of_the_goods_and_not_of_the_landed_cost(
    cost, shipping, carried
):
    told = None if shipping is None else euro(shipping)
    article = Offer("a", "1", "x", cost=euro("20"), shipping=told)
    assert carried_by(article, euro(cost)) == carried
    assert carried_by(replace(article, shipping=Money(D(3), "USD")), euro(cost)) is None
