"""``address.change``: an order goes elsewhere, as long as nothing of it has left."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.errors import Conflict
from orchestrator.core.action import Facts
from orchestrator.core.books import Books, Ground, reading
from orchestrator.core.fulfilling import Counter, order_facts
from orchestrator.core.refunding import LET_THROUGH, made_good_by
from royal_platform.commerce.decisions.addresses import FIELDS, READDRESS
from royal_platform.commerce.decisions.helping import HELPING
from royal_platform.commerce.decisions.making_good import lines_of
from royal_platform.commerce.decisions.model import Decision, HelpState, Inverse, Proposal
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.fulfilment.model import ShippingAddress
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.tables.decisions import decisions

# Of an address what stores keep as it was given: they complete provinces and rewrite phones.
_MARKED = (
    "first_name", "last_name", "address1", "address2", "postal_code", "city", "country",
)  # fmt: skip
_NOT_ORDERED = frozenset({"refused", "cancelled"})
_MONTH = timedelta(days=30)
# Whatever a decision rests on, a parcel that has left goes where it goes.
_STILL_HERE: Mapping[str, Any] = {
    "open": True, "cancelled": False, "shipped": False, "at_supplier": False,
}  # fmt: skip


class AddressAction:
    """Told and logged is a mark of the address only; the address itself is erased with its person.

    It is written while nothing has left and no supplier was told the earlier address.
    """

    def __init__(self, ground: Ground, counter: Counter) -> None:
        self._ground = ground
        self._reader, self._writer = counter.reader, counter.writer

    async def read(self, decision: Decision) -> Facts | None:
        """How the order stands, where it goes, and whether a supplier sends it."""
        order_id = decision.proposal.subject.id
        state = await self._reader.order_state(order_id)
        if state is None:
            return None
        address = None if state.address is None else asdict(state.address)
        with reading(self._ground) as books:
            at_supplier = ordered_at_supplier(books, order_id)
        return {
            **order_facts(state), "at_supplier": at_supplier, "address": address,
            "address_mark": mark(address),
        }  # fmt: skip

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Facts that are no longer what the change was decided on, or that it has left."""
        expected = {**_STILL_HERE, **decision.proposal.precondition}
        return mismatches(expected, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """The address that was decided, by its mark."""
        return {"address_mark": mark(decision.proposal.arguments["address"])}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:
        """Send it there, unless it left since it was looked at."""
        order_id = decision.proposal.subject.id
        state = await self._reader.order_state(order_id)
        if state is None or state.cancelled or state.tracking or not before.get("open"):
            raise Conflict(
                "The order has left or was cancelled.", remedy="Look at the order and decide anew."
            )
        address = decision.proposal.arguments["address"]
        await self._writer.readdress(order_id, address_of(address), key)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """The address before, field by field."""
        earlier = before.get("address")
        if not earlier or not earlier.get("address1"):
            return Inverse(None, None, "The order had no address before: cancel it instead.")
        arguments = {"order_id": decision.proposal.subject.id, "address": earlier}
        return Inverse(
            READDRESS, arguments, "Sends it to the earlier address, as long as it has not left."
        )


def address_of(told: Mapping[str, Any]) -> ShippingAddress:
    """The address that a decision's arguments hold."""
    return ShippingAddress(**{name: told.get(name) for name in FIELDS})


def mark(address: Mapping[str, Any] | None) -> str | None:
    """The same for the same address, however its words are spaced or capitalised."""
    if address is None:
        return None
    parts = [" ".join(str(address.get(name) or "").casefold().split()) for name in _MARKED]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def ordered_at_supplier(books: Books, order_id: str) -> bool:
    """Whether a supplier was told to send it to its customer and may still do so."""
    placed = SupplierOrders(books.store_id).for_orders(books.connection, [order_id])
    return any(each.order.status not in _NOT_ORDERED for each in placed.get(order_id, []))


def help_state(books: Books, proposal: Proposal, besides: str | None) -> HelpState | None:
    """Other changes let through: of this order, this customer (30 days), and today."""
    if proposal.kind not in HELPING or not proposal.arguments.get("thread_id"):
        return None
    today = books.clock.day_start(books.clock.local_day(books.now))
    others = _others(books, besides, min(today, books.now - _MONTH))
    customer = proposal.arguments.get("customer_id")
    order_id = proposal.arguments.get("order_id")
    return HelpState(
        of_order=sum(_order_of(row) == order_id for row in others),
        of_customer=sum(
            bool(customer) and row.arguments.get("customer_id") == customer for row in others
        ),
        today=sum(_at(row) >= today for row in others),
        made_good=frozenset().union(
            *(lines_of(given) for _, given in made_good_by(books, str(order_id), besides))
        ),
    )


def _others(books: Books, besides: str | None, since: datetime) -> list[Any]:
    table = decisions.c
    query = select(table.arguments, table.decided_at).where(
        table.store_id == books.store_id, table.kind.in_(HELPING), table.status.in_(LET_THROUGH),
        table.shadow.is_(False), table.id != (besides or ""), table.decided_at >= since,
        table.reverts.is_(None),
    )  # fmt: skip
    # An order cancelled for fraud is no help that a customer asked for.
    return [row for row in books.connection.execute(query) if row.arguments.get("thread_id")]


def _order_of(row: Any) -> str | None:
    found: str | None = row.arguments.get("order_id")
    return found


def _at(row: Any) -> datetime:
    found: datetime = row.decided_at
    return found
