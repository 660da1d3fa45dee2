"""Protected customer data, keys in flight, and pages that read the same both ways."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import threading

import pytest

SEE = "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."


@pytest.fixture
def unapproved(shop):
    def take(*kinds):
        assert shop.control("POST", "protected", {"unapproved": list(kinds)}).status_code == 200

    yield take
    take()
    shop.runtime.faults.clear()


def test_an_app_without_approval_sees_orders_without_the_person(shop, unapproved):
    unapproved("email", "name")
    query = "{ order(id: 1) { name email totalPriceSet { shopMoney { amount } } customer { id firstName } } }"
    body = shop.raw(query.replace("1)", '"gid://shopify/Order/1")')).json()
    assert body["data"]["order"]["name"] == "#1001"
    assert body["data"]["order"]["email"] is None
    assert body["data"]["order"]["customer"] == {
        "id": "gid://shopify/Customer/2",
        "firstName": None,
    }
    assert [(one["message"], one["extensions"]["code"]) for one in body["errors"]] == [
        (f"This app is not approved to use the {name} field. {SEE}", "ACCESS_DENIED")
        for name in ("email", "firstName")
    ]


def test_an_app_without_any_approval_sees_no_customers_and_hears_of_none(shop, unapproved):
    unapproved("customer")
    errors = shop.errors("{ customers(first: 1) { nodes { id } } }")
    assert errors[0]["message"] == f"This app is not approved to access the Customer object. {SEE}"
    assert shop.ask("{ products(first: 1) { nodes { id } } }")["products"]["nodes"]
    refused = shop.ask(
        """mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: {uri: "https://example.com/x"}) {
        userErrors { field message } } }"""
    )["webhookSubscriptionCreate"]["userErrors"]
    assert refused[0]["message"].startswith(
        "This app is not approved to subscribe to webhook topics"
    )


SET = """mutation { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: [
  {inventoryItemId: "gid://shopify/InventoryItem/102", locationId: "gid://shopify/Location/1", quantity: 3, changeFromQuantity: null}]})
  @idempotent(key: "flight") { inventoryAdjustmentGroup { reason } userErrors { message code } } }"""


def test_a_key_in_flight_is_refused_and_free_again_afterwards(shop, unapproved, wait_until):
    shop.control("POST", "faults", {"kind": "slow_write", "seconds": 0.8})
    answers = []
    first = threading.Thread(target=lambda: answers.append(shop.ask(SET)))
    first.start()
    wait_until(lambda: not shop.runtime.faults.active("slow_write"))
    wait_until(lambda: len(shop.runtime.flights) == 1)
    during = shop.ask(SET)["inventorySetQuantities"]["userErrors"]
    assert during[0]["code"] == "IDEMPOTENCY_CONCURRENT_REQUEST"
    first.join(10)
    assert answers[0]["inventorySetQuantities"]["userErrors"] == []
    assert shop.ask(SET) == answers[0]


@pytest.mark.parametrize(
    ("root", "keys"),
    [
        ("products", ("ID", "TITLE", "VENDOR", "UPDATED_AT", "PUBLISHED_AT", "INVENTORY_TOTAL")),
        ("productVariants", ("ID", "SKU", "TITLE", "POSITION", "INVENTORY_QUANTITY")),
        ("orders", ("ID", "ORDER_NUMBER", "CREATED_AT", "TOTAL_PRICE", "CUSTOMER_NAME")),
        ("customers", ("ID", "NAME", "CREATED_AT", "LOCATION")),
    ],
)
@pytest.mark.parametrize("reverse", ["true", "false"])
def test_pages_read_the_same_forwards_and_backwards(shop, root, keys, reverse):
    for key in keys:
        forwards, cursor = [], "null"
        while True:
            page = shop.ask(
                f"{{ {root}(first: 2, after: {cursor}, sortKey: {key}, reverse: {reverse}) {{ edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            )[root]
            forwards += [edge["node"]["id"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            cursor = f'"{page["pageInfo"]["endCursor"]}"'
        backwards, cursor = [], "null"
        while True:
            page = shop.ask(
                f"{{ {root}(last: 2, before: {cursor}, sortKey: {key}, reverse: {reverse}) {{ nodes {{ id }} pageInfo {{ hasPreviousPage startCursor }} }} }}"
            )[root]
            backwards = [node["id"] for node in page["nodes"]] + backwards
            if not page["pageInfo"]["hasPreviousPage"]:
                break
            cursor = f'"{page["pageInfo"]["startCursor"]}"'
        assert backwards == forwards, key
        assert len(set(forwards)) == len(forwards)
