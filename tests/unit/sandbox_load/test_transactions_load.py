"""A transactions file becomes orders, refunds and adjustments that sum to the same cent."""

import gzip
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import Invalid
from store_sandbox.load import ShopFacts, TransactionsOptions, load_transactions
from store_sandbox.state import StateStore, from_scaled

SHOP = ShopFacts("Gifts", "GBP", "Europe/London")
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SAMPLE = (
    HEADER
    + """\
1001,22423,CAKESTAND,4,2011-01-30 10:00:00,12.75,17850.0,United Kingdom
1001,POST,POSTAGE,1,2011-01-30 10:00:00,18.0,17850.0,United Kingdom
1002,22423,CAKESTAND 3 TIER,2,2011-01-31 23:30:00,12.75,17850.0,United Kingdom
1003,85123a,HEART HOLDER,6,2011-02-01 09:00:00,2.55,,France
C1004,22423,CAKESTAND,-3,2011-02-03 12:00:00,12.75,17850.0,United Kingdom
C1005,22423,CAKESTAND,-9,2011-02-04 12:00:00,12.75,17850.0,United Kingdom
1006,85123A,HEART HOLDER,100,2011-02-05 12:00:00,0.125,12345.0,France
1006,D,Discount,-1,2011-02-05 12:00:00,1.5,12345.0,France
A1007,B,Adjust bad debt,1,2011-03-01 08:00:00,-110.62,,United Kingdom
1008,22423,,-5,2011-03-02 08:00:00,0.0,,United Kingdom
1009,22423,CAKESTAND,1,2011-03-03 08:00:00,10.95,17850.0,United Kingdom
1009,22423,CAKESTAND,1,2011-03-03 08:00:00,10.95,17850.0,United Kingdom
1010,PADS,CUSHION PADS,3,2011-03-03 09:00:00,0.00125,17850.0,United Kingdom
"""
)


@pytest.fixture
def state(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "store.db")


def load(state: StateStore, tmp_path: Path, text: str, **options):
    path = tmp_path / "sales.csv"
    path.write_text(text)
    return load_transactions(state, path, TransactionsOptions(SHOP, **options))


def months(db: sqlite3.Connection) -> dict[str, Decimal]:
    """Net sales per month as Shopify-shaped data gives them."""
    totals: dict[str, int] = defaultdict(int)
    for query in (
        (
            "SELECT o.processed_at, l.quantity * l.unit_price - l.discount"
            " FROM orders o JOIN order_lines l ON l.order_id = o.id"
        ),
        "SELECT r.created_at, -l.subtotal FROM refunds r JOIN refund_lines l ON l.refund_id = r.id",
        (
            "SELECT r.created_at, a.amount FROM refunds r"
            " JOIN order_adjustments a ON a.refund_id = r.id"
        ),
    ):
        for at, amount in db.execute(query):
            totals[datetime.fromtimestamp(at, UTC).strftime("%Y-%m")] += amount
    return {month: from_scaled(total) for month, total in sorted(totals.items())}


def test_months_sum_to_the_file_and_cancellations_count_when_they_are_booked(state, tmp_path):
    load(state, tmp_path, SAMPLE)
    with state.read() as db:
        assert months(db) == {
            "2011-01": Decimal("94.50"),
            "2011-02": Decimal("-126.70"),
            "2011-03": Decimal("-88.7162"),  # a total keeps four decimals
        }


def test_a_cancellation_lands_on_the_latest_line_with_enough_units(state, tmp_path):
    load(state, tmp_path, SAMPLE)
    with state.read() as db:
        found = db.execute(
            "SELECT o.number, rl.quantity, l.current_quantity, r.created_at FROM refund_lines rl"
            " JOIN refunds r ON r.id = rl.refund_id JOIN order_lines l ON l.id = rl.line_id"
            " JOIN orders o ON o.id = l.order_id"
        ).fetchall()
    booked = int(datetime(2011, 2, 3, 12, tzinfo=UTC).timestamp())
    assert [tuple(row) for row in found] == [(1001, 3, 1, booked)]  # 1002 has only two


def test_a_cancellation_without_a_line_is_an_order_that_only_carries_a_refund(state, tmp_path):
    load(state, tmp_path, SAMPLE)
    with state.read() as db:
        row = db.execute(
            "SELECT o.total, r.total, a.amount,"
            " (SELECT COUNT(*) FROM order_lines WHERE order_id = o.id)"
            " FROM orders o JOIN refunds r ON r.order_id = o.id"
            " JOIN order_adjustments a ON a.refund_id = r.id WHERE o.note LIKE '%C1005'"
        ).fetchone()
    assert tuple(row) == (0, 1_147_500, -1_147_500, 0)


def test_a_discount_on_a_selling_order_adjusts_that_order(state, tmp_path):
    load(state, tmp_path, SAMPLE)
    with state.read() as db:
        row = db.execute(
            "SELECT o.number, a.amount FROM order_adjustments a JOIN orders o ON o.id = a.order_id"
            " WHERE a.amount = -15000"
        ).fetchone()
    assert tuple(row) == (1006, -15000)


