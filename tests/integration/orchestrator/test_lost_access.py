"""A store that refuses us altogether: approved decisions wait, and go on when access is back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.security.grants import Grant
from core.settings import read_settings
from orchestrator.core import connecting
from orchestrator.core.books import reading
from orchestrator.core.work import Work
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence import store_connections
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
