"""Goods come in: entered once, decided by who enters them, carried out by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.errors import Conflict, Invalid
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, writing
from orchestrator.core.gate import gate_state
from orchestrator.core.ledger import refuse_denied
from orchestrator.core.proposing import release
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.inventory.receipt import Arrival, receipt_proposal
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.purchases import BookedPurchase
from royal_platform.persistence.receipts import Receipt, Receipts
from royal_platform.persistence.tables.catalog import inventory_levels, variants

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person enters. ``key`` is theirs: the same entry again changes nothing.

    ``final``: nothing more of the order will come. ``received_at`` None is now.
    """

    quantity: int
    key: str
    final: bool = False
    received_at: datetime | None = None


def receive(ground: Ground, order_id: str, entry: Entry, actor: Actor) -> Receipt:
    """Book a delivery: its stock change is approved by ``actor`` and on its way to the store.

    Raises ``NotFound``; ``Conflict`` for an order that is closed, goods that have no place in the
    store, or when the gate denies it; ``Invalid`` for a time before the order or after now.
    """
    name = actor_name(actor)
    with writing(ground) as books:
        receipts = Receipts(books.store_id)
        known = receipts.by_entry(books.connection, entry.key)
        if known is not None:
            return known
        booked = books.purchases.booked(books.connection, order_id)
        came_at = _checked(books, booked, entry)
        item, location = _place(books, booked)
        arrival = Arrival(booked.order, booked.title, entry.quantity, item, location, came_at, name)
        proposal = receipt_proposal(arrival, now=books.now)
        verdict = judge(proposal, books.policy, gate_state(books, proposal))
        refuse_denied(verdict, f"receipt of {order_id}")
        decision_id, _ = books.decisions.add(
            books.connection, proposal, verdict, now=books.now,
            proposal_key=f"receipt:{entry.key}",
        )  # fmt: skip
        receipt = Receipt(
            new_id("rcp"), order_id, decision_id, entry.quantity, entry.final, came_at, name,
            status="approved", failure=None,
        )  # fmt: skip
        receipts.add(books.connection, receipt, entry_key=entry.key, now=books.now)
        decision = books.decisions.get(books.connection, decision_id)
        books.tell_decision("decision.proposed", decision, name, ruling=verdict.ruling.value)
        release(books, decision, name)
    _log.info("receipt.entered", receipt_id=receipt.id, decision_id=decision_id, actor=name)
    return receipt


def close_short(ground: Ground, order_id: str, actor: Actor) -> None:
    """Say that nothing more of an order will come.

    Raises ``NotFound``; ``Conflict`` when nothing of it came: that order is cancelled instead.
    """
    with writing(ground) as books:
        booked = books.purchases.booked(books.connection, order_id)
        _refuse_closed(booked)
        last = Receipts(books.store_id).mark_last(books.connection, order_id)
        if not last:
            raise Conflict(
                f"Nothing of the purchase order {order_id!r} has come.",
                remedy=f"Undo the decision {booked.order.decision_id!r}: that cancels the order.",
            )
        books.purchases.settle(books.connection, order_id)
        books.tell(
            "purchase_order.closed", order_id, actor_name(actor),
            {"ordered": booked.order.quantity, "received": booked.order.received},
        )  # fmt: skip


def _checked(books: Books, booked: BookedPurchase, entry: Entry) -> datetime:
    _refuse_closed(booked)
    came_at = entry.received_at or books.now
    if not booked.created_at <= came_at <= books.now:
        raise Invalid(
            "The goods came in before they were ordered, or later than now.",
            remedy=f"Give a time from {booked.created_at:%Y-%m-%d %H:%M} UTC to now.",
        )
    return came_at


def _refuse_closed(booked: BookedPurchase) -> None:
    if booked.order.status != "ordered":
        raise Conflict(
            f"The purchase order {booked.order.id!r} is {booked.order.status} already.",
            remedy="Undo its last receipt to open it again; a cancelled order is not revived.",
        )


def _place(books: Books, booked: BookedPurchase) -> tuple[str, str]:
    """Where the goods go: the order's location, or the one place the store keeps the variant."""
    order, levels = booked.order, inventory_levels.c
    query = (
        select(levels.inventory_item_id, levels.location_id)
        .join(
            variants,
            (variants.c.store_id == levels.store_id)
            & (variants.c.inventory_item_id == levels.inventory_item_id),
        )
        .where(variants.c.store_id == books.store_id, variants.c.id == order.variant_id)
        .where(variants.c.deleted_at.is_(None))
    )
    places = [(str(item), str(where)) for item, where in books.connection.execute(query)]
    named = [place for place in places if place[1] == order.location_id]
    found = named or (places if len(places) == 1 else [])
    if not found:
        raise Conflict(
            f"The store does not say where {booked.title} is kept.",
            remedy="Stock it at a location in the store's admin, synchronise, and enter it again.",
        )
    return found[0]
