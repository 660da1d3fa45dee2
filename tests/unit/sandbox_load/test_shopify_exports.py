"""Shopify's own CSV exports become products, stock, customers and orders."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import Invalid
from store_sandbox.load import ShopFacts, load_shopify_csv
from store_sandbox.state import StateStore

SHOP = ShopFacts("Stal", "EUR", "Europe/Amsterdam")
PRODUCTS = """\
Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
Variant Compare At Price,Cost per item,Status
bridle,Bridle Aurora,<p>Soft</p>,Veldhoven,Bridles,"tack, sale",Size,Pony,BR-P,shopify,3,deny,\
99.95,119.95,40.00,active
bridle,,,,,,,Full,BR-F,shopify,5,deny,104.95,,,
bridle,,,,,,,,,,,,,,,
brush,Dandy Brush,,Stalzorg,Brushes,,Title,Default Title,,,,continue,7.95,,2.10,active
bad,Broken,,,,,Title,Default Title,X,,,deny,cheap,,,active
"""
INVENTORY = """\
Handle,Title,Option1 Name,Option1 Value,SKU,Location,Available (not editable)
bridle,Bridle Aurora,Size,Pony,BR-P,Ermelo,2
bridle,Bridle Aurora,Size,Pony,BR-P,Ede,4
bridle,Bridle Aurora,Size,Full,BR-F,Ermelo,not stocked
ghost,Ghost,Title,Default Title,,Ermelo,1
"""
CUSTOMERS = """\
First Name,Last Name,Email,Accepts Email Marketing,Default Address Country Code,Total Spent,\
Total Orders,Tags
Sanne,de Vries,Sanne@example.com,yes,NL,214.90,1,vip
"""
ORDERS = """\
Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,\
Discount Code,Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,\
Lineitem sku,Lineitem discount,Cancelled at,Refunded Amount
#1001,sanne@example.com,partially_refunded,fulfilled,EUR,207.85,5.95,37.10,213.80,SPRING10,5.00,\
2026-03-01 10:00:00 +0100,2,Bridle Aurora - Pony,99.95,BR-P,0,,12.00
#1001,,,,,,,,,,,2026-03-01 10:00:00 +0100,1,Dandy Brush,7.95,,0,,
#1002,new@example.com,paid,unfulfilled,EUR,15.00,0,0,15.00,,,2026-03-02 09:00:00 +0100,1,\
Old thing,15.00,OLD,0,,
#1003,new@example.com,paid,fulfilled,EUR,1,0,0,1,,,yesterday,1,Thing,1,,0,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, text in {
        "products_export.csv": PRODUCTS,
        "inventory_export.csv": INVENTORY,
        "customers_export.csv": CUSTOMERS,
        "orders_export_1.csv": ORDERS,
    }.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def state(tmp_path: Path) -> StateStore:
    return StateStore(tmp_path / "store.db")


def test_variants_keep_cost_stock_and_options(state, folder):
    report = load_shopify_csv(state, folder, SHOP)
    with state.read() as db:
        rows = db.execute(
            "SELECT v.sku, v.title, v.price, v.compare_at_price, i.unit_cost, i.tracked,"
            " l.available FROM variants v JOIN inventory_items i ON i.id = v.inventory_item_id"
            " JOIN inventory_levels l ON l.item_id = i.id ORDER BY v.id"
        ).fetchall()
        options = json.loads(db.execute("SELECT options FROM products LIMIT 1").fetchone()[0])
    assert [tuple(row) for row in rows] == [
        ("BR-P", "Pony", 999_500, 1_199_500, 400_000, 1, 6),
        ("BR-F", "Full", 1_049_500, None, None, 1, 5),
        (None, "Default Title", 79_500, None, 21_000, 0, 0),
    ]
    assert options == [{"name": "Size", "values": ["Pony", "Full"]}]
    assert [(reject.file, reject.line) for reject in report.rejects] == [
        ("products_export.csv", 6),
        ("inventory_export.csv", 5),
        ("orders_export_1.csv", 5),
    ]


