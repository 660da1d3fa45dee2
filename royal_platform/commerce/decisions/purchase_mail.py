"""Sending a supplier its purchase order by mail, as a decision of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import is_count, is_text
from royal_platform.commerce.decisions.kind import Kind, ask
from royal_platform.commerce.decisions.messages import said_once, suppressed
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.messages.model import Purpose
from royal_platform.commerce.messages.rules import message_id

PURCHASE_MAIL = "purchase_order.mail"
FLOW = "purchase_order"
# What HTML's input of type email takes, with a domain of at least two labels.
ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,4}$"
_ADDRESS = re.compile(ADDRESS)


def purchase_mail_id(order_id: str, address: str) -> str:
    """The one mail of this order to this address: sending it again finds it."""
    return message_id(order_id, FLOW, address.lower())


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    order_id, address = arguments.get("purchase_order_id"), arguments.get("to")
    if not is_text(order_id) or not is_text(address):
        yield "It names no purchase order or no address."
        return
    if not _ADDRESS.fullmatch(str(address)):
        yield "The address is no mail address."
    if not is_count(arguments.get("quantity"), least=1):
        yield "The quantity is not a whole number of at least 1."
    if proposal.subject.id != purchase_mail_id(str(order_id), str(address)):
        yield "The subject is not the mail of this order to this address."
    if arguments.get("purpose") != Purpose.TRANSACTIONAL:
        yield "A purchase order is no advertising."
    if state.message is None:
        yield "Nothing is known of earlier mail."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    return (
        Change("sent to", None, str(arguments["to"]), ""),
        Change("ordered", None, str(arguments["quantity"]), "units"),
    )


def _by_a_person(proposal: Proposal, _: Policy, __: GateState) -> Iterator[RuleHit]:
    if proposal.provenance != "person":
        yield ask("purchase_mail.person", "Writing to a supplier is a person's decision.")


PURCHASE_MAILS = (
    Kind(PURCHASE_MAIL, _problems, _changes, (said_once, suppressed, _by_a_person), own_pace=True),
)
