"""``reship.create`` and ``reship.cancel``: lost goods sent again, once and for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.core.action import Facts, RestsOnPrecondition
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.replacements import CANCEL_RESHIP, RESHIP
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.fulfilment.ports import OrderWriter
from royal_platform.commerce.orders.model import Replaceable, Replacement
from royal_platform.commerce.orders.ports import ReplacementReader, ReplacementWriter


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What sending again needs: who is asked, who is told, and who cancels an order."""

    reader: ReplacementReader
    writer: ReplacementWriter
    orders: OrderWriter


class ReshipAction:
    """The store takes no key for it: the decision's id in the new order's tags says it is there.

    Its precondition: the order stands, no more money went back for it than was known, and nothing
    replaces it yet.
    """

    def __init__(self, room: PostRoom) -> None:
        self._room = room

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is made, whether another is, and whether what was lost had left."""
        found = await self._room.reader.replaceable(decision.proposal.subject.id)
        if found is None:
            return None
        lines: Mapping[str, int] = decision.proposal.arguments["lines"]
        standing = [each for each in found.replacements if each.standing]
        return {
            "cancelled": found.cancelled,
            "refunded": found.refunded,
            "booked": any(each.mark == decision.id for each in standing),
            "replaced": any(each.mark != decision.id for each in standing),
            "sent": all(found.sent.get(line, 0) >= units for line, units in lines.items()),
        }

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Facts that are no longer what it was decided on, or goods that never left."""
        return mismatches({**decision.proposal.precondition, "sent": True}, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A replacement that stands."""
        return {"booked": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Order it again; the writer looks for the mark first."""
        arguments = decision.proposal.arguments
        await self._room.writer.send_again(
            decision.proposal.subject.id, arguments["lines"], str(arguments["note"]), decision.id
        )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Cancel the new order, as long as nothing of it has left."""
        kept = ("order_id", "customer_id", "thread_id")
        arguments = {name: decision.proposal.arguments[name] for name in kept}
        return Inverse(
            CANCEL_RESHIP, {**arguments, "reship_of": decision.id},
            "Cancels the replacement, as long as nothing of it has left.",
        )  # fmt: skip


class CancelReshipAction(RestsOnPrecondition):
    """``reship.cancel``: what replaces the lost goods does not leave."""

    def __init__(self, room: PostRoom) -> None:
        self._room = room

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the replacement stands and is here; None when there is none."""
        found = await self._made(decision)
        return None if found is None else {"booked": found.standing, "left": found.left}

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """A parcel that has left is not called back."""
        return mismatches({**decision.proposal.precondition, "left": False}, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """No longer standing."""
        return {"booked": False}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Cancel the new order; a second time changes nothing."""
        found = await self._made(decision)
        if found is not None:
            note = f"Undoes {decision.proposal.arguments['reship_of']}"
            await self._room.orders.cancel(found.id, "STAFF", note, key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A cancelled order stays so."""
        return Inverse(None, None, "A cancelled replacement is not revived: make another.")

    async def _made(self, decision: Decision) -> Replacement | None:
        found = await self._room.reader.replaceable(decision.proposal.subject.id)
        mark = str(decision.proposal.arguments["reship_of"])
        return None if found is None else _of(found, mark)


def reship_action(kind: str, room: PostRoom | None) -> ReshipAction | CancelReshipAction | None:
    """What the kind does; None when it is another one."""
    if room is None:
        return None
    if kind == RESHIP:
        return ReshipAction(room)
    return CancelReshipAction(room) if kind == CANCEL_RESHIP else None


def _of(found: Replaceable, mark: str) -> Replacement | None:
    return next((each for each in found.replacements if each.mark == mark), None)
