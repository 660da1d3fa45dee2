"""Webhook subscriptions of one store: compared and repaired. Plumbing, no business change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.telemetry.logs import get_logger
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected

log = get_logger(__name__)

# What changes a figure, a price or a stock level that we mirror, what we may, and its end.
# The three privacy topics cannot be subscribed here: Shopify takes them from the app's settings.
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "ORDERS_DELETE",
    "REFUNDS_CREATE",
    "RETURNS_REQUEST",
    "RETURNS_APPROVE",
    "RETURNS_DECLINE",
    "RETURNS_UPDATE",
    "RETURNS_PROCESS",
    "RETURNS_CANCEL",
    "RETURNS_CLOSE",
    "RETURNS_REOPEN",
    "CHECKOUTS_CREATE",
    "CHECKOUTS_UPDATE",
    "CHECKOUTS_DELETE",
    "ORDER_TRANSACTIONS_CREATE",
    "SEGMENTS_CREATE",
    "SEGMENTS_UPDATE",
    "SEGMENTS_DELETE",
    "CUSTOMERS_CREATE",
    "CUSTOMERS_UPDATE",
    "CUSTOMERS_DELETE",
    "CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE",
    "CUSTOMERS_MARKETING_CONSENT_UPDATE",
    "PRODUCTS_CREATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
    "COLLECTIONS_CREATE",
    "COLLECTIONS_UPDATE",
    "COLLECTIONS_DELETE",
    "DISCOUNTS_CREATE",
    "DISCOUNTS_UPDATE",
    "DISCOUNTS_DELETE",
    "INVENTORY_ITEMS_UPDATE",
    "INVENTORY_LEVELS_CONNECT",
    "INVENTORY_LEVELS_UPDATE",
    "INVENTORY_LEVELS_DISCONNECT",
    "LOCATIONS_CREATE",
    "LOCATIONS_UPDATE",
    "LOCATIONS_ACTIVATE",
    "LOCATIONS_DEACTIVATE",
    "LOCATIONS_DELETE",
    "APP_SCOPES_UPDATE",
    "APP_UNINSTALLED",
)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What came of comparing: how many topics are wanted, the store's words on each it refused."""

    asked: int
    refused: Mapping[str, str]
    repaired: int


@dataclass(frozen=True, slots=True)
class _Subscription:
    """``is_whole``: it tells of every change with every field, as JSON."""

    id: str
    topic: str
    is_whole: bool


async def ensure_subscriptions(client: ShopifyClient, uri: str) -> Subscriptions:
    """Make the subscriptions of ``uri`` exactly ours.

    Missing ones are created; those of topics nobody handles, second ones of a topic, and those that
    tell less than all are removed. Another address's are left alone, since it may be another
    installation with the same app. A refusal leaves the others in place: polling goes on. Raises
    ``ShopifyUnavailable`` when the store does not answer.
    """
    there = await _subscribed(client, uri)
    kept = {each.topic: each for each in there if each.topic in TOPICS and each.is_whole}
    surplus = [each for each in there if kept.get(each.topic) != each]
    for each in surplus:
        # First: Shopify takes one subscription of a topic for an address.
        await client.run(documents.UNSUBSCRIBE_WEBHOOK, {"id": each.id})
    missing = [topic for topic in TOPICS if topic not in kept]
    refused: dict[str, str] = {}
    for topic in missing:
        reason = await _refusal(client, topic, uri)
        if reason:
            refused[topic] = reason
            log.warning("webhook.subscription.refused", topic=topic, reason=reason)
    created = len(missing) - len(refused)
    if created or surplus:
        log.info("webhook.subscriptions.repaired", created=created, removed=len(surplus))
    return Subscriptions(len(TOPICS), refused, created + len(surplus))


async def _refusal(client: ShopifyClient, topic: str, uri: str) -> str:
    """Subscribe; why the store refused it, empty when it did not."""
    try:
        answer = await client.run(documents.SUBSCRIBE_WEBHOOK, {"topic": topic, "uri": uri})
    except ShopifyRejected as error:
        return error.detail
    outcome = answer.webhook_subscription_create
    return " ".join(error.message for error in outcome.user_errors) if outcome else ""


async def _subscribed(client: ShopifyClient, uri: str) -> list[_Subscription]:
    found: list[_Subscription] = []
    after: str | None = None
    while True:
        answer = await client.run(documents.WEBHOOK_SUBSCRIPTIONS, {"after": after})
        page = answer["webhookSubscriptions"]
        for node in page["nodes"]:
            is_whole = node["format"] == "JSON" and not node["includeFields"] and not node["filter"]
            if node["uri"] == uri:
                found.append(_Subscription(node["id"], node["topic"], is_whole))
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
