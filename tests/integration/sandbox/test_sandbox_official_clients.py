"""Shopify's own clients, pointed at the sandbox: they cannot tell it from a small store.

Both insist on https and a myshopify.com name, so each gets its own hook (an httpx transport, a
`customFetchApi`) that changes the address and nothing else.
"""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import dataclasses
import json
import subprocess
from pathlib import Path

import httpx
import pytest
import shopify_app

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
VARIANT = "gid://shopify/ProductVariant/1"


class Loopback(httpx.BaseTransport):
    """Carries requests for https://<shop>.myshopify.com to the sandbox's address."""

    def __init__(self, url: str) -> None:
        self.url = httpx.URL(url)
        self.inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "sandbox.myshopify.com"
        request.url = request.url.copy_with(scheme="http", host=self.url.host, port=self.url.port)
        return self.inner.handle_request(request)


@pytest.fixture
def official(shop):
    """The Python package's app, its HTTP client, and a request function with a live token."""
    own = shop.runtime.credentials
    app = shopify_app.ShopifyApp(own.client_id, own.client_secret)
    with httpx.Client(transport=Loopback(shop.url)) as http:
        exchanged = shopify_app.exchange_using_client_credentials(
            "sandbox", app.config, http_client=http
        )
        assert exchanged.ok, exchanged.log

        def ask(query, variables=None, token=None):
            return shopify_app.admin_graphql_request(
                query,
                "sandbox",
                token or exchanged.access_token.token,
                "2026-10",
                variables=variables,
                http_client=http,
            )

        yield app, http, ask


def test_python_reads_pages_and_writes_a_price(official):
    _, _, ask = official
    titles, after = [], None
    while True:
        answer = ask(
            "query P($after: String) { products(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } } }",
            {"after": after},
        )
        assert answer.ok, answer.log
        page = answer.data["products"]
        titles += [node["title"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert titles == ["Leather Halter", "Saddle Pad", "Hoof Pick"]
    written = ask(
        """mutation($variants: [ProductVariantsBulkInput!]!) { productVariantsBulkUpdate(productId: "gid://shopify/Product/1",
        variants: $variants) { productVariants { price } userErrors { message } } }""",
        {"variants": [{"id": VARIANT, "price": "31.50"}]},
    )
    assert written.data["productVariantsBulkUpdate"] == {
        "productVariants": [{"price": "31.50"}],
        "userErrors": [],
    }
    assert written.extensions["cost"]["actualQueryCost"] == 10


def test_python_learns_at_start_up_which_shop_it_serves_and_what_it_may(official):
    _, _, ask = official
    found = ask(
        "{ publicApiVersions { handle displayName supported } currentAppInstallation { id"
        " accessScopes { handle } app { id title handle } } shop { id name email myshopifyDomain"
        " description currencyCode enabledPresentmentCurrencies ianaTimezone primaryDomain { host }"
        " plan { displayName publicDisplayName partnerDevelopment } shopAddress { country } } }"
    )
    assert found.ok, found.log
    shop = found.data["shop"]
    assert shop["plan"]["displayName"] == shop["plan"]["publicDisplayName"]
    assert shop["enabledPresentmentCurrencies"] == [shop["currencyCode"]]
    assert {"handle": "2026-10", "displayName": "2026-10 (Latest)", "supported": True} in (
        found.data["publicApiVersions"]
    )
    assert found.data["currentAppInstallation"]["accessScopes"]


def test_python_is_told_of_bad_tokens_secrets_and_queries(official, shop):
    app, http, ask = official
    assert ask("{ shop { name } }", token="shpat_wrong").response.status == 401
    assert ask("{ shop { nonsense } }").log.code == "graphql_errors"
    wrong = {**app.config, "client_secret": "no"}
    refused = shopify_app.exchange_using_client_credentials("sandbox", wrong, http_client=http)
    assert refused.log.code == "invalid_client"


def test_python_exchanges_a_session_token_and_renews(official, shop):
    app, http, ask = official
    session = shop.control("POST", "session_token").json()["session_token"]
    checked = {
        "token": session,
        "exchangeable": True,
        "claims": {"dest": "https://sandbox.myshopify.com"},
    }
    exchanged = shopify_app.token_exchange(
        "offline", app.config, id_token=checked, http_client=http
    )
    assert exchanged.ok, exchanged.log
    old = exchanged.access_token
    assert ask("{ shop { name } }", token=old.token).ok
    # the library renews on its own only close to the end, so it is told that it is there
    near = dataclasses.replace(old, expires="2020-01-01T00:00:00Z")
    renewed = shopify_app.refresh_access_token(near, app.config, http_client=http)
    assert renewed.ok, renewed.log
    assert renewed.access_token.token != old.token
    assert ask("{ shop { name } }", token=renewed.access_token.token).ok


def test_python_verifies_our_webhooks(official, shop, receiver, wait_until):
    app, _, ask = official
    found, uri = receiver
    ask(
        "mutation W($uri: String!) { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: {uri: $uri}) { userErrors { message } } }",
        {"uri": uri},
    )
    ask('mutation { tagsAdd(id: "gid://shopify/Order/3", tags: ["seen"]) { node { id } } }')
    wait_until(lambda: found.got)
    headers, body = found.got[0]
    request = {"method": "POST", "url": uri, "headers": headers, "body": body.decode()}
    assert app.verify_webhook_req(request).ok
    assert not app.verify_webhook_req({**request, "body": body.decode() + " "}).ok


def test_node_reads_pages_and_writes_a_price(shop):
    if not (CLIENTS / "node_modules").exists():
        pytest.skip("Shopify's Node client is not here: run `make setup`")
    done = subprocess.run(
        ["node", "admin-api-client.mjs", shop.url, shop.token, VARIANT, "32.75"],
        cwd=CLIENTS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["titles"] == ["Leather Halter", "Saddle Pad", "Hoof Pick"]
    assert told["write"] == {
        "productVariants": [{"id": VARIANT, "price": "32.75"}],
        "userErrors": [],
    }
    assert told["refused"] == "undefinedField"
    assert told["available"] > 0
