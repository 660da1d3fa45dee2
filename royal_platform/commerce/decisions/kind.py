"""A kind of decision as the gate knows it; each module of kinds lists its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from royal_platform.commerce.decisions.arguments import text_of
from royal_platform.commerce.decisions.model import (
    Change,
    GateState,
    Policy,
    Proposal,
    RuleHit,
    Ruling,
)

Rule = Callable[[Proposal, Policy, GateState], Iterator[RuleHit]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of decision.

    ``problems`` says what is wrong with the arguments themselves, before any limit is compared;
    ``changes`` is the diff a person reads; ``rules`` are judged beside those of every kind.
    ``own_pace``: neither the subject's cool-down nor the allowances of changes to the store hold
    for it, and it takes nothing from them.
    """

    name: str
    problems: Callable[[Proposal, GateState], Iterator[str]]
    changes: Callable[[Proposal], tuple[Change, ...]]
    rules: tuple[Rule, ...] = ()
    own_pace: bool = False


def deny(rule: str, message: str, **numbers: str | None) -> RuleHit:
    """Not allowed, whoever asks."""
    return RuleHit(rule, Ruling.DENY, message, **numbers)


def ask(rule: str, message: str, **numbers: str | None) -> RuleHit:
    """A person's to approve."""
    return RuleHit(rule, Ruling.ASK, message, **numbers)


def as_told(proposal: Proposal) -> tuple[Change, ...]:
    """The arguments as they stand, for kinds that say it best themselves."""
    told = proposal.arguments.items()
    return tuple(Change(name, None, text_of(value), "") for name, value in told)


def currency_problem(proposal: Proposal, state: GateState) -> Iterator[str]:
    """Amounts are in the store's currency."""
    if proposal.arguments.get("currency") != state.currency:
        yield f"The currency is not the store's, {state.currency}."


def currency_of(proposal: Proposal) -> str:
    """The unit of the proposal's amounts."""
    return str(proposal.arguments.get("currency", ""))
