"""Changing the sandbox over HTTP."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import threading

PRICE = """mutation P($product: ID!, $variants: [ProductVariantsBulkInput!]!, $partial: Boolean) {
  productVariantsBulkUpdate(productId: $product, variants: $variants, allowPartialUpdates: $partial) {
    product { updatedAt } productVariants { id price compareAtPrice } userErrors { field message code } } }"""
STOCK = """mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id reason changes { name delta quantityAfterChange item { id } } }
    userErrors { field message code } } }"""
HALTER = "gid://shopify/Product/1"


def variant(number):
    return f"gid://shopify/ProductVariant/{number}"


def stock_input(quantity, expected, **more):
    item = {
        "inventoryItemId": "gid://shopify/InventoryItem/101",
        "locationId": "gid://shopify/Location/1",
        "quantity": quantity,
        "changeFromQuantity": expected,
        **more,
    }
    return {"name": "available", "reason": "correction", "quantities": [item]}


def available(shop):
    data = shop.ask(
        """{ inventoryLevel(id: "gid://shopify/InventoryLevel/1?inventory_item_id=101") {
        quantities(names: ["available", "on_hand"]) { quantity } } }"""
    )
    return [q["quantity"] for q in data["inventoryLevel"]["quantities"]]


def journal(shop, mutation):
    return shop.control("GET", f"journal?mutation={mutation}").json()["data"]


def test_a_price_change_is_read_back_journaled_and_touches_the_product(shop):
    result = shop.ask(
        PRICE,
        {
            "product": HALTER,
            "variants": [{"id": variant(1), "price": "31.50", "compareAtPrice": 35}],
        },
    )["productVariantsBulkUpdate"]
    assert result["userErrors"] == []
    assert result["productVariants"] == [
        {"id": variant(1), "price": "31.50", "compareAtPrice": "35.00"}
    ]
    entry = journal(shop, "productVariantsBulkUpdate")[-1]
    assert entry["before"]["price"] == "29.9"
    assert entry["after"]["price"] == "31.5"
    assert shop.ask("{ products(first: 5, sortKey: UPDATED_AT, reverse: true) { nodes { id } } }")[
        "products"
    ]["nodes"][0] == {"id": HALTER}


def test_one_bad_price_refuses_the_whole_batch_unless_partial_is_allowed(shop):
    variants = [{"id": variant(1), "price": "30"}, {"id": variant(2), "price": "-1"}]
    refused = shop.ask(PRICE, {"product": HALTER, "variants": variants})[
        "productVariantsBulkUpdate"
    ]
    assert refused["userErrors"] == [
        {
            "field": ["variants", "1", "price"],
            "message": "Price must be greater than or equal to 0",
            "code": "GREATER_THAN_OR_EQUAL_TO",
        }
    ]
    assert refused["productVariants"] is None
    price = f'{{ productVariant(id: "{variant(1)}") {{ price }} }}'
    assert shop.ask(price)["productVariant"]["price"] == "29.90"
    partly = shop.ask(PRICE, {"product": HALTER, "variants": variants, "partial": True})
    assert len(partly["productVariantsBulkUpdate"]["productVariants"]) == 1
    assert shop.ask(price)["productVariant"]["price"] == "30.00"


def test_unknown_products_and_foreign_variants_are_user_errors(shop):
    unknown = shop.ask(PRICE, {"product": "gid://shopify/Product/99", "variants": []})
    assert unknown["productVariantsBulkUpdate"]["userErrors"][0]["code"] == "PRODUCT_DOES_NOT_EXIST"
    foreign = shop.ask(PRICE, {"product": HALTER, "variants": [{"id": variant(3), "price": "1"}]})
    errors = foreign["productVariantsBulkUpdate"]["userErrors"]
    assert errors[0]["code"] == "PRODUCT_VARIANT_DOES_NOT_EXIST"


def test_stock_is_set_once_per_idempotency_key(shop):
    first = shop.ask(STOCK, {"input": stock_input(7, 10), "key": "k-1"})["inventorySetQuantities"]
    assert first["userErrors"] == []
    changes = first["inventoryAdjustmentGroup"]["changes"]
    assert [(c["name"], c["delta"], c["quantityAfterChange"]) for c in changes] == [
        ("available", -3, 7),
        ("on_hand", -3, 7),
    ]
    again = shop.ask(STOCK, {"input": stock_input(7, 10), "key": "k-1"})["inventorySetQuantities"]
    assert again == first
    assert available(shop) == [7, 7]
    assert (
        len([e for e in journal(shop, "inventorySetQuantities") if e["idempotency_key"] == "k-1"])
        == 1
    )


def test_a_key_with_other_arguments_is_a_mismatch(shop):
    shop.ask(STOCK, {"input": stock_input(7, 10), "key": "k-2"})
    other = shop.ask(STOCK, {"input": stock_input(8, 7), "key": "k-2"})["inventorySetQuantities"]
    assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
    assert available(shop) == [7, 7]


def test_a_stale_quantity_changes_nothing(shop):
    result = shop.ask(STOCK, {"input": stock_input(7, 9), "key": "k-3"})["inventorySetQuantities"]
    assert result["userErrors"][0]["code"] == "CHANGE_FROM_QUANTITY_STALE"
    assert available(shop) == [10, 10]


def test_the_directive_and_the_expected_quantity_are_mandatory(shop):
    bare = STOCK.replace(" @idempotent(key: $key)", "").replace(", $key: String!", "")
    error = shop.errors(bare, {"input": stock_input(7, 10)})[0]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    given = stock_input(7, 10)
    del given["quantities"][0]["changeFromQuantity"]
    error = shop.errors(STOCK, {"input": given, "key": "k-4"})[0]
    assert error["message"] == (
        "InventoryQuantityInput must include the following argument: changeFromQuantity."
    )
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"


def test_two_writers_comparing_the_same_quantity_have_one_winner(shop):
    results = []

    def write(key):
        answer = shop.ask(STOCK, {"input": stock_input(int(key), 10), "key": f"race-{key}"})
        results.append(bool(answer["inventorySetQuantities"]["userErrors"]))

    threads = [threading.Thread(target=write, args=(str(n),)) for n in (5, 6, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True, True]


def test_adjusting_moves_available_and_on_hand(shop):
    mutation = """mutation A($input: InventoryAdjustQuantitiesInput!) {
        inventoryAdjustQuantities(input: $input) @idempotent(key: "adj-1") { userErrors { code message } } }"""
    change = {
        "delta": -4,
        "inventoryItemId": "gid://shopify/InventoryItem/101",
        "locationId": "gid://shopify/Location/1",
        "changeFromQuantity": None,
    }
    given = {"name": "available", "reason": "shrinkage", "changes": [change]}
    assert shop.ask(mutation, {"input": given})["inventoryAdjustQuantities"]["userErrors"] == []
    assert available(shop) == [6, 6]
    bad = shop.ask(mutation.replace("adj-1", "adj-2"), {"input": {**given, "name": "sold"}})
    assert bad["inventoryAdjustQuantities"]["userErrors"][0]["code"] == "INVALID_QUANTITY_NAME"


def test_tags_are_added_and_removed_without_repeats(shop):
    add = 'mutation { tagsAdd(id: "gid://shopify/Order/3", tags: ["VIP", "gift"]) { node { id } userErrors { message } } }'
    assert shop.ask(add)["tagsAdd"]["userErrors"] == []
    order = '{ order(id: "gid://shopify/Order/3") { tags } }'
    assert shop.ask(order)["order"]["tags"] == ["gift", "vip"]
    shop.ask('mutation { tagsRemove(id: "gid://shopify/Order/3", tags: ["Vip"]) { node { id } } }')
    assert shop.ask(order)["order"]["tags"] == ["gift"]


def test_an_order_can_be_created_refunded_and_never_over_refunded(shop):
    created = shop.ask(
        """mutation { orderCreate(order: {financialStatus: PAID, email: "rider1@example.com",
        lineItems: [{variantId: "gid://shopify/ProductVariant/1", quantity: 3}, {title: "Engraving", quantity: 1,
        priceSet: {shopMoney: {amount: "4.50", currencyCode: EUR}}}]}, options: {inventoryBehaviour: DECREMENT_OBEYING_POLICY}) {
        order { id customer { id } totalPriceSet { shopMoney { amount } } lineItems(first: 5) { nodes { id variant { id } } } }
        userErrors { message code } } }"""
    )["orderCreate"]
    assert created["userErrors"] == []
    order = created["order"]
    assert order["totalPriceSet"]["shopMoney"]["amount"] == "94.2"
    assert order["customer"] == {"id": "gid://shopify/Customer/1"}
    assert available(shop) == [7, 10]
    line = order["lineItems"]["nodes"][0]["id"]
    refund = """mutation R($input: RefundInput!, $key: String!) { refundCreate(input: $input) @idempotent(key: $key) {
        order { displayFinancialStatus currentSubtotalPriceSet { shopMoney { amount } } }
        refund { totalRefundedSet { shopMoney { amount } } refundLineItems(first: 5) { nodes { subtotalSet { shopMoney { amount } } } }
        orderAdjustments(first: 5) { nodes { amountSet { shopMoney { amount } } reason } } } userErrors { message } } }"""
    given = {
        "orderId": order["id"],
        "refundLineItems": [{"lineItemId": line, "quantity": 1, "restockType": "CANCEL"}],
        "transactions": [
            {"amount": "31.00", "gateway": "manual", "kind": "REFUND", "orderId": order["id"]}
        ],
    }
    done = shop.ask(refund, {"input": given, "key": "r-1"})["refundCreate"]
    assert done["userErrors"] == []
    assert done["order"]["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert done["order"]["currentSubtotalPriceSet"]["shopMoney"]["amount"] == "64.3"
    assert done["refund"]["orderAdjustments"]["nodes"] == [
        {"amountSet": {"shopMoney": {"amount": "-1.1"}}, "reason": "REFUND_DISCREPANCY"}
    ]
    assert available(shop) == [8, 10]
    again = shop.ask(refund, {"input": given, "key": "r-1"})["refundCreate"]
    assert again == done
    too_much = {**given, "refundLineItems": [{"lineItemId": line, "quantity": 9}]}
    errors = shop.ask(refund, {"input": too_much, "key": "r-2"})["refundCreate"]["userErrors"]
    assert errors == [{"message": "Quantity cannot refund more items than were purchased"}]


def test_a_deleted_product_is_gone_and_its_order_lines_stay(shop):
    done = shop.ask(
        f'mutation {{ productDelete(input: {{id: "{HALTER}"}}) {{ deletedProductId shop {{ id }} }} }}'
    )
    assert done["productDelete"]["deletedProductId"] == HALTER
    data = shop.ask(
        """{ product(id: "gid://shopify/Product/1") { id } order(id: "gid://shopify/Order/1") {
        lineItems(first: 1) { nodes { sku variant { id } product { id } } } } }"""
    )
    assert data["product"] is None
    assert data["order"]["lineItems"]["nodes"] == [
        {"sku": "HALT-S", "variant": None, "product": None}
    ]


def test_the_cost_of_an_item_can_be_learned_and_forgotten(shop):
    update = """mutation U($cost: Decimal) { inventoryItemUpdate(id: "gid://shopify/InventoryItem/103", input: {cost: $cost}) {
        inventoryItem { unitCost { amount } } userErrors { message } } }"""
    assert shop.ask(update, {"cost": "21.07"})["inventoryItemUpdate"]["inventoryItem"] == {
        "unitCost": {"amount": "21.07"}
    }
    assert (
        shop.ask(update, {"cost": None})["inventoryItemUpdate"]["inventoryItem"]["unitCost"] is None
    )
    assert shop.ask(update, {"cost": -1})["inventoryItemUpdate"]["userErrors"] == [
        {"message": "Cost must be greater than or equal to 0"}
    ]


def test_more_than_250_items_in_one_input_are_refused(shop):
    variants = [{"id": variant(1), "price": "1"}] * 251
    error = shop.errors(PRICE, {"product": HALTER, "variants": variants})[0]
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
