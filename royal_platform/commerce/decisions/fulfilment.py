"""Kinds of decision on an order's way to the door: what they say, and what they must say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from royal_platform.commerce.decisions.model import Change, Proposal

# On their way from the order to the door.
FULFILMENT_KINDS = (
    "order.hold", "order.release", "order.cancel", "supplier_order.place",
    "supplier_order.cancel", "fulfillment.create",
)  # fmt: skip
CANCEL_REASONS = frozenset({"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"})
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
_MAX_UNITS = 1_000_000


def fulfilment_changes(proposal: Proposal, currency: str) -> tuple[Change, ...]:
    """The diff a person reads before approving."""
    kind, arguments = proposal.kind, proposal.arguments
    if kind == "supplier_order.place":
        lines = arguments["lines"]
        return (
            Change("supplier", None, _text(arguments.get("supplier_name")), ""),
            Change("units", "0", str(sum(int(each["quantity"]) for each in lines)), "units"),
            Change("cost", None, _text(arguments.get("total")), currency),
        )
    if kind == "fulfillment.create":
        units = sum(int(each["quantity"]) for each in arguments["lines"])
        return (
            Change("parcel", None, _text(arguments["tracking"]), ""),
            Change("units", "0", str(units), "units"),
        )
    state = {
        "order.hold": ("open", "held"), "order.release": ("held", "open"),
        "order.cancel": ("open", "cancelled"), "supplier_order.cancel": ("placed", "cancelled"),
    }[kind]  # fmt: skip
    return (Change("order", *state, ""),)


def fulfilment_problems(proposal: Proposal, currency: str) -> Iterator[str]:
    """What is wrong with the arguments, before any limit is compared."""
    kind, arguments = proposal.kind, proposal.arguments
    if not isinstance(arguments.get("order_id"), str) or not arguments["order_id"]:
        yield "It names no order."
    if kind == "order.cancel" and arguments.get("reason") not in CANCEL_REASONS:
        yield "The reason is none that an order is cancelled for."
    if kind.startswith("supplier_order."):
        yield from _supplier_order_problems(proposal, currency)
    if kind == "fulfillment.create":
        if not isinstance(arguments.get("tracking"), str) or not arguments["tracking"]:
            yield "The parcel has no number."
        if not _are_lines(arguments.get("lines"), "line_id"):
            yield "The parcel has no units of order lines in it."


def _supplier_order_problems(proposal: Proposal, currency: str) -> Iterator[str]:
    arguments = proposal.arguments
    for name in ("supplier_id", "reference"):
        if not isinstance(arguments.get(name), str) or not arguments[name]:
            yield f"The {name} is missing."
    if proposal.subject.id != arguments.get("reference"):
        yield "The subject is not the supplier order's reference."
    if proposal.kind != "supplier_order.place":
        return
    if not _are_lines(arguments.get("lines"), "supplier_sku"):
        yield "The supplier order has no units of articles in it."
    elif any(_amount(each.get("unit_cost")) is None for each in arguments["lines"]):
        yield "The unit cost is not a decimal string."
    if arguments.get("currency") != currency:
        yield f"The currency is not the store's, {currency}."
    total = _amount(arguments.get("total"))
    if total is None or proposal.cost is None or proposal.cost.amount != total:
        yield "The cost is not the supplier order's total."


def _are_lines(lines: Any, name: str) -> bool:
    return (
        isinstance(lines, (list, tuple))
        and bool(lines)
        and all(
            isinstance(each, Mapping)
            and isinstance(each.get(name), str)
            and _is_count(each.get("quantity"))
            for each in lines
        )
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_UNITS


def _amount(value: Any) -> Decimal | None:
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return None
    return Decimal(value)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
