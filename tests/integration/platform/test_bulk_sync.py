"""The first sync by bulk operations: the same store as page by page, whatever breaks between."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from core.settings import read_settings
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence import stores
from royal_platform.persistence.tables.catalog import (
    collection_products,
    collections,
    inventory_levels,
    metafields,
    products,
    variants,
)
from royal_platform.persistence.tables.customers import shop_segments
from royal_platform.persistence.tables.orders import (
    abandoned_checkout_lines,
    abandoned_checkouts,
    customers,
    daily_sales,
    fulfillment_order_lines,
    fulfillment_orders,
    order_lines,
    order_transactions,
    orders,
    refund_lines,
    refunds,
    return_lines,
    returns,
)
from royal_platform.shopify.answers import BulkOperationBulkOperation
from royal_platform.shopify.bulk import SHAPES, BulkFailedError, BulkReader, Place
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.sync import Sync
from tests.integration.platform.wire import Reply, Sandbox, Shop, served, until

pytestmark = pytest.mark.timeout(240)
MIRRORED: list[Table] = [
    products, variants, metafields, inventory_levels, collections, collection_products, customers,
    orders, order_lines, fulfillment_orders, fulfillment_order_lines, refunds, refund_lines,
    returns, return_lines, shop_segments, abandoned_checkouts, abandoned_checkout_lines,
    order_transactions, daily_sales,
]  # fmt: skip
# When a row came is the mirror's own; everything else comes from the store.
_OWN = {"synced_at", "mirrored_at", "seen_at"}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def platform_on(sandbox: Sandbox, database_url: str) -> Platform:
    return bootstrap(
        read_settings(
            flask_env="testing",
            sandbox_port=sandbox.port,
            var_dir=sandbox.folder.parent,
            database_url=database_url,
        )
    )


@pytest.fixture
def platform(sandbox: Sandbox, migrated_url: str) -> Iterator[Platform]:
    opened = platform_on(sandbox, migrated_url)
    yield opened
    opened.close()


NOTE = """mutation($owner: ID!) { metafieldsSet(metafields: [{ownerId: $owner, namespace: "care",
  key: "wash", type: "single_line_text_field", value: "30 °C"}]) { userErrors { message } } }"""


OWNERS = """{ products(first: 1) { nodes { id variants(first: 1) { nodes { id } } } }
  collections(first: 1) { nodes { id } } customers(first: 1) { nodes { id } }
  orders(first: 1) { nodes { id } } shop { id } }"""


def _owners(sandbox: Sandbox) -> list[str]:
    told = sandbox.admin(OWNERS)
    shop = told.pop("shop")
    first = [connection["nodes"][0] for connection in told.values()]
    return [
        node["id"] for node in (shop, *first, *told["products"]["nodes"][0]["variants"]["nodes"])
    ]


def mirrored(platform: Platform) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with platform.database.read() as connection:
        for table in MIRRORED:
            wanted = [column for column in table.c if column.name not in _OWN]
            found[table.name] = sorted(map(tuple, connection.execute(select(*wanted))), key=repr)
    return found


def forget(platform: Platform) -> None:
    with platform.database.write() as transaction:
        stores.change(transaction.connection, platform.store_id, sync_cursor={}, sync_counts={})
        for table in reversed(MIRRORED):
            transaction.connection.execute(table.delete())


def in_bulk(platform: Platform) -> Sync:
    return Sync(platform.shopify(), platform.mirror(), bulk_from=0, bulk_batch=100)


async def test_bulk_operations_read_the_same_store_as_pages(platform, sandbox):
    for owner in _owners(sandbox):
        sandbox.admin(NOTE, {"owner": owner})
    paged = await Sync(platform.shopify(), platform.mirror()).first()
    wanted = mirrored(platform)
    assert all(
        wanted[name]
        for name in (
            "products",
            "orders",
            "order_lines",
            "refunds",
            "metafields",
            "abandoned_checkouts",
            "abandoned_checkout_lines",
            "order_transactions",
        )
    )
    owners = {row[1] for row in wanted["metafields"]}
    assert owners == {"product", "variant", "collection", "customer", "order", "shop"}
    forget(platform)
    counts = await in_bulk(platform).first()
    assert counts == paged
    assert mirrored(platform) == wanted
    # Fulfilment orders closed just before are the second sync's to find, whichever read the first.
    await Sync(platform.shopify(), platform.mirror()).run()
    assert await Sync(platform.shopify(), platform.mirror()).run() == 0
    await platform.shopify().aclose()


async def test_what_changes_while_it_runs_is_read_again(platform, sandbox):
    await in_bulk(platform).first()
    marks = platform.store().sync_cursor["marks"]
    newest = max(row[0] for row in _rows(platform, orders.c.updated_at))
    assert set(marks) >= set(SHAPES)
    sandbox.control("step", {"days": 1})
    assert await Sync(platform.shopify(), platform.mirror()).run() > 0
    assert max(row[0] for row in _rows(platform, orders.c.updated_at)) > newest
    await platform.shopify().aclose()


async def test_an_operation_that_fails_is_replaced_by_pages(platform, sandbox):
    sandbox.control("faults", {"kind": "bulk_fail", "times": 1, "after_objects": 30})
    counts = await in_bulk(platform).first()
    assert counts["products"] == counts["products_expected"]
    assert counts["orders"] == counts["orders_expected"]
    await platform.shopify().aclose()


async def test_what_changed_without_a_word_is_read_again_in_bulk_or_else_in_pages(
    sandbox, migrated_sqlite_url
):
    platform = platform_on(sandbox, migrated_sqlite_url)
    for owner in _owners(sandbox):
        sandbox.admin(NOTE, {"owner": owner})
    await Sync(platform.shopify(), platform.mirror()).first()
    failed_before = _failed_in_bulk(sandbox)
    for failing in (0, 9):
        with closing(sqlite3.connect(sandbox.folder / "store.db", timeout=10)) as state, state:
            state.execute("UPDATE metafields SET value = ?", (f"unheard {failing}",))
            state.execute("UPDATE inventory_levels SET available = 4000 + ?", (failing,))
        if failing:
            fault = {"kind": "bulk_fail", "count": failing, "after_objects": 30}
            sandbox.control("faults", fault)
        assert await in_bulk(platform).reconcile() > 0
        assert (_failed_in_bulk(sandbox) > failed_before) == bool(failing)
        assert platform.store().sync_cursor["again"] == {"left": [], "after": None}
        assert {row.value for row in _rows(platform, metafields.c.value)} == {f"unheard {failing}"}
        found = {row.available for row in _rows(platform, inventory_levels.c.available)}
        assert found == {4000 + failing}
    sandbox.clear_faults()
    await platform.shopify().aclose()
    platform.close()


def test_a_reader_killed_anywhere_goes_on_in_the_same_file(sandbox, migrated_sqlite_url):
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from core.settings import read_settings\n"
        "from royal_platform.bootstrap import bootstrap\n"
        "from royal_platform.shopify.sync import Sync\n"
        "p = bootstrap(read_settings(flask_env='testing', sandbox_port=int(sys.argv[1]),\n"
        "    var_dir=Path(sys.argv[2]), database_url=sys.argv[3]))\n"
        "asyncio.run(Sync(p.shopify(), p.mirror(), bulk_from=0, bulk_batch=10).first())\n"
    )
    arguments = [str(sandbox.port), str(sandbox.folder.parent), migrated_sqlite_url]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    platform = platform_on(sandbox, migrated_sqlite_url)
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, stderr=subprocess.DEVNULL
    )
    until(lambda: platform.store().sync_counts.get("orders", 0) > 40, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    place = Place.parse(platform.store().sync_cursor["first"]["after"])
    assert place is not None
    assert place.offset > 0
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True)
    counts = platform.store().sync_counts
    assert counts["orders"] == counts["orders_expected"] == len(_rows(platform, orders.c.id))
    assert _newest_like(sandbox, place.operation) == place.operation
    platform.close()


def _failed_in_bulk(sandbox: Sandbox) -> int:
    with closing(sqlite3.connect(sandbox.folder / "store.db")) as state:
        query = "SELECT COUNT(*) FROM bulk_operations WHERE status = 'FAILED'"
        return int(state.execute(query).fetchone()[0])


def _newest_like(sandbox: Sandbox, operation: str) -> str:
    """The last operation that asked what ``operation`` asks."""
    asked = (
        "SELECT MAX(id) FROM bulk_operations"
        " WHERE query = (SELECT query FROM bulk_operations WHERE id = ?)"
    )
    with closing(sqlite3.connect(sandbox.folder / "store.db")) as state:
        (number,) = state.execute(asked, (int(operation.rsplit("/", 1)[1]),)).fetchone()
    return f"gid://shopify/BulkOperation/{number}"


def _rows(platform: Platform, column: Any) -> list[Any]:
    with platform.database.read() as connection:
        return list(connection.execute(select(column)))


LINES = [json.dumps({"id": f"gid://shopify/Customer/{n}", "name": "ü" * 40}) for n in range(500)]
FILE = ("\n".join(LINES) + "\n").encode()


async def _file_server(ranges: list[int], *, cut_after: int | None, status: int = 206) -> Any:
    """Serves FILE; the first answer breaks off after ``cut_after`` bytes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        asked = int(head.split("range: bytes=")[1].split("-")[0])
        ranges.append(asked)
        body = FILE[asked:] if status == 206 else FILE
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        writer.write(body[:cut_after] if cut_after and len(ranges) == 1 else body)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(handle, "127.0.0.1", 0)


