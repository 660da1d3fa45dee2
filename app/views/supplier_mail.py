"""Mail with suppliers on the wire."""

from __future__ import annotations

from app.schemas.supplier_mail import LabelledOut, ParcelOut, PurchaseMailOut, SupplierReplyOut
from royal_platform.commerce.suppliers.labels import Labelled
from royal_platform.commerce.suppliers.replies import Reply
from royal_platform.persistence.messages import StoredMessage


def mail(message: StoredMessage) -> PurchaseMailOut:
    """How a mail of ours went out."""
    return PurchaseMailOut(
        message_id=message.id,
        decision_id=message.decision_id,
        to=message.address,
        state=message.state.value,
        carrier=message.carrier,
        sent_at=message.sent_at,
    )


def reply(said: Reply) -> SupplierReplyOut:
    """What came back, as its sender wrote it."""
    return SupplierReplyOut(
        thread_id=said.thread_id,
        message_id=said.message_id,
        author=said.author,
        address=said.address,
        text=said.text,
        received_at=said.received_at,
        parcels=[ParcelOut(number=each.number, carrier=each.carrier) for each in said.parcels],
        says=_says(said.says),
    )


def _says(labels: Labelled) -> LabelledOut:
    parcel = labels.tracking
    return LabelledOut(
        said=labels.said,
        tracking_number=None if parcel is None else parcel.number,
        carrier=None if parcel is None else parcel.carrier,
        supplier_reference=labels.supplier_reference,
    )
