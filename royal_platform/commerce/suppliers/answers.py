"""What a supplier's mail says of a customer's order, entered by a person: what it makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from royal_platform.commerce.suppliers.model import OrderStatus, SupplierOrder, Tracking

Said = Literal["accepted", "shipped", "delivered", "cancelled", "refused"]

_FROM: Mapping[Said, frozenset[OrderStatus]] = {
    # Said again with another promise; after ``cancel_asked`` it says that it sends it all the same.
    "accepted": frozenset({"unconfirmed", "in_doubt", "accepted", "cancel_asked"}),
    # Shipped already: another number for the parcel.
    "shipped": frozenset({"unconfirmed", "in_doubt", "accepted", "cancel_asked", "shipped"}),
    "delivered": frozenset({"shipped"}),
    "cancelled": frozenset({"accepted", "cancel_asked"}),
    # Of one in doubt: it never arrived.
    "refused": frozenset({"unconfirmed", "in_doubt"}),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mail says; ``tracking`` goes with ``shipped`` and with nothing else.

    ``message_id`` is the mail it was read in, None when it was told otherwise.
    """

    said: Said
    supplier_reference: str | None = None
    promised_at: datetime | None = None
    tracking: Tracking | None = None
    message_id: str | None = None


def can_say(status: OrderStatus) -> tuple[Said, ...]:
    """What may be entered of an order by mail that stands so; nothing of one that is closed."""
    return tuple(said for said, before in _FROM.items() if status in before)


def answered(order: SupplierOrder, answer: Answer, now: datetime) -> SupplierOrder | None:
    """The order as the answer states it; None when that cannot follow how it stands.

    What the answer is silent about stays as it was.
    """
    if answer.said not in can_say(order.status):
        return None
    if (answer.said == "shipped") != (answer.tracking is not None):
        return None
    return replace(
        order,
        status=answer.said,
        supplier_reference=answer.supplier_reference or order.supplier_reference,
        promised_at=answer.promised_at or order.promised_at,
        shipped_at=order.shipped_at or (now if answer.said == "shipped" else None),
        delivered_at=now if answer.said == "delivered" else order.delivered_at,
        tracking=answer.tracking or order.tracking,
    )
