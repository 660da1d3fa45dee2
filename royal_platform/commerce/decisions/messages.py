"""Messages to customers as decisions: whom, when, how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from royal_platform.commerce.decisions.arguments import text_of
from royal_platform.commerce.decisions.kind import Kind, deny
from royal_platform.commerce.decisions.model import (
    Change,
    GateState,
    MessageState,
    Policy,
    Proposal,
    RuleHit,
)
from royal_platform.commerce.messages.model import Consent, Context, Purpose
from royal_platform.commerce.messages.rules import is_quiet, message_id

MESSAGE = "message.send"


def said_once(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    """A message goes out once."""
    if _message(state).exists:
        yield deny("message.repeated", "This step was sent to this customer already.")


def suppressed(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    """Addresses that get no more mail."""
    cause = _message(state).suppressed
    # An order's own notice reaches whoever wants no advertising; a dead mailbox gets nothing.
    if cause is not None and (_is_marketing(proposal) or cause == "bounced"):
        yield deny("message.suppressed", "The address gets no more mail.", actual=cause)


def frequency(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """How many messages a customer gets a day, and advertisements a week."""
    message = _message(state)
    counted = [("message.per_day", policy.messages_per_day, message.today)]
    if _is_marketing(proposal):
        counted.append(("message.per_week", policy.messages_per_week, message.marketing_week))
    for rule, limit, used in counted:
        if used + 1 > limit:
            yield deny(
                rule, "No messages are left in this allowance.",
                limit=str(limit), actual=str(used + 1), unit="messages",
            )  # fmt: skip


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    names = ("customer_id", "flow", "step", "template")
    absent = [name for name in names if not isinstance(arguments.get(name), str)]
    if absent or not all(arguments[name] for name in names):
        yield "A message names customer, flow, step and template."
        return
    if proposal.subject.id != message_id(*(arguments[name] for name in names[:3])):
        yield "The subject is not the message of this customer, flow and step."
    if arguments.get("purpose") not in set(Purpose):
        yield "The purpose is neither marketing nor transactional."
    if state.message is None:
        yield "Nothing is known of the customer's consent and earlier messages."
    context = arguments.get("context", {})
    try:
        Context.of(context if isinstance(context, Mapping) else {"context": ""})
    except ValueError as error:
        yield str(error)


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    return (
        Change("message", None, text_of(arguments["template"]), ""),
        Change("step", None, f"{arguments['flow']} {arguments['step']}", ""),
    )


def _consent(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    consent = _message(state).consent
    if _is_marketing(proposal) and consent != Consent.SUBSCRIBED:
        yield deny(
            "message.consent", "The customer has not agreed to marketing mail.",
            limit=Consent.SUBSCRIBED.value, actual=consent,
        )  # fmt: skip


def _quiet_hours(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    begin, end = policy.quiet_from_hour, policy.quiet_to_hour
    zones = _message(state).zones
    if _is_marketing(proposal) and is_quiet(state.now, zones, begin, end):
        yield deny(
            "message.quiet_hours", "It is a quiet hour where the customer is.",
            limit=f"{begin}:00 to {end}:00", actual=state.now.isoformat(), unit=zones[0],
        )  # fmt: skip


def _is_marketing(proposal: Proposal) -> bool:
    return bool(proposal.arguments["purpose"] == Purpose.MARKETING)


def _message(state: GateState) -> MessageState:
    if state.message is None:
        raise ValueError("a message is judged with a message's state")
    return state.message


_RULES = (said_once, suppressed, _consent, _quiet_hours, frequency)
MESSAGES = (Kind(MESSAGE, _problems, _changes, _RULES, own_pace=True),)
