"""Kinds of decision on an order's way to the door: what they say, and what they must say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from royal_platform.commerce.decisions.arguments import amount_of, are_lines, is_text, text_of
from royal_platform.commerce.decisions.kind import Kind, ask, currency_of, currency_problem
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.decisions.stock import unit_cost_limit
from royal_platform.commerce.messages.rules import message_id

HOLD, RELEASE, CANCEL = "order.hold", "order.release", "order.cancel"
PLACE, CANCEL_AT_SUPPLIER = "supplier_order.place", "supplier_order.cancel"
SHIP = "fulfillment.create"
# On their way from the order to the door.
FULFILMENT_KINDS = (HOLD, RELEASE, CANCEL, PLACE, CANCEL_AT_SUPPLIER, SHIP)
# Orders for customers at suppliers that take them by mail.
MAIL_FLOW = "supplier_order"
CANCEL_REASONS = frozenset({"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"})


def order_mail_id(reference: str) -> str:
    """The one mail that places this order, whatever address it goes to."""
    return message_id(reference, MAIL_FLOW, "place")


def cancel_mail_id(reference: str) -> str:
    """The one mail that asks to cancel this order."""
    return message_id(reference, MAIL_FLOW, "cancel")


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    kind, arguments = proposal.kind, proposal.arguments
    if kind == PLACE:
        lines = arguments["lines"]
        by_mail = arguments.get("mail_to")
        return (
            Change("supplier", None, text_of(arguments.get("supplier_name")), ""),
            *(() if by_mail is None else (Change("sent to", None, text_of(by_mail), ""),)),
            Change("units", "0", str(sum(int(each["quantity"]) for each in lines)), "units"),
            Change("cost", None, text_of(arguments.get("total")), currency_of(proposal)),
        )
    if kind == SHIP:
        units = sum(int(each["quantity"]) for each in arguments["lines"])
        return (
            Change("parcel", None, text_of(arguments["tracking"]), ""),
            Change("units", "0", str(units), "units"),
        )
    state = {
        HOLD: ("open", "held"), RELEASE: ("held", "open"),
        CANCEL: ("open", "cancelled"), CANCEL_AT_SUPPLIER: ("placed", "cancelled"),
    }[kind]  # fmt: skip
    return (Change("order", *state, ""),)


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    kind, arguments = proposal.kind, proposal.arguments
    if not is_text(arguments.get("order_id")):
        yield "It names no order."
    if kind == CANCEL and arguments.get("reason") not in CANCEL_REASONS:
        yield "The reason is none that an order is cancelled for."
    if kind.startswith("supplier_order."):
        yield from _supplier_order_problems(proposal, state)
    if kind == SHIP:
        if not is_text(arguments.get("tracking")):
            yield "The parcel has no number."
        if not are_lines(arguments.get("lines"), "line_id"):
            yield "The parcel has no units of order lines in it."


def _supplier_order_problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    for name in ("supplier_id", "reference"):
        if not is_text(arguments.get(name)):
            yield f"The {name} is missing."
    if proposal.subject.id != arguments.get("reference"):
        yield "The subject is not the supplier order's reference."
    if proposal.kind != PLACE:
        return
    if "mail_to" in arguments and not is_text(arguments["mail_to"]):
        yield "The address it is mailed to is no text."
    if not are_lines(arguments.get("lines"), "supplier_sku"):
        yield "The supplier order has no units of articles in it."
    elif any(amount_of(each.get("unit_cost")) is None for each in arguments["lines"]):
        yield "The unit cost is not a decimal string."
    yield from currency_problem(proposal, state)
    total = amount_of(arguments.get("total"))
    if total is None or proposal.cost is None or proposal.cost.amount != total:
        yield "The cost is not the supplier order's total."


def _article_costs(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    dearest = max(Decimal(each["unit_cost"]) for each in proposal.arguments["lines"])
    yield from unit_cost_limit(dearest, policy, state)


def _cancelling(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield ask("order.cancel", "Cancelling is a person's decision.")


_RULES = {PLACE: (_article_costs,), CANCEL: (_cancelling,), CANCEL_AT_SUPPLIER: (_cancelling,)}
FULFILMENT = tuple(
    Kind(name, _problems, _changes, _RULES.get(name, ()), own_pace=True)
    for name in FULFILMENT_KINDS
)
