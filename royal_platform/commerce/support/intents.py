"""What customers write about, as labels: each with the meaning a model or a person is told."""

from __future__ import annotations

from enum import StrEnum

from royal_platform.commerce.language.model import Label


class Intent(StrEnum):
    """What a message wants. ``UNSURE`` is an answer too: a person reads it."""

    ORDER_STATUS = "order_status"
    CANCEL = "cancel"
    ADDRESS_CHANGE = "address_change"
    RETURN = "return"
    EXCHANGE = "exchange"
    REFUND = "refund"
    DAMAGED = "damaged"
    NOT_RECEIVED = "not_received"
    PRODUCT_QUESTION = "product_question"
    DISCOUNT = "discount"
    PAYMENT = "payment"
    FEEDBACK = "feedback"
    OTHER = "other"
    UNSURE = "unsure"


_MEANINGS = {
    Intent.ORDER_STATUS: "asks where an order is or when it comes",
    Intent.CANCEL: "wants an order stopped before it is sent",
    Intent.ADDRESS_CHANGE: "wants an order delivered to another address",
    Intent.RETURN: "wants to send goods back, or asks how",
    Intent.EXCHANGE: "wants another size, colour or article instead",
    Intent.REFUND: "asks for money back or when it comes",
    Intent.DAMAGED: "received something broken, wrong or incomplete",
    Intent.NOT_RECEIVED: "a parcel is said to be delivered, or is lost, and did not arrive",
    Intent.PRODUCT_QUESTION: "asks about an article before or after buying",
    Intent.DISCOUNT: "asks for a discount, or a code or voucher does not work",
    Intent.PAYMENT: "a payment, charge or invoice",
    Intent.FEEDBACK: "thanks, praise, a tip or a complaint that asks for nothing",
    Intent.OTHER: "anything else: accounts, jobs, offers from others, privacy",
}
LABELS = tuple(Label(intent, meaning) for intent, meaning in _MEANINGS.items())


def intent_of(label: str | None) -> Intent:
    """The intent of a label; ``UNSURE`` for none and for words that are no label."""
    known = {each.name for each in LABELS}
    return Intent(label) if label in known else Intent.UNSURE
