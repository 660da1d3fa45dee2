"""A purchase order's way to its supplier by mail, as a proposal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.model import Evidence, Inverse, Proposal, Risk, Subject
from royal_platform.commerce.decisions.purchase_mail import PURCHASE_MAIL, purchase_mail_id
from royal_platform.commerce.inventory.model import PurchaseOrder
from royal_platform.commerce.inventory.receipt import PERSON
from royal_platform.commerce.messages.model import Purpose
from royal_platform.commerce.suppliers.model import OrderedFrom

_VALID_DAYS = 1
_NOT_UNSENT = "Mail that was sent cannot be taken back: write to the supplier."


def purchase_mail_proposal(
    order: PurchaseOrder, title: str, *, to: str, suppressed: str | None, who: str, now: datetime
) -> Proposal:
    """Sends the order as it is booked; it rests on the order still being open.

    ``suppressed``: why the address gets no more mail; None when it does.
    """
    return _proposal(
        order, title, to=to, suppressed=suppressed, now=now,
        rationale=f"{who} sends the purchase order {order.id} to {to}.",
    )  # fmt: skip


def standing_mail_proposal(
    order: PurchaseOrder, title: str, source: OrderedFrom, *, agent_id: str, to: str,
    suppressed: str | None, who: str, now: datetime,
) -> Proposal:  # fmt: skip
    """Sends the order that ``agent_id`` placed, as ``who`` said of this supplier's orders."""
    mail = _proposal(
        order, title, to=to, suppressed=suppressed, now=now,
        rationale=f"What is ordered from {source.name} goes to {to} by mail, as {who} entered.",
    )  # fmt: skip
    return replace(
        mail, agent_id=agent_id, provenance="agent",
        arguments={**mail.arguments, "supplier_id": source.supplier_id},
    )  # fmt: skip


def _proposal(
    order: PurchaseOrder, title: str, *, to: str, suppressed: str | None, now: datetime,
    rationale: str,
) -> Proposal:  # fmt: skip
    return Proposal(
        agent_id=PERSON,
        kind=PURCHASE_MAIL,
        subject=Subject("message", purchase_mail_id(order.id, to), title),
        arguments={
            "purchase_order_id": order.id, "to": to, "quantity": order.quantity,
            "sku": order.sku, "purpose": Purpose.TRANSACTIONAL.value,
        },
        precondition={
            "message": None, "status": "ordered", "quantity": order.quantity,
            "suppressed": suppressed,
        },
        evidence=(
            Evidence("Units ordered", order.quantity, "units", "ledger",
                     f"purchase order {order.id}, decision {order.decision_id}", now),
        ),
        rationale=rationale,
        prediction=None,
        risk=Risk(0.0),
        cost=None,
        money_at_stake=None,
        inverse=not_unsent(),
        expires_at=now + timedelta(days=_VALID_DAYS),
        provenance="person",
    )  # fmt: skip


def not_unsent() -> Inverse:
    """Mail is not called back."""
    return Inverse(None, None, _NOT_UNSENT)
