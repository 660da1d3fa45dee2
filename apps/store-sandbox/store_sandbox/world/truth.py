"""What only an evaluation may know: the hidden parameters of the world in a state file."""

from typing import Any

import numpy as np

from store_sandbox.state import StateStore
from store_sandbox.world import demand, tables
from store_sandbox.world.catalogue import NEED_SHARES
from store_sandbox.world.draws import Floats
from store_sandbox.world.process import NEEDS_PER_WEEK, process
from store_sandbox.world.reader import read_book
from store_sandbox.world.shop import VAT, Shop

_STEP = 0.01


def truth(state: StateStore) -> dict[str, Any]:
    """Hidden parameters per variant, fraud rings and disputes; LookupError without a world.

    Per variant: true own-price elasticity at the current price, expected units a week of an
    average season, true unit cost (EUR without VAT) and the price (EUR with VAT) of highest
    expected contribution, other prices as they are.
    """
    with state.read() as db:
        identity = tables.identity(db)
        if identity is None:
            raise LookupError("this store has no world behind it, so there is no truth to tell")
        world = process(*identity)
        book = read_book(db, len(world.shop.items), 0)
        ids = dict(db.execute("SELECT key, id FROM world_keys WHERE kind = 'variant'"))
        secrets = db.execute("SELECT kind, key, value FROM world_secrets ORDER BY kind, key")
        hidden = [(row[0], row[1], row[2]) for row in secrets]
    return {
        "seed": identity[0],
        "origin": identity[1].isoformat(),
        "variants": _variants(world.shop, book.euros(), ids),
        "secrets": [{"kind": kind, "order": key, "value": value} for kind, key, value in hidden],
    }


def _variants(shop: Shop, price: Floats, ids: dict[str, int]) -> list[dict[str, Any]]:
    weights = np.array(NEED_SHARES)
    rate = demand.purchase_rates(shop, price, weights)
    result: list[dict[str, Any]] = []
    for index, item in enumerate(shop.items):
        dearer = price.copy()
        dearer[index] *= 1.0 + _STEP
        moved = demand.purchase_rates(shop, dearer, weights)[index]
        product = shop.products[int(shop.product_of[index])]
        result.append(
            {
                "variant_id": ids.get(str(index)),
                "sku": item.sku,
                "price": round(float(price[index]), 2),
                "elasticity": round(float(np.log(moved / rate[index]) / np.log1p(_STEP)), 3),
                "weekly_units": round(float(rate[index]) * NEEDS_PER_WEEK, 3),
                "unit_cost": item.cost,
                "best_price": best_price(shop, price, index),
                "return_rate": product.kind.return_rate,
            }
        )
    return result


def best_price(shop: Shop, price: Floats, index: int) -> float:
    """The price (EUR with VAT) of one variant with the highest expected contribution."""
    weights = np.array(NEED_SHARES)
    cost = shop.items[index].cost
    best, gain = float(price[index]), -np.inf
    for factor in np.linspace(0.6, 1.6, 41):
        trial = price.copy()
        trial[index] = shop.items[index].optimum * factor
        units = float(demand.purchase_rates(shop, trial, weights)[index])
        contribution = units * (trial[index] / (1.0 + VAT) - cost)
        if contribution > gain:
            best, gain = float(trial[index]), contribution
    return round(best, 2)
