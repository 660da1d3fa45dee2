"""What Shopify answers to each document. Written by scripts/shopify_answers.py."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict

from royal_platform.shopify.schemas import Answer, Secret


class AddTagsTagsAddUserErrors(Answer):
    field: list[str] | None
    message: str


class AddTagsTagsAdd(Answer):
    user_errors: list[AddTagsTagsAddUserErrors]


class AddTags(Answer):
    tags_add: AddTagsTagsAdd | None


class BulkOperationBulkOperation(Answer):
    status: str
    error_code: str | None
    created_at: datetime
    object_count: str
    url: Secret


class BulkOperation(Answer):
    bulk_operation: BulkOperationBulkOperation | None


class CancelOrderOrderCancelOrderCancelUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class CancelOrderOrderCancel(Answer):
    order_cancel_user_errors: list[CancelOrderOrderCancelOrderCancelUserErrors]


class CancelOrder(Answer):
    order_cancel: CancelOrderOrderCancel | None


class CancelReturnReturnCancelCancelled(Answer):
    id: str


class CancelReturnReturnCancelUserErrors(Answer):
    code: str | None
    field: list[str] | None
    message: str


class CancelReturnReturnCancel(Answer):
    cancelled: CancelReturnReturnCancelCancelled | None
    user_errors: list[CancelReturnReturnCancelUserErrors]


class CancelReturn(Answer):
    return_cancel: CancelReturnReturnCancel | None


class CheckoutNode(Answer):
    id: str | None = None
    abandoned_checkout_url: str | None = None
    completed_at: datetime | None = None


class Checkout(Answer):
    node: CheckoutNode | None


class CheckoutLineProduct(TypedDict):
    id: str


class CheckoutLineVariant(TypedDict):
    id: str


class CheckoutLineDiscountedTotalPriceSetShopMoney(TypedDict):
    amount: str
    currencyCode: str


class CheckoutLineDiscountedTotalPriceSet(TypedDict):
    shopMoney: CheckoutLineDiscountedTotalPriceSetShopMoney


class CheckoutLine(TypedDict):
    id: str
    title: str | None
    quantity: int
    product: CheckoutLineProduct | None
    variant: CheckoutLineVariant | None
    discountedTotalPriceSet: CheckoutLineDiscountedTotalPriceSet


class CheckoutLinesCheckoutLineItemsNodes(CheckoutLine):
    pass


class CheckoutLinesCheckoutLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CheckoutLinesCheckoutLineItems(TypedDict):
    nodes: list[CheckoutLinesCheckoutLineItemsNodes]
    pageInfo: CheckoutLinesCheckoutLineItemsPageInfo


class CheckoutLinesCheckout(TypedDict):
    lineItems: NotRequired[CheckoutLinesCheckoutLineItems]


class CheckoutLines(TypedDict):
    checkout: CheckoutLinesCheckout | None


class CheckoutsPageAbandonedCheckoutsNodesCustomer(TypedDict):
    id: str


class CheckoutsPageAbandonedCheckoutsNodesSubtotalPriceSetShopMoney(TypedDict):
    amount: str


class CheckoutsPageAbandonedCheckoutsNodesSubtotalPriceSet(TypedDict):
    shopMoney: CheckoutsPageAbandonedCheckoutsNodesSubtotalPriceSetShopMoney


class CheckoutsPageAbandonedCheckoutsNodesTotalDiscountSetShopMoney(TypedDict):
    amount: str


class CheckoutsPageAbandonedCheckoutsNodesTotalDiscountSet(TypedDict):
    shopMoney: CheckoutsPageAbandonedCheckoutsNodesTotalDiscountSetShopMoney


class CheckoutsPageAbandonedCheckoutsNodesTotalPriceSetShopMoney(TypedDict):
    amount: str
    currencyCode: str


class CheckoutsPageAbandonedCheckoutsNodesTotalPriceSet(TypedDict):
    shopMoney: CheckoutsPageAbandonedCheckoutsNodesTotalPriceSetShopMoney


class CheckoutsPageAbandonedCheckoutsNodesLineItemsNodes(CheckoutLine):
    pass


class CheckoutsPageAbandonedCheckoutsNodesLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CheckoutsPageAbandonedCheckoutsNodesLineItems(TypedDict):
    nodes: list[CheckoutsPageAbandonedCheckoutsNodesLineItemsNodes]
    pageInfo: CheckoutsPageAbandonedCheckoutsNodesLineItemsPageInfo


class CheckoutsPageAbandonedCheckoutsNodes(TypedDict):
    id: str
    createdAt: str
    updatedAt: str
    completedAt: str | None
    customer: CheckoutsPageAbandonedCheckoutsNodesCustomer | None
    subtotalPriceSet: CheckoutsPageAbandonedCheckoutsNodesSubtotalPriceSet
    totalDiscountSet: CheckoutsPageAbandonedCheckoutsNodesTotalDiscountSet
    totalPriceSet: CheckoutsPageAbandonedCheckoutsNodesTotalPriceSet
    lineItems: CheckoutsPageAbandonedCheckoutsNodesLineItems


class CheckoutsPageAbandonedCheckoutsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CheckoutsPageAbandonedCheckouts(TypedDict):
    nodes: list[CheckoutsPageAbandonedCheckoutsNodes]
    pageInfo: CheckoutsPageAbandonedCheckoutsPageInfo


class CheckoutsPage(TypedDict):
    abandonedCheckouts: CheckoutsPageAbandonedCheckouts


class CollectionProductsCollectionProductsNodes(TypedDict):
    id: str


class CollectionProductsCollectionProductsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CollectionProductsCollectionProducts(TypedDict):
    nodes: list[CollectionProductsCollectionProductsNodes]
    pageInfo: CollectionProductsCollectionProductsPageInfo


class CollectionProductsCollection(TypedDict):
    products: CollectionProductsCollectionProducts


class CollectionProducts(TypedDict):
    collection: CollectionProductsCollection | None


class CollectionsPageCollectionsNodesMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class CollectionsPageCollectionsNodesMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CollectionsPageCollectionsNodesMetafields(TypedDict):
    nodes: list[CollectionsPageCollectionsNodesMetafieldsNodes]
    pageInfo: CollectionsPageCollectionsNodesMetafieldsPageInfo


class CollectionsPageCollectionsNodesProductsNodes(TypedDict):
    id: str


class CollectionsPageCollectionsNodesProductsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CollectionsPageCollectionsNodesProducts(TypedDict):
    nodes: list[CollectionsPageCollectionsNodesProductsNodes]
    pageInfo: CollectionsPageCollectionsNodesProductsPageInfo


class CollectionsPageCollectionsNodes(TypedDict):
    id: str
    title: str
    handle: str
    updatedAt: str
    metafields: CollectionsPageCollectionsNodesMetafields
    products: CollectionsPageCollectionsNodesProducts


class CollectionsPageCollectionsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CollectionsPageCollections(TypedDict):
    nodes: list[CollectionsPageCollectionsNodes]
    pageInfo: CollectionsPageCollectionsPageInfo


class CollectionsPage(TypedDict):
    collections: CollectionsPageCollections


class CreateDiscountDiscountCodeBasicCreateCodeDiscountNode(Answer):
    id: str


class CreateDiscountDiscountCodeBasicCreateUserErrors(Answer):
    field: list[str] | None
    message: str


class CreateDiscountDiscountCodeBasicCreate(Answer):
    code_discount_node: CreateDiscountDiscountCodeBasicCreateCodeDiscountNode | None
    user_errors: list[CreateDiscountDiscountCodeBasicCreateUserErrors]


class CreateDiscount(Answer):
    discount_code_basic_create: CreateDiscountDiscountCodeBasicCreate | None


class CreateFulfillmentFulfillmentCreateUserErrors(Answer):
    field: list[str] | None
    message: str


class CreateFulfillmentFulfillmentCreate(Answer):
    user_errors: list[CreateFulfillmentFulfillmentCreateUserErrors]


class CreateFulfillment(Answer):
    fulfillment_create: CreateFulfillmentFulfillmentCreate | None


class CreateOrderOrderCreateOrder(Answer):
    id: str


class CreateOrderOrderCreateUserErrors(Answer):
    code: str | None
    field: list[str] | None
    message: str


class CreateOrderOrderCreate(Answer):
    order: CreateOrderOrderCreateOrder | None
    user_errors: list[CreateOrderOrderCreateUserErrors]


class CreateOrder(Answer):
    order_create: CreateOrderOrderCreate | None


class CreateRefundRefundCreateRefund(Answer):
    id: str


class CreateRefundRefundCreateUserErrors(Answer):
    field: list[str] | None
    message: str


class CreateRefundRefundCreate(Answer):
    refund: CreateRefundRefundCreateRefund | None
    user_errors: list[CreateRefundRefundCreateUserErrors]


class CreateRefund(Answer):
    refund_create: CreateRefundRefundCreate | None


class CreateReturnReturnCreateOpened(Answer):
    id: str


class CreateReturnReturnCreateUserErrors(Answer):
    code: str | None
    field: list[str] | None
    message: str


class CreateReturnReturnCreate(Answer):
    opened: CreateReturnReturnCreateOpened | None
    user_errors: list[CreateReturnReturnCreateUserErrors]


class CreateReturn(Answer):
    return_create: CreateReturnReturnCreate | None


class CustomerByAddressCustomersNodesDefaultEmailAddress(Answer):
    email_address: str


class CustomerByAddressCustomersNodes(Answer):
    id: str
    default_email_address: CustomerByAddressCustomersNodesDefaultEmailAddress | None


class CustomerByAddressCustomers(Answer):
    nodes: list[CustomerByAddressCustomersNodes]


class CustomerByAddress(Answer):
    customers: CustomerByAddressCustomers


class CustomerOrdersCustomerOrdersNodesTotalPriceSetShopMoney(Answer):
    amount: Decimal
    currency_code: str


class CustomerOrdersCustomerOrdersNodesTotalPriceSet(Answer):
    shop_money: CustomerOrdersCustomerOrdersNodesTotalPriceSetShopMoney


class CustomerOrdersCustomerOrdersNodesTotalRefundedSetShopMoney(Answer):
    amount: Decimal
    currency_code: str


class CustomerOrdersCustomerOrdersNodesTotalRefundedSet(Answer):
    shop_money: CustomerOrdersCustomerOrdersNodesTotalRefundedSetShopMoney


class CustomerOrdersCustomerOrdersNodesLineItemsNodes(Answer):
    title: str
    quantity: int


class CustomerOrdersCustomerOrdersNodesLineItems(Answer):
    nodes: list[CustomerOrdersCustomerOrdersNodesLineItemsNodes]


class CustomerOrdersCustomerOrdersNodesFulfillmentsTrackingInfo(Answer):
    company: str | None
    number: str | None
    url: str | None


class CustomerOrdersCustomerOrdersNodesFulfillments(Answer):
    status: str
    created_at: datetime
    delivered_at: datetime | None
    estimated_delivery_at: datetime | None
    tracking_info: list[CustomerOrdersCustomerOrdersNodesFulfillmentsTrackingInfo]


class CustomerOrdersCustomerOrdersNodes(Answer):
    id: str
    name: str
    processed_at: datetime
    cancelled_at: datetime | None
    display_fulfillment_status: str
    total_price_set: CustomerOrdersCustomerOrdersNodesTotalPriceSet
    total_refunded_set: CustomerOrdersCustomerOrdersNodesTotalRefundedSet
    line_items: CustomerOrdersCustomerOrdersNodesLineItems
    fulfillments: list[CustomerOrdersCustomerOrdersNodesFulfillments]


class CustomerOrdersCustomerOrders(Answer):
    nodes: list[CustomerOrdersCustomerOrdersNodes]


class CustomerOrdersCustomer(Answer):
    id: str
    orders: CustomerOrdersCustomerOrders


class CustomerOrders(Answer):
    customer: CustomerOrdersCustomer | None


class CustomersPageCustomersNodesAmountSpent(TypedDict):
    amount: str
    currencyCode: str


class CustomersPageCustomersNodesDefaultAddress(TypedDict):
    countryCodeV2: str | None


class CustomersPageCustomersNodesDefaultEmailAddressSourceLocation(TypedDict):
    id: str


class CustomersPageCustomersNodesDefaultEmailAddress(TypedDict):
    marketingState: str
    marketingOptInLevel: str | None
    marketingUpdatedAt: str | None
    sourceLocation: CustomersPageCustomersNodesDefaultEmailAddressSourceLocation | None


class CustomersPageCustomersNodesDefaultPhoneNumberSourceLocation(TypedDict):
    id: str


class CustomersPageCustomersNodesDefaultPhoneNumber(TypedDict):
    marketingState: str
    marketingOptInLevel: str | None
    marketingUpdatedAt: str | None
    marketingCollectedFrom: str | None
    sourceLocation: CustomersPageCustomersNodesDefaultPhoneNumberSourceLocation | None


class CustomersPageCustomersNodesMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class CustomersPageCustomersNodesMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CustomersPageCustomersNodesMetafields(TypedDict):
    nodes: list[CustomersPageCustomersNodesMetafieldsNodes]
    pageInfo: CustomersPageCustomersNodesMetafieldsPageInfo


class CustomersPageCustomersNodes(TypedDict):
    id: str
    displayName: str
    numberOfOrders: str
    amountSpent: CustomersPageCustomersNodesAmountSpent
    defaultAddress: CustomersPageCustomersNodesDefaultAddress | None
    defaultEmailAddress: CustomersPageCustomersNodesDefaultEmailAddress | None
    defaultPhoneNumber: CustomersPageCustomersNodesDefaultPhoneNumber | None
    createdAt: str
    updatedAt: str
    metafields: CustomersPageCustomersNodesMetafields


class CustomersPageCustomersPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class CustomersPageCustomers(TypedDict):
    nodes: list[CustomersPageCustomersNodes]
    pageInfo: CustomersPageCustomersPageInfo


class CustomersPage(TypedDict):
    customers: CustomersPageCustomers


class DiscountByCodeCodeDiscountNodeByCodeCodeDiscount(Answer):
    status: str | None = None
    async_usage_count: int | None = None


class DiscountByCodeCodeDiscountNodeByCode(Answer):
    id: str
    code_discount: DiscountByCodeCodeDiscountNodeByCodeCodeDiscount


class DiscountByCode(Answer):
    code_discount_node_by_code: DiscountByCodeCodeDiscountNodeByCode | None


class DiscountsPageDiscountNodesNodesDiscountCodesNodes(TypedDict):
    code: str


class DiscountsPageDiscountNodesNodesDiscountCodes(TypedDict):
    nodes: list[DiscountsPageDiscountNodesNodesDiscountCodesNodes]


class DiscountsPageDiscountNodesNodesDiscountCodesCount(TypedDict):
    count: int


class DiscountsPageDiscountNodesNodesDiscount(TypedDict):
    title: NotRequired[str]
    status: NotRequired[str]
    startsAt: NotRequired[str]
    endsAt: NotRequired[str | None]
    updatedAt: NotRequired[str]
    summary: NotRequired[str]
    codes: NotRequired[DiscountsPageDiscountNodesNodesDiscountCodes]
    codesCount: NotRequired[DiscountsPageDiscountNodesNodesDiscountCodesCount | None]


class DiscountsPageDiscountNodesNodes(TypedDict):
    id: str
    discount: DiscountsPageDiscountNodesNodesDiscount


class DiscountsPageDiscountNodesPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class DiscountsPageDiscountNodes(TypedDict):
    nodes: list[DiscountsPageDiscountNodesNodes]
    pageInfo: DiscountsPageDiscountNodesPageInfo


class DiscountsPage(TypedDict):
    discountNodes: DiscountsPageDiscountNodes


class EndDiscountDiscountCodeDeactivateCodeDiscountNode(Answer):
    id: str


class EndDiscountDiscountCodeDeactivateUserErrors(Answer):
    field: list[str] | None
    message: str


class EndDiscountDiscountCodeDeactivate(Answer):
    code_discount_node: EndDiscountDiscountCodeDeactivateCodeDiscountNode | None
    user_errors: list[EndDiscountDiscountCodeDeactivateUserErrors]


class EndDiscount(Answer):
    discount_code_deactivate: EndDiscountDiscountCodeDeactivate | None


class FulfillmentOrderLinesFulfillmentOrderLineItemsNodesLineItem(TypedDict):
    id: str


class FulfillmentOrderLinesFulfillmentOrderLineItemsNodes(TypedDict):
    id: str
    remainingQuantity: int
    lineItem: FulfillmentOrderLinesFulfillmentOrderLineItemsNodesLineItem


class FulfillmentOrderLinesFulfillmentOrderLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class FulfillmentOrderLinesFulfillmentOrderLineItems(TypedDict):
    nodes: list[FulfillmentOrderLinesFulfillmentOrderLineItemsNodes]
    pageInfo: FulfillmentOrderLinesFulfillmentOrderLineItemsPageInfo


class FulfillmentOrderLinesFulfillmentOrder(TypedDict):
    lineItems: FulfillmentOrderLinesFulfillmentOrderLineItems


class FulfillmentOrderLines(TypedDict):
    fulfillmentOrder: FulfillmentOrderLinesFulfillmentOrder | None


class FulfillmentOrdersPageFulfillmentOrdersNodesAssignedLocationLocation(TypedDict):
    id: str


class FulfillmentOrdersPageFulfillmentOrdersNodesAssignedLocation(TypedDict):
    location: FulfillmentOrdersPageFulfillmentOrdersNodesAssignedLocationLocation | None


class FulfillmentOrdersPageFulfillmentOrdersNodesLineItemsNodesLineItem(TypedDict):
    id: str


class FulfillmentOrdersPageFulfillmentOrdersNodesLineItemsNodes(TypedDict):
    id: str
    remainingQuantity: int
    lineItem: FulfillmentOrdersPageFulfillmentOrdersNodesLineItemsNodesLineItem


class FulfillmentOrdersPageFulfillmentOrdersNodesLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class FulfillmentOrdersPageFulfillmentOrdersNodesLineItems(TypedDict):
    nodes: list[FulfillmentOrdersPageFulfillmentOrdersNodesLineItemsNodes]
    pageInfo: FulfillmentOrdersPageFulfillmentOrdersNodesLineItemsPageInfo


class FulfillmentOrdersPageFulfillmentOrdersNodes(TypedDict):
    id: str
    orderId: str
    status: str
    fulfillBy: str | None
    updatedAt: str
    assignedLocation: FulfillmentOrdersPageFulfillmentOrdersNodesAssignedLocation
    lineItems: FulfillmentOrdersPageFulfillmentOrdersNodesLineItems


class FulfillmentOrdersPageFulfillmentOrdersPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class FulfillmentOrdersPageFulfillmentOrders(TypedDict):
    nodes: list[FulfillmentOrdersPageFulfillmentOrdersNodes]
    pageInfo: FulfillmentOrdersPageFulfillmentOrdersPageInfo


class FulfillmentOrdersPage(TypedDict):
    fulfillmentOrders: FulfillmentOrdersPageFulfillmentOrders


class HoldOrderFulfillmentOrderHoldUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class HoldOrderFulfillmentOrderHold(Answer):
    user_errors: list[HoldOrderFulfillmentOrderHoldUserErrors]


class HoldOrder(Answer):
    fulfillment_order_hold: HoldOrderFulfillmentOrderHold | None


class InventoryPageInventoryItemsNodesUnitCost(TypedDict):
    amount: str
    currencyCode: str


class InventoryPageInventoryItemsNodesInventoryLevelsNodesLocation(TypedDict):
    id: str


class InventoryPageInventoryItemsNodesInventoryLevelsNodesQuantities(TypedDict):
    name: str
    quantity: int


class InventoryPageInventoryItemsNodesInventoryLevelsNodes(TypedDict):
    updatedAt: str
    location: InventoryPageInventoryItemsNodesInventoryLevelsNodesLocation
    quantities: list[InventoryPageInventoryItemsNodesInventoryLevelsNodesQuantities]


class InventoryPageInventoryItemsNodesInventoryLevelsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class InventoryPageInventoryItemsNodesInventoryLevels(TypedDict):
    nodes: list[InventoryPageInventoryItemsNodesInventoryLevelsNodes]
    pageInfo: InventoryPageInventoryItemsNodesInventoryLevelsPageInfo


class InventoryPageInventoryItemsNodes(TypedDict):
    id: str
    tracked: bool
    updatedAt: str
    unitCost: InventoryPageInventoryItemsNodesUnitCost | None
    inventoryLevels: InventoryPageInventoryItemsNodesInventoryLevels


class InventoryPageInventoryItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class InventoryPageInventoryItems(TypedDict):
    nodes: list[InventoryPageInventoryItemsNodes]
    pageInfo: InventoryPageInventoryItemsPageInfo


class InventoryPage(TypedDict):
    inventoryItems: InventoryPageInventoryItems


class ItemLevelsInventoryItemInventoryLevelsNodesLocation(TypedDict):
    id: str


class ItemLevelsInventoryItemInventoryLevelsNodesQuantities(TypedDict):
    name: str
    quantity: int


class ItemLevelsInventoryItemInventoryLevelsNodes(TypedDict):
    updatedAt: str
    location: ItemLevelsInventoryItemInventoryLevelsNodesLocation
    quantities: list[ItemLevelsInventoryItemInventoryLevelsNodesQuantities]


class ItemLevelsInventoryItemInventoryLevelsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ItemLevelsInventoryItemInventoryLevels(TypedDict):
    nodes: list[ItemLevelsInventoryItemInventoryLevelsNodes]
    pageInfo: ItemLevelsInventoryItemInventoryLevelsPageInfo


class ItemLevelsInventoryItem(TypedDict):
    inventoryLevels: ItemLevelsInventoryItemInventoryLevels


class ItemLevels(TypedDict):
    inventoryItem: ItemLevelsInventoryItem | None


class MovedLevelItem(TypedDict):
    id: str


class MovedLevelLocation(TypedDict):
    id: str


class MovedLevelQuantities(TypedDict):
    name: str
    quantity: int


class MovedLevel(TypedDict):
    updatedAt: str
    item: MovedLevelItem
    location: MovedLevelLocation
    quantities: list[MovedLevelQuantities]


class LocationLevelsLocationInventoryLevelsNodes(MovedLevel):
    pass


class LocationLevelsLocationInventoryLevelsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class LocationLevelsLocationInventoryLevels(TypedDict):
    nodes: list[LocationLevelsLocationInventoryLevelsNodes]
    pageInfo: LocationLevelsLocationInventoryLevelsPageInfo


class LocationLevelsLocation(TypedDict):
    inventoryLevels: LocationLevelsLocationInventoryLevels


class LocationLevels(TypedDict):
    location: LocationLevelsLocation | None


class LocationsLocationsNodes(TypedDict):
    id: str
    name: str
    isActive: bool


class LocationsLocationsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class LocationsLocations(TypedDict):
    nodes: list[LocationsLocationsNodes]
    pageInfo: LocationsLocationsPageInfo


class Locations(TypedDict):
    locations: LocationsLocations


class MovedLevelsLocationsNodesInventoryLevelsNodes(MovedLevel):
    pass


class MovedLevelsLocationsNodesInventoryLevelsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class MovedLevelsLocationsNodesInventoryLevels(TypedDict):
    nodes: list[MovedLevelsLocationsNodesInventoryLevelsNodes]
    pageInfo: MovedLevelsLocationsNodesInventoryLevelsPageInfo


class MovedLevelsLocationsNodes(TypedDict):
    id: str
    inventoryLevels: MovedLevelsLocationsNodesInventoryLevels


class MovedLevelsLocationsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class MovedLevelsLocations(TypedDict):
    nodes: list[MovedLevelsLocationsNodes]
    pageInfo: MovedLevelsLocationsPageInfo


class MovedLevels(TypedDict):
    locations: MovedLevelsLocations


class OrderRowCustomer(TypedDict):
    id: str
    displayName: str


class OrderRowShippingAddress(TypedDict):
    countryCodeV2: str | None


class OrderRowSubtotalPriceSetShopMoney(TypedDict):
    amount: str


class OrderRowSubtotalPriceSet(TypedDict):
    shopMoney: OrderRowSubtotalPriceSetShopMoney


class OrderRowTotalTaxSetShopMoney(TypedDict):
    amount: str


class OrderRowTotalTaxSet(TypedDict):
    shopMoney: OrderRowTotalTaxSetShopMoney


class OrderRowTotalShippingPriceSetShopMoney(TypedDict):
    amount: str


class OrderRowTotalShippingPriceSet(TypedDict):
    shopMoney: OrderRowTotalShippingPriceSetShopMoney


class OrderRowTotalPriceSetShopMoney(TypedDict):
    amount: str
    currencyCode: str


class OrderRowTotalPriceSet(TypedDict):
    shopMoney: OrderRowTotalPriceSetShopMoney


class OrderRow(TypedDict):
    id: str
    name: str
    createdAt: str
    processedAt: str
    updatedAt: str
    cancelledAt: str | None
    test: bool
    sourceName: str | None
    displayFinancialStatus: str | None
    displayFulfillmentStatus: str
    tags: list[str]
    discountCodes: list[str]
    customer: OrderRowCustomer | None
    shippingAddress: OrderRowShippingAddress | None
    subtotalPriceSet: OrderRowSubtotalPriceSet | None
    totalTaxSet: OrderRowTotalTaxSet | None
    totalShippingPriceSet: OrderRowTotalShippingPriceSet
    totalPriceSet: OrderRowTotalPriceSet


class LineRowVariant(TypedDict):
    id: str


class LineRowProduct(TypedDict):
    id: str


class LineRowOriginalUnitPriceSetShopMoney(TypedDict):
    amount: str


class LineRowOriginalUnitPriceSet(TypedDict):
    shopMoney: LineRowOriginalUnitPriceSetShopMoney


class LineRowDiscountedTotalSetShopMoney(TypedDict):
    amount: str


class LineRowDiscountedTotalSet(TypedDict):
    shopMoney: LineRowDiscountedTotalSetShopMoney


class LineRowTaxLinesPriceSetShopMoney(TypedDict):
    amount: str


class LineRowTaxLinesPriceSet(TypedDict):
    shopMoney: LineRowTaxLinesPriceSetShopMoney


class LineRowTaxLines(TypedDict):
    title: str
    rate: float | None
    priceSet: LineRowTaxLinesPriceSet


class LineRow(TypedDict):
    id: str
    title: str
    variantTitle: str | None
    sku: str | None
    quantity: int
    variant: LineRowVariant | None
    product: LineRowProduct | None
    originalUnitPriceSet: LineRowOriginalUnitPriceSet
    discountedTotalSet: LineRowDiscountedTotalSet
    taxLines: list[LineRowTaxLines]


class RefundRowTotalRefundedSetShopMoney(TypedDict):
    amount: str


class RefundRowTotalRefundedSet(TypedDict):
    shopMoney: RefundRowTotalRefundedSetShopMoney


class RefundRowRefundLineItemsNodesLineItem(TypedDict):
    id: str


class RefundRowRefundLineItemsNodesSubtotalSetShopMoney(TypedDict):
    amount: str


class RefundRowRefundLineItemsNodesSubtotalSet(TypedDict):
    shopMoney: RefundRowRefundLineItemsNodesSubtotalSetShopMoney


class RefundRowRefundLineItemsNodes(TypedDict):
    quantity: int
    restockType: str
    lineItem: RefundRowRefundLineItemsNodesLineItem
    subtotalSet: RefundRowRefundLineItemsNodesSubtotalSet


class RefundRowRefundLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class RefundRowRefundLineItems(TypedDict):
    nodes: list[RefundRowRefundLineItemsNodes]
    pageInfo: RefundRowRefundLineItemsPageInfo


class RefundRowOrderAdjustmentsNodesAmountSetShopMoney(TypedDict):
    amount: str


class RefundRowOrderAdjustmentsNodesAmountSet(TypedDict):
    shopMoney: RefundRowOrderAdjustmentsNodesAmountSetShopMoney


class RefundRowOrderAdjustmentsNodes(TypedDict):
    reason: str | None
    amountSet: RefundRowOrderAdjustmentsNodesAmountSet


class RefundRowOrderAdjustmentsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class RefundRowOrderAdjustments(TypedDict):
    nodes: list[RefundRowOrderAdjustmentsNodes]
    pageInfo: RefundRowOrderAdjustmentsPageInfo


class RefundRow(TypedDict):
    id: str
    createdAt: str | None
    processedAt: str
    totalRefundedSet: RefundRowTotalRefundedSet
    refundLineItems: RefundRowRefundLineItems
    orderAdjustments: RefundRowOrderAdjustments


class OrderOrderLineItemsNodes(LineRow):
    pass


class OrderOrderLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrderOrderLineItems(TypedDict):
    nodes: list[OrderOrderLineItemsNodes]
    pageInfo: OrderOrderLineItemsPageInfo


class OrderOrderRefunds(RefundRow):
    pass


class OrderOrder(OrderRow):
    lineItems: OrderOrderLineItems
    refunds: list[OrderOrderRefunds]


class Order(TypedDict):
    order: OrderOrder | None


class OrderIdsOrdersNodes(TypedDict):
    id: str


class OrderIdsOrdersPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrderIdsOrders(TypedDict):
    nodes: list[OrderIdsOrdersNodes]
    pageInfo: OrderIdsOrdersPageInfo


class OrderIds(TypedDict):
    orders: OrderIdsOrders


class OrderLinesOrderLineItemsNodes(LineRow):
    pass


class OrderLinesOrderLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrderLinesOrderLineItems(TypedDict):
    nodes: list[OrderLinesOrderLineItemsNodes]
    pageInfo: OrderLinesOrderLineItemsPageInfo


class OrderLinesOrder(TypedDict):
    lineItems: OrderLinesOrderLineItems


class OrderLines(TypedDict):
    order: OrderLinesOrder | None


class OrderMoneyOrderCustomer(Answer):
    id: str


class OrderMoneyOrderTotalReceivedSetShopMoney(Answer):
    amount: Decimal


class OrderMoneyOrderTotalReceivedSet(Answer):
    shop_money: OrderMoneyOrderTotalReceivedSetShopMoney


class OrderMoneyOrderTotalRefundedSetShopMoney(Answer):
    amount: Decimal


class OrderMoneyOrderTotalRefundedSet(Answer):
    shop_money: OrderMoneyOrderTotalRefundedSetShopMoney


class OrderMoneyOrderLineItemsNodes(Answer):
    id: str
    refundable_quantity: int
    unfulfilled_quantity: int


class OrderMoneyOrderLineItems(Answer):
    nodes: list[OrderMoneyOrderLineItemsNodes]


class OrderMoneyOrderTransactions(Answer):
    id: str
    kind: str
    status: str
    gateway: str | None


class OrderMoneyOrder(Answer):
    id: str
    name: str
    currency_code: str
    presentment_currency_code: str
    customer: OrderMoneyOrderCustomer | None
    total_received_set: OrderMoneyOrderTotalReceivedSet
    total_refunded_set: OrderMoneyOrderTotalRefundedSet
    line_items: OrderMoneyOrderLineItems
    transactions: list[OrderMoneyOrderTransactions]


class OrderMoney(Answer):
    order: OrderMoneyOrder | None


class OrderParcelsOrderTotalRefundedSetShopMoney(Answer):
    amount: Decimal


class OrderParcelsOrderTotalRefundedSet(Answer):
    shop_money: OrderParcelsOrderTotalRefundedSetShopMoney


class OrderParcelsOrderFulfillmentsFulfillmentLineItemsNodesLineItem(Answer):
    id: str
    current_quantity: int


class OrderParcelsOrderFulfillmentsFulfillmentLineItemsNodes(Answer):
    id: str
    quantity: int | None
    line_item: OrderParcelsOrderFulfillmentsFulfillmentLineItemsNodesLineItem


class OrderParcelsOrderFulfillmentsFulfillmentLineItems(Answer):
    nodes: list[OrderParcelsOrderFulfillmentsFulfillmentLineItemsNodes]


class OrderParcelsOrderFulfillments(Answer):
    status: str
    fulfillment_line_items: OrderParcelsOrderFulfillmentsFulfillmentLineItems


class OrderParcelsOrderReturnsNodesExchangeLineItemsNodes(Answer):
    quantity: int
    variant_id: str | None


class OrderParcelsOrderReturnsNodesExchangeLineItems(Answer):
    nodes: list[OrderParcelsOrderReturnsNodesExchangeLineItemsNodes]


class OrderParcelsOrderReturnsNodesReturnLineItemsNodesFulfillmentLineItemLineItem(Answer):
    id: str


class OrderParcelsOrderReturnsNodesReturnLineItemsNodesFulfillmentLineItem(Answer):
    id: str
    line_item: OrderParcelsOrderReturnsNodesReturnLineItemsNodesFulfillmentLineItemLineItem


class OrderParcelsOrderReturnsNodesReturnLineItemsNodes(Answer):
    quantity: int
    return_reason_note: str
    fulfillment_line_item: (
        OrderParcelsOrderReturnsNodesReturnLineItemsNodesFulfillmentLineItem | None
    ) = None


class OrderParcelsOrderReturnsNodesReturnLineItems(Answer):
    nodes: list[OrderParcelsOrderReturnsNodesReturnLineItemsNodes]


class OrderParcelsOrderReturnsNodes(Answer):
    id: str
    status: str
    exchange_line_items: OrderParcelsOrderReturnsNodesExchangeLineItems
    return_line_items: OrderParcelsOrderReturnsNodesReturnLineItems


class OrderParcelsOrderReturns(Answer):
    nodes: list[OrderParcelsOrderReturnsNodes]


class OrderParcelsOrder(Answer):
    id: str
    name: str
    cancelled_at: datetime | None
    total_refunded_set: OrderParcelsOrderTotalRefundedSet
    fulfillments: list[OrderParcelsOrderFulfillments]
    returns: OrderParcelsOrderReturns


class OrderParcels(Answer):
    order: OrderParcelsOrder | None


class OrderRefundsNodesRefunds(RefundRow):
    pass


class OrderRefundsNodes(TypedDict):
    id: NotRequired[str]
    refunds: NotRequired[list[OrderRefundsNodesRefunds]]


class OrderRefunds(TypedDict):
    nodes: list[OrderRefundsNodes | None]


class OrderReplacementsOrderTotalRefundedSetShopMoney(Answer):
    amount: Decimal


class OrderReplacementsOrderTotalRefundedSet(Answer):
    shop_money: OrderReplacementsOrderTotalRefundedSetShopMoney


class OrderReplacementsOrderShippingAddress(Answer):
    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    zip: str | None
    city: str | None
    province_code: str | None
    country_code_v2: str | None
    phone: str | None


class OrderReplacementsOrderCustomerOrdersNodes(Answer):
    id: str
    tags: list[str]
    cancelled_at: datetime | None
    display_fulfillment_status: str


class OrderReplacementsOrderCustomerOrders(Answer):
    nodes: list[OrderReplacementsOrderCustomerOrdersNodes]


class OrderReplacementsOrderCustomer(Answer):
    id: str
    orders: OrderReplacementsOrderCustomerOrders


class OrderReplacementsOrderFulfillmentsFulfillmentLineItemsNodesLineItemVariant(Answer):
    id: str


class OrderReplacementsOrderFulfillmentsFulfillmentLineItemsNodesLineItem(Answer):
    id: str
    current_quantity: int
    variant: OrderReplacementsOrderFulfillmentsFulfillmentLineItemsNodesLineItemVariant | None


class OrderReplacementsOrderFulfillmentsFulfillmentLineItemsNodes(Answer):
    quantity: int | None
    line_item: OrderReplacementsOrderFulfillmentsFulfillmentLineItemsNodesLineItem


class OrderReplacementsOrderFulfillmentsFulfillmentLineItems(Answer):
    nodes: list[OrderReplacementsOrderFulfillmentsFulfillmentLineItemsNodes]


class OrderReplacementsOrderFulfillments(Answer):
    status: str
    fulfillment_line_items: OrderReplacementsOrderFulfillmentsFulfillmentLineItems


class OrderReplacementsOrder(Answer):
    id: str
    name: str
    email: str | None
    currency_code: str
    cancelled_at: datetime | None
    total_refunded_set: OrderReplacementsOrderTotalRefundedSet
    shipping_address: OrderReplacementsOrderShippingAddress | None
    customer: OrderReplacementsOrderCustomer | None
    fulfillments: list[OrderReplacementsOrderFulfillments]


class OrderReplacements(Answer):
    order: OrderReplacementsOrder | None


class ReturnLineRowReturnReasonDefinition(TypedDict):
    handle: str


class ReturnLineRowFulfillmentLineItemLineItem(TypedDict):
    id: str


class ReturnLineRowFulfillmentLineItem(TypedDict):
    lineItem: ReturnLineRowFulfillmentLineItemLineItem


class ReturnLineRow(TypedDict):
    id: str
    quantity: int
    refundedQuantity: int
    returnReasonDefinition: ReturnLineRowReturnReasonDefinition | None
    fulfillmentLineItem: NotRequired[ReturnLineRowFulfillmentLineItem]


class ReturnRowReturnLineItemsNodes(ReturnLineRow):
    pass


class ReturnRowReturnLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ReturnRowReturnLineItems(TypedDict):
    nodes: list[ReturnRowReturnLineItemsNodes]
    pageInfo: ReturnRowReturnLineItemsPageInfo


class ReturnRow(TypedDict):
    id: str
    name: str
    status: str
    createdAt: str
    closedAt: str | None
    returnLineItems: ReturnRowReturnLineItems


class OrderReturnsOrderReturnsNodes(ReturnRow):
    pass


class OrderReturnsOrderReturnsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrderReturnsOrderReturns(TypedDict):
    nodes: list[OrderReturnsOrderReturnsNodes]
    pageInfo: OrderReturnsOrderReturnsPageInfo


class OrderReturnsOrder(TypedDict):
    returns: OrderReturnsOrderReturns


class OrderReturns(TypedDict):
    order: OrderReturnsOrder | None


class OrderStateOrderCustomer(Answer):
    id: str


class OrderStateOrderShippingAddress(Answer):
    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    zip: str | None
    city: str | None
    province_code: str | None
    country_code_v2: str | None
    phone: str | None


class OrderStateOrderFulfillmentOrdersNodesFulfillmentHolds(Answer):
    id: str
    handle: str | None
    held_by_requesting_app: bool


class OrderStateOrderFulfillmentOrdersNodesLineItemsNodesLineItem(Answer):
    id: str


class OrderStateOrderFulfillmentOrdersNodesLineItemsNodes(Answer):
    id: str
    remaining_quantity: int
    line_item: OrderStateOrderFulfillmentOrdersNodesLineItemsNodesLineItem


class OrderStateOrderFulfillmentOrdersNodesLineItems(Answer):
    nodes: list[OrderStateOrderFulfillmentOrdersNodesLineItemsNodes]


class OrderStateOrderFulfillmentOrdersNodes(Answer):
    id: str
    status: str
    fulfillment_holds: list[OrderStateOrderFulfillmentOrdersNodesFulfillmentHolds]
    line_items: OrderStateOrderFulfillmentOrdersNodesLineItems


class OrderStateOrderFulfillmentOrders(Answer):
    nodes: list[OrderStateOrderFulfillmentOrdersNodes]


class OrderStateOrderFulfillmentsTrackingInfo(Answer):
    number: str | None


class OrderStateOrderFulfillments(Answer):
    status: str
    tracking_info: list[OrderStateOrderFulfillmentsTrackingInfo]


class OrderStateOrder(Answer):
    id: str
    name: str
    cancelled_at: datetime | None
    display_financial_status: str | None
    email: str | None
    customer: OrderStateOrderCustomer | None
    shipping_address: OrderStateOrderShippingAddress | None
    fulfillment_orders: OrderStateOrderFulfillmentOrders
    fulfillments: list[OrderStateOrderFulfillments]


class OrderState(Answer):
    order: OrderStateOrder | None


class OrderTagsOrder(Answer):
    id: str
    tags: list[str]


class OrderTags(Answer):
    order: OrderTagsOrder | None


class OrdersPageOrdersNodesMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class OrdersPageOrdersNodesMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrdersPageOrdersNodesMetafields(TypedDict):
    nodes: list[OrdersPageOrdersNodesMetafieldsNodes]
    pageInfo: OrdersPageOrdersNodesMetafieldsPageInfo


class OrdersPageOrdersNodesLineItemsNodes(LineRow):
    pass


class OrdersPageOrdersNodesLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrdersPageOrdersNodesLineItems(TypedDict):
    nodes: list[OrdersPageOrdersNodesLineItemsNodes]
    pageInfo: OrdersPageOrdersNodesLineItemsPageInfo


class OrdersPageOrdersNodesRefunds(RefundRow):
    pass


class OrdersPageOrdersNodes(OrderRow):
    metafields: OrdersPageOrdersNodesMetafields
    lineItems: OrdersPageOrdersNodesLineItems
    refunds: list[OrdersPageOrdersNodesRefunds]


class OrdersPageOrdersPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OrdersPageOrders(TypedDict):
    nodes: list[OrdersPageOrdersNodes]
    pageInfo: OrdersPageOrdersPageInfo


class OrdersPage(TypedDict):
    orders: OrdersPageOrders


class OrdersToJudgeNodesFulfillments(TypedDict):
    status: str
    deliveredAt: str | None


class OrdersToJudgeNodesTotalPriceSetShopMoney(TypedDict):
    amount: str


class OrdersToJudgeNodesTotalPriceSet(TypedDict):
    shopMoney: OrdersToJudgeNodesTotalPriceSetShopMoney


class OrdersToJudgeNodesShippingAddress(TypedDict):
    firstName: str | None
    lastName: str | None
    address1: str | None
    zip: str | None
    city: str | None
    phone: str | None


class OrdersToJudgeNodesBillingAddress(TypedDict):
    firstName: str | None
    lastName: str | None


class OrdersToJudgeNodesCustomerAmountSpent(TypedDict):
    amount: str


class OrdersToJudgeNodesCustomer(TypedDict):
    id: str
    numberOfOrders: str
    amountSpent: OrdersToJudgeNodesCustomerAmountSpent


class OrdersToJudgeNodesRiskAssessments(TypedDict):
    riskLevel: str


class OrdersToJudgeNodesRisk(TypedDict):
    assessments: list[OrdersToJudgeNodesRiskAssessments]


class OrdersToJudgeNodesTransactions(TypedDict):
    kind: str
    status: str


class OrdersToJudgeNodesDisputes(TypedDict):
    initiatedAs: str
    status: str


class OrdersToJudgeNodes(TypedDict):
    id: NotRequired[str]
    processedAt: NotRequired[str]
    email: NotRequired[str | None]
    clientIp: NotRequired[str | None]
    cancelReason: NotRequired[str | None]
    displayFulfillmentStatus: NotRequired[str]
    fulfillments: NotRequired[list[OrdersToJudgeNodesFulfillments]]
    billingAddressMatchesShippingAddress: NotRequired[bool]
    totalPriceSet: NotRequired[OrdersToJudgeNodesTotalPriceSet]
    shippingAddress: NotRequired[OrdersToJudgeNodesShippingAddress | None]
    billingAddress: NotRequired[OrdersToJudgeNodesBillingAddress | None]
    customer: NotRequired[OrdersToJudgeNodesCustomer | None]
    risk: NotRequired[OrdersToJudgeNodesRisk]
    transactions: NotRequired[list[OrdersToJudgeNodesTransactions]]
    disputes: NotRequired[list[OrdersToJudgeNodesDisputes]]


class OrdersToJudge(TypedDict):
    nodes: list[OrdersToJudgeNodes | None]


class OwnerMetafieldsOwnerMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class OwnerMetafieldsOwnerMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class OwnerMetafieldsOwnerMetafields(TypedDict):
    nodes: list[OwnerMetafieldsOwnerMetafieldsNodes]
    pageInfo: OwnerMetafieldsOwnerMetafieldsPageInfo


class OwnerMetafieldsOwner(TypedDict):
    metafields: NotRequired[OwnerMetafieldsOwnerMetafields]


class OwnerMetafields(TypedDict):
    owner: OwnerMetafieldsOwner | None


class ProductByHandleProductByIdentifierVariantsNodes(Answer):
    id: str
    sku: str | None
    price: Decimal


class ProductByHandleProductByIdentifierVariants(Answer):
    nodes: list[ProductByHandleProductByIdentifierVariantsNodes]


class ProductByHandleProductByIdentifier(Answer):
    id: str
    handle: str
    title: str
    status: str
    variants: ProductByHandleProductByIdentifierVariants


class ProductByHandle(Answer):
    product_by_identifier: ProductByHandleProductByIdentifier | None


class ProductDescriptionsProductsNodes(Answer):
    id: str
    handle: str
    description: str
    updated_at: datetime


class ProductDescriptionsProducts(Answer):
    nodes: list[ProductDescriptionsProductsNodes]


class ProductDescriptions(Answer):
    products: ProductDescriptionsProducts


class ProductIdsProductsNodes(TypedDict):
    id: str


class ProductIdsProductsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductIdsProducts(TypedDict):
    nodes: list[ProductIdsProductsNodes]
    pageInfo: ProductIdsProductsPageInfo


class ProductIds(TypedDict):
    products: ProductIdsProducts


class ProductVariantsProductVariantsNodesMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class ProductVariantsProductVariantsNodesMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductVariantsProductVariantsNodesMetafields(TypedDict):
    nodes: list[ProductVariantsProductVariantsNodesMetafieldsNodes]
    pageInfo: ProductVariantsProductVariantsNodesMetafieldsPageInfo


class ProductVariantsProductVariantsNodesInventoryItemUnitCost(TypedDict):
    amount: str
    currencyCode: str


class ProductVariantsProductVariantsNodesInventoryItem(TypedDict):
    id: str
    tracked: bool
    unitCost: ProductVariantsProductVariantsNodesInventoryItemUnitCost | None


class ProductVariantsProductVariantsNodes(TypedDict):
    id: str
    title: str
    sku: str | None
    barcode: str | None
    position: int
    price: str
    compareAtPrice: str | None
    createdAt: str
    updatedAt: str
    metafields: ProductVariantsProductVariantsNodesMetafields
    inventoryItem: ProductVariantsProductVariantsNodesInventoryItem


class ProductVariantsProductVariantsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductVariantsProductVariants(TypedDict):
    nodes: list[ProductVariantsProductVariantsNodes]
    pageInfo: ProductVariantsProductVariantsPageInfo


class ProductVariantsProduct(TypedDict):
    variants: ProductVariantsProductVariants


class ProductVariants(TypedDict):
    product: ProductVariantsProduct | None


class ProductsPageProductsNodesMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class ProductsPageProductsNodesMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductsPageProductsNodesMetafields(TypedDict):
    nodes: list[ProductsPageProductsNodesMetafieldsNodes]
    pageInfo: ProductsPageProductsNodesMetafieldsPageInfo


class ProductsPageProductsNodesVariantsNodesMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class ProductsPageProductsNodesVariantsNodesMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductsPageProductsNodesVariantsNodesMetafields(TypedDict):
    nodes: list[ProductsPageProductsNodesVariantsNodesMetafieldsNodes]
    pageInfo: ProductsPageProductsNodesVariantsNodesMetafieldsPageInfo


class ProductsPageProductsNodesVariantsNodesInventoryItemUnitCost(TypedDict):
    amount: str
    currencyCode: str


class ProductsPageProductsNodesVariantsNodesInventoryItem(TypedDict):
    id: str
    tracked: bool
    unitCost: ProductsPageProductsNodesVariantsNodesInventoryItemUnitCost | None


class ProductsPageProductsNodesVariantsNodes(TypedDict):
    id: str
    title: str
    sku: str | None
    barcode: str | None
    position: int
    price: str
    compareAtPrice: str | None
    createdAt: str
    updatedAt: str
    metafields: ProductsPageProductsNodesVariantsNodesMetafields
    inventoryItem: ProductsPageProductsNodesVariantsNodesInventoryItem


class ProductsPageProductsNodesVariantsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductsPageProductsNodesVariants(TypedDict):
    nodes: list[ProductsPageProductsNodesVariantsNodes]
    pageInfo: ProductsPageProductsNodesVariantsPageInfo


class ProductsPageProductsNodes(TypedDict):
    id: str
    title: str
    handle: str
    status: str
    vendor: str
    productType: str
    tags: list[str]
    createdAt: str
    updatedAt: str
    metafields: ProductsPageProductsNodesMetafields
    variants: ProductsPageProductsNodesVariants


class ProductsPageProductsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ProductsPageProducts(TypedDict):
    nodes: list[ProductsPageProductsNodes]
    pageInfo: ProductsPageProductsPageInfo


class ProductsPage(TypedDict):
    products: ProductsPageProducts


class ReaddressOrderOrderUpdateOrder(Answer):
    id: str


class ReaddressOrderOrderUpdateUserErrors(Answer):
    field: list[str] | None
    message: str


class ReaddressOrderOrderUpdate(Answer):
    order: ReaddressOrderOrderUpdateOrder | None
    user_errors: list[ReaddressOrderOrderUpdateUserErrors]


class ReaddressOrder(Answer):
    order_update: ReaddressOrderOrderUpdate | None


class RecipientCustomerDefaultEmailAddress(Answer):
    email_address: str
    marketing_state: str


class RecipientCustomerDefaultAddress(Answer):
    country_code_v2: str | None


class RecipientCustomer(Answer):
    id: str
    first_name: str | None
    locale: str
    default_email_address: RecipientCustomerDefaultEmailAddress | None
    default_address: RecipientCustomerDefaultAddress | None


class Recipient(Answer):
    customer: RecipientCustomer | None


class RefundAdjustmentsRefundOrderAdjustmentsNodesAmountSetShopMoney(TypedDict):
    amount: str


class RefundAdjustmentsRefundOrderAdjustmentsNodesAmountSet(TypedDict):
    shopMoney: RefundAdjustmentsRefundOrderAdjustmentsNodesAmountSetShopMoney


class RefundAdjustmentsRefundOrderAdjustmentsNodes(TypedDict):
    reason: str | None
    amountSet: RefundAdjustmentsRefundOrderAdjustmentsNodesAmountSet


class RefundAdjustmentsRefundOrderAdjustmentsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class RefundAdjustmentsRefundOrderAdjustments(TypedDict):
    nodes: list[RefundAdjustmentsRefundOrderAdjustmentsNodes]
    pageInfo: RefundAdjustmentsRefundOrderAdjustmentsPageInfo


class RefundAdjustmentsRefund(TypedDict):
    orderAdjustments: RefundAdjustmentsRefundOrderAdjustments


class RefundAdjustments(TypedDict):
    refund: RefundAdjustmentsRefund | None


class RefundLinesRefundRefundLineItemsNodesLineItem(TypedDict):
    id: str


class RefundLinesRefundRefundLineItemsNodesSubtotalSetShopMoney(TypedDict):
    amount: str


class RefundLinesRefundRefundLineItemsNodesSubtotalSet(TypedDict):
    shopMoney: RefundLinesRefundRefundLineItemsNodesSubtotalSetShopMoney


class RefundLinesRefundRefundLineItemsNodes(TypedDict):
    quantity: int
    restockType: str
    lineItem: RefundLinesRefundRefundLineItemsNodesLineItem
    subtotalSet: RefundLinesRefundRefundLineItemsNodesSubtotalSet


class RefundLinesRefundRefundLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class RefundLinesRefundRefundLineItems(TypedDict):
    nodes: list[RefundLinesRefundRefundLineItemsNodes]
    pageInfo: RefundLinesRefundRefundLineItemsPageInfo


class RefundLinesRefund(TypedDict):
    refundLineItems: RefundLinesRefundRefundLineItems


class RefundLines(TypedDict):
    refund: RefundLinesRefund | None


class ReleaseOrderFulfillmentOrderReleaseHoldUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class ReleaseOrderFulfillmentOrderReleaseHold(Answer):
    user_errors: list[ReleaseOrderFulfillmentOrderReleaseHoldUserErrors]


class ReleaseOrder(Answer):
    fulfillment_order_release_hold: ReleaseOrderFulfillmentOrderReleaseHold | None


class RemoveTagsTagsRemoveUserErrors(Answer):
    field: list[str] | None
    message: str


class RemoveTagsTagsRemove(Answer):
    user_errors: list[RemoveTagsTagsRemoveUserErrors]


class RemoveTags(Answer):
    tags_remove: RemoveTagsTagsRemove | None


class ReturnLinesFoundReturnLineItemsNodes(ReturnLineRow):
    pass


class ReturnLinesFoundReturnLineItemsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ReturnLinesFoundReturnLineItems(TypedDict):
    nodes: list[ReturnLinesFoundReturnLineItemsNodes]
    pageInfo: ReturnLinesFoundReturnLineItemsPageInfo


class ReturnLinesFound(TypedDict):
    returnLineItems: ReturnLinesFoundReturnLineItems


class ReturnLines(TypedDict):
    found: ReturnLinesFound | None


class ReturnsPageOrdersNodesReturnsNodes(ReturnRow):
    pass


class ReturnsPageOrdersNodesReturnsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ReturnsPageOrdersNodesReturns(TypedDict):
    nodes: list[ReturnsPageOrdersNodesReturnsNodes]
    pageInfo: ReturnsPageOrdersNodesReturnsPageInfo


class ReturnsPageOrdersNodes(TypedDict):
    id: str
    updatedAt: str
    returns: ReturnsPageOrdersNodesReturns


class ReturnsPageOrdersPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ReturnsPageOrders(TypedDict):
    nodes: list[ReturnsPageOrdersNodes]
    pageInfo: ReturnsPageOrdersPageInfo


class ReturnsPage(TypedDict):
    orders: ReturnsPageOrders


class SegmentsPageSegmentsNodes(TypedDict):
    id: str
    name: str
    query: str
    creationDate: str
    lastEditDate: str


class SegmentsPageSegmentsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class SegmentsPageSegments(TypedDict):
    nodes: list[SegmentsPageSegmentsNodes]
    pageInfo: SegmentsPageSegmentsPageInfo


class SegmentsPage(TypedDict):
    segments: SegmentsPageSegments


class SetPriceProductVariantsBulkUpdateProductVariants(Answer):
    id: str
    price: Decimal
    compare_at_price: Decimal | None


class SetPriceProductVariantsBulkUpdateUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class SetPriceProductVariantsBulkUpdate(Answer):
    product_variants: list[SetPriceProductVariantsBulkUpdateProductVariants] | None
    user_errors: list[SetPriceProductVariantsBulkUpdateUserErrors]


class SetPrice(Answer):
    product_variants_bulk_update: SetPriceProductVariantsBulkUpdate | None


class SetProductProductSetProduct(Answer):
    id: str


class SetProductProductSetUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class SetProductProductSet(Answer):
    product: SetProductProductSetProduct | None
    user_errors: list[SetProductProductSetUserErrors]


class SetProduct(Answer):
    product_set: SetProductProductSet | None


class SetProductStatusProductUpdateUserErrors(Answer):
    field: list[str] | None
    message: str


class SetProductStatusProductUpdate(Answer):
    user_errors: list[SetProductStatusProductUpdateUserErrors]


class SetProductStatus(Answer):
    product_update: SetProductStatusProductUpdate | None


class SetQuantityInventorySetQuantitiesInventoryAdjustmentGroup(Answer):
    id: str


class SetQuantityInventorySetQuantitiesUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class SetQuantityInventorySetQuantities(Answer):
    inventory_adjustment_group: SetQuantityInventorySetQuantitiesInventoryAdjustmentGroup | None
    user_errors: list[SetQuantityInventorySetQuantitiesUserErrors]


class SetQuantity(Answer):
    inventory_set_quantities: SetQuantityInventorySetQuantities | None


class ShopShop(Answer):
    id: str
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str
    taxes_included: bool


class ShopCurrentAppInstallationAccessScopes(Answer):
    handle: str


class ShopCurrentAppInstallation(Answer):
    access_scopes: list[ShopCurrentAppInstallationAccessScopes]


class ShopProductsCount(Answer):
    count: int


class ShopOrdersCount(Answer):
    count: int


class ShopCustomersCount(Answer):
    count: int


class ShopAbandonedCheckoutsCount(Answer):
    count: int


class Shop(Answer):
    shop: ShopShop
    current_app_installation: ShopCurrentAppInstallation
    products_count: ShopProductsCount | None
    orders_count: ShopOrdersCount | None
    customers_count: ShopCustomersCount | None
    abandoned_checkouts_count: ShopAbandonedCheckoutsCount | None


class ShopMetafieldsShopMetafieldsNodes(TypedDict):
    namespace: str
    key: str
    type: str
    value: str


class ShopMetafieldsShopMetafieldsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class ShopMetafieldsShopMetafields(TypedDict):
    nodes: list[ShopMetafieldsShopMetafieldsNodes]
    pageInfo: ShopMetafieldsShopMetafieldsPageInfo


class ShopMetafieldsShop(TypedDict):
    id: str
    metafields: ShopMetafieldsShopMetafields


class ShopMetafields(TypedDict):
    shop: ShopMetafieldsShop


class ShopPoliciesShopShopPolicies(Answer):
    id: str
    title: str
    body: str
    url: str
    updated_at: datetime


class ShopPoliciesShop(Answer):
    shop_policies: list[ShopPoliciesShopShopPolicies]


class ShopPolicies(Answer):
    shop: ShopPoliciesShop


class ShownProductProduct(Answer):
    id: str
    status: str
    published_at: datetime | None
    description: str


class ShownProduct(Answer):
    product: ShownProductProduct | None


class StartBulkBulkOperationRunQueryBulkOperation(Answer):
    id: str


class StartBulkBulkOperationRunQueryUserErrors(Answer):
    field: list[str] | None
    message: str
    code: str | None


class StartBulkBulkOperationRunQuery(Answer):
    bulk_operation: StartBulkBulkOperationRunQueryBulkOperation | None
    user_errors: list[StartBulkBulkOperationRunQueryUserErrors]


class StartBulk(Answer):
    bulk_operation_run_query: StartBulkBulkOperationRunQuery | None


class StockLevelsNodesVariantsNodes(Answer):
    id: str


class StockLevelsNodesVariants(Answer):
    nodes: list[StockLevelsNodesVariantsNodes]


class StockLevelsNodesInventoryLevelQuantities(Answer):
    name: str
    quantity: int


class StockLevelsNodesInventoryLevel(Answer):
    updated_at: datetime
    quantities: list[StockLevelsNodesInventoryLevelQuantities]


class StockLevelsNodes(Answer):
    id: str | None = None
    variants: StockLevelsNodesVariants | None = None
    inventory_level: StockLevelsNodesInventoryLevel | None = None


class StockLevels(Answer):
    nodes: list[StockLevelsNodes | None]


class SubscribeWebhookWebhookSubscriptionCreateWebhookSubscription(Answer):
    id: str


class SubscribeWebhookWebhookSubscriptionCreateUserErrors(Answer):
    field: list[str] | None
    message: str


class SubscribeWebhookWebhookSubscriptionCreate(Answer):
    webhook_subscription: SubscribeWebhookWebhookSubscriptionCreateWebhookSubscription | None
    user_errors: list[SubscribeWebhookWebhookSubscriptionCreateUserErrors]


class SubscribeWebhook(Answer):
    webhook_subscription_create: SubscribeWebhookWebhookSubscriptionCreate | None


class TransactionsPageOrdersNodesTransactionsParentTransaction(TypedDict):
    id: str


class TransactionsPageOrdersNodesTransactionsAmountSetShopMoney(TypedDict):
    amount: str
    currencyCode: str


class TransactionsPageOrdersNodesTransactionsAmountSet(TypedDict):
    shopMoney: TransactionsPageOrdersNodesTransactionsAmountSetShopMoney


class TransactionsPageOrdersNodesTransactions(TypedDict):
    id: str
    kind: str
    status: str
    gateway: str | None
    test: bool
    createdAt: str
    processedAt: str | None
    parentTransaction: TransactionsPageOrdersNodesTransactionsParentTransaction | None
    amountSet: TransactionsPageOrdersNodesTransactionsAmountSet


class TransactionsPageOrdersNodes(TypedDict):
    id: str
    updatedAt: str
    transactions: list[TransactionsPageOrdersNodesTransactions]


class TransactionsPageOrdersPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class TransactionsPageOrders(TypedDict):
    nodes: list[TransactionsPageOrdersNodes]
    pageInfo: TransactionsPageOrdersPageInfo


class TransactionsPage(TypedDict):
    orders: TransactionsPageOrders


class UnsubscribeWebhookWebhookSubscriptionDeleteUserErrors(Answer):
    field: list[str] | None
    message: str


class UnsubscribeWebhookWebhookSubscriptionDelete(Answer):
    deleted_webhook_subscription_id: str | None
    user_errors: list[UnsubscribeWebhookWebhookSubscriptionDeleteUserErrors]


class UnsubscribeWebhook(Answer):
    webhook_subscription_delete: UnsubscribeWebhookWebhookSubscriptionDelete | None


class VariantOfferProductVariantInventoryItem(Answer):
    tracked: bool


class VariantOfferProductVariant(Answer):
    id: str
    price: Decimal
    inventory_quantity: int | None
    inventory_item: VariantOfferProductVariantInventoryItem


class VariantOfferShop(Answer):
    currency_code: str


class VariantOffer(Answer):
    product_variant: VariantOfferProductVariant | None
    shop: VariantOfferShop


class VariantPricesNodesProduct(Answer):
    id: str


class VariantPricesNodesInventoryItemUnitCost(Answer):
    amount: Decimal
    currency_code: str


class VariantPricesNodesInventoryItem(Answer):
    unit_cost: VariantPricesNodesInventoryItemUnitCost | None


class VariantPricesNodes(Answer):
    id: str | None = None
    price: Decimal | None = None
    compare_at_price: Decimal | None = None
    updated_at: datetime | None = None
    product: VariantPricesNodesProduct | None = None
    inventory_item: VariantPricesNodesInventoryItem | None = None


class VariantPricesShop(Answer):
    currency_code: str


class VariantPrices(Answer):
    nodes: list[VariantPricesNodes | None]
    shop: VariantPricesShop


class VariantsToImportNodesSelectedOptions(TypedDict):
    name: str
    value: str


class VariantsToImportNodesProduct(TypedDict):
    handle: str
    title: str


class VariantsToImportNodesInventoryItemInventoryLevelsNodesLocation(TypedDict):
    name: str


class VariantsToImportNodesInventoryItemInventoryLevelsNodesQuantities(TypedDict):
    name: str
    quantity: int


class VariantsToImportNodesInventoryItemInventoryLevelsNodes(TypedDict):
    location: VariantsToImportNodesInventoryItemInventoryLevelsNodesLocation
    quantities: list[VariantsToImportNodesInventoryItemInventoryLevelsNodesQuantities]


class VariantsToImportNodesInventoryItemInventoryLevels(TypedDict):
    nodes: list[VariantsToImportNodesInventoryItemInventoryLevelsNodes]


class VariantsToImportNodesInventoryItem(TypedDict):
    id: str
    inventoryLevels: VariantsToImportNodesInventoryItemInventoryLevels


class VariantsToImportNodes(TypedDict):
    id: NotRequired[str]
    sku: NotRequired[str | None]
    price: NotRequired[str]
    compareAtPrice: NotRequired[str | None]
    selectedOptions: NotRequired[list[VariantsToImportNodesSelectedOptions]]
    product: NotRequired[VariantsToImportNodesProduct]
    inventoryItem: NotRequired[VariantsToImportNodesInventoryItem]


class VariantsToImport(TypedDict):
    nodes: list[VariantsToImportNodes | None]


class WebhookSubscriptionsWebhookSubscriptionsNodes(TypedDict):
    id: str
    topic: str
    uri: str
    format: str
    includeFields: list[str]
    filter: str | None


class WebhookSubscriptionsWebhookSubscriptionsPageInfo(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class WebhookSubscriptionsWebhookSubscriptions(TypedDict):
    nodes: list[WebhookSubscriptionsWebhookSubscriptionsNodes]
    pageInfo: WebhookSubscriptionsWebhookSubscriptionsPageInfo


class WebhookSubscriptions(TypedDict):
    webhookSubscriptions: WebhookSubscriptionsWebhookSubscriptions
