"""The shop as the seed draws it: its catalogue and the hidden parameters of its demand.

Nothing here depends on time or on what an agent does. The visible half (names, prices, costs)
is written to the store once; the hidden half is recomputed from the seed whenever the world
moves and leaves the process only through `truth`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from store_sandbox.world.catalogue import NEEDS, SCALES, TYPES, ProductType
from store_sandbox.world.draws import Floats, Ints, normal, normals, uniform, uniforms

VAT = 0.21
BUYING_SHARE = 0.58  # of considered needs that end in a choice, at the prices merchants aim for


@dataclass(frozen=True, slots=True)
class Item:
    """One variant: what the store shows of it."""

    sku: str
    options: tuple[tuple[str, str], ...]
    optimum: float  # EUR with VAT; hidden: where contribution peaks
    list_price: float  # EUR with VAT before the merchant's own moves
    cost: float  # EUR without VAT; what a unit really costs
    cost_entered: bool  # merchants leave some costs blank


@dataclass(frozen=True, slots=True)
class Product:
    """One product with its hidden elasticity (negative) at usual prices."""

    key: str
    title: str
    vendor: str
    kind: ProductType
    tags: tuple[str, ...]
    elasticity: float
    first: int  # index of its first variant
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Shop:
    """The catalogue and, as arrays over variants, everything the choice model needs."""

    seed: int
    products: tuple[Product, ...]
    items: tuple[Item, ...]
    product_of: Ints
    need_of: Ints
    measured: Ints  # 0 anyone, 1 horse, 2 rider
    fits_from: Floats
    fits_to: Floats
    appeal: Floats
    sensitivity: Floats
    reference: Floats  # EUR, the price at which `appeal` holds
    return_rate: Floats
    several: Floats
    leave: Floats  # per need: the utility of buying nothing


@lru_cache(maxsize=4)
def build(seed: int) -> Shop:
    """Draw the whole shop of a seed."""
    products: list[Product] = []
    first = 0
    for kind in TYPES:
        for title in kind.names:
            product = _product(seed, kind, title, first)
            products.append(product)
            first += len(product.items)
    return _shop(seed, tuple(products))


def _product(seed: int, kind: ProductType, title: str, first: int) -> Product:
    key = key_of(title)
    z = normals(seed, "product", key, 4)
    u = uniforms(seed, "product shape", key, 4)
    elasticity = -float(np.clip(kind.elasticity * np.exp(0.20 * z[0]), 1.2, 4.0))
    optimum = round_price(kind.low * (kind.high / kind.low) ** float(u[0]))
    if u[1] < 0.58:
        drift = 0.05 * float(z[1])
    elif u[1] < 0.80:
        drift = -0.20 - 0.14 * float(u[2])  # sold too cheaply
    else:
        drift = 0.19 + 0.17 * float(u[2])  # sold too dearly
    vendor = kind.vendors[int(u[3] * len(kind.vendors))]
    items = _items(seed, kind, title, optimum=optimum, drift=drift, elasticity=elasticity)
    tags = (kind.need, kind.name.lower(), *(("bestseller",) if z[2] > 1.1 else ()))
    return Product(key, title, vendor, kind, tags, elasticity, first, items)


def _items(
    seed: int,
    kind: ProductType,
    title: str,
    *,
    optimum: float,
    drift: float,
    elasticity: float,
) -> tuple[Item, ...]:
    key = key_of(title)
    scale = SCALES[kind.scale]
    steps = scale.price_steps or (1.0,) * len(scale.sizes)
    initials = "".join(_letters(word)[:1] for word in title.replace("-", " ").split())[:4]
    stem = f"{kind.need[:2].upper()}{initials}{_checksum(key):03d}"
    unknown = uniform(seed, "cost left blank", key) < 0.05
    items: list[Item] = []
    for size, step in zip(scale.sizes, steps, strict=True):
        for colour in kind.colours or ("",):
            best = round_price(optimum * step)
            options: list[tuple[str, str]] = []
            if colour:
                options.append(("Flavour" if kind.name == "Treats" else "Colour", colour))
            if scale.option != "Title":
                options.append((scale.option, size))
            code = "-".join([stem, *(_letters(value)[:4] for _, value in options)])
            cost = round(best / (1.0 + VAT) * (1.0 + 1.0 / elasticity), 2)
            price = round_price(best * float(np.exp(drift)))
            items.append(Item(code, tuple(options), best, price, cost, not unknown))
    return tuple(items)


def key_of(title: str) -> str:
    """The name by which draws about a product are addressed."""
    return title.lower().replace(" ", "-")


def _letters(text: str) -> str:
    """The letters and digits of a text in capitals, as a SKU wants them."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _checksum(text: str) -> int:
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(text)) % 1000