def _operation(server: Any) -> BulkOperationBulkOperation:
    host, port = server.sockets[0].getsockname()
    return BulkOperationBulkOperation(
        status="COMPLETED", error_code=None, created_at=datetime.now(UTC), objectCount="500",
        url=f"http://{host}:{port}/bulk/1.jsonl",
    )  # fmt: skip


def _client(server: Any) -> ShopifyClient:
    host, port = server.sockets[0].getsockname()
    return ShopifyClient(f"http://{host}:{port}", "2026-10", Shop([]).credentials())


async def _read(server: Any, offset: int = 0) -> tuple[list[str], list[str | None]]:
    found: list[str] = []
    places: list[str | None] = []

    def store(nodes: list[dict[str, Any]], following: str | None) -> None:
        found.extend(node["id"] for node in nodes)
        places.append(following)

    reader = BulkReader(_client(server), batch=100)
    place = Place("gid://shopify/BulkOperation/1", offset)
    await reader.read(_operation(server), place, SHAPES["customers"], store)
    return found, places


@pytest.mark.parametrize("status", [206, 200])
async def test_a_broken_download_is_taken_up_where_it_broke(status):
    ranges: list[int] = []
    server = await _file_server(ranges, cut_after=20_001, status=status)
    async with server:
        found, places = await _read(server)
    assert found == [json.loads(line)["id"] for line in LINES]
    assert len(ranges) == 2
    assert FILE[ranges[1] - 1 : ranges[1]] == b"\n"
    assert places[-1] is None
    assert len(places) == 5


