"""Webhook subscriptions of one store: compared and repaired. Plumbing, no business change."""

from __future__ import annotations

from dataclasses import dataclass

from core.telemetry.logs import get_logger
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient

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
class _Subscription:
    id: str
    topic: str


async def ensure_subscriptions(client: ShopifyClient, uri: str) -> int:
    """Make the subscriptions of ``uri`` exactly ours; return how many had to be repaired.

    Missing ones are created, those of topics nobody handles are removed; another address's are
    left alone, since it may be another installation with the same app. A refusal is logged with
    the store's words and leaves the others in place: polling goes on. Raises
    ``ShopifyUnavailable`` when the store does not answer.
    """
    there = await _subscribed(client, uri)
    known = {each.topic for each in there}
    missing = [topic for topic in TOPICS if topic not in known]
    surplus = [each for each in there if each.topic not in TOPICS]
    for topic in missing:
        answer = await client.run(documents.SUBSCRIBE_WEBHOOK, {"topic": topic, "uri": uri})
        outcome = answer.webhook_subscription_create
        for error in outcome.user_errors if outcome else ():
            log.warning("webhook.subscription.refused", topic=topic, reason=error.message)
    for each in surplus:
        await client.run(documents.UNSUBSCRIBE_WEBHOOK, {"id": each.id})
    if missing or surplus:
        log.info("webhook.subscriptions.repaired", created=len(missing), removed=len(surplus))
    return len(missing) + len(surplus)


async def _subscribed(client: ShopifyClient, uri: str) -> list[_Subscription]:
    found: list[_Subscription] = []
    after: str | None = None
    while True:
        answer = await client.run(documents.WEBHOOK_SUBSCRIPTIONS, {"after": after})
        page = answer["webhookSubscriptions"]
        found += [
            _Subscription(node["id"], node["topic"]) for node in page["nodes"] if node["uri"] == uri
        ]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
