"""Decisions that safeguard: marking an order in the store, revoking a token of the API."""

from __future__ import annotations

from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import is_text
from royal_platform.commerce.decisions.kind import Kind, ask
from royal_platform.commerce.decisions.model import Change, GateState, Policy, Proposal, RuleHit

FLAG, UNFLAG, REVOKE_TOKEN = "order.flag", "order.unflag", "token.revoke"
SAFEGUARD_KINDS = (FLAG, UNFLAG, REVOKE_TOKEN)
# The one mark that an order gets: no text of a finding becomes a tag in the store.
TAG = "royal-suspicious"


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    if proposal.kind == REVOKE_TOKEN:
        if not is_text(proposal.arguments.get("token")):
            yield "The token to revoke is not named by its id."
    elif proposal.arguments.get("tag") != TAG:
        yield f"An order is marked with {TAG!r} and nothing else."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    if proposal.kind == REVOKE_TOKEN:
        return (Change("token", "in force", "revoked", ""),)
    flags = proposal.kind == FLAG
    return (Change("tag", None if flags else TAG, TAG if flags else None, ""),)


def _credential(_: Proposal, __: Policy, ___: GateState) -> Iterator[RuleHit]:
    yield ask("token.person", "Shutting somebody out is a person's decision.")


SAFEGUARDS = (
    Kind(FLAG, _problems, _changes, own_pace=True),
    Kind(UNFLAG, _problems, _changes, own_pace=True),
    Kind(REVOKE_TOKEN, _problems, _changes, (_credential,), own_pace=True),
)
