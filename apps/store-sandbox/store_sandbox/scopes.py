"""The access scopes the sandbox knows and what each field needs of them."""

DESCRIPTIONS = {
    "read_products": "Read products, variants, and collections",
    "write_products": "Modify products, variants, and collections",
    "read_inventory": "Read inventory",
    "write_inventory": "Modify inventory",
    "read_locations": "Read locations",
    "read_orders": "Read orders, transactions, and fulfillments",
    "write_orders": "Modify orders, transactions, and fulfillments",
    "read_all_orders": "Read all orders",
    "read_merchant_managed_fulfillment_orders": "Read fulfillment orders of own locations",
    "write_merchant_managed_fulfillment_orders": "Manage fulfillment orders of own locations",
    "read_discounts": "Read price rules and discounts",
    "write_discounts": "Modify price rules and discounts",
    "read_customers": "Read customer details and customer groups",
    "write_customers": "Modify customer details and customer groups",
    "read_returns": "Read returns",
    "write_returns": "Modify returns",
    "read_legal_policies": "Read the shop's policies",
}
ALL = tuple(DESCRIPTIONS)

# root field -> the scope it needs; what is not here needs none
REQUIRED = {
    "products": "read_products",
    "productsCount": "read_products",
    "product": "read_products",
    "productByIdentifier": "read_products",
    "productVariants": "read_products",
    "productVariantsCount": "read_products",
    "productVariant": "read_products",
    "inventoryItems": "read_inventory",
    "inventoryItem": "read_inventory",
    "inventoryLevel": "read_inventory",
    "locations": "read_locations",
    "location": "read_locations",
    "orders": "read_orders",
    "ordersCount": "read_orders",
    "order": "read_orders",
    "refund": "read_orders",
    "fulfillment": "read_orders",
    "fulfillmentOrder": "read_merchant_managed_fulfillment_orders",
    "fulfillmentOrders": "read_merchant_managed_fulfillment_orders",
    "fulfillmentCreate": "write_merchant_managed_fulfillment_orders",
    "fulfillmentTrackingInfoUpdate": "write_merchant_managed_fulfillment_orders",
    "fulfillmentCancel": "write_merchant_managed_fulfillment_orders",
    "fulfillmentOrderHold": "write_merchant_managed_fulfillment_orders",
    "fulfillmentOrderReleaseHold": "write_merchant_managed_fulfillment_orders",
    "orderCancel": "write_orders",
    "orderClose": "write_orders",
    "orderOpen": "write_orders",
    "return": "read_returns",
    "returnCreate": "write_returns",
    "returnCancel": "write_returns",
    "returnClose": "write_returns",
    "returnReopen": "write_returns",
    "segment": "read_customers",
    "segments": "read_customers",
    "segmentsCount": "read_customers",
    "segmentCreate": "write_customers",
    "segmentUpdate": "write_customers",
    "segmentDelete": "write_customers",
    "customers": "read_customers",
    "customersCount": "read_customers",
    "customer": "read_customers",
    "abandonedCheckouts": "read_orders",
    "abandonedCheckoutsCount": "read_orders",
    "collection": "read_products",
    "collections": "read_products",
    "collectionsCount": "read_products",
    "collectionByIdentifier": "read_products",
    "collectionByHandle": "read_products",
    "collectionCreate": "write_products",
    "collectionAddProducts": "write_products",
    "collectionRemoveProducts": "write_products",
    "collectionDelete": "write_products",
    "productCreate": "write_products",
    "productSet": "write_products",
    "customerEmailMarketingConsentUpdate": "write_customers",
    "customerSmsMarketingConsentUpdate": "write_customers",
    "orderRiskAssessmentCreate": "write_orders",
    "codeDiscountNode": "read_discounts",
    "codeDiscountNodes": "read_discounts",
    "codeDiscountNodeByCode": "read_discounts",
    "discountNode": "read_discounts",
    "discountNodes": "read_discounts",
    "discountNodesCount": "read_discounts",
    "discountCodeBasicCreate": "write_discounts",
    "discountCodeBasicUpdate": "write_discounts",
    "discountCodeActivate": "write_discounts",
    "discountCodeDeactivate": "write_discounts",
    "discountCodeDelete": "write_discounts",
    "productVariantsBulkUpdate": "write_products",
    "productUpdate": "write_products",
    "productDelete": "write_products",
    "inventorySetQuantities": "write_inventory",
    "inventoryAdjustQuantities": "write_inventory",
    "inventoryItemUpdate": "write_inventory",
    "orderCreate": "write_orders",
    "orderUpdate": "write_orders",
    "refundCreate": "write_orders",
    "customerUpdate": "write_customers",
}


def expanded(scopes: tuple[str, ...]) -> frozenset[str]:
    """With the read scopes that write scopes include."""
    implied = {one.replace("write_", "read_", 1) for one in scopes}
    return frozenset(scopes) | (implied & frozenset(DESCRIPTIONS))


def shown(scopes: frozenset[str]) -> list[str]:
    """As a token response lists them: without what a write scope says already."""
    return sorted(
        one
        for one in scopes
        if not one.startswith("read_") or one.replace("read_", "write_", 1) not in scopes
    )


def granted(scopes: frozenset[str], needed: str) -> bool:
    """Whether the scopes cover it; a write scope includes its read scope."""
    return needed in scopes or needed.replace("read_", "write_", 1) in scopes
