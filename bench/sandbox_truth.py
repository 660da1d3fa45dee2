"""A sandbox world as an agent would see it, and the truth that only an evaluation may read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.forecasting.model import Floats, Panel
from royal_platform.commerce.forecasting.service import build_panel
from royal_platform.commerce.inventory.model import StockLevel
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.shared.model import Money
from store_sandbox import world
from store_sandbox.state import StateStore
from store_sandbox.world import demand, tables
from store_sandbox.world.calendar import local_day
from store_sandbox.world.catalogue import NEED_SHARES, NEEDS
from store_sandbox.world.process import Process, process
from store_sandbox.world.reader import read_book
from store_sandbox.world.shop import VAT

SCALE = 10_000
STEP = 0.01


@dataclass(frozen=True)
class Seen:
    """What the store shows: the same rows that the sync would store."""

    variants: list[Variant]
    sales: list[VariantDay]
    levels: list[StockLevel]
    available: dict[str, int | None]
    today: date
    now: datetime
    terms: StoreTerms

    def panel(self) -> Panel:
        """The panel the agent would build."""
        return build_panel(self.variants, self.sales, self.today, available_now=self.available)


@dataclass(frozen=True)
class Truth:
    """Expected orders of the next days at any own price, other prices as they are."""

    process: Process
    markets: list[demand.Market]
    index: dict[str, int]
    needs: Floats  # buyers who will come for each need within the horizon
    conversion: float  # share of filled carts that are ordered
    discounted: float  # share of the asked price that is paid

    def elasticity(self, variant_id: str, price: float) -> float:
        """Own-price elasticity at a price."""
        rate, moved = self._rates(variant_id, np.array([price, price * (1 + STEP)]))
        return float(np.log(moved / rate) / np.log1p(STEP))

    def units(self, variant_id: str, prices: Floats) -> Floats:
        """Expected units ordered within the horizon at each price, always in stock."""
        shop = self.process.shop
        place = self.index[variant_id]
        need = int(shop.need_of[place])
        several = 1 + 1.6 * float(shop.several[place])  # the quantities of world.visitors
        share = sum(NEED_SHARES) / NEED_SHARES[need]
        rates = self._rates(variant_id, prices) * share
        return np.asarray(rates * self.needs[need] * several * self.conversion)

    def contribution(self, variant_id: str, price: float, fees: tuple[float, float]) -> float:
        """Expected contribution within the horizon at a price, after tax, returns and fees."""
        place = self.index[variant_id]
        shop = self.process.shop
        paid = price * self.discounted
        kept = (1 - float(shop.return_rate[place])) * (paid / (1 + VAT) - shop.items[place].cost)
        units = float(self.units(variant_id, np.array([price]))[0])
        return units * (kept - fees[0] * paid - fees[1])

    def _rates(self, variant_id: str, prices: Floats) -> Floats:
        place = self.index[variant_id]
        return self.markets[int(self.process.shop.need_of[place])].curve(place, prices)


def make(seed: int, now: datetime, path: Path) -> StateStore:
    """A world whose 18 months end at ``now``; what ``path`` already holds is used again."""
    fresh = not path.exists()
    state = StateStore(path, wall=now.timestamp)
    if fresh:
        world.generate(state, seed)
    return state


def see(state: StateStore) -> Seen:
    """Catalogue, daily sales and stock as the Admin API would tell them."""
    with state.read() as db:
        now = state.now()
        variants = [_variant(dict(row), now) for row in db.execute(_VARIANTS)]
        sold = db.execute(_SOLD).fetchall()
        returned = db.execute(_RETURNED).fetchall()
        stock = db.execute(_STOCK).fetchall()
    days: dict[tuple[str, date], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for variant, at, quantity, gross, discount in sold:
        cell = days[str(variant), local_day(datetime.fromtimestamp(at, UTC))]
        cell[0] += quantity
        cell[1] += gross - discount
        cell[2] += gross
    for variant, at, quantity in returned:
        days[str(variant), local_day(datetime.fromtimestamp(at, UTC))][3] += quantity
    sales = [
        VariantDay(key, day, units, Decimal(net) / SCALE, back, Decimal(gross) / SCALE)
        for (key, day), (units, net, gross, back) in sorted(days.items())
    ]
    levels = [
        StockLevel(str(v), str(i), str(place), available, on_hand, committed, incoming, now)
        for v, i, place, available, on_hand, committed, incoming in stock
    ]
    held: dict[str, int | None] = {}
    for level in levels:
        held[level.variant_id] = (held.get(level.variant_id) or 0) + (level.available or 0)
    terms = StoreTerms("EUR", Decimal(str(VAT)), "sandbox")
    return Seen(variants, sales, levels, held, local_day(now), now, terms)


def tell(state: StateStore, horizon_days: int) -> Truth:
    """The hidden truth about the ``horizon_days`` after the state's clock."""
    with state.read() as db:
        identity = tables.identity(db)
        if identity is None:
            raise LookupError("this store has no world behind it")
        made = process(*identity)
        prices = read_book(db, len(made.shop.items), 0).euros()
        keys = db.execute("SELECT key, id FROM world_keys WHERE kind = 'variant'").fetchall()
        orders = db.execute("SELECT COUNT(*) FROM orders").fetchone()[0]
        left = db.execute(
            "SELECT COUNT(*) FROM abandoned_checkouts WHERE completed_at IS NULL"
        ).fetchone()[0]
        gross, discount = db.execute(
            "SELECT SUM(unit_price * quantity), SUM(discount) FROM order_lines"
        ).fetchone()
        today = local_day(state.now())
    needs = np.zeros(len(NEEDS))
    for ahead in range(1, horizon_days + 1):
        visits = made.calendar.visits(today + timedelta(days=ahead))
        needs += np.bincount(visits.need, minlength=len(NEEDS))
    return Truth(
        process=made,
        markets=[demand.Market(made.shop, prices, need) for need in range(len(NEEDS))],
        index={str(number): int(key) for key, number in keys},
        needs=needs,
        conversion=orders / (orders + left),
        discounted=1 - discount / gross,
    )


