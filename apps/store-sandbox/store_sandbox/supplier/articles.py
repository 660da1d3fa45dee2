"""What a supplier lists on a day of the world: costs that move now and then, stock that varies."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from store_sandbox.state.store import read_meta
from store_sandbox.supplier.houses import NEWCOMERS, House
from store_sandbox.world.draws import uniform, uniforms

_KNOWN = """
    SELECT v.id, v.sku, v.title AS variant, v.barcode, v.price, p.title, p.vendor, p.product_type,
           i.unit_cost
    FROM variants v JOIN products p ON p.id = v.product_id
    JOIN inventory_items i ON i.id = v.inventory_item_id
    WHERE v.sku IS NOT NULL ORDER BY v.id
"""
# What a merchant who never noted a cost would pay, as a share of the price without VAT.
_USUAL_COST = 0.45
_VAT = 1.21
_FIRST_NEWCOMER = 9001


@dataclass(frozen=True, slots=True)
class Article:
    """One article on the supplier's list; amounts in whole cents of EUR, without VAT."""

    number: str
    shop_sku: str
    title: str
    brand: str
    category: str
    barcode: str
    cost: int
    retail: int
    stock: int
    pack: int
    minimum: int


def articles(db: sqlite3.Connection, house: House, now: datetime) -> list[Article]:
    """The list of one supplier; empty for a shop whose catalogue was imported."""
    if read_meta(db, "shop.source") != "world":
        return []
    seed = int(read_meta(db, "world.seed") or 0)
    return [*_carried(db, house, seed, now), *_newcomers(house, seed, now)]


@dataclass(frozen=True, slots=True)
class _Base:
    """What an article is, whoever lists it; `cost` in EUR as the merchant would pay."""

    number: int
    sku: str
    title: str
    brand: str
    category: str
    barcode: str
    cost: float
    retail: int


def _carried(db: sqlite3.Connection, house: House, seed: int, now: datetime) -> Iterator[Article]:
    for row in db.execute(_KNOWN):
        if uniform(seed, f"carries {house.key}", row["sku"]) > house.carries:
            continue
        cost = row["unit_cost"] / 10_000 if row["unit_cost"] else None
        usual = row["price"] / 10_000 / _VAT * _USUAL_COST
        variant = "" if row["variant"] == "Default Title" else f" {row['variant']}"
        base = _Base(
            row["id"], row["sku"], f"{row['title']}{variant}", row["vendor"], row["product_type"],
            row["barcode"] or "", cost or usual, row["price"] // 100,
        )  # fmt: skip
        yield _article(house, seed, now, base)


def _newcomers(house: House, seed: int, now: datetime) -> Iterator[Article]:
    for index, (title, category, brand, cost, retail) in enumerate(NEWCOMERS):
        if uniform(seed, f"carries {house.key}", title) <= house.carries:
            base = _Base(
                _FIRST_NEWCOMER + index, "", title, brand, category, "", cost, round(retail * 100)
            )
            yield _article(house, seed, now, base)


def _article(house: House, seed: int, now: datetime, base: _Base) -> Article:
    number = f"{house.key[:2].upper()}-{base.number}"
    day, month = now.toordinal(), now.year * 12 + now.month
    shelf = uniforms(seed, f"shelf {house.key}", f"{number}/{day // 3}", 2)
    # Costs are settled for a month; in about one of eight they move by up to seven per cent.
    move = uniforms(seed, f"cost {house.key}", f"{number}/{month}", 2)
    factor = 1.0 + (0.14 * float(move[1]) - 0.07 if move[0] < 0.125 else 0.0)
    pack = 6 if base.cost < 15 and house.minimum > 1 else 1
    return Article(
        number=number,
        shop_sku=base.sku,
        title=base.title,
        brand=base.brand,
        category=base.category,
        barcode=base.barcode,
        cost=max(1, round(base.cost * house.markup * factor * 100)),
        retail=base.retail,
        stock=0 if shelf[0] < 0.06 else int(8 + 220 * float(shelf[1]) ** 2),
        pack=pack,
        minimum=min(house.minimum, pack),
    )
