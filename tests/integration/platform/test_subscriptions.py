"""What the store tells us of: made at connect, compared, repaired; others' are left alone."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.settings import read_settings
from orchestrator.core import webhooks
from orchestrator.core.work import Work
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.shopify.subscriptions import TOPICS, ensure_subscriptions
from tests.integration.orchestrator.inbox import arrived
from tests.integration.platform.wire import Sandbox

OURS = "http://127.0.0.1:9/webhooks/shopify"
THEIRS = "http://127.0.0.1:9/of/another/installation"
LISTED = "{ webhookSubscriptions(first: 250) { nodes { id topic uri includeFields } } }"
DROP = "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }"
MAKE = """mutation($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(
  topic: $topic, webhookSubscription: {uri: $uri}) { userErrors { message } } }"""


NARROW = """mutation($id: ID!, $given: WebhookSubscriptionInput!) { webhookSubscriptionUpdate(
  id: $id, webhookSubscription: $given) { userErrors { message } } }"""


async def repaired(platform: Platform) -> int:
    return (await ensure_subscriptions(platform.shopify(), OURS)).repaired


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, world=False) as running:
        yield running


@pytest.fixture
async def platform(sandbox: Sandbox, migrated_sqlite_url: str) -> AsyncIterator[Platform]:
    opened = bootstrap(
        read_settings(
            flask_env="testing", sandbox_port=sandbox.port, var_dir=sandbox.folder.parent,
            database_url=migrated_sqlite_url,
        )
    )  # fmt: skip
    yield opened
    await opened.shopify().aclose()
    opened.close()


def listed(sandbox: Sandbox) -> dict[str, Counter[str]]:
    """The topics of each address."""
    found: dict[str, Counter[str]] = {OURS: Counter(), THEIRS: Counter()}
    for node in sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"]:
        found[node["uri"]][node["topic"]] += 1
    return found


async def test_they_are_made_compared_and_repaired_and_no_other_is_touched(
    platform: Platform, sandbox: Sandbox
) -> None:
    sandbox.admin(MAKE, {"topic": "ORDERS_CREATE", "uri": THEIRS})
    assert await repaired(platform) == len(TOPICS)
    assert listed(sandbox) == {OURS: Counter(TOPICS), THEIRS: Counter(["ORDERS_CREATE"])}
    assert await repaired(platform) == 0
    # Shopify takes away what failed for too long; a version before this one asked for more.
    for node in sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"]:
        if node["uri"] == OURS and node["topic"] in ("ORDERS_UPDATED", "APP_UNINSTALLED"):
            sandbox.admin(DROP, {"id": node["id"]})
    sandbox.admin(MAKE, {"topic": "ORDERS_PAID", "uri": OURS})
    assert await repaired(platform) == 3
    assert listed(sandbox) == {OURS: Counter(TOPICS), THEIRS: Counter(["ORDERS_CREATE"])}
    assert await repaired(platform) == 0


async def test_one_that_tells_only_a_part_is_made_anew(
    platform: Platform, sandbox: Sandbox
) -> None:
    given = {"uri": OURS, "includeFields": ["title"]}
    await repaired(platform)
    for node in sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"]:
        if node["topic"] == "PRODUCTS_DELETE":
            sandbox.admin(NARROW, {"id": node["id"], "given": given})
    assert await repaired(platform) == 2
    nodes = sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"]
    assert [each["includeFields"] for each in nodes] == [[]] * len(TOPICS)


async def test_of_two_for_one_topic_one_is_left(platform: Platform, sandbox: Sandbox) -> None:
    await repaired(platform)
    with sandbox.state.write() as tx:
        row = dict(tx.connection.execute("SELECT * FROM webhook_subscriptions LIMIT 1").fetchone())
        tx.insert("webhook_subscriptions", [{**row, "id": row["id"] + 1000}])
    assert await repaired(platform) == 1
    assert listed(sandbox)[OURS] == Counter(TOPICS)


async def test_what_the_store_refuses_is_kept_with_its_words_until_it_takes_it(
    platform: Platform, sandbox: Sandbox
) -> None:
    sandbox.control("protected", {"unapproved": ["customer"]})
    await platform.subscribe()
    told = platform.store().webhook_topics
    assert told is not None
    assert told["asked"] == len(TOPICS)
    assert "not approved" in told["refused"]["ORDERS_CREATE"]
    assert "PRODUCTS_UPDATE" not in told["refused"]
    made = sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"]
    assert len(made) == told["asked"] - len(told["refused"])
    sandbox.control("protected", {"unapproved": []})
    await platform.subscribe()
    assert platform.store().webhook_topics == {"asked": len(TOPICS), "refused": {}}


async def test_one_that_is_refused_keeps_no_other_back(
    platform: Platform, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    # Another test may have asked for less.
    caplog.set_level(logging.WARNING)
    await ensure_subscriptions(platform.shopify(), "http://shop.example/webhooks")
    assert sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"] == []
    assert caplog.text.count("webhook.subscription.refused") == len(TOPICS)


async def test_a_store_that_cannot_be_read_yet_is_subscribed_all_the_same(
    platform: Platform, sandbox: Sandbox
) -> None:
    sandbox.control("faults", {"kind": "status", "status": 403, "count": None, "match": "Products"})
    assert await Work(platform).sync_store(platform.store_id) == 0
    assert platform.store().sync_phase == "failed"
    made = sandbox.admin(LISTED)["webhookSubscriptions"]["nodes"]
    assert {each["topic"] for each in made} == set(TOPICS)


async def test_what_is_told_while_the_store_is_read_for_the_first_time_is_heeded_afterwards(
    platform: Platform, sandbox: Sandbox
) -> None:
    sandbox.control("faults", {"kind": "status", "status": 403, "count": None, "match": "Products"})
    await Work(platform).sync_store(platform.store_id)
    arrived(platform, "w-changed", "products/update", {"id": 1})
    arrived(platform, "w-gone", "products/delete", {"id": 2})
    # Read beside the first read, it would begin another; a file made before would bring it back.
    assert await webhooks.work_off(platform) == 0
    assert webhooks.waiting(platform) is None
    sandbox.clear_faults()
    await platform.sync().run()
    assert await webhooks.work_off(platform) == 2
    assert webhooks.waiting(platform) is None


def test_every_topic_of_the_store_that_has_a_handler_is_subscribed() -> None:
    from_settings = {"customers/data_request", "customers/redact", "shop/redact"}
    ours = {topic for topic in webhooks._HANDLERS if not topic.startswith("support/")}
    assert ours >= from_settings
    assert {topic.replace("/", "_").upper() for topic in ours - from_settings} <= set(TOPICS)
