"""What analytics relies on in ``Warehouse``: the fake, DuckDB's snapshots, BigQuery's client."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid, NotFound, Unavailable
from royal_platform.commerce.analytics.compiling import parts_of, rows_query, series_query
from royal_platform.commerce.analytics.metrics import METRICS, dimensions_of
from royal_platform.commerce.analytics.model import Ask
from royal_platform.commerce.analytics.ports import Query, Rows
from royal_platform.commerce.analytics.service import explore
from royal_platform.warehouse import tables
from royal_platform.warehouse.bigquery import BigQueryWarehouse
from royal_platform.warehouse.embedded import DuckDbWarehouse
from tests.counterparts.bigquery import PROJECT, bigquery_server
from tests.fakes.warehouse import AS_OF, StarInMemory, WarehouseInMemory

NOW = datetime(2026, 3, 12, 8, 0, tzinfo=UTC)
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
AWKWARD = 'Saddle, "wide"\nnew – é'


@pytest.fixture(scope="module")
def bigquery_address() -> Iterator[str]:
    with bigquery_server() as address:
        yield address


def official_client(address: str) -> Any:
    from google.api_core.client_options import ClientOptions
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import bigquery

    return bigquery.Client(
        project=PROJECT, credentials=AnonymousCredentials(),
        client_options=ClientOptions(api_endpoint=address),
    )  # fmt: skip


Of = Callable[[str], Any]


@pytest.fixture(params=["fake", "duckdb", "bigquery"])
def warehouse_of(request: pytest.FixtureRequest, tmp_path: Path) -> Of:
    """A warehouse by store; all stores of one test share what lies beneath."""
    if request.param == "fake":
        return WarehouseInMemory
    if request.param == "duckdb":
        return lambda store_id: DuckDbWarehouse(tmp_path, store_id)
    address = request.getfixturevalue("bigquery_address")

    def bigquery(store_id: str) -> BigQueryWarehouse:
        return BigQueryWarehouse(
            lambda: official_client(address), "history", store_id, max_bytes_billed=10**9
        )

    return bigquery


def order(key: str, day: date, *, net: int, customer: str | None = "c1") -> dict[str, Any]:
    return {
        "order_id": key, "customer_id": customer, "ordered_at": f"{day}T10:00:00.000000Z",
        "day": day, "currency": "EUR", "gross": net, "discounts": 0, "tax": None, "net": net,
    }  # fmt: skip


def line(key: str, day: date, variant: str) -> dict[str, Any]:
    return {
        "order_id": key, "line_id": f"{key}-1", "variant_id": variant, "day": day,
        "ordered_at": f"{day}T10:00:00.000000Z", "currency": "EUR", "quantity": 2,
        "unit_price": 100_000, "gross": 200_000, "discount": 0, "net": 200_000,
        "unit_cost": 30_000, "cost_currency": "EUR",
    }  # fmt: skip


def variant(key: str, cost: int | None) -> dict[str, Any]:
    currency = None if cost is None else "EUR"
    return {
        "variant_id": key, "product_id": "p1", "title": AWKWARD, "unit_cost": cost,
        "cost_currency": currency,
    }  # fmt: skip


def history() -> StarInMemory:
    source = StarInMemory(f"str_{secrets.token_hex(4)}")
    source.put(
        "dim_day",
        *(
            {
                "day": day, "iso_week": 9, "iso_year": 2026, "month": 3, "quarter": 1,
                "weekday": 7, "is_business_day": day == SECOND,
            }
            for day in (FIRST, SECOND)
        ),
    )  # fmt: skip
    source.put("dim_variant", variant("v1", 30_000), variant("v2", None))
    source.put(
        "fact_order",
        order("o1", FIRST, net=195_000),
        order("o2", FIRST, net=1, customer="c2"),
        order("o3", SECOND, net=-50_000, customer=None),
    )
    source.put("fact_line", line("o1", FIRST, "v1"))
    source.touch(FIRST, SECOND)
    return source


def orders_of(warehouse: Any) -> list[tuple[Any, ...]]:
    return list(
        warehouse.rows(Query("SELECT order_id, net FROM fact_order ORDER BY order_id")).rows
    )


def test_nothing_is_there_before_the_first_load(warehouse_of: Of) -> None:
    warehouse = warehouse_of(f"str_{secrets.token_hex(4)}")
    assert warehouse.freshness() is None
    with pytest.raises(NotFound, match="loaded"):
        warehouse.rows(Query("SELECT order_id FROM fact_order"))


def test_rows_are_typed_and_texts_arrive_as_they_were(warehouse_of: Of) -> None:
    source = history()
    warehouse = warehouse_of(source.store_id)
    warehouse.load(source, NOW)
    found: Rows = warehouse.rows(
        Query("SELECT o.order_id, o.net, o.day, o.ordered_at, o.customer_id, o.shipping, "
              "d.is_business_day, d.month FROM fact_order AS o JOIN dim_day AS d ON d.day = o.day "
              "WHERE o.order_id IN ($wanted) ORDER BY o.order_id", {"wanted": ["o1", "o3"]})
    )  # fmt: skip
    at = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    assert found.rows == (
        ("o1", Decimal("19.5"), FIRST, at, "c1", None, False, 3),
        ("o3", Decimal(-5), SECOND, at + timedelta(days=1), None, None, True, 3),
    )
    assert found.columns[:2] == ("order_id", "net")
    moment = found.rows[0][3]
    assert isinstance(moment, datetime)
    assert moment.utcoffset() == timedelta(0)
    assert isinstance(found.rows[0][1], Decimal)
    titles = warehouse.rows(Query("SELECT DISTINCT title, sku FROM dim_variant")).rows
    assert titles == ((AWKWARD, None),)
    assert found.freshness.as_of == AS_OF
    assert found.freshness.loaded_at == NOW
    assert found.freshness.counts["fact_order"] == 3


def test_late_updates_deletions_and_erasures_arrive_and_nothing_doubles(warehouse_of: Of) -> None:
    source = history()
    warehouse = warehouse_of(source.store_id)
    warehouse.load(source, NOW)
    warehouse.load(source, NOW)
    assert len(orders_of(warehouse)) == 3
    source.put("fact_order", order("o1", FIRST, net=1_000_000, customer=None),
               order("o3", SECOND, net=-50_000, customer=None))  # fmt: skip
    source.touch(FIRST)
    warehouse.load(source, NOW + timedelta(hours=1))
    assert orders_of(warehouse) == [("o1", Decimal(100)), ("o3", Decimal(-5))]
    known = warehouse.rows(Query("SELECT COUNT(customer_id) AS n FROM fact_order")).rows
    assert known == ((0,),)
    assert warehouse.freshness().loaded_at == NOW + timedelta(hours=1)


def test_a_load_that_was_cut_off_is_done_again_whole(warehouse_of: Of) -> None:
    source = history()
    warehouse = warehouse_of(source.store_id)
    warehouse.load(source, NOW)
    source.put("fact_order", order("o9", FIRST, net=10_000))
    source.touch(FIRST, SECOND)
    source.broken["rate"] = Unavailable("The database went away.", remedy="Wait.")
    with pytest.raises(Unavailable):
        warehouse.load(source, NOW)
    assert len(orders_of(warehouse)) == 3, "readers still see the load before"
    source.broken.clear()
    warehouse.load(source, NOW)
    assert orders_of(warehouse) == [("o9", Decimal(1))]


def test_lines_follow_a_changed_cost_though_their_day_did_not_change(warehouse_of: Of) -> None:
    source = history()
    warehouse = warehouse_of(source.store_id)
    warehouse.load(source, NOW)
    costs = Query("SELECT unit_cost, cost_currency FROM fact_line")
    assert warehouse.rows(costs).rows == ((Decimal(3), "EUR"),)
    source.put("dim_variant", variant("v1", 45_000), variant("v2", None))
    warehouse.load(source, NOW)
    assert warehouse.rows(costs).rows == ((Decimal("4.5"), "EUR"),)
    source.put("dim_variant", variant("v1", None), variant("v2", None))
    warehouse.load(source, NOW)
    assert warehouse.rows(costs).rows == ((None, None),)


def test_one_store_never_sees_another(warehouse_of: Of) -> None:
    mine, other = history(), history()
    other.put("fact_order", order("secret", FIRST, net=1))
    seen = warehouse_of(mine.store_id)
    seen.load(mine, NOW)
    warehouse_of(other.store_id).load(other, NOW)
    asked = [
        "SELECT order_id FROM fact_order WHERE store_id <> 'x' OR TRUE",
        f"SELECT order_id FROM fact_order WHERE store_id = '{other.store_id}' OR order_id = 'o1'",
        "WITH all_of AS (SELECT * FROM fact_order) SELECT order_id FROM all_of",
        "SELECT a.order_id FROM dim_day AS d LEFT JOIN fact_order AS a ON TRUE",
        "SELECT (SELECT MAX(order_id) FROM fact_order) AS m FROM dim_day",
    ]
    for text in asked:
        found = seen.rows(Query(text)).rows
        assert found
        assert "secret" not in {row[0] for row in found}, text


REFUSED = [
    "INSERT INTO fact_order (order_id) VALUES ('x')",
    "DROP TABLE fact_order",
    "SELECT 1; SELECT 2",
    "SELECT * FROM orders",
    "SELECT * FROM load_state",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "COPY fact_order TO '/tmp/x.csv'",
    "WITH fact_order AS (SELECT 1 AS n) SELECT n FROM fact_order",
    "SELECT order_id FROM fact_order WHERE day = $missing",
    "SELECT no_such_column FROM fact_order",
    "SELECT order_id FROM fact_order WHERE",
]


def test_a_query_reads_the_star_and_nothing_else(warehouse_of: Of) -> None:
    source = history()
    warehouse = warehouse_of(source.store_id)
    warehouse.load(source, NOW)
    for text in REFUSED:
        with pytest.raises(Invalid) as told:
            warehouse.rows(Query(text))
        assert told.value.remedy
    assert len(orders_of(warehouse)) == 3


PORTABLE: list[tuple[str, dict[str, Any], tuple[tuple[Any, ...], ...]]] = [
    ("SELECT COUNT(*) AS n, COUNT(DISTINCT customer_id) AS c FROM fact_order", {}, ((3, 2),)),
    (("SELECT day, SUM(net) AS net FROM fact_order WHERE day BETWEEN $first AND $last "
     "GROUP BY day ORDER BY day"), {"first": FIRST, "last": FIRST},
     ((FIRST, Decimal("19.5001")),)),
    (("SELECT CAST(SUM(net) AS DOUBLE) / NULLIF(CAST(COUNT(*) AS DOUBLE), 0) AS aov "
     "FROM fact_order WHERE net > $least"), {"least": Decimal("0.001")}, ((19.5,),)),
    ("SELECT SUM(CASE WHEN customer_id IS NULL THEN 1 ELSE 0 END) AS n FROM fact_order", {},
     ((1,),)),
    (("SELECT order_id, ROW_NUMBER() OVER (PARTITION BY day ORDER BY net DESC) AS place "
     "FROM fact_order ORDER BY order_id"), {}, (("o1", 1), ("o2", 2), ("o3", 1))),
    ("SELECT COALESCE(MAX(order_id), 'none') AS m FROM fact_order WHERE ordered_at >= $since",
     {"since": datetime(2026, 3, 2, tzinfo=UTC)}, (("o3",),)),
    ("SELECT order_id FROM fact_order WHERE order_id IN ($none)", {"none": []}, ()),
    ("SELECT DATE_DIFF('day', MIN(day), MAX(day)) AS d FROM fact_order", {}, ((1,),)),
    (("SELECT l.quantity * l.unit_price - l.discount AS v, d.quarter FROM fact_line AS l "
     "JOIN dim_day AS d ON d.day = l.day"), {}, ((Decimal(20), 1),)),
]  # fmt: skip


def test_one_query_says_the_same_everywhere(warehouse_of: Of) -> None:
    source = history()
    warehouse = warehouse_of(source.store_id)
    warehouse.load(source, NOW)
    for text, parameters, expected in PORTABLE:
        assert warehouse.rows(Query(text, parameters)).rows == expected, text
    assert len(warehouse.rows(Query("SELECT order_id FROM fact_order"), limit=2).rows) == 2
    told = warehouse.rows(Query("SELECT order_id FROM fact_order"))
    assert told.sql == warehouse.sql(Query("SELECT order_id FROM fact_order"))


@pytest.fixture
def dataset(bigquery_address: str) -> tuple[Any, str]:
    """The official client and the name of a dataset that nothing else uses."""
    return official_client(bigquery_address), f"changed_{secrets.token_hex(4)}"


def columns_of(client: Any, dataset: str, table: str) -> dict[str, str]:
    found = client.get_table(f"{PROJECT}.{dataset}.{table}")
    return {field.name: field.field_type for field in found.schema}


OLDER = {
    "lacks a column that may be unknown": ({"drop": "source"}, 1),
    "lacks a column that must be known": ({"drop": "currency"}, 0),
    "has a column that is no longer there": ({"add": "old"}, 0),
    "is not divided by day": ({"partitioned": False}, 0),
}


@pytest.mark.parametrize("case", OLDER.values(), ids=OLDER)
def test_an_older_table_is_widened_or_made_anew(
    dataset: tuple[Any, str], case: tuple[dict[str, Any], int]
) -> None:
    client, name = dataset
    tables.prepare(client, name)
    wanted = columns_of(client, name, "fact_order")
    change, kept = case
    make_older(client, f"{PROJECT}.{name}.fact_order", **change)

    tables.prepare(client, name)

    assert columns_of(client, name, "fact_order") == wanted
    found = client.get_table(f"{PROJECT}.{name}.fact_order")
    assert found.time_partitioning.field == "day"
    counted = client.query(f"SELECT COUNT(*) FROM `{PROJECT}.{name}.fact_order`").result()
    assert next(iter(counted))[0] == kept


def make_older(
    client: Any, table: str, *, drop: str = "", add: str = "", partitioned: bool = True
) -> None:
    """The table as an older release may have left it, with a row."""
    from google.cloud import bigquery

    now = client.get_table(table)
    fields = [field for field in now.schema if field.name != drop]
    older = bigquery.Table(
        table, [*fields, *([bigquery.SchemaField(add, "STRING")] if add else [])]
    )
    older.time_partitioning = now.time_partitioning if partitioned else None
    client.delete_table(table)
    client.create_table(older)
    given = {"store_id": "'s'", "order_id": "'o'", "ordered_at": "CURRENT_TIMESTAMP()",
             "day": "CURRENT_DATE()", "currency": "'EUR'", "gross": "1",
             "discounts": "0"}  # fmt: skip
    given.pop(drop, None)
    names, values = ", ".join(given), ", ".join(given.values())
    client.query(f"INSERT INTO `{table}` ({names}) VALUES ({values})").result()


def test_a_question_goes_with_its_cap_and_one_above_it_names_the_setting() -> None:
    with over_the_cap() as (address, asked):
        warehouse = BigQueryWarehouse(
            lambda: official_client(address), "history", "str_1", max_bytes_billed=12_345
        )
        with pytest.raises(Invalid, match="cost cap") as told:
            warehouse.rows(Query("SELECT order_id FROM fact_order"))
    assert "BIGQUERY_MAX_BYTES_BILLED" in told.value.remedy
    assert asked
    caps = {each["configuration"]["query"]["maximumBytesBilled"] for each in asked}
    assert caps == {"12345"}


@contextmanager
def over_the_cap() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A BigQuery for which every question costs too much, and what it was asked.

    The counterpart counts no bytes, so it refuses none: this says what Google's documents say.
    """
    message = "Query exceeded limit for bytes billed: 12345. 10485760 or higher required."
    errors = [{"reason": "bytesBilledLimitExceeded", "message": message}]
    body = json.dumps({"error": {"code": 400, "message": message, "errors": errors}}).encode()
    asked: list[dict[str, Any]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing on the test's output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()


TODAY = date(2026, 12, 1)


def a_shop() -> StarInMemory:
    """A row in every table that a metric reads, unknowns and a foreign currency among them."""
    source = StarInMemory(f"str_{secrets.token_hex(4)}")
    source.put("dim_day", *(calendar_day(FIRST + timedelta(days=n)) for n in range(-7, 14)))
    source.put("dim_product", {"product_id": "p1", "title": AWKWARD, "vendor": "Holz",
                               "product_type": None, "status": "active"})  # fmt: skip
    source.put("dim_variant", variant("v1", 30_000), variant("v2", None))
    source.put("dim_collection", {"collection_id": "k1", "title": "Oak"})
    source.put("bridge_collection", {"collection_id": "k1", "product_id": "p1"})
    source.put("dim_customer",
               {"customer_id": "c1", "first_order_day": FIRST, "country": "NL"},
               {"customer_id": "c2", "first_order_day": SECOND, "country": None})  # fmt: skip
    source.put(
        "fact_order",
        order("o1", FIRST, net=195_000) | {"country": "NL", "source": "web"},
        order("o2", FIRST, net=333_333, customer=None) | {"net": None},
        order("o3", SECOND, net=5_000_000, customer="c2") | {"currency": "JPY"},
        order("o4", SECOND, net=77_000) | {"country": "DE"},
    )
    source.put(
        "fact_line",
        line("o1", FIRST, "v1") | {"product_id": "p1"},
        line("o4", SECOND, "v2") | {"unit_cost": None, "cost_currency": None, "quantity": 3},
    )
    source.put("fact_refund", {
        "refund_id": "r1", "ordinal": 0, "order_id": "o1", "line_id": "o1-1", "product_id": "p1",
        "variant_id": "v1", "day": SECOND, "refunded_at": f"{SECOND}T10:00:00.000000Z",
        "currency": "EUR", "quantity": 1, "amount": 50_000,
    })  # fmt: skip
    source.put("fact_stock", *(
        {"variant_id": name, "day": day, "available": left}
        for name, day, left in (("v1", FIRST, 3), ("v1", SECOND, 0), ("v2", SECOND, 4))
    ))  # fmt: skip
    source.put("fact_spend", {"day": FIRST, "channel": "search", "currency": "EUR",
                              "amount": 125_000, "source": "a.csv"})  # fmt: skip
    source.put("fact_fulfilment", *(
        {"fulfilment_id": name, "order_id": "o1", "supplier": "Acme", "day": SECOND,
         "created_at": f"{SECOND}T10:00:00.000000Z", "on_time": on_time}
        for name, on_time in (("f1", True), ("f2", False), ("f3", True), ("f4", None))
    ))  # fmt: skip
    source.put("fact_case", *(
        {"case_id": name, "day": FIRST, "opened_at": f"{FIRST}T10:00:00.000000Z",
         "channel": "mail", "intent": intent, "answer_seconds": seconds,
         "resolution_seconds": None if seconds is None else 3 * seconds}
        for name, intent, seconds in (("t1", "refund", 1000), ("t2", None, 5431), ("t3", "x", None))
    ))  # fmt: skip
    source.put("rate", *({"day": day, "base": "JPY", "quote": "EUR", "rate": Decimal("0.00612"),
                          "source": "ecb"} for day in (FIRST, SECOND)))  # fmt: skip
    source.touch(FIRST, SECOND)
    return source


def calendar_day(day: date) -> dict[str, Any]:
    iso = day.isocalendar()
    return {
        "day": day, "iso_week": iso.week, "iso_year": iso.year, "month": day.month,
        "quarter": (day.month + 2) // 3, "weekday": iso.weekday, "is_business_day": iso.weekday < 6,
    }  # fmt: skip


def test_every_metric_and_dimension_says_the_same_on_both_engines(
    bigquery_address: str, tmp_path: Path
) -> None:
    source = a_shop()
    here = DuckDbWarehouse(tmp_path, source.store_id)
    there = BigQueryWarehouse(
        lambda: official_client(bigquery_address), "metrics", source.store_id,
        max_bytes_billed=10**9,
    )  # fmt: skip
    for warehouse in (here, there):
        warehouse.load(source, NOW)
    for query in questions():
        known, told = (sorted(map(figures, each.rows(query).rows)) for each in (here, there))
        assert known == told, query.sql
    for metric in METRICS.values():
        [only] = explore(here, Ask(metric.name, FIRST, SECOND, "EUR", compare="none"), TODAY).slices
        assert only.total.amount is not None, metric.name


def questions() -> list[Query]:
    """Every metric whole and by its rows, and every dimension of every fact by week.

    A dimension's SQL is its fact's, whichever metric asks: once is enough of what takes its time.
    """
    asked: list[Query] = []
    seen: set[tuple[str, str]] = set()
    for metric in METRICS.values():
        whole = Ask(metric.name, FIRST, SECOND, "EUR")
        asked += [series_query(metric, whole), rows_query(metric, whole, after=None, limit=100)]
        for dimension in dimensions_of(metric):
            ask = replace(whole, grain="week", dimension=dimension)
            new = {(part.fact, dimension) for _side, part in parts_of(metric, ask)} - seen
            if new:
                asked.append(series_query(metric, ask))
            seen |= new
    return asked


def figures(row: tuple[Any, ...]) -> tuple[str, ...]:
    """A row to compare and to sort: numbers to nine digits, whatever type an engine gives them."""
    return tuple(f"{float(value):.9g}" if isinstance(value, (int, float, Decimal)) else str(value)
                 for value in row)  # fmt: skip
