"""How an app gets into the sandbox store, stays in, and leaves."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import base64
import hashlib
import hmac
import html
import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from store_sandbox.oauth import tokens

BACK = "http://127.0.0.1:9/oauth/callback"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"


def page(shop, **more):
    given = {
        "client_id": shop.runtime.credentials.client_id,
        "scope": "read_orders,write_products",
        "redirect_uri": BACK,
        "state": "st ate&1",
        **more,
    }
    return shop.http.get(f"{shop.url}/admin/oauth/authorize", params=given)


def answered(shop, text, answer="install"):
    fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', text))
    body = {html.unescape(k): html.unescape(v) for k, v in fields.items()}
    return shop.http.post(f"{shop.url}/admin/oauth/authorize", data={**body, "answer": answer})


def returned(answer):
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(BACK + "?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query, keep_blank_values=True))


def token(shop, status=200, **given):
    own = shop.runtime.credentials
    answer = shop.http.post(
        f"{shop.url}/admin/oauth/access_token",
        data={"client_id": own.client_id, "client_secret": own.client_secret, **given},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def works(shop, access):
    headers = {"X-Shopify-Access-Token": access}
    return (
        shop.http.get(f"{shop.url}/admin/api/2026-10/shop.json", headers=headers).status_code == 200
    )


def installed(shop, **more):
    return token(shop, code=returned(answered(shop, page(shop).text))["code"], **more)


def test_the_merchant_sees_the_scopes_and_the_app_comes_back_with_a_signed_code(shop):
    shown = page(shop)
    assert "<code>read_orders</code>" in shown.text
    assert shown.headers["x-frame-options"] == "DENY"
    assert f"form-action 'self' {BACK[:18]}" in shown.headers["content-security-policy"]
    back = returned(answered(shop, shown.text))
    assert back["state"] == "st ate&1"
    assert back["shop"] == "sandbox.myshopify.com"
    assert base64.b64decode(back["host"] + "==") == b"sandbox.myshopify.com/admin"
    text = "&".join(f"{k}={v}" for k, v in sorted(back.items()) if k != "hmac")
    secret = shop.runtime.credentials.client_secret
    assert back["hmac"] == hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    given = token(shop, code=back["code"])
    assert given.keys() == {"access_token", "scope"}
    assert given["scope"] == "read_orders,write_products"
    again = token(shop, 400, code=back["code"])
    assert again["error"] == "invalid_request"


def test_a_merchant_can_say_no(shop):
    back = returned(answered(shop, page(shop).text, "cancel"))
    assert back["error"] == "access_denied"
    assert "code" not in back


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"client_id": "nobody"}, "application_cannot_be_found"),
        ({"redirect_uri": "https://example.com/x"}, "redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
        ({"scope": "read_everything"}, "invalid_scope"),
    ],
)
def test_a_bad_request_is_answered_here_and_sent_nowhere(shop, given, word):
    answer = page(shop, **given)
    assert answer.status_code == 400
    assert word in answer.text


def test_a_consent_form_cannot_be_made_up(shop):
    text = page(shop).text.replace("read_orders,write_products", "read_orders,write_orders")
    assert answered(shop, text).status_code == 400


def test_a_token_does_what_its_scopes_say(shop):
    given = installed(shop)
    own = shop.token
    try:
        shop.token = given["access_token"]
        assert shop.ask("{ products(first: 1) { nodes { id } } ordersCount { count } }")
        error = shop.errors("{ customers(first: 1) { nodes { id } } }")[0]
        assert error["extensions"] == {
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": "`read_customers` access scope.",
        }
        answer = shop.http.get(
            f"{shop.url}/admin/oauth/access_scopes.json",
            headers={"X-Shopify-Access-Token": shop.token},
        )
        assert answer.json() == {
            "access_scopes": [
                {"handle": one} for one in ("read_orders", "read_products", "write_products")
            ]
        }
    finally:
        shop.token = own


def test_a_used_refresh_token_stays_good_until_its_replacement_is_used(shop):
    first = installed(shop, expiring="1")
    assert first["expires_in"] == 3600
    assert first["refresh_token_expires_in"] == 7_776_000
    second = token(shop, grant_type="refresh_token", refresh_token=first["refresh_token"])
    # the answer was lost: ask again with the old one
    third = token(shop, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert works(shop, first["access_token"])
    assert works(shop, third["access_token"])
    fourth = token(shop, grant_type="refresh_token", refresh_token=third["refresh_token"])
    assert fourth["scope"] == first["scope"]
    for dead in (first, second):
        refused = token(shop, 400, grant_type="refresh_token", refresh_token=dead["refresh_token"])
        assert refused["error"] == "invalid_grant"
    assert token(shop, grant_type="refresh_token", refresh_token=third["refresh_token"])


def test_an_expired_token_is_401_and_its_refresh_token_still_renews(shop):
    given = installed(shop, expiring="1")
    with shop.runtime.state.write() as tx:
        tx.connection.execute(
            "UPDATE api_tokens SET expires_wall = ? WHERE digest = ?",
            (tx.wall - 1, tokens.digest(given["access_token"])),
        )
    assert not works(shop, given["access_token"])
    renewed = token(shop, grant_type="refresh_token", refresh_token=given["refresh_token"])
    assert works(shop, renewed["access_token"])


def test_a_session_token_is_exchanged_and_a_lasting_token_made_to_expire(shop):
    session = shop.control("POST", "session_token").json()["session_token"]
    asked = {"grant_type": EXCHANGE, "requested_token_type": OFFLINE}
    lasting = token(shop, subject_token=session, subject_token_type=ID_TOKEN, **asked)
    assert "expires_in" not in lasting
    moved = token(
        shop,
        subject_token=lasting["access_token"],
        subject_token_type=OFFLINE,
        expiring="1",
        **asked,
    )
    assert moved["refresh_token"]
    assert not works(shop, lasting["access_token"])
    assert works(shop, moved["access_token"])
    forged = session[:-3] + "abc"
    refused = token(shop, 400, subject_token=forged, subject_token_type=ID_TOKEN, **asked)
    assert refused["error"] == "invalid_subject_token"


def test_an_unknown_grant_says_which_there_are(shop):
    refused = token(shop, 400, grant_type="password")
    assert refused["error"] == "unsupported_grant_type"
    assert "client_credentials" in refused["error_description"]


def test_scopes_can_be_given_back(shop):
    own = shop.token
    try:
        shop.token = token(shop, grant_type="client_credentials")["access_token"]
        revoked = shop.ask(
            'mutation { appRevokeAccessScopes(scopes: ["write_products"]) { revoked { handle } userErrors { code } } }'
        )["appRevokeAccessScopes"]
        assert revoked == {"revoked": [{"handle": "write_products"}], "userErrors": []}
        held = shop.ask("{ currentAppInstallation { accessScopes { handle } } }")
        handles = {one["handle"] for one in held["currentAppInstallation"]["accessScopes"]}
        assert "write_products" not in handles
        assert "read_products" in handles
    finally:
        shop.token = own
        shop.connect()


def test_uninstalling_ends_every_token_and_tells_the_app(shop, receiver, wait_until):
    found, uri = receiver
    subscribe = """mutation W($topic: WebhookSubscriptionTopic!, $uri: String!) { webhookSubscriptionCreate(topic: $topic,
      webhookSubscription: {uri: $uri}) { userErrors { message } } }"""
    for topic in ("APP_UNINSTALLED", "ORDERS_UPDATED"):
        shop.ask(subscribe, {"topic": topic, "uri": uri})
    given = installed(shop, expiring="1")
    answer = shop.http.delete(
        f"{shop.url}/admin/api_permissions/current.json",
        headers={"X-Shopify-Access-Token": given["access_token"]},
    )
    assert (answer.status_code, answer.json()) == (200, {})
    assert not works(shop, given["access_token"])
    assert not works(shop, shop.token)
    token(shop, 400, grant_type="refresh_token", refresh_token=given["refresh_token"])
    wait_until(lambda: found.got)
    assert found.got[0][0]["x-shopify-topic"] == "app/uninstalled"
    assert json.loads(found.got[0][1])["myshopify_domain"] == "sandbox.myshopify.com"
    shop.connect()
    left = shop.ask("{ webhookSubscriptions(first: 5) { nodes { id } } }")
    assert left["webhookSubscriptions"]["nodes"] == []


def test_shop_json_answers_as_rest_does(shop):
    headers = {"X-Shopify-Access-Token": shop.token}
    answer = shop.http.get(f"{shop.url}/admin/api/2024-01/shop.json", headers=headers)
    assert answer.headers["X-Shopify-API-Version"] == "2025-10"
    assert answer.json()["shop"]["iana_timezone"] == "Europe/Berlin"
    assert shop.http.get(f"{shop.url}/admin/api/2026-10/shop.json").status_code == 401
