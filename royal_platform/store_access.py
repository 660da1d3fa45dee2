"""Which store this installation serves, and how it gets into it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

from core.errors import NotConfigured
from core.secrets.sealing import SealingKey
from core.secrets.secret_provider import local_store
from core.settings import Settings
from core.storage.database import Database
from royal_platform.persistence import store_connections, stores
from royal_platform.persistence.api_budgets import StoredBudget
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.store_connections import StoreConnection, StoredGrants
from royal_platform.persistence.stores import Store
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.credentials import ClientKey, Credentials, SharedGrant, StaticToken
from royal_platform.shopify.errors import ShopifyUnavailable
from royal_platform.shopify.oauth import address_of
from royal_platform.shopify.pacing import Pacer

_SANDBOX_WAIT_SECONDS = 30.0


def sealing_key(settings: Settings) -> SealingKey:
    """The key that grants are sealed with: that of the encrypted local store."""
    return local_store(settings).key


def candidate_client(
    settings: Settings, database: Database, entered: StoreConnection
) -> ShopifyClient:
    """The Admin API of a store that was entered and is not served yet."""
    store_id = entered.store_id
    with database.read() as connection:
        store = stores.get(connection, store_id)
    grants = StoredGrants(
        database, store_id, sealing_key(settings), "entered", slot=store_connections.CANDIDATE
    )
    address = address_of(store.domain)
    pacer = Pacer(StoredBudget(database, store_id, "candidate"))
    return ShopifyClient(
        address, settings.shopify_api_version, SharedGrant(address, grants), pacer=pacer
    )


def connected(settings: Settings, database: Database) -> StoreConnection | None:
    """What people connected last; nothing where the environment names the store."""
    if settings.store_configured:
        return None
    with database.read() as connection:
        return store_connections.active(connection)


def served(settings: Settings, database: Database) -> tuple[Store, int]:
    """The store this installation serves, and the generation of its connection."""
    entered = connected(settings, database)
    if entered is not None:
        with database.read() as connection:
            return stores.get(connection, entered.store_id), entered.generation
    if settings.is_production and not settings.store_configured:
        raise NotConfigured(
            "No store is configured, and production does not fall back to the sandbox.",
            remedy="Set SHOPIFY_SHOP with SHOPIFY_ACCESS_TOKEN, or with SHOPIFY_CLIENT_ID and "
            "SHOPIFY_CLIENT_SECRET; or connect one with `royal connect SHOP`.",
        )
    return _ensure_store(database, settings), 0


def _ensure_store(database: Database, settings: Settings) -> Store:
    source = "shopify" if settings.store_configured else "sandbox"
    domain = settings.shopify_shop or f"127.0.0.1:{settings.sandbox_port}"
    with database.read() as connection:
        found = stores.by_domain(connection, domain)
    if found is not None:
        return found
    with database.write() as transaction:
        connection = transaction.connection
        moved = stores.sandbox(connection) if source == "sandbox" else None
        if moved is not None:
            # The same sandbox on another port.
            stores.change(connection, moved.id, domain=domain)
        else:
            stores.create(
                connection, store_id=new_id("str"), domain=domain, source=source,
                api_version=settings.shopify_api_version,
            )  # fmt: skip
    with database.read() as connection:
        created = stores.by_domain(connection, domain)
    if created is None:
        raise RuntimeError("the store's row vanished after it was written")
    return created


def client_of(
    settings: Settings, database: Database, store: Store, *, entered: bool
) -> ShopifyClient:
    """The Admin API of the store that is served; ``entered`` on the page rather than here.

    Raises ``NotConfigured`` without credentials.
    """
    address = address_of(store.domain)
    credentials = _credentials(settings, database, store, address, entered=entered)
    # One app serves one store, whichever way it was granted access: one bucket.
    pacer = Pacer(StoredBudget(database, store.id, "app"))
    return ShopifyClient(address, settings.shopify_api_version, credentials, pacer=pacer)


def _credentials(
    settings: Settings, database: Database, store: Store, address: str, *, entered: bool
) -> Credentials:
    def grants(origin: str) -> StoredGrants:
        return StoredGrants(database, store.id, sealing_key(settings), origin)

    if entered:
        return SharedGrant(address, grants("entered"))
    if settings.shopify_shop is None:
        return SharedGrant(address, grants("sandbox"), _SandboxKey(settings.var_dir))
    if settings.shopify_access_token is not None:
        token = settings.shopify_access_token.get_secret_value()
        return StaticToken(token, grants("environment"))
    client_id, secret = settings.shopify_client_id, settings.shopify_client_secret
    if client_id is None or secret is None:
        raise NotConfigured(
            "The store has no credentials.",
            remedy="Set SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET.",
        )
    key = ClientKey(client_id, secret.get_secret_value())

    async def given() -> ClientKey:
        return key

    return SharedGrant(address, grants("environment"), given)


@dataclass(frozen=True, slots=True)
class _SandboxKey:
    """The sandbox writes its client credentials to a file at its first start."""

    folder: Path

    async def __call__(self) -> ClientKey:
        told = SandboxFile(self.folder)
        return ClientKey(
            await told("client_id"), await told("client_secret"), setting="its own sandbox key"
        )


@dataclass(frozen=True, slots=True)
class SandboxFile:
    """What the sandbox tells its clients in the file that it writes at its first start."""

    folder: Path

    async def __call__(self, name: str) -> str:
        path = self.folder / "sandbox" / "credentials.json"
        deadline = time.monotonic() + _SANDBOX_WAIT_SECONDS
        while True:
            try:
                return str(orjson.loads(path.read_bytes())[name])
            except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
                if time.monotonic() >= deadline:
                    raise ShopifyUnavailable(
                        "The sandbox store has not written its credentials yet.",
                        remedy="Start it with `make run` or `royal-sandbox serve`, with the same "
                        "ROYAL_VAR_DIR.",
                    ) from None
                await asyncio.sleep(0.2)
