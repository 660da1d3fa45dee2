"""The mail that a purchase order goes out with; the order itself is the document in it."""

from __future__ import annotations

from html import escape

from royal_platform.commerce.inventory.model import PurchaseOrder
from royal_platform.commerce.messages.model import Rendered


def purchase_letter(order: PurchaseOrder, *, title: str, buyer: str) -> Rendered:
    """Words beside the document, in English as the document is."""
    article = title if order.sku is None else f"{title} ({order.sku})"
    paragraphs = (
        f"Our purchase order {order.id} is attached: {order.quantity} x {article}.",
        "Please confirm it by answering this mail, and leave the number in the subject.",
        buyer,
    )
    return Rendered(
        f"Purchase order {order.id}",
        "".join(f"<p>{escape(each)}</p>" for each in paragraphs),
        "\n\n".join(paragraphs) + "\n",
    )
