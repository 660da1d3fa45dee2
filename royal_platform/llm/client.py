"""The official client, with time-outs, and retries that stop where waiting is pointless."""

from __future__ import annotations

import httpx2
import orjson
from openai import AsyncOpenAI, DefaultAsyncHttpx2Client

from core.resilience import retry_after_seconds
from core.settings import Settings
from royal_platform.llm.configuration import Configuration

_CONNECT_SECONDS = 5.0
# Asked to wait longer than this, a person is better told than kept waiting.
_PATIENCE_SECONDS = 8.0
_QUOTA = "insufficient_quota"


def open_client(configuration: Configuration, settings: Settings) -> AsyncOpenAI:
    """A client of the configured server, for one event loop."""
    timeout = httpx2.Timeout(settings.openai_timeout_seconds, connect=_CONNECT_SECONDS)
    return AsyncOpenAI(
        api_key=configuration.api_key or "",
        organization=configuration.organization,
        base_url=configuration.base_url or "https://api.openai.com/v1",
        max_retries=settings.openai_max_retries,
        timeout=timeout,
        http_client=DefaultAsyncHttpx2Client(
            timeout=timeout, event_hooks={"response": [_stop_pointless_retries]}
        ),
    )


async def _stop_pointless_retries(response: httpx2.Response) -> None:
    """Say ``x-should-retry: false``, which the client obeys, where a retry cannot help soon."""
    if response.status_code != httpx2.codes.TOO_MANY_REQUESTS:
        return
    asked = retry_after_seconds(response.headers.get("retry-after"))
    if (asked is not None and asked > _PATIENCE_SECONDS) or await _without_quota(response):
        response.headers["x-should-retry"] = "false"


async def _without_quota(response: httpx2.Response) -> bool:
    try:
        told = orjson.loads(await response.aread())
        return bool(told["error"]["code"] == _QUOTA)
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return False
