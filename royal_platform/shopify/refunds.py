"""``RefundReader`` and ``RefundWriter`` on Shopify; refunds carry their idempotency key."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from royal_platform.commerce.orders.model import OrderMoney, PaidBack
from royal_platform.shopify import documents
from royal_platform.shopify.batching import refusals
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected, rejected
from royal_platform.shopify.mapping import gid, local_id

_PAYMENTS = ("SALE", "CAPTURE")


class ShopifyRefunds:
    """What was paid for orders, as the live store states it."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def order_money(self, order_id: str) -> OrderMoney | None:
        """What was paid and given back; None when the store does not have the order."""
        answer = await self._client.run(documents.ORDER_MONEY, {"id": gid("Order", order_id)})
        found = answer.order
        if found is None:
            return None
        paid = [
            (each.id, each.gateway or "")
            for each in found.transactions
            if each.kind in _PAYMENTS and each.status == "SUCCESS"
        ]
        received = found.total_received_set
        lines = {local_id(each.id): each for each in found.line_items.nodes}
        return OrderMoney(
            id=local_id(found.id), name=found.name,
            customer_id=None if found.customer is None else local_id(found.customer.id),
            currency=found.currency_code, received=received.shop_money.amount,
            refunded=found.total_refunded_set.shop_money.amount,
            paid_by=paid[0] if paid else None,
            is_foreign=found.presentment_currency_code != found.currency_code,
            refundable={line_id: each.refundable_quantity for line_id, each in lines.items()},
            waiting={line_id: each.unfulfilled_quantity for line_id, each in lines.items()},
        )  # fmt: skip


class ShopifyRefundWriter:
    """Gives money back. Given to execution only."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def refund(
        self,
        order: OrderMoney,
        amount: Decimal,
        note: str,
        idempotency_key: str,
        back: PaidBack | None = None,
    ) -> None:
        """Give ``amount`` back to the payment it came from; the same key again gives nothing.

        The goods it is for are told as not restocked: nobody has them.
        Shopify keeps keys for a day: whoever resumes later compares what was given back first.
        """
        if order.paid_by is None or order.is_foreign:
            raise ShopifyRejected(
                "The order was not paid, or in another currency than the store's.",
                remedy="Give the money back in the Shopify admin.",
            )
        parent, gateway = order.paid_by
        payment = {
            "orderId": gid("Order", order.id), "parentId": parent, "gateway": gateway,
            "kind": "REFUND", "amount": format(amount, "f"),
        }  # fmt: skip
        given: dict[str, Any] = {
            "orderId": gid("Order", order.id), "note": note, "transactions": [payment],
        }  # fmt: skip
        if back is not None:
            given["refundLineItems"] = [
                {"lineItemId": gid("LineItem", line_id), "quantity": units,
                 "restockType": "NO_RESTOCK"}
                for line_id, units in back.goods.items()
            ]  # fmt: skip
            given["shipping"] = {"fullRefund": back.shipping}
        variables = {"input": given, "key": idempotency_key}
        answer = await self._client.run(documents.CREATE_REFUND, variables)
        errors = refusals(answer.refund_create, doing="the refund")
        if errors:
            raise rejected(errors, doing="the refund")
