"""What decisions did: held against a truth that the measuring cannot see, and pure properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.catalog.model import Collection
from royal_platform.commerce.decisions.model import Autonomy
from royal_platform.commerce.effects.model import (
    Effect,
    Fees,
    NotKnown,
    PriceCase,
    ReorderCase,
    Told,
    Window,
)
from royal_platform.commerce.effects.record import (
    MIN_MEASURED,
    calibrate,
    is_inside,
    judge_record,
    pool,
    wilson,
)
from royal_platform.commerce.effects.rules import Z80, reorder_effect
from royal_platform.commerce.effects.service import Sight, measure_prices
from royal_platform.commerce.orders.model import VariantDay
from tests.unit.commerce.conftest import Economy, economy

FEES = Fees(0.0, 0.0, 0.0)
WINDOW = Window(date(2026, 11, 24), date(2026, 12, 21))
finite = st.floats(-1e4, 1e4, allow_nan=False)
positive = st.floats(0.01, 1e4, allow_nan=False)


def told(estimate: float, sd: float = 1.0, predicted: float = 0.0, half: float = 1.0,
         shared: float = 0.0, group: str = "w") -> Told:  # fmt: skip
    return Told(
        estimate, sd, min(shared, sd), 10.0, group, predicted, predicted - half, predicted + half
    )


def after_a_change(
    world: Economy, factor: float, changed: int, seed: int = 5, out_from: int | None = None
) -> tuple[Sight, list[PriceCase]]:
    """Four more weeks in which the first ``changed`` fast sellers cost ``factor`` times as much."""
    rng = np.random.default_rng(seed)
    weeks = world.season.shape[1] - 12
    rows = [
        i for i in np.argsort(-world.usual) if world.usual[i] > 2 and world.variants[i].unit_cost
    ][:changed]
    sales = list(world.sales)
    for i, variant in enumerate(world.variants):
        price = variant.price.amount
        power = float(factor ** world.elasticity[i]) if i in rows else 1.0
        paid = Decimal(str(round(float(price) * (factor if i in rows else 1.0), 2)))
        for day in range(28):
            if i in rows and out_from is not None and day >= out_from:
                continue
            level = world.usual[i] * world.season[world.type_of[i], weeks + day // 7] * power / 7
            units = int(rng.poisson(level))
            if units:
                at = world.today + timedelta(days=1 + day)
                sales.append(VariantDay(variant.id, at, units, paid * units, 0, paid * units))
    cases = [
        PriceCase(
            f"d{i}", world.variants[i].id, float(world.variants[i].price.amount),
            float(world.variants[i].price.amount) * factor,
            float(world.variants[i].unit_cost.amount), WINDOW,
        )
        for i in rows
    ]  # fmt: skip
    touched = {case.variant_id: [world.today] for case in cases}
    return Sight(world.variants, sales, [], touched), cases


def true_gain(world: Economy, case: PriceCase) -> float:
    i = next(n for n, v in enumerate(world.variants) if v.id == case.variant_id)
    weeks = world.season.shape[1] - 12
    usual = float(world.usual[i] * world.season[world.type_of[i], weeks : weeks + 4].sum())
    moved = usual * (case.after / case.before) ** float(world.elasticity[i])
    return moved * (case.after - case.unit_cost) - usual * (case.before - case.unit_cost)


def test_the_interval_of_a_price_change_holds_what_it_truly_earned_about_as_often_as_it_says():
    inside, off = [], []
    for seed in range(1, 5):
        world = economy(seed)
        sight, cases = after_a_change(world, 1.1, 15, seed)
        found = measure_prices(cases, sight, FEES)
        for case in cases:
            effect = found[case.decision_id]
            if isinstance(effect, Effect):
                truth = true_gain(world, case)
                inside.append(effect.low <= truth <= effect.high)
                off.append((effect.estimate - truth) / effect.sd)
    assert len(inside) > 40
    assert 0.65 <= np.mean(inside) <= 0.97
    assert abs(np.mean(off)) < 0.5


def test_a_price_is_carried_over_by_the_elasticity_that_prices_are_pooled_to():
    """The price before lies off the one the forecast rests on: the collections say by how much."""
    world = economy(3)
    sight, cases = after_a_change(world, 1.1, 6)
    cases = [replace(each, before=each.before * 1.08) for each in cases]
    order = np.argsort(world.elasticity)
    keen = {world.variants[i].product_id for i in order[: len(order) // 2]}
    every = dict.fromkeys(variant.product_id for variant in world.variants)
    halves = [
        Collection("keen", "Keen", tuple(each for each in every if each in keen)),
        Collection("mild", "Mild", tuple(each for each in every if each not in keen)),
    ]
    plain = measure_prices(cases, sight, FEES)
    pooled = measure_prices(cases, replace(sight, collections=halves), FEES)
    pairs = [(plain[each.decision_id], pooled[each.decision_id]) for each in cases]
    assert all(isinstance(one, Effect) for pair in pairs for one in pair)
    assert all(a.estimate != b.estimate for a, b in pairs)


def test_a_price_that_was_not_changed_has_no_effect_beyond_its_interval_often():
    world = economy(7)
    sight, cases = after_a_change(world, 1.0, 30, 7)
    found = [e for e in measure_prices(cases, sight, FEES).values() if isinstance(e, Effect)]
    outside = [not effect.low <= 0 <= effect.high for effect in found]
    assert len(found) > 20
    assert np.mean(outside) <= 0.4
    pooled = pool([told(e.estimate, e.sd, shared=e.shared_sd) for e in found])
    assert pooled is not None
    assert pooled.total_low < 0 < pooled.total_high


def test_a_variant_that_ran_out_is_measured_on_its_days_in_stock_or_not_at_all():
    world = economy(3)
    sight, cases = after_a_change(world, 1.1, 5, out_from=3)
    stock = [_Stock(c.variant_id, WINDOW.first + timedelta(days=d), 0)
             for c in cases for d in range(3, 28)]  # fmt: skip
    found = measure_prices(cases, replace(sight, snapshots=stock), FEES)
    assert {outcome.reason for outcome in found.values() if isinstance(outcome, NotKnown)} == {
        "out_of_stock"
    }
    sight, cases = after_a_change(world, 1.1, 5, out_from=14)
    stock = [_Stock(c.variant_id, WINDOW.first + timedelta(days=d), 0)
             for c in cases for d in range(14, 28)]  # fmt: skip
    known = [
        e
        for e in measure_prices(cases, replace(sight, snapshots=stock), FEES).values()
        if isinstance(e, Effect)
    ]
    assert known
    assert {effect.sample["days_in_stock"] for effect in known} == {14}


def test_measuring_does_not_depend_on_who_else_is_measured():
    sight, cases = after_a_change(economy(4), 1.1, 6)
    together = measure_prices(cases, sight, FEES)
    first = cases[0].decision_id
    assert measure_prices(cases[:1], sight, FEES)[first] == together[first]


def test_a_price_moved_by_somebody_else_just_before_says_nothing():
    sight, cases = after_a_change(economy(4), 1.1, 3)
    reduced = [replace(case, before=case.before * 0.7) for case in cases]
    outcomes = measure_prices(reduced, sight, FEES)
    assert {o.reason for o in outcomes.values() if isinstance(o, NotKnown)} == {"moved_before"}


def test_a_variant_that_is_gone_or_a_store_without_history_is_never_known():
    sight, cases = after_a_change(economy(4), 1.1, 1)
    gone = replace(cases[0], variant_id="nowhere")
    assert measure_prices([gone], sight, FEES) == {
        gone.decision_id: NotKnown("gone", "The variant is no longer in the store.")
    }
    empty = measure_prices(cases, replace(sight, sales=[]), FEES)[cases[0].decision_id]
    assert isinstance(empty, NotKnown)
    assert empty.reason == "no_history"
    assert measure_prices([], sight, FEES) == {}


def test_a_small_shop_without_a_yardstick_has_wider_intervals_not_none():
    """Ten variants, five of them repriced: too few are left to say how far forecasts miss."""
    world = economy(6, variants=10, types=2)
    sight, cases = after_a_change(world, 1.05, 5)
    known = [e for e in measure_prices(cases, sight, FEES).values() if isinstance(e, Effect)]
    assert known
    for effect in known:
        assert np.isfinite([effect.estimate, effect.low, effect.high]).all()
        assert effect.high - effect.low > 0


def test_a_price_of_nothing_before_the_change_is_told_not_thrown():
    sight, cases = after_a_change(economy(4), 1.1, 1)
    free = measure_prices([replace(cases[0], before=0.0)], sight, FEES)[cases[0].decision_id]
    assert isinstance(free, NotKnown)


def test_price_changes_of_different_weeks_are_refused_together():
    sight, cases = after_a_change(economy(4), 1.1, 2)
    later = replace(cases[1], window=Window(date(2026, 12, 8), date(2026, 12, 21)))
    with pytest.raises(ValueError, match="different weeks"):
        measure_prices([cases[0], later], sight, FEES)


# -- reorders


def order(**changed: int) -> ReorderCase:
    values = {"ordered": 50, "stock_before": 10, "stock_after": 20, "sold": 40, "returned": 0,
              "earlier": 0}  # fmt: skip
    return ReorderCase("d", "v", **{**values, **changed}, demand=40.0)


def test_what_was_sold_beyond_the_stock_there_was_is_what_the_order_saved():
    # 10 + 50 arrived - 40 sold = 20: of the fifty, thirty were sold.
    effect = reorder_effect(order())
    assert (effect.estimate, effect.low, effect.high) == (30, 30, 30)


def test_an_order_that_never_arrived_saved_nothing():
    assert reorder_effect(order(stock_after=0, sold=10)).estimate == 0


def test_goods_of_an_older_order_arrive_first():
    assert reorder_effect(order(earlier=50)).estimate == 0


@given(
    ordered=st.integers(1, 500), stock_before=st.integers(-50, 500),
    stock_after=st.integers(-50, 500), sold=st.integers(0, 500), returned=st.integers(0, 100),
    earlier=st.integers(0, 100),
)  # fmt: skip
def test_a_reorder_saves_between_nothing_and_all_it_ordered_and_sold(**facts: int):
    effect = reorder_effect(order(**facts))
    assert 0 <= effect.low <= effect.estimate <= effect.high <= facts["ordered"]
    assert effect.sd > 0


# -- records


def test_pooling_alike_effects_narrows_the_interval_and_sums_them():
    pooled = pool([told(10, 4) for _ in range(16)])
    assert pooled is not None
    assert (pooled.mean, pooled.total, pooled.measured) == (pytest.approx(10), 160, 16)
    assert pooled.high - pooled.low < 2 * Z80 * 4 / 3
    assert pool([]) is None


def test_an_error_they_share_does_not_average_out():
    apart = pool([told(10, 4, shared=3, group=str(n)) for n in range(16)])
    shared = pool([told(10, 4, shared=3) for _ in range(16)])
    assert apart is not None
    assert shared is not None
    assert shared.high - shared.low > 1.5 * (apart.high - apart.low)
    assert shared.total_high - shared.total_low > 2 * (apart.total_high - apart.total_low)


@given(st.lists(st.tuples(finite, positive, finite, positive), min_size=1, max_size=40))
def test_a_record_is_finite_and_ordered_whatever_was_measured(rows):
    effects = [told(e, s, p, h) for e, s, p, h in rows]
    pooled, calibration = pool(effects), calibrate(effects)
    assert pooled is not None
    assert calibration is not None
    assert pooled.low <= pooled.mean <= pooled.high
    assert pooled.total_low <= pooled.total <= pooled.total_high
    assert 0 <= calibration.share_low <= calibration.share <= calibration.share_high <= 1
    assert 0 <= calibration.noise_share <= 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_holds_the_share_and_stays_a_share(hits, misses):
    low, high = wilson(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low <= hits / (hits + misses) + 1e-12
        assert high >= hits / (hits + misses) - 1e-12


def test_a_noisy_outcome_is_not_held_against_a_prediction():
    assert is_inside(told(30, sd=25, predicted=0, half=5))
    assert not is_inside(told(30, sd=1, predicted=0, half=5))


def test_calibrated_predictions_hold_about_four_in_five():
    rng = np.random.default_rng(11)
    effects = []
    for truth, noise in zip(rng.normal(0, 3, 2000), rng.normal(0, 5, 2000), strict=True):
        effects.append(told(truth + noise, sd=5, predicted=0, half=Z80 * 3))
    found = calibrate(effects)
    assert found is not None
    assert 0.77 <= found.share <= 0.83


def good(number: int) -> list[Told]:
    """A record that earns: four in five inside, effects above zero."""
    return [told(30 if n % 5 == 0 else 5, sd=2, predicted=5, half=4) for n in range(number)]


def record(effects, **changed):
    values = {"rules_broken": 0, "now_at": Autonomy.PROPOSE, "broken_since": 0, "news": 1}
    return judge_record(effects, **{**values, **changed})


def test_promotion_is_recommended_when_all_four_conditions_hold():
    assert record(good(MIN_MEASURED)).recommended is Autonomy.AUTO


def test_what_is_no_gain_is_not_added_up_and_only_its_predictions_are_judged():
    read = record(good(MIN_MEASURED), is_gain=False)
    assert (read.pooled, read.recommended, read.demote_to) == (None, None, None)
    assert [each.name for each in read.conditions] == ["measured", "coverage", "rules"]
    assert read.calibration is not None
    assert read.calibration.measured == MIN_MEASURED
    # An elasticity is always below zero: that harms nobody.
    below = [replace(each, estimate=-each.estimate, predicted=-each.predicted)
             for each in good(MIN_MEASURED)]  # fmt: skip
    alone = {"now_at": Autonomy.AUTO, "is_gain": False}
    assert record(below, **alone).demote_to is None


@pytest.mark.parametrize(
    ("effects", "changed", "unmet"),
    [
        (good(MIN_MEASURED - 1), {}, "measured"),
        ([told(5, predicted=5) for _ in range(30)], {}, "coverage"),
        ([told(-3 if n % 5 else -30, 2, -3, 4) for n in range(30)], {}, "effect"),
        (good(30), {"rules_broken": 1}, "rules"),
    ],
)
def test_one_unmet_condition_is_enough_to_recommend_nothing(effects, changed, unmet):
    found = record(effects, **changed)
    assert found.recommended is None
    assert [each.name for each in found.conditions if not each.met] == [unmet]


def test_who_only_observes_or_acts_alone_already_is_not_recommended():
    for level in (Autonomy.OBSERVE, Autonomy.AUTO):
        assert record(good(30), now_at=level).recommended is None


@pytest.mark.parametrize(
    ("effects", "changed", "why"),
    [
        ([told(-9, 2, -9, 4) for _ in range(10)], {}, "did harm"),
        ([told(30, 1, 0, 4) for _ in range(10)], {}, "held only 0 of 10"),
        (good(30), {"rules_broken": 2, "broken_since": 2}, "denied 2 of its proposals"),
    ],
)
def test_acting_alone_is_taken_away_with_its_reason(effects, changed, why):
    found = record(effects, now_at=Autonomy.AUTO, **changed)
    assert found.demote_to is Autonomy.PROPOSE
    assert why in (found.why or "")


def test_nothing_is_taken_away_twice_on_the_same_grounds():
    harm = [told(-9, 2, -9, 4) for _ in range(10)]
    assert record(harm, now_at=Autonomy.AUTO, news=0).demote_to is None
    assert record(harm, now_at=Autonomy.PROPOSE).demote_to is None
    assert record(harm[:5], now_at=Autonomy.AUTO).demote_to is None


class _Stock:
    def __init__(self, variant_id: str, day: date, available: int) -> None:
        self.variant_id, self.day, self.available = variant_id, day, available
