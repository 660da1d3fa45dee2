"""The GraphQL documents, one file each, with the type of what they answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from royal_platform.shopify import answers
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


SHOP = Document("shop", answers.Shop)
LOCATIONS = Document("locations", answers.Locations)
PRODUCTS_PAGE = Document("products_page", answers.ProductsPage)
PRODUCT_VARIANTS = Document("product_variants", answers.ProductVariants)
COLLECTIONS_PAGE = Document("collections_page", answers.CollectionsPage)
OWNER_METAFIELDS = Document("owner_metafields", answers.OwnerMetafields)
SHOP_METAFIELDS = Document("shop_metafields", answers.ShopMetafields)
DISCOUNTS_PAGE = Document("discounts_page", answers.DiscountsPage)
FULFILLMENT_ORDERS_PAGE = Document("fulfillment_orders_page", answers.FulfillmentOrdersPage)
FULFILLMENT_ORDER_LINES = Document("fulfillment_order_lines", answers.FulfillmentOrderLines)
COLLECTION_PRODUCTS = Document("collection_products", answers.CollectionProducts)
INVENTORY_PAGE = Document("inventory_page", answers.InventoryPage)
ITEM_LEVELS = Document("item_levels", answers.ItemLevels)
MOVED_LEVELS = Document("moved_levels", answers.MovedLevels)
LOCATION_LEVELS = Document("location_levels", answers.LocationLevels)
CUSTOMERS_PAGE = Document("customers_page", answers.CustomersPage)
ORDERS_PAGE = Document("orders_page", answers.OrdersPage)
RETURNS_PAGE = Document("returns_page", answers.ReturnsPage)
ORDER_RETURNS = Document("order_returns", answers.OrderReturns)
RETURN_LINES = Document("return_lines", answers.ReturnLines)
TRANSACTIONS_PAGE = Document("transactions_page", answers.TransactionsPage)
SEGMENTS_PAGE = Document("segments_page", answers.SegmentsPage)
ORDER = Document("order", answers.Order)
ORDERS_TO_JUDGE = Document("orders_to_judge", answers.OrdersToJudge)
ORDER_STATE = Document("order_state", answers.OrderState, urgent=True)
HOLD_ORDER = Document("hold_order", answers.HoldOrder, repeatable=False, urgent=True)
RELEASE_ORDER = Document("release_order", answers.ReleaseOrder, urgent=True)
CANCEL_ORDER = Document("cancel_order", answers.CancelOrder, repeatable=False, urgent=True)
READDRESS_ORDER = Document("readdress_order", answers.ReaddressOrder, urgent=True)
CREATE_FULFILLMENT = Document(
    "create_fulfillment", answers.CreateFulfillment, repeatable=False, urgent=True
)
ORDER_REFUNDS = Document("order_refunds", answers.OrderRefunds)
ORDER_LINES = Document("order_lines", answers.OrderLines)
REFUND_LINES = Document("refund_lines", answers.RefundLines)
REFUND_ADJUSTMENTS = Document("refund_adjustments", answers.RefundAdjustments)
PRODUCT_IDS = Document("product_ids", answers.ProductIds)
ORDER_IDS = Document("order_ids", answers.OrderIds)
START_BULK = Document("start_bulk", answers.StartBulk, repeatable=False)
BULK_OPERATION = Document("bulk_operation", answers.BulkOperation)
VARIANTS_TO_IMPORT = Document("variants_to_import", answers.VariantsToImport)
VARIANT_PRICES = Document("variant_prices", answers.VariantPrices, urgent=True)
RECIPIENT = Document("recipient", answers.Recipient, urgent=True)
CUSTOMER_BY_ADDRESS = Document("customer_by_address", answers.CustomerByAddress)
CUSTOMER_ORDERS = Document("customer_orders", answers.CustomerOrders)
PRODUCT_DESCRIPTIONS = Document("product_descriptions", answers.ProductDescriptions)
SHOWN_PRODUCT = Document("shown_product", answers.ShownProduct)
SHOP_POLICIES = Document("shop_policies", answers.ShopPolicies)
CHECKOUTS_PAGE = Document("checkouts_page", answers.CheckoutsPage)
CHECKOUT_LINES = Document("checkout_lines", answers.CheckoutLines)
CHECKOUT = Document("checkout", answers.Checkout, urgent=True)
STOCK_LEVELS = Document("stock_levels", answers.StockLevels, urgent=True)
WEBHOOK_SUBSCRIPTIONS = Document("webhook_subscriptions", answers.WebhookSubscriptions)
# Without @idempotent a second sending may have a second effect: read before repeating.
SET_PRICE = Document("set_price", answers.SetPrice, repeatable=False, urgent=True)
PRODUCT_BY_HANDLE = Document("product_by_handle", answers.ProductByHandle, urgent=True)
# Found by its handle it is made once, however often it is sent.
SET_PRODUCT = Document("set_product", answers.SetProduct, urgent=True)
SET_PRODUCT_STATUS = Document(
    "set_product_status", answers.SetProductStatus, repeatable=False, urgent=True
)
SET_QUANTITY = Document("set_quantity", answers.SetQuantity, urgent=True)
ORDER_TAGS = Document("order_tags", answers.OrderTags, urgent=True)
ORDER_MONEY = Document("order_money", answers.OrderMoney, urgent=True)
DISCOUNT_BY_CODE = Document("discount_by_code", answers.DiscountByCode, urgent=True)
CREATE_DISCOUNT = Document("create_discount", answers.CreateDiscount, repeatable=False, urgent=True)
END_DISCOUNT = Document("end_discount", answers.EndDiscount, urgent=True)
CREATE_REFUND = Document("create_refund", answers.CreateRefund, urgent=True)
ORDER_PARCELS = Document("order_parcels", answers.OrderParcels, urgent=True)
VARIANT_OFFER = Document("variant_offer", answers.VariantOffer, urgent=True)
# It takes no key: whoever repeats it looks first whether the return is there.
CREATE_RETURN = Document("create_return", answers.CreateReturn, repeatable=False, urgent=True)
CANCEL_RETURN = Document("cancel_return", answers.CancelReturn, urgent=True)
ORDER_REPLACEMENTS = Document("order_replacements", answers.OrderReplacements, urgent=True)
# Nor does this: whoever repeats it looks first whether the replacement is there.
CREATE_ORDER = Document("create_order", answers.CreateOrder, repeatable=False, urgent=True)
ADD_TAGS = Document("add_tags", answers.AddTags, urgent=True)
REMOVE_TAGS = Document("remove_tags", answers.RemoveTags, urgent=True)
UNSUBSCRIBE_WEBHOOK = Document("unsubscribe_webhook", answers.UnsubscribeWebhook, repeatable=False)
SUBSCRIBE_WEBHOOK = Document("subscribe_webhook", answers.SubscribeWebhook, repeatable=False)
