"""Connecting a store on the page: checked first, served then, its secrets never told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.errors import RoyalError
from orchestrator.core import connecting, webhooks
from orchestrator.core.agent_registry import AgentRegistry, Registration
from orchestrator.core.books import reading
from royal_platform.bootstrap import Platform, follow
from royal_platform.persistence import store_connections, stores, webhook_inbox
from royal_platform.persistence.commands import unrelayed
from royal_platform.persistence.store_connections import StoredGrants
from royal_platform.store_access import sealing_key
from tests.integration.doors.conftest import ADMIN
from tests.integration.orchestrator.inbox import NOW, arrived
from tests.integration.platform.wire import TOKEN_PATH, Reply, Shop, served

TOKEN = "shpat_super_secret_value"
SECRET = "shpss_super_secret_value"
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}


class NamedShop(Shop):
    """A shop that tells its facts to a token it knows, and grants one to a key it knows."""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if path == TOKEN_PATH:
            if json.loads(body)["client_secret"] != SECRET:
                return Reply({"error": "invalid_client"}, 401)
            return Reply({"access_token": TOKEN, "expires_in": 86_399, "scope": "read_products"})
        if headers.get("x-shopify-access-token") != TOKEN or self.refuse_tokens > 0:
            return Reply({"errors": "[API] Invalid API key or access token"}, 401)
        return Reply(
            {
                "data": {
                    "shop": {
                        "id": "gid://shopify/Shop/1", "name": "Saddlery", "taxesIncluded": True,
                        "myshopifyDomain": "saddlery.myshopify.com", "currencyCode": "EUR",
                        "ianaTimezone": "Europe/Amsterdam",
                    },
                    "currentAppInstallation": {
                        "accessScopes": [{"handle": "read_products"}, {"handle": "write_orders"}]
                    },
                    "productsCount": {"count": 1}, "ordersCount": {"count": 1},
                    "customersCount": {"count": 1}, "abandonedCheckoutsCount": {"count": 0},
                }
            }
        )  # fmt: skip


@dataclass
class InterruptedShop(NamedShop):
    """Something happens between its first question and the answer to it."""

    meanwhile: Callable[[], object] | None = None

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        reply = super().answer(path, headers, body)
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        return reply


@pytest.fixture
def client(application: Any) -> Any:
    return application.test_client()


def show(client: Any) -> dict[str, Any]:
    answer = client.get("/v1/connections/store", headers=AS_ADMIN)
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def post(client: Any, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/v1/connections/store/{path}", headers=AS_ADMIN, json=body)


async def check_what_was_entered(platform: Platform) -> bool:
    """What the worker does with the command."""
    with platform.database.read() as connection:
        commands = [each for each in unrelayed(connection) if each.kind == "check_connection"]
    return await connecting.check(platform, str(commands[-1].payload["store_id"]))


def status_of(platform: Platform, agent_id: str) -> str:
    with reading(platform) as books:
        return {each.id: each.status for each in books.agents.all(books.connection)}[agent_id]


def test_a_webhook_that_is_worked_on_does_not_wait(client: Any, platform: Platform) -> None:
    for number in range(3):
        arrived(platform, f"w-{number}", "products/update", {"id": number}, at=number)
    # What no worker has taken apart waits as well.
    assert show(client)["webhooks"] == {"all": 3, "waiting": 3, "running": 0, "failed": 0}
    webhooks.tell(platform)
    with platform.database.write() as transaction:
        webhook_inbox.begin(
            transaction.connection, [(platform.store_id, "w-0")], worker="w", now=NOW
        )
    assert show(client)["webhooks"] == {"all": 3, "waiting": 2, "running": 1, "failed": 0}


def test_topics_that_the_store_refuses_are_shown_with_its_words(
    client: Any, platform: Platform
) -> None:
    assert show(client)["topics"] is None, "nothing was compared yet"
    told = {"asked": 3, "refused": {"ORDERS_CREATE": "Not approved."}}
    with platform.database.write() as transaction:
        stores.change(transaction.connection, platform.store_id, webhook_topics=told)
    refused = [{"topic": "ORDERS_CREATE", "reason": "Not approved."}]
    assert show(client)["topics"] == {"asked": 3, "refused": refused}


@pytest.mark.parametrize("way", ["token", "key"])
async def test_what_is_entered_is_checked_then_served_and_never_told(
    client: Any, application: Any, platform: Platform, way: str
) -> None:
    application.extensions["royal.platform"]._follow_seconds = 0.0
    async with served(NamedShop([])) as shop:
        domain = f"127.0.0.1:{shop.port}"
        body = (
            {"shop": domain, "access_token": TOKEN}
            if way == "token"
            else {"shop": domain, "client_id": "app", "client_secret": SECRET}
        )
        answer = await asyncio.to_thread(post, client, way, body)
        assert answer.status_code == 202, answer.text
        assert answer.json["candidate"]["state"] == "checking"
        assert answer.json["set_by"] == "sandbox"
        assert await check_what_was_entered(platform)
    shown = show(client)
    assert (shown["domain"], shown["set_by"]) == (domain, "page")
    assert shown["redirect_address"].startswith("http://127.0.0.1:")
    assert shown["redirect_address"].endswith("/oauth/shopify/callback")
    assert shown["token"]["state"] == "valid"
    assert shown["granted"] == ["read_products", "write_orders"]
    missing = {scope for need in shown["needs"] for scope in need["missing"]}
    assert "read_customers" in missing
    assert "read_orders" not in missing
    assert shown["candidate"] is None
    session = client.get("/v1/session", headers=AS_ADMIN)
    assert session.json["store"]["domain"] == domain
    told = json.dumps(shown) + session.text
    assert TOKEN not in told
    assert SECRET not in told
    agents = client.get("/v1/agents", headers=AS_ADMIN).json["data"]
    assert len(agents) == 7, "the agents are registered in the new store too"
    with platform.database.read() as connection:
        row = store_connections.active(connection)
    assert row is not None
    assert row.changed_by == "admin"
    wrong = post(client, "disconnect", {"confirm": "another"})
    assert wrong.status_code == 422
    ended = post(client, "disconnect", {"confirm": domain})
    assert ended.status_code == 200, ended.text
    assert ended.json["set_by"] == "sandbox"
    assert post(client, "disconnect", {"confirm": domain}).status_code == 409
    assert follow(platform).store_id == platform.store_id


async def test_a_wrong_key_leaves_what_is_served_in_place(client: Any, platform: Platform) -> None:
    async with served(NamedShop([])) as shop:
        domain = f"127.0.0.1:{shop.port}"
        body = {"shop": domain, "client_id": "app", "client_secret": "wrong-value"}
        assert (await asyncio.to_thread(post, client, "key", body)).status_code == 202
        assert not await check_what_was_entered(platform)
    shown = show(client)
    assert shown["set_by"] == "sandbox"
    assert shown["candidate"]["state"] == "refused"
    assert shown["candidate"]["detail"]
    assert "wrong-value" not in json.dumps(shown)
    assert follow(platform) is platform


async def test_what_is_entered_after_a_refusal_is_checked_too(
    client: Any, platform: Platform
) -> None:
    async with served(NamedShop([])) as shop:
        body = {"shop": f"127.0.0.1:{shop.port}", "access_token": "not-the-token"}
        await asyncio.to_thread(post, client, "token", body)
        assert not await check_what_was_entered(platform)
        await asyncio.to_thread(post, client, "token", {**body, "access_token": TOKEN})
        with platform.database.read() as connection:
            kinds = [each.kind for each in unrelayed(connection)]
        assert kinds.count("check_connection") == 2
        assert await check_what_was_entered(platform)
    assert follow(platform).store().domain == body["shop"]


async def test_a_store_that_was_left_for_another_is_not_served_again_by_itself(
    platform: Platform,
) -> None:
    async def connected(shop: NamedShop, secret: str = SECRET) -> Platform:
        domain = f"127.0.0.1:{shop.port}"
        connecting.enter_key(platform, domain, "app", secret, "somebody")
        assert await check_what_was_entered(platform)
        return follow(platform)

    async with served(NamedShop([])) as first, served(NamedShop([])) as second:
        left = await connected(first)
        lost = StoredGrants(left.database, left.store_id, sealing_key(left.settings), "entered")
        registry = AgentRegistry()
        registry.register(Registration("pricing", "pricing", "t", ()))
        registry.attach(left)
        lost.refused(lost.read(), "The app was removed.")
        assert status_of(left, "pricing") == "paused"
        now = await connected(second)
        connecting.disconnect(now, now.store().domain, "somebody")
        assert follow(platform) is platform
        grant = lost.read()
        assert grant is not None
        assert grant.client_secret == SECRET, "its last webhooks are signed with it"
        assert (await connected(first)).store_id == left.store_id
        assert status_of(left, "pricing") == "active"


def outside(client: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The store among the outside systems, and among the parts that health tells of."""
    listed = client.get("/v1/connections", headers=AS_ADMIN).json["data"]
    parts = client.get("/readyz").json["dependencies"]
    return (
        next(each for each in listed if each["id"] == "store"),
        next(each for each in parts if each["name"] == "store"),
    )


