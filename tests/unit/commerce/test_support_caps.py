"""What a customer is given back or helped with: above a cap of order, customer or day, a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import (
    Autonomy,
    CostToServe,
    GateState,
    HelpState,
    Policy,
    Proposal,
    RefundState,
    Ruling,
)
from royal_platform.commerce.decisions.rules import changes, judge
from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.exchanging import Exchange, ExchangeableLine, Variant
from royal_platform.commerce.support.model import Channel, Clockwork, Thread, ThreadStatus
from royal_platform.commerce.support.service import (
    Bought,
    Code,
    GoodsBack,
    LostGoods,
    code_of,
    code_proposal,
    exchange_proposal,
    refund_proposal,
    reship_proposal,
    return_proposal,
)

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
THREAD = Thread(
    "thr_1", Channel.CHAT, ThreadStatus.OPEN, "My order", "Ann", "ann@home.test", "c1", "7", NOW,
    NOW, NOW, Clockwork(NOW, NOW),
)  # fmt: skip
ORDER = OrderMoney("7", "#1007", "c1", "EUR", Decimal(900), Decimal(0), None, is_foreign=False)
# Nothing comes back and nothing is paid for shipping: every cost of selling is known.
AUTO = GateState(
    NOW, "EUR", autonomy=Autonomy.AUTO, served={OF_STORE: CostToServe(return_rate=Decimal(0))}
)
KNOWN = Policy(shipping_cost_per_order=Decimal(0))
MONEY = st.decimals(min_value=0, max_value=400, places=2)
COUNT = st.integers(0, 5)


def refund(amount: Decimal) -> Proposal:
    return refund_proposal(THREAD, ORDER, amount, "A scratch.", source="sandbox", now=NOW)


def back(**changed: object) -> Proposal:
    goods = GoodsBack({"l1": 2}, "SIZE_TOO_SMALL", "too small")
    worth = Money(Decimal(40), "EUR")
    found = return_proposal(THREAD, ORDER, goods, worth, source="sandbox", now=NOW)
    return replace(found, arguments={**found.arguments, **changed})


def again(**changed: object) -> Proposal:
    worth = Money(Decimal(40), "EUR")
    found = reship_proposal(
        THREAD, ORDER, LostGoods({"l1": 2}, "lost"), worth, source="sandbox", now=NOW
    )
    return replace(found, arguments={**found.arguments, **changed})


def swap(price: Decimal = Decimal(40), provenance: str = "person", **changed: object) -> Proposal:
    line = ExchangeableLine("l1", "Halter", "v1", "M", 2, Decimal(40), ())
    wish = Exchange(line, Variant("v2", "L", price, 3), 1, "SIZE_TOO_SMALL", "Too small.")
    found = exchange_proposal(THREAD, ORDER, wish, source="sandbox", now=NOW, provenance=provenance)
    return replace(found, arguments={**found.arguments, **changed})


def code(percent: int, cost: str | None) -> Proposal:
    goods = [Bought("v1", Decimal(100), None if cost is None else Decimal(cost))]
    given_code = Code(percent, 30, "for the wait")
    return code_proposal(
        THREAD, ORDER, goods, given_code, code=code_of("s1", THREAD.id, percent), source="sandbox",
        now=NOW,
    )  # fmt: skip


def rules_hit(proposal: Proposal, policy: Policy, state: GateState) -> set[str]:
    return {hit.rule for hit in judge(proposal, policy, state).hits}


@given(
    st.decimals(min_value="0.01", max_value=300, places=2), st.tuples(MONEY, MONEY, MONEY),
    st.tuples(MONEY, MONEY, MONEY),
)  # fmt: skip
def test_money_above_any_of_three_caps_asks_and_below_all_of_them_goes(
    amount: Decimal, limits: tuple[Decimal, ...], used: tuple[Decimal, Decimal, Decimal]
) -> None:
    policy = Policy(
        refund_order_max=limits[0], refund_customer_month_max=limits[1], refund_day_max=limits[2]
    )
    state = replace(AUTO, refunds=RefundState(*used))
    expected = {
        rule
        for rule, limit, spent in zip(
            ("refund.order", "refund.customer", "refund.day"), limits, used, strict=True
        )
        if spent + amount > limit
    }
    verdict = judge(refund(amount), policy, state)
    assert {hit.rule for hit in verdict.hits if hit.rule.startswith("refund.")} == expected
    assert verdict.ruling is (Ruling.ASK if expected else Ruling.ALLOW)


@given(st.tuples(COUNT, COUNT, COUNT), st.tuples(COUNT, COUNT, COUNT))
def test_help_above_any_of_three_caps_asks(
    limits: tuple[int, int, int], used: tuple[int, int, int]
) -> None:
    policy = Policy(
        order_changes_max=limits[0], customer_changes_month_max=limits[1],
        order_changes_per_day=limits[2], shipping_cost_per_order=Decimal(0),
    )  # fmt: skip
    state = replace(AUTO, helped=HelpState(*used))
    expected = {
        rule
        for rule, limit, done in zip(
            ("help.order", "help.customer", "help.day"), limits, used, strict=True
        )
        if done + 1 > limit
    }
    for proposal in (back(), swap(), code(5, "20")):
        verdict = judge(proposal, policy, state)
        assert {hit.rule for hit in verdict.hits} == expected
        assert verdict.ruling is (Ruling.ASK if expected else Ruling.ALLOW)


@given(
    st.tuples(COUNT, COUNT, COUNT), st.tuples(COUNT, COUNT, COUNT),
    st.decimals(min_value="0.01", max_value=300, places=2), MONEY,
)  # fmt: skip
def test_lost_goods_above_a_cap_ask_above_the_days_money_not_at_all_and_never_go_alone(
    limits: tuple[int, int, int], used: tuple[int, int, int], worth: Decimal, per_day: Decimal
) -> None:
    policy = Policy(
        order_changes_max=limits[0], customer_changes_month_max=limits[1],
        order_changes_per_day=limits[2], spend_per_day=per_day,
        spend_per_month=Decimal(10**6),
    )  # fmt: skip
    given_away = Money(worth, "EUR")
    proposal = replace(again(), cost=given_away, money_at_stake=given_away)
    verdict = judge(proposal, policy, replace(AUTO, helped=HelpState(*used)))
    hit = {each.rule for each in verdict.hits}
    assert ("help.order" in hit) == (used[0] + 1 > limits[0])
    assert ("help.customer" in hit) == (used[1] + 1 > limits[1])
    assert ("help.day" in hit) == (used[2] + 1 > limits[2])
    assert ("spend.per_day" in hit) == (worth > per_day)
    assert "risk" in hit
    assert verdict.ruling is not Ruling.ALLOW


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": {}}, {"lines": {"l1": 0}}, {"lines": {"l1": "2"}}, {"lines": ["l1"]},
        {"customer_id": None}, {"note": ""}, {"note": "x" * 201}, {"order_id": "8"},
    ],
)  # fmt: skip
def test_a_replacement_that_says_too_little_or_too_much_is_denied(wrong: dict[str, object]) -> None:
    verdict = judge(again(**wrong), Policy(), AUTO)
    assert verdict.ruling is Ruling.DENY
    assert {hit.rule for hit in verdict.hits} == {"arguments.invalid"}


def test_undoing_is_no_help_that_counts() -> None:
    full = replace(AUTO, helped=HelpState(99, 99, 99), is_revert=True)
    assert judge(back(), Policy(), full).ruling is Ruling.ALLOW


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": {}}, {"lines": {"l1": 0}}, {"lines": {"l1": "2"}}, {"lines": ["l1"]},
        {"reason": "I SAY SO"}, {"note": ""}, {"note": "x" * 201}, {"order_id": "8"},
    ],
)  # fmt: skip
def test_a_return_that_says_too_little_or_too_much_is_denied(wrong: dict[str, object]) -> None:
    verdict = judge(back(**wrong), Policy(), AUTO)
    assert verdict.ruling is Ruling.DENY
    assert {hit.rule for hit in verdict.hits} == {"arguments.invalid"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"line_id": ""}, {"wanted_variant_id": None}, {"wanted_variant_id": "v1"}, {"units": 0},
        {"units": "1"}, {"reason": "I SAY SO"}, {"note": ""}, {"note": "x" * 201},
        {"order_id": "8"}, {"currency": "USD"}, {"difference": "much"}, {"difference": "NaN"},
    ],
)  # fmt: skip
def test_an_exchange_that_says_too_little_or_too_much_is_denied(wrong: dict[str, object]) -> None:
    verdict = judge(swap(**wrong), Policy(), AUTO)
    assert verdict.ruling is Ruling.DENY
    assert {hit.rule for hit in verdict.hits} == {"arguments.invalid"}


@given(st.decimals(min_value="0.01", max_value=300, places=2))
def test_what_costs_something_else_is_told_and_asks(price: Decimal) -> None:
    proposal = swap(price)
    told = {each.field: (each.proposed, each.unit) for each in changes(proposal)}
    more = price - 40
    assert told["price_difference"] == (format(more.quantize(Decimal("0.01")), "f"), "EUR")
    assert told["variant"] == ("Halter, L", "")
    assert ("exchange.difference" in rules_hit(proposal, Policy(), AUTO)) == (price != 40)
    assert proposal.rationale.startswith("Too small. It costs ")
    assert f"{abs(more):.2f} EUR" in proposal.rationale or more == 0


def test_a_variant_that_was_read_out_of_words_is_a_persons_to_confirm() -> None:
    assert judge(swap(), Policy(), AUTO).ruling is Ruling.ALLOW
    assert rules_hit(swap(provenance="agent"), Policy(), AUTO) == {"risk"}


def test_a_line_is_made_good_once() -> None:
    before = replace(swap(), precondition={**swap().precondition, "refunded": "5.00"})
    assert rules_hit(before, Policy(), AUTO) == {"exchange.refunded"}
    state = replace(AUTO, helped=HelpState(made_good=frozenset({"l1"})))
    other = replace(AUTO, helped=HelpState(made_good=frozenset({"l2"})))
    for proposal in (back(), again(), swap()):
        assert "help.made_good" in rules_hit(proposal, Policy(), state)
        assert "help.made_good" not in rules_hit(proposal, Policy(), other)
    paid_back = replace(AUTO, refunds=RefundState(exchanged=True))
    policy = Policy(refund_order_max=Decimal(99), refund_day_max=Decimal(99))
    assert "refund.exchanged" in rules_hit(refund(Decimal(1)), policy, paid_back)


def test_a_person_reads_what_comes_back() -> None:
    assert [(each.field, each.proposed) for each in changes(back())] == [
        ("returned_units", "2"), ("reason", "size too small"),
    ]  # fmt: skip


def test_a_code_leaves_the_margins_floor() -> None:
    assert rules_hit(code(10, "20"), KNOWN, AUTO) == set()
    assert rules_hit(code(50, "80"), KNOWN, AUTO) == {"margin.floor"}
    assert rules_hit(code(10, None), KNOWN, AUTO) == {"unit_cost.unknown"}
    assert rules_hit(code(10, "20"), Policy(), AUTO) == {"costs.unknown"}
    assert code_of("s1", "thr_1", 10) != code_of("s2", "thr_1", 10)
    assert timedelta(days=30) == _length(code(10, "20"))


def _length(proposal: Proposal) -> timedelta:
    begin, end = (
        datetime.fromisoformat(str(proposal.arguments[name])) for name in ("starts_at", "ends_at")
    )
    return end - begin
