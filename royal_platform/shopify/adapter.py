"""Commerce's live ports on Shopify: every write is read back, none is repeated from here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from royal_platform.commerce.catalog.model import (
    CompareAt,
    LiveProduct,
    ProductDraft,
    VariantPrice,
)
from royal_platform.commerce.inventory.model import StockLevel
from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.shared.model import Money
from royal_platform.shopify import documents
from royal_platform.shopify.batching import StockChange, batches_of, refusals
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnavailable, rejected
from royal_platform.shopify.mapping import gid, local_id
from royal_platform.shopify.reading import reads_of
from royal_platform.shopify.schemas import Outcome

Told = TypeVar("Told")


class ShopifyReader:
    """``PriceReader``, ``StockReader`` and ``TagReader``: the live store, asked."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._reads = reads_of(client)

    async def variant_price(self, variant_id: str) -> VariantPrice | None:
        """The price in force now; None when the variant no longer exists."""
        found, currency = await self._reads.variant(gid("ProductVariant", variant_id))
        if found is None:
            return None
        cost = _told(found.inventory_item).unit_cost
        crossed = found.compare_at_price
        return VariantPrice(
            variant_id=local_id(variant_id),
            product_id=local_id(_told(found.product).id),
            price=Money(_told(found.price), currency),
            compare_at=None if crossed is None else Money(crossed, currency),
            unit_cost=None if cost is None else Money(cost.amount, cost.currency_code),
            updated_at=_told(found.updated_at),
        )

    async def product(self, handle: str) -> LiveProduct | None:
        """The product under this handle; None when there is none."""
        answer = await self._client.run(documents.PRODUCT_BY_HANDLE, {"handle": handle})
        found = answer.product_by_identifier
        if found is None or not found.variants.nodes:
            return None
        variant = found.variants.nodes[0]
        return LiveProduct(
            local_id(found.id), found.handle, found.title, found.status, local_id(variant.id),
            variant.sku, variant.price,
        )  # fmt: skip

    async def descriptions(self, most: int, besides: Collection[str]) -> list[Passage]:
        """What stands on the pages of products for sale, the last changed first.

        Of ``most`` products at most, without the handles ``besides``.
        """
        answer = await self._client.run(documents.PRODUCT_DESCRIPTIONS, {"first": most})
        return [
            Passage(
                f"description:{local_id(each.id)}", each.description,
                "a description that the shop published", each.updated_at,
            )
            for each in answer.products.nodes
            if each.description and each.handle not in besides
        ]  # fmt: skip

    async def tags(self, resource_id: str) -> list[str] | None:
        """The tags of an order; None when the store does not have it."""
        answer = await self._client.run(documents.ORDER_TAGS, {"id": _resource(resource_id)})
        return None if answer.order is None else answer.order.tags

    async def stock_level(self, inventory_item_id: str, location_id: str) -> StockLevel | None:
        """The level now; None when the item is not stocked there."""
        item = await self._reads.level(
            gid("InventoryItem", inventory_item_id), gid("Location", location_id)
        )
        if item is None or item.inventory_level is None:
            return None
        level = item.inventory_level
        found = {each.name: each.quantity for each in level.quantities}
        sold_as = item.variants.nodes if item.variants else []
        return StockLevel(
            variant_id=local_id(sold_as[0].id) if sold_as else "",
            inventory_item_id=local_id(inventory_item_id),
            location_id=local_id(location_id),
            available=found.get("available"),
            on_hand=found.get("on_hand"),
            committed=found.get("committed"),
            incoming=found.get("incoming"),
            updated_at=level.updated_at,
        )


