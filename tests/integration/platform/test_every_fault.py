"""Mixed operations while everything goes wrong: the copy ends equal, no write is doubled.

``OPERATIONS`` says how many; `make chaos` runs 10,000.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from core.settings import read_settings
from royal_platform.bootstrap import (
    Platform,
    bootstrap,
    discount_writer,
    order_writer,
    refund_writer,
    writers,
)
from royal_platform.commerce.fulfilment.model import Shipment
from royal_platform.commerce.marketing.model import CodeWish
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.tables import catalog, customers, orders
from royal_platform.shopify.errors import (
    ShopifyRejected,
    ShopifyUnauthorized,
    ShopifyUnavailable,
)
from royal_platform.shopify.sync import Sync
from tests.integration.platform.wire import Sandbox

OPERATIONS = int(os.environ.get("OPERATIONS", "120"))
LANES = 8
pytestmark = pytest.mark.timeout(120 + OPERATIONS)
FAULTS: list[dict[str, Any]] = [
    {"kind": "latency", "seconds": 0.03, "share": 0.1},
    {"kind": "status", "status": 502, "share": 0.05},
    {"kind": "status", "status": 429, "share": 0.03},
    {"kind": "timeout", "seconds": 0.05, "share": 0.03},
    {"kind": "drop", "share": 0.06},
    {"kind": "expired", "share": 0.04},
    {"kind": "throttle", "share": 0.04},
    {"kind": "slow_write", "seconds": 0.05, "share": 0.1},
    {"kind": "bulk_fail", "share": 0.2, "after_objects": 20},
]
MIRRORED = [
    catalog.products, catalog.variants, catalog.metafields, catalog.inventory_levels,
    catalog.locations, catalog.collections, catalog.collection_products, catalog.discounts,
    orders.fulfillment_orders, orders.order_adjustments,
    orders.customers, orders.orders,
    orders.order_lines, orders.refunds, orders.refund_lines,
    orders.returns, orders.return_lines, customers.shop_segments, orders.abandoned_checkouts,
    orders.abandoned_checkout_lines, orders.order_transactions,
]  # fmt: skip
# A first sync reads the work that is left; the copy also keeps what was done since.
WORKED = [orders.fulfillment_orders]
OPEN_ONLY = [orders.fulfillment_orders.c.status.not_in(("closed", "cancelled"))]
LEVEL = catalog.inventory_levels.c
NOTED = catalog.metafields.c
STORED = {
    "SELECT id, price FROM variants": select(catalog.variants.c.id, catalog.variants.c.price).where(
        catalog.variants.c.deleted_at.is_(None)
    ),
    "SELECT item_id, location_id, available, on_hand, committed, incoming FROM inventory_levels":
        select(LEVEL.inventory_item_id, LEVEL.location_id, LEVEL.available, LEVEL.on_hand,
               LEVEL.committed, LEVEL.incoming),
    "SELECT id, total FROM orders": select(orders.orders.c.id, orders.orders.c.total).where(
        orders.orders.c.deleted_at.is_(None)
    ),
    "SELECT id, order_id, total FROM refunds":
        select(orders.refunds.c.id, orders.refunds.c.order_id, orders.refunds.c.total),
    "SELECT REPLACE(owner, 'PRODUCTVARIANT', 'VARIANT'), owner_id, namespace, key, value"
    " FROM metafields":
        select(NOTED.owner_type, NOTED.owner_id, NOTED.namespace, NOTED.key, NOTED.value),
}  # fmt: skip

# What every one of these operations leaves behind bears its number.
ONCE = (
    "SELECT note FROM refunds WHERE note GLOB 'r[0-9]*'",
    """SELECT tracking FROM fulfillments WHERE tracking GLOB '*"P[0-9]*'""",
    "SELECT code FROM discounts WHERE code GLOB 'C[0-9]*'",
)

NOTE = """mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) {
  userErrors { message } } }"""
UNNOTE = """mutation($m: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $m) {
  userErrors { message } } }"""
OWNERS = """{ products(first: 3) { nodes { id } } productVariants(first: 3) { nodes { id } }
  collections(first: 3) { nodes { id } } customers(first: 3) { nodes { id } }
  orders(first: 3) { nodes { id } } shop { id } }"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


def opened_on(sandbox: Sandbox, url: str) -> Platform:
    return bootstrap(
        read_settings(
            flask_env="testing", sandbox_port=sandbox.port, var_dir=sandbox.folder.parent,
            database_url=url, log_level="CRITICAL",
        )
    )  # fmt: skip


