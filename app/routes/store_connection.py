"""The store's own connection: access, scopes, webhooks, requests about personal data."""

from __future__ import annotations

from flask import Response

from app.access import (
    caller,
    installation,
    look_again,
    platform,
    requires,
    sees_installation,
)
from app.documented import api as group
from app.documented import reply
from app.schemas.connections import (
    AddressOut,
    DisconnectIn,
    KeyIn,
    PrivacyExportOut,
    PrivacyRequestList,
    PrivacyRequestPath,
    StoreConnectionOut,
    TokenIn,
    WebhookOut,
    WebhookPage,
    WebhookPath,
    WebhookQuery,
)
from app.views import store_connection as view

api = group("store connection", "How the store is reached. Secrets go in and never come out.")


@api.get("/connections/store", responses={200: StoreConnectionOut})
@requires("connections:read")
def show_store_connection() -> Response:
    """Token, scopes by agent, rate limit, freshness by resource, webhooks."""
    return reply(view.show(platform(), with_candidate=sees_installation()))


@api.post("/connections/store/token", responses={202: StoreConnectionOut})
@requires("connections:write")
def enter_store_token(body: TokenIn) -> Response:
    """Connect by a custom app's access token; a worker asks the store before it is used."""
    return reply(view.enter_token(installation(), caller(), body), 202)


@api.post("/connections/store/key", responses={202: StoreConnectionOut})
@requires("connections:write")
def enter_store_key(body: KeyIn) -> Response:
    """Connect by an app's client id and secret; a worker asks the store before it is used."""
    return reply(view.enter_key(installation(), caller(), body), 202)


@api.post("/connections/store/install", responses={200: AddressOut})
@requires("connections:write")
def begin_store_install(body: KeyIn) -> Response:
    """Begin an OAuth install; open the address in the browser that shall come back."""
    return reply(view.install(installation(), caller(), body))


@api.post("/connections/store/consent", responses={200: AddressOut})
@requires("connections:write")
def ask_store_consent() -> Response:
    """Ask the merchant again, for the scopes that enabled agents need now."""
    return reply(view.ask_again(installation(), caller()))


@api.post("/connections/store/disconnect", responses={200: StoreConnectionOut})
@requires("connections:write")
def disconnect_store(body: DisconnectIn) -> Response:
    """Erase the access; what was read is kept."""
    ended = view.disconnect(installation(), caller(), body)
    look_again()
    return reply(ended)


@api.get("/webhooks", responses={200: WebhookPage})
@requires("connections:read")
def list_webhooks(query: WebhookQuery) -> Response:
    """Received webhooks, newest first, without their bodies."""
    return reply(view.received(platform(), query))


@api.post("/webhooks/<webhook_id>/replay", responses={202: WebhookOut})
@requires("agents:run")
def replay_webhook(path: WebhookPath) -> Response:
    """Handle it again; a worker does it."""
    return reply(view.replay(platform(), caller(), path.webhook_id), 202)


@api.get("/privacy-requests", responses={200: PrivacyRequestList})
@requires("connections:read")
def list_privacy_requests() -> Response:
    """Requests about personal data with their receipts, newest first."""
    return reply(view.privacy_requests(platform()))


@api.get("/privacy-requests/<request_id>/export", responses={200: PrivacyExportOut})
@requires("connections:write")
def get_privacy_export(path: PrivacyRequestPath) -> Response:
    """What is held about the customer of a data request, to hand to them."""
    return reply(view.privacy_export(platform(), path.request_id))
