"""What the gate knows of goods that come back for another variant of the same article."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from royal_platform.commerce.decisions.addresses import helped_often
from royal_platform.commerce.decisions.arguments import amount_of, is_count, is_text
from royal_platform.commerce.decisions.kind import Kind, ask, currency_of, currency_problem
from royal_platform.commerce.decisions.making_good import made_good
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit
from royal_platform.commerce.decisions.returns import RETURN_REASONS
from royal_platform.commerce.shared.model import Money

EXCHANGE = "exchange.create"
_NOTE_MAX = 200


def difference(price: Money, units: int, paid: Money) -> Money:
    """What the customer pays more, negative for less, when ``units`` at ``price`` replace these."""
    return Money(price.amount * units - paid.amount, paid.currency).rounded()


def in_words(more: Money) -> str:
    """The difference as a person reads it, with its currency."""
    told = f"{format(abs(more.amount), 'f')} {more.currency}"
    if more.amount > 0:
        return f"It costs {told} more than was paid, which the customer owes."
    if more.amount < 0:
        return f"It costs {told} less than was paid, which the customer gets back."
    return "It costs what was paid."


def costs_other(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    """Whoever owes more, or gets money back, is asked first: a person sees to it."""
    more = _signed(proposal.arguments.get("difference"))
    if more and not state.is_revert:
        yield ask(
            "exchange.difference", "The other variant does not cost what was paid.",
            limit="0", actual=format(more, "f"), unit=currency_of(proposal),
        )  # fmt: skip


def paid_back(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    """Money that went back for the order may have been for these goods."""
    before = amount_of(proposal.precondition.get("refunded"))
    if before and not state.is_revert:
        yield ask(
            "exchange.refunded", "Money was given back for this order before.",
            limit="0", actual=format(before, "f"), unit=currency_of(proposal),
        )  # fmt: skip


def _problems(proposal: Proposal, state: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    if not is_text(arguments.get("order_id")) or arguments["order_id"] != proposal.subject.id:
        yield "The subject is not the order."
    names = ("line_id", "variant_id", "wanted_variant_id", "wanted")
    if not all(is_text(arguments.get(name)) for name in names):
        yield "An exchange names the order line, its variant and the wanted one."
    elif arguments["variant_id"] == arguments["wanted_variant_id"]:
        yield "The wanted variant is the one that was bought."
    if not is_count(arguments.get("units"), least=1):
        yield "The units that are exchanged are no count."
    if arguments.get("reason") not in RETURN_REASONS:
        yield "The reason is none that goods come back for."
    note = arguments.get("note")
    if not is_text(note) or len(str(note)) > _NOTE_MAX:
        yield f"The note is missing or longer than {_NOTE_MAX} characters."
    if _signed(arguments.get("difference")) is None:
        yield "It does not say how the price differs."
    if amount_of(proposal.precondition.get("wanted_price")) is None:
        yield "It does not say what the wanted variant costs."
    if amount_of(proposal.precondition.get("refunded")) is None:
        yield "It does not say what was given back before."
    yield from currency_problem(proposal, state)


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    reason = str(arguments["reason"]).lower().replace("_", " ")
    return (
        Change("variant", arguments.get("bought"), str(arguments["wanted"]), ""),
        Change("exchanged_units", "0", str(arguments["units"]), "units"),
        Change("price_difference", None, str(arguments["difference"]), currency_of(proposal)),
        Change("reason", None, reason, ""),
    )


def _signed(value: object) -> Decimal | None:
    """The amount of a decimal string that may be negative; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


EXCHANGES = (
    Kind(
        EXCHANGE,
        _problems,
        _changes,
        (helped_often, made_good, paid_back, costs_other),
        own_pace=True,
    ),
)
