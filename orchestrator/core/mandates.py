"""Mandates: one approval for many alike messages, within caps and a window, revocable at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Books, Ground, reading, writing
from royal_platform.commerce.decisions.model import Decision, Inverse, MandateState, Proposal
from royal_platform.persistence.flows import Flows, Mandate
from royal_platform.persistence.ids import new_id

IN_FORCE = "in force"


class GrantAction(RestsOnPrecondition):
    """``mandate.grant``: a version of a flow may send."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the version's mandate is in force, and which version is the newest."""
        return _facts(self._ground, decision)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A mandate in force."""
        return {"mandate": IN_FORCE}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Put it in force; once per decision."""
        told = decision.proposal.arguments
        with writing(self._ground) as books:
            until = books.now + timedelta(days=int(told["window_days"]))
            mandate = Mandate(
                new_id("man"), decision.id, str(told["flow"]), int(told["version"]),
                str(told["document_hash"]), int(told["per_day"]), int(told["total"]),
                books.now, until, None,
            )  # fmt: skip
            Flows(books.store_id).grant(books.connection, mandate)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """End it at once."""
        told = decision.proposal.arguments
        arguments = {"flow": told["flow"], "version": told["version"]}
        return Inverse(
            "mandate.revoke", arguments, "Ends the flow at once; what was sent stays sent."
        )


class RevokeAction(RestsOnPrecondition):
    """``mandate.revoke``: a version of a flow may no longer send."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the version's mandate is in force."""
        return _facts(self._ground, decision)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """No mandate in force."""
        return {"mandate": None}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """End it; ending it twice changes nothing."""
        told = decision.proposal.arguments
        with writing(self._ground) as books:
            Flows(books.store_id).revoke(
                books.connection, str(told["flow"]), int(told["version"]), books.now
            )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A mandate that ended is asked for anew."""
        return Inverse(None, None, "Run the agent: it asks for a new mandate.")


def mandate_state(books: Books, proposal: Proposal, decision_id: str | None) -> MandateState | None:
    """What the mandate that a message names says of it; None when it names none."""
    arguments = proposal.arguments
    mandate_id = arguments.get("mandate_id")
    if not isinstance(mandate_id, str):
        return None
    flows = Flows(books.store_id)
    found = flows.mandate(books.connection, mandate_id)
    if found is None:
        return MandateState("There is no such mandate.")
    why = _why_not(books, found, arguments) or _too_much(books, found, arguments)
    day = books.clock.day_start(books.clock.local_day(books.now))
    used, today = flows.used(books.connection, found.id, day, decision_id)
    return MandateState(why, used, found.total, today, found.per_day)


def in_force(books: Books, flow: str, version: int) -> Mandate | None:
    """The version's mandate, if it is in force now."""
    found = Flows(books.store_id).mandate_of(books.connection, flow, version)
    if found is None or found.revoked_at is not None or found.until <= books.now:
        return None
    return found


def room_in(books: Books, mandate: Mandate) -> int:
    """How many more messages the mandate lets through today."""
    day = books.clock.day_start(books.clock.local_day(books.now))
    used, today = Flows(books.store_id).used(books.connection, mandate.id, day, None)
    return min(mandate.per_day - today, mandate.total - used)


def _why_not(books: Books, mandate: Mandate, arguments: Mapping[str, Any]) -> str | None:
    if (mandate.flow, mandate.version) != (arguments.get("flow"), arguments.get("version")):
        return "The mandate is for another flow or version."
    if mandate.revoked_at is not None:
        return "The mandate was revoked."
    if mandate.until <= books.now:
        return "The mandate's window is over."
    return None


def _too_much(books: Books, mandate: Mandate, arguments: Mapping[str, Any]) -> str | None:
    """A code gives no more than the person who gave the mandate saw."""
    granted = books.decisions.get(books.connection, mandate.decision_id).proposal.arguments
    percent = arguments.get("percent")
    if isinstance(percent, int) and percent > int(granted.get("offer_most_percent") or 0):
        return "The mandate is for smaller discounts."
    return None


def _facts(ground: Ground, decision: Decision) -> Facts:
    told = decision.proposal.arguments
    flow, version = str(told["flow"]), int(told["version"])
    with reading(ground) as books:
        newest = [one for one in Flows(books.store_id).newest(books.connection) if one.flow == flow]
        found = in_force(books, flow, version)
    return {
        "mandate": None if found is None else IN_FORCE,
        "newest": newest[0].version if newest else None,
    }
