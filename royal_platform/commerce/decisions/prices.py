"""Prices as decisions: how far one may go, and what it must leave."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from royal_platform.commerce.decisions.arguments import amount_of, percent, text_of
from royal_platform.commerce.decisions.competition import beside_competitors
from royal_platform.commerce.decisions.costs import UnknownPart, costs_in, missing
from royal_platform.commerce.decisions.kind import (
    Kind,
    Rule,
    ask,
    currency_of,
    currency_problem,
    deny,
)
from royal_platform.commerce.decisions.ladder import on_ladder
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.decisions.reductions import honest_reduction
from royal_platform.commerce.shared.model import Money

MARKDOWN = "price.markdown"
PRICE_KINDS = ("price.set", MARKDOWN)


def margin_floor(
    proposal: Proposal, policy: Policy, state: GateState, unit_cost: Decimal
) -> Iterator[RuleHit]:
    """What remains of the price without tax after cost, fees, returns and shipping.

    It is compared with the policy's floor; a part of the costs that nobody told is for a person.
    """
    price = Decimal(proposal.arguments["price"])
    costs, unknown = costs_in(state, policy, proposal.subject.id, unit_cost)
    if not costs.keeps(price, policy.margin_floor_percent):
        # Going back to the price that was in force needs a person, not a permission.
        speak = ask if state.is_revert else deny
        kept, margin = costs.kept(price), costs.margin(price)
        yield speak(
            "margin.floor",
            f"Of {kept:.2f} without tax and returns, {margin:.2f} would remain.",
            limit=format(policy.margin_floor_percent, "f"), actual=percent(margin, kept),
            unit="percent",
        )  # fmt: skip
    yield from unknown_costs(unknown, state)


def unknown_costs(parts: Collection[UnknownPart], state: GateState) -> Iterator[RuleHit]:
    """A person decides where a cost is not known: nothing is assumed in its place.

    Who approved a mandate, or undoes a change, has decided.
    """
    mandate = state.test or state.mandate
    if not parts or state.is_revert or (mandate is not None and mandate.why_not is None):
        return
    yield ask(
        "costs.unknown", f"Not all costs of selling it are known: {missing(parts)}.",
        actual=", ".join(parts),
    )  # fmt: skip


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments, currency = proposal.arguments, state.currency
    if proposal.kind == MARKDOWN and "compare_at" not in arguments:
        yield "A markdown says which price is crossed out, or that none is."
    if "salvage" in arguments and amount_of(arguments["salvage"]) is None:
        yield "What a unit left over brings is not a decimal string."
    for name, label in (("price", "price"), ("compare_at", "crossed-out price")):
        if name == "compare_at" and arguments.get(name) is None:
            continue
        amount = amount_of(arguments.get(name))
        if amount is None or amount <= 0:
            yield f"The {label} is not a positive decimal string."
        elif Money(amount, currency).rounded().amount != amount:
            yield f"The {label} has more digits than {currency} is paid in."
    yield from currency_problem(proposal, state)


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    """The price; of a reduction also what is crossed out and the lowest price it rests on."""
    arguments, before = proposal.arguments, proposal.precondition
    currency = currency_of(proposal)
    found = [Change("price", text_of(before.get("price")), text_of(arguments["price"]), currency)]
    for name in ("compare_at", "prior_price"):
        if name in arguments:
            wanted = text_of(arguments[name])
            now = wanted if name == "prior_price" else text_of(before.get(name))
            if now is not None or wanted is not None:
                found.append(Change(name, now, wanted, currency))
    return tuple(found)


def _price_step(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.is_revert:
        return
    price = Decimal(proposal.arguments["price"])
    if state.price_now is None or state.price_now <= 0:
        yield deny("price.unknown", "The price now is unknown, so no step can be checked.")
        return
    steps = [("price.step", policy.price_step_max_percent, state.price_now)]
    steps += [("price.week", policy.price_week_max_percent, p) for p in state.prices_last_week]
    for rule, limit, base in steps:
        # Multiplied out: a quotient rounded to 28 digits could pass just beyond the limit.
        if abs(price - base) * 100 > limit * base:
            yield deny(
                rule, f"The step from {base} to {price} is too large.",
                limit=format(limit, "f"), actual=percent(abs(price - base), base), unit="percent",
            )  # fmt: skip


def _price_band(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    reference = state.reference_price or state.price_now
    if reference is None:
        return
    price = Decimal(proposal.arguments["price"])
    # Going back to the price that was in force needs a person, not a permission.
    speak = ask if state.is_revert else deny
    low, high = policy.price_band_low_percent, policy.price_band_high_percent
    if not low * reference <= price * 100 <= high * reference:
        yield speak(
            "price.band", f"The price leaves the band around the reference {reference}.",
            limit=f"{low} to {high}", actual=percent(price, reference), unit="percent",
        )  # fmt: skip


def _margin(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    if state.unit_cost is not None:
        yield from margin_floor(proposal, policy, state, state.unit_cost)
    elif not state.is_revert:
        yield ask("unit_cost.unknown", "The unit cost is unknown: the margin cannot be checked.")


_RULES: tuple[Rule, ...] = (
    _price_step, _price_band, _margin, beside_competitors, on_ladder, honest_reduction,
)  # fmt: skip
PRICES = tuple(Kind(name, _problems, _changes, _RULES) for name in PRICE_KINDS)