def test_goods_have_a_variant_with_last_price_and_unknown_cost_and_stock(state, tmp_path):
    load(state, tmp_path, SAMPLE)
    with state.read() as db:
        rows = db.execute(
            "SELECT v.sku, p.title, v.price, i.unit_cost, i.tracked FROM variants v"
            " JOIN products p ON p.id = v.product_id"
            " JOIN inventory_items i ON i.variant_id = v.id ORDER BY v.sku"
        ).fetchall()
        custom = db.execute(
            "SELECT sku, title FROM order_lines WHERE variant_id IS NULL"
        ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("22423", "CAKESTAND", 109_500, None, 0),
        ("85123A", "HEART HOLDER", 1_250, None, 0),
        ("PADS", "CUSHION PADS", 13, None, 0),
    ]
    assert [tuple(row) for row in custom] == [("POST", "POSTAGE")]


def test_duplicates_are_counted_and_dropped_only_on_request(state, tmp_path):
    report = load(state, tmp_path, SAMPLE)
    assert [count for text, count in report.notes.items() if "equal to another" in text] == [1]
    assert report.counts["order lines"] == 8
    assert load(state, tmp_path, SAMPLE, drop_duplicates=True).counts["order lines"] == 7


def test_a_malformed_line_is_named_and_the_rest_is_loaded(state, tmp_path):
    text = HEADER + (
        "1,22423,CAKE,4,2011-01-30 10:00:00,12.75,1,UK\n"
        "2,22423,CAKE,four,2011-01-30 10:00:00,12.75,1,UK\n"
        "3,22423,CAKE,4,30 January,12.75,1,UK\n"
        '4,22423,"CAKE,4,2011-01-30 10:00:00,12.75,1,UK\n'
        "5,22423,CAKE,4\n"
        "6,,CAKE,4,2011-01-30 10:00:00,12.75,1,UK\n"
        "7,22423,CAKE,4,2011-01-30 10:00:00,NaN,1,UK\n"
        '8,22423,"CAKE, large ""XL""",1,2011-01-30 10:00:00,12.75,1,UK\n'
    )
    report = load(state, tmp_path, text)
    assert [(reject.line, reject.reason) for reject in report.rejects] == [
        (3, "quantity 'four' is not a number"),
        (4, "date '30 January' is not an ISO date"),
        (5, "a quote is opened and not closed"),
        (6, "4 fields instead of 8"),
        (7, "no product code"),
        (8, "unit price 'NaN' is not an amount a shop could book"),
    ]
    assert report.counts["order lines"] == 2
    report.write_rejects(tmp_path / "rejects.csv")
    assert len((tmp_path / "rejects.csv").read_text().splitlines()) == 7


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a,b,c\n1,2,3\n", "No column for 'order'"),
        ("", "no header line"),
        (HEADER + "1,22423,CAKE,x,2011-01-30,1,1,UK\n", "no line that can be read"),
    ],
)
def test_a_failed_load_leaves_the_old_store(state, tmp_path, text, what):
    load(state, tmp_path, SAMPLE)
    with pytest.raises(Invalid, match=what):
        load(state, tmp_path, text)
    with state.read() as db:
        assert db.execute("SELECT COUNT(*) FROM orders").fetchone()[0] == 8


def test_the_clock_stands_at_the_last_transaction_unless_told_otherwise(state, tmp_path):
    load(state, tmp_path, SAMPLE)
    assert state.now() == datetime(2011, 3, 3, 9, tzinfo=UTC)
    assert state.clock().rate == 0
    now = datetime(2026, 11, 22, tzinfo=UTC)
    load(state, tmp_path, SAMPLE, now=now)
    assert state.now() >= now
    assert state.clock().rate == 1


def test_local_times_columns_and_separators_can_be_named(state, tmp_path):
    path = tmp_path / "verkoop.csv.gz"
    text = "Bon;Wanneer;Artikel;Stuks;Prijs\nA-1;30/06/2011 23:30;HALSTER-BLAUW;2;12.95\n"
    path.write_bytes(gzip.compress(text.encode("latin-1")))
    columns = {
        "order": "Bon", "date": "Wanneer", "sku": "Artikel", "quantity": "Stuks", "price": "Prijs",
    }  # fmt: skip
    options = TransactionsOptions(
        ShopFacts("Stal", "EUR", "Europe/Amsterdam"), columns=columns, date_format="%d/%m/%Y %H:%M"
    )
    report = load_transactions(state, path, options)
    assert report.counts["products"] == 1
    with state.read() as db:
        at = db.execute("SELECT processed_at FROM orders").fetchone()[0]
    assert datetime.fromtimestamp(at, UTC) == datetime(2011, 6, 30, 21, 30, tzinfo=UTC)


def test_loading_ends_the_world(state, tmp_path):
    from store_sandbox import world

    world.generate(state, 3, days=3)
    load(state, tmp_path, SAMPLE)
    assert not world.has_world(state)
    assert world.advance(state, datetime(2030, 1, 1, tzinfo=UTC)) == 0
    with pytest.raises(LookupError):
        world.truth(state)
