"""Webhook subscriptions of one store: what is missing is created. Plumbing, no business change."""

from __future__ import annotations

from core.telemetry.logs import get_logger
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient

log = get_logger(__name__)

# What changes a figure, a price or a stock level that we mirror.
TOPICS = (
    "ORDERS_CREATE",
    "ORDERS_UPDATED",
    "REFUNDS_CREATE",
    "PRODUCTS_CREATE",
    "PRODUCTS_UPDATE",
    "PRODUCTS_DELETE",
    "INVENTORY_LEVELS_UPDATE",
)


async def ensure_subscriptions(client: ShopifyClient, uri: str) -> int:
    """Subscribe ``uri`` to every topic it is not subscribed to; return how many were missing.

    A refusal is logged with the store's words and leaves the others in place: polling goes on.
    Raises ``ShopifyUnavailable`` when the store does not answer.
    """
    there = await _subscribed(client, uri)
    missing = [topic for topic in TOPICS if topic not in there]
    for topic in missing:
        answer = await client.run(documents.SUBSCRIBE_WEBHOOK, {"topic": topic, "uri": uri})
        outcome = answer.webhook_subscription_create
        for error in outcome.user_errors if outcome else ():
            log.warning("webhook.subscription.refused", topic=topic, reason=error.message)
    if missing:
        log.info("webhook.subscriptions.created", count=len(missing))
    return len(missing)


async def _subscribed(client: ShopifyClient, uri: str) -> set[str]:
    topics: set[str] = set()
    after: str | None = None
    while True:
        answer = await client.run(documents.WEBHOOK_SUBSCRIPTIONS, {"after": after})
        page = answer.webhook_subscriptions
        topics |= {node.topic for node in page.nodes if node.uri == uri}
        if not page.page_info.has_next_page:
            return topics
        after = page.page_info.end_cursor