async def test_a_store_that_refuses_us_is_disconnected_and_says_how_to_come_back(
    client: Any, application: Any, platform: Platform
) -> None:
    application.extensions["royal.platform"]._follow_seconds = 0.0
    async with served(NamedShop([])) as shop:
        connecting.enter_token(platform, f"127.0.0.1:{shop.port}", TOKEN, "somebody")
        assert await check_what_was_entered(platform)
        lost = follow(platform)
        grants = StoredGrants(lost.database, lost.store_id, sealing_key(lost.settings), "entered")
        grants.refused(grants.read(), "The app was removed.")
        listed, part = await asyncio.to_thread(outside, client)
        assert (listed["state"], listed["detail"]) == ("disconnected", "The app was removed.")
        assert (part["state"], part["detail"]) == ("down", "The app was removed.")
        assert "Connections page" in listed["remedy"]
        assert part["remedy"] == listed["remedy"]
        # The next sync is refused as well, and says the same of the store.
        shop.refuse_tokens = 99
        with pytest.raises(RoyalError):
            await lost.sync().run()
        await lost.shopify().aclose()
        assert (await asyncio.to_thread(outside, client))[0]["state"] == "disconnected"


@pytest.mark.parametrize(("first", "second"), [(SECRET, "wrong-token"), ("wrong-secret", TOKEN)])
async def test_an_answer_is_about_what_was_asked_and_not_what_was_entered_meanwhile(
    client: Any, platform: Platform, first: str, second: str
) -> None:
    async with served(InterruptedShop([])) as shop:
        domain = f"127.0.0.1:{shop.port}"
        connecting.enter_key(platform, domain, "app", first, "somebody")
        shop.meanwhile = lambda: connecting.enter_token(platform, domain, second, "somebody")
        assert not await check_what_was_entered(platform)
        assert follow(platform) is platform
        assert (await asyncio.to_thread(show, client))["candidate"]["state"] == "checking"
        assert await check_what_was_entered(platform) is (second == TOKEN)


