"""Mandates: a person approves many alike messages at once."""

from __future__ import annotations

from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import is_count, text_of
from royal_platform.commerce.decisions.kind import Kind, as_told, ask
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit

GRANT, REVOKE = "mandate.grant", "mandate.revoke"


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    if not isinstance(arguments.get("flow"), str) or not is_count(
        arguments.get("version"), least=1
    ):
        yield "A mandate names a flow and its version."
    if proposal.kind == GRANT:
        for name in ("per_day", "total", "window_days"):
            if not is_count(arguments.get(name), least=1):
                yield f"{name} is not a whole number of at least 1."


def _grant_changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    return (
        Change("messages", "0", text_of(arguments["total"]), "messages"),
        Change("messages a day", "0", text_of(arguments["per_day"]), "messages"),
        Change("window", None, text_of(arguments["window_days"]), "days"),
        Change("audience", None, text_of(arguments["audience"]), ""),
        Change("holdout", None, text_of(arguments["holdout_percent"]), "percent"),
        *_offers(arguments.get("offer_most_percent")),
    )


def _offers(most: object) -> tuple[Change, ...]:
    return (Change("discount at most", "0", text_of(most), "percent"),) if most else ()


def _persons_word(_: Proposal, __: Policy, state: GateState) -> Iterator[RuleHit]:
    if not state.is_revert:
        yield ask("mandate.person", "A mandate is a person's to give, and to take away.")


MANDATES = (
    Kind(GRANT, _problems, _grant_changes, (_persons_word,), own_pace=True),
    Kind(REVOKE, _problems, as_told, (_persons_word,), own_pace=True),
)
