"""Returns and segments: what a support agent or a marketer asks of the store."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import pytest

from store_sandbox.oauth.tokens import issue_token
from tests.integration.sandbox.test_sandbox_after_sale import CREATE, SHIP

OPEN = """mutation R($given: ReturnInput!) { returnCreate(returnInput: $given) {
  return { id name status totalQuantity returnLineItems(first: 5) { nodes { quantity returnReason
    ... on ReturnLineItem { refundableQuantity fulfillmentLineItem { lineItem { sku } } } } } }
  userErrors { field message code } } }"""
TURN = """mutation T($id: ID!) { %s(id: $id) { return { id status closedAt } userErrors { field code } } }"""
STATE = "query O($id: ID!) { order(id: $id) { returnStatus returns(first: 5) { nodes { id status } } } }"


@pytest.fixture
def parcel(shop):
    """Two shipped units: (the order's id, the id of the parcel's line)."""
    given = {
        "lineItems": [{"variantId": "gid://shopify/ProductVariant/2", "quantity": 2}],
        "financialStatus": "PAID",
    }
    order = shop.ask(CREATE, {"order": given})["orderCreate"]["order"]
    groups = [{"fulfillmentOrderId": order["fulfillmentOrders"]["nodes"][0]["id"]}]
    shop.ask(SHIP, {"fulfillment": {"lineItemsByFulfillmentOrder": groups}})
    lines = shop.ask(
        "query P($id: ID!) { order(id: $id) { fulfillments { fulfillmentLineItems(first: 1) { nodes { id } } } } }",
        {"id": order["id"]},
    )["order"]["fulfillments"][0]["fulfillmentLineItems"]["nodes"]
    return order["id"], lines[0]["id"]


def ask_back(shop, parcel, quantity):
    order, line = parcel
    item = {"fulfillmentLineItemId": line, "quantity": quantity, "returnReason": "SIZE_TOO_SMALL"}
    return shop.ask(OPEN, {"given": {"orderId": order, "returnLineItems": [item]}})["returnCreate"]


def test_a_return_is_opened_closed_and_seen_on_its_order(shop, parcel):
    made = ask_back(shop, parcel, 2)
    assert made["userErrors"] == []
    assert made["return"]["name"].endswith("-R1")
    (line,) = made["return"]["returnLineItems"]["nodes"]
    assert (line["quantity"], line["returnReason"]) == (2, "SIZE_TOO_SMALL")
    assert line["fulfillmentLineItem"]["lineItem"]["sku"] == "HALT-M"
    found = shop.ask(STATE, {"id": parcel[0]})["order"]
    assert (found["returnStatus"], found["returns"]["nodes"][0]["status"]) == (
        "IN_PROGRESS",
        "OPEN",
    )
    ident = {"id": made["return"]["id"]}
    closed = shop.ask(TURN % "returnClose", ident)["returnClose"]
    assert closed["return"]["status"] == "CLOSED"
    assert shop.ask(STATE, {"id": parcel[0]})["order"]["returnStatus"] == "RETURNED"
    refused = shop.ask(TURN % "returnCancel", ident)["returnCancel"]
    assert (refused["return"], refused["userErrors"][0]["code"]) == (None, "INVALID_STATE")
    found = shop.ask('{ orders(first: 5, query: "return_status:returned") { nodes { id } } }')
    assert [one["id"] for one in found["orders"]["nodes"]] == [parcel[0]]


def test_units_on_their_way_back_cannot_be_asked_back_again(shop, parcel):
    assert ask_back(shop, parcel, 1)["userErrors"] == []
    refused = ask_back(shop, parcel, 2)
    assert refused["return"] is None
    assert refused["userErrors"][0]["field"] == ["returnInput", "returnLineItems", "0", "quantity"]


EXCHANGE = """mutation R($given: ReturnInput!) { returnCreate(returnInput: $given) {
  return { id exchangeLineItems(first: 5) { nodes { id quantity processedQuantity unprocessedQuantity
    processableQuantity variantId productId title variantTitle variantSku lineItems { id } } } }
  userErrors { field message code } } }"""


def test_what_is_exchanged_stands_with_the_return_and_moves_no_stock_and_no_money(shop, parcel):
    order, line = parcel
    ours = "query O($id: ID!, $v: ID!) { order(id: $id) { totalOutstandingSet { shopMoney { amount } } lineItems(first: 5) { nodes { id } } } productVariant(id: $v) { inventoryQuantity } }"
    wanted = "gid://shopify/ProductVariant/3"
    before = shop.ask(ours, {"id": order, "v": wanted})

    def exchange(**out):
        back = {"fulfillmentLineItemId": line, "quantity": 1, "returnReason": "SIZE_TOO_SMALL"}
        given = {"orderId": order, "returnLineItems": [back], "exchangeLineItems": [out]}
        return shop.ask(EXCHANGE, {"given": given})["returnCreate"]

    refused = exchange(variantId="gid://shopify/ProductVariant/999", quantity=1)
    at = ["returnInput", "exchangeLineItems", "0"]
    assert (refused["return"], refused["userErrors"][0]["field"]) == (None, [*at, "variantId"])
    refused = exchange(variantId=wanted, quantity=0)
    assert refused["userErrors"][0]["field"] == [*at, "quantity"]

    made = exchange(variantId=wanted, quantity=1)
    assert made["userErrors"] == []
    (out,) = made["return"]["exchangeLineItems"]["nodes"]
    ident = out.pop("id")
    variant = shop.ask(
        "query V($id: ID!) { productVariant(id: $id) { title sku product { id title } } }",
        {"id": wanted},
    )["productVariant"]
    assert out == {
        "quantity": 1, "processedQuantity": 0, "unprocessedQuantity": 1, "processableQuantity": 1,
        "variantId": wanted, "productId": variant["product"]["id"], "lineItems": None,
        "title": variant["product"]["title"], "variantTitle": variant["title"],
        "variantSku": variant["sku"],
    }  # fmt: skip
    assert shop.ask(ours, {"id": order, "v": wanted}) == before
    node = "query N($id: ID!) { node(id: $id) { ... on ExchangeLineItem { processableQuantity } } }"
    assert shop.ask(node, {"id": ident})["node"]["processableQuantity"] == 1
    shop.ask(TURN % "returnCancel", {"id": made["return"]["id"]})
    assert shop.ask(node, {"id": ident})["node"]["processableQuantity"] == 0


def test_returns_need_their_own_scope(shop, parcel):
    token = issue_token(shop.runtime.state, "other-app", ("read_orders",))
    answer = shop.raw(STATE, {"id": parcel[0]}, **{"X-Shopify-Access-Token": token})
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert "read_returns" in error["extensions"]["requiredAccess"]


def test_segments_are_made_changed_listed_and_removed(shop):
    make = "mutation S($name: String!, $query: String!) { segmentCreate(name: $name, query: $query) { segment { id query } userErrors { field message } } }"
    given = {"name": "Riders", "query": "number_of_orders > 3"}
    segment = shop.ask(make, given)["segmentCreate"]["segment"]
    change = (
        'mutation U($id: ID!) { segmentUpdate(id: $id, name: "Grooms") { segment { name query } } }'
    )
    changed = shop.ask(change, {"id": segment["id"]})["segmentUpdate"]["segment"]
    assert changed == {"name": "Grooms", "query": "number_of_orders > 3"}
    listed = shop.ask("{ segments(first: 9) { nodes { name } } segmentsCount { count } }")
    assert {"name": "Grooms"} in listed["segments"]["nodes"]
    drop = "mutation D($id: ID!) { segmentDelete(id: $id) { deletedSegmentId userErrors { message } } }"
    assert (
        shop.ask(drop, {"id": segment["id"]})["segmentDelete"]["deletedSegmentId"] == segment["id"]
    )
    assert (
        shop.ask("query N($id: ID!) { node(id: $id) { id } }", {"id": segment["id"]})["node"]
        is None
    )


def test_a_return_says_why_and_of_which_parcel(shop, parcel):
    order, line = parcel

    def refused(**item):
        given = {"fulfillmentLineItemId": line, "quantity": 1, **item}
        asked = {"given": {"orderId": order, "returnLineItems": [given]}}
        (error,) = shop.ask(OPEN, asked)["returnCreate"]["userErrors"]
        return error["field"][3:], error["message"], error["code"]

    why = "Return line items Either return reason or return reason definition must be provided"
    assert refused() == ([], why, "NOT_FOUND")
    note = (
        "Return line items return reason note"
        ' The note is required when the return reason is "Other"'
    )
    assert refused(returnReason="OTHER") == (["returnReasonNote"], note, "BLANK")
    strange = {
        "returnReason": "STYLE",
        "fulfillmentLineItemId": "gid://shopify/FulfillmentLineItem/9",
    }
    assert refused(**strange) == (
        ["fulfillmentLineItemId"], "Fulfillment Line Item was not found.", "NOT_FOUND",
    )  # fmt: skip


def test_a_segment_is_refused_with_all_that_is_wrong_and_a_taken_name_is_numbered(shop):
    make = "mutation S($name: String!, $query: String!) { segmentCreate(name: $name, query: $query) { segment { id name } userErrors { field message } } }"
    change = "mutation U($id: ID!, $name: String) { segmentUpdate(id: $id, name: $name) { segment { name } userErrors { field message } } }"

    def made(name, query):
        return shop.ask(make, {"name": name, "query": query})["segmentCreate"]

    assert made("", " ")["userErrors"] == [
        {"field": ["name"], "message": "Name can't be blank"},
        {"field": ["query"], "message": "Query can't be blank"},
    ]
    assert made("Long", "x" * 5_001)["userErrors"] == [
        {"field": ["query"], "message": "Query is too long (maximum is 5000 characters)"}
    ]
    names = [
        made(name, "amount_spent > 9")["segment"]["name"] for name in (" Vets ", "Vets", "vets")
    ]
    assert names == ["Vets", "Vets (2)", "vets (3)"]
    third = made("Farriers", "amount_spent > 9")["segment"]["id"]
    assert shop.ask(change, {"id": third})["segmentUpdate"]["userErrors"] == [
        {"field": None, "message": "At least one attribute to change must be present"}
    ]
    assert shop.ask(change, {"id": third, "name": "vets"})["segmentUpdate"]["userErrors"] == [
        {"field": ["name"], "message": "Name has already been taken"}
    ]
    gone = shop.raw('{ segment(id: "gid://shopify/Segment/999") { id } }').json()
    assert gone["errors"][0]["message"] == "Segment does not exist"
    assert gone["errors"][0]["extensions"]["code"] == "NOT_FOUND"
