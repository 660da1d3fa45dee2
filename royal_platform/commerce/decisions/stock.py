"""Stock as decisions: what is ordered, and what the store counts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from royal_platform.commerce.decisions.arguments import (
    MAX_UNITS,
    amount_of,
    is_count,
    is_text,
    text_of,
)
from royal_platform.commerce.decisions.kind import Kind, ask, currency_of, currency_problem, deny
from royal_platform.commerce.decisions.model import (
    Change,
    GateState,
    JsonObject,
    Policy,
    Proposal,
    RuleHit,
)

REORDER, REORDER_CANCEL = "inventory.reorder", "inventory.reorder_cancel"
ADJUST = "inventory.adjust"
STOCK_KINDS = (REORDER, REORDER_CANCEL, ADJUST)
_SOURCE = ("supplier_id", "supplier")


def is_receipt(proposal: Proposal) -> bool:
    """Goods that a person says came in: what happened waits for no cool-down or allowance."""
    return (
        proposal.kind == ADJUST and proposal.provenance == "person" and "add" in proposal.arguments
    )


def order_cost(proposal: Proposal) -> Decimal:
    """Money that a reorder's quantity and unit cost come to; 0 where they are unknown."""
    unit_cost = amount_of(proposal.arguments.get("unit_cost"))
    quantity = proposal.arguments.get("quantity")
    if unit_cost is None or not is_count(quantity):
        return Decimal(0)
    return unit_cost * int(str(quantity))


def unit_cost_limit(unit_cost: Decimal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """What one unit may cost that an agent orders."""
    limit = policy.unit_cost_max
    if limit is not None and unit_cost > limit:
        yield deny(
            "unit_cost.max", "One unit costs more than the policy lets an agent order.",
            limit=format(limit, "f"), actual=format(unit_cost, "f"), unit=state.currency,
        )  # fmt: skip


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    if proposal.kind == ADJUST:
        yield from _adjustment_problems(arguments)
    if proposal.kind == REORDER:
        if not is_count(arguments.get("quantity"), least=1):
            yield "The quantity is not a whole number of at least 1."
        if arguments.get("unit_cost") is not None and amount_of(arguments["unit_cost"]) is None:
            yield "The unit cost is not a decimal string."
        if any(not is_text(arguments[name]) for name in _SOURCE if name in arguments):
            yield "The supplier is not named as text."
        yield from currency_problem(proposal, state)


def _adjustment_problems(arguments: JsonObject) -> Iterator[str]:
    if "add" not in arguments:
        if not is_count(arguments.get("quantity")):
            yield "The quantity is not a whole number of at least 0."
    elif "quantity" in arguments:
        yield "A quantity is set or added to, not both."
    elif not _is_addition(arguments["add"]):
        yield "What is added is not a whole number other than 0."


def _is_addition(value: Any) -> bool:
    return (
        isinstance(value, int)
        and not isinstance(value, bool)
        and value != 0
        and abs(value) <= MAX_UNITS
    )


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind == ADJUST:
        return (_adjustment(proposal),)
    if proposal.kind == REORDER_CANCEL:
        return (Change("on order", text_of(arguments.get("quantity")), "0", "units"),)
    source = arguments.get("supplier")
    return (
        Change("on order", "0", text_of(arguments["quantity"]), "units"),
        Change("unit cost", None, text_of(arguments.get("unit_cost")), currency_of(proposal)),
        *(() if source is None else (Change("supplier", None, text_of(source), ""),)),
    )


def _adjustment(proposal: Proposal) -> Change:
    arguments = proposal.arguments
    if "add" in arguments:
        return Change("added", None, f"{arguments['add']:+d}", "units")
    now = arguments.get("change_from", proposal.precondition.get("available"))
    return Change("available", text_of(now), text_of(arguments["quantity"]), "units")


def _unit_cost(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    cost = amount_of(proposal.arguments.get("unit_cost"))
    if cost is None:
        yield ask("unit_cost.unknown", "The unit cost is unknown: the spend cannot be checked.")
    else:
        yield from unit_cost_limit(cost, policy, state)


def _unchecked_stock(proposal: Proposal, _: Policy, __: GateState) -> Iterator[RuleHit]:
    if proposal.arguments.get("change_from") is None and "add" not in proposal.arguments:
        yield ask("stock.unchecked", "The stock would be overwritten without knowing it.")


def _only_as_revert(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield ask("cancel.person", "Cancelling a purchase order is a person's decision.")


STOCK = (
    Kind(REORDER, _problems, _changes, (_unit_cost,)),
    Kind(REORDER_CANCEL, _problems, _changes, (_only_as_revert,)),
    Kind(ADJUST, _problems, _changes, (_unchecked_stock,)),
)
