"""A store that was disconnected is still believed when it asks for its erasure, and obeyed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api_gateway.app import create_app
from core.security.grants import Grant
from core.settings import Settings
from orchestrator.core import connecting, webhooks
from royal_platform.bootstrap import Platform, follow
from royal_platform.persistence import store_connections, stores
from royal_platform.persistence.commands import Commands
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.store_connections import SECRET_KEPT
from royal_platform.persistence.tables.orders import customers
from royal_platform.store_access import sealing_key
from tests.integration.doors.shop import fill

SECRET = "shpss_of_the_app"
DOMAIN = "left.myshopify.com"
BODY = b'{"shop_id": 1, "customer": {"id": 1}}'


@pytest.fixture
def left(platform: Platform) -> str:
    """The id of a store that was connected by its app's key, and disconnected again."""
    key = sealing_key(platform.settings)
    key.ensure()
    grant = Grant("client_credentials", client_id="c", client_secret=SECRET, access_token="t")
    with platform.database.write() as transaction:
        connection = transaction.connection
        stores.create(
            connection, store_id="str_left", domain=DOMAIN, source="shopify", api_version="2026-07"
        )
        store_connections.enter(connection, "str_left", grant, key, actor="a")
        store_connections.promote(connection, "str_left", ())
    served = follow(platform)
    assert served.store_id == "str_left"
    fill(served)
    connecting.disconnect(served, DOMAIN, "a")
    return "str_left"


def send(url: str, webhook_id: str, topic: str, body: bytes = BODY, secret: str = SECRET) -> int:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    told = {
        "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
        "X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": webhook_id,
        "X-Shopify-Shop-Domain": DOMAIN,
    }  # fmt: skip
    return httpx.post(f"{url}/webhooks/shopify", content=body, headers=told).status_code


def named(platform: Platform, store_id: str) -> list[str]:
    with platform.database.read() as connection:
        query = select(customers.c.name).where(
            customers.c.store_id == store_id, customers.c.name.is_not(None)
        )
        return list(connection.execute(query).scalars())


async def test_its_erasure_is_believed_done_and_the_last_that_is(
    settings: Settings, platform: Platform, left: str, running: Callable[[Any], Any]
) -> None:
    assert named(platform, left)
    url = str(running(create_app(settings)).url)
    assert send(url, "w-1", "shop/redact") == 200
    # The worker serves the sandbox by now.
    assert webhooks.waiting(platform) == "w-1"
    await webhooks.work_off(platform)
    assert named(platform, left) == []
    with platform.database.read() as connection:
        assert [each.id for each in Privacy(left).all(connection)] == ["w-1"]
        assert Privacy(platform.store_id).all(connection) == []
    again = str(running(create_app(settings)).url)
    assert send(again, "w-2", "shop/redact") in (401, 503)


async def test_what_it_deleted_is_noticed_though_nothing_connects_to_it(
    settings: Settings, platform: Platform, left: str, running: Callable[[Any], Any]
) -> None:
    url = str(running(create_app(settings)).url)
    with platform.database.read() as connection:
        query = select(customers.c.id).where(customers.c.store_id == left)
        gone = connection.execute(query.order_by(customers.c.id).limit(1)).scalar_one()
    body = json.dumps({"id": gone}).encode()
    assert send(url, "w-1", "customers/delete", body) == 200
    await webhooks.work_off(platform)
    with platform.database.read() as connection:
        receipt = Commands(left).receipt(connection, "w-1")
        query = select(customers.c.name).where(customers.c.store_id == left, customers.c.id == gone)
        assert connection.execute(query).scalar_one() is None
    assert receipt is not None
    assert receipt.error is None


def test_its_tokens_are_gone_at_once_and_its_secret_after_the_time_that_is_stated(
    settings: Settings, platform: Platform, left: str, running: Callable[[Any], Any]
) -> None:
    key = sealing_key(settings)
    with platform.database.write() as transaction:
        grant = store_connections.grant_of(transaction.connection, left, key)
        assert grant is not None
        assert (grant.access_token, grant.client_secret) == (None, SECRET)
        now = datetime.now(UTC) + SECRET_KEPT
        soon = now - timedelta(days=1)
        assert store_connections.drop_old_secrets(transaction.connection, key, now=soon) == 0
        assert store_connections.drop_old_secrets(transaction.connection, key, now=now) == 1
        grant = store_connections.grant_of(transaction.connection, left, key)
        assert grant is not None
        assert grant.client_secret is None
    assert send(str(running(create_app(settings)).url), "w-1", "shop/redact") in (401, 503)


def test_while_the_secret_is_changed_on_the_page_both_are_believed_and_no_older_one(
    settings: Settings, platform: Platform, left: str, running: Callable[[Any], Any]
) -> None:
    def believed(*secrets: str) -> list[bool]:
        # A gateway remembers secrets for seconds: a fresh one knows what holds now.
        url = str(running(create_app(settings)).url)
        return [
            send(url, f"w-{new_id('x')}", "orders/updated", b'{"id": 1}', secret) == 200
            for secret in secrets
        ]

    def changed_to(secret: str) -> None:
        connecting.enter_key(platform, DOMAIN, "c", secret, "somebody")

    def accepted() -> None:
        with platform.database.write() as transaction:
            store_connections.promote(transaction.connection, left, ())

    changed_to("first")
    accepted()
    changed_to("second")
    # Not accepted by the store yet, and perhaps mistyped: nothing has changed.
    assert believed("first", "second") == [True, False]
    accepted()
    assert believed("first", "second", "third") == [True, True, False]
    # The same once more, as when a page is sent twice: the one before is not forgotten.
    changed_to("second")
    accepted()
    assert believed("first", "second") == [True, True]
    changed_to("third")
    accepted()
    assert believed("first", "second", "third") == [False, True, True]
