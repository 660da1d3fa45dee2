"""A shown reduction carries the lowest price of the days before it.

Directive 98/6/EC, article 6a (in force since 28 May 2022): whoever announces a price reduction
states the lowest price asked in a period of at least 30 days before it. A crossed-out price is
such an announcement. What member states may except (goods that perish, goods on sale for a shorter
time, prices lowered step by step) is not used: every new reduction starts from the lowest price of
the days before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from royal_platform.commerce.decisions.model import (
    GateState,
    Policy,
    PriorPrice,
    Proposal,
    RuleHit,
    Ruling,
)


def prior_price(observed: Sequence[tuple[date, Decimal]], today: date, days: int) -> PriorPrice:
    """The lowest price in force on the ``days`` store days before ``today``, and today until now.

    ``observed`` holds the days on which a price was seen to begin, in any order. The price of the
    morning of the first day counts too, though another one may have begun on that day.
    """
    first = today - timedelta(days=days)
    past = [(day, price) for day, price in observed if day <= today]
    # Of prices that began on one day the last is not told apart: the lowest is the safe one.
    start = max((day for day, _ in past if day < first), default=first)
    lowest = min((price for day, price in past if day >= start), default=None)
    oldest = min((day for day, _ in past), default=today)
    return PriorPrice(lowest, min((today - oldest).days, days))


def shown_beside(proposal: Proposal, compare_at_now: Decimal | None) -> Decimal | None:
    """The crossed-out price that buyers see once the proposal is carried out; None for none."""
    if "compare_at" not in proposal.arguments:
        return compare_at_now
    wanted = proposal.arguments["compare_at"]
    return None if wanted is None else Decimal(str(wanted))


def honest_reduction(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Denies a crossed-out price that would mislead, or that too short a history cannot justify.

    Who restores what was there is asked, not refused.
    """
    days = policy.prior_price_days
    shown = shown_beside(proposal, state.compare_at_now)
    if days is None or shown is None or shown <= Decimal(proposal.arguments["price"]):
        return
    ruling = Ruling.ASK if state.is_revert else Ruling.DENY
    prior = state.prior or PriorPrice(None, 0)
    if prior.known_days < days:
        yield RuleHit(
            "reduction.unknown", ruling,
            f"Prices are known for {prior.known_days} days; a crossed-out price is the lowest one "
            f"of {days} days.",
            limit=str(days), actual=str(prior.known_days), unit="days",
        )  # fmt: skip
    if prior.lowest is not None and shown > prior.lowest:
        yield RuleHit(
            "reduction.misleads", ruling,
            f"It would cross out {shown}, but the lowest price of the last {days} days was "
            f"{prior.lowest}.",
            limit=format(prior.lowest, "f"), actual=format(shown, "f"), unit=state.currency,
        )  # fmt: skip
