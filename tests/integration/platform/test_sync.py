"""The sync against the sandbox's own server: complete, resumable, incremental, honest."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.events import read_after, verify
from core.settings import read_settings
from royal_platform.bootstrap import Platform, bootstrap, writers
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.metrics import Metrics
from royal_platform.persistence.orders import OrderFilter, Orders
from royal_platform.persistence.products import ProductFilter, Products
from royal_platform.persistence.tables.catalog import (
    collection_products,
    collections,
    discounts,
    inventory_snapshots,
    locations,
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
    return_lines,
    returns,
)
from royal_platform.shopify import stages, sync
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnavailable
from royal_platform.shopify.sync import Sync, notice_deletion
from tests.integration.platform.wire import Sandbox, until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("sandbox"), history_days=7) as running:
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


LEFT = """{ abandonedCheckouts(first: 250) { nodes { id completedAt
  lineItems(first: 50) { nodes { quantity } } } } }"""
PAID = """{ orders(first: 250, reverse: true) { nodes { id transactions { id kind status
  parentTransaction { id } } } } }"""
SCOPED = ("discounts", "fulfillment_orders", "returns", "segments")
CODE = """mutation($code: String!) { discountCodeBasicCreate(basicCodeDiscount: {title: $code,
  code: $code, startsAt: "2024-01-01T00:00:00Z", context: {all: ALL},
  customerGets: {value: {percentage: 0.1}, items: {all: true}}}) {
  codeDiscountNode { id } userErrors { message } } }"""
DROP = "mutation($id: ID!) { discountCodeDelete(id: $id) { deletedCodeDiscountId } }"
NOTE = """mutation($owner: ID!, $value: String!) { metafieldsSet(metafields: [{ownerId: $owner,
  namespace: "care", key: "wash", type: "single_line_text_field", value: $value}]) {
  userErrors { message } } }"""
WAITING = """{ fulfillmentOrders(first: 250) { nodes { id status
  lineItems(first: 50) { nodes { remainingQuantity } } } } }"""
RETURNED = """{ orders(first: 250, query: "return_status:returned") {
  nodes { id returns(first: 5) { nodes { id status } } } } }"""
REOPEN = "mutation($id: ID!) { returnReopen(id: $id) { userErrors { message } } }"
CLOSE = "mutation($id: ID!) { returnClose(id: $id) { userErrors { message } } }"
SEGMENT = """mutation($name: String!) { segmentCreate(name: $name, query: "number_of_orders > 4") {
  segment { id name } } }"""
SEGMENT_DROP = "mutation($id: ID!) { segmentDelete(id: $id) { deletedSegmentId } }"
MAIL_CONSENT = """mutation($id: ID!, $state: CustomerEmailMarketingState!) {
  customerEmailMarketingConsentUpdate(input: {customerId: $id, emailMarketingConsent: {
    marketingState: $state, marketingOptInLevel: SINGLE_OPT_IN}}) { userErrors { message } } }"""
AGREED = """{ customers(first: 250) { nodes { id defaultEmailAddress {
  marketingState marketingUpdatedAt } defaultPhoneNumber { marketingState } } } }"""
REMOVE = """mutation($id: ID!, $products: [ID!]!) {
  collectionRemoveProducts(id: $id, productIds: $products) { userErrors { message } } }"""
ADD = """mutation($id: ID!, $products: [ID!]!) {
  collectionAddProducts(id: $id, productIds: $products) { userErrors { message } } }"""


def members(platform: Platform) -> dict[str, set[str]]:
    table = collections.c
    with platform.database.read() as connection:
        there = connection.execute(select(table.id).where(table.deleted_at.is_(None)))
        found: dict[str, set[str]] = {ident: set() for ident in there.scalars()}
        for row in connection.execute(select(collection_products)):
            found[row.collection_id].add(row.product_id)
    return found


def whole(platform: Platform, column: Any) -> set[Any]:
    query = select(column)
    if "deleted_at" in column.table.c:
        query = query.where(column.table.c.deleted_at.is_(None))
    with platform.database.read() as connection:
        found = connection.execute(query).scalars()
        return {tuple(each) if isinstance(each, list) else each for each in found}


def _tail(node: dict[str, Any]) -> str:
    return str(node["id"]).rpartition("/")[2]


def totals(platform: Platform) -> dict[str, Any]:
    with platform.database.read() as connection:
        return {
            "orders": connection.scalar(select(func.count()).select_from(orders)),
            "lines": connection.scalar(select(func.count()).select_from(order_lines)),
            "net": connection.scalar(select(func.sum(orders.c.net, type_=orders.c.net.type))),
            "daily": connection.scalar(
                select(func.sum(daily_sales.c.net, type_=daily_sales.c.net.type))
            ),
        }


def events(platform: Platform) -> list[str]:
    with platform.database.read() as connection:
        assert verify(connection, platform.store_id).ok
        return [e.type for e in read_after(connection, platform.store_id, 0, 1000)]


async def read_whole(platform: Platform) -> None:
    """A first sync, and what it leaves to the next: fulfilment orders closed after the newest open
    one changed. Whether there are any hangs on the hour.
    """
    await sync.first(platform)
    await sync.incremental(platform)


async def test_the_first_sync_reads_everything_and_the_second_finds_no_news(platform):
    await platform.refresh_clock()
    assert await sync.incremental(platform) > 0
    store = platform.store()
    counts = store.sync_counts
    assert counts["orders"] == counts["orders_expected"] == totals(platform)["orders"]
    assert counts["products"] == counts["products_expected"]
    assert (store.sync_phase, store.connection_state) == ("idle", "connected")
    assert totals(platform)["net"] == totals(platform)["daily"]
    # What `read_whole` says of the hour.
    late = await sync.incremental(platform)
    assert await sync.incremental(platform) == 0
    assert events(platform).count("store.sync.completed") == 1 + bool(late)
    assert "store.connected" in events(platform)
    with platform.database.read() as connection:
        days = connection.scalar(select(func.count(inventory_snapshots.c.day.distinct())))
        assert days == 1
        assert connection.scalar(select(func.count()).select_from(variants)) > 0
    await platform.shopify().aclose()


async def test_what_changes_in_the_store_changes_the_figures(platform, sandbox):
    await sync.first(platform)
    before = totals(platform)
    sandbox.control("step", {"days": 2})
    await platform.refresh_clock()
    assert await sync.incremental(platform) > 0
    after = totals(platform)
    assert after["orders"] > before["orders"]
    assert after["net"] == after["daily"] != before["net"]
    with platform.database.read() as connection:
        store = stores.get(connection, platform.store_id)
        read = Metrics(store).read(connection, start=None, end=None, compare="none")
        found = {figure.name: figure for figure in read.figures}
        listed = Orders(store.id).page(connection, OrderFilter(), limit=5)
        shelf = Products(store.id).page(
            connection, ProductFilter(sort="sold"), today=store.store_clock().today(), limit=5
        )
    assert found["net_sales"].value > 0
    assert len(found["net_sales"].series) == 30
    assert found["gross_margin"].note
    assert listed.total == after["orders"]
    assert len(shelf.items) == 5
    assert shelf.items[0].variants
    await platform.shopify().aclose()


async def test_a_deleted_product_and_a_lost_order_are_noticed(platform, sandbox):
    await read_whole(platform)
    with platform.database.read() as connection:
        victim = connection.scalar(
            select(products.c.id).where(products.c.deleted_at.is_(None)).limit(1)
        )
    sandbox.control("products/delete", {"id": int(victim)})
    assert await sync.incremental(platform) > 0
    with platform.database.read() as connection:
        gone = connection.scalar(select(products.c.deleted_at).where(products.c.id == victim))
    assert gone is not None
    assert await sync.incremental(platform) == 0
    await platform.shopify().aclose()


async def test_collections_follow_the_store_with_their_products(platform, sandbox):
    await read_whole(platform)
    before = members(platform)
    told = sandbox.admin("{ collections(first: 250) { nodes { id productsCount { count } } } }")
    assert {ident: len(found) for ident, found in before.items()} == {
        node["id"].rpartition("/")[2]: node["productsCount"]["count"]
        for node in told["collections"]["nodes"]
    }
    ident, products_in = next((key, found) for key, found in before.items() if len(found) > 1)
    whole = f"gid://shopify/Collection/{ident}"
    moved = {"id": whole, "products": [f"gid://shopify/Product/{min(products_in)}"]}
    sandbox.admin(REMOVE, moved)
    assert await sync.incremental(platform) == 1
    assert members(platform)[ident] == products_in - {min(products_in)}
    sandbox.admin(ADD, moved)
    sandbox.admin("mutation($id: ID!) { collectionDelete(input: {id: $id}) "
                  "{ deletedCollectionId } }", {"id": whole})  # fmt: skip
    assert await sync.incremental(platform) == 0
    assert await Sync(platform.shopify(), platform.mirror()).reconcile() == 1
    assert members(platform) == {key: found for key, found in before.items() if key != ident}
    other = next(iter(members(platform)))
    assert notice_deletion(platform.mirror(), "collections/delete", {"id": int(other)}) == 1
    assert other not in members(platform)
    await platform.shopify().aclose()


async def test_discounts_notes_and_what_waits_to_be_shipped_follow_the_store(platform, sandbox):
    await sync.first(platform)
    assert whole(platform, discounts.c.id) == set()
    made = sandbox.admin(CODE, {"code": f"SPRING-{platform.database.dialect}"})
    ident = made["discountCodeBasicCreate"]["codeDiscountNode"]["id"]
    product = f"gid://shopify/Product/{platform.mirror().product_ids()[0]}"
    sandbox.admin(NOTE, {"owner": product, "value": platform.database.dialect})
    sandbox.control("step", {"days": 2})
    await platform.refresh_clock()
    assert await sync.incremental(platform) > 0
    assert whole(platform, discounts.c.codes) == {(f"SPRING-{platform.database.dialect}",)}
    assert whole(platform, discounts.c.method) == {"code"}
    assert whole(platform, metafields.c.value) == {platform.database.dialect}
    sandbox.admin(UNNOTE, {"owner": product})
    told = sandbox.admin(WAITING)["fulfillmentOrders"]["nodes"]
    with platform.database.read() as connection:
        table = fulfillment_orders.c
        waiting = connection.execute(
            select(table.id, table.status).where(table.status.in_(("open", "in_progress")))
        )
        lines = select(func.sum(fulfillment_order_lines.c.remaining)).where(
            fulfillment_order_lines.c.fulfillment_order_id.in_([_tail(node) for node in told])
        )
        assert {(row.id, row.status) for row in waiting} == {
            (_tail(node), node["status"].lower()) for node in told
        }
        assert connection.scalar(lines) == sum(
            line["remainingQuantity"] for node in told for line in node["lineItems"]["nodes"]
        )
    gone = {"admin_graphql_api_id": ident}
    assert notice_deletion(platform.mirror(), "discounts/delete", gone) == 1
    assert await Sync(platform.shopify(), platform.mirror()).reconcile() == 0
    assert whole(platform, discounts.c.method) == {"code"}
    sandbox.admin(DROP, {"id": ident})
    assert await Sync(platform.shopify(), platform.mirror()).reconcile() == 1
    assert whole(platform, discounts.c.id) == set()
    await platform.shopify().aclose()


OWNERS = {
    "product": "{ found: products(first: 1) { nodes { id } } }",
    "variant": "{ found: productVariants(first: 1) { nodes { id } } }",
    "collection": "{ found: collections(first: 1) { nodes { id } } }",
    "customer": "{ found: customers(first: 1) { nodes { id } } }",
    "order": "{ found: orders(first: 1, reverse: true) { nodes { id } } }",
}
UNNOTE = """mutation($owner: ID!) { metafieldsDelete(metafields: [{ownerId: $owner,
  namespace: "care", key: "wash"}]) { userErrors { message } } }"""


def _owners(sandbox: Sandbox) -> dict[str, str]:
    found = {
        kind: sandbox.admin(query)["found"]["nodes"][0]["id"] for kind, query in OWNERS.items()
    }
    return found | {"shop": sandbox.admin("{ shop { id } }")["shop"]["id"]}


def behind_its_back(sandbox: Sandbox, statement: str) -> None:
    """Change the store's own state without anybody being told, or any owner's time moving."""
    with closing(sqlite3.connect(sandbox.folder / "store.db", timeout=10)) as state, state:
        state.execute(statement)


def noted(platform: Platform) -> dict[tuple[str, str], str]:
    table = metafields.c
    with platform.database.read() as connection:
        rows = connection.execute(select(table.owner_type, table.owner_id, table.value))
        return {(row.owner_type, row.owner_id): row.value for row in rows}


async def test_metafields_of_every_owner_follow_the_store(platform, sandbox):
    owners = _owners(sandbox)
    behind_its_back(sandbox, "DELETE FROM metafields")
    await sync.first(platform)
    assert noted(platform) == {}
    for kind, ident in owners.items():
        sandbox.admin(NOTE, {"owner": ident, "value": kind})
        # Of the shop alone nobody is told that it changed.
        assert await sync.incremental(platform) > 0, kind
    rows = {kind: (kind, ident.rpartition("/")[2]) for kind, ident in owners.items()}
    assert noted(platform) == {rows[kind]: kind for kind in owners}
    again = Sync(platform.shopify(), platform.mirror())
    assert await again.reconcile() == 0
    # Changed without a word, as when the owner's own time stays: the daily comparison finds it.
    behind_its_back(sandbox, "UPDATE metafields SET value = 'unheard'")
    assert await again.reconcile() > 0
    assert noted(platform) == {rows[kind]: "unheard" for kind in owners}
    # The sync does so by itself once a day, and goes on while the store prepares its answer.
    behind_its_back(sandbox, "UPDATE metafields SET value = 'still unheard'")
    sandbox.control("step", {"days": 1})
    await platform.refresh_clock()
    for _ in range(50):
        await sync.incremental(platform)
        if not platform.store().sync_cursor["again"]["left"]:
            break
        await asyncio.sleep(0.1)
    assert noted(platform) == {rows[kind]: "still unheard" for kind in owners}
    for ident in owners.values():
        sandbox.admin(UNNOTE, {"owner": ident})
    await sync.incremental(platform)
    assert noted(platform) == {}
    await platform.shopify().aclose()


async def test_many_metafields_of_one_owner_are_all_read(platform, sandbox):
    many = """mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) {
      userErrors { message } } }"""
    behind_its_back(sandbox, "DELETE FROM metafields")
    owners = _owners(sandbox)
    for ident in owners.values():
        given = [
            {"ownerId": ident, "namespace": "many", "key": f"k{number:02}", "value": "x",
             "type": "single_line_text_field"}
            for number in range(23)
        ]  # fmt: skip
        assert sandbox.admin(many, {"m": given})["metafieldsSet"]["userErrors"] == []
    await sync.first(platform)
    table = metafields.c
    with platform.database.read() as connection:
        found = connection.execute(
            select(table.owner_type, func.count()).group_by(table.owner_type)
        )
        assert dict(map(tuple, found)) == dict.fromkeys(owners, 23)
    behind_its_back(sandbox, "DELETE FROM metafields")
    await platform.shopify().aclose()


async def test_an_erased_customers_metafields_do_not_come_back(platform, sandbox):
    told = sandbox.admin("{ orders(first: 250, reverse: true) { nodes { id customer { id } } } }")
    order = next(each for each in told["orders"]["nodes"] if each["customer"])
    behind_its_back(sandbox, "DELETE FROM metafields")
    for ident in (order["id"], order["customer"]["id"]):
        sandbox.admin(NOTE, {"owner": ident, "value": "personal"})
    await sync.first(platform)
    assert set(noted(platform).values()) == {"personal"}
    about = {"customer": {"id": _tail(order["customer"])}}
    assert notice_deletion(platform.mirror(), "customers/delete", about) == 1
    assert noted(platform) == {}
    for ident in (order["id"], order["customer"]["id"]):
        sandbox.admin(NOTE, {"owner": ident, "value": "said again"})
    await sync.incremental(platform)
    await Sync(platform.shopify(), platform.mirror()).reconcile()
    assert noted(platform) == {}
    for ident in (order["id"], order["customer"]["id"]):
        sandbox.admin(UNNOTE, {"owner": ident})
    await platform.shopify().aclose()


async def test_returns_and_segments_follow_the_store(platform, sandbox):
    await sync.first(platform)
    told = sandbox.admin(RETURNED)["orders"]["nodes"]
    there = {
        (_tail(each), each["status"].lower()) for one in told for each in one["returns"]["nodes"]
    }
    assert there
    with platform.database.read() as connection:
        found = connection.execute(select(returns.c.id, returns.c.status))
        assert {(row.id, row.status) for row in found} == there
        units = connection.scalar(select(func.sum(return_lines.c.quantity)))
        assert units == connection.scalar(select(func.sum(returns.c.units)))
        unknown = select(func.count()).where(
            return_lines.c.line_id.not_in(select(order_lines.c.id))
        )
        assert connection.scalar(unknown) == 0
    again = told[0]["returns"]["nodes"][0]["id"]
    sandbox.admin(REOPEN, {"id": again})
    made = sandbox.admin(SEGMENT, {"name": f"Loyal on {platform.database.dialect}"})
    segment = made["segmentCreate"]["segment"]
    assert await sync.incremental(platform) > 0
    assert (_tail({"id": again}), "open") in whole_pairs(platform)
    assert segment["name"] in whole(platform, shop_segments.c.name)
    assert notice_deletion(platform.mirror(), "segments/delete", segment) == 1
    assert segment["name"] not in whole(platform, shop_segments.c.name)
    sandbox.admin(SEGMENT_DROP, {"id": segment["id"]})
    sandbox.admin(CLOSE, {"id": again})
    # What the webhook and the changes missed, the daily comparison finds.
    with platform.database.write() as transaction:
        transaction.connection.execute(returns.delete().where(returns.c.id == _tail({"id": again})))
    assert await Sync(platform.shopify(), platform.mirror()).reconcile() > 0
    assert whole_pairs(platform) == there
    await platform.shopify().aclose()


async def test_checkouts_left_behind_follow_the_store_and_are_forgotten_with_it(platform, sandbox):
    await sync.first(platform)
    as_left(platform, sandbox)
    sandbox.control("step", {"days": 1})
    assert await sync.incremental(platform) > 0
    as_left(platform, sandbox)
    assert whole(platform, abandoned_checkouts.c.completed_at) > {None}, "some came back"
    ident, other, *_rest = sorted(whole(platform, abandoned_checkouts.c.id))
    assert notice_deletion(platform.mirror(), "checkouts/delete", {"id": int(ident)}) == 1
    assert ident not in whole(platform, abandoned_checkouts.c.id)
    assert ident not in whole(platform, abandoned_checkout_lines.c.checkout_id)
    # The store has it still, and knows nothing of another: the daily comparison finds both.
    with platform.database.write() as transaction:
        mistaken = abandoned_checkouts.update().where(abandoned_checkouts.c.id == other)
        transaction.connection.execute(mistaken.values(id="77"))
    assert await Sync(platform.shopify(), platform.mirror()).reconcile() > 0
    as_left(platform, sandbox)
    await platform.shopify().aclose()


def as_left(platform: Platform, sandbox: Sandbox) -> None:
    told = sandbox.admin(LEFT)["abandonedCheckouts"]["nodes"]
    units = {
        _tail(each): sum(one["quantity"] for one in each["lineItems"]["nodes"]) for each in told
    }
    assert units
    lines, owner = abandoned_checkout_lines.c, abandoned_checkout_lines.c.checkout_id
    with platform.database.read() as connection:
        mine = connection.execute(select(owner, func.sum(lines.quantity)).group_by(owner)).all()
    assert units.items() <= {row[0]: int(row[1]) for row in mine}.items()
    assert units.keys() <= whole(platform, abandoned_checkouts.c.id)
    assert "77" not in whole(platform, abandoned_checkouts.c.id)


async def test_transactions_follow_their_orders(platform, sandbox):
    await sync.first(platform)
    sandbox.control("step", {"days": 1})
    assert await sync.incremental(platform) > 0
    table = order_transactions.c
    with platform.database.read() as connection:
        rows = connection.execute(
            select(table.id, table.order_id, table.kind, table.status, table.parent_id)
        ).all()
        paid = select(func.sum(table.amount, type_=table.amount.type)).where(table.kind == "sale")
        total = select(func.sum(orders.c.total, type_=orders.c.total.type))
        assert connection.scalar(paid) == connection.scalar(total)
    assert {row.kind for row in rows} == {"sale", "refund"}
    told = sandbox.admin(PAID)["orders"]["nodes"]
    assert {tuple(row) for row in rows} >= {
        (
            _tail(each), _tail(node), each["kind"].lower(), each["status"].lower(),
            each["parentTransaction"] and _tail(each["parentTransaction"]),
        )
        for node in told
        for each in node["transactions"]
    }  # fmt: skip
    await platform.shopify().aclose()


async def test_consent_follows_the_store_and_the_daily_comparison_mends_it(platform, sandbox):
    await sync.first(platform)
    as_agreed(platform, sandbox)
    agreed = platform.audience.agreed(sorted(whole(platform, customers.c.id)))
    left, other, *_rest = sorted(agreed)
    sandbox.admin(MAIL_CONSENT, {"id": f"gid://shopify/Customer/{left}", "state": "UNSUBSCRIBED"})
    await sync.incremental(platform)
    assert platform.audience.agreed(sorted(agreed)) == agreed - {left}
    as_agreed(platform, sandbox)
    with platform.database.write() as transaction:
        mistaken = customers.update().where(customers.c.id == other)
        transaction.connection.execute(mistaken.values(email_consent=None))
    await sync.incremental(platform)
    assert other not in platform.audience.agreed([other])
    await Sync(platform.shopify(), platform.mirror()).reconcile()
    as_agreed(platform, sandbox)
    sandbox.admin(MAIL_CONSENT, {"id": f"gid://shopify/Customer/{left}", "state": "SUBSCRIBED"})
    await platform.shopify().aclose()


def as_agreed(platform: Platform, sandbox: Sandbox) -> None:
    told = {}
    for node in sandbox.admin(AGREED)["customers"]["nodes"]:
        mail, phone = node["defaultEmailAddress"], node["defaultPhoneNumber"]
        told[_tail(node)] = (
            mail and mail["marketingState"].lower(),
            mail and mail["marketingUpdatedAt"],
            phone and phone["marketingState"].lower(),
        )
    columns = customers.c
    with platform.database.read() as connection:
        rows = connection.execute(
            select(columns.id, columns.email_consent, columns.email_consent_at, columns.sms_consent)
        ).all()
    mine = {
        row.id: (row.email_consent, row.email_consent_at
                 and f"{row.email_consent_at:%Y-%m-%dT%H:%M:%SZ}", row.sms_consent)
        for row in rows
    }  # fmt: skip
    assert {ident: mine.get(ident) for ident in told} == told


def whole_pairs(platform: Platform) -> set[tuple[str, str]]:
    with platform.database.read() as connection:
        return {
            (row.id, row.status)
            for row in connection.execute(select(returns.c.id, returns.c.status))
        }


async def test_what_the_grant_does_not_cover_is_left_out_and_the_rest_is_read(platform, sandbox):
    await sync.first(platform)
    state = platform.mirror().state()
    assert "discounts" in stages.readable(state)
    state.cursor["shop"]["scopes"] = ["read_products", "write_orders"]
    assert stages.readable(state) == [name for name in stages.STAGES if name not in SCOPED]
    await platform.shopify().aclose()


async def test_what_the_mirror_lost_is_read_again(platform):
    await sync.first(platform)
    whole = totals(platform)
    with platform.database.write() as transaction:
        connection = transaction.connection
        some = list(connection.execute(select(orders.c.id).limit(3)).scalars())
        connection.execute(order_lines.delete().where(order_lines.c.order_id.in_(some)))
        connection.execute(orders.delete().where(orders.c.id.in_(some)))
    await sync.incremental(platform)
    await sync.incremental(platform)
    assert totals(platform) == whole
    await platform.shopify().aclose()


async def test_a_price_is_set_in_the_store_read_back_and_synced(platform):
    await sync.first(platform)
    variant = platform.catalog.variants()[0]
    price = Money(variant.price.amount + Decimal("1.00"), variant.price.currency)
    stored = await writers(platform).set_price(
        variant.product_id, variant.id, price, None, "execute:dec_1"
    )
    assert stored.price == price
    live = await platform.live.variant_price(variant.id)
    assert live is not None
    assert live.price == price
    assert await sync.incremental(platform) > 0
    (synced,) = [v for v in platform.catalog.variants() if v.id == variant.id]
    assert synced.price == price
    assert len(platform.catalog.price_observations(variant.updated_at)) > 0
    await platform.shopify().aclose()


async def test_stock_is_set_once_per_key_and_a_stale_count_is_refused(platform):
    await sync.first(platform)
    level = next(item for item in platform.stock.levels() if item.available is not None)
    item, place = level.inventory_item_id, level.location_id
    live = await platform.live.stock_level(item, place)
    assert live is not None
    assert live.available is not None
    writer = writers(platform)
    key = f"execute:{platform.store_id}"
    for _ in range(2):
        after = await writer.set_quantity(item, place, live.available + 7, live.available, key)
        assert after.available == live.available + 7
    with pytest.raises(ShopifyRejected) as caught:
        await writer.set_quantity(item, place, 1, live.available, f"{key}:other")
    assert caught.value.code == "CHANGE_FROM_QUANTITY_STALE"
    assert "decide again" in caught.value.remedy
    await platform.shopify().aclose()


STOCK = """{ inventoryItems(first: 250) { nodes { id inventoryLevels(first: 1) {
  nodes { quantities(names: ["available"]) { quantity } } } } } }"""
SET = """mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { message } } }"""


async def test_stock_too_large_to_be_read_whole_follows_its_levels(platform, sandbox, monkeypatch):
    monkeypatch.setattr(stages, "_WHOLE_STOCK", 0)
    await read_whole(platform)
    level = next(item for item in platform.stock.levels() if item.available is not None)

    def set_to(quantity: int) -> None:
        wanted = {
            "inventoryItemId": f"gid://shopify/InventoryItem/{level.inventory_item_id}",
            "locationId": f"gid://shopify/Location/{level.location_id}",
            "quantity": quantity, "changeFromQuantity": None,
        }  # fmt: skip
        given = {"name": "available", "reason": "correction", "quantities": [wanted]}
        key = f"{platform.database.dialect}-{quantity}"
        told = sandbox.admin(SET, {"input": given, "key": key})
        assert told["inventorySetQuantities"]["userErrors"] == []

    def copied() -> int | None:
        return next(
            each.available for each in platform.stock.levels()
            if (each.inventory_item_id, each.location_id)
            == (level.inventory_item_id, level.location_id)
        )  # fmt: skip

    for quantity in (4_321, 4_322):
        # Shopify notes it on the level: the item itself has not changed.
        set_to(quantity)
        assert await sync.incremental(platform) > 0
        assert copied() == quantity
    assert await sync.incremental(platform) == 0
    # What is sold moves levels as well.
    sandbox.control("step", {"days": 1})
    await platform.refresh_clock()
    await sync.incremental(platform)
    there = {
        _tail(node): node["inventoryLevels"]["nodes"][0]["quantities"][0]["quantity"]
        for node in sandbox.admin(STOCK)["inventoryItems"]["nodes"]
    }
    here = {each.inventory_item_id: each.available for each in platform.stock.levels()}
    assert {item: here[item] for item in there} == there
    behind_its_back(sandbox, "UPDATE inventory_levels SET available = 4323")
    assert await Sync(platform.shopify(), platform.mirror()).reconcile() > 0
    assert copied() == 4_323
    await platform.shopify().aclose()


@pytest.mark.parametrize("whole_up_to", [2_000, 0])
async def test_stock_that_left_a_location_is_not_counted_any_more(
    platform, sandbox, monkeypatch, whole_up_to
):
    """Shopify tells of it nowhere: a level that is gone is no longer among its item's."""
    monkeypatch.setattr(stages, "_WHOLE_STOCK", whole_up_to)
    await read_whole(platform)
    before = {each.inventory_item_id for each in platform.stock.levels()}
    item = min(before)
    turned = "UPDATE inventory_levels SET item_id = -item_id WHERE item_id ="
    behind_its_back(sandbox, f"{turned} {item}")
    try:
        if whole_up_to:
            assert await sync.incremental(platform) > 0
        else:
            # Of many items it is found once a day.
            assert await Sync(platform.shopify(), platform.mirror()).reconcile() > 0
        assert {each.inventory_item_id for each in platform.stock.levels()} == before - {item}
    finally:
        behind_its_back(sandbox, f"{turned} -{item}")
    await sync.incremental(platform)
    await Sync(platform.shopify(), platform.mirror()).reconcile()
    assert {each.inventory_item_id for each in platform.stock.levels()} == before
    await platform.shopify().aclose()


