"""A store that refuses us altogether: approved decisions wait, and go on when access is back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.errors import RoyalError
from core.events import read_after
from core.security.grants import Grant
from core.settings import read_settings
from orchestrator.core import connecting
from orchestrator.core.books import reading, writing
from orchestrator.core.work import Work
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence import store_connections
from royal_platform.persistence.agents import Agents
from royal_platform.persistence.commands import unrelayed
from royal_platform.persistence.store_connections import StoredGrants
from royal_platform.store_access import sealing_key
from tests.integration.orchestrator.prices import approve_prices, propose_prices
from tests.integration.platform.wire import Sandbox


def status_of(platform: Platform, decision_id: str) -> Status:
    with reading(platform) as books:
        return books.decisions.get(books.connection, decision_id).status


async def test_an_approved_decision_is_held_while_access_is_lost_and_commanded_after(
    tmp_path: Any,
) -> None:
    with Sandbox(tmp_path) as sandbox:
        platform = bootstrap(
            read_settings(
                var_dir=tmp_path, database_url=f"sqlite:///{tmp_path / 'r.db'}",
                sandbox_port=sandbox.port, given_secret_key="k" * 40, log_level="ERROR",
            )
        )  # fmt: skip
        await platform.sync().run()
        decision_id = approve_prices(platform, propose_prices(platform, 1))[0]
        grants = StoredGrants(
            platform.database, platform.store_id, sealing_key(platform.settings), "sandbox"
        )
        grants.refused(grants.read(), "The app was removed.")
        assert await Work(platform).execute_decision(platform.store_id, decision_id) == "approved"
        assert status_of(platform, decision_id) is Status.APPROVED
        grants.save(replace(grants.read() or Grant("static")))
        with platform.database.read() as connection:
            released = [each for each in unrelayed(connection, 500) if each.kind == "release_held"]
            assert store_connections.get(connection, platform.store_id) is not None
        assert len(released) == 1
        assert connecting.release_held(platform, released[0].id) >= 1
        assert await Work(platform).execute_decision(platform.store_id, decision_id) == "executed"
        await platform.shopify().aclose()
        platform.close()


def told(platform: Platform, type_: str) -> int:
    with platform.database.read() as connection:
        return len(read_after(connection, platform.store_id, 0, 1000, type=type_))


def agents_of(platform: Platform) -> dict[str, str]:
    with platform.database.read() as connection:
        return {each.id: each.status for each in Agents(platform.store_id).all(connection)}


def by_environment(sandbox: Sandbox, folder: Path, token: str) -> Platform:
    return bootstrap(
        read_settings(
            var_dir=folder, database_url=f"sqlite:///{folder / 'r.db'}", log_level="ERROR",
            given_secret_key="k" * 40, shopify_shop=f"127.0.0.1:{sandbox.port}",
            shopify_access_token=SecretStr(token),
        )
    )  # fmt: skip


def register(platform: Platform, *agent_ids: str) -> None:
    with writing(platform) as books:
        for agent_id in agent_ids:
            books.agents.register(
                books.connection, agent_id=agent_id, name=agent_id, agent_type="", description="",
                capabilities=(), why_not_runnable=None, now=books.now,
            )  # fmt: skip


async def test_a_revoked_token_of_the_environment_holds_all_and_its_successor_lets_it_go_on(
    tmp_path: Path,
) -> None:
    with Sandbox(tmp_path) as sandbox:
        platform = by_environment(sandbox, tmp_path, sandbox.token())
        register(platform, "inventory_pricing", "security")
        await platform.sync().run()
        with platform.database.read() as connection:
            known = store_connections.get(connection, platform.store_id)
        # What Shopify tells of an uninstalled app has something to end.
        assert known is not None
        assert (known.origin, known.method, known.state) == ("environment", "static", "valid")
        decision_id = approve_prices(platform, propose_prices(platform, 1))[0]
        sandbox.control("faults", {"kind": "expired", "count": None})
        # Nobody has noticed yet: the decision itself is the first to be refused.
        assert await Work(platform).execute_decision(platform.store_id, decision_id) == "approved"
        with pytest.raises(RoyalError, match="SHOPIFY_ACCESS_TOKEN"):
            await platform.sync().run()
        assert status_of(platform, decision_id) is Status.APPROVED
        assert set(agents_of(platform).values()) == {"paused"}
        assert told(platform, "store.access.revoked") == 1
        assert connecting.is_lost(platform)
        await platform.shopify().aclose()
        platform.close()
        sandbox.clear_faults()
        platform = by_environment(sandbox, tmp_path, sandbox.token())
        await platform.sync().run()
        assert told(platform, "store.access.restored") == 1
        assert set(agents_of(platform).values()) == {"active"}
        with platform.database.read() as connection:
            released = [each for each in unrelayed(connection, 500) if each.kind == "release_held"]
        assert connecting.release_held(platform, released[-1].id) >= 1
        assert await Work(platform).execute_decision(platform.store_id, decision_id) == "executed"
        await platform.shopify().aclose()
        platform.close()
