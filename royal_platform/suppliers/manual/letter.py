"""The mails that orders go out with; the order itself is the document in it."""

from __future__ import annotations

from html import escape

from royal_platform.commerce.inventory.model import PurchaseOrder
from royal_platform.commerce.messages.model import Rendered
from royal_platform.commerce.suppliers.model import OrderRequest


def purchase_letter(order: PurchaseOrder, *, title: str, buyer: str) -> Rendered:
    """Words beside the document, in English as the document is."""
    article = title if order.sku is None else f"{title} ({order.sku})"
    paragraphs = (
        f"Our purchase order {order.id} is attached: {order.quantity} x {article}.",
        "Please confirm it by answering this mail, and leave the number in the subject.",
        buyer,
    )
    return _letter(f"Purchase order {order.id}", paragraphs)


def order_letter(order: OrderRequest, *, buyer: str) -> Rendered:
    """Words beside a customer's order. They are kept, so they name no customer and no address."""
    articles = ", ".join(f"{each.quantity} x {each.supplier_sku}" for each in order.lines)
    paragraphs = (
        f"Our order {order.reference} is attached: {articles}.",
        "It is to be sent to our customer: the address is in the document and in the text file.",
        "Please answer this mail, and leave the number in the subject: do you accept it?",
        "When it leaves, please tell us the carrier and the number of the parcel.",
        "Lines like 'Status: accepted' (or refused, or shipped) are read fastest,",
        "as are 'Carrier: ...', 'Tracking: ...' and, for your number, 'Our number: ...'.",
        buyer,
    )
    return _letter(f"Order {order.reference}", paragraphs)


def cancel_letter(reference: str, *, buyer: str) -> Rendered:
    """Asks a supplier not to send an order."""
    paragraphs = (
        f"Please cancel our order {reference} if it has not left yet.",
        "Please answer this mail, and leave the number in the subject: is it cancelled?",
        "If it has left already, please tell us the carrier and the number of the parcel.",
        buyer,
    )
    return _letter(f"Please cancel order {reference}", paragraphs)


def order_text(order: OrderRequest) -> str:
    """The whole order as plain text, with every letter of its address."""
    lines = [
        f"{each.quantity} x {each.supplier_sku}" + (f" ({each.title})" if each.title else "")
        for each in order.lines
    ]
    return "\n".join([f"Order {order.reference}", "", *lines, "", "Deliver to:",
                      *delivery_lines(order), ""])  # fmt: skip


def delivery_lines(order: OrderRequest) -> tuple[str, ...]:
    """Where it shall go, as it is written on a parcel."""
    to = order.recipient
    if to is None:
        return ()
    given = (
        to.name, to.address1, to.address2, f"{to.postal_code} {to.city}".strip(), to.province,
        to.country, to.phone,
    )  # fmt: skip
    return tuple(" ".join(each.split()) for each in given if each)


def _letter(subject: str, paragraphs: tuple[str, ...]) -> Rendered:
    return Rendered(
        subject,
        "".join(f"<p>{escape(each)}</p>" for each in paragraphs),
        "\n\n".join(paragraphs) + "\n",
    )