def copied(platform: Platform) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    with platform.database.read() as connection:
        for table in MIRRORED:
            # A level is written when a quantity differs; one set to what it was stays as it is.
            own = {"store_id", "synced_at"} | (
                {"updated_at"} if table is catalog.inventory_levels else set()
            )
            columns = [c for c in table.c if c.name not in own]
            query = select(*columns).where(*(OPEN_ONLY if table in WORKED else ()))
            found[table.name] = sorted(map(tuple, connection.execute(query)), key=repr)
    return found


def differing(platform: Platform, sandbox: Sandbox) -> dict[str, set[tuple[str, ...]]]:
    """What the store's own file says otherwise than the copy: no client reads on this side."""
    found = {}
    with (
        closing(sqlite3.connect(sandbox.folder / "store.db")) as state,
        platform.database.read() as connection,
    ):
        for question, query in STORED.items():
            there = {tuple(map(plain, row)) for row in state.execute(question)}
            here = {tuple(map(plain, row)) for row in connection.execute(query)}
            assert there, question
            found[question] = there ^ here
    return found


def plain(value: Any) -> str:
    """The store's file counts money in ten-thousandths."""
    return str(int(value * 10_000) if isinstance(value, Decimal) else value).lower()


async def insisting(change: Callable[[], Awaitable[None]]) -> None:
    """As an approved decision does: again with the same key while it is not known what became."""
    for last in (False, False, False, True):
        try:
            await change()
        except ShopifyUnavailable:
            if last:
                raise
        else:
            return


