"""OAuth at the gateway: only the browser that began, signed by Shopify, lately, once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from api_gateway.app import create_app
from api_gateway.oauth import COOKIE
from core.errors import Conflict, Invalid
from core.security.grants import Grant
from core.settings import Settings
from orchestrator.core import connecting, installing
from orchestrator.core.agent_registry import AgentRegistry, Registration
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform, follow
from royal_platform.persistence import store_connections
from royal_platform.persistence.store_connections import StoredGrants
from royal_platform.shopify import oauth
from royal_platform.store_access import sealing_key
from tests.integration.platform.wire import TOKEN_PATH, Reply, Shop, served

SECRET = "hush-of-the-app"


class AuthorizingShop(Shop):
    """Answers the code with a pair of tokens, and keeps what it was asked."""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if path != TOKEN_PATH:
            return super().answer(path, headers, body)
        told = json.loads(body)
        self.seen.append(told)
        if told["client_secret"] != SECRET or told.get("code") == "wrong":
            return Reply({"error": "invalid_request"}, 400)
        return Reply(
            {
                "access_token": "shpat_from_oauth", "refresh_token": "shprt_1", "expires_in": 3600,
                "refresh_token_expires_in": 7_776_000, "scope": "write_products,read_orders",
            }
        )  # fmt: skip


@pytest.fixture
def shop() -> Iterator[AuthorizingShop]:
    """A shop on a loopback port, served from a thread of its own."""
    found = AuthorizingShop([Reply({"data": {}})])
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with served(found):
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield found
    done.set()
    thread.join(10)


@pytest.fixture
def gateway(settings: Settings, running: Callable[[Any], Any]) -> str:
    """A running gateway."""
    return str(running(create_app(settings)).url)


@pytest.fixture
def agents(platform: Platform) -> None:
    """The one agent that has a class, and one that has none."""
    registry = AgentRegistry()
    for agent_id in ("inventory_pricing", "nowhere_to_be_found"):
        registry.register(Registration(agent_id, agent_id, "t", ()))
    registry.attach(platform)


def begun(platform: Platform, shop: Shop) -> str:
    """The ticket of an install that a person began."""
    domain = f"127.0.0.1:{shop.port}"
    address = installing.begin(platform, domain, "app", SECRET, "somebody")
    return parse_qs(urlsplit(address).query)["ticket"][0]


_browsers: list[httpx.Client] = []


@pytest.fixture(autouse=True)
def _close_browsers() -> Iterator[None]:
    yield
    while _browsers:
        _browsers.pop().close()


def opened(gateway: str, ticket: str) -> tuple[httpx.Client, dict[str, str]]:
    """A browser after the install page, and the query of the consent page it was sent to."""
    browser = httpx.Client(base_url=gateway, follow_redirects=False, timeout=20)
    _browsers.append(browser)
    answer = browser.get("/oauth/shopify/install", params={"ticket": ticket})
    assert answer.status_code == 303, answer.text
    return browser, {
        name: values[0]
        for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }


def signed(by: Shop, from_state: str, /, **changes: str) -> dict[str, str]:
    """The callback's query as Shopify signs it."""
    query = {
        "code": "the-code", "shop": f"127.0.0.1:{by.port}", "state": from_state,
        "timestamp": str(int(datetime.now(UTC).timestamp())), "host": "YWRtaW4",
        **changes,
    }  # fmt: skip
    return {**query, "hmac": oauth.query_hmac(query.items(), SECRET)}


def test_the_signature_is_shopifys() -> None:
    query = (
        "code=0907a61c0c8d55e99db179b68161bc00&shop=some-shop.myshopify.com"
        "&state=0.6784241404160823&timestamp=1337178173"
    )
    pairs = [tuple(part.split("=")) for part in query.split("&")]
    expected = "700e2dadb827fcc8609e9d5ce208b2e9cdaab9df07390d2cbca10d7c328fc4bf"
    assert oauth.query_hmac(pairs, "hush") == expected
    told = [*pairs, ("hmac", expected)]
    oauth.check_query(told, ["other", "hush"], now=datetime.fromtimestamp(1337178200, UTC))
    with pytest.raises(Invalid, match="signature"):
        oauth.check_query(told, ["other"], now=datetime.fromtimestamp(1337178200, UTC))
    with pytest.raises(Invalid, match="too old"):
        oauth.check_query(told, ["hush"], now=datetime.fromtimestamp(1337188200, UTC))


