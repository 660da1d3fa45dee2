"""How far the first sync is, as the door tells it of every kind while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from royal_platform.bootstrap import Platform
from royal_platform.shopify.sync import Sync
from tests.integration.doors.conftest import ADMIN
from tests.integration.platform.wire import Sandbox

AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}
KINDS = [
    "products", "variants", "metafields", "price_history", "inventory", "collections", "customers",
    "orders", "refunds", "discounts", "fulfillment_orders", "returns", "segments",
    "checkouts", "transactions",
]  # fmt: skip


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path / "store", history_days=7) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sandbox: Sandbox) -> Settings:
    return settings.model_copy(
        update={"sandbox_port": sandbox.port, "var_dir": sandbox.folder.parent}
    )


def resources(client: Any) -> dict[str, dict[str, Any]]:
    answer = client.get("/v1/connections/store", headers=AS_ADMIN)
    assert answer.status_code == 200, answer.text
    return {each["name"]: each for each in answer.json["resources"]}


def events(client: Any) -> list[str]:
    answer = client.get("/v1/events?limit=200", headers=AS_ADMIN)
    return [each["type"] for each in answer.json["data"]]


async def told(client: Any, kind: str, stage: str) -> dict[str, dict[str, Any]]:
    """The resources, as soon as ``kind`` is in ``stage``."""
    async with asyncio.timeout(60):
        while (found := await asyncio.to_thread(resources, client))[kind]["stage"] != stage:
            await asyncio.sleep(0.02)
    return found


async def test_each_kind_tells_how_far_it_is_while_the_first_sync_runs(
    application: Any, platform: Platform, sandbox: Sandbox
) -> None:
    client = application.test_client()
    before = await asyncio.to_thread(resources, client)
    assert list(before) == KINDS
    assert {(each["stage"], each["count"]) for each in before.values()} == {("waiting", 0)}
    sandbox.control("faults", {"kind": "bulk_hold", "count": None})
    reading = asyncio.create_task(Sync(platform.shopify(), platform.mirror(), bulk_from=0).first())
    held = await told(client, "products", "preparing")
    assert held["products"]["prepared"] == 0
    assert held["products"]["expected"] > 0
    assert (held["orders"]["stage"], held["orders"]["count"]) == ("waiting", 0)
    assert "store.sync.progressed" in await asyncio.to_thread(events, client)
    platform.mirror().failed("disconnected", "The store cannot be reached.")
    assert resources(client)["products"]["stage"] == "interrupted"
    sandbox.clear_faults()
    counts = await reading
    await platform.shopify().aclose()
    done = resources(client)
    assert {each["stage"] for each in done.values()} == {"read"}
    assert done["orders"]["count"] == done["orders"]["expected"] == counts["orders"] > 0
    assert done["variants"]["count"] == done["price_history"]["count"] > 0
    assert done["products"]["prepared"] is None
    for each in done.values():
        assert datetime.fromisoformat(each["started_at"]) <= datetime.fromisoformat(each["read_at"])


async def test_the_copy_is_counted_as_it_is_and_each_kind_says_when_it_was_read(
    application: Any, platform: Platform, sandbox: Sandbox
) -> None:
    sync = Sync(platform.shopify(), platform.mirror())
    await sync.first()
    client = application.test_client()
    first = await asyncio.to_thread(resources, client)
    sandbox.control("step", {"days": 2})
    assert await sync.run() > 0
    await platform.shopify().aclose()
    now = await asyncio.to_thread(resources, client)
    assert now["orders"]["count"] == now["orders"]["expected"] > first["orders"]["count"]
    assert all(now[kind]["read_at"] > first[kind]["read_at"] for kind in KINDS)
    listed = client.get("/v1/connections", headers=AS_ADMIN).json["data"]
    [sync_of] = [each["sync"] for each in listed if each["id"] == "store"]
    assert sync_of["orders"] == now["orders"]["count"]