def round_price(price: float) -> float:
    """The nearest price a shop would print: .95 endings, whole steps of five above 100 EUR."""
    if price >= 100:
        return round(price / 5.0) * 5.0 - 0.05
    if price >= 20:
        return float(round(price)) - 0.05
    return max(0.95, round(price * 2.0) / 2.0 - 0.05)


def _shop(seed: int, products: tuple[Product, ...]) -> Shop:
    items = tuple(item for product in products for item in product.items)
    product_of = np.repeat(np.arange(len(products)), [len(p.items) for p in products])
    need_of = np.array([NEEDS.index(products[j].kind.need) for j in product_of])
    measured, fits_from, fits_to = _fits(products)
    looks = _looks(seed, products)
    reference = np.array([item.optimum for item in items])
    leave = _leave(need_of, looks, fits_to - fits_from)
    share = _shares(need_of, looks, fits_to - fits_from, leave)
    target = np.array([-products[j].elasticity for j in product_of])
    return Shop(
        seed=seed,
        products=products,
        items=items,
        product_of=product_of,
        need_of=need_of,
        measured=measured,
        fits_from=fits_from,
        fits_to=fits_to,
        appeal=looks,
        sensitivity=target / (1.0 - share),
        reference=reference,
        return_rate=np.array([products[j].kind.return_rate for j in product_of]),
        several=np.array([products[j].kind.several for j in product_of]),
        leave=leave,
    )


def _fits(products: tuple[Product, ...]) -> tuple[Ints, Floats, Floats]:
    """Which part of horses or riders each variant fits, as an interval of their quantiles."""
    who = {"": 0, "horse": 1, "rider": 2}
    measured: list[int] = []
    spans: list[tuple[float, float]] = []
    for product in products:
        scale = SCALES[product.kind.scale]
        low = 0.0
        for share in scale.shares:
            high = low + share if scale.measured else 1.0
            start = low if scale.measured else 0.0
            for _ in product.kind.colours or ("",):
                measured.append(who[scale.measured])
                spans.append((start, min(high, 1.0)))
            low += share
    fits = np.array(spans)
    fits[fits > 0.9999] = 1.0
    return np.array(measured), fits[:, 0], fits[:, 1]


def _looks(seed: int, products: tuple[Product, ...]) -> Floats:
    """How much buyers like each variant: the product, its colour, its pack."""
    looks: list[float] = []
    for product in products:
        scale = SCALES[product.kind.scale]
        level = 0.95 * normal(seed, "appeal", product.key)
        colours = product.kind.colours or ("",)
        for place in range(len(product.items)):
            pack = scale.shares[place // len(colours)]
            taste = 0.0 if len(colours) == 1 else -0.45 * (place % len(colours))
            free = 0.0 if scale.measured else float(np.log(pack))
            own = 0.15 * normal(seed, "appeal of variant", f"{product.key}/{place}")
            looks.append(level + taste + free + own)
    return np.array(looks)


def _leave(need_of: Ints, looks: Floats, width: Floats) -> Floats:
    """Utility of leaving, per need, so that BUYING_SHARE of considered needs find something."""
    odds = (1.0 - BUYING_SHARE) / BUYING_SHARE
    weight = np.exp(looks) * width
    result: Floats = np.log(odds * np.bincount(need_of, weights=weight, minlength=len(NEEDS)))
    return result


def _shares(need_of: Ints, looks: Floats, width: Floats, leave: Floats) -> Floats:
    """Each variant's share among the buyers it fits, everything in stock."""
    strength = np.exp(looks)
    total = np.bincount(need_of, weights=strength * width, minlength=len(NEEDS)) + np.exp(leave)
    result: Floats = np.minimum(strength / total[need_of], 0.6)
    return result
