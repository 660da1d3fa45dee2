"""``DiscountReader`` and ``DiscountWriter`` on Shopify: basic codes of one use."""

from __future__ import annotations

from datetime import UTC

from royal_platform.commerce.marketing.model import CodeWish, Discount
from royal_platform.shopify import documents
from royal_platform.shopify.batching import refusals
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected, rejected
from royal_platform.shopify.mapping import gid


class ShopifyDiscounts:
    """Codes as the live store has them."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def discount(self, code: str) -> Discount | None:
        """The code now; None when the store has none like it."""
        answer = await self._client.run(documents.DISCOUNT_BY_CODE, {"code": code})
        found = answer.code_discount_node_by_code
        if found is None:
            return None
        told = found.code_discount
        return Discount(
            id=found.id, code=code, in_force=told.status == "ACTIVE", uses=told.async_usage_count
        )


class ShopifyDiscountWriter:
    """Makes and ends codes. Given to execution only."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._codes = ShopifyDiscounts(client)

    async def create(self, wish: CodeWish, idempotency_key: str) -> None:  # noqa: ARG002 - codes are unique: a second one of the name is refused
        """Make the code, unless it is there."""
        if await self._codes.discount(wish.code) is not None:
            return
        goods = [gid("ProductVariant", each) for each in wish.variants]
        given = {
            "title": wish.title[:255], "code": wish.code, "usageLimit": 1,
            "appliesOncePerCustomer": True,
            "startsAt": wish.starts_at.astimezone(UTC).isoformat(),
            "endsAt": wish.ends_at.astimezone(UTC).isoformat(),
            "context": {"customers": {"add": [gid("Customer", wish.customer_id)]}},
            "customerGets": {
                "value": {"percentage": wish.percent / 100},
                "items": {"products": {"productVariantsToAdd": goods}},
            },
        }  # fmt: skip
        answer = await self._client.run(documents.CREATE_DISCOUNT, {"discount": given})
        errors = refusals(answer.discount_code_basic_create, doing="the code")
        if errors:
            raise rejected(errors, doing="the code")

    async def end(self, code: str, idempotency_key: str) -> None:  # noqa: ARG002 - an ended code stays ended
        """End the code; one that has ended already stays as it is."""
        found = await self._codes.discount(code)
        if found is None:
            raise ShopifyRejected("The store has no such code.", remedy="Look at its discounts.")
        if not found.in_force:
            return
        answer = await self._client.run(documents.END_DISCOUNT, {"id": found.id})
        errors = refusals(answer.discount_code_deactivate, doing="ending the code")
        if errors:
            raise rejected(errors, doing="ending the code")
