"""Discount codes as decisions: a code of one use for one customer, on named goods."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.decisions.addresses import helped_often
from royal_platform.commerce.decisions.arguments import amount_of, is_count, is_text
from royal_platform.commerce.decisions.costs import UnitCosts, UnknownPart, costs_in
from royal_platform.commerce.decisions.kind import Kind, ask, deny
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.decisions.prices import unknown_costs

DISCOUNT, END = "discount.create", "discount.end"
DISCOUNT_KINDS = (DISCOUNT, END)
MOST_PERCENT = 50
_CODE = re.compile(r"[A-Z0-9]{4,12}-[A-Z0-9]{10}")
_LONGEST = timedelta(days=60)
_GOODS_MAX = 20


def price_of(variant_id: str) -> str:
    """The precondition's name for a variant's price."""
    return f"price {variant_id}"


def cost_of(variant_id: str) -> str:
    """The precondition's name for a variant's unit cost."""
    return f"unit_cost {variant_id}"


def room_percent(price: Decimal, costs: UnitCosts, policy: Policy) -> Decimal:
    """How far the price may fall before its margin is below the floor; negative when it is."""
    lowest = costs.lowest_price(policy.margin_floor_percent)
    if price <= 0 or lowest is None:
        return Decimal(-1)
    return (1 - lowest / price) * 100


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    told = proposal.arguments
    if told.get("code") != proposal.subject.id or not _CODE.fullmatch(proposal.subject.id):
        yield "The subject is not the code, or the code is not one of ours."
    if proposal.kind == END:
        return
    if not is_count(told.get("percent"), least=1) or told["percent"] > MOST_PERCENT:
        yield f"percent is not a whole number from 1 to {MOST_PERCENT}."
    if not is_text(told.get("customer_id")):
        yield "A code is for one customer."
    goods = told.get("variants")
    if not isinstance(goods, list) or not 0 < len(goods) <= _GOODS_MAX:
        yield f"A code is for 1 to {_GOODS_MAX} variants."
    elif any(amount_of(proposal.precondition.get(price_of(each))) is None for each in goods):
        yield "The price of some of the goods is not known."
    yield from _time_problems(told.get("starts_at"), told.get("ends_at"))


def _time_problems(starts: object, ends: object) -> Iterator[str]:
    try:
        length = datetime.fromisoformat(str(ends)) - datetime.fromisoformat(str(starts))
    except (TypeError, ValueError):
        yield "starts_at and ends_at are times with a zone."
        return
    if not timedelta(0) < length <= _LONGEST:
        yield f"A code is good for at most {_LONGEST.days} days."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    told = proposal.arguments
    if proposal.kind == END:
        return (Change("code", str(told["code"]), None, ""),)
    return (
        Change("code", None, str(told["code"]), ""),
        Change("discount", None, str(told["percent"]), "percent"),
        Change("goods", None, str(len(told["variants"])), "variants"),
        Change("ends", None, str(told["ends_at"]), "time"),
    )


def _margin(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """On none of the goods may less than the floor remain."""
    known, percent = proposal.precondition, Decimal(proposal.arguments["percent"])
    unknown: dict[UnknownPart, None] = {}
    for variant in proposal.arguments["variants"]:
        cost = amount_of(known.get(cost_of(variant)))
        if cost is None:
            yield ask(
                "unit_cost.unknown", "A unit cost is unknown: the margin cannot be checked.",
                actual=variant,
            )  # fmt: skip
            continue
        costs, missing = costs_in(state, policy, variant, cost)
        unknown |= dict.fromkeys(missing)
        room = room_percent(Decimal(str(known[price_of(variant)])), costs, policy)
        if percent > room:
            yield deny(
                "margin.floor", f"Less than the floor would remain of variant {variant}.",
                limit=f"{room:.1f}", actual=f"{percent:.0f}", unit="percent off",
            )  # fmt: skip
    yield from unknown_costs(unknown, state)


DISCOUNTS = (
    Kind(DISCOUNT, _problems, _changes, (_margin, helped_often), own_pace=True),
    Kind(END, _problems, _changes, own_pace=True),
)
