"""The gate: what it allows, asks and denies, and that no limit is ever passed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royal_platform.commerce.decisions.costs import OF_STORE, parts_of, unit_costs
from royal_platform.commerce.decisions.model import (
    TRANSITIONS,
    Autonomy,
    CostToServe,
    GateState,
    Inverse,
    Policy,
    Proposal,
    Risk,
    Ruling,
    Status,
    Subject,
    argument_hash,
)
from royal_platform.commerce.decisions.rules import (
    IllegalTransitionError,
    advance,
    broken,
    changes,
    judge,
    mismatches,
    persons_needed,
    planned_spend,
)
from royal_platform.commerce.shared.model import Money

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def proposal(kind="price.set", risk=0.1, cost=None, stake=None, before=None, **arguments):
    base = {
        "price.set": {"product_id": "p", "variant_id": "v", "price": "10.50", "currency": "EUR"},
        "inventory.reorder": {
            "variant_id": "v", "sku": "S", "quantity": 10, "unit_cost": "4.00",
            "currency": "EUR", "location_id": None, "expected_days": 14,
        },
        "inventory.adjust": {
            "inventory_item_id": "i", "location_id": "l", "quantity": 5, "change_from": 3,
        },
        "inventory.reorder_cancel": {"variant_id": "v", "sku": "S", "quantity": 10},
    }.get(kind, {})  # fmt: skip
    return Proposal(
        agent_id="inventory_pricing",
        kind=kind,
        subject=Subject("variant", "v", "Halter"),
        arguments={**base, **arguments},
        precondition=before or {"price": "10.00", "unit_cost": "4.00"},
        evidence=(),
        rationale="because",
        prediction=None,
        risk=Risk(risk),
        cost=cost,
        money_at_stake=stake,
        inverse=Inverse(None, None, ""),
        expires_at=NOW + timedelta(days=7),
    )


def state(**changed):
    values = {
        "now": NOW, "currency": "EUR", "autonomy": Autonomy.AUTO,
        "price_now": D("10.00"), "unit_cost": D("4.00"),
        "served": {OF_STORE: CostToServe(changed.get("tax_rate", D(0)), D(0))}, **changed,
    }  # fmt: skip
    return GateState(**values)


def told(**limits):
    """A policy that says what shipping and a return cost: nothing, unless told otherwise."""
    return Policy(**{
        "shipping_cost_per_order": D(0), "return_cost_per_unit": D(0), **limits
    })  # fmt: skip


def rules_of(verdict):
    return {hit.rule for hit in verdict.hits}


def test_a_small_step_with_a_known_cost_may_act_alone_at_level_auto():
    verdict = judge(proposal(), told(), state())
    assert verdict.ruling is Ruling.ALLOW
    assert verdict.hits == ()


def test_a_fresh_store_asks():
    verdict = judge(proposal(), Policy(), GateState(NOW, "EUR", price_now=D(10), unit_cost=D(4)))
    assert verdict.ruling is Ruling.ASK
    assert rules_of(verdict) == {"autonomy", "costs.unknown"}


@pytest.mark.parametrize(
    ("made", "around", "policy", "rule", "ruling"),
    [
        ({}, {"stopped": ("store",)}, {}, "stop", "deny"),
        ({}, {"stopped": ("all",)}, {}, "stop", "deny"),
        ({}, {"stopped": ("agent:inventory_pricing",)}, {}, "stop", "deny"),
        ({}, {"stopped": ("warehouse",)}, {}, "stop", "deny"),
        ({}, {"autonomy": Autonomy.OBSERVE}, {}, "autonomy", "deny"),
        ({}, {"now": NOW + timedelta(days=7)}, {}, "expiry", "deny"),
        ({"risk": 0.41}, {}, {}, "risk", "ask"),
        ({"risk": 0.85}, {}, {}, "risk", "deny"),
        ({"risk": float("nan")}, {}, {}, "risk.invalid", "deny"),
        ({"price": "11.01"}, {}, {}, "price.step", "deny"),
        ({"price": "8.99"}, {}, {}, "price.step", "deny"),
        ({}, {"prices_last_week": (D("9.00"),)}, {}, "price.week", "deny"),
        ({}, {"reference_price": D("8.00")}, {}, "price.band", "deny"),
        ({}, {"reference_price": D("15.10")}, {}, "price.band", "deny"),
        ({}, {"price_now": None}, {}, "price.unknown", "deny"),
        ({}, {"unit_cost": None}, {}, "unit_cost.unknown", "ask"),
        ({}, {"unit_cost": D("9.00")}, {}, "margin.floor", "deny"),
        ({}, {"served": {}}, {}, "costs.unknown", "ask"),
        ({}, {}, {"shipping_cost_per_order": None}, "costs.unknown", "ask"),
        ({}, {"served": {"v": CostToServe(D(0), D("0.1"), D(1))}}, {"return_cost_per_unit": None},
         "costs.unknown", "ask"),
        ({}, {"served": {"v": CostToServe(D(0), D("0.1"), None)}}, {}, "costs.unknown", "ask"),
        ({}, {"served": {"v": CostToServe(D(0), D("0.5"), D(1))}}, {}, "margin.floor", "deny"),
        ({}, {"served": {"v": CostToServe(D(0), D("0.3"), D(0))}}, {"return_cost_per_unit": D(12)},
         "margin.floor", "deny"),
        ({}, {"served": {"v": CostToServe(D(0), D(0), None, D(1), D(1))}},
         {"shipping_cost_per_order": D(6)}, "margin.floor", "deny"),
        ({}, {"unit_cost": D("7.50"), "tax_rate": D("0.19")}, {}, "margin.floor", "deny"),
        ({}, {"last_change_at": NOW - timedelta(days=6, hours=23)}, {}, "cooldown", "deny"),
        ({}, {"last_change_at": NOW + timedelta(days=1)}, {}, "cooldown", "deny"),
        ({}, {"actions_this_run": 50}, {}, "actions.per_run", "deny"),
        ({}, {"actions_today": 100}, {}, "actions.per_day", "deny"),
        ({"stake": Money(D("10000.01"), "EUR")}, {}, {}, "two_persons", "ask"),
        ({"currency": "USD"}, {}, {}, "arguments.invalid", "deny"),
        ({"stake": Money(D(1), "USD")}, {}, {}, "currency.mismatch", "deny"),
        ({"kind": "warehouse.burn"}, {}, {}, "kind.unknown", "deny"),
        ({"kind": "inventory.reorder"}, {"spent_today": D("4960.01")}, {}, "spend.per_day", "deny"),
        (
            {"kind": "inventory.reorder"}, {"spent_this_month": D(49999)}, {},
            "spend.per_month", "deny",
        ),
        ({"kind": "inventory.reorder", "unit_cost": "1000.01", "quantity": 1}, {}, {},
         "unit_cost.max", "deny"),
        ({"kind": "inventory.reorder", "unit_cost": None}, {}, {}, "unit_cost.unknown", "ask"),
        ({"kind": "inventory.reorder", "quantity": 0}, {}, {}, "arguments.invalid", "deny"),
        ({"kind": "inventory.reorder", "quantity": True}, {}, {}, "arguments.invalid", "deny"),
        ({"kind": "inventory.reorder", "cost": Money(D(-1), "EUR")}, {}, {},
         "arguments.invalid", "deny"),
        ({"kind": "inventory.adjust", "change_from": None}, {}, {}, "stock.unchecked", "ask"),
        ({"kind": "inventory.adjust", "quantity": -1}, {}, {}, "arguments.invalid", "deny"),
        ({"kind": "inventory.reorder_cancel"}, {}, {}, "cancel.person", "ask"),
    ],
)  # fmt: skip
def test_each_rule_speaks_with_its_ruling(made, around, policy, rule, ruling):
    verdict = judge(proposal(**made), replace(told(), **policy), state(**around))
    hit = next(hit for hit in verdict.hits if hit.rule == rule)
    assert hit.ruling == ruling
    assert verdict.ruling == max(
        (hit.ruling for hit in verdict.hits), key=["allow", "ask", "deny"].index
    )


@pytest.mark.parametrize(
    "price",
    ["", "-1.00", "0", "0.00", "NaN", "Infinity", "1e3", "10.505", "10,50", " 10", "9" * 14, 10,
     None, True, "١٠", ["10.50"]],
)  # fmt: skip
def test_a_price_that_is_not_a_payable_decimal_string_is_denied(price):
    made = proposal()
    made = replace(made, arguments={**made.arguments, "price": price})
    verdict = judge(made, told(), state())
    assert verdict.ruling is Ruling.DENY
    assert "arguments.invalid" in rules_of(verdict)


def test_another_agents_stop_does_not_stop_this_one():
    assert judge(proposal(), told(), state(stopped=("agent:support",))).ruling is Ruling.ALLOW


def test_a_revert_skips_step_week_cooldown_and_rates_but_not_the_kill_switch():
    around = state(
        is_revert=True, price_now=D("20.00"), prices_last_week=(D("20.00"),),
        last_change_at=NOW, actions_today=1000, actions_this_run=1000,
    )  # fmt: skip
    assert judge(proposal(), told(), around).ruling is not Ruling.DENY
    stopped = replace(around, stopped=("store",))
    assert judge(proposal(), told(), stopped).ruling is Ruling.DENY


def test_a_reorder_exactly_at_the_budget_passes_and_one_cent_more_does_not():
    exact = state(spent_today=D("4960.00"))
    assert judge(proposal("inventory.reorder"), told(), exact).ruling is Ruling.ALLOW
    more = state(spent_today=D("4960.01"))
    assert judge(proposal("inventory.reorder"), told(), more).ruling is Ruling.DENY


def test_a_declared_cost_cannot_hide_what_the_arguments_say():
    made = proposal("inventory.reorder", quantity=1000, cost=Money(D(1), "EUR"))
    assert planned_spend(made) == D("4000.00")
    assert persons_needed(made, replace(told(), two_persons_above=D(3999))) == 2
    assert persons_needed(made, replace(told(), two_persons_above=None)) == 1


amounts = st.decimals(min_value=D("0.01"), max_value=D(900), places=2)
limits = st.decimals(min_value=D(0), max_value=D(60), places=2)


@st.composite
def policies(draw):
    return Policy(
        margin_floor_percent=draw(limits),
        price_step_max_percent=draw(limits),
        price_week_max_percent=draw(limits),
        price_band_low_percent=draw(st.decimals(min_value=40, max_value=100, places=1)),
        price_band_high_percent=draw(st.decimals(min_value=100, max_value=180, places=1)),
        cooldown_days=draw(st.integers(0, 20)),
        actions_per_run=draw(st.integers(0, 5)),
        actions_per_day=draw(st.integers(0, 5)),
        spend_per_day=draw(amounts),
        spend_per_month=draw(amounts),
        unit_cost_max=draw(st.none() | amounts),
        two_persons_above=draw(st.none() | amounts),
        risk_auto_max=draw(st.floats(0, 1)),
        risk_deny_min=draw(st.floats(0, 1)),
        shipping_cost_per_order=draw(st.none() | st.decimals(0, 20, places=2)),
        return_cost_per_unit=draw(st.none() | st.decimals(0, 20, places=2)),
    )


fractions = st.decimals(0, 1, places=3)


@st.composite
def served_units(draw):
    return CostToServe(
        tax_rate=draw(st.sampled_from([D(0), D("0.19")])),
        return_rate=draw(st.none() | st.decimals(0, "0.95", places=3)),
        lost_share=draw(st.none() | fractions),
        parcels=draw(st.none() | fractions),
        shipping_paid=draw(st.none() | st.decimals(0, 9, places=2)),
    )


@st.composite
def states(draw, price):
    # Prices near each other, so that both sides of every limit are visited often.
    near = st.integers(80, 125).map(lambda percent: (price * percent / 100).quantize(D("0.01")))
    return GateState(
        now=NOW + timedelta(hours=draw(st.integers(0, 200))),
        currency="EUR",
        stopped=tuple(draw(st.sets(st.sampled_from(["store", "agent:other"]), max_size=1))),
        autonomy=draw(st.sampled_from([Autonomy.AUTO, Autonomy.AUTO, Autonomy.PROPOSE])),
        price_now=draw(st.none() | near),
        prices_last_week=tuple(draw(st.lists(near, max_size=2))),
        reference_price=draw(st.none() | near),
        unit_cost=draw(st.none() | st.integers(5, 110).map(lambda share: price * share / 100)),
        tax_rate=draw(st.sampled_from([D(0), D("0.19")])),
        served=draw(st.dictionaries(st.sampled_from(["v", OF_STORE]), served_units())),
        last_change_at=draw(
            st.none() | st.integers(0, 500).map(lambda hours: NOW - timedelta(hours=hours))
        ),
        actions_this_run=draw(st.integers(0, 5)),
        actions_today=draw(st.integers(0, 5)),
        spent_today=draw(amounts),
        spent_this_month=draw(amounts),
    )


@st.composite
def price_cases(draw):
    price = draw(amounts)
    made = proposal(price=str(price), risk=draw(st.floats(0, 1)))
    return made, draw(policies()), draw(states(price))


@settings(max_examples=300, deadline=None)
@given(price_cases())
def test_no_price_beyond_a_limit_is_ever_allowed(case):
    assert_price_within_limits(*case)


def assert_price_within_limits(made, policy, around):
    if judge(made, policy, around).ruling is not Ruling.ALLOW:
        return
    price, now, cost = D(made.arguments["price"]), around.price_now, around.unit_cost
    assert around.autonomy is Autonomy.AUTO
    assert "store" not in around.stopped
    assert around.now < made.expires_at
    assert abs(price - now) <= policy.price_step_max_percent * now / 100 + D("1e-20")
    for before in around.prices_last_week:
        assert abs(price - before) <= policy.price_week_max_percent * before / 100 + D("1e-20")
    reference = around.reference_price or now
    assert price >= policy.price_band_low_percent * reference / 100 - D("1e-20")
    assert price <= policy.price_band_high_percent * reference / 100 + D("1e-20")
    # Written out again, so that a slip in the shared formula does not pass itself.
    served = around.served.get("v") or around.served[OF_STORE]
    back = served.return_rate
    net = (1 - back) * price / (1 + served.tax_rate)
    kept = net - (1 - back) * cost
    kept -= policy.payment_fee_fixed + price * policy.payment_fee_percent / 100
    if back > 0:
        kept -= back * (served.lost_share * cost + policy.return_cost_per_unit)
    if policy.shipping_cost_per_order > 0:
        paid = served.shipping_paid or 0
        kept -= max(served.parcels * policy.shipping_cost_per_order - paid, 0)
    assert kept >= policy.margin_floor_percent / 100 * net - D("1e-20")
    assert made.risk.score <= policy.risk_auto_max
    assert made.risk.score < policy.risk_deny_min
    assert around.actions_this_run < policy.actions_per_run
    assert around.actions_today < policy.actions_per_day
    if around.last_change_at is not None:
        assert around.now - around.last_change_at >= timedelta(days=policy.cooldown_days)


@st.composite
def reorder_cases(draw):
    cost = draw(st.none() | amounts)
    made = proposal(
        "inventory.reorder",
        quantity=draw(st.integers(-1, 20)),
        unit_cost=None if cost is None else str(cost),
        cost=draw(st.none() | amounts.map(lambda amount: Money(amount, "EUR"))),
        risk=draw(st.floats(0, 1)),
    )
    return made, draw(policies()), draw(states(D(10)))


@settings(max_examples=300, deadline=None)
@given(reorder_cases())
def test_no_reorder_beyond_a_limit_is_ever_allowed(case):
    assert_reorder_within_limits(*case)


def assert_reorder_within_limits(made, policy, around):
    if judge(made, policy, around).ruling is not Ruling.ALLOW:
        return
    quantity, cost = made.arguments["quantity"], D(made.arguments["unit_cost"])
    assert quantity >= 1
    assert policy.unit_cost_max is None or cost <= policy.unit_cost_max
    assert around.spent_today + quantity * cost <= policy.spend_per_day
    assert around.spent_this_month + quantity * cost <= policy.spend_per_month
    assert policy.two_persons_above is None or quantity * cost <= policy.two_persons_above
    assert made.risk.score <= policy.risk_auto_max


def random_policy(rng):
    def percent(low, high):
        return D(rng.randint(low * 10, high * 10)) / 10

    return Policy(
        margin_floor_percent=percent(0, 40),
        price_step_max_percent=percent(0, 25),
        price_week_max_percent=percent(0, 30),
        price_band_low_percent=percent(50, 100),
        price_band_high_percent=percent(100, 150),
        cooldown_days=rng.randint(0, 15),
        actions_per_run=rng.randint(0, 8),
        actions_per_day=rng.randint(0, 8),
        spend_per_day=D(rng.randint(0, 200_000)) / 100,
        spend_per_month=D(rng.randint(0, 300_000)) / 100,
        unit_cost_max=rng.choice([None, D(rng.randint(0, 20_000)) / 100]),
        two_persons_above=rng.choice([None, D(rng.randint(0, 200_000)) / 100]),
        risk_auto_max=rng.random(),
        risk_deny_min=rng.random(),
        shipping_cost_per_order=D(rng.randint(0, 500)) / 100,
        return_cost_per_unit=D(rng.randint(0, 500)) / 100,
    )


def random_served(rng):
    return CostToServe(
        rng.choice([D(0), D("0.19")]), D(rng.randint(0, 30)) / 100, D(rng.randint(0, 10)) / 10,
        D(rng.randint(1, 10)) / 10, D(rng.randint(0, 400)) / 100,
    )  # fmt: skip


def random_state(rng, price):
    def near():
        return (price * rng.randint(85, 118) / 100).quantize(D("0.01"))

    return GateState(
        now=NOW + timedelta(hours=rng.randint(0, 180)),
        currency="EUR",
        stopped=rng.choice([(), (), (), ("agent:other",), ("store",)]),
        autonomy=rng.choice([Autonomy.AUTO] * 5 + [Autonomy.PROPOSE]),
        price_now=rng.choice([near(), near(), near(), None]),
        prices_last_week=tuple(near() for _ in range(rng.randint(0, 2))),
        reference_price=rng.choice([near(), None]),
        unit_cost=rng.choice([price * rng.randint(5, 100) / 100] * 4 + [None]),
        served={rng.choice(["v", OF_STORE]): random_served(rng)},
        last_change_at=rng.choice([None, NOW - timedelta(hours=rng.randint(0, 500))]),
        actions_this_run=rng.randint(0, 5),
        actions_today=rng.randint(0, 5),
        spent_today=D(rng.randint(0, 50_000)) / 100,
        spent_this_month=D(rng.randint(0, 50_000)) / 100,
    )


def test_thirty_thousand_random_cases_hold_every_limit_and_some_are_allowed():
    rng = random.Random(20)
    allowed = {"price": 0, "reorder": 0}
    for _ in range(15_000):
        price = D(rng.randint(1, 90_000)) / 100
        policy, risk = random_policy(rng), rng.random() * 0.6
        made = proposal(price=str(price), risk=risk)
        around = random_state(rng, price)
        allowed["price"] += judge(made, policy, around).ruling is Ruling.ALLOW
        assert_price_within_limits(made, policy, around)
        made = proposal(
            "inventory.reorder",
            quantity=rng.randint(-1, 20),
            unit_cost=rng.choice([None, str(D(rng.randint(0, 20_000)) / 100)]),
            cost=rng.choice([None, Money(D(rng.randint(0, 90_000)) / 100, "EUR")]),
            risk=risk,
        )
        allowed["reorder"] += judge(made, policy, around).ruling is Ruling.ALLOW
        assert_reorder_within_limits(made, policy, around)
    assert min(allowed.values()) > 50


json_values = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats()


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["price.set", "inventory.reorder", "inventory.adjust", "other"]),
    st.dictionaries(
        st.sampled_from(["price", "currency", "quantity", "unit_cost", "change_from", "x"]),
        json_values | st.lists(json_values, max_size=2),
    ),
)
def test_the_gate_answers_whatever_the_arguments_are(kind, arguments):
    made = replace(proposal(), kind=kind, arguments=arguments)
    assert judge(made, told(), state()).ruling in Ruling


@given(st.sampled_from(Status), st.sampled_from(Status))
def test_only_listed_transitions_exist(source, target):
    if target in TRANSITIONS.get(source, ()):
        assert advance(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError):
            advance(source, target)


def test_nothing_leaves_a_final_status():
    for final in (Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED, Status.REVERTED):
        assert not TRANSITIONS.get(final)


@given(
    st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), min_size=1, max_size=4),
    st.data(),
)
def test_any_changed_argument_changes_the_hash(arguments, data):
    before = argument_hash("price.set", "v", arguments, {})
    name = data.draw(st.sampled_from(sorted(arguments)))
    altered = {**arguments, name: arguments[name] + "!"}
    assert argument_hash("price.set", "v", altered, {}) != before
    fewer = {key: value for key, value in arguments.items() if key != name}
    assert argument_hash("price.set", "v", fewer, {}) != before
    assert argument_hash("price.set", "v", {}, arguments) != before
    assert argument_hash("price.set", "w", arguments, {}) != before
    assert argument_hash("price.set", "v", dict(reversed(arguments.items())), {}) == before


def test_a_float_cannot_be_approved():
    with pytest.raises(TypeError):
        argument_hash("price.set", "v", {"price": 10.5}, {})


def test_the_diff_names_what_changes():
    (line,) = changes(proposal())
    assert (line.field, line.now, line.proposed, line.unit) == ("price", "10.00", "10.50", "EUR")
    units, cost = changes(proposal("inventory.reorder", unit_cost=None))
    assert (units.now, units.proposed, cost.proposed) == ("0", "10", None)
    (line,) = changes(proposal("inventory.adjust"))
    assert (line.now, line.proposed, line.unit) == ("3", "5", "units")


def test_preconditions_compare_by_value_and_miss_nothing():
    assert (
        mismatches({"price": "9.9", "unit_cost": None}, {"price": "9.90", "unit_cost": None}) == ()
    )
    assert mismatches({"price": "9.90"}, {"price": "9.91"}) == ("price",)
    assert mismatches({"unit_cost": None}, {}) == ("unit_cost",)


def test_a_reorder_survives_sales_but_not_a_delivery():
    made = proposal("inventory.reorder", before={"available": 4})
    assert broken(made, {"available": 0}) == ()
    assert broken(made, {"available": 6}) == ()
    assert broken(made, {"available": 14}) == ("available",)
    assert broken(made, {"available": None}) == ("available",)


def addition(by="person", **arguments):
    found = proposal("inventory.adjust", before={"available": 3}, **arguments)
    kept = {k: v for k, v in found.arguments.items() if k not in {"quantity", "change_from"}}
    return replace(found, arguments={**kept, **arguments}, provenance=by)


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.text(), st.integers(-(2**40), 2**40)))
def test_only_a_whole_number_of_units_is_ever_added(add):
    verdict = judge(addition(add=add), told(), state())
    whole = isinstance(add, int) and not isinstance(add, bool) and 0 < abs(add) <= 1_000_000
    assert (verdict.ruling is Ruling.DENY) is not whole


def test_a_quantity_is_set_or_added_to_never_both():
    verdict = judge(addition(add=5, quantity=9), told(), state())
    assert rules_of(verdict) == {"arguments.invalid"}


def test_goods_a_person_books_wait_for_no_cool_down_but_an_agents_addition_does():
    lately = state(last_change_at=NOW - timedelta(hours=1), actions_today=100)
    assert judge(addition(add=5), told(), lately).ruling is Ruling.ALLOW
    denied = judge(addition("agent", add=5), told(), lately)
    assert rules_of(denied) == {"cooldown", "actions.per_day"}


def test_what_is_added_reads_as_such():
    (change,) = changes(addition(add=-5))
    assert (change.field, change.now, change.proposed, change.unit) == (
        "added",
        None,
        "-5",
        "units",
    )


@settings(max_examples=200, deadline=None)
@given(amounts, amounts, served_units(), policies())
def test_the_lowest_price_is_exactly_where_the_floor_is_and_the_parts_add_up(
    price, cost, served, policy
):
    costs, floor = unit_costs(cost, served, policy), policy.margin_floor_percent
    lowest = costs.lowest_price(floor)
    if lowest is None:
        assert not costs.keeps(price, floor) or costs.margin(price) < 0
    else:
        assert costs.keeps(lowest * D("1.0001"), floor)
        assert not costs.keeps(lowest * D("0.9999"), floor)
    parts = parts_of(price, cost, served, policy)
    assert abs(sum(part.amount or 0 for part in parts) - price) < D("0.001")
    assert all(part.amount is None or part.amount >= 0 for part in parts[:-1])