async def test_locations_follow_the_store(platform, sandbox):
    await sync.first(platform)
    (name,) = whole(platform, locations.c.name)
    behind_its_back(sandbox, "UPDATE locations SET name = 'Barn'")
    behind_its_back(
        sandbox,
        "INSERT INTO locations (id, name, active, created_at, updated_at)"
        " SELECT 901, 'Attic', active, created_at, updated_at FROM locations",
    )
    await sync.incremental(platform)
    assert whole(platform, locations.c.name) == {"Barn", "Attic"}
    behind_its_back(sandbox, "DELETE FROM locations WHERE id = 901")
    behind_its_back(sandbox, f"UPDATE locations SET name = '{name}'")
    await sync.incremental(platform)
    assert whole(platform, locations.c.name) == {name}
    await platform.shopify().aclose()


MANY = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)"""


async def test_stock_at_many_locations_is_all_read(platform, sandbox):
    def changed(table: str, number: str, columns: str) -> None:
        behind_its_back(
            sandbox,
            f"{MANY} INSERT INTO {table} ({number}, {columns}) SELECT 900 + i, {columns}"
            f" FROM {table}, n WHERE {table}.rowid = (SELECT MIN(rowid) FROM {table})",
        )

    changed("locations", "id", "name, active, created_at, updated_at")
    changed(
        "inventory_levels", "location_id",
        "item_id, available, on_hand, committed, incoming, created_at, updated_at",
    )  # fmt: skip
    try:
        await sync.first(platform)
        found = [each.location_id for each in platform.stock.levels() if len(each.location_id) == 3]
        assert sorted(found) == [str(901 + number) for number in range(25)]
    finally:
        behind_its_back(sandbox, "DELETE FROM inventory_levels WHERE location_id < 1000")
        behind_its_back(sandbox, "DELETE FROM locations WHERE id < 1000")
        await platform.shopify().aclose()


async def test_tags_are_added_and_removed(platform):
    await sync.first(platform)
    product = platform.catalog.variants()[0].product_id
    writer = writers(platform)
    await writer.add_tags(f"Product/{product}", ["watched"], "k")
    await sync.incremental(platform)
    assert "watched" in _tags(platform, product)
    await writer.remove_tags(f"Product/{product}", ["watched"], "k")
    await sync.incremental(platform)
    assert "watched" not in _tags(platform, product)
    await platform.shopify().aclose()


async def test_small_pages_read_the_same_store(sandbox, migrated_sqlite_url):
    platform = platform_on(sandbox, migrated_sqlite_url)
    await sync.first(platform)
    wanted = totals(platform)
    with platform.database.write() as transaction:
        stores.change(transaction.connection, platform.store_id, sync_cursor={}, sync_counts={})
        for table in (orders, order_lines, daily_sales):
            transaction.connection.execute(table.delete())
    await Sync(platform.shopify(), platform.mirror(), page_size=15).first()
    assert totals(platform) == wanted
    await platform.shopify().aclose()
    platform.close()


async def test_every_kind_that_begins_is_told_however_fast_those_before_it_were(platform):
    await sync.first(platform)
    with platform.database.read() as connection:
        found = read_after(connection, platform.store_id, 0, 1000)
    told = [each.payload["stage"] for each in found if each.type == "store.sync.progressed"]
    assert set(told) == set(stages.readable(platform.mirror().state()))
    await platform.shopify().aclose()


def test_a_first_sync_killed_at_any_page_goes_on_where_it_was(sandbox, migrated_sqlite_url):
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from core.settings import read_settings\n"
        "from royal_platform.bootstrap import bootstrap\n"
        "from royal_platform.shopify.sync import Sync\n"
        "p = bootstrap(read_settings(flask_env='testing', sandbox_port=int(sys.argv[1]),\n"
        "    var_dir=Path(sys.argv[2]), database_url=sys.argv[3]))\n"
        "asyncio.run(Sync(p.shopify(), p.mirror(), page_size=20).first())\n"
    )
    arguments = [str(sandbox.port), str(sandbox.folder.parent), migrated_sqlite_url]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    platform = platform_on(sandbox, migrated_sqlite_url)
    stored = 0
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], env=environment, stderr=subprocess.DEVNULL
        )
        until(lambda before=stored: _progress(platform) > before + 40, 60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        stored = _progress(platform)
        assert totals(platform)["net"] in (totals(platform)["daily"], None)
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True)
    assert platform.store().sync_cursor["complete"]
    found = totals(platform)
    assert found["orders"] == platform.store().sync_counts["orders_expected"]
    assert found["net"] == found["daily"]
    platform.close()


async def test_an_absent_store_is_said_on_the_row_and_recovers(
    tmp_path, migrated_sqlite_url, sandbox
):
    platform = platform_on(sandbox, migrated_sqlite_url)
    platform.shopify().address = "http://127.0.0.1:1"
    with pytest.raises(ShopifyUnavailable):
        await sync.first(platform)
    store = platform.store()
    assert (store.connection_state, store.sync_phase) == ("disconnected", "failed")
    assert "127.0.0.1:1" in (store.sync_error or "")
    platform.shopify().address = sandbox.url
    await sync.first(platform)
    assert platform.store().connection_state == "connected"
    assert platform.store().sync_error is None
    assert events(platform).count("store.disconnected") == 1
    await platform.shopify().aclose()
    platform.close()


async def test_the_worlds_clock_is_the_stores(platform, sandbox):
    clock = await platform.refresh_clock()
    before = clock.now()
    sandbox.control("step", {"days": 1})
    after = (await platform.refresh_clock()).now()
    assert after - before >= timedelta(hours=23)


async def test_a_deletion_webhook_acts_at_once(platform):
    await sync.first(platform)
    with platform.database.read() as connection:
        order = connection.scalar(select(orders.c.id).limit(1))
    assert notice_deletion(platform.mirror(), "orders/delete", {"id": int(order)}) == 1
    with platform.database.read() as connection:
        assert connection.scalar(select(orders.c.deleted_at).where(orders.c.id == order))
    await platform.shopify().aclose()


def _progress(platform: Platform) -> int:
    counts = platform.store().sync_counts
    return sum(counts.get(name, 0) for name in ("products", "customers", "orders"))


def _tags(platform: Platform, product: str) -> list[str]:
    with platform.database.read() as connection:
        found: list[str] = connection.scalar(
            select(products.c.tags).where(products.c.id == product)
        )
        return found
