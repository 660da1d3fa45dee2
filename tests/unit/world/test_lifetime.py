"""Generating and advancing leave the same store behind, however time is cut."""

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store_sandbox import world
from store_sandbox.state import StateStore
from store_sandbox.state.taxes import REDUCED_TAXES
from store_sandbox.world.process import process

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
BUSINESS = (
    "products", "variants", "inventory_items", "inventory_levels", "customers", "orders",
    "order_lines", "refunds", "refund_lines", "order_adjustments", "abandoned_checkouts",
    "world_agenda", "world_keys", "world_secrets",
)  # fmt: skip


class Wall:
    """A wall clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at.timestamp()

    def __call__(self) -> float:
        return self.at


def opened(path: Path, at: datetime = NOW) -> StateStore:
    return StateStore(path, wall=Wall(at))


def content(state: StateStore) -> dict[str, list[tuple]]:
    with state.read() as db:
        return {
            table: sorted(tuple(row) for row in db.execute(f"SELECT * FROM {table}"))
            for table in BUSINESS
        }


@pytest.fixture(scope="module")
def forty_days(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("world") / "store.db"
    state = opened(path)
    world.generate(state, 20, days=40)
    state.close()
    return path


@pytest.fixture
def state(forty_days: Path, tmp_path: Path) -> StateStore:
    path = tmp_path / "store.db"
    shutil.copy(forty_days, path)
    return opened(path)


def test_history_and_future_have_no_seam(state, tmp_path):
    earlier = opened(tmp_path / "earlier.db", NOW - timedelta(days=9))
    world.generate(earlier, 20, days=31)
    world.advance(earlier, NOW)
    assert content(earlier) == content(state)
    assert earlier.now() == state.now() == NOW


def test_a_step_in_pieces_with_restarts_is_the_step(state, forty_days, tmp_path):
    world.advance(state, NOW + timedelta(days=3))
    shutil.copy(forty_days, tmp_path / "pieces.db")
    for minutes in (1, 90, 1000, 1001, 2500, 4320):
        process.cache_clear()
        pieces = opened(tmp_path / "pieces.db")
        world.advance(pieces, NOW + timedelta(minutes=minutes))
        pieces.close()
    assert content(opened(tmp_path / "pieces.db")) == content(state)


def test_advancing_twice_to_one_moment_or_back_does_nothing(state):
    assert world.advance(state, NOW + timedelta(days=1)) > 0
    once = content(state)
    assert world.advance(state, NOW + timedelta(days=1)) == 0
    assert world.advance(state, NOW) == 0
    assert content(state) == once


def test_orders_pay_the_price_of_the_moment(state):
    with state.write() as tx:
        tx.connection.execute("UPDATE variants SET price = 123400, compare_at_price = NULL")
    world.advance(state, NOW + timedelta(days=1))
    with state.read() as db:
        prices = db.execute(
            "SELECT DISTINCT l.unit_price FROM order_lines l JOIN orders o ON o.id = l.order_id"
            " WHERE o.created_at > ?",
            (int(NOW.timestamp()),),
        ).fetchall()
    assert [row[0] for row in prices] == [123_400]


def test_what_is_not_offered_is_not_sold(state):
    with state.write() as tx:
        tx.connection.execute("UPDATE products SET status = 'DRAFT' WHERE id % 2 = 0")
    world.advance(state, NOW + timedelta(days=2))
    with state.read() as db:
        sold = db.execute(
            "SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id"
            " WHERE o.created_at > ? AND l.product_id % 2 = 0 AND o.created_at = o.updated_at",
            (int(NOW.timestamp()) + 86400,),
        ).fetchone()[0]
    assert sold == 0


def test_an_order_cancelled_by_somebody_else_is_neither_shipped_nor_returned(state):
    with state.write() as tx:
        rows = tx.connection.execute(
            "SELECT id FROM orders"
            " WHERE fulfillment_status = 'UNFULFILLED' AND cancelled_at IS NULL"
        ).fetchall()
        for row in rows:
            tx.update("orders", row[0], {"cancelled_at": tx.now})
    assert rows
    world.advance(state, NOW + timedelta(days=30))
    with state.read() as db:
        for row in rows:
            found = db.execute(
                "SELECT fulfillment_status, refunded FROM orders WHERE id = ?", (row[0],)
            ).fetchone()
            assert tuple(found) == ("UNFULFILLED", 0)


def test_changes_reach_the_webhook_outbox(state):
    told = []
    state.before_commit = lambda tx: told.extend(change.topic for change in tx.changes)
    world.advance(state, NOW + timedelta(days=2))
    assert {
        "orders/create", "orders/fulfilled", "orders/updated", "refunds/create", "products/update",
        "inventory_levels/update", "customers/create", "checkouts/create",
    } <= set(told)  # fmt: skip


def test_a_late_tick_stamps_rows_with_the_clock_so_that_pagers_see_them(state):
    state.wall.at += 7200  # the clock ran on while nothing was simulated
    world.advance(state, state.now())
    with state.read() as db:
        stamps = db.execute(
            "SELECT created_at, updated_at FROM orders WHERE created_at > ?",
            (int(NOW.timestamp()),),
        ).fetchall()
    assert stamps
    assert all(row[1] == int(NOW.timestamp()) + 7200 for row in stamps)
    assert all(row[0] <= row[1] for row in stamps)


def test_books_balance(state):
    world.advance(state, NOW + timedelta(days=20))
    with state.read() as db:
        for query in (
            (
                "SELECT COUNT(*) FROM inventory_levels WHERE on_hand != available + committed"
                " OR available < 0 OR committed < 0 OR incoming < 0"
            ),
            (
                "SELECT COUNT(*) FROM orders o WHERE subtotal !="
                " (SELECT SUM(quantity * unit_price - discount) FROM order_lines"
                " WHERE order_id = o.id)"
            ),
            "SELECT COUNT(*) FROM orders WHERE total != subtotal + shipping OR refunded > total",
            (
                "SELECT COUNT(*) FROM orders o WHERE refunded !="
                " (SELECT COALESCE(SUM(total), 0) FROM refunds WHERE order_id = o.id)"
            ),
            (
                "SELECT COUNT(*) FROM order_lines l WHERE current_quantity != quantity -"
                " (SELECT COALESCE(SUM(quantity), 0) FROM refund_lines WHERE line_id = l.id)"
            ),
            (
                "SELECT COUNT(*) FROM customers c WHERE amount_spent !="
                " (SELECT COALESCE(SUM(total - refunded), 0) FROM orders WHERE customer_id = c.id)"
            ),
            "SELECT COUNT(*) FROM orders WHERE updated_at < created_at",
        ):
            assert db.execute(query).fetchone()[0] == 0, query


def test_a_store_that_holds_something_is_not_generated_over(state):
    with pytest.raises(ValueError, match="reset it first"):
        world.generate(state, 20, days=2)


def test_an_interrupted_generation_leaves_the_store_empty(tmp_path):
    state = opened(tmp_path / "store.db")
    with state.write() as tx:
        tx.connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON order_lines"
            " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="the disk is full"):
        world.generate(state, 20, days=1)
    assert state.is_empty()
    assert not world.has_world(state)
    with state.write() as tx:
        tx.connection.execute("DROP TRIGGER full")
    world.generate(state, 20, days=1)
    assert not state.is_empty()


def test_a_type_that_bears_a_reduced_tax_does_so_from_then_on(state):
    with state.read() as db:
        (kind,) = db.execute(
            "SELECT p.product_type FROM order_lines l JOIN products p ON p.id = l.product_id"
            " GROUP BY 1 ORDER BY COUNT(*) DESC LIMIT 1"
        ).fetchone()
    with state.write() as tx:
        tx.set_meta(REDUCED_TAXES, json.dumps({kind: 900}))
    world.advance(state, NOW + timedelta(days=3))
    with state.read() as db:
        told = db.execute(
            "SELECT o.processed_at, p.product_type, t.rate, t.amount, l.tax,"
            " l.unit_price * l.quantity - l.discount AS paid FROM line_taxes t"
            " JOIN order_lines l ON l.id = t.line_id JOIN orders o ON o.id = l.order_id"
            " JOIN products p ON p.id = l.product_id"
        ).fetchall()
        silent = db.execute(
            "SELECT COUNT(*) FROM order_lines l JOIN orders o ON o.id = l.order_id"
            " JOIN products p ON p.id = l.product_id LEFT JOIN line_taxes t ON t.line_id = l.id"
            " WHERE o.processed_at > ? AND p.product_type = ? AND t.line_id IS NULL",
            (NOW.timestamp(), kind),
        ).fetchone()[0]
    assert told
    assert silent == 0
    for row in told:
        assert (row["product_type"], row["rate"]) == (kind, 900)
        assert row["processed_at"] > NOW.timestamp()
        assert row["amount"] == row["tax"] == round(row["paid"] * 9 / 109 / 100) * 100
