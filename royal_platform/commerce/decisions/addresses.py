"""What the gate knows of sending an order elsewhere, and how often customers are helped at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from royal_platform.commerce.decisions.arguments import is_text
from royal_platform.commerce.decisions.kind import Kind, ask
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit

READDRESS = "address.change"
FIELDS = (
    "first_name", "last_name", "company", "address1", "address2", "postal_code", "city",
    "province", "country", "phone",
)  # fmt: skip
_NEEDED = ("last_name", "address1", "city", "country")
_FIELD_MAX = 255
_CODE = 2


def helped_often(_: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Changes of the order, the customer and the day: above one of these a person is asked."""
    known = state.helped
    if known is None or state.is_revert:
        return
    for rule, limit, used, whose in (
        ("help.order", policy.order_changes_max, known.of_order, "order"),
        ("help.customer", policy.customer_changes_month_max, known.of_customer, "customer"),
        ("help.day", policy.order_changes_per_day, known.today, "day"),
    ):
        if used + 1 > limit:
            yield ask(
                rule, f"More is changed per {whose} than an agent may alone.",
                limit=str(limit), actual=str(used + 1), unit="changes",
            )  # fmt: skip


def in_one_line(address: Mapping[str, Any]) -> str:
    """An address as a person reads it."""
    name = " ".join(filter(None, (address.get("first_name"), address.get("last_name"))))
    town = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    parts = (
        name, address.get("company"), address.get("address1"), address.get("address2"), town,
        address.get("province"), address.get("country"), address.get("phone"),
    )  # fmt: skip
    return ", ".join(str(part) for part in parts if part)


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    if not is_text(arguments.get("order_id")) or arguments["order_id"] != proposal.subject.id:
        yield "The subject is not the order."
    address = arguments.get("address")
    if not isinstance(address, Mapping) or not set(address) <= set(FIELDS):
        yield "It names no address."
        return
    if not all(is_text(address.get(name)) for name in _NEEDED):
        yield "An address names a person, a street, a city and a country."
        return
    country = address["country"]
    if len(country) != _CODE or not country.isascii() or not country.isupper():
        yield "The country is not two capital letters."
    for name, value in address.items():
        if value is not None and (
            not isinstance(value, str) or len(value) > _FIELD_MAX or not value.isprintable()
        ):
            yield f"The {name} is not one line of at most {_FIELD_MAX} characters."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    address = proposal.arguments.get("address")
    told = in_one_line(address) if isinstance(address, Mapping) else None
    return (Change("address", None, told, ""),)


ADDRESSES = (Kind(READDRESS, _problems, _changes, (helped_often,), own_pace=True),)