def test_orders_point_at_variants_customers_and_refunds(state, folder):
    load_shopify_csv(state, folder, SHOP)
    with state.read() as db:
        orders = db.execute(
            "SELECT o.subtotal, o.total, o.refunded, o.financial_status, o.discount_codes, c.email"
            " FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.id"
        ).fetchall()
        lines = db.execute(
            "SELECT v.sku, l.title, l.quantity, l.unit_price FROM order_lines l"
            " LEFT JOIN variants v ON v.id = l.variant_id ORDER BY l.id"
        ).fetchall()
        adjustments = db.execute("SELECT amount FROM order_adjustments").fetchall()
    assert [tuple(row) for row in orders] == [
        (2_078_500, 2_138_000, 120_000, "PARTIALLY_REFUNDED", '["SPRING10"]', "sanne@example.com"),
        (150_000, 150_000, 0, "PAID", "[]", "new@example.com"),
    ]
    assert [tuple(row) for row in lines] == [
        ("BR-P", "Bridle Aurora", 2, 999_500),
        (None, "Dandy Brush", 1, 79_500),
        (None, "Old thing", 1, 150_000),
    ]
    assert [row[0] for row in adjustments] == [-120_000]
    assert state.now() == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_line_without_sku_finds_its_variant_by_name(state, folder):
    load_shopify_csv(state, folder, SHOP)
    with state.read() as db:
        found = db.execute(
            "SELECT variant_id IS NOT NULL FROM order_lines WHERE title = 'Dandy Brush'"
        ).fetchone()
    assert found[0] == 1


def test_another_currency_is_refused_and_the_store_stays(state, folder):
    load_shopify_csv(state, folder, SHOP)
    with pytest.raises(Invalid, match="not GBP"):
        load_shopify_csv(state, folder, ShopFacts("Stal", "GBP", "Europe/London"))
    with state.read() as db:
        assert db.execute("SELECT COUNT(*) FROM orders").fetchone()[0] == 2


def test_a_folder_without_exports_is_refused(state, tmp_path):
    with pytest.raises(Invalid, match="no Shopify export"):
        load_shopify_csv(state, tmp_path, SHOP)


def ids(state: StateStore) -> dict[str, dict[str, int]]:
    questions = {
        "products": "SELECT handle, id FROM products",
        "variants": "SELECT COALESCE(sku, title), id FROM variants",
        "items": "SELECT COALESCE(sku, title), inventory_item_id FROM variants",
        "customers": "SELECT email, id FROM customers",
        "orders": "SELECT note, id FROM orders",
        "lines": "SELECT order_id || title, id FROM order_lines",
        "refunds": "SELECT order_id, id FROM refunds",
        "locations": "SELECT name, id FROM locations",
    }
    with state.read() as db:
        return {name: dict(db.execute(question).fetchall()) for name, question in questions.items()}


def test_what_a_later_export_brings_again_keeps_its_id(state, folder):
    load_shopify_csv(state, folder, SHOP)
    before = ids(state)
    newer = PRODUCTS.replace("99.95", "89.95").replace("brush,Dandy", "comb,Mane Comb\nbrush,Dandy")
    lines = [line for line in newer.splitlines() if not line.startswith("bridle,,,,,,,Full")]
    lines.insert(1, "comb,Mane Comb,,,,,Title,Default Title,CO-1,,,deny,4.95,,,active")
    (folder / "products_export.csv").write_text("\n".join(lines) + "\n")
    load_shopify_csv(state, folder, SHOP)
    after = ids(state)
    assert set(after["variants"]) == {"BR-P", "Default Title", "CO-1"}
    for name in ("products", "variants", "items"):
        kept = before[name].keys() & after[name].keys()
        assert kept
        assert {key: after[name][key] for key in kept} == {key: before[name][key] for key in kept}
        # What came new has an id that nothing had before.
        assert not {after[name][key] for key in after[name].keys() - kept} & set(
            before[name].values()
        )
    for name in ("customers", "orders", "lines", "refunds", "locations"):
        assert after[name] == before[name], name


def test_an_invented_store_lends_its_ids_to_no_import(state, folder):
    with state.write() as tx:
        tx.insert_tuples(
            "products",
            ("id", "title", "handle", "status", "options", "created_at", "updated_at"),
            [(77, "Bridle", "bridle", "ACTIVE", "[]", 0, 0)],
        )
    load_shopify_csv(state, folder, SHOP)
    assert ids(state)["products"]["bridle"] != 77
