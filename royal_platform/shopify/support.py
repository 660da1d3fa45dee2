"""``CustomerOrders``, ``PolicyReader`` and ``ShopWindow`` on Shopify, when an answer is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import unescape

from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.knowledge import CustomerOrder, Parcel, Policy
from royal_platform.shopify import answers, documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.mapping import gid, local_id

_NEWEST = 5
_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|h[1-6]|br|tr|table)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_GONE = frozenset({"CANCELLED", "ERROR", "FAILURE"})
_SENT = frozenset({"FULFILLED", "PARTIALLY_FULFILLED"})

Node = answers.CustomerOrdersCustomerOrdersNodes
Shipped = answers.CustomerOrdersCustomerOrdersNodesFulfillments


class ShopifySupport:
    """Facts of one customer, and the shop's policies, as the live store has them at ``now``."""

    def __init__(self, client: ShopifyClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now

    async def of(self, customer_id: str) -> Sequence[CustomerOrder]:
        """The customer's newest orders. Only this customer is asked about, by id."""
        answer = await self._client.run(
            documents.CUSTOMER_ORDERS, {"id": gid("Customer", customer_id), "first": _NEWEST}
        )
        found = answer.customer
        if found is None or local_id(found.id) != local_id(customer_id):
            return ()
        return tuple(_order(node, self._now()) for node in found.orders.nodes)

    async def shown(self, product_ids: Sequence[str]) -> Mapping[str, str]:
        """The descriptions of those that are active and published by now."""
        texts = {}
        for each in product_ids:
            answer = await self._client.run(documents.SHOWN_PRODUCT, {"id": gid("Product", each)})
            found = answer.product
            if found is None or found.status != "ACTIVE" or found.published_at is None:
                continue
            if found.published_at <= self._now():
                texts[each] = found.description
        return texts

    async def policies(self) -> Sequence[Policy]:
        """The shop's legal policies as plain text."""
        answer = await self._client.run(documents.SHOP_POLICIES, {})
        return tuple(
            Policy(local_id(each.id), each.title, plain(each.body), each.url, each.updated_at)
            for each in answer.shop.shop_policies
        )


def plain(html: str) -> str:
    """The text of a page, its blocks as paragraphs."""
    return unescape(_TAG.sub("", _BLOCK.sub("\n\n", html))).strip()


def _order(node: Node, now: datetime) -> CustomerOrder:
    total, refunded = node.total_price_set.shop_money, node.total_refunded_set.shop_money
    parcels = tuple(_parcel(each) for each in node.fulfillments if each.status not in _GONE)
    return CustomerOrder(
        id=local_id(node.id),
        name=node.name,
        ordered_at=node.processed_at,
        cancelled_at=node.cancelled_at,
        is_sent=bool(parcels) or node.display_fulfillment_status in _SENT,
        total=Money(total.amount, total.currency_code),
        refunded=Money(refunded.amount, refunded.currency_code),
        lines=tuple((line.title, line.quantity) for line in node.line_items.nodes),
        parcels=parcels,
        as_of=now,
    )


def _parcel(shipped: Shipped) -> Parcel:
    told = shipped.tracking_info[0] if shipped.tracking_info else None
    url = None if told is None or not (told.url or "").startswith("https://") else told.url
    return Parcel(
        shipped_at=shipped.created_at,
        carrier=None if told is None else told.company or None,
        number=None if told is None else told.number or None,
        url=url,
        delivered_at=shipped.delivered_at,
        expected_at=shipped.estimated_delivery_at,
    )