async def test_every_place_leads_to_the_rest():
    ranges: list[int] = []
    server = await _file_server(ranges, cut_after=None)
    async with server:
        _, places = await _read(server)
        for number, text in enumerate(places[:-1], start=1):
            place = Place.parse(text)
            assert place is not None
            rest, _ = await _read(server, place.offset)
            assert rest == [json.loads(line)["id"] for line in LINES[100 * number :]]


async def test_while_a_file_is_prepared_it_is_told_how_much_is_in_it():
    def looked(status: str, objects: int) -> Reply:
        found = {"status": status, "errorCode": None, "createdAt": "2026-03-01T09:00:00Z"}
        found |= {"objectCount": str(objects), "url": None}
        return Reply({"data": {"bulkOperation": found}})

    script = [looked("CREATED", 0), looked("RUNNING", 1_200), looked("COMPLETED", 3_000)]
    told: list[int] = []
    async with served(Shop(script)) as shop:
        client = ShopifyClient(shop.address, "2026-10", shop.credentials())
        place = Place("gid://shopify/BulkOperation/1")
        operation = await BulkReader(client).finished(place, told.append)
        await client.aclose()
    assert told == [0, 1_200]
    assert operation is not None
    assert operation.object_count == "3000"


async def test_a_refused_file_is_said_and_an_operation_not_taken_too():
    server = await _file_server([], cut_after=None, status=403)
    async with server:
        with pytest.raises(BulkFailedError, match="403"):
            await _read(server)
    busy = {
        "data": {
            "bulkOperationRunQuery": {
                "bulkOperation": None,
                "userErrors": [{"field": None, "message": "already in progress", "code": None}],
            }
        }
    }
    async with served(Shop([Reply(busy)])) as shop:
        client = ShopifyClient(shop.address, "2026-10", shop.credentials())
        with pytest.raises(BulkFailedError, match="already in progress"):
            await BulkReader(client).start(SHAPES["orders"])
        await client.aclose()
