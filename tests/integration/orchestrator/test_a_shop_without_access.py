"""A shop without API access: its exports come in, agents propose, what was approved comes out."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from core.settings import read_settings
from orchestrator.core import ledger
from orchestrator.core.agent_registry import Registration, get_agent_registry
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute, hands_of
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.tables.catalog import price_observations
from royal_platform.persistence.tables.decisions import decisions
from tests.integration.platform.wire import Sandbox

AGENT = "inventory_pricing"
LAST = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRODUCTS = """\
Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,\
Variant Inventory Qty,Variant Price,Cost per item
bridle,Bridle,Bridles,Size,Pony,BR-P,shopify,300,52.95,40.00
bridle,,,,Full,BR-F,shopify,300,54.95,40.00
brush,Dandy Brush,Brushes,Title,Default Title,DB-1,shopify,400,7.95,2.10
"""
SOLD = (("BR-P", "Bridle - Pony", "52.95"), ("BR-F", "Bridle - Full", "54.95"),
        ("DB-1", "Dandy Brush", "7.95"))  # fmt: skip
ORDERS = (
    "Name", "Email", "Financial Status", "Fulfillment Status", "Currency", "Subtotal", "Shipping",
    "Taxes", "Total", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price",
    "Lineitem sku",
)  # fmt: skip


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A year in which each article was sold again and again, a little more in every third week."""
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "products_export.csv").write_text(PRODUCTS)
    with (folder / "orders_export.csv").open("w", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(ORDERS)
        for number in range(600):
            sku, name, price = SOLD[number % 3]
            at = LAST - timedelta(hours=14 * number)
            quantity = 1 + (number % 21 < 6)
            total = f"{quantity * float(price):.2f}"
            sheet.writerow(
                (f"#{2000 - number}", f"buyer{number % 90}@example.com", "paid", "fulfilled", "EUR",
                 total, "0.00", "0.00", total, f"{at:%Y-%m-%d %H:%M:%S} +0000", quantity, name,
                 price, sku)
            )  # fmt: skip
    return folder


@pytest.fixture
def home(tmp_path: Path, exports: Path) -> dict[str, str]:
    return {
        **os.environ, "ROYAL_VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'royal.db'}", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip


def royal(home: dict[str, str], *arguments: str) -> Any:
    command = Path(sys.executable).with_name("royal")
    done = subprocess.run(
        [command, *arguments, "--json"], env=home, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def platform(tmp_path: Path, exports: Path, home: dict[str, str]) -> Iterator[Platform]:
    royal(home, "import", "shopify-csv", str(exports))
    with Sandbox(tmp_path) as sandbox:
        home["SANDBOX_PORT"] = str(sandbox.port)
        opened = bootstrap(
            read_settings(
                var_dir=tmp_path, database_url=home["DATABASE_URL"], sandbox_port=sandbox.port
            )
        )
        registry = get_agent_registry()
        registry.attach(opened)
        registry.register(Registration(AGENT, "Inventory and pricing", AGENT, ()))
        yield opened
        registry.detach()
        opened.close()


def test_what_an_agent_proposed_and_a_person_approved_comes_out_for_import(
    platform: Platform, home: dict[str, str], tmp_path: Path
) -> None:
    asyncio.run(platform.sync().run())
    asyncio.run(platform.refresh_clock())
    with writing(platform) as books:
        run_id, why_not = start_run(books, AGENT, trigger="button", actor="ada", by_worker=False)
    assert run_id is not None, why_not
    asyncio.run(carry_out(platform, run_id))
    with reading(platform) as books:
        page = books.decisions.page(books.connection, DecisionFilter(kind="price.set"), None, 50)
    approved, *left = page.items
    assert left
    ledger.approve(platform, approved.id, approved.argument_hash, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), approved.id)) == "executed"

    out = tmp_path / "out"
    assert royal(home, "export", "shopify-csv", str(out)) == {
        "prices": 1, "stock": 0, "new_products": 0, "statuses": 0, "left_out": [],
        "by_hand": [],
    }  # fmt: skip
    with (out / "products.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    skus = {each.id: each.sku for each in platform.catalog.variants()}
    assert row["Variant SKU"] == skus[approved.proposal.subject.id]
    assert row["Variant Price"] == approved.proposal.arguments["price"]

    # What no file of Shopify's carries is named: a refund, say.
    with writing(platform) as books:
        books.connection.execute(
            update(decisions).where(decisions.c.id == approved.id).values(kind="refund.create")
        )
    told = royal(home, "export", "shopify-csv", str(out))
    assert [(each["kind"], each["subject_id"]) for each in told["by_hand"]] == [
        ("refund.create", approved.proposal.subject.id)
    ]

    # The merchant uploads it, and exports again later: what was decided goes on.
    variant = next(each for each in platform.catalog.variants() if each.sku == "DB-1")
    old = {each.sku: each.id for each in platform.catalog.variants()}
    lines = PRODUCTS.replace("7.95", "6.45").splitlines()
    lines = [*lines[:2], *lines[3:], "comb,Mane Comb,Brushes,Title,Default Title,CO-1,,,4.95,"]
    (tmp_path / "exports" / "products_export.csv").write_text("\n".join(lines) + "\n")
    royal(home, "import", "shopify-csv", str(tmp_path / "exports"))
    asyncio.run(platform.sync().run())
    asyncio.run(platform.sync().reconcile())
    now = {each.sku: each for each in platform.catalog.variants()}
    assert set(now) == {"BR-P", "DB-1", "CO-1"}
    assert {sku: now[sku].id for sku in ("BR-P", "DB-1")} == {
        sku: old[sku] for sku in ("BR-P", "DB-1")
    }
    assert now["DB-1"].price.amount == Decimal("6.45")
    with platform.database.read() as connection:
        seen = connection.execute(
            select(price_observations.c.price).where(
                price_observations.c.store_id == platform.store_id,
                price_observations.c.variant_id == variant.id,
            )
        ).scalars()
        assert {variant.price.amount, Decimal("6.45")} <= set(seen)
