"""What customers ask in the shop itself: Shopify's app proxy hands it on and signs it.

The signature covers who is logged in, so a wish is that customer's own. Source:
shopify.dev, "Authenticate app proxies".
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from core.errors import Invalid, NotConfigured, Unauthenticated
from core.web.permissions import public
from orchestrator.core.stock_wishes import ask
from royal_platform.persistence.clock import wall_now

if TYPE_CHECKING:
    from starlette.requests import Request

    from royal_platform.bootstrap import Platform

_FRESH_SECONDS = 300
_ID = re.compile(r"\d{1,20}")

PlatformOf = Callable[[], Awaitable["Platform"]]
SecretsOf = Callable[[str], Sequence[str]]


class StorefrontDoor:
    """The address of one installation's app proxy."""

    def __init__(self, secrets: SecretsOf, platform: PlatformOf) -> None:
        self._secrets = secrets
        self._platform = platform

    @public
    async def back_in_stock(self, request: Request) -> Response:
        """Open to the store's own proxy, by its signature: tell this customer when it is there."""
        platform = await self._platform()
        given = request.query_params
        secrets = await asyncio.to_thread(self._secrets, platform.store_id)
        if not secrets:
            raise NotConfigured(
                "The app's secret is not set.", remedy="Set SHOPIFY_CLIENT_SECRET and restart."
            )
        _check(given.multi_items(), secrets)
        shop = await asyncio.to_thread(platform.store)
        if given.get("shop") != shop.domain:
            raise Unauthenticated("This is another shop's.", remedy="Ask in the shop itself.")
        customer, variant = given.get("logged_in_customer_id", ""), given.get("variant", "")
        if not _ID.fullmatch(customer):
            raise Unauthenticated("Nobody is logged in.", remedy="Log in to the shop first.")
        if not _ID.fullmatch(variant):
            raise Invalid("No variant is named.", remedy="Send ?variant= with its number.")
        kept = await asyncio.to_thread(ask, platform, customer, variant)
        return JSONResponse({"status": "kept" if kept else "in_stock"})


def signature_of(items: Iterable[tuple[str, str]], secret: str) -> str:
    """What Shopify signs a proxied request's parameters with."""
    told: dict[str, list[str]] = defaultdict(list)
    for name, value in items:
        if name != "signature":
            told[name].append(value)
    text = "".join(sorted(f"{name}={','.join(values)}" for name, values in told.items()))
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()


def _check(items: Sequence[tuple[str, str]], secrets: Sequence[str]) -> None:
    given = dict(items)
    signed = given.get("signature", "").encode()
    fits = [hmac.compare_digest(signature_of(items, each).encode(), signed) for each in secrets]
    at = given.get("timestamp", "")
    fresh = (
        at.isdecimal()
        and len(at) < 12
        and abs(wall_now().timestamp() - int(at)) <= (_FRESH_SECONDS)
    )
    if not any(fits) or not fresh:
        raise Unauthenticated(
            "The request does not show that the shop sent it.",
            remedy="Send it through the app proxy of the shop; it is good for five minutes.",
        )
