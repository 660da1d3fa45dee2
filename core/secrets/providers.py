"""The places a secret may come from, in our words: each looks one name up."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import httpx

from core.errors import NotConfigured, Unavailable
from core.secrets.encrypted_store import EncryptedStore
from core.security.hmac_requests import sign


class SecretProvider(Protocol):
    """One place. ``remote`` places can be away; their last values are kept for that."""

    name: str
    remote: bool

    async def look_up(self, secret: str) -> str | None:
        """The value, None when this place does not have it; raises ``Unavailable`` when away."""


class EnvironmentProvider:
    """The process's environment, and the file that ``NAME_FILE`` names."""

    name = "environment"
    remote = False

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    async def look_up(self, secret: str) -> str | None:
        value = self._environment.get(secret)
        if value:
            return value
        path = self._environment.get(f"{secret}_FILE")
        if not path:
            return None
        try:
            text = await asyncio.to_thread(Path(path).read_text)
        except OSError as error:
            raise NotConfigured(
                f"The file that {secret}_FILE names cannot be read.",
                remedy=f"Correct {secret}_FILE or the file's permissions.",
            ) from error
        return text.rstrip("\r\n") or None


class GitHubActionsProvider:
    """Inside a workflow run: secrets mapped one by one into the environment, ``INPUT_`` too.

    GitHub's API returns no values, so the environment is all there is; the place has a name of
    its own so that an error can say the mapping is missing.
    """

    name = "GitHub Actions"
    remote = False

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    @property
    def present(self) -> bool:
        """True inside a workflow run."""
        return self._environment.get("GITHUB_ACTIONS") == "true"

    async def look_up(self, secret: str) -> str | None:
        return self._environment.get(f"INPUT_{secret}") or None


class CloudflareProvider:
    """A Worker that serves the secrets bound to it to requests signed with the shared key."""

    name = "Cloudflare"
    remote = True

    def __init__(self, url: str, key: bytes, *, timeout: float = 5.0) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._timeout = timeout

    async def look_up(self, secret: str) -> str | None:
        address = httpx.URL(f"{self._url}/secrets/{quote(secret, safe='')}")
        target = address.raw_path.decode()
        headers = sign(self._key, "GET", target, b"")
        try:
            async with httpx.AsyncClient(timeout=self._timeout) as client:
                answer = await client.get(address, headers=headers)
        except httpx.HTTPError as error:
            raise _away(self.name) from error
        if answer.status_code == 404:
            return None
        if answer.status_code in (401, 403):
            raise NotConfigured(
                "The Cloudflare Worker refuses our signature.",
                remedy="Set ROYAL_CLOUDFLARE_SECRETS_KEY to the key bound to the Worker.",
            )
        if answer.status_code != 200:
            raise _away(self.name)
        return answer.text or None


class LocalProvider:
    """The encrypted local store; skipped when it was never used."""

    name = "encrypted local store"
    remote = False

    def __init__(self, store: EncryptedStore) -> None:
        self._store = store

    async def look_up(self, secret: str) -> str | None:
        if secret not in self._store.names():
            return None
        return await asyncio.to_thread(self._store.get, secret)


def _away(name: str) -> Unavailable:
    return Unavailable(f"{name} does not answer for secrets.", remedy="Check it and retry.")
