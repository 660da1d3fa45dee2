"""Products that buyers see or do not: drafts, publishing, taking down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from royal_platform.commerce.decisions.arguments import amount_of, text_of
from royal_platform.commerce.decisions.costs import served_of
from royal_platform.commerce.decisions.kind import Kind, ask, currency_of, currency_problem
from royal_platform.commerce.decisions.model import (
    Change,
    CostToServe,
    GateState,
    Policy,
    Proposal,
    RuleHit,
)
from royal_platform.commerce.decisions.prices import margin_floor
from royal_platform.commerce.shared.model import Money

IMPORT, PUBLISH = "product.import_draft", "product.publish"
DELIST, ARCHIVE = "product.delist", "product.archive"
LISTING_KINDS = (PUBLISH, DELIST)
# What each of them makes of a product; to archive one is how a person takes an import back.
STATUS_OF = {PUBLISH: "ACTIVE", DELIST: "DRAFT", ARCHIVE: "ARCHIVED"}
# Without blanks, quotes or anything else that could end it where it is written.
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]{1,1990}")
_HANDLE = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")


def is_web_address(text: object) -> bool:
    """Whether it is an address on the web and nothing else, as a picture's must be."""
    return isinstance(text, str) and _ADDRESS.fullmatch(text) is not None


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
    if "shipping" in arguments and (amount_of(arguments["shipping"]) or Decimal(0)) < 0:
        yield "Shipping is below zero."
    if "shipping" in arguments and amount_of(arguments["shipping"]) is None:
        yield "Shipping is not a decimal string."
    for name, most in (("title", 255), ("sku", 255), ("description", 5000)):
        text = arguments.get(name, "" if name == "description" else None)
        if not isinstance(text, str) or len(text) > most or (name != "description" and not text):
            yield f"The {name} is missing or longer than {most} characters."
    if "image_url" in arguments and not is_web_address(arguments["image_url"]):
        yield "The picture's address is not one on the web."
    yield from currency_problem(proposal, state)


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind in STATUS_OF:
        now, shown = text_of(proposal.precondition.get("status")), STATUS_OF[proposal.kind]
        return (Change("status", now, shown, ""),)
    found = [
        Change("product", None, text_of(arguments["title"]), ""),
        Change("price", None, text_of(arguments["price"]), currency_of(proposal)),
        Change("unit cost", None, text_of(arguments.get("unit_cost")), currency_of(proposal)),
    ]
    if "shipping" in arguments:
        told = text_of(arguments["shipping"])
        found.append(Change("supplier_shipping", None, told, currency_of(proposal)))
    if "image_url" in arguments:
        found.append(Change("image", None, text_of(arguments["image_url"]), ""))
    return tuple(found)


def _draft_margin(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """A product that would be sold below the floor from its first day is not imported."""
    cost = amount_of(proposal.arguments.get("unit_cost"))
    if cost is None:
        yield ask("unit_cost.unknown", "The unit cost is unknown: the margin cannot be checked.")
    else:
        yield from margin_floor(proposal, policy, _carried(proposal, state), cost)


def _carried(proposal: Proposal, state: GateState) -> GateState:
    """The state in which the supplier brings the article to its buyer, where he tells for what."""
    told, subject = amount_of(proposal.arguments.get("shipping")), proposal.subject.id
    if told is None:
        return state
    known = served_of(state.served, subject) or CostToServe(tax_rate=state.tax_rate)
    return replace(state, served={**state.served, subject: replace(known, carried=told)})


DRAFTS = (Kind(IMPORT, _problems, _changes, (_draft_margin,)),)
LISTINGS = tuple(Kind(name, _problems, _changes) for name in STATUS_OF)