@given(
    names=st.lists(st.text("abc%=&", min_size=1, max_size=4), min_size=2, max_size=2, unique=True),
    values=st.lists(st.text("12%=&", max_size=6), min_size=2, max_size=2),
)
def test_no_query_has_the_signature_of_one_with_other_borders(
    names: list[str], values: list[str]
) -> None:
    first, second = sorted(zip(names, values, strict=True))
    borders = [
        [first, second],
        [(first[0], f"{first[1]}&{second[0]}={second[1]}")],
        [(f"{first[0]}={first[1]}&{second[0]}", second[1])],
    ]
    signatures = {oauth.query_hmac(query, SECRET) for query in borders}
    assert len(signatures) == len({tuple(query) for query in borders})


def test_parameters_cannot_be_hidden_in_another_ones_value() -> None:
    told = {"code": "1", "host": "2", "timestamp": "1337178173"}
    merged = {"code": "1&host=2", "timestamp": "1337178173"}
    query = [*merged.items(), ("hmac", oauth.query_hmac(told.items(), SECRET))]
    with pytest.raises(Invalid, match="signature"):
        oauth.check_query(query, [SECRET], now=datetime.fromtimestamp(1337178200, UTC))


@pytest.mark.parametrize(
    ("given_name", "domain"),
    [
        ("my-shop", "my-shop.myshopify.com"),
        ("https://My-Shop.myshopify.com/admin", "my-shop.myshopify.com"),
        ("x.shop.dev", "x.shop.dev"),
    ],
)
def test_a_shops_name_is_read_in_every_form(given_name: str, domain: str) -> None:
    assert oauth.shop_domain(given_name, loopback=False) == domain


@pytest.mark.parametrize(
    "name",
    [
        "", "evil.com", "a.myshopify.com.evil.com", "-a.myshopify.com", "a b.myshopify.com",
        "a.myshopify.com\nx.shop.dev", "evil.com#a.myshopify.com", "127.0.0.1:80",
        "a@b.myshopify.com",
    ],
)  # fmt: skip
def test_anything_else_is_no_shop(name: str) -> None:
    with pytest.raises(Invalid):
        oauth.shop_domain(name, loopback=False)


@pytest.mark.usefixtures("agents")
def test_an_install_asks_for_what_enabled_agents_need_and_serves_the_store(
    platform: Platform, shop: AuthorizingShop, gateway: str
) -> None:
    browser, asked = opened(gateway, begun(platform, shop))
    assert asked["scope"].split(",") == [
        "read_all_orders", "read_customers", "read_discounts", "read_locations",
        "read_merchant_managed_fulfillment_orders", "read_orders", "read_returns",
        "write_inventory", "write_products",
    ]  # fmt: skip
    assert asked["redirect_uri"].endswith("/oauth/shopify/callback")
    assert "HttpOnly" in str(browser.cookies.jar._cookies)
    answer = browser.get("/oauth/shopify/callback", params=signed(shop, asked["state"]))
    assert answer.status_code == 200, answer.text
    assert "/connections" in answer.text
    assert shop.seen[-1]["expiring"] == 1
    served_now = follow(platform)
    assert served_now is not platform
    assert served_now.store().domain == f"127.0.0.1:{shop.port}"
    with platform.database.read() as connection:
        key = sealing_key(platform.settings)
        grant = store_connections.grant_of(connection, served_now.store_id, key)
    assert grant is not None
    assert (grant.access_token, grant.refresh_token) == ("shpat_from_oauth", "shprt_1")
    assert grant.scopes == ("read_orders", "write_products")
    again = browser.get("/oauth/shopify/callback", params=signed(shop, asked["state"]))
    assert again.status_code == 410


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"timestamp": "1337178173"}, 422),
        ({"timestamp": "99999999999999999999"}, 422),
        ({"timestamp": "\u0661\u0662"}, 422),
        ({"code": ""}, 422),
        ({"state": "rqi_guessed"}, 410),
        ({"code": "wrong"}, 503),
    ],
)
def test_a_callback_that_is_not_right_changes_nothing(
    platform: Platform, shop: AuthorizingShop, gateway: str, changes: dict[str, str], status: int
) -> None:
    browser, asked = opened(gateway, begun(platform, shop))
    query = signed(shop, asked["state"], **changes)
    answer = browser.get("/oauth/shopify/callback", params=query)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"]
    assert SECRET not in answer.text
    assert follow(platform) is platform


