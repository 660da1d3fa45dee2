"""What the gate knows of answering customers: replies, and money given back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from royal_platform.commerce.decisions.arguments import amount_of, are_lines, is_text
from royal_platform.commerce.decisions.kind import Kind, ask, currency_of, currency_problem
from royal_platform.commerce.decisions.messages import frequency, said_once, suppressed
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.messages.model import Purpose
from royal_platform.commerce.messages.rules import message_id
from royal_platform.commerce.shared.model import Money

REPLY = "reply.send"
REFUND = "refund.create"
SUPPORT_KINDS = (REPLY, REFUND)
FLOW = "support"
_TEXT_MAX = 10_000
_NOTE_MAX = 255


def reply_id(thread_id: str, step: str) -> str:
    """The one reply of this step in this thread: an answered message's id, and more if again."""
    return message_id(thread_id, FLOW, step)


def refund_caps(proposal: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Caps of the order, the customer and the day: above one of them a person is asked."""
    known = state.refunds
    if known is None or state.is_revert:
        return
    if known.sent_again:
        yield ask("refund.sent_again", "Goods of this order were sent again: it is made good.")
    if known.exchanged:
        yield ask("refund.exchanged", "Goods of this order are exchanged: it is made good.")
    amount = Decimal(proposal.arguments["amount"])
    for rule, limit, used, whose in (
        ("refund.order", policy.refund_order_max, known.of_order, "order"),
        ("refund.customer", policy.refund_customer_month_max, known.of_customer, "customer"),
        ("refund.day", policy.refund_day_max, known.today, "day"),
    ):
        if used + amount > limit:
            yield ask(
                rule, f"More is given back per {whose} than an agent may alone.",
                limit=format(limit, "f"), actual=format(used + amount, "f"), unit=state.currency,
            )  # fmt: skip


def reply_pace(_: Proposal, policy: Policy, state: GateState) -> Iterator[RuleHit]:
    """Two machines that answer each other must not go on for ever."""
    if state.replies_in_thread_today + 1 > policy.replies_per_thread_per_day:
        yield ask(
            "reply.per_thread", "This thread was answered often enough today.",
            limit=str(policy.replies_per_thread_per_day),
            actual=str(state.replies_in_thread_today + 1), unit="replies",
        )  # fmt: skip


def _reply_problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    names = ("thread_id", "answers", "step", "text")
    if not all(is_text(arguments.get(name)) for name in names):
        yield "A reply names thread, answered message, step and text."
        return
    if len(arguments["text"]) > _TEXT_MAX:
        yield f"The reply is longer than {_TEXT_MAX} characters."
    if proposal.subject.id != reply_id(arguments["thread_id"], arguments["step"]):
        yield "The subject is not the reply of this thread and step."
    if arguments.get("purpose") != Purpose.TRANSACTIONAL:
        yield "A reply is no advertising."
    if state.message is None:
        yield "Nothing is known of earlier replies."


def _refund_problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    amount = amount_of(arguments.get("amount"))
    if amount is None or amount <= 0:
        yield "The amount is not a positive decimal string."
    elif Money(amount, state.currency).rounded().amount != amount:
        yield f"The amount has more digits than {state.currency} is paid in."
    elif proposal.cost is None or proposal.cost.amount != amount:
        yield "The cost is not the amount."
    yield from currency_problem(proposal, state)
    if arguments.get("order_id") != proposal.subject.id:
        yield "The subject is not the order."
    note = arguments.get("note")
    if not is_text(note) or len(str(note)) > _NOTE_MAX:
        yield f"The note is missing or longer than {_NOTE_MAX} characters."
    if amount_of(proposal.precondition.get("refunded")) is None:
        yield "It does not say what was given back before."
    if "lines" in arguments and not are_lines(arguments["lines"], "line_id"):
        yield "The lines that are paid back are no units of order lines."


def _reply_changes(proposal: Proposal) -> tuple[Change, ...]:
    return (Change("reply", None, str(proposal.arguments["text"]), ""),)


def _refund_changes(proposal: Proposal) -> tuple[Change, ...]:
    before = amount_of(proposal.precondition.get("refunded"))
    given = amount_of(proposal.arguments.get("amount")) or Decimal(0)
    now = None if before is None else format(before, "f")
    after = None if before is None else format(before + given, "f")
    told = Change("refunded", now, after, currency_of(proposal))
    units = sum(int(each["quantity"]) for each in proposal.arguments.get("lines", ()))
    return (told, Change("units", "0", str(units), "units")) if units else (told,)


SUPPORT = (
    Kind(
        REPLY, _reply_problems, _reply_changes,
        (said_once, suppressed, frequency, reply_pace), own_pace=True,
    ),
    Kind(REFUND, _refund_problems, _refund_changes, (refund_caps,), own_pace=True),
)  # fmt: skip
