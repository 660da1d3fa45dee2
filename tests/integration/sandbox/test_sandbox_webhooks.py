"""Webhooks of the sandbox, received by a real server."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import base64
import hashlib
import hmac
import json

SUBSCRIBE = """mutation W($topic: WebhookSubscriptionTopic!, $uri: String!, $fields: [String!]) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri, includeFields: $fields}) {
    webhookSubscription { id topic uri format } userErrors { field message } } }"""
TAG = 'mutation { tagsAdd(id: "gid://shopify/Order/%d", tags: ["%s"]) { node { id } } }'


def subscribe(shop, topic, uri, fields=None):
    return shop.ask(SUBSCRIBE, {"topic": topic, "uri": uri, "fields": fields})[
        "webhookSubscriptionCreate"
    ]


def test_a_change_is_delivered_signed_with_shopifys_headers(shop, receiver, wait_until):
    found, uri = receiver
    assert subscribe(shop, "ORDERS_UPDATED", uri)["userErrors"] == []
    shop.ask(TAG % (3, "hooked"))
    wait_until(lambda: found.got)
    headers, body = found.got[0]
    secret = shop.runtime.credentials.client_secret
    expected = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    assert headers["x-shopify-hmac-sha256"] == base64.b64encode(expected).decode()
    assert headers["x-shopify-topic"] == "orders/updated"
    assert headers["x-shopify-api-version"] == "2026-10"
    for name in ("webhook-id", "event-id", "triggered-at", "shop-domain"):
        assert headers[f"x-shopify-{name}"]
    order = json.loads(body)
    assert order["admin_graphql_api_id"] == "gid://shopify/Order/3"
    assert order["tags"] == "hooked, vip"
    assert all(line["tax_lines"] == [] for line in order["line_items"])


def test_price_stock_and_deletion_have_their_topics_and_fields(shop, receiver, wait_until):
    found, uri = receiver
    subscribe(shop, "PRODUCTS_UPDATE", uri, ["id", "updated_at"])
    subscribe(shop, "PRODUCTS_DELETE", uri)
    subscribe(shop, "INVENTORY_LEVELS_UPDATE", uri)
    shop.ask(
        """mutation { productVariantsBulkUpdate(productId: "gid://shopify/Product/1",
        variants: [{id: "gid://shopify/ProductVariant/1", price: "30"}]) { userErrors { message } } }"""
    )
    shop.ask(
        """mutation { inventorySetQuantities(input: {name: "available", reason: "correction", quantities: [
        {inventoryItemId: "gid://shopify/InventoryItem/102", locationId: "gid://shopify/Location/1",
        quantity: 3, changeFromQuantity: null}]}) @idempotent(key: "hook") { userErrors { message } } }"""
    )
    shop.ask(
        'mutation { productDelete(input: {id: "gid://shopify/Product/3"}) { deletedProductId } }'
    )
    wait_until(lambda: len(found.got) >= 4)
    by_topic = {}
    for headers, body in found.got:
        by_topic.setdefault(headers["x-shopify-topic"], []).append(json.loads(body))
    assert set(by_topic["products/update"][0]) == {"id", "updated_at"}
    assert len(by_topic["products/update"]) == 2
    assert by_topic["inventory_levels/update"][0]["available"] == 3
    assert by_topic["products/delete"] == [{"id": 3}]


def test_a_refusing_receiver_is_retried_and_then_the_subscription_removed(
    shop, receiver, wait_until
):
    found, uri = receiver
    found.status = 500
    subscribe(shop, "ORDERS_UPDATED", uri)
    shop.ask(TAG % (1, "retry"))
    query = "{ webhookSubscriptions(first: 5) { nodes { id } } }"
    wait_until(lambda: not shop.ask(query)["webhookSubscriptions"]["nodes"], 30)
    assert len(found.got) == 9
    assert len({headers["x-shopify-webhook-id"] for headers, _ in found.got}) == 1
    fate = shop.control("GET", "webhooks").json()["data"]
    assert [(d["state"], d["attempts"]) for d in fate] == [("failed", 9)]


def test_plain_http_is_for_loopback_only(shop):
    refused = subscribe(shop, "ORDERS_CREATE", "http://example.com/hook")
    assert refused["userErrors"] == [
        {
            "field": ["webhookSubscription", "callbackUrl"],
            "message": "Address protocol http:// is not supported",
        }
    ]
    assert subscribe(shop, "ORDERS_CREATE", "https://example.com/hook")["userErrors"] == []
    again = subscribe(shop, "ORDERS_CREATE", "https://example.com/hook")
    assert again["userErrors"][0]["message"] == "Address for this topic has already been taken"


def test_a_subscription_can_be_listed_moved_and_deleted(shop):
    made = subscribe(shop, "REFUNDS_CREATE", "http://127.0.0.1:9/hook")["webhookSubscription"]
    listed = shop.ask(
        "{ webhookSubscriptions(first: 5, topics: [REFUNDS_CREATE]) { nodes { id topic uri apiVersion { handle } } } }"
    )["webhookSubscriptions"]["nodes"]
    assert [one["id"] for one in listed] == [made["id"]]
    moved = shop.ask(
        'mutation {{ webhookSubscriptionUpdate(id: "{}", webhookSubscription: {{uri: "https://example.com/x"}}) '
        "{{ webhookSubscription {{ uri }} }} }}".format(made["id"])
    )
    assert (
        moved["webhookSubscriptionUpdate"]["webhookSubscription"]["uri"] == "https://example.com/x"
    )
    gone = shop.ask(
        'mutation {{ webhookSubscriptionDelete(id: "{}") {{ deletedWebhookSubscriptionId }} }}'.format(
            made["id"]
        )
    )
    assert gone["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"] == made["id"]
