"""Products that buyers see or do not: drafts, publishing, taking down."""

from __future__ import annotations

import re
from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import amount_of, text_of
from royal_platform.commerce.decisions.kind import Kind, ask, currency_of, currency_problem
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.decisions.prices import margin_floor
from royal_platform.commerce.shared.model import Money

IMPORT, PUBLISH = "product.import_draft", "product.publish"
LISTING_KINDS = (PUBLISH, "product.delist")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments, currency = proposal.arguments, state.currency
    if not _HANDLE.fullmatch(str(arguments.get("handle"))):
        yield "The handle is not one that an address can hold."
    if proposal.kind != IMPORT:
        return
    price, cost = amount_of(arguments.get("price")), arguments.get("unit_cost")
    if price is None or price <= 0 or Money(price, currency).rounded().amount != price:
        yield f"The price is not a positive amount that {currency} is paid in."
    if cost is not None and amount_of(cost) is None:
        yield "The unit cost is not a decimal string."
    for name, most in (("title", 255), ("sku", 255), ("description", 5000)):
        text = arguments.get(name, "" if name == "description" else None)
        if not isinstance(text, str) or len(text) > most or (name != "description" and not text):
            yield f"The {name} is missing or longer than {most} characters."
    yield from currency_problem(proposal, state)


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind in LISTING_KINDS:
        shown = "ACTIVE" if proposal.kind == PUBLISH else "DRAFT"
        return (Change("status", text_of(proposal.precondition.get("status")), shown, ""),)
    return (
        Change("product", None, text_of(arguments["title"]), ""),
        Change("price", None, text_of(arguments["price"]), currency_of(proposal)),
        Change("unit cost", None, text_of(arguments.get("unit_cost")), currency_of(proposal)),
    )


def _draft_margin(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """A product that would be sold below the floor from its first day is not imported."""
    cost = amount_of(proposal.arguments.get("unit_cost"))
    if cost is None:
        yield ask("unit_cost.unknown", "The unit cost is unknown: the margin cannot be checked.")
    else:
        yield from margin_floor(proposal, policy, state, cost)


DRAFTS = (Kind(IMPORT, _problems, _changes, (_draft_margin,)),)
LISTINGS = tuple(Kind(name, _problems, _changes) for name in LISTING_KINDS)
