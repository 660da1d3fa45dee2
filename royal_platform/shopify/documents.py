"""The GraphQL documents, one file each, with the type of what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from royal_platform.shopify import schemas
from royal_platform.shopify.errors import ShopifyUnavailable

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Document(Generic[Answer]):
    """A document by its file's name; ``repeatable`` may be sent twice without a second effect."""

    name: str
    answer: type[Answer]
    repeatable: bool = True
    # Part of an approved change: it goes before whatever reads in the background.
    urgent: bool = False

    @property
    def text(self) -> str:
        """The document itself."""
        return read_document(self.name)

    def read(self, data: dict[str, Any]) -> Answer:
        """``data`` as the answer's type; ``ShopifyUnavailable`` when it has another shape."""
        if not issubclass(self.answer, BaseModel):
            return data  # type: ignore[return-value] # typed dictionaries are read as they come
        try:
            return self.answer.model_validate(data)
        except ValidationError as error:
            fields = ", ".join(
                ".".join(map(str, fault["loc"]))
                for fault in error.errors(include_input=False, include_url=False)
            )
            raise ShopifyUnavailable(
                f"The store's answer to {self.name!r} lacks what the schema promises: {fields}.",
                maybe_applied=True,
            ) from None


@cache
def read_document(name: str) -> str:
    """The text of ``documents/<name>.graphql``."""
    folder = resources.files("royal_platform.shopify") / "documents"
    return (folder / f"{name}.graphql").read_text(encoding="utf-8")


SHOP = Document("shop", schemas.ShopAnswer)
LOCATIONS = Document("locations", schemas.LocationsAnswer)
PRODUCTS_PAGE = Document("products_page", schemas.ProductsPage)
PRODUCT_VARIANTS = Document("product_variants", schemas.ProductVariantsAnswer)
COLLECTIONS_PAGE = Document("collections_page", schemas.CollectionsPage)
COLLECTION_PRODUCTS = Document("collection_products", schemas.CollectionProductsAnswer)
INVENTORY_PAGE = Document("inventory_page", schemas.InventoryPage)
CUSTOMERS_PAGE = Document("customers_page", schemas.CustomersPage)
ORDERS_PAGE = Document("orders_page", schemas.OrdersPage)
ORDER = Document("order", schemas.OrderAnswer)
ORDER_REFUNDS = Document("order_refunds", schemas.NodesAnswer)
ORDER_LINES = Document("order_lines", schemas.OrderLinesAnswer)
REFUND_LINES = Document("refund_lines", schemas.RefundLinesAnswer)
REFUND_ADJUSTMENTS = Document("refund_adjustments", schemas.RefundAdjustmentsAnswer)
PRODUCT_IDS = Document("product_ids", schemas.ProductIds)
ORDER_IDS = Document("order_ids", schemas.OrderIds)
START_BULK = Document("start_bulk", schemas.StartBulkAnswer, repeatable=False)
BULK_OPERATION = Document("bulk_operation", schemas.BulkOperationAnswer)
VARIANTS_TO_IMPORT = Document("variants_to_import", schemas.NodesAnswer)
VARIANT_PRICE = Document("variant_price", schemas.VariantPriceAnswer, urgent=True)
RECIPIENT = Document("recipient", schemas.RecipientAnswer, urgent=True)
CHECKOUTS_PAGE = Document("checkouts_page", schemas.CheckoutsPage)
CHECKOUT = Document("checkout", schemas.CheckoutAnswer, urgent=True)
STOCK_LEVEL = Document("stock_level", schemas.StockLevelAnswer, urgent=True)
WEBHOOK_SUBSCRIPTIONS = Document("webhook_subscriptions", schemas.WebhookSubscriptionsAnswer)
# Without @idempotent a second sending may have a second effect: read before repeating.
SET_PRICE = Document("set_price", schemas.SetPriceAnswer, repeatable=False, urgent=True)
PRODUCT_BY_HANDLE = Document("product_by_handle", schemas.ProductByHandleAnswer, urgent=True)
CREATE_PRODUCT = Document(
    "create_product", schemas.CreateProductAnswer, repeatable=False, urgent=True
)
SET_PRODUCT_STATUS = Document(
    "set_product_status", schemas.SetProductStatusAnswer, repeatable=False, urgent=True
)
SET_QUANTITY = Document("set_quantity", schemas.SetQuantityAnswer, urgent=True)
ADD_TAGS = Document("add_tags", schemas.AddTagsAnswer, urgent=True)
REMOVE_TAGS = Document("remove_tags", schemas.RemoveTagsAnswer, urgent=True)
UNSUBSCRIBE_WEBHOOK = Document("unsubscribe_webhook", schemas.UnsubscribeAnswer, repeatable=False)
SUBSCRIBE_WEBHOOK = Document("subscribe_webhook", schemas.SubscribeAnswer, repeatable=False)
