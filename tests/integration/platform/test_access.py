"""Access to the store: shared, sealed, renewed once, rotated safely, and never lost by a crash."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from core.events import read_after
from core.secrets.sealing import SealingKey
from core.security.grants import Grant
from core.storage.database import Database
from royal_platform.persistence import store_connections, stores
from royal_platform.persistence.agents import Agents
from royal_platform.persistence.store_connections import StoredGrants
from royal_platform.persistence.tables.connections import store_connections as table
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.credentials import ClientKey, SharedGrant
from royal_platform.shopify.errors import ShopifyUnauthorized, ShopifyUnavailable
from tests.fakes.grants import MemoryGrants
from tests.integration.platform.conftest import STORE
from tests.integration.platform.test_client import QUICK, priced, read
from tests.integration.platform.wire import TOKEN_PATH, Reply, Shop, served

KEY = "ab" * 32
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class OAuthShop(Shop):
    """Rotates refresh tokens: a used one is good until its replacement was used."""

    lifetime: float = 3600.0
    good: list[str] = field(default_factory=lambda: ["refresh-0"])
    issued: int = 0
    away: bool = False
    removed: bool = False

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if path != TOKEN_PATH:
            if self.removed:
                return Reply({"errors": "[API] Invalid API key or access token"}, 401)
            return super().answer(path, headers, body)
        self.grants += 1
        if self.away:
            return Reply(status=503)
        told = json.loads(body)
        if self.removed or told.get("refresh_token") not in self.good:
            return Reply({"error": "invalid_grant"}, 400)
        # Using one proves that it arrived: what came before it is over.
        self.good = self.good[self.good.index(told["refresh_token"]) :]
        self.issued += 1
        self.good = [self.good[0], f"refresh-{self.issued}"]
        return Reply(
            {
                "access_token": f"access-{self.issued}",
                "expires_in": self.lifetime,
                "refresh_token": f"refresh-{self.issued}",
                "refresh_token_expires_in": 7_776_000,
                "scope": "read_products,write_products",
            }
        )


def offline(**changes: Any) -> Grant:
    grant = Grant(
        "authorization_code", client_id="app", client_secret="s3cret-of-the-app",
        access_token="access-0", refresh_token="refresh-0",
        expires_at=NOW + timedelta(hours=1), renew_at=NOW + timedelta(minutes=50),
    )  # fmt: skip
    return replace(grant, **changes)


def key_of(folder: Path) -> SealingKey:
    return SealingKey(KEY, folder / "master.key")


@pytest.fixture
def grants(database: Database, tmp_path: Path) -> StoredGrants:
    """The grants of a store that was connected on the page."""
    with database.write() as transaction:
        connection = transaction.connection
        store_connections.enter(connection, STORE, offline(), key_of(tmp_path), actor="somebody")
        store_connections.promote(connection, STORE, ())
    return StoredGrants(database, STORE, key_of(tmp_path), "entered")


@pytest.fixture(params=["fake", "stored"])
def either(request: pytest.FixtureRequest, grants: StoredGrants) -> Any:
    """The contract of ``GrantStore``, on the fake and on the database."""
    return MemoryGrants(offline()) if request.param == "fake" else grants


async def token_of(shared: SharedGrant, **given: Any) -> str:
    async with httpx.AsyncClient() as http:
        return await shared.token(http, **given)


def test_a_saved_grant_is_read_again(either: Any) -> None:
    assert either.read() == offline()
    with either.turn():
        renewed = replace(
            either.read(),
            access_token="access-1", refresh_token="refresh-1", scopes=("read_orders",),
        )  # fmt: skip
        either.save(renewed)
    assert either.read() == renewed


def test_a_refusal_keeps_the_grant(either: Any) -> None:
    either.refused(either.read(), "The app was removed.")
    assert either.read() == offline()
    either.accepted()
    assert either.read() == offline()


def test_what_a_person_entered_is_untouched_by_the_grant_before_it(
    grants: StoredGrants, database: Database, tmp_path: Path
) -> None:
    before = grants.read()
    assert before is not None
    newer = offline(client_id="another app", access_token="of-the-other")
    with database.write() as transaction:
        connection = transaction.connection
        store_connections.enter(connection, STORE, newer, key_of(tmp_path), actor="somebody")
        store_connections.promote(connection, STORE, ())
    grants.save(replace(before, access_token="renewed too late"))
    assert grants.read() == newer
    grants.refused(before, "The app was removed.")
    with database.read() as connection:
        found = store_connections.get(connection, STORE)
    assert found is not None
    assert found.state == "valid"


def test_no_secret_is_readable_at_rest_or_in_a_repr(
    grants: StoredGrants, database: Database
) -> None:
    with database.read() as connection:
        row = connection.execute(select(table)).one()
        shown = f"{row} {store_connections.get(connection, STORE)} {grants} {grants.read()}"
    for secret in ("s3cret-of-the-app", "access-0", "refresh-0"):
        assert secret not in shown


async def test_it_is_renewed_ahead_of_its_end_and_rotated(grants: StoredGrants) -> None:
    clock = [NOW]
    async with served(OAuthShop([priced("1")])) as shop:
        shared = SharedGrant(shop.address, grants, now=lambda: clock[0])
        assert await token_of(shared) == "access-0"
        assert shop.grants == 0
        clock[0] = NOW + timedelta(minutes=51)
        assert await token_of(shared) == "access-1"
        assert await token_of(shared) == "access-1"
    stored = grants.read()
    assert shop.grants == 1
    assert stored is not None
    assert (stored.refresh_token, stored.spare_refresh_token) == ("refresh-1", "refresh-0")
    assert stored.renew_at == clock[0] + timedelta(minutes=50)
    assert stored.scopes == ("read_products", "write_products")


class CrashesBeforeSaving(StoredGrants):
    """Dies with the new tokens in its hands."""

    def save(self, grant: Grant) -> None:
        raise KeyboardInterrupt


async def test_a_crash_between_renewal_and_storing_loses_no_access(
    grants: StoredGrants, database: Database, tmp_path: Path
) -> None:
    later = NOW + timedelta(hours=1)
    dying = CrashesBeforeSaving(database, STORE, key_of(tmp_path), "entered")
    async with served(OAuthShop([priced("1")])) as shop:
        with pytest.raises(KeyboardInterrupt):
            await token_of(SharedGrant(shop.address, dying, now=lambda: later))
        assert await token_of(SharedGrant(shop.address, grants, now=lambda: later)) == "access-2"


async def test_the_spare_refresh_token_helps_when_its_successor_never_counted() -> None:
    held = MemoryGrants(offline(refresh_token="never-seen", spare_refresh_token="refresh-0"))
    async with served(OAuthShop([priced("1")])) as shop:
        shared = SharedGrant(shop.address, held, now=lambda: NOW + timedelta(hours=1))
        assert await token_of(shared) == "access-1"


async def test_a_store_that_is_away_at_renewal_time_is_used_until_the_token_ends() -> None:
    clock = [NOW + timedelta(minutes=55)]
    async with served(OAuthShop([priced("1")], away=True)) as shop:
        shared = SharedGrant(shop.address, MemoryGrants(offline()), now=lambda: clock[0])
        assert await token_of(shared) == "access-0"
        clock[0] = NOW + timedelta(minutes=61)
        with pytest.raises(ShopifyUnavailable):
            await token_of(shared)


def renew_in_another_process(address: str, url: str, folder: str) -> list[str]:
    database = Database(url)
    grants = StoredGrants(database, STORE, key_of(Path(folder)), "entered")
    later = NOW + timedelta(hours=2)

    async def race() -> list[str]:
        many = [SharedGrant(address, grants, now=lambda: later) for _ in range(4)]
        return await asyncio.gather(*(token_of(each) for each in many))

    try:
        return asyncio.run(race())
    finally:
        database.dispose()


async def test_of_many_processes_one_renews(
    grants: StoredGrants, migrated_url: str, tmp_path: Path
) -> None:
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")
    async with served(OAuthShop([priced("1")], lifetime=10 * 3600.0)) as shop:
        with ProcessPoolExecutor(3, mp_context=context) as pool:
            work = (shop.address, migrated_url, str(tmp_path))
            told = await asyncio.gather(
                *(loop.run_in_executor(pool, renew_in_another_process, *work) for _ in range(3))
            )
    assert {token for tokens in told for token in tokens} == {"access-1"}
    assert shop.grants == 1


def register(database: Database, *agent_ids: str) -> None:
    with database.write() as transaction:
        for agent_id in agent_ids:
            Agents(STORE).register(
                transaction.connection, agent_id=agent_id, name=agent_id, agent_type="t",
                description="", capabilities=[], why_not_runnable=None, now=NOW,
            )  # fmt: skip


def status_of(database: Database) -> dict[str, str]:
    with database.read() as connection:
        return {agent.id: agent.status for agent in Agents(STORE).all(connection)}


async def test_a_removed_app_pauses_the_agents_tells_it_once_and_all_returns_with_access(
    grants: StoredGrants, database: Database
) -> None:
    register(database, "pricing", "support")
    with database.write() as transaction:
        Agents(STORE).set_status(transaction.connection, "support", "paused", by="somebody")
    async with served(OAuthShop([priced("1")])) as shop:
        shared = SharedGrant(shop.address, grants, now=lambda: NOW)
        client = ShopifyClient(shop.address, "2026-10", shared, policy=QUICK)
        assert await read(client) is not None
        shop.removed = True
        for _ in range(2):
            with pytest.raises(ShopifyUnauthorized) as told:
                await read(client)
        assert "Connections" in told.value.remedy
        assert status_of(database) == {"pricing": "paused", "support": "paused"}
        with database.read() as connection:
            events = read_after(connection, STORE, 0, 50, type="store.access.revoked")
            assert stores.get(connection, STORE).connection_state == "disconnected"
            assert store_connections.active(connection) is not None
        assert [event.payload["paused"] for event in events] == [["pricing"]]
        shop.removed = False
        assert await read(client) is not None
    assert status_of(database) == {"pricing": "active", "support": "paused"}
    found = grants.read()
    assert found is not None
    assert found.refresh_token is not None


async def test_a_token_that_was_entered_pauses_when_it_is_revoked_and_goes_on_when_it_is_taken(
    grants: StoredGrants, database: Database, tmp_path: Path
) -> None:
    register(database, "pricing")
    enter_token(database, tmp_path, "shpat_1")
    async with served(OAuthShop([priced("1")])) as shop:
        client = client_by(shop, grants)
        assert await read(client) is not None
        shop.removed = True
        for _ in range(2):
            with pytest.raises(ShopifyUnauthorized, match="refuses the access"):
                await read(client)
        assert status_of(database) == {"pricing": "paused"}
        with database.read() as connection:
            assert len(read_after(connection, STORE, 0, 50, type="store.access.revoked")) == 1
            was = store_connections.get(connection, STORE)
        assert was is not None
        assert was.state == "revoked"
        shop.removed = False
        assert await read(client_by(shop, grants)) is not None
    assert status_of(database) == {"pricing": "active"}


def enter_token(database: Database, folder: Path, token: str) -> None:
    entered = Grant("static", access_token=token)
    with database.write() as transaction:
        connection = transaction.connection
        store_connections.enter(connection, STORE, entered, key_of(folder), actor="somebody")
        store_connections.promote(connection, STORE, ())


def client_by(shop: Shop, grants: StoredGrants) -> ShopifyClient:
    shared = SharedGrant(shop.address, grants, now=lambda: NOW)
    return ShopifyClient(shop.address, "2026-10", shared, policy=QUICK)


def test_of_many_that_see_it_back_one_tells_it(grants: StoredGrants, database: Database) -> None:
    for _ in range(3):
        grants.refused(grants.read(), "The app was removed.")
        together = threading.Barrier(6)

        def see_it(together: threading.Barrier = together) -> None:
            together.wait()
            grants.accepted()

        with ThreadPoolExecutor(6) as pool:
            for seen in [pool.submit(see_it) for _ in range(6)]:
                seen.result()
    with database.read() as connection:
        assert len(read_after(connection, STORE, 0, 50, type="store.access.restored")) == 3


async def test_a_store_that_goes_on_answering_is_not_lost_whatever_was_said_of_it(
    grants: StoredGrants, database: Database
) -> None:
    register(database, "pricing")
    clock = [NOW]
    async with served(OAuthShop([priced("1")])) as shop:
        shared = SharedGrant(shop.address, grants, now=lambda: clock[0])
        client = ShopifyClient(shop.address, "2026-10", shared, policy=QUICK)
        assert await read(client) is not None
        grants.refused(grants.read(), "Somebody says that the app was removed.")
        assert status_of(database) == {"pricing": "paused"}
        clock[0] += timedelta(minutes=1)
        assert await read(client) is not None
    assert status_of(database) == {"pricing": "active"}


async def test_a_grant_to_another_key_is_not_used() -> None:
    """The sandbox was made anew, or the environment names another app."""

    async def key() -> ClientKey:
        return ClientKey("app", "s3cret-of-the-app")

    held = MemoryGrants(Grant("client_credentials", client_id="other", access_token="old"))
    async with served(Shop([priced("1")])) as shop:
        assert await token_of(SharedGrant(shop.address, held, key, now=lambda: NOW)) == "token-1"
    assert held.grant is not None
    assert held.grant.client_secret is None


def test_another_key_is_asked_for_again_but_an_entered_grant_says_so(
    grants: StoredGrants, database: Database, tmp_path: Path, make_key: Callable[[], SealingKey]
) -> None:
    from core.errors import NotConfigured

    stranger = StoredGrants(database, STORE, make_key(), "entered")
    with pytest.raises(NotConfigured, match="ROYAL_MASTER_KEY"):
        stranger.read()
    assert StoredGrants(database, STORE, make_key(), "sandbox").read() is None


@pytest.fixture
def make_key(tmp_path: Path) -> Callable[[], SealingKey]:
    return lambda: SealingKey("cd" * 32, tmp_path / "other.key")


def test_a_rotation_seals_every_grant_again(
    grants: StoredGrants, database: Database, tmp_path: Path, make_key: Callable[[], SealingKey]
) -> None:
    with database.write() as transaction:
        assert store_connections.reseal(transaction.connection, key_of(tmp_path), make_key()) == 1
    assert StoredGrants(database, STORE, make_key(), "entered").read() == offline()
