"""The gateway's application."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route

from api_gateway.described import PATHS, SECURITY_SCHEMES
from api_gateway.inbound import InboundDoor
from api_gateway.inbox import Inbox
from api_gateway.oauth import OAuthDoor
from api_gateway.rating import RatingDoor
from api_gateway.storefront import StorefrontDoor
from api_gateway.unsubscribing import UnsubscribeDoor
from api_gateway.webhooks import BODY_MAX, Reception
from core.settings import Settings, get_settings, load_dotenv
from core.telemetry.logs import configure_logging, json_wanted
from core.web.asgi_binding import Api, Receive, Scope, create_api
from core.web.door import Door
from core.web.fastapi_reference import add_reference
from core.web.opening import Opening, database_check
from core.web.permissions import public
from royal_platform.bootstrap import Platform, bootstrap, follow
from royal_platform.messaging.replying import ratings_of
from royal_platform.messaging.unsubscribing import links_of
from royal_platform.persistence import store_connections
from royal_platform.persistence.clock import wall_now
from royal_platform.store_access import sealing_key


class _Gateway:
    """What the routes stand on; opened with the first webhook or in the background."""

    def __init__(self, settings: Settings, open_platform: Callable[[Settings], Platform]) -> None:
        self.opening: Opening[Platform] = Opening(
            "platform",
            lambda: open_platform(settings),
            lambda platform: platform.database.dispose(),
            follow=follow,
        )
        self.settings = settings
        self._inbox: Inbox | None = None
        self.opened_reception: Reception | None = None

    async def reception(self) -> Reception:
        """Where webhooks are taken in."""
        if self.opened_reception is None:
            platform = await asyncio.to_thread(self.opening.get)
            if self.opened_reception is None:
                self._inbox = Inbox(platform.database)
                self.opened_reception = Reception(platform.database, self._inbox, self.app_secrets)
        return self.opened_reception

    async def inbox(self) -> tuple[Platform, Inbox]:
        """Where customers' messages are taken in, and for which store."""
        await self.reception()
        if self._inbox is None:
            raise RuntimeError("a reception without an inbox")
        return await self.platform(), self._inbox

    def inbound_secret(self) -> str | None:
        """What shows that a message may come in; the sandbox signs with its webhooks' secret."""
        if self.settings.inbound_secret is not None:
            return self.settings.inbound_secret.get_secret_value()
        return None if self.settings.store_configured else self._sandbox_secret()

    async def platform(self) -> Platform:
        """The platform of the store that is served."""
        return await asyncio.to_thread(self.opening.get)

    def close(self) -> None:
        """Store what is queued, then close the database."""
        if self._inbox is not None:
            self._inbox.close()
        self.opening.close()

    def app_secrets(self, store_id: str) -> list[str]:
        """The secrets this store's webhooks may be signed with: two while one is being changed."""
        entered = self._entered(store_id)
        if entered:
            return entered
        settings = self.settings
        given = [
            settings.shopify_webhook_secret or settings.shopify_client_secret,
            settings.shopify_webhook_secret_previous,
        ]
        told = [each.get_secret_value() for each in given if each is not None]
        if settings.store_configured or told:
            return told
        found = self._sandbox_secret()
        return [] if found is None else [found]

    def _sandbox_secret(self) -> str | None:
        path = self.settings.var_dir / "sandbox" / "credentials.json"
        if self.settings.is_production or not path.is_file():
            return None
        return str(json.loads(path.read_text())["webhook_secret"])

    def _entered(self, store_id: str) -> list[str]:
        """The client secrets of an app that was connected on the Connections page."""
        platform = self.opening.get()
        with platform.database.read() as connection:
            found = store_connections.get(connection, store_id)
            if found is None or found.origin != "entered":
                return []
            if found.state == "disconnected" and (found.expires_at or wall_now()) <= wall_now():
                return []
            grant = store_connections.grant_of(connection, store_id, sealing_key(self.settings))
        if grant is None:
            return []
        return [each for each in (grant.client_secret, grant.previous_secret) if each]


def create_app(
    settings: Settings | None = None,
    *,
    open_platform: Callable[[Settings], Platform] = bootstrap,
) -> FastAPI:
    """The gateway, ready to serve."""
    if settings is None:
        load_dotenv()
        settings = get_settings()
    configure_logging(settings.log_level, json_wanted(settings.log_format, settings.flask_env))
    gateway = _Gateway(settings, open_platform)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        gateway.opening.begin()
        yield
        await asyncio.to_thread(door.access.flush)
        await asyncio.to_thread(gateway.close)

    door = Door(
        "gateway",
        settings,
        lambda: gateway.opening.get().database,
        [database_check(gateway.opening, lambda platform: platform.database)],
        body_max_bytes=BODY_MAX,
    )
    app = create_api(
        door,
        title="Royal Equips gateway",
        description="What outside parties call. Webhooks are authenticated by their signature.",
        docs_url=None,
        lifespan=life,
    )
    _add_webhooks(app, gateway)
    _add_oauth(app, gateway)
    _add_unsubscribe(app, gateway)
    _add_support(app, gateway)
    _add_storefront(app, gateway)
    app.describe(PATHS, SECURITY_SCHEMES)
    add_reference(app)
    return app


def _add_webhooks(app: Api, gateway: _Gateway) -> None:
    @public
    async def take(scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """Open to anybody because the HMAC of the raw body says who is calling."""
        reception = gateway.opened_reception or await gateway.reception()
        return await reception.receive(scope, headers, receive)

    # Nothing parses the body before its signature is checked.
    for path in ("/webhooks/shopify", "/webhooks/shopify/{topic:path}"):
        app.add_route_ahead(Route(path, take, methods=["POST"]))


def _add_oauth(app: FastAPI, gateway: _Gateway) -> None:
    oauth = OAuthDoor(gateway.settings, gateway.platform)
    app.router.routes.append(Route("/oauth/shopify/install", oauth.install, methods=["GET"]))
    app.router.routes.append(Route("/oauth/shopify/callback", oauth.callback, methods=["GET"]))


def _add_unsubscribe(app: FastAPI, gateway: _Gateway) -> None:
    door = UnsubscribeDoor(lambda: links_of(gateway.settings), gateway.platform)
    app.router.routes.append(Route("/unsubscribe/{token}", door.ask, methods=["GET"]))
    app.router.routes.append(Route("/unsubscribe/{token}", door.end, methods=["POST"]))


def _add_storefront(app: FastAPI, gateway: _Gateway) -> None:
    door = StorefrontDoor(gateway.app_secrets, gateway.platform)
    path = "/storefront/back-in-stock"
    app.router.routes.append(Route(path, door.back_in_stock, methods=["POST"]))


def _add_support(app: FastAPI, gateway: _Gateway) -> None:
    door = InboundDoor(gateway.inbound_secret, gateway.inbox)
    app.router.routes.append(Route("/inbound/mail", door.mail, methods=["POST"]))
    app.router.routes.append(Route("/inbound/sendgrid", door.sendgrid, methods=["POST"]))
    app.router.routes.append(Route("/inbound/messages", door.message, methods=["POST"]))
    rated = RatingDoor(lambda: ratings_of(links_of(gateway.settings)), gateway.platform)
    app.router.routes.append(Route("/rate/{token}", rated.ask, methods=["GET"]))
    app.router.routes.append(Route("/rate/{token}", rated.keep, methods=["POST"]))
