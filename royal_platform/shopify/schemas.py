"""What Shopify answers: pydantic models for single objects, typed dictionaries for mass pages."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Answer(BaseModel):
    """Camel case on the wire; fields we did not ask for are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class UserError(Answer):
    field: list[str] | None = None
    message: str
    code: str | None = None


class Count(Answer):
    count: int


class Scope(Answer):
    handle: str


class Installation(Answer):
    access_scopes: list[Scope]


class Shop(Answer):
    id: str
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str
    taxes_included: bool


class ShopAnswer(Answer):
    shop: Shop
    current_app_installation: Installation
    products_count: Count | None
    orders_count: Count | None
    customers_count: Count | None


class PageInfoAnswer(Answer):
    has_next_page: bool
    end_cursor: str | None


class MailAddress(Answer):
    email_address: str
    marketing_state: str


class HomeAddress(Answer):
    country: str | None = Field(None, alias="countryCodeV2")


class CustomerNode(Answer):
    id: str
    first_name: str | None
    locale: str
    default_email_address: MailAddress | None
    default_address: HomeAddress | None


class RecipientAnswer(Answer):
    customer: CustomerNode | None


class CheckoutNode(Answer):
    """Everything is absent where the node is of another type."""

    id: str | None = None
    abandoned_checkout_url: str | None = None
    completed_at: datetime | None = None


class CheckoutAnswer(Answer):
    node: CheckoutNode | None


class LocationNode(Answer):
    id: str
    name: str
    is_active: bool


class LocationConnection(Answer):
    nodes: list[LocationNode]
    page_info: PageInfoAnswer


class LocationsAnswer(Answer):
    locations: LocationConnection


class MoneyAmount(Answer):
    amount: Decimal
    currency_code: str


class Identified(Answer):
    id: str


class PricedItem(Answer):
    unit_cost: MoneyAmount | None


class PricedVariant(Answer):
    id: str
    price: Decimal
    compare_at_price: Decimal | None
    updated_at: datetime
    product: Identified
    inventory_item: PricedItem


class ShopCurrency(Answer):
    currency_code: str


class VariantPriceAnswer(Answer):
    product_variant: PricedVariant | None
    shop: ShopCurrency


class Quantity(Answer):
    name: str
    quantity: int


class Level(Answer):
    updated_at: datetime
    quantities: list[Quantity]


class SoldAs(Answer):
    nodes: list[Identified]


class StockedItem(Answer):
    id: str
    variants: SoldAs | None
    inventory_level: Level | None


class StockLevelAnswer(Answer):
    inventory_item: StockedItem | None


class Outcome(Answer):
    user_errors: list[UserError]


class ListedVariant(Answer):
    id: str
    sku: str | None
    price: Decimal


class ListedVariants(Answer):
    nodes: list[ListedVariant]


class ListedProduct(Answer):
    id: str
    handle: str
    title: str
    status: str
    variants: ListedVariants


class ProductByHandleAnswer(Answer):
    product_by_identifier: ListedProduct | None


class CreateProductAnswer(Answer):
    product_create: Outcome | None


class SetProductStatusAnswer(Answer):
    product_update: Outcome | None


class SetPriceAnswer(Answer):
    product_variants_bulk_update: Outcome | None


class SetQuantityAnswer(Answer):
    inventory_set_quantities: Outcome | None


class AddTagsAnswer(Answer):
    tags_add: Outcome | None


class RemoveTagsAnswer(Answer):
    tags_remove: Outcome | None


class SubscribeAnswer(Answer):
    webhook_subscription_create: Outcome | None


class UnsubscribeAnswer(Answer):
    webhook_subscription_delete: Outcome | None


class Subscription(Answer):
    id: str
    topic: str
    uri: str


class SubscriptionConnection(Answer):
    nodes: list[Subscription] = Field(default_factory=list)
    page_info: PageInfoAnswer


class WebhookSubscriptionsAnswer(Answer):
    webhook_subscriptions: SubscriptionConnection


class StartedOperation(Answer):
    bulk_operation: Identified | None
    user_errors: list[UserError]


class StartBulkAnswer(Answer):
    bulk_operation_run_query: StartedOperation


class BulkOperationState(Answer):
    """How far a bulk operation is; ``objects`` counts the outermost ones."""

    status: str
    error_code: str | None
    created_at: datetime
    objects: int = Field(alias="rootObjectCount")
    url: str | None = Field(repr=False)


class BulkOperationAnswer(Answer):
    bulk_operation: BulkOperationState | None


# Mass pages: parsed once by orjson and read by key, so they cost no objects. Any stands for the
# nodes' own fields, which mapping.py reads.
class PageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class Connection(TypedDict):
    nodes: list[dict[str, Any]]
    pageInfo: PageInfo


class CheckoutsPage(TypedDict):
    abandonedCheckouts: Connection


class ProductsPage(TypedDict):
    products: Connection


class VariantsHolder(TypedDict):
    variants: Connection


class ProductVariantsAnswer(TypedDict):
    product: VariantsHolder | None


class CollectionsPage(TypedDict):
    collections: Connection


class ProductsHolder(TypedDict):
    products: Connection


class CollectionProductsAnswer(TypedDict):
    collection: ProductsHolder | None


class InventoryPage(TypedDict):
    inventoryItems: Connection


class CustomersPage(TypedDict):
    customers: Connection


class OrdersPage(TypedDict):
    orders: Connection


class NodesAnswer(TypedDict):
    nodes: list[dict[str, Any] | None]


class OrderAnswer(TypedDict):
    order: dict[str, Any] | None


class LinesHolder(TypedDict):
    lineItems: Connection


class OrderLinesAnswer(TypedDict):
    order: LinesHolder | None


class RefundLinesHolder(TypedDict):
    refundLineItems: Connection


class RefundLinesAnswer(TypedDict):
    refund: RefundLinesHolder | None


class RefundAdjustmentsHolder(TypedDict):
    orderAdjustments: Connection


class RefundAdjustmentsAnswer(TypedDict):
    refund: RefundAdjustmentsHolder | None


class ProductIds(TypedDict):
    products: Connection


class OrderIds(TypedDict):
    orders: Connection
