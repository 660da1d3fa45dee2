"""``UnifiedSecretResolver``: one way to a secret, whichever place holds it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import Invalid, NotConfigured, Unavailable
from core.secrets.encrypted_store import EncryptedStore
from core.secrets.providers import (
    CloudflareProvider,
    EnvironmentProvider,
    GitHubActionsProvider,
    LocalProvider,
    SecretProvider,
)
from core.secrets.value import SecretNotFoundError, SecretValue
from core.settings import Settings, get_settings
from core.telemetry.logs import get_logger

__all__ = ["SecretNotFoundError", "SecretValue", "UnifiedSecretResolver", "local_store"]

_log = get_logger(__name__)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_LAST_KNOWN = "last-known."


class UnifiedSecretResolver:
    """Looks a name up place by place; the first hit wins and is cached for ``ttl_seconds``.

    Concurrent misses of one name make one look-up. Safe to share within one event loop.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        providers: Sequence[SecretProvider] | None = None,
        store: EncryptedStore | None = None,
        ttl_seconds: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if providers is None:
            settings = settings or get_settings()
            store = store or local_store(settings)
            providers = default_providers(settings, store)
        self._providers = tuple(providers)
        self._store = store
        self._ttl = ttl_seconds
        self._clock = clock
        self._cache: dict[str, tuple[float, SecretValue]] = {}
        self._pending: dict[str, asyncio.Task[SecretValue]] = {}

    async def get_secret(self, name: str) -> SecretValue:
        """The secret's value; raises ``SecretNotFoundError`` naming it and where it looked."""
        if not _NAME.fullmatch(name):
            raise Invalid(
                "A secret's name is letters, digits and underscores.", remedy="Correct the name."
            )
        cached = self._cache.get(name)
        if cached is not None and self._clock() < cached[0]:
            return cached[1]
        pending = self._pending.get(name)
        if pending is None:
            pending = asyncio.ensure_future(self._resolve(name))
            self._pending[name] = pending
            pending.add_done_callback(lambda _task: self._pending.pop(name, None))
        # Shielded: one caller giving up must not take the answer from the others.
        return await asyncio.shield(pending)

    async def find(self, name: str) -> SecretValue | None:
        """The secret's value, or None when no place has it."""
        try:
            return await self.get_secret(name)
        except SecretNotFoundError:
            return None

    def forget(self, name: str | None = None) -> None:
        """Drop one cached value, or all of them."""
        if name is None:
            self._cache.clear()
        else:
            self._cache.pop(name, None)

    async def _resolve(self, name: str) -> SecretValue:
        for provider in self._providers:
            value = await self._ask(provider, name)
            if value is not None:
                # A stale value is asked for again at once: its place may be back.
                if not value.stale:
                    self._cache[name] = (self._clock() + self._ttl, value)
                return value
        raise SecretNotFoundError(name, tuple(provider.name for provider in self._providers))

    async def _ask(self, provider: SecretProvider, name: str) -> SecretValue | None:
        try:
            value = await provider.look_up(name)
        except Unavailable:
            _log.warning("secrets.provider.away", provider=provider.name, secret_name=name)
            return await self._last_known(provider, name)
        if value is None:
            return None
        if provider.remote:
            await self._remember(name, value)
        return SecretValue(value, source=provider.name)

    async def _remember(self, name: str, value: str) -> None:
        if self._store is None or not self._store.has_key:
            return
        if await asyncio.to_thread(self._store.get, _LAST_KNOWN + name) != value:
            await asyncio.to_thread(self._store.set, _LAST_KNOWN + name, value)

    async def _last_known(self, provider: SecretProvider, name: str) -> SecretValue | None:
        if self._store is None or not self._store.has_key:
            return None
        try:
            value = await asyncio.to_thread(self._store.get, _LAST_KNOWN + name)
        except NotConfigured:
            return None
        return None if value is None else SecretValue(value, source=provider.name, stale=True)


def local_store(settings: Settings) -> EncryptedStore:
    """The installation's encrypted store under ``var_dir``."""
    folder = Path(settings.var_dir) / "secrets"
    key = settings.master_key
    return EncryptedStore(
        folder / "store.json",
        master_key=None if key is None else key.get_secret_value(),
        key_file=folder / "master.key",
    )


def default_providers(settings: Settings, store: EncryptedStore) -> list[SecretProvider]:
    """Environment, GitHub Actions (inside a run), Cloudflare (when set), the local store."""
    providers: list[SecretProvider] = [EnvironmentProvider()]
    actions = GitHubActionsProvider()
    if actions.present:
        providers.append(actions)
    url, key = settings.cloudflare_secrets_url, settings.cloudflare_secrets_key
    if url and key is not None:
        providers.append(CloudflareProvider(url, key.get_secret_value().encode()))
    return [*providers, LocalProvider(store)]