def _variant(row: dict[str, object], now: datetime) -> Variant:
    def money(value: object) -> Money | None:
        return None if value is None else Money(Decimal(str(value)) / SCALE, "EUR")

    price = money(row["price"])
    assert price is not None
    return Variant(
        id=str(row["id"]),
        product_id=str(row["product_id"]),
        title=str(row["title"]),
        sku=str(row["sku"]),
        product_type=str(row["product_type"]),
        status=str(row["status"]).lower(),
        price=price,
        compare_at=money(row["compare_at_price"]),
        unit_cost=money(row["unit_cost"]),
        inventory_item_id=str(row["item"]),
        tracked=bool(row["tracked"]),
        updated_at=now,
        created_at=datetime.fromtimestamp(int(str(row["created_at"])), UTC),
    )


_VARIANTS = """
SELECT v.*, p.product_type, p.status, i.id AS item, i.tracked, i.unit_cost
FROM variants v JOIN products p ON p.id = v.product_id
JOIN inventory_items i ON i.variant_id = v.id ORDER BY v.id
"""
_SOLD = """
SELECT l.variant_id, o.processed_at, l.quantity, l.unit_price * l.quantity, l.discount
FROM order_lines l JOIN orders o ON o.id = l.order_id
WHERE l.variant_id IS NOT NULL AND NOT o.test
"""
_RETURNED = """
SELECT l.variant_id, f.created_at, r.quantity
FROM refund_lines r JOIN refunds f ON f.id = r.refund_id JOIN order_lines l ON l.id = r.line_id
WHERE l.variant_id IS NOT NULL
"""
_STOCK = """
SELECT i.variant_id, i.id, l.location_id, l.available, l.on_hand, l.committed, l.incoming
FROM inventory_levels l JOIN inventory_items i ON i.id = l.item_id ORDER BY i.variant_id
"""
