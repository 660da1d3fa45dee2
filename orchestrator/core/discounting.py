"""What ``discount.create`` and ``discount.end`` do: a code in the store, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestrator.core.action import Facts, RestsOnPrecondition
from royal_platform.commerce.catalog.ports import PriceReader
from royal_platform.commerce.decisions.discounts import DISCOUNT, END, cost_of, price_of
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.marketing.model import CodeWish
from royal_platform.commerce.marketing.ports import DiscountReader, DiscountWriter

IN_FORCE, ENDED = "in force", "ended"


@dataclass(frozen=True, slots=True)
class Coupons:
    """What codes are made with: who is asked, and who makes them."""

    reader: DiscountReader
    writer: DiscountWriter


class DiscountAction(RestsOnPrecondition):
    """``discount.create``: its precondition is that the code is free and the goods cost the same.

    The code is of the customer and step, so whoever carries it out again finds it there.
    """

    def __init__(self, coupons: Coupons, prices: PriceReader) -> None:
        self._coupons, self._prices = coupons, prices

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the code is there, and the goods' prices and costs now."""
        told = decision.proposal.arguments
        found = await self._coupons.reader.discount(decision.proposal.subject.id)
        facts: Facts = {"code": None if found is None else _word(found.in_force)}
        if found is not None:
            # Once it is there the goods decide nothing more.
            return facts | dict(decision.proposal.precondition) | {"code": facts["code"]}
        for variant in told["variants"]:
            price = await self._prices.variant_price(variant)
            if price is None:
                return None
            facts[price_of(variant)] = format(price.price.amount, "f")
            cost = price.unit_cost
            facts[cost_of(variant)] = None if cost is None else format(cost.amount, "f")
        return facts

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A code that can be used."""
        return {"code": IN_FORCE}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Make it."""
        told = decision.proposal.arguments
        wish = CodeWish(
            str(told["code"]), decision.proposal.subject.title, int(told["percent"]),
            str(told["customer_id"]), tuple(told["variants"]),
            datetime.fromisoformat(told["starts_at"]), datetime.fromisoformat(told["ends_at"]),
        )  # fmt: skip
        await self._coupons.writer.create(wish, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """End it; what was bought with it stays bought."""
        code = decision.proposal.arguments["code"]
        return Inverse(END, {"code": code}, "Ends the code at once; an order made with it stays.")


class EndDiscountAction(RestsOnPrecondition):
    """``discount.end``: a code that can no longer be used."""

    def __init__(self, coupons: Coupons) -> None:
        self._coupons = coupons

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the code is in force; None when there is none."""
        found = await self._coupons.reader.discount(decision.proposal.subject.id)
        return None if found is None else {"code": _word(found.in_force)}

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """Ended."""
        return {"code": ENDED}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """End it; ending it twice changes nothing."""
        await self._coupons.writer.end(decision.proposal.subject.id, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A code that ended is not given again."""
        return Inverse(None, None, "An ended code stays ended: the next one is a new one.")


def discount_action(
    kind: str, coupons: Coupons | None, prices: PriceReader
) -> DiscountAction | EndDiscountAction | None:
    """What the kind does; None when it is another one."""
    if coupons is None:
        return None
    if kind == DISCOUNT:
        return DiscountAction(coupons, prices)
    return EndDiscountAction(coupons) if kind == END else None


def _word(in_force: bool) -> str:
    return IN_FORCE if in_force else ENDED
