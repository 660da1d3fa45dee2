"""How far a price may be from the lowest one that competitors ask."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from royal_platform.commerce.decisions.arguments import percent
from royal_platform.commerce.decisions.kind import ask, deny
from royal_platform.commerce.decisions.model import GateState, Policy, Proposal, RuleHit

_HUNDRED = Decimal(100)


def asks_competitors(policy: Policy) -> bool:
    """Whether any limit of the policy compares a price with competitors'."""
    return not (
        policy.competitor_above_max_percent is None and policy.competitor_below_max_percent is None
    )


def bounds(policy: Policy, lowest: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and the highest price beside a competitor's ``lowest``; None for no bound."""
    below, above = policy.competitor_below_max_percent, policy.competitor_above_max_percent
    return (
        None if below is None else lowest * (_HUNDRED - below) / _HUNDRED,
        None if above is None else lowest * (_HUNDRED + above) / _HUNDRED,
    )


def beside_competitors(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Denies a price beyond the bounds, unless it comes nearer to them than today's.

    One that is far away may have to come back in several steps. The margin floor is a rule of its
    own: no competitor's price makes a price pass below it. Who undoes a change is asked.
    """
    if state.competitor is None:
        return
    price, now, asked = Decimal(proposal.arguments["price"]), state.price_now, state.competitor
    low, high = bounds(policy, asked.price)
    seen = f"{asked.price}, which {asked.source} asked on {asked.seen_at:%Y-%m-%d}"
    speak = ask if state.is_revert else deny
    if high is not None and price > high and (now is None or price >= now):
        yield speak(
            "competitor.above", f"{price} is too far above {seen}.",
            limit=format(policy.competitor_above_max_percent, "f"),
            actual=percent(price - asked.price, asked.price), unit="percent",
        )  # fmt: skip
    if low is not None and price < low and (now is None or price <= now):
        yield speak(
            "competitor.below", f"{price} is too far below {seen}.",
            limit=format(policy.competitor_below_max_percent, "f"),
            actual=percent(asked.price - price, asked.price), unit="percent",
        )  # fmt: skip
