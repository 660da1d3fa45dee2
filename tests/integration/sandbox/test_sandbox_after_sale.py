"""What happens to an order after it was placed: shipping, payment, cancelling."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import json

import pytest

CREATE = """mutation C($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) { order { id lineItems(first: 5) { nodes { id } }
    fulfillmentOrders(first: 5) { nodes { id status lineItems(first: 5) { nodes { id totalQuantity remainingQuantity sku lineItem { title } } } } } }
    userErrors { message } } }"""
SHIP = """mutation F($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) {
  fulfillment { id name status displayStatus totalQuantity trackingInfo { company number url }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { sku } originalTotalSet { shopMoney { amount } } } } }
  userErrors { field message } } }"""
STATE = """query O($id: ID!) { order(id: $id) { displayFulfillmentStatus displayFinancialStatus closed cancelledAt cancelReason
  fulfillments { id status } fulfillmentsCount { count }
  fulfillmentOrders(first: 5) { nodes { status supportedActions { action } lineItems(first: 5) { nodes { remainingQuantity } } } }
  transactions { id kind status amountSet { shopMoney { amount } } parentTransaction { kind } } } }"""
LEVEL = """{ inventoryItem(id: "gid://shopify/InventoryItem/102") { inventoryLevels(first: 1) { nodes { quantities(names: ["available", "committed", "on_hand"]) { quantity } } } } }"""


@pytest.fixture
def order(shop):
    """Three units of HALT-M (stock 20) and one custom line, paid, stock claimed."""
    given = {
        "lineItems": [
            {"variantId": "gid://shopify/ProductVariant/2", "quantity": 3},
            {
                "title": "Engraving",
                "quantity": 1,
                "priceSet": {"shopMoney": {"amount": "5", "currencyCode": "EUR"}},
            },
        ],
        "financialStatus": "PAID",
        "email": "rider1@example.com",
    }
    made = shop.ask(
        CREATE, {"order": given, "options": {"inventoryBehaviour": "DECREMENT_OBEYING_POLICY"}}
    )["orderCreate"]
    assert made["userErrors"] == []
    return made["order"]


def stock(shop):
    level = shop.ask(LEVEL)["inventoryItem"]["inventoryLevels"]["nodes"][0]
    return [one["quantity"] for one in level["quantities"]]


def state(shop, order):
    return shop.ask(STATE, {"id": order["id"]})["order"]


def ship(shop, order, lines=None, tracking=None):
    (waiting,) = order["fulfillmentOrders"]["nodes"]
    group = {"fulfillmentOrderId": waiting["id"]}
    if lines:
        group["fulfillmentOrderLineItems"] = lines
    given = {"lineItemsByFulfillmentOrder": [group], "trackingInfo": tracking}
    return shop.ask(SHIP, {"fulfillment": given})["fulfillmentCreate"]


def test_an_order_is_shipped_in_two_parcels(shop, order):
    (waiting,) = order["fulfillmentOrders"]["nodes"]
    assert waiting["status"] == "OPEN"
    halter, engraving = waiting["lineItems"]["nodes"]
    assert (halter["totalQuantity"], halter["remainingQuantity"]) == (3, 3)
    assert engraving["lineItem"]["title"] == "Engraving"
    assert stock(shop) == [17, 3, 20]
    tracking = {"company": "DHL", "number": "T1", "url": "https://example.com/T1"}
    first = ship(shop, order, [{"id": halter["id"], "quantity": 2}], tracking)["fulfillment"]
    assert first["trackingInfo"] == [tracking]
    assert first["name"].endswith("-F1")
    assert first["fulfillmentLineItems"]["nodes"] == [
        {
            "quantity": 2,
            "lineItem": {"sku": "HALT-M"},
            "originalTotalSet": {"shopMoney": {"amount": "63.8"}},
        }
    ]
    assert stock(shop) == [17, 1, 18]
    half = state(shop, order)
    assert half["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert half["fulfillmentOrders"]["nodes"][0]["status"] == "IN_PROGRESS"
    assert not half["closed"]
    second = ship(shop, order)["fulfillment"]
    assert second["totalQuantity"] == 2
    whole = state(shop, order)
    assert whole["displayFulfillmentStatus"] == "FULFILLED"
    assert whole["closed"]
    assert whole["fulfillmentsCount"]["count"] == 2
    assert whole["fulfillmentOrders"]["nodes"][0] == {
        "status": "CLOSED",
        "supportedActions": [],
        "lineItems": {"nodes": [{"remainingQuantity": 0}, {"remainingQuantity": 0}]},
    }
    assert stock(shop) == [17, 0, 17]
    again = ship(shop, order)["userErrors"]
    number = order["id"].rsplit("/", 1)[1]
    assert again == [
        {
            "field": ["fulfillment"],
            "message": f"Fulfillment order {number} has an unfulfillable status= closed.",
        }
    ]


def test_more_than_waits_cannot_be_shipped(shop, order):
    (waiting,) = order["fulfillmentOrders"]["nodes"]
    line = waiting["lineItems"]["nodes"][0]["id"]
    refused = ship(shop, order, [{"id": line, "quantity": 4}])
    assert refused["userErrors"][0]["message"] == (
        "Invalid fulfillment order line item quantity requested."
    )
    unknown = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/0"}]
    }
    error = shop.errors(SHIP, {"fulfillment": unknown})[0]
    assert (error["message"], error["extensions"]["code"]) == ("invalid id", "RESOURCE_NOT_FOUND")


def test_a_parcel_can_be_tracked_and_called_back(shop, order):
    parcel = ship(shop, order)["fulfillment"]["id"]
    tracked = shop.ask(
        """mutation T($id: ID!, $info: FulfillmentTrackingInput!) { fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info) {
        fulfillment { trackingInfo { number } } userErrors { message } } }""",
        {"id": parcel, "info": {"numbers": ["A", "B"]}},
    )["fulfillmentTrackingInfoUpdate"]
    assert tracked["fulfillment"]["trackingInfo"] == [{"number": "A"}, {"number": "B"}]
    cancel = "mutation X($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { status displayStatus } userErrors { field message } } }"
    gone = shop.ask(cancel, {"id": parcel})["fulfillmentCancel"]
    assert gone["fulfillment"] == {"status": "CANCELLED", "displayStatus": "CANCELED"}
    assert state(shop, order)["displayFulfillmentStatus"] == "UNFULFILLED"
    missing = shop.ask(cancel, {"id": "gid://shopify/Fulfillment/9"})["fulfillmentCancel"]
    assert missing["userErrors"] == [{"field": ["id"], "message": "Fulfillment not found."}]


CANCEL = """mutation C($id: ID!, $refund: OrderCancelRefundMethodInput) { orderCancel(orderId: $id, reason: FRAUD, restock: true, refundMethod: $refund) {
  job { id done } orderCancelUserErrors { field message code } } }"""


def test_cancelling_gives_money_and_stock_back(shop, order):
    method = {"originalPaymentMethodsRefund": True}
    done = shop.ask(CANCEL, {"id": order["id"], "refund": method})["orderCancel"]
    assert done["orderCancelUserErrors"] == []
    assert not done["job"]["done"]
    assert shop.ask("query J($id: ID!) { job(id: $id) { done } }", {"id": done["job"]["id"]}) == {
        "job": {"done": True}
    }
    after = state(shop, order)
    assert after["cancelReason"] == "FRAUD"
    assert after["displayFinancialStatus"] == "REFUNDED"
    assert after["fulfillmentOrders"]["nodes"][0]["status"] == "CANCELLED"
    assert [
        (
            one["kind"],
            one["status"],
            one["amountSet"]["shopMoney"]["amount"],
            one["parentTransaction"],
        )
        for one in after["transactions"]
    ] == [("SALE", "SUCCESS", "100.7", None), ("REFUND", "SUCCESS", "100.7", {"kind": "SALE"})]
    assert stock(shop) == [20, 0, 20]
    again = shop.ask(CANCEL, {"id": order["id"]})["orderCancel"]["orderCancelUserErrors"]
    assert again == [
        {"field": ["orderId"], "message": "Order has already been cancelled", "code": "INVALID"}
    ]


def test_what_was_shipped_cannot_be_cancelled_and_orders_close_and_open(shop, order):
    ship(shop, order)
    refused = shop.ask(CANCEL, {"id": order["id"]})["orderCancel"]["orderCancelUserErrors"]
    assert refused[0]["code"] == "INVALID"
    for name, closed in (("orderOpen", False), ("orderClose", True)):
        answer = shop.ask(
            f"mutation M($id: ID!) {{ {name}(input: {{id: $id}}) {{ order {{ closed }} userErrors {{ message }} }} }}",
            {"id": order["id"]},
        )
        assert answer[name] == {"order": {"closed": closed}, "userErrors": []}


def test_shipping_is_told_by_webhook(shop, order, receiver, wait_until):
    found, uri = receiver
    for topic in ("FULFILLMENTS_CREATE", "ORDERS_FULFILLED"):
        shop.ask(
            """mutation W($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(topic: $topic,
            webhookSubscription: {uri: $uri}) { userErrors { message } } }""",
            {"topic": topic, "uri": uri},
        )
    ship(shop, order, tracking={"number": "T9"})
    wait_until(lambda: len(found.got) == 2)
    bodies = {headers["x-shopify-topic"]: json.loads(body) for headers, body in found.got}
    assert bodies["fulfillments/create"]["tracking_number"] == "T9"
    assert [line["quantity"] for line in bodies["fulfillments/create"]["line_items"]] == [3, 1]
    assert bodies["orders/fulfilled"]["fulfillment_status"] == "fulfilled"


def test_waiting_orders_are_listed_for_the_warehouse(shop, order):
    query = "{ fulfillmentOrders(first: 5) { nodes { id orderId orderName assignedLocation { name } } } }"
    listed = shop.ask(query)["fulfillmentOrders"]["nodes"]
    assert [one["orderId"] for one in listed] == [order["id"]]
    assert listed[0]["assignedLocation"] == {"name": "Barn"}
    assert shop.ask("query N($id: ID!) { node(id: $id) { id } }", {"id": listed[0]["id"]})[
        "node"
    ] == {"id": listed[0]["id"]}


HOLD = """mutation H($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentHold { id handle reason reasonNotes heldByRequestingApp }
    fulfillmentOrder { status supportedActions { action } fulfillmentHolds { handle } }
    userErrors { field message code } } }"""
RELEASE = """mutation R($id: ID!, $ids: [ID!]) { fulfillmentOrderReleaseHold(id: $id, holdIds: $ids) {
  fulfillmentOrder { status fulfillmentHolds { id } } userErrors { message } } }"""


def test_a_held_order_ships_only_after_it_was_released(shop, order):
    waiting = order["fulfillmentOrders"]["nodes"][0]["id"]
    wish = {"handle": "royal", "reason": "HIGH_RISK_OF_FRAUD", "reasonNotes": "Looks odd."}
    held = shop.ask(HOLD, {"id": waiting, "hold": wish})["fulfillmentOrderHold"]
    assert held["userErrors"] == []
    assert held["fulfillmentHold"]["heldByRequestingApp"] is True
    assert held["fulfillmentOrder"] == {
        "status": "ON_HOLD",
        "supportedActions": [{"action": "RELEASE_HOLD"}],
        "fulfillmentHolds": [{"handle": "royal"}],
    }
    again = shop.ask(HOLD, {"id": waiting, "hold": wish})["fulfillmentOrderHold"]
    assert again["userErrors"][0]["code"] == "DUPLICATE_FULFILLMENT_HOLD_HANDLE"
    assert "on_hold" in ship(shop, order)["userErrors"][0]["message"]
    ids = [held["fulfillmentHold"]["id"]]
    told = shop.ask(RELEASE, {"id": waiting, "ids": ids})["fulfillmentOrderReleaseHold"]
    assert told["fulfillmentOrder"] == {"status": "OPEN", "fulfillmentHolds": []}
    assert ship(shop, order)["userErrors"] == []
