"""Sending a supplier its purchase order by mail, as a person decides or said once for all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import is_count, is_text
from royal_platform.commerce.decisions.kind import Kind, ask
from royal_platform.commerce.decisions.messages import said_once, suppressed
from royal_platform.commerce.decisions.model import (
    Change,
    GateState,
    MandateState,
    Policy,
    Proposal,
    RuleHit,
)
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


def standing_word(proposal: Proposal, *, name: str, mails_to: str | None) -> MandateState:
    """What a person's word on a supplier says of this mail to it.

    ``mails_to``: where what is ordered from it is to be mailed; None: nowhere by itself.
    """
    to = str(proposal.arguments.get("to"))
    why_not = None
    if mails_to is None:
        why_not = f"Orders for {name} do not go out by mail by themselves."
    elif to.lower() != mails_to.lower():
        why_not = f"Orders for {name} go to another address."
    # Each order goes to an address once, whatever the word: that is a rule of its own.
    return MandateState(why_not, total=1, per_day=1, unit="mails", of="supplier's orders by mail")


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
    if "supplier_id" in arguments and not is_text(arguments["supplier_id"]):
        yield "The supplier is not named as text."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    return (
        Change("sent to", None, str(arguments["to"]), ""),
        Change("ordered", None, str(arguments["quantity"]), "units"),
    )


def _by_a_person(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    """A person says so for this order, or said so once for all of this supplier's."""
    word = None if state.message is None else state.message.mandate
    said = word is not None and word.why_not is None
    if proposal.provenance != "person" and not said:
        yield ask("purchase_mail.person", "Writing to a supplier is a person's decision.")


PURCHASE_MAILS = (
    Kind(PURCHASE_MAIL, _problems, _changes, (said_once, suppressed, _by_a_person), own_pace=True),
)
