"""Mail with suppliers about an order: how ours went out, and what was answered."""

from __future__ import annotations

from datetime import datetime

from app.schemas.common import Model
from royal_platform.commerce.suppliers.answers import Said


class ParcelOut(Model):
    """A number that may be a parcel's, by its form; ``carrier`` null: the form does not say."""

    number: str
    carrier: str | None


class LabelledOut(Model):
    """What lines with a label say, like ``Status: shipped``; null: nothing, or not one thing."""

    said: Said | None
    tracking_number: str | None
    carrier: str | None
    supplier_reference: str | None


class SupplierReplyOut(Model):
    """A mail that answers ours or whose subject names the order, as its sender wrote it.

    Nothing of it is checked.
    """

    thread_id: str
    message_id: str
    author: str | None
    address: str | None
    text: str
    received_at: datetime
    parcels: list[ParcelOut]
    says: LabelledOut


class PurchaseMailOut(Model):
    """``state`` handing_over: whether the carrier took it is not known; it is not sent again."""

    message_id: str
    decision_id: str
    to: str | None
    state: str
    carrier: str
    sent_at: datetime | None
