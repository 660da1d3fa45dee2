"""Decisions that safeguard: marking an order in the store, revoking a token of the API."""

from __future__ import annotations

from collections.abc import Iterator

from royal_platform.commerce.decisions.model import Change, JsonObject, Proposal

FLAG, UNFLAG, REVOKE_TOKEN = "order.flag", "order.unflag", "token.revoke"
SAFEGUARDS = (FLAG, UNFLAG, REVOKE_TOKEN)
# The one mark that an order gets: no text of a finding becomes a tag in the store.
TAG = "royal-suspicious"


def safeguard_problems(kind: str, arguments: JsonObject) -> Iterator[str]:
    """What is wrong with the arguments."""
    if kind == REVOKE_TOKEN:
        if not isinstance(arguments.get("token"), str) or not arguments["token"]:
            yield "The token to revoke is not named by its id."
    elif arguments.get("tag") != TAG:
        yield f"An order is marked with {TAG!r} and nothing else."


def safeguard_changes(proposal: Proposal) -> tuple[Change, ...]:
    """The diff a person reads before approving."""
    if proposal.kind == REVOKE_TOKEN:
        return (Change("token", "in force", "revoked", ""),)
    flags = proposal.kind == FLAG
    return (Change("tag", None if flags else TAG, TAG if flags else None, ""),)
