"""The warehouse loaded from the mirror: late, deleted, moved and erased orders, and kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from core.errors import Conflict, Invalid
from core.storage.database import Database
from royal_platform.commerce.analytics.imports import Rate, Spend
from royal_platform.commerce.analytics.model import Ask
from royal_platform.commerce.analytics.ports import Query
from royal_platform.commerce.analytics.service import explore
from royal_platform.commerce.suppliers.model import SupplierOrder
from royal_platform.commerce.support.model import (
    Channel,
    Clockwork,
    Sentiment,
    Thread,
    ThreadStatus,
    Triage,
    Urgency,
)
from royal_platform.persistence import stores
from royal_platform.persistence.imported import Imported
from royal_platform.persistence.metrics import Metrics
from royal_platform.persistence.mirrored import MirroredStore
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.star_rows import StoredStar
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.suppliers import Suppliers
from royal_platform.persistence.support import Threads
from royal_platform.persistence.taxes import before_tax
from royal_platform.shopify import mapping
from royal_platform.shopify.ports import SyncState
from royal_platform.shopify.rows import CustomerRow, LevelRow, OrderPageRows
from royal_platform.warehouse.embedded import DuckDbWarehouse
from royal_platform.warehouse.snapshots import Snapshots
from tests.integration.platform import nodes

STORE = "str_test"
NOW = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
FIRST = nodes.START.date()


def bought(*made: dict[str, Any]) -> OrderPageRows:
    rows, days = OrderPageRows(), mapping.Days("Europe/Berlin")
    for node in made:
        mapping.add_order(rows, node, days)
    return rows


def of_day(number: int, **told: Any) -> dict[str, Any]:
    at = nodes.at(24 * number)
    lines = [
        nodes.line(number * 10, variant=1, quantity=2, price="20.00", discount="4.00"),
        nodes.line(number * 10 + 1, variant=2, price="50.00"),
    ]
    return nodes.order(number + 1, lines, **{"processed": at, "updated": at, **told})


@pytest.fixture
def shop(database: Database) -> Database:
    """Two products bought on ten days, one of them given back in part, and a customer."""
    now = nodes.START + timedelta(days=10)
    with database.write() as transaction:
        stores.set_clock(transaction.connection, STORE, world_at=now, wall_at=now, rate=0.0)
    found = [
        nodes.product(1, [nodes.variant(1, price="20.00", cost="8.00")], title="Bridle"),
        nodes.product(2, [nodes.variant(2, price="50.00", cost=None)], title="Saddle pad"),
    ]
    pairs = [mapping.product_rows(node, node["variants"]["nodes"], "EUR") for node in found]
    back = nodes.refund(1, created=nodes.at(30), lines=[(0, 1, "18.00")], adjustments=["-2.50"])
    updated = mapping.utc_text(nodes.at(0))
    with mirror(database).page() as page:
        page.products([p for p, _ in pairs], [v for _, vs in pairs for v in vs])
        page.inventory([("1001", 80_000, True), ("1002", None, True)],
                       [LevelRow("1001", "1", 40, 40, 0, 0, updated)])  # fmt: skip
        page.customers([CustomerRow("7", "Rosa Reiter", "DE", 10, 860_000, "EUR", updated, updated,
                                    "rosa reiter")])  # fmt: skip
        page.orders(bought(of_day(0, refunds=[back]), *(of_day(day) for day in range(1, 10))))
    return database


def mirror(database: Database) -> MirroredStore:
    return MirroredStore(database, STORE, SyncState)


def loaded(shop: Database, folder: Path) -> DuckDbWarehouse:
    warehouse = DuckDbWarehouse(folder, STORE)
    warehouse.load(StoredStar(shop, STORE), NOW)
    return warehouse


def ask(warehouse: DuckDbWarehouse, sql: str, **parameters: Any) -> Sequence[tuple[Any, ...]]:
    return warehouse.rows(Query(sql, parameters)).rows


def net_of(warehouse: DuckDbWarehouse) -> Decimal:
    return ask(warehouse, "SELECT (SELECT SUM(net) FROM fact_order) - "
               "(SELECT SUM(amount) FROM fact_refund) AS net")[0][0]  # fmt: skip


def figure(shop: Database) -> Decimal:
    with shop.read() as connection:
        window = {"start": FIRST, "end": FIRST + timedelta(days=9)}
        read = Metrics(stores.get(connection, STORE)).read(connection, **window)
    return {found.name: found for found in read.figures}["net_sales"].value


def test_the_star_says_what_the_pages_say(shop: Database, tmp_path: Path) -> None:
    warehouse = loaded(shop, tmp_path)
    assert net_of(warehouse) == figure(shop) == Decimal("839.5")
    assert ask(warehouse, "SELECT COUNT(*), SUM(gross), SUM(discounts) FROM fact_order") == (
        (10, Decimal(900), Decimal(40)),
    )
    assert ask(warehouse, "SELECT day, line_id, amount FROM fact_refund ORDER BY ordinal") == (
        (FIRST + timedelta(days=1), "0", Decimal(18)),
        (FIRST + timedelta(days=1), None, Decimal("2.5")),
    )
    costs = "SELECT variant_id, unit_cost, cost_currency FROM fact_line WHERE order_id = '1'"
    assert sorted(ask(warehouse, costs)) == [("1", Decimal(8), "EUR"), ("2", None, None)]
    assert ask(warehouse, "SELECT customer_id, first_order_day, country FROM dim_customer") == (
        ("7", FIRST, "DE"),
    )
    days = "SELECT COUNT(*), MIN(day), MAX(day) FROM dim_day"
    assert ask(warehouse, days) == ((11, FIRST, FIRST + timedelta(days=10)),)
    assert ask(warehouse, "SELECT variant_id, available FROM fact_stock") == (("1", 40),)
    prices = "SELECT variant_id, price, to_at FROM fact_price ORDER BY variant_id"
    assert ask(warehouse, prices) == (("1", Decimal(20), None), ("2", Decimal(50), None))


def test_what_the_store_says_later_arrives_once(shop: Database, tmp_path: Path) -> None:
    warehouse = loaded(shop, tmp_path)
    late = nodes.order(99, [nodes.line(990, variant=1, price="7.00")], processed=nodes.at(-30))
    with mirror(shop).page() as page:
        # Older than everything loaded before, a change, and a deletion.
        page.orders(bought(late, of_day(3, order_discount="10.00", updated=nodes.at(500))))
        page.delete_orders(["5"])
    batch = warehouse.load(StoredStar(shop, STORE), NOW)
    facts = {staged.table.name: staged.scope.days for staged in batch.staged}
    assert len(facts["fact_order"] or ()) == 3, "only the days that changed are loaded"
    assert net_of(warehouse) == figure(shop) + Decimal(7)
    assert ask(warehouse, "SELECT COUNT(*), COUNT(DISTINCT order_id) FROM fact_order") == (
        (10, 10),
    )
    again = warehouse.load(StoredStar(shop, STORE), NOW)
    assert "fact_order" not in {staged.table.name for staged in again.staged}
    assert net_of(warehouse) == figure(shop) + Decimal(7)


def test_a_moved_calendar_moves_the_days(shop: Database, tmp_path: Path) -> None:
    night = nodes.order(50, [nodes.line(500, variant=1)], processed="2026-03-05T23:30:00Z")
    with mirror(shop).page() as page:
        page.orders(bought(night))
    warehouse = loaded(shop, tmp_path)
    asked = "SELECT day FROM fact_order WHERE order_id = '50'"
    assert ask(warehouse, asked) == ((date(2026, 3, 6),),)
    with shop.read() as connection:
        row = stores.get(connection, STORE)
    facts = {"name": row.name, "currency": "EUR", "timezone": "America/New_York",
             "taxes_included": False, "whole_history": True}  # fmt: skip
    with mirror(shop).page() as page:
        page.shop(facts)
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert ask(warehouse, asked) == ((date(2026, 3, 5),),)


def test_an_erased_customer_leaves_the_warehouse_and_its_files(
    shop: Database, tmp_path: Path
) -> None:
    warehouse = loaded(shop, tmp_path)
    assert ask(warehouse, "SELECT COUNT(customer_id) FROM fact_order") == ((10,),)
    with shop.write() as transaction:
        stores.lock(transaction.connection, STORE)
        Privacy(STORE).erase(transaction.connection, "7", [], NOW)
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert ask(warehouse, "SELECT COUNT(customer_id) FROM fact_order") == ((0,),)
    assert ask(warehouse, "SELECT COUNT(*) FROM dim_customer") == ((0,),)
    assert len(list((tmp_path / STORE).glob("*.duckdb"))) == 1
    with mirror(shop).page() as page:
        page.orders(bought(of_day(2, updated=nodes.at(900))))
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert ask(warehouse, "SELECT COUNT(customer_id) FROM fact_order") == ((0,),)


def test_an_erased_store_leaves_no_customer(shop: Database, tmp_path: Path) -> None:
    warehouse = loaded(shop, tmp_path)
    with shop.write() as transaction:
        stores.lock(transaction.connection, STORE)
        Privacy(STORE).erase_store(transaction.connection, NOW)
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert ask(warehouse, "SELECT COUNT(customer_id) FROM fact_order") == ((0,),)
    assert net_of(warehouse) == figure(shop)


def test_included_tax_is_not_revenue(shop: Database, tmp_path: Path) -> None:
    node = of_day(20)
    node["totalTaxSet"], node["totalPriceSet"] = nodes.bag("13.73"), nodes.bag("86.00")
    node["totalShippingPriceSet"], node["sourceName"] = nodes.bag("6.00"), "pos"
    with shop.write() as transaction:
        stores.change(transaction.connection, STORE, taxes_included=True)
    with mirror(shop).page() as page:
        page.orders(bought(node))
    warehouse = loaded(shop, tmp_path)
    asked = "SELECT net, tax, shipping, source FROM fact_order WHERE order_id = '21'"
    assert ask(warehouse, asked) == (
        (Decimal("72.27"), Decimal("13.73"), Decimal("5.0421"), "pos"),
    )
    parts = "SELECT SUM(net), SUM(tax) FROM fact_line WHERE order_id = '21'"
    assert ask(warehouse, parts) == ((Decimal("72.27"), Decimal("13.73")),)


@given(st.integers(-(10**15), 10**15), st.integers(-(10**6), 10**15), st.integers(-1, 10**15))
def test_a_tax_that_cannot_be_is_unknown_and_never_more_than_the_amount(
    amount: int, tax: int, total: int
) -> None:
    found = before_tax(amount, tax, total, included=True)
    if tax == 0:
        assert found == amount
    elif tax < 0 or tax >= total:
        assert found is None
    else:
        assert found is not None
        assert abs(found) <= abs(amount)
    assert before_tax(amount, tax, total, included=False) == amount


def test_parcels_and_cases_are_told_by_what_is_known_of_them(
    shop: Database, tmp_path: Path
) -> None:
    begun = nodes.START

    def promised(days: int, delivered: int | None) -> SupplierOrder:
        came = None if delivered is None else begun + timedelta(days=delivered)
        return SupplierOrder(
            f"p{days}-{delivered}", "7", "shipped" if came is None else "delivered",
            begun + timedelta(days=days), begun + timedelta(days=1), came,
        )  # fmt: skip

    stated = [promised(3, 2), promised(3, 4), promised(5, None), promised(40, None)]
    waits = SupplierOrder("p-waits", "8", "accepted", begun + timedelta(days=3))
    with shop.write() as transaction:
        connection = transaction.connection
        Suppliers(STORE).add(
            connection, supplier_id="s", name="Acme", kind="feed", origin="entered", settings={},
            actor="ada", active=True, now=begun,
        )  # fmt: skip
        book = SupplierOrders(STORE)
        for number, each in enumerate([*stated, waits]):
            book.book(connection, each, supplier_id="s", decision_id=f"d{number}", lines=(),
                      order_id="1", now=begun)  # fmt: skip
        for_stock = replace(stated[0], reference="stock")
        book.book(connection, for_stock, supplier_id="s", decision_id="d9", lines=(),
                  order_id=None, now=begun)  # fmt: skip
        for name, answered, resolved in (("t1", 30, 90), ("t2", None, None)):
            open_case(connection, name, begun + timedelta(hours=14.5), answered, resolved)
    warehouse = loaded(shop, tmp_path)
    parcels = "SELECT fulfilment_id, supplier, on_time FROM fact_fulfilment ORDER BY 1"
    assert ask(warehouse, parcels) == (
        ("p3-2", "Acme", True), ("p3-4", "Acme", False),
        ("p40-None", "Acme", None), ("p5-None", "Acme", False),
    )  # fmt: skip
    cases = "SELECT case_id, day, intent, answer_seconds, resolution_seconds FROM fact_case"
    night = begun.date() + timedelta(days=1)
    assert sorted(ask(warehouse, cases)) == [
        ("t1", night, "refund", 1800, 5400), ("t2", night, "refund", None, None),
    ]  # fmt: skip
    week = Ask("first_response", FIRST, FIRST + timedelta(days=9), "EUR", compare="none")
    [only] = explore(warehouse, week, NOW.date()).slices
    assert (only.total.amount, only.total.left_out) == (Decimal("0.50"), 1)

    with shop.write() as transaction:
        Threads(STORE).erase(transaction.connection, None)
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert min(ask(warehouse, cases)) == ("t1", night, None, 1800, 5400)


def open_case(
    connection: Connection, name: str, at: datetime, answered: int | None, resolved: int | None
) -> None:
    """A customer's case; answered and resolved so many minutes after it was opened."""
    first, last = (
        None if minutes is None else at + timedelta(minutes=minutes)
        for minutes in (answered, resolved)
    )
    triage = Triage(f"m-{name}", "de", "refund", Sentiment.NEUTRAL, Urgency.LOW, 0.9)
    thread = Thread(
        name, Channel.MAIL, ThreadStatus.OPEN, "Hallo", "Rosa", "rosa@example.org", "7", None,
        at, at, at, Clockwork(at, at, first, last), triage,
    )  # fmt: skip
    Threads(STORE).open(connection, thread)


