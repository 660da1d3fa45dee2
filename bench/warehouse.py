"""The warehouse on DuckDB: loads and metrics over a large history, made by plain arithmetic."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.table import Report, percentile
from core.storage.database import Database
from royal_platform.commerce.analytics.ports import Query
from royal_platform.persistence import schema, stores
from royal_platform.persistence.aggregates import recompute_days
from royal_platform.persistence.star_rows import StoredStar
from royal_platform.persistence.touched_days import touch
from royal_platform.warehouse.embedded import DuckDbWarehouse

STORE = "str_bench"
DAYS = 730
VARIANTS = 20_000
START = date(2024, 11, 1)
_ORDER = (
    "store_id", "id", "name", "processed_at", "day", "created_at", "updated_at", "test",
    "customer_id", "country", "tags", "currency", "total", "tax", "discount", "net", "units",
    "search",
)  # fmt: skip
_LINE = (
    "store_id", "order_id", "id", "variant_id", "product_id", "title", "quantity",
    "refunded_quantity", "unit_price", "gross", "total", "currency",
)  # fmt: skip
_METRICS = {
    "net sales, orders and customers of 30 days": (
        ("SELECT SUM(net) AS net, COUNT(*) AS orders, COUNT(DISTINCT customer_id) AS customers "
        "FROM fact_order WHERE day BETWEEN $first AND $last"),
        {"first": START + timedelta(days=DAYS - 30), "last": START + timedelta(days=DAYS)},
    ),
    "net sales by month, all time": (
        ("SELECT d.iso_year, d.month, SUM(o.net) AS net FROM fact_order AS o "
        "JOIN dim_day AS d ON d.day = o.day GROUP BY d.iso_year, d.month"),
        {},
    ),
    "contribution by product, all time": (
        ("SELECT product_id, SUM(net - quantity * unit_cost) AS contribution FROM fact_line "
        "GROUP BY product_id ORDER BY contribution DESC LIMIT 20"),
        {},
    ),
}  # fmt: skip


def warehouse(report: Report, home: Path, orders: int = 1_000_000) -> None:
    """Rows for the first load, the load of one changed day, and three metrics."""
    home.mkdir(parents=True, exist_ok=True)
    database = _filled(home, orders)
    history = DuckDbWarehouse(home / "warehouse", STORE)
    source = StoredStar(database, STORE)
    batch, seconds = _timed(lambda: history.load(source, datetime.now(UTC)))
    report.add(
        f"first load of {orders:,} orders into DuckDB", f"{seconds:.1f} s", "-",
        f"{batch.rows / seconds:,.0f} rows / s",
    )  # fmt: skip
    with database.write() as transaction:
        touch(transaction.connection, STORE, [START + timedelta(days=DAYS - 1)])
    batch, seconds = _timed(lambda: history.load(source, datetime.now(UTC)))
    report.add(
        "load of one changed day of them", f"{seconds:.1f} s", "-",
        f"{batch.rows:,} rows, {_size(home):.0f} MB copied",
    )  # fmt: skip
    for name, (sql, parameters) in _METRICS.items():
        took = [
            _timed(lambda: history.rows(Query(sql, parameters)))[1] * 1000  # noqa: B023
            for _ in range(30)
        ]
        report.add(
            f"{name}, p50 / p95", f"{percentile(took, 0.5):.0f} / {percentile(took, 0.95):.0f} ms",
            "p95 < 60 ms", f"{orders:,} orders, in process",
        )  # fmt: skip
    database.dispose()
    _one_day(report, home / "day")


def _one_day(report: Report, home: Path, orders: int = 500_000) -> None:
    """A day of a million lines: summed for the pages, and loaded."""
    home.mkdir()
    database = _filled(home, orders, days=1)
    with database.write() as transaction:
        _, seconds = _timed(lambda: recompute_days(transaction.connection, STORE, [START]))
        (units,) = transaction.connection.exec_driver_sql(
            "SELECT SUM(units) FROM daily_variant_sales"
        ).one()
    assert units == 2 * orders, units
    report.add(
        "sums of a day of 1,000,000 lines", f"{seconds:.1f} s", "-", f"{VARIANTS:,} variants"
    )
    history = DuckDbWarehouse(home / "warehouse", STORE)
    source = StoredStar(database, STORE)
    batch, seconds = _timed(lambda: history.load(source, datetime.now(UTC)))
    report.add("load of that day", f"{seconds:.1f} s", "-", f"{batch.rows / seconds:,.0f} rows / s")
    database.dispose()


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


def _size(home: Path) -> float:
    return sum(path.stat().st_size for path in home.rglob("*.duckdb")) / 1e6


def _filled(home: Path, orders: int, days: int = DAYS) -> Database:
    url = f"sqlite:///{home / 'bench.db'}"
    schema.upgrade(url)
    database = Database(url)
    with database.write() as transaction:
        connection = transaction.connection
        stores.create(
            connection, store_id=STORE, domain="bench.test", source="shopify",
            api_version="2026-10",
        )  # fmt: skip
        stores.change(connection, STORE, timezone="Europe/Berlin", currency="EUR")
        for table, columns, rows in (
            ("orders", _ORDER, _orders(orders, days)), ("order_lines", _LINE, _lines(orders)),
        ):  # fmt: skip
            marks = ", ".join("?" * len(columns))
            sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            connection.connection.cursor().executemany(sql, rows)
        connection.exec_driver_sql(
            "INSERT INTO variants (store_id, id, product_id, title, position, price, currency, "
            "unit_cost, tracked, updated_at) SELECT DISTINCT store_id, variant_id, product_id, "
            "title, 1, 100000, 'EUR', 40000, 1, '2026-01-01T00:00:00.000000Z' FROM order_lines"
        )
    return database


def _orders(count: int, days: int) -> Iterator[tuple[Any, ...]]:
    for n in range(count):
        day = START + timedelta(days=n * days // count)
        at = f"{day}T{n % 24:02}:00:00.000000Z"
        yield (STORE, f"{n:09}", f"#{n}", at, str(day), at, at, 0, f"c{n % (count // 4)}", "DE",
               "[]", "EUR", 200_000, 0, 0, 200_000, 2, "")  # fmt: skip


def _lines(count: int) -> Iterator[tuple[Any, ...]]:
    for n in range(count):
        for k in (0, 1):
            v = (7 * n + 13 * k) % VARIANTS
            yield (STORE, f"{n:09}", f"{2 * n + k}", f"v{v}", f"p{v // 4}", "Thing", 1, 0, 100_000,
                   100_000, 100_000, "EUR")  # fmt: skip
