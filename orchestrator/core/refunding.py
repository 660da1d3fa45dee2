"""``refund.create``: money back for an order, once, however often it is carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.errors import Conflict
from orchestrator.core.action import Facts
from orchestrator.core.books import Books
from royal_platform.commerce.decisions.exchanges import EXCHANGE
from royal_platform.commerce.decisions.helping import MAKING_GOOD
from royal_platform.commerce.decisions.model import Decision, Inverse, Proposal, RefundState, Status
from royal_platform.commerce.decisions.replacements import RESHIP
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.decisions.support import REFUND
from royal_platform.commerce.orders.model import PaidBack
from royal_platform.commerce.orders.ports import RefundReader, RefundWriter
from royal_platform.persistence.tables.decisions import decisions

# What counts against an allowance: everything that was let through, whatever came of it.
LET_THROUGH = [
    status.value
    for status in (
        Status.APPROVED, Status.EXECUTING, Status.EXECUTED, Status.MEASURED, Status.REVERTING,
        Status.REVERTED, Status.FAILED,
    )
]  # fmt: skip
# A replacement or an exchange in one of these is made, or about to be.
_STANDS = [
    status.value for status in (Status.APPROVED, Status.EXECUTING, Status.EXECUTED, Status.MEASURED)
]
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Till:
    """What giving money back needs: who is asked, and who gives."""

    reader: RefundReader
    writer: RefundWriter


class RefundAction:
    """Its precondition is what was given back before: a refund nobody saw makes it a conflict."""

    def __init__(self, till: Till) -> None:
        self._till = till

    async def read(self, decision: Decision) -> Facts | None:
        """What was paid for the order and given back, and whether the goods are part of it."""
        found = await self._till.reader.order_money(decision.proposal.subject.id)
        if found is None:
            return None
        back = paid_back(decision.proposal.arguments)
        goods = {} if back is None else back.goods
        return {
            "there": all(found.refundable.get(each, 0) >= n for each, n in goods.items()),
            "waits": all(found.waiting.get(each, 0) >= n for each, n in goods.items()),
            "received": format(found.received, "f"), "refunded": format(found.refunded, "f"),
            "left": format(found.left, "f"), "currency": found.currency,
            "customer_id": found.customer_id, "is_foreign": found.is_foreign,
        }  # fmt: skip

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Facts that are no longer what the refund was decided on, or money that is not there."""
        names = mismatches({**decision.proposal.precondition, "there": True}, live)
        short = Decimal(live["left"]) < Decimal(decision.proposal.arguments["amount"])
        return (*names, "left") if short and "left" not in names else names

    def target(self, decision: Decision, before: Facts) -> Facts:
        """As much more given back as was decided."""
        amount = Decimal(decision.proposal.arguments["amount"])
        return {"refunded": format(Decimal(before["refunded"]) + amount, "f")}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:
        """Give it back to the payment it came from."""
        arguments = decision.proposal.arguments
        order = await self._till.reader.order_money(decision.proposal.subject.id)
        if order is None or format(order.refunded, "f") != before["refunded"]:
            raise Conflict(
                "Money was given back meanwhile.", remedy="Look at the order and decide anew."
            )
        await self._till.writer.refund(
            order, Decimal(arguments["amount"]), str(arguments["note"]), key, paid_back(arguments)
        )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Money that was given back is the customer's."""
        return Inverse(
            None, None, "A refund cannot be taken back: send an invoice if it was a mistake."
        )


def paid_back(arguments: Mapping[str, Any]) -> PaidBack | None:
    """What a refund is for by its decision's arguments; None where it is for no goods."""
    if not arguments.get("lines"):
        return None
    goods: Counter[str] = Counter()
    for line in arguments["lines"]:
        goods[str(line["line_id"])] += int(line["quantity"])
    return PaidBack(dict(goods), shipping=bool(arguments.get("with_shipping")))


def refund_state(
    books: Books, proposal: Proposal, decision_id: str | None, live: Mapping[str, Any] | None
) -> RefundState | None:
    """What other refunds gave back or promised; ``live`` says what the store knows of."""
    if proposal.kind != REFUND:
        return None
    today = books.clock.day_start(books.clock.local_day(books.now))
    standing = {kind for kind, _ in made_good_by(books, proposal.subject.id)}
    others = _others(books, decision_id, min(today, books.now - _MONTH))
    customer = proposal.arguments.get("customer_id")
    of_order = _sum(others, lambda row: row.subject_id == proposal.subject.id)
    seen = Decimal(str((live or proposal.precondition).get("refunded") or 0))
    return RefundState(
        of_order=max(of_order, seen),
        of_customer=_sum(
            others, lambda row: customer and row.arguments.get("customer_id") == customer
        ),
        today=_sum(others, lambda row: _at(row) >= today),
        sent_again=RESHIP in standing,
        exchanged=EXCHANGE in standing,
    )


def made_good_by(
    books: Books, order_id: str, besides: str | None = None
) -> list[tuple[str, Mapping[str, Any]]]:
    """(kind, arguments) of what made goods of the order good, or is about to, and stands."""
    table = decisions.c
    query = select(table.kind, table.arguments).where(
        table.store_id == books.store_id, table.kind.in_(MAKING_GOOD),
        table.subject_id == order_id, table.status.in_(_STANDS), table.shadow.is_(False),
        table.id != (besides or ""),
    )  # fmt: skip
    return [(row.kind, row.arguments) for row in books.connection.execute(query)]


def _others(books: Books, besides: str | None, since: datetime) -> list[Any]:
    table = decisions.c
    query = select(table.subject_id, table.arguments, table.decided_at).where(
        table.store_id == books.store_id, table.kind == REFUND, table.status.in_(LET_THROUGH),
        table.shadow.is_(False), table.id != (besides or ""), table.decided_at >= since,
    )  # fmt: skip
    return list(books.connection.execute(query))


def _at(row: Any) -> datetime:
    found: datetime = row.decided_at
    return found


def _sum(rows: list[Any], which: Any) -> Decimal:
    return sum((Decimal(row.arguments["amount"]) for row in rows if which(row)), Decimal(0))
