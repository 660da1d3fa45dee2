"""Reads the sandbox world's clock: the one thing its control door tells without a token."""

from __future__ import annotations

import ssl
from datetime import datetime

import httpx
import orjson

from royal_platform.shopify.errors import ShopifyUnavailable

_TIMEOUT_SECONDS = 5.0
# The sandbox is plain http on loopback; loading the machine's certificates would take longer.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def read_world_clock(address: str) -> tuple[datetime, float]:
    """The world's present moment and its rate (world seconds per wall second)."""
    try:
        async with httpx.AsyncClient(
            timeout=_TIMEOUT_SECONDS, verify=_NO_CERTIFICATES, trust_env=False
        ) as http:
            answer = await http.get(f"{address}/control/clock")
        told = orjson.loads(answer.content)
        return datetime.fromisoformat(told["now"]), float(told["rate"])
    except (httpx.TransportError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise ShopifyUnavailable(
            f"The sandbox store at {address} does not tell its time.",
            remedy="Start it with `make run` or `royal-sandbox serve`.",
        ) from None