def test_readers_go_on_while_snapshots_change_and_two_do_not_build(
    shop: Database, tmp_path: Path
) -> None:
    warehouse = loaded(shop, tmp_path)
    before, freshness = warehouse._newest()
    snapshots = Snapshots(tmp_path / STORE)
    with snapshots.next(), pytest.raises(Conflict, match="being loaded"):
        warehouse.load(StoredStar(shop, STORE), NOW)
    warehouse.load(StoredStar(shop, STORE), NOW + timedelta(hours=1))
    assert before.execute("SELECT COUNT(*) FROM fact_order").fetchone() == (10,)
    beside = DuckDbWarehouse(tmp_path, STORE)
    assert ask(beside, "SELECT COUNT(*) FROM fact_order") == ((10,),)
    newer = warehouse.freshness()
    assert newer is not None
    assert newer.loaded_at > freshness.loaded_at


def test_the_tables_are_exported_as_parquet_and_nothing_is_overwritten(
    shop: Database, tmp_path: Path
) -> None:
    import duckdb

    warehouse = loaded(shop, tmp_path / "warehouse")
    target = tmp_path / "it's out"
    assert warehouse.export(target)["fact_order"] == 10
    with duckdb.connect() as connection:
        read = connection.execute(
            "SELECT SUM(net), COUNT(*) FROM read_parquet(?)", [str(target / "fact_order.parquet")]
        )
        assert read.fetchone() == (Decimal(860), 10)
    with pytest.raises(Invalid, match="holds an export"):
        warehouse.export(target)


