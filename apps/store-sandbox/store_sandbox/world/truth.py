"""What only an evaluation may know: the hidden parameters of the world in a state file."""

from typing import Any

import numpy as np

from store_sandbox.state import StateStore
from store_sandbox.world import demand, tables
from store_sandbox.world.catalogue import NEEDS
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
    markets = [demand.Market(shop, price, need) for need in range(len(NEEDS))]
    result: list[dict[str, Any]] = []
    for index, item in enumerate(shop.items):
        market = markets[int(shop.need_of[index])]
        now = float(price[index])
        rate, moved = market.curve(index, np.array([now, now * (1.0 + _STEP)]))
        product = shop.products[int(shop.product_of[index])]
        result.append(
            {
                "variant_id": ids.get(str(index)),
                "sku": item.sku,
                "price": round(now, 2),
                "elasticity": round(float(np.log(moved / rate) / np.log1p(_STEP)), 3),
                "weekly_units": round(float(rate) * NEEDS_PER_WEEK, 3),
                "unit_cost": item.cost,
                "best_price": best_price(shop, market, index),
                "return_rate": product.kind.return_rate,
            }
        )
    return result


def best_price(shop: Shop, market: demand.Market, index: int) -> float:
    """The price (EUR with VAT) of one variant with the highest expected contribution."""
    item = shop.items[index]
    trials = item.optimum * np.linspace(0.5, 2.0, 301)
    gain = market.curve(index, trials) * (trials / (1.0 + VAT) - item.cost)
    return round(float(trials[int(gain.argmax())]), 2)
