"""Goods that came in against a purchase order, as a proposal that adds them to the stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.model import Evidence, Inverse, Proposal, Risk, Subject
from royal_platform.commerce.inventory.model import PurchaseOrder

# Under which name a person's own acts stand in the ledger; no agent has it.
PERSON = "person"
_VALID_DAYS = 1


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units of an order that came in, when, where they are put, and who says so."""

    order: PurchaseOrder
    title: str
    quantity: int
    inventory_item_id: str
    location_id: str
    received_at: datetime
    who: str


def receipt_proposal(arrival: Arrival, *, now: datetime) -> Proposal:
    """Adds the units to what is there; the person who enters it decides it, the gate judges it."""
    order, units = arrival.order, arrival.quantity
    arguments = {
        "inventory_item_id": arrival.inventory_item_id,
        "location_id": arrival.location_id,
        "purchase_order_id": order.id,
    }
    noun = "unit" if units == 1 else "units"
    before = order.received
    return Proposal(
        agent_id=PERSON,
        kind="inventory.adjust",
        subject=Subject("variant", order.variant_id, arrival.title),
        arguments={**arguments, "add": units},
        precondition={},
        evidence=(
            Evidence("Units received", units, "units", "person", arrival.who, arrival.received_at),
            Evidence("Units ordered", order.quantity, "units", "ledger",
                     f"purchase order {order.id}, decision {order.decision_id}", now),
            Evidence("Units received before", before, "units", "ledger",
                     f"receipts of {order.id}", now),
        ),
        rationale=(
            f"{arrival.who} received {units} {noun} on {arrival.received_at:%Y-%m-%d}; "
            f"{order.quantity} were ordered and {before} had come before."
        ),
        prediction=None,
        risk=Risk(0.0),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            "inventory.adjust", {**arguments, "add": -units},
            f"Takes {units} {noun} out of the stock again.",
        ),
        expires_at=now + timedelta(days=_VALID_DAYS),
        provenance="person",
    )  # fmt: skip