LOADS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from core.storage.database import Database
from royal_platform.persistence.star_rows import StoredStar
from royal_platform.persistence.touched_days import touch, touched_since
from royal_platform.warehouse.embedded import DuckDbWarehouse

database, folder = Database(sys.argv[1]), Path(sys.argv[2])
while True:
    with database.write() as transaction:
        days = touched_since(transaction.connection, "str_test", 0)
        touch(transaction.connection, "str_test", days)
    DuckDbWarehouse(folder, "str_test").load(StoredStar(database, "str_test"), datetime.now(UTC))
"""


# What lies there while it stages, and while it writes.
STAGES = ["fact_order.csv", "next.duckdb.wal"]


def test_a_killed_load_loses_and_doubles_nothing(shop: Database, tmp_path: Path) -> None:
    warehouse = loaded(shop, tmp_path)
    url = shop.url.render_as_string(hide_password=False)
    building = tmp_path / STORE / "building"
    for stage in STAGES:
        loader = subprocess.Popen(
            [sys.executable, "-c", LOADS, url, str(tmp_path)],
            stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
        deadline = time.monotonic() + 30
        while not (building / stage).exists():
            assert time.monotonic() < deadline, stage
            assert loader.poll() is None
            time.sleep(0.0005)
        loader.send_signal(signal.SIGKILL)
        loader.wait()
        assert ask(warehouse, "SELECT COUNT(*), COUNT(DISTINCT order_id) FROM fact_order") == (
            (10, 10),
        )
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert net_of(warehouse) == figure(shop)
    assert not building.exists()


def test_imported_spend_and_rates_are_loaded_and_replaced(shop: Database, tmp_path: Path) -> None:
    mine = Imported(STORE)

    def put(amount: str) -> None:
        with shop.write() as transaction:
            connection = transaction.connection
            mine.put_spend(connection, [Spend(FIRST, "ads", "EUR", Decimal(amount))], "a.csv", NOW)
            rate = Rate(FIRST, "JPY", "EUR", Decimal("0.00623456"))
            mine.put_rates(connection, [rate], "r.csv", NOW)

    put("10.5")
    warehouse = loaded(shop, tmp_path)
    asked = "SELECT channel, amount, currency, source FROM fact_spend"
    assert ask(warehouse, asked) == (("ads", Decimal("10.5"), "EUR", "a.csv"),)
    assert ask(warehouse, "SELECT base, rate FROM rate") == (("JPY", Decimal("0.00623456")),)
    put("12")
    warehouse.load(StoredStar(shop, STORE), NOW)
    assert ask(warehouse, asked) == (("ads", Decimal(12), "EUR", "a.csv"),)
