"""The order-risk score: what each factor says, that its parts sum, and what outcomes teach it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royal_platform.commerce.security.order_facts import (
    Linked,
    OrderFacts,
    StoreOpinion,
    Usual,
    is_throwaway,
    linked,
    usual,
)
from royal_platform.commerce.security.order_risk import (
    CANCEL_FROM,
    FACTORS,
    HOLD_FROM,
    WEIGHTS,
    Scorecard,
    assess,
    contributions,
    features,
    scores,
)
from royal_platform.commerce.security.order_risk_learning import average_precision, learn, quality

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SHOP = Usual(median=50.0, high=200.0, on_network=2.0)
PLAIN = OrderFacts("o1", NOW, 45.0, earlier_orders=2, earlier_spent=90.0)


def one(**known: object) -> Linked:
    counts = {name: known.pop(name) for name in list(known) if name not in _FACTS}
    return Linked(replace(PLAIN, **known), **counts)  # type: ignore[arg-type]


_FACTS = {each.name for each in fields(OrderFacts)}
MAYBE = st.none() | st.booleans()
LINKED = st.builds(
    Linked,
    st.builds(
        OrderFacts,
        order_id=st.just("o1"),
        placed_at=st.just(NOW),
        value=st.floats(0, 1e6),
        earlier_orders=st.none() | st.integers(0, 50),
        earlier_spent=st.none() | st.floats(0, 1e6),
        address_differs=MAYBE,
        name_differs=MAYBE,
        disposable_mail=MAYBE,
        failed_payments=st.none() | st.integers(0, 9),
        checks_failed=MAYBE,
        opinion=st.sampled_from(StoreOpinion),
    ),
    velocity=st.integers(0, 20),
    strangers_at_address=st.integers(0, 20),
    strangers_on_network=st.integers(0, 20),
)
CARDS = st.builds(
    Scorecard,
    base=st.floats(-8, 2),
    weights=st.tuples(*[st.floats(0, 4) if w > 0 else st.floats(-4, 0) for w in WEIGHTS.values()]),
)


@pytest.mark.parametrize(
    ("factor", "order"),
    [
        ("value_for_shop", one(value=200.0)),
        ("value_for_customer", one(value=180.0)),
        ("first_order", one(earlier_orders=0, earlier_spent=0.0)),
        ("known_customer", one(earlier_orders=9, earlier_spent=900.0)),
        ("velocity", one(velocity=3)),
        ("shared_address", one(strangers_at_address=2)),
        ("shared_network", one(strangers_on_network=5)),
        ("address_mismatch", one(address_differs=True)),
        ("contact_mismatch", one(name_differs=True)),
        ("disposable_mail", one(disposable_mail=True)),
        ("failed_payments", one(failed_payments=3)),
        ("payment_checks", one(checks_failed=True)),
        ("store_high", one(opinion=StoreOpinion.HIGH)),
        ("store_medium", one(opinion=StoreOpinion.MEDIUM)),
        ("store_low", one(opinion=StoreOpinion.LOW)),
    ],
)
def test_each_factor_speaks_fully_and_pulls_the_way_it_is_said_to(factor, order):
    column = FACTORS.index(factor)
    assert features([order], SHOP)[0, column] == pytest.approx(1.0)
    found = {each.name: each for each in assess([order], SHOP)[0].factors}[factor]
    assert np.sign(found.contribution) == np.sign(WEIGHTS[factor])
    assert found.reason


def test_no_factor_and_no_fact_is_a_country():
    told = [each.name for each in fields(OrderFacts)] + list(FACTORS)
    assert not [name for name in told if "country" in name or "nation" in name]


@given(LINKED, CARDS)
def test_base_and_contributions_sum_to_the_score(order, card):
    found = assess([order], SHOP, card)[0]
    assert 0.0 <= found.score <= 1.0
    parts = found.base + sum(each.contribution for each in found.factors)
    assert parts == pytest.approx(found.score, abs=1e-9)
    assert found.as_risk().score == found.score


@given(st.lists(LINKED, min_size=1, max_size=6), CARDS)
def test_many_at_once_score_as_each_alone(orders, card):
    together = scores(features(orders, SHOP), card)
    alone = [scores(features([each], SHOP), card)[0] for each in orders]
    assert together.tolist() == pytest.approx(alone)


@given(LINKED, st.sampled_from(["velocity", "strangers_at_address", "strangers_on_network"]))
def test_more_sharing_never_lowers_the_score(order, name):
    more = replace(order, **{name: getattr(order, name) + 1})
    lower, higher = assess([order, more], SHOP)
    assert higher.score >= lower.score


@given(LINKED)
def test_features_lie_between_zero_and_one_also_where_nothing_is_usual_yet(order):
    for shop in (SHOP, Usual()):
        matrix = features([order], shop)
        assert ((matrix >= 0.0) & (matrix <= 1.0)).all()


def test_an_order_of_which_nothing_is_known_scores_the_base():
    unknown = Linked(OrderFacts("o1", NOW, 20.0))
    found = assess([unknown], Usual())[0]
    assert found.score == pytest.approx(0.01)
    assert found.factors == ()


def test_a_ring_reaches_the_threshold_and_an_ordinary_order_stays_below():
    ring = one(
        value=400.0, earlier_orders=0, earlier_spent=0.0, disposable_mail=True,
        opinion=StoreOpinion.LOW, strangers_at_address=1,
    )  # fmt: skip
    careless = one(value=150.0, earlier_orders=0, opinion=StoreOpinion.MEDIUM)
    found = assess([ring, careless, one(opinion=StoreOpinion.LOW)], SHOP)
    assert found[0].score >= HOLD_FROM
    assert [each.level for each in found] == ["high", "medium", "low"]
    assert HOLD_FROM < CANCEL_FROM < 1


def test_links_look_at_earlier_orders_only_and_at_their_time():
    def at(hours: float, who: str, **keys: str) -> OrderFacts:
        name = f"{who}{hours}"
        return OrderFacts(name, NOW + timedelta(hours=hours), 10.0, customer=who, **keys)

    given_ = [
        at(0, "a", address="X", network="n"),
        at(1, "b", address="X", network="n"),
        at(2, "a", address="X"),
        at(30, "c", address="X"),
        at(24 * 8, "d", network="n"),
        at(24 * 40, "e", address="X"),
    ]
    found = linked(reversed(given_))
    assert [each.facts.order_id for each in found] == [each.order_id for each in given_]
    assert [each.velocity for each in found] == [0, 1, 2, 0, 0, 0]
    assert [each.strangers_at_address for each in found] == [0, 1, 1, 2, 0, 0]
    assert [each.strangers_on_network for each in found] == [0, 1, 0, 0, 0, 0]
    assert linked(given_[:3]) == found[:3]


def test_what_is_usual_is_unknown_before_enough_orders():
    some = linked(OrderFacts(f"o{n}", NOW, float(n)) for n in range(19))
    assert usual(some) == Usual()
    known = usual([*some, Linked(OrderFacts("o19", NOW, 19.0))])
    assert known.median == pytest.approx(9.5)


@pytest.mark.parametrize("domain", ["mail-drop.example.net", "MAILINATOR.com", "tempmail.org"])
def test_a_mailbox_to_throw_away_is_known_by_its_name(domain):
    assert is_throwaway(domain)


@pytest.mark.parametrize(
    "domain", ["example.com", "gmail.com", "dropship-goods.nl", "maildirect.nl"]
)
def test_an_ordinary_mail_domain_is_not(domain):
    assert not is_throwaway(domain)


def drawn(count: int, seed: int, weights: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    matrix = (rng.random((count, len(FACTORS))) < 0.2).astype(float)
    truth = Scorecard(-4.0, tuple((WEIGHTS | weights).values()))
    return matrix, rng.random(count) < scores(matrix, truth)


def test_outcomes_correct_the_weights_and_the_score_gets_better():
    matrix, bad = drawn(6000, 1, {"shared_network": 3.5, "disposable_mail": 0.2})
    learned = learn(matrix, bad)
    weight = dict(zip(FACTORS, learned.weights, strict=True))
    assert weight["shared_network"] > WEIGHTS["shared_network"] + 1
    assert weight["disposable_mail"] < WEIGHTS["disposable_mail"] - 1
    other, became = drawn(6000, 2, {"shared_network": 3.5, "disposable_mail": 0.2})
    before = quality(scores(other, Scorecard()), became, HOLD_FROM)
    after = quality(scores(other, learned), became, HOLD_FROM)
    assert after.brier < before.brier
    assert learned.learned_from == (int(bad.sum()), int((~bad).sum()))


def test_a_handful_of_outcomes_hardly_moves_the_stated_weights():
    matrix, _ = drawn(5, 3, {})
    learned = learn(matrix, np.zeros(5, dtype=bool))
    assert np.abs(np.array(learned.weights) - np.array(list(WEIGHTS.values()))).max() < 0.5
    assert learn(matrix[:0], np.zeros(0, dtype=bool)) == Scorecard()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10_000))
def test_no_outcomes_whatever_turn_a_weights_sign(count, seed):
    rng = np.random.default_rng(seed)
    matrix = rng.random((count, len(FACTORS)))
    learned = learn(matrix, rng.random(count) < 0.5)
    signs = np.sign(list(WEIGHTS.values()))
    assert (np.array(learned.weights) * signs >= 0).all()


def test_quality_counts_what_was_flagged_and_caught():
    scored = np.array([0.9, 0.6, 0.4, 0.1, 0.05])
    bad = np.array([True, False, True, True, False])
    found = quality(scored, bad, 0.35)
    assert (found.orders, found.bad, found.flagged, found.caught) == (5, 3, 3, 2)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert sum(each.orders for each in found.bins) == 5
    assert found.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)


def test_tied_scores_are_no_order_of_merit():
    tied = np.full(4, 0.5)
    assert average_precision(tied, np.array([True, False, False, False])) == pytest.approx(0.25)
    nothing = quality(tied[:0], tied[:0] > 1, 0.35)
    assert nothing.precision is nothing.recall is nothing.brier is None


def test_contributions_of_a_row_without_points_are_nothing():
    empty = np.zeros((1, len(FACTORS)))
    assert not contributions(empty, Scorecard()).any()