def test_another_browser_or_a_forged_signature_is_refused(
    platform: Platform, shop: AuthorizingShop, gateway: str
) -> None:
    ticket = begun(platform, shop)
    browser, asked = opened(gateway, ticket)
    query = signed(shop, asked["state"])
    stranger = httpx.Client(base_url=gateway, cookies={COOKIE: "rqo_of_somebody_else"})
    _browsers.append(stranger)
    assert stranger.get("/oauth/shopify/callback", params=query).status_code == 410
    assert stranger.get("/oauth/shopify/install", params={"ticket": ticket}).status_code == 410
    forged = {**query, "hmac": "0" * 64}
    assert browser.get("/oauth/shopify/callback", params=forged).status_code == 422
    page = browser.get(
        "/oauth/shopify/callback", params=forged, headers={"Accept": "text/html,*/*"}
    )
    assert page.status_code == 422
    assert "text/html" in page.headers["content-type"]
    assert follow(platform) is platform
    assert browser.get("/oauth/shopify/callback", params=query).status_code == 200


def connected(platform: Platform, domain: str) -> StoredGrants:
    """The store as an install by OAuth leaves it."""
    key = sealing_key(platform.settings)
    key.ensure()
    grant = Grant(
        "authorization_code", client_id="app", client_secret=SECRET, access_token="shpat_before"
    )
    with writing(platform) as books:
        store_id = connecting.row_of(books.connection, domain, platform.settings)
        store_connections.enter(books.connection, store_id, grant, key, actor="somebody")
        connecting.accept(books, store_id, ["read_orders"])
    return StoredGrants(platform.database, store_id, key, "entered")


def opened_in_the_admin(gateway: str, domain: str) -> httpx.Response:
    """The merchant opens the embedded app in the Shopify admin."""
    query = {
        "shop": domain, "timestamp": str(int(datetime.now(UTC).timestamp())),
        "id_token": "a.session.token", "embedded": "1",
    }  # fmt: skip
    told = {**query, "hmac": oauth.query_hmac(query.items(), SECRET)}
    return httpx.get(f"{gateway}/oauth/shopify/install", params=told, timeout=20)


def test_opening_the_app_in_a_store_that_is_not_served_changes_nothing(
    platform: Platform, shop: AuthorizingShop, gateway: str
) -> None:
    old = f"127.0.0.1:{shop.port}"
    connected(platform, old)
    connected(platform, "127.0.0.1:1")
    before = follow(platform)
    answer = opened_in_the_admin(gateway, old)
    assert answer.status_code == 409, answer.text
    assert "Connections" in answer.json()["remedy"]
    assert follow(before) is before
    assert shop.seen == []


def test_opening_the_app_of_the_served_store_asks_for_access_only_if_it_was_lost(
    platform: Platform, shop: AuthorizingShop, gateway: str
) -> None:
    domain = f"127.0.0.1:{shop.port}"
    grants = connected(platform, domain)
    before = follow(platform)
    for _ in range(2):
        assert opened_in_the_admin(gateway, domain).status_code == 200
    assert follow(before) is before
    assert shop.seen == []
    grants.refused(grants.read(), "The app was removed.")
    assert opened_in_the_admin(gateway, domain).status_code == 200
    found = grants.read()
    assert found is not None
    assert found.access_token == "shpat_from_oauth"
    with platform.database.read() as connection:
        active = store_connections.active(connection)
    assert active is not None
    assert active.state == "valid"


def test_what_was_begun_in_the_admin_ends_with_the_store_that_was_served_then(
    platform: Platform, shop: AuthorizingShop, gateway: str
) -> None:
    domain = f"127.0.0.1:{shop.port}"
    grants = connected(platform, domain)
    grants.refused(grants.read(), "The app was removed.")
    query = {"shop": domain, "timestamp": str(int(datetime.now(UTC).timestamp()))}
    told = {**query, "hmac": oauth.query_hmac(query.items(), SECRET)}
    browser = httpx.Client(base_url=gateway, follow_redirects=False, timeout=20)
    _browsers.append(browser)
    sent = browser.get("/oauth/shopify/install", params=told)
    assert sent.status_code == 303, sent.text
    state = parse_qs(urlsplit(sent.headers["location"]).query)["state"][0]
    connected(platform, "127.0.0.1:1")
    before = follow(platform)
    answer = browser.get("/oauth/shopify/callback", params=signed(shop, state))
    assert answer.status_code == 409, answer.text
    assert follow(before) is before


