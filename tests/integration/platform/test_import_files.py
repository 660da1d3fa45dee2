"""A shop without API access: its exports come in, what was changed goes out, and comes in again."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.settings import read_settings
from royal_platform.bootstrap import Platform, bootstrap, writers
from royal_platform.commerce.catalog.model import ProductDraft
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.tables.catalog import inventory_levels, variants
from royal_platform.shopify.adapter import ShopifyReader
from royal_platform.shopify.import_files import import_files
from store_sandbox.load import ShopFacts, load_shopify_csv
from store_sandbox.state import StateStore
from tests.integration.platform.wire import Sandbox

SHOP = ShopFacts("Stal", "EUR", "Europe/Amsterdam")
PRODUCTS = """\
Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,Cost per item
bridle,"Bridle ""Aurora"", black",Size,Pony,Kleur,Zwart,BR-P,shopify,3,99.95,119.95,40.00
bridle,,,Full,,Groën,-BR-F,shopify,5,104.95,,
brush,Dandy Brush,Title,Default Title,,,,shopify,9,7.95,,2.10
trick,"=HYPERLINK(""x"")",Title,Default Title,,,T,shopify,1,1.00,,
"""


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "products_export.csv").write_text(PRODUCTS)
    return folder


@pytest.fixture
def platform(tmp_path: Path, exports: Path, migrated_sqlite_url: str) -> Iterator[Platform]:
    (tmp_path / "sandbox").mkdir()
    state = StateStore(tmp_path / "sandbox" / "store.db")
    load_shopify_csv(state, exports, SHOP)
    state.close()
    with Sandbox(tmp_path) as sandbox:
        opened = bootstrap(
            read_settings(
                flask_env="testing", sandbox_port=sandbox.port, var_dir=tmp_path,
                database_url=migrated_sqlite_url,
            )
        )  # fmt: skip
        yield opened
        opened.close()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


async def test_what_was_changed_comes_out_and_can_be_imported(platform, tmp_path, exports):
    await platform.sync().first()
    with platform.database.read() as connection:
        found = {
            row.title: row
            for row in connection.execute(
                select(
                    variants.c.title, variants.c.id, variants.c.product_id,
                    variants.c.inventory_item_id, inventory_levels.c.location_id,
                ).join(
                    inventory_levels,
                    inventory_levels.c.inventory_item_id == variants.c.inventory_item_id,
                )
            )
        }  # fmt: skip
    pony = next(row for title, row in found.items() if "Pony" in title)
    full = next(row for title, row in found.items() if "Full" in title)
    trick = next(row for title, row in found.items() if "HYPERLINK" in title)
    writer = writers(platform)
    await writer.set_price(pony.product_id, pony.id, Money(Decimal("94.95"), "EUR"), None, "k1")
    await writer.set_quantity(full.inventory_item_id, full.location_id, 12, 5, "k2")

    files = await import_files(platform.shopify(), [pony.id, trick.id, "424242"], [full.id])
    out = tmp_path / "out"
    files.write(out)

    assert [ident for ident, _ in files.left_out] == [trick.id, "424242"]
    (price,) = rows(out / "products.csv")
    assert price == {
        "Handle": "bridle", "Title": 'Bridle "Aurora", black', "Option1 Name": "Size",
        "Option1 Value": "Pony", "Option2 Name": "Kleur", "Option2 Value": "Zwart",
        "Option3 Name": "", "Option3 Value": "", "Variant SKU": "BR-P", "Variant Price": "94.95",
        "Variant Compare At Price": "119.95",
    }  # fmt: skip
    (stock,) = rows(out / "inventory.csv")
    assert (stock["Option1 Value"], stock["Option2 Value"]) == ("Full", "Groën")
    # A SKU that a spreadsheet would run stays out; the handle and the options find the variant.
    assert (stock["SKU"], stock["On hand (new)"]) == ("", "12")
    await platform.shopify().aclose()


async def test_products_that_were_made_shown_or_hidden_come_out_with_their_status(
    platform, tmp_path
):
    await platform.sync().first()
    writer = writers(platform)
    draft = ProductDraft(
        "mane-comb", "Mane Comb", "Stalzorg", "Brushes", "=cmd|' /C calc'!A0", "MC-1",
        Money(Decimal("4.95"), "EUR"), Money(Decimal("1.10"), "EUR"), ("royal-research",),
    )  # fmt: skip
    await writer.create_draft(draft, "k3")
    hidden = await ShopifyReader(platform.shopify()).product("brush")
    assert hidden is not None
    await writer.set_status(hidden.id, "DRAFT", "k4")
    files = await import_files(
        platform.shopify(), [], [], [draft], ["brush", "mane-comb", "gone-by-now"]
    )
    out = tmp_path / "out"
    files.write(out)
    (made,) = rows(out / "new-products.csv")
    assert (made["Handle"], made["Variant SKU"], made["Variant Price"], made["Cost per item"]) == (
        "mane-comb", "MC-1", "4.95", "1.10",
    )  # fmt: skip
    # What a spreadsheet would run stays out.
    assert (made["Status"], made["Published"], made["Body (HTML)"]) == ("draft", "FALSE", "")
    assert rows(out / "product-status.csv") == [
        {"Handle": "brush", "Title": hidden.title, "Status": "draft"}
    ]
    assert files.unfit == (("gone-by-now", "it was deleted in the store"),)
    # Shopify's columns are those of its own export, which is read here as well.
    again = tmp_path / "again"
    again.mkdir()
    (out / "new-products.csv").rename(again / "products_export.csv")
    report = load_shopify_csv(
        StateStore(again / "store.db"), again, ShopFacts("Stal", "EUR", "Europe/Amsterdam")
    )
    assert (report.counts["products"], report.counts["rejected"]) == (1, 0)
    await platform.shopify().aclose()


async def test_a_file_without_rows_is_not_left_over(platform, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "products.csv").write_text("of last time")
    (await import_files(platform.shopify(), [], [])).write(out)
    assert list(out.iterdir()) == []
    await platform.shopify().aclose()


def test_the_commands_take_the_exports_in_and_write_nothing_that_was_not_decided(tmp_path, exports):
    royal = Path(sys.executable).with_name("royal")
    home = {
        **os.environ, "ROYAL_VAR_DIR": str(tmp_path), "SANDBOX_PORT": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'royal.db'}",
    }  # fmt: skip

    def run(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [royal, *arguments, "--json"], env=home, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    assert (
        run("import", "shopify-csv", str(exports), "--currency", "EUR")["counts"]["products"] == 3
    )
    out = tmp_path / "out"
    assert run("export", "shopify-csv", str(out)) == {
        "prices": 0,
        "stock": 0,
        "new_products": 0,
        "statuses": 0,
        "left_out": [],
        "by_hand": [],
    }
    assert list(out.iterdir()) == []
