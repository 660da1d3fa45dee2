"""The configured models: one that reasons, a cheaper one for routine, and who stands in for them.

``await platform.models.get("reasoning")`` gives a pydantic-ai model to run an agent with. It is
measured, guarded by a breaker and bounded in time; errors it raises become problems by
``royal_platform.llm.errors.problem_of``. The key and names are looked up again every few seconds,
so ``royal secrets set OPENAI_API_KEY`` takes effect without a restart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from core.errors import Unavailable
from core.resilience import CircuitBreaker
from core.secrets.secret_provider import UnifiedSecretResolver
from core.settings import Settings
from royal_platform.llm.configuration import Configuration, read_configuration
from royal_platform.llm.prices import Cost, Tokens, cost_of

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from pydantic_ai.models import Model

Purpose = Literal["routine", "reasoning"]

FRESH_SECONDS = 5.0


@dataclass
class _Opened:
    """What one event loop holds: connections belong to a loop."""

    configuration: Configuration
    client: AsyncOpenAI
    models: dict[Purpose, Model] = field(default_factory=dict)


class Models:
    """The models of one process; nothing heavy is imported before one is used."""

    def __init__(
        self, settings: Settings, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self._monotonic = monotonic
        self._opened: WeakKeyDictionary[asyncio.AbstractEventLoop, _Opened] = WeakKeyDictionary()
        self._read: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[float, Configuration]] = (
            WeakKeyDictionary()
        )
        self._earlier: WeakKeyDictionary[asyncio.AbstractEventLoop, list[AsyncOpenAI]] = (
            WeakKeyDictionary()
        )
        self._breakers: dict[tuple[str | None, str], CircuitBreaker] = {}

    async def configuration(self) -> Configuration:
        """What is configured, at most ``FRESH_SECONDS`` old."""
        loop, now = asyncio.get_running_loop(), self._monotonic()
        read = self._read.get(loop)
        if read is not None and now - read[0] < FRESH_SECONDS:
            return read[1]
        # A resolver of its own: its cache ends with this look-up.
        found = await read_configuration(self.settings, UnifiedSecretResolver(self.settings))
        self._read[loop] = (now, found)
        return found

    async def missing(self) -> tuple[str, ...]:
        """The variables without which no model can talk; empty when one can."""
        return (await self.configuration()).missing

    def demand(self) -> None:
        """For a thread without a loop, e.g. a health check: raise ``NotConfigured`` naming them."""
        asyncio.run(
            read_configuration(self.settings, UnifiedSecretResolver(self.settings))
        ).demand()

    async def get(self, purpose: Purpose) -> Model:
        """The model for ``purpose``. Raises ``NotConfigured`` naming what is missing."""
        configuration = await self.configuration()
        configuration.demand()
        opened = self._open(configuration)
        if purpose not in opened.models:
            opened.models[purpose] = self._build(opened, purpose)
        return opened.models[purpose]

    async def client(self) -> AsyncOpenAI:
        """The official client itself, e.g. for embeddings. Raises ``NotConfigured``."""
        configuration = await self.configuration()
        configuration.demand()
        return self._open(configuration).client

    def cost(self, model: str, used: Tokens) -> Cost | None:
        """What ``used`` cost on ``model``; None when no price is configured for it."""
        return cost_of(self.settings, model, used)

    async def close(self) -> None:
        """Close this loop's connections, before the loop ends."""
        loop = asyncio.get_running_loop()
        opened = self._opened.pop(loop, None)
        for client in (*self._earlier.pop(loop, []), *([opened.client] if opened else [])):
            await client.close()

    def _open(self, configuration: Configuration) -> _Opened:
        loop = asyncio.get_running_loop()
        opened = self._opened.get(loop)
        if opened is None or opened.configuration != configuration:
            from royal_platform.llm.client import open_client
            from royal_platform.llm.served import spared

            if opened is not None:
                # Answers under way go on with the earlier client.
                self._earlier.setdefault(loop, []).append(opened.client)
            opened = _Opened(configuration, spared(open_client(configuration, self.settings)))
            self._opened[loop] = opened
        return opened

    def _build(self, opened: _Opened, purpose: Purpose) -> Model:
        from pydantic_ai.exceptions import ModelRateLimitError
        from pydantic_ai.models.fallback import FallbackModel

        from royal_platform.llm.guarded import DOWN

        names = opened.configuration
        meant = names.routine if purpose == "routine" else names.reasoning
        first = self._guarded(opened, meant or "")
        if not names.fallback or names.fallback == meant:
            return first
        # A wrong key or name is not papered over by another model: somebody has to see it.
        return FallbackModel(
            first,
            self._guarded(opened, names.fallback),
            fallback_on=(*DOWN, ModelRateLimitError, Unavailable),
        )

    def _guarded(self, opened: _Opened, name: str) -> Model:
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
        from pydantic_ai.settings import ModelSettings

        from royal_platform.llm.guarded import DOWN, GuardedModel
        from royal_platform.llm.served import ServedChatModel

        base_url = opened.configuration.base_url
        provider = (
            OpenAIProvider(openai_client=opened.client)
            if base_url is None
            else OpenAICompatibleProvider("configured", openai_client=opened.client)
        )
        bounds = ModelSettings(
            request_timeout=self.settings.openai_timeout_seconds,
            first_event_timeout=self.settings.openai_first_token_seconds,
        )
        breaker = self._breakers.setdefault(
            (base_url, name), CircuitBreaker(f"The model {name!r}", counts=DOWN)
        )
        return GuardedModel(
            ServedChatModel(name, provider=provider, settings=bounds), breaker, self.cost
        )
