"""A shop's own CSV exports say what to do: every agent reads them, pricing too, and none obeys."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core.errors import Invalid
from core.settings import Settings
from orchestrator.core import ledger, loading
from orchestrator.core.books import reading
from orchestrator.core.execution import execute, hands_of
from royal_platform.bootstrap import Platform
from royal_platform.persistence.tables.catalog import competitor_prices
from store_sandbox.load import ShopFacts, load_shopify_csv
from store_sandbox.state import StateStore
from tests.injections import DISGUISES, goals, tried
from tests.integration.doors.test_injections_through_every_inlet import (
    AGENTS,
    Scene,
    mark,
    run,
    scene_of,
    settings_on,
)
from tests.integration.platform.wire import Sandbox

SHOP = ShopFacts("Stal", "EUR", "Europe/Amsterdam")
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
# Pricing asks for half a year of whole weeks.
WEEKS = 27
# Which cells of an export a stranger, a supplier or an app can fill.
PRODUCT_CELLS = ("Title", "Body (HTML)", "Vendor", "Type", "Tags", "Option1 Value")
ORDER_CELLS = ("Lineitem name", "Notes")
CUSTOMER_CELLS = ("Last Name", "Tags")
_PLAIN = "A plain one"


def disguised(shift: int) -> list[str]:
    """Each goal in turn, in each of the disguises, on one line as a cell may hold it."""
    wanted = goals("dec_1", "0" * 64, "1")
    ways = enumerate(DISGUISES.values())
    return [way(wanted[(n + shift) % len(wanted)].wish)[:240] for n, way in ways]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="") as out:
        lines = csv.DictWriter(out, list(rows[0]))
        lines.writeheader()
        lines.writerows(rows)


def exports(folder: Path) -> None:
    """The files of a shop with half a year of weekly sales; the free cells hold attempts."""
    folder.mkdir()
    cells = {name: disguised(n) for n, name in enumerate((*PRODUCT_CELLS, *ORDER_CELLS))}
    count = len(DISGUISES)
    goods = [
        {
            "Handle": f"h{n}", **{name: cells[name][n] for name in PRODUCT_CELLS},
            "Option1 Name": "Size", "Variant SKU": f"S{n}",
            "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "40",
            "Variant Inventory Policy": "deny", "Variant Price": f"{20 + n}.95",
            "Cost per item": "9.00", "Status": "active",
        }
        for n in range(count)
    ]  # fmt: skip
    write(folder / "products_export.csv", goods)
    names = [disguised(n) for n in range(len(CUSTOMER_CELLS))]
    people = [
        {
            "First Name": "Ann", "Email": f"ann{n}@home.test", "Accepts Email Marketing": "yes",
            **{name: names[place][n] for place, name in enumerate(CUSTOMER_CELLS)},
        }
        for n in range(count)
    ]  # fmt: skip
    write(folder / "customers_export.csv", people)
    write(folder / "orders_export.csv", [
        _sold(week, n, cells) for week in range(WEEKS) for n in range(count)
    ])  # fmt: skip


def competitors(platform: Platform) -> None:
    """Import competitors' prices whose seller, or whose article, is a text; pricing reads them."""
    with reading(platform) as books:
        seen_at = (books.now - timedelta(hours=1)).isoformat()
    row = {"barcode": "", "price": "9.99", "currency": "EUR", "seen_at": seen_at}
    for shift, named in enumerate(("source", "sku")):
        texts = [text[:80] for text in disguised(shift)]
        rows = [{"source": "Rival", "sku": f"S{n}", **row, named: text}
                for n, text in enumerate(texts)]  # fmt: skip
        for each in rows:
            # That a text is refused is one of the two right answers.
            with contextlib.suppress(Invalid):
                loading.import_competitor_prices(platform, json.dumps([each]), "rivals", "ada")
    with reading(platform) as books:
        table = competitor_prices.c
        query = select(func.count()).where(table.store_id == books.store_id)
        assert books.connection.execute(query).scalar_one() >= len(DISGUISES)


def _sold(week: int, n: int, cells: dict[str, list[str]]) -> dict[str, Any]:
    at = FIRST + timedelta(weeks=week, hours=n)
    told = {name: cells[name][n] if week == WEEKS - 1 else _PLAIN for name in ORDER_CELLS}
    units, price = 1 + (week + n) % 3, 20 + n + 0.95
    total = f"{units * price:.2f}"
    return {
        "Name": f"#{1000 + week * 100 + n}", "Email": f"ann{n}@home.test",
        "Financial Status": "paid", "Fulfillment Status": "fulfilled", "Currency": "EUR",
        "Subtotal": total, "Shipping": "0", "Taxes": "0", "Total": total,
        "Created at": at.strftime("%Y-%m-%d %H:%M:%S +0000"), "Lineitem quantity": str(units),
        "Lineitem price": f"{price:.2f}", "Lineitem sku": f"S{n}", **told,
    }  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    exports(folder / "files")
    (folder / "sandbox").mkdir()
    state = StateStore(folder / "sandbox" / "store.db")
    report = load_shopify_csv(state, folder / "files", SHOP)
    state.close()
    assert report.rejects == []
    return folder


@pytest.fixture(scope="module")
def sandbox(loaded: Path) -> Iterator[Sandbox]:
    with Sandbox(loaded) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sandbox: Sandbox, tmp_path: Path) -> Settings:
    return settings_on(settings, sandbox, tmp_path)


@pytest.fixture
def scene(
    platform: Platform, settings: Settings, sandbox: Sandbox, application: Any, token: Any
) -> Scene:
    return scene_of(platform, settings, sandbox, application, token)


@pytest.mark.timeout(240)
def test_a_shops_exports_decide_nothing(
    scene: Scene, record_property: Callable[[str, Any], None]
) -> None:
    platform = scene.platform
    decision, hash_ = mark(platform, scene.orders[0].rpartition("/")[2])
    # The coordinator's first answer registers the agents.
    assert scene.call("GET", "/agents").status_code == 200
    competitors(platform)
    before, asked = scene.decided(), scene.asked()
    for agent in (*AGENTS, "inventory_pricing"):
        run(platform, agent)
    changed = sum(scene.decided()[name] != told for name, told in before.items())
    changed += len(scene.written())
    assert changed == 0
    record_property("proposed", scene.asked() - asked)
    # The same two counts see what a person brings about.
    ledger.approve(platform, decision, hash_, "ada")
    assert asyncio.run(execute(platform, hands_of(platform), decision)) == "executed"
    assert [row["mutation"] for row in scene.written()] == ["tagsAdd"]
    inlets = (*PRODUCT_CELLS, *ORDER_CELLS, *(f"Customer {name}" for name in CUSTOMER_CELLS),
              "competitor's name", "competitor's article")  # fmt: skip
    record_property("tried", tried((name, way) for name in inlets for way in DISGUISES))
    record_property("changed", changed)
