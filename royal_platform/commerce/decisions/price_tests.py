"""A price test as a decision: one yes to prices that take turns, each judged again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from royal_platform.commerce.decisions.arguments import amount_of, text_of
from royal_platform.commerce.decisions.kind import (
    Kind,
    as_told,
    ask,
    currency_of,
    currency_problem,
    deny,
)
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.decisions.prices import PRICES
from royal_platform.commerce.shared.model import Money

TEST, END = "price.test", "price.test_end"
WEEK = timedelta(days=7)
WEEKS_MAX = 26
_ARMS = (2, 3)
# Tests whose turns are one week were approved when all of a turn was counted.
_TURN_WEEKS = (1, 2)
_PRICE_SET = PRICES[0]


def turn_weeks(weeks: Sequence[object]) -> int:
    """How many weeks a turn of the approved draw lasts: the first, until another price comes.

    A price has one turn in a block, so the draw itself says it.
    """
    return next((n for n, each in enumerate(weeks) if each != weeks[0]), len(weeks))


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    yield from currency_problem(proposal, state)
    arguments = proposal.arguments
    prices, weeks = arguments.get("prices"), arguments.get("weeks")
    if not isinstance(prices, list) or not isinstance(weeks, list):
        yield "A price test lists its prices and the price of each week."
        return
    amounts = [amount_of(each) for each in prices]
    known = [each for each in amounts if each is not None and each > 0]
    if len(known) != len(prices) or len(set(known)) != len(prices) or len(prices) not in _ARMS:
        yield "The prices of a test are two or three different positive decimal strings."
        return
    if any(Money(each, state.currency).rounded().amount != each for each in known):
        yield f"A price has more digits than {state.currency} is paid in."
    if amount_of(proposal.precondition.get("price")) != known[0]:
        yield "The first price of a test is the one in force."
    if not _is_balanced(weeks, prices):
        yield (
            "In every block each price has one turn of one or two weeks, and a test has at most "
            f"{WEEKS_MAX} weeks."
        )


def _is_balanced(weeks: list[object], prices: list[object]) -> bool:
    arms, length = len(prices), turn_weeks(weeks)
    if length not in _TURN_WEEKS or len(weeks) > WEEKS_MAX:
        return False
    turns = [weeks[at : at + length] for at in range(0, len(weeks), length)]
    blocks = [turns[at : at + arms] for at in range(0, len(turns), arms)]
    return all(turn == [turn[0]] * length for turn in turns) and all(
        Counter(str(turn[0]) for turn in block) == Counter(map(str, prices)) for block in blocks
    )


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments, currency = proposal.arguments, currency_of(proposal)
    now = text_of(proposal.precondition.get("price"))
    prices = [Change("price", now, text_of(each), currency) for each in arguments["prices"][1:]]
    return (*prices, Change("weeks", None, str(len(arguments["weeks"])), "weeks"))


def _every_price(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Each price passes the rules of prices, after today's and after each other."""
    prices = [str(each) for each in proposal.arguments["prices"]]
    currency = proposal.arguments["currency"]
    others = tuple(Decimal(each) for each in prices)
    around = replace(state, prices_last_week=(*state.prices_last_week, *others))
    hits: dict[RuleHit, None] = {}
    for price in prices:
        arguments = {"price": price, "currency": currency}
        as_price = replace(proposal, kind=_PRICE_SET.name, arguments=arguments)
        for base in others:
            for rule in _PRICE_SET.rules:
                hits |= dict.fromkeys(rule(as_price, policy, replace(around, price_now=base)))
    yield from hits


def _tests_alone(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """What a test may not be: a second one, blind to cost, beside a crossed-out price, or faster
    than the policy.
    """
    if state.in_test:
        # Two draws on one price would each undo the other's weeks, and neither could be read.
        yield deny("test.running", "A price test of this variant is not over: end it first.")
    if state.unit_cost is None:
        yield deny("unit_cost.unknown", "The unit cost is unknown: no price of it is tested.")
    if state.compare_at_now is not None:
        yield deny("test.crossed_out", "A price is crossed out beside it: tests would mislead.")
    turn = turn_weeks(proposal.arguments["weeks"]) * WEEK
    if timedelta(days=policy.cooldown_days) > turn:
        yield deny(
            "test.pace", "Prices of a test take turns sooner than the cool-down lets them.",
            limit=str(policy.cooldown_days), actual=str(turn.days), unit="days",
        )  # fmt: skip


def _persons_word(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield ask("test.person", "Whether prices are tested is a person's to say.")


def _end_problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    if not isinstance(proposal.arguments.get("test_of"), str):
        yield "It names no decision that began a test."


PRICE_TESTS = (
    Kind(TEST, _problems, _changes, (_every_price, _tests_alone, _persons_word), own_pace=True),
    Kind(END, _end_problems, as_told, (_persons_word,), own_pace=True),
)
