"""Faults on demand: each happens as asked, as often as asked, and nothing else does."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import json
import time

import httpx
import pytest

NAME = "{ shop { name } }"
TAG = 'mutation Tag { tagsAdd(id: "gid://shopify/Order/%d", tags: ["%s"]) { node { id } } }'


@pytest.fixture(autouse=True)
def _no_faults(shop):
    yield
    shop.runtime.faults.clear()


def fault(shop, **given):
    answer = shop.control("POST", "faults", given)
    assert answer.status_code == 200, answer.text


def tags(shop, number):
    return shop.ask(f'{{ order(id: "gid://shopify/Order/{number}") {{ tags }} }}')["order"]["tags"]


def test_statuses_come_as_often_as_asked_and_write_nothing(shop):
    fault(shop, kind="status", status=429, count=2, match="mutation")
    assert shop.raw(NAME).status_code == 200
    for _ in range(2):
        refused = shop.raw(TAG % (1, "x"))
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1.0")
    assert tags(shop, 1) == []
    assert shop.raw(TAG % (1, "x")).status_code == 200
    assert shop.control("GET", "faults").json()["data"] == []


def test_a_dropped_connection_comes_after_the_write(shop):
    fault(shop, kind="drop")
    with pytest.raises(httpx.TransportError):
        shop.raw(TAG % (2, "written"))
    assert tags(shop, 2) == ["written"]


def test_a_timeout_does_nothing_and_then_hangs_up(shop):
    fault(shop, kind="timeout", seconds=0.3)
    begun = time.monotonic()
    with pytest.raises(httpx.TransportError):
        shop.raw(TAG % (4, "lost"))
    assert time.monotonic() - begun >= 0.3
    assert tags(shop, 4) == []


def test_latency_expired_tokens_and_throttling(shop):
    fault(shop, kind="latency", seconds=0.2)
    begun = time.monotonic()
    assert shop.raw(NAME).status_code == 200
    assert time.monotonic() - begun >= 0.2
    fault(shop, kind="expired")
    assert [shop.raw(NAME).status_code for _ in range(2)] == [401, 200]
    fault(shop, kind="throttle")
    body = shop.raw("{ products(first: 250) { nodes { id } } }").json()
    assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert body["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] < 10


def test_chance_is_repeatable(shop):
    def statuses():
        shop.control("DELETE", "faults", {"seed": 7})
        fault(shop, kind="status", status=502, count=None, share=0.5)
        found = [shop.raw(NAME).status_code for _ in range(20)]
        shop.runtime.faults.clear()
        return found

    first = statuses()
    assert set(first) == {200, 502}
    assert statuses() == first


def test_an_unknown_fault_is_refused_with_the_known_ones(shop):
    answer = shop.control("POST", "faults", {"kind": "fire"})
    assert answer.status_code == 422
    assert "latency" in answer.json()["detail"]


def subscribe(shop, topic, uri):
    shop.ask(
        """mutation W($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(topic: $topic,
        webhookSubscription: {uri: $uri}) { userErrors { message } } }""",
        {"topic": topic, "uri": uri},
    )


def test_a_webhook_can_come_twice_with_one_id(shop, receiver, wait_until):
    found, uri = receiver
    subscribe(shop, "ORDERS_UPDATED", uri)
    fault(shop, kind="webhook_duplicate", match="orders/")
    shop.ask(TAG % (3, "twice"))
    wait_until(lambda: len(found.got) == 2)
    first, second = found.got
    assert first[1] == second[1]
    assert first[0]["x-shopify-webhook-id"] == second[0]["x-shopify-webhook-id"]


def test_a_late_webhook_is_overtaken(shop, receiver, wait_until):
    found, uri = receiver
    subscribe(shop, "ORDERS_UPDATED", uri)
    fault(shop, kind="webhook_delay", seconds=0.6)
    shop.ask(TAG % (3, "a"))
    shop.ask(TAG % (3, "b"))
    wait_until(lambda: len(found.got) == 2)
    assert [json.loads(body)["tags"] for _, body in found.got] == ["a, b, vip", "a, vip"]


def test_webhooks_can_come_in_reverse_order(shop, receiver, wait_until):
    found, uri = receiver
    subscribe(shop, "ORDERS_UPDATED", uri)
    fault(shop, kind="webhook_reorder", count=None, seconds=0.6)
    for number in (1, 2, 3):
        shop.ask(TAG % (number, "turned"))
    wait_until(lambda: len(found.got) == 3)
    assert [json.loads(body)["id"] for _, body in found.got] == [3, 2, 1]


def test_privacy_requests_reach_the_address_a_test_names(shop, receiver, wait_until):
    found, uri = receiver
    sent = {}
    for topic in ("customers/data_request", "customers/redact", "shop/redact"):
        answer = shop.control(
            "POST", "privacy", {"topic": topic, "uri": uri, "customer": "gid://shopify/Customer/1"}
        )
        sent[topic] = answer.json()["webhook_id"]
    wait_until(lambda: len(found.got) == 3)
    got = {headers["x-shopify-topic"]: json.loads(body) for headers, body in found.got}
    assert got.keys() == sent.keys()
    assert got["customers/redact"]["customer"]["email"] == "rider1@example.com"
    assert got["customers/redact"]["orders_to_redact"] == [2, 4, 6, 8, 10, 12]
    assert got["shop/redact"] == {"shop_id": 1, "shop_domain": "sandbox.myshopify.com"}
    assert shop.control("POST", "privacy", {"topic": "x", "uri": uri}).status_code == 422