@pytest.mark.parametrize(
    "body",
    [
        {"shop": "evil.com", "access_token": TOKEN},
        {"shop": "", "access_token": TOKEN},
        {"shop": "a", "access_token": " "},
        {"shop": "a", "access_token": "r\u00e9sum\u00e9-token"},
        {"shop": "a", "access_token": "x" * 500},
        {"shop": "a"},
    ],
)
def test_nonsense_is_refused_without_repeating_it(client: Any, body: dict[str, str]) -> None:
    answer = post(client, "token", body)
    assert answer.status_code == 422
    assert TOKEN not in answer.text


def test_only_an_admin_connects(client: Any, token: Any) -> None:
    headers = {"Authorization": f"Bearer {token('operator')}"}
    answer = client.post(
        "/v1/connections/store/token", headers=headers, json={"shop": "a", "access_token": TOKEN}
    )
    assert answer.status_code == 403
    assert client.get("/v1/connections/store", headers=headers).status_code == 200


def test_a_caller_of_another_store_neither_changes_nor_sees_what_is_connected(
    client: Any, platform: Platform, token: Any
) -> None:
    with platform.database.write() as transaction:
        stores.create(
            transaction.connection, store_id="str_other", domain="other.test", source="shopify",
            api_version="2026-10",
        )  # fmt: skip
    by_token = {"shop": "127.0.0.1:1", "access_token": TOKEN}
    by_key = {"shop": "127.0.0.1:1", "client_id": "app", "client_secret": SECRET}
    other = {"Authorization": f"Bearer {token('admin', 'str_other')}"}
    for path, body in {
        "token": by_token, "key": by_key, "install": by_key, "consent": {},
        "disconnect": {"confirm": "other.test"},
    }.items():  # fmt: skip
        answer = client.post(f"/v1/connections/store/{path}", headers=other, json=body)
        assert answer.status_code == 403, (path, answer.text)
        assert answer.json["remedy"]
    with platform.database.read() as connection:
        assert store_connections.candidate(connection) is None
    own = {"Authorization": f"Bearer {token('admin', platform.store_id)}"}
    entered = client.post("/v1/connections/store/token", headers=own, json=by_token)
    assert entered.status_code == 202, entered.text
    assert show(client)["candidate"]["domain"] == "127.0.0.1:1"
    seen = client.get("/v1/connections/store", headers=other)
    assert (seen.json["store_id"], seen.json["candidate"]) == ("str_other", None)


async def test_the_command_line_connects_where_there_is_no_page(platform: Platform) -> None:
    from core.security.grants import Grant

    async with served(NamedShop([])) as shop:
        key = Grant("client_credentials", client_id="app", client_secret=SECRET)
        domain, accepted = await connecting.connect_now(
            platform.settings, platform.database, f"127.0.0.1:{shop.port}", key, "cli:ops"
        )
        wrong = Grant("static", access_token="another")
        _, refused = await connecting.connect_now(
            platform.settings, platform.database, domain, wrong, "cli:ops"
        )
    assert accepted
    assert not refused
    assert follow(platform).store().domain == domain
