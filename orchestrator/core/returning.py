"""``return.create``, ``exchange.create`` and ``return.cancel``: goods that come back, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import Conflict
from orchestrator.core.action import Facts, RestsOnPrecondition
from royal_platform.commerce.decisions.exchanges import EXCHANGE
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.returns import CANCEL_RETURN, RETURN
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.orders.model import OpenedReturn, OrderParcels
from royal_platform.commerce.orders.ports import ReturnReader, ReturnWriter


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What taking goods back needs: who is asked, and who is told."""

    reader: ReturnReader
    writer: ReturnWriter


class ReturnAction:
    """The store takes no key for it: the decision's id in the return's note says that it is there.

    Its precondition: the order stands, and this return is not open yet.
    """

    def __init__(self, back: Counterpart) -> None:
        self._back = back

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is open, and whether what shall come back is with the customer."""
        found = await self._back.reader.order_parcels(decision.proposal.subject.id)
        if found is None:
            return None
        lines: Mapping[str, int] = decision.proposal.arguments["lines"]
        return {
            "cancelled": found.cancelled,
            "booked": _of(found, decision.id) is not None,
            "with_customer": all(found.returnable.get(line, 0) >= n for line, n in lines.items()),
        }

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Facts that are no longer what the return was decided on, or goods that are not there."""
        return mismatches({**decision.proposal.precondition, "with_customer": True}, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A return that is open."""
        return {"booked": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Open it, unless it is."""
        arguments = decision.proposal.arguments
        order_id = decision.proposal.subject.id
        found = await self._back.reader.order_parcels(order_id)
        if found is None:
            raise Conflict("The order is gone.", remedy="Look at the order and decide anew.")
        if _of(found, decision.id) is None:
            await self._back.writer.open_return(
                order_id, arguments["lines"], str(arguments["reason"]),
                f"{arguments['note']} {_mark(decision.id)}",
            )  # fmt: skip

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Expect nothing any more, as long as no money went back for it."""
        return _cancelling(decision, "Cancels the return, as long as no money went back for it.")


class ExchangeAction:
    """A return that notes what goes out for it; found again as a return is.

    Its precondition: the order stands, no more money went back for it than was known, this exchange
    is not open yet, and the wanted variant costs what its difference was told from. The store moves
    no stock and no money before a person processes the return.
    """

    def __init__(self, back: Counterpart) -> None:
        self._back = back

    async def read(self, decision: Decision) -> Facts | None:
        """Whether it is open, and whether both variants are where they have to be."""
        arguments = decision.proposal.arguments
        found = await self._back.reader.order_parcels(decision.proposal.subject.id)
        offered = await self._back.reader.offered(str(arguments["wanted_variant_id"]))
        if found is None:
            return None
        units = int(arguments["units"])
        mine = _of(found, decision.id)
        return {
            "cancelled": found.cancelled,
            "refunded": format(found.refunded, "f"),
            "booked": mine is not None and mine.exchanged == _going(decision),
            "with_customer": found.returnable.get(str(arguments["line_id"]), 0) >= units,
            "in_stock": offered is not None
            and (offered.available is None or offered.available >= units),
            "wanted_price": None if offered is None else format(offered.price.amount, "f"),
            "currency": None if offered is None else offered.price.currency,
        }  # fmt: skip

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Facts that are no longer what it was decided on, or goods that are not there."""
        known = {"with_customer": True, "in_stock": True}
        return mismatches({**decision.proposal.precondition, **known}, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A return that is open, with what goes out for it."""
        return {"booked": True}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Open it, unless it is."""
        arguments = decision.proposal.arguments
        order_id = decision.proposal.subject.id
        found = await self._back.reader.order_parcels(order_id)
        if found is None:
            raise Conflict("The order is gone.", remedy="Look at the order and decide anew.")
        if _of(found, decision.id) is None:
            await self._back.writer.open_return(
                order_id, {str(arguments["line_id"]): int(arguments["units"])},
                str(arguments["reason"]), f"{arguments['note']} {_mark(decision.id)}",
                _going(decision),
            )  # fmt: skip

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Nothing comes back and nothing goes out, as long as nobody processed it."""
        return _cancelling(decision, "Cancels the exchange, as long as nothing of it is processed.")


class CancelReturnAction(RestsOnPrecondition):
    """``return.cancel``: nothing is expected any more."""

    def __init__(self, back: Counterpart) -> None:
        self._back = back

    async def read(self, decision: Decision) -> Facts | None:
        """Whether the return is open; None when there is none of that decision's."""
        found = await self._opened(decision)
        return None if found is None else {"booked": found.lasting, "closed": found.closed}

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """No longer open."""
        return {"booked": False}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Cancel it; a second time changes nothing."""
        found = await self._opened(decision)
        if found is not None:
            await self._back.writer.cancel_return(found.id)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """A cancelled return stays so."""
        return Inverse(None, None, "A cancelled return is not opened again: open another.")

    async def _opened(self, decision: Decision) -> OpenedReturn | None:
        found = await self._back.reader.order_parcels(decision.proposal.subject.id)
        of = str(decision.proposal.arguments["return_of"])
        return None if found is None else _of(found, of, lasting=False)


def return_action(
    kind: str, back: Counterpart | None
) -> ReturnAction | ExchangeAction | CancelReturnAction | None:
    """What the kind does; None when it is another one."""
    if back is None:
        return None
    if kind == RETURN:
        return ReturnAction(back)
    if kind == EXCHANGE:
        return ExchangeAction(back)
    return CancelReturnAction(back) if kind == CANCEL_RETURN else None


def _of(found: OrderParcels, decision_id: str, *, lasting: bool = True) -> OpenedReturn | None:
    """The return of this decision; ``lasting``: unless it was cancelled."""
    mine = [each for each in found.returns if _mark(decision_id) in each.note]
    return next((each for each in mine if each.lasting or not lasting), None)


def _going(decision: Decision) -> dict[str, int]:
    """Units by variant that go out."""
    arguments = decision.proposal.arguments
    return {str(arguments["wanted_variant_id"]): int(arguments["units"])}


def _cancelling(decision: Decision, told: str) -> Inverse:
    kept = ("order_id", "customer_id", "thread_id")
    arguments = {name: decision.proposal.arguments[name] for name in kept}
    return Inverse(CANCEL_RETURN, {**arguments, "return_of": decision.id}, told)


def _mark(decision_id: str) -> str:
    return f"[{decision_id}]"