def test_the_environments_store_is_not_replaced(platform: Platform, shop: Shop) -> None:
    from dataclasses import replace

    from core.settings import read_settings

    fixed = read_settings(
        var_dir=platform.settings.var_dir, database_url=platform.settings.database_url,
        shopify_shop="a", shopify_access_token="t", given_secret_key="k" * 40,
    )  # fmt: skip
    with pytest.raises(Conflict, match="environment"):
        begun(replace(platform, settings=fixed), shop)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all generated requests: the door keeps what belongs to its loop."""
    found = asyncio.new_event_loop()
    yield found
    found.close()


NAMES = st.sampled_from(
    ["shop", "code", "state", "hmac", "timestamp", "host", "ticket", "id_token", "x"]
) | st.text(max_size=8)
VALUES = st.text(max_size=60) | st.sampled_from(
    ["some-shop.myshopify.com", "127.0.0.1:1", "0" * 64, "1337178173", "-1", "1e999", "%00", ""]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["install", "callback"]),
    query=st.lists(st.tuples(NAMES, VALUES), max_size=9),
    cookie=st.none() | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    html=st.booleans(),
)
def test_no_query_breaks_the_door(
    path: str,
    query: list[tuple[str, str]],
    cookie: str | None,
    html: bool,
    platform: Platform,
    loop: asyncio.AbstractEventLoop,
) -> None:
    app = _app(platform)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            headers = {"Accept": "text/html" if html else "*/*"}
            if cookie is not None:
                headers["Cookie"] = f"{COOKIE}={cookie}"
            return await client.get(f"/oauth/shopify/{path}", params=query, headers=headers)

    answer = loop.run_until_complete(ask())
    assert answer.status_code < 500, answer.text
    assert answer.status_code in {410, 422}


@pytest.fixture
def genuine(platform: Platform) -> tuple[list[tuple[str, str]], str]:
    """The query of a callback that is right, and the cookie of the browser that began it."""
    address = installing.begin(platform, "127.0.0.1:1", "app", SECRET, "somebody")
    ticket = parse_qs(urlsplit(address).query)["ticket"][0]
    consent = installing.consent(platform, ticket, None)
    query = {
        "code": "the-code", "shop": "127.0.0.1:1", "state": ticket, "host": "YWRtaW4",
        "timestamp": str(int(datetime.now(UTC).timestamp())),
    }  # fmt: skip
    signature = oauth.query_hmac(query.items(), SECRET)
    return [*query.items(), ("hmac", signature)], consent.browser


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(["code", "shop", "state", "timestamp", "host", "hmac"]),
    damage=st.sampled_from(["dropped", "changed", "doubled", "doubled and signed"]),
    value=VALUES | st.just("\u00e9" * 900),
)
def test_a_genuine_callback_that_was_damaged_connects_nothing(
    name: str,
    damage: str,
    value: str,
    genuine: tuple[list[tuple[str, str]], str],
    platform: Platform,
    loop: asyncio.AbstractEventLoop,
) -> None:
    app = _app(platform)
    query, browser = genuine
    damaged = [pair for pair in query if pair[0] != name]
    if damage == "changed":
        damaged.append((name, value))
    elif damage != "dropped":
        damaged = [*query, (name, value)]
    if damage == "doubled and signed" and name != "hmac":
        damaged = [pair for pair in damaged if pair[0] != "hmac"]
        damaged.append(("hmac", oauth.query_hmac(damaged, SECRET)))
    assume(sorted(damaged) != sorted(query))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            headers = {"Cookie": f"{COOKIE}={browser}"}
            return await client.get("/oauth/shopify/callback", params=damaged, headers=headers)

    answer = loop.run_until_complete(ask())
    assert answer.status_code in {410, 422}, answer.text
    assert answer.json()["remedy"]
    assert SECRET not in answer.text
    with platform.database.read() as connection:
        assert store_connections.active(connection) is None


_apps: dict[str, Any] = {}


def _app(platform: Platform) -> Any:
    key = str(platform.settings.database_url)
    if key not in _apps:
        _apps[key] = create_app(platform.settings)
    return _apps[key]