@dataclass
class Hand:
    """Does one operation after another; what it cannot know it leaves to the journal."""

    platform: Platform
    sandbox: Sandbox
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    number: int = 0
    # A store is synced by one at a time: that is what its queue is for.
    one_sync: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.writer = writers(self.platform)
        self.variants = list(self.platform.catalog.variants())
        told = self.sandbox.admin(OWNERS)
        shop = told.pop("shop")["id"]
        self.owners = [shop, *(node["id"] for each in told.values() for node in each["nodes"])]
        with self.platform.database.read() as connection:
            sold, bought = orders.orders.c, orders.customers.c
            self.orders = list(connection.execute(select(sold.id)).scalars())
            self.buyers = list(connection.execute(select(bought.id)).scalars())
            work = orders.fulfillment_orders.c
            self.waiting = list(
                connection.execute(select(work.order_id).where(work.status == "open")).scalars()
            )
        self.levels = [item for item in self.platform.stock.levels() if item.available is not None]

    async def price(self, number: int) -> None:
        variant = self.chance.choice(self.variants)
        # No two operations set the same price: what is there twice was written twice.
        price = Money(Decimal(1000) + Decimal(number) / 100, variant.price.currency)
        await self.writer.set_price(variant.product_id, variant.id, price, None, f"price:{number}")

    async def stock(self, number: int) -> None:
        item = self.chance.choice(self.levels)
        there = await self.platform.live.stock_level(item.inventory_item_id, item.location_id)
        assert there is not None
        await self.writer.set_quantity(
            item.inventory_item_id, item.location_id, self.chance.randrange(90), there.available,
            f"stock:{number}",
        )  # fmt: skip

    async def tags(self, number: int) -> None:
        product = self.chance.choice(self.variants).product_id
        change = self.chance.choice((self.writer.add_tags, self.writer.remove_tags))
        await change(f"Product/{product}", [f"t{number % 5}"], f"tags:{number}")

    async def refund(self, number: int) -> None:
        """A cent, under a key that is asked with again until the store answers."""
        order = await self.platform.order_money.order_money(self.chance.choice(self.orders))
        assert order is not None
        giving = refund_writer(self.platform)
        await insisting(
            lambda: giving.refund(order, Decimal("0.01"), f"r{number}", f"refund:{number}")
        )

    async def ship(self, number: int) -> None:
        """One unit, by a parcel's number that is looked for before each try."""
        order = await self.platform.order_money.order_money(self.chance.choice(self.waiting))
        assert order is not None
        line = next((line for line, units in order.waiting.items() if units), None)
        if line is not None:
            parcel = Shipment({line: 1}, f"P{number}", "PostNL")
            sending = order_writer(self.platform)
            await insisting(lambda: sending.ship(order.id, parcel, f"ship:{number}"))

    async def code(self, number: int) -> None:
        """A code of its own name, looked for before each try."""
        now = datetime.now(UTC)
        wish = CodeWish(
            f"C{number}", f"C{number}", 5, self.chance.choice(self.buyers),
            (self.chance.choice(self.variants).id,), now, now + timedelta(days=9),
        )  # fmt: skip
        making = discount_writer(self.platform)
        await insisting(lambda: making.create(wish, f"code:{number}"))

    async def note(self, number: int) -> None:
        """Another app notes something, or takes it back; it repeats nothing that failed."""
        noted: dict[str, Any] = {
            "ownerId": self.chance.choice(self.owners),
            "namespace": "care",
            "key": f"k{number % 3}",
        }
        if number % 4:
            noted |= {"type": "single_line_text_field", "value": f"n{number}"}
        document = NOTE if number % 4 else UNNOTE
        try:
            await asyncio.to_thread(self.sandbox.admin, document, {"m": [noted]})
        except (AssertionError, ValueError, httpx.HTTPError) as error:
            raise ShopifyUnavailable(f"Not noted ({type(error).__name__})") from None

    async def world(self, _: int) -> None:
        await asyncio.to_thread(self.sandbox.control, "step", {"hours": 2})

    async def sync(self, _: int) -> None:
        async with self.one_sync:
            await Sync(self.platform.shopify(), self.platform.mirror()).run()

    async def reconcile(self, _: int) -> None:
        async with self.one_sync:
            await Sync(self.platform.shopify(), self.platform.mirror()).reconcile()

    async def some(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            await self.one(self.number)

    async def one(self, number: int) -> None:
        operations: list[Callable[[int], Awaitable[None]]] = [
            self.price, self.stock, self.tags, self.note, self.refund, self.ship, self.code,
            self.world, self.sync, self.reconcile,
        ]  # fmt: skip
        weights = (34, 23, 9, 9, 6, 6, 3, 2, 7, 1)
        (operation,) = self.chance.choices(operations, weights=weights)
        try:
            await operation(number)
            self.done["done"] += 1
        except (ShopifyUnavailable, ShopifyRejected, ShopifyUnauthorized) as error:
            self.done[type(error).__name__] += 1


def journal(sandbox: Sandbox) -> list[tuple[str, str, str | None, str | None]]:
    with closing(sqlite3.connect(sandbox.folder / "store.db")) as state:
        return state.execute(
            "SELECT mutation, subject, after, idempotency_key FROM journal"
        ).fetchall()


async def test_the_copy_equals_the_store_and_no_write_is_doubled(
    sandbox: Sandbox, migrated_sqlite_url: str, tmp_path: Path
) -> None:
    platform = opened_on(sandbox, migrated_sqlite_url)
    await Sync(platform.shopify(), platform.mirror(), bulk_from=0).first()
    hand = Hand(platform, sandbox, random.Random(OPERATIONS))
    for fault in FAULTS:
        sandbox.control("faults", {"count": None, **fault})
    await asyncio.gather(*(hand.some(OPERATIONS // LANES) for _ in range(LANES)))
    sandbox.clear_faults()
    print(dict(hand.done))
    # Faults that stop everything, or that nobody meets, would prove nothing.
    assert hand.done["done"] > OPERATIONS / 2
    assert hand.done.total() == OPERATIONS // LANES * LANES

    await Sync(platform.shopify(), platform.mirror()).run()
    await Sync(platform.shopify(), platform.mirror()).reconcile()
    fresh = opened_on(sandbox, f"sqlite:///{(tmp_path / 'fresh.db').as_posix()}")
    await Sync(fresh.shopify(), fresh.mirror()).first()
    here, there = copied(platform), copied(fresh)
    for name in there:
        assert here[name] == there[name], name
    for question, difference in differing(platform, sandbox).items():
        assert not difference, question

    written = journal(sandbox)
    prices = Counter(
        (subject, json.loads(after or "{}").get("price"))
        for mutation, subject, after, _ in written
        if mutation == "productVariantsBulkUpdate"
    )
    # Several subjects may share one request and its key; none is written twice under it.
    keys = Counter((key, subject) for _, subject, _, key in written if key is not None)
    assert len(prices) > OPERATIONS / 8
    assert len(keys) > OPERATIONS / 12
    assert max(prices.values()) == 1
    assert max(keys.values()) == 1
    with closing(sqlite3.connect(sandbox.folder / "store.db")) as state:
        for question in ONCE:
            made = Counter(row[0] for row in state.execute(question))
            # The orders that wait are sent after a while.
            assert len(made) >= min(OPERATIONS // 100, 20), question
            assert max(made.values()) == 1, question
    for each in (platform, fresh):
        await each.shopify().aclose()
        each.close()
