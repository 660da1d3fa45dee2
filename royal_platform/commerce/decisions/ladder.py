"""Price points: the only prices that a merchant lets an agent ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from royal_platform.commerce.decisions.model import GateState, Policy, Proposal, RuleHit, Ruling

LONGEST = 400
PATTERN = r"[0-9]{1,8}(\.[0-9]{1,4})?( [0-9]{1,8}(\.[0-9]{1,4})?)*"
_POINTS = re.compile(PATTERN)


def is_ladder(text: str) -> bool:
    """Whether a text lists prices, separated by one space."""
    return len(text) <= LONGEST and _POINTS.fullmatch(text) is not None


@cache
def price_points(text: str) -> tuple[Decimal, ...]:
    """The prices of a ladder, lowest first. Raises ``ValueError`` for anything else."""
    if not is_ladder(text):
        raise ValueError(f"{text!r} are no prices with a space between them")
    return tuple(sorted({Decimal(each) for each in text.split()}))


def on_ladder(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Denies an agent a price between the points; a person may ask for one, and what was there
    before is restored whatever it was."""
    if policy.price_points is None or state.is_revert or not is_ladder(policy.price_points):
        return
    price = Decimal(proposal.arguments["price"])
    if price not in price_points(policy.price_points):
        person = proposal.provenance == "person"
        yield RuleHit(
            "price.ladder", Ruling.ASK if person else Ruling.DENY,
            f"{price} is none of the price points.",
            limit=policy.price_points, actual=format(price, "f"), unit=state.currency,
        )  # fmt: skip