class ShopifyWriter:
    """``PriceWriter``, ``StockWriter`` and ``TagWriter``. Given to execution only."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._batches = batches_of(client)
        self._reader = ShopifyReader(client)

    async def set_price(
        self,
        product_id: str,
        variant_id: str,
        price: Money,
        compare_at: Money | CompareAt | None,
        idempotency_key: str,  # noqa: ARG002 - this mutation takes none: it is read before repeating
    ) -> VariantPrice:
        """Write the price (``compare_at`` None leaves the other); return what the store then says.

        One attempt. Raises ``ShopifyRejected`` with the field and a remedy, or
        ``ShopifyUnavailable`` when the store does not show the price after an answer was lost.
        """
        change: dict[str, Any] = {
            "id": gid("ProductVariant", variant_id),
            "price": _decimal_text(price.amount),
        }
        if compare_at is not None:
            change["compareAtPrice"] = (
                None if isinstance(compare_at, CompareAt) else _decimal_text(compare_at.amount)
            )
        try:
            await self._batches.set_price(gid("Product", product_id), change)
        except ShopifyUnavailable as error:
            if not error.maybe_applied:
                raise
            stored = await self._reader.variant_price(variant_id)
            if stored is not None and _has(stored, price, compare_at):
                return stored
            # Not written again from here: whether it may still be is asked anew by execution,
            # which looks at the stop and at the store before each write.
            raise
        stored = await self._reader.variant_price(variant_id)
        if stored is None or not _has(stored, price, compare_at):
            raise ShopifyRejected(
                "The store accepted the price change but does not show it.",
                remedy="Look at the product in the Shopify admin: another app may have changed it.",
                code="READ_BACK_DIFFERS",
                field="price",
            )
        return stored

    async def set_quantity(
        self,
        inventory_item_id: str,
        location_id: str,
        quantity: int,
        change_from: int | None,
        idempotency_key: str,
    ) -> StockLevel:
        """Set the available units if they still are ``change_from``; return the level read back.

        Repeating it with the same key has one effect. Raises ``ShopifyRejected`` with code
        ``CHANGE_FROM_QUANTITY_STALE`` when the stock has changed meanwhile.
        """
        quantities = {
            "inventoryItemId": gid("InventoryItem", inventory_item_id),
            "locationId": gid("Location", location_id),
            "quantity": quantity,
            "changeFromQuantity": change_from,
        }
        await self._batches.set_quantity(StockChange(quantities, idempotency_key))
        level = await self._reader.stock_level(inventory_item_id, location_id)
        if level is None:
            raise ShopifyRejected(
                "The store accepted the stock change but no longer stocks the item there.",
                remedy="Look at the item's locations in the Shopify admin.",
                code="READ_BACK_DIFFERS",
                field="quantity",
            )
        return level

    async def create_draft(self, draft: ProductDraft, idempotency_key: str) -> None:  # noqa: ARG002 - found again by its handle
        """Make the product hidden with its one variant's SKU, price and cost, in one call.

        What is there already under the handle is left as it is: whoever looks next sees whether
        it is ours, made before an answer was lost, or somebody else's.
        """
        if await self._reader.product(draft.handle) is not None:
            return
        answer = await self._client.run(
            documents.SET_PRODUCT,
            {"identifier": {"handle": draft.handle}, "input": _hidden(draft)},
        )
        _check(answer.product_set, doing="the product")
        if await self._reader.product(draft.handle) is None:
            raise ShopifyUnavailable("The store does not show the new product.", maybe_applied=True)

    async def set_status(self, product_id: str, status: str, idempotency_key: str) -> None:  # noqa: ARG002 - setting twice sets once
        """Show, hide or archive the product."""
        product = {"id": gid("Product", product_id), "status": status}
        answer = await self._client.run(documents.SET_PRODUCT_STATUS, {"product": product})
        _check(answer.product_update, doing="the product's status")

    async def add_tags(self, resource_id: str, tags: Sequence[str], idempotency_key: str) -> None:  # noqa: ARG002 - adding twice adds once
        """Add tags to ``Type/id`` or a global id; those already there stay."""
        variables = {"id": _resource(resource_id), "tags": list(tags)}
        answer = await self._client.run(documents.ADD_TAGS, variables)
        _check(answer.tags_add, doing="the tags")

    async def remove_tags(
        self,
        resource_id: str,
        tags: Sequence[str],
        idempotency_key: str,  # noqa: ARG002 - removing twice removes once
    ) -> None:
        """Remove tags from ``Type/id`` or a global id; those already gone stay gone."""
        variables = {"id": _resource(resource_id), "tags": list(tags)}
        answer = await self._client.run(documents.REMOVE_TAGS, variables)
        _check(answer.tags_remove, doing="the tags")


def _hidden(draft: ProductDraft) -> dict[str, Any]:
    item: dict[str, Any] = {"tracked": True}
    if draft.unit_cost is not None:
        item["cost"] = _decimal_text(draft.unit_cost.amount)
    variant = {
        "optionValues": [{"optionName": "Title", "name": "Default Title"}],
        "sku": draft.sku, "price": _decimal_text(draft.price.amount), "inventoryItem": item,
    }  # fmt: skip
    return {
        "title": draft.title, "handle": draft.handle, "vendor": draft.vendor,
        "productType": draft.product_type, "descriptionHtml": draft.description,
        "status": "DRAFT", "tags": list(draft.tags), "variants": [variant],
        "productOptions": [{"name": "Title", "values": [{"name": "Default Title"}]}],
        **_pictured(draft),
    }  # fmt: skip


def _pictured(draft: ProductDraft) -> dict[str, Any]:
    """The picture is fetched by the store itself, after it has answered."""
    if draft.image_url is None:
        return {}
    image = {"originalSource": draft.image_url, "contentType": "IMAGE", "alt": draft.title}
    return {"files": [image]}


def _check(outcome: Outcome | None, *, doing: str) -> None:
    errors = refusals(outcome, doing=doing)
    if errors:
        raise rejected(errors, doing=doing)


def _has(stored: VariantPrice, price: Money, compare_at: Money | CompareAt | None) -> bool:
    wanted = None if isinstance(compare_at, CompareAt) else compare_at
    same_compare = compare_at is None or stored.compare_at == wanted
    return stored.price.amount == price.amount and same_compare


def _decimal_text(amount: Decimal) -> str:
    return format(amount, "f")


def _resource(resource_id: str) -> str:
    kind, _, identifier = resource_id.rpartition("/")
    return gid(kind, identifier) if not resource_id.startswith("gid://") else resource_id


def _told(value: Told | None) -> Told:
    """What the schema promises of every node of this kind."""
    if value is None:
        raise ShopifyUnavailable(
            "The store's answer lacks what the schema promises.", maybe_applied=True
        )
    return value
