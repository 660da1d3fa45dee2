"""``CheckoutSignals`` on Shopify: abandoned checkouts are asked for, none is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from royal_platform.commerce.marketing.model import Signal, Trigger
from royal_platform.commerce.shared.model import Money
from royal_platform.shopify import documents
from royal_platform.shopify.answers import CheckoutsPageAbandonedCheckoutsNodes as CheckoutNode
from royal_platform.shopify.answers import (
    CheckoutsPageAbandonedCheckoutsNodesLineItemsNodes as LineNode,
)
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.mapping import local_id
from royal_platform.shopify.pages import PageReader

_PAGE = 50


class ShopifyCheckouts:
    """Checkouts of the live store."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def abandoned(self, since: datetime) -> Sequence[Signal]:
        """Those begun since, of known customers, not yet finished; the oldest first."""
        found: list[Signal] = []

        def store(nodes: list[CheckoutNode], _following: str | None) -> None:
            found.extend(
                _signal(node, node["customer"]["id"])
                for node in nodes
                if node["customer"] is not None and node["completedAt"] is None
            )

        await PageReader(self._client, _PAGE).read(
            documents.CHECKOUTS_PAGE, "abandonedCheckouts", store,
            query=f"created_at:>='{since:%Y-%m-%dT%H:%M:%SZ}'",
        )  # fmt: skip
        return found


def _signal(node: CheckoutNode, customer: str) -> Signal:
    lines = [
        {"title": line["title"], "quantity": line["quantity"], "price": _price(line)}
        for line in node["lineItems"]["nodes"]
    ]
    return Signal(
        Trigger.CHECKOUT_ABANDONED,
        local_id(node["id"]),
        local_id(customer),
        datetime.fromisoformat(node["createdAt"]),
        {"lines": lines},
        variants=tuple(
            local_id(line["variant"]["id"])
            for line in node["lineItems"]["nodes"]
            if line["variant"] is not None
        ),
    )


def _price(line: LineNode) -> str:
    told = line["discountedTotalPriceSet"]["shopMoney"]
    return str(Money(Decimal(told["amount"]), told["currencyCode"]))
