"""Measuring price changes and reorders after their horizon.

Prices: before/after against a forecast made from the time before the change. The rest of the
catalogue, whose prices stood still, says how busy those days were (difference in differences) and,
as placebos (Abadie, Diamond and Hainmueller 2010), how far such a forecast misses a variant that
nobody touched: the interval is measured on the same days instead of assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.effects.model import (
    PRICE_METHOD,
    STOCK_METHOD,
    Effect,
    Fees,
    NotKnown,
    PriceCase,
    ReorderCase,
    Window,
)
from royal_platform.commerce.forecasting.model import Days, Flags, Floats, Forecast, Integers
from royal_platform.commerce.pricing.model import Economics

Z80 = 1.2816
MIN_DAYS = 7
# Asked prices differ by rounding and by days that saw two; a campaign moves them by more.
_SAME_PRICE = 0.02
_MIN_PLACEBOS = 30
_USUAL_DISPERSION = 1.3
# So many units of the whole store are believed as much as the forecast of its level, and so many
# of one product type as much as the store.
_LEVEL_PULL, _TYPE_PULL = 20.0, 40.0
# The price that a forecast rests on may differ by so much (log) from the price before the change.
# Within, the elasticity known before the change carries the forecast over, and its doubt widens the
# interval; beyond, the forecast is not one of "not changing".
_BASE_LIMIT = 0.15
# Half a unit: stock is counted in whole ones.
_COUNTING_SD = 0.5 / Z80
_PLACEBO_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Base:
    """The price a forecast rests on (nan = unknown), and how demand answers to another one."""

    asked: Floats
    elasticity: Floats
    elasticity_sd: Floats


@dataclass(frozen=True, slots=True)
class Expected:
    """What a forecast from before the change expected of a window, every variant at once.

    ``units`` on the days in stock; ``sold`` the units of those days; ``in_stock`` the share of
    days; ``sd`` of the whole window's forecast; ``placebo`` marks the variants left untouched.
    """

    units: Floats
    sold: Floats
    in_stock: Floats
    sd: Floats
    base: Base
    placebo: Flags
    gross: float
    revenue: float


@dataclass(frozen=True, slots=True)
class Level:
    """How busy the window was against the forecast, and how far single variants miss it.

    ``factor`` is each variant's, that of its product type pulled to the store's; ``sd`` the error
    of it that the whole store has in common, ``type_sd`` the error of each variant's type beyond.
    A variant expected to sell ``e`` units misses with the variance ``dispersion * e +
    scatter * e**2``, the two of ``spread``; None where too few of the ``placebos`` sell enough.
    """

    factor: Floats
    sd: float
    type_sd: Floats
    spread: tuple[float, float] | None
    placebos: int


def expect(
    window: Window, days: Days, forecast: Forecast, base: Base, *, touched: frozenset[str]
) -> Expected:
    """Hold a forecast made before ``window`` against its days.

    Variants in ``touched`` and those sold at another price than the forecast rests on are no
    placebos.
    """
    inside = slice((window.first - days.first).days, (window.last - days.first).days + 1)
    in_stock = ~days.out[:, inside]
    offset = (window.first - forecast.weeks[0]).days
    per_day = forecast.daily[:, offset : offset + window.days]
    units, gross = days.units[:, inside], days.gross[:, inside]
    revenue = days.revenue[:, inside]
    # A day that sold something was in stock, whatever the count at its end says.
    in_stock |= units > 0
    sold = units.sum(axis=1)
    price = np.where(sold > 0, gross.sum(axis=1) / np.maximum(sold, 1), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        moved = np.abs(np.log(price / base.asked)) > _SAME_PRICE
    untouched = np.array([variant not in touched for variant in days.variant_ids])
    weeks = min(max(math.ceil(window.days / 7), 1), forecast.cumulative_sd.shape[1])
    return Expected(
        units=(per_day * in_stock).sum(axis=1),
        sold=np.asarray(sold, dtype=float),
        in_stock=in_stock.mean(axis=1),
        sd=forecast.cumulative_sd[:, weeks - 1],
        base=base,
        placebo=untouched & ~moved & (per_day.sum(axis=1) > 0),
        gross=float(gross.sum()),
        revenue=float(revenue.sum()),
    )


def level(expected: Expected, product: Integers, category: Integers) -> Level:
    """How busy the window was, from the variants nobody touched."""
    placebo = expected.placebo
    units, sold = expected.units[placebo], expected.sold[placebo]
    store = (sold.sum() + _LEVEL_PULL) / (units.sum() + _LEVEL_PULL)
    n_types = int(category.max()) + 1 if len(category) else 0
    of_type = np.bincount(category[placebo], units, n_types) * store
    type_factor = (np.bincount(category[placebo], sold, n_types) + _TYPE_PULL) / (
        of_type + _TYPE_PULL
    )
    factor = store * type_factor[category]
    miss = sold - factor[placebo] * units
    sums = _by_product(miss, product[placebo])
    total = float(units.sum()) + _LEVEL_PULL
    types = _by_product(miss, product[placebo], category[placebo], n_types)
    # The factors were fitted to the very misses that they leave.
    fitted = len(miss) / max(len(miss) - len(np.unique(category[placebo])), 1)
    spread = _placebo_variance(factor[placebo] * units, miss * math.sqrt(fitted))
    return Level(
        factor=factor,
        sd=float(np.sqrt((sums**2).sum())) / total * float(store),
        type_sd=(np.sqrt(types) / (of_type + _TYPE_PULL) * store)[category],
        spread=spread,
        placebos=int(placebo.sum()),
    )


def price_effect(
    case: PriceCase, row: int, expected: Expected, busy: Level, *, fees: Fees, return_rate: float
) -> Effect | NotKnown:
    """Contribution that a price change earned in its window, against not changing.

    Days without stock count for neither side. Returns are taken at the rate known before the
    change and discounts at the store's rate of these days, the same for both prices.
    """
    in_stock = float(expected.in_stock[row])
    if in_stock * case.window.days < MIN_DAYS:
        return NotKnown(
            "out_of_stock",
            f"It was in stock on {in_stock * case.window.days:.0f} of {case.window.days} days; "
            f"{MIN_DAYS} are needed.",
        )
    carried = _carried(expected.base, row, case.before)
    if isinstance(carried, NotKnown):
        return carried
    shift, doubt = carried
    discount = 1 - expected.revenue / expected.gross if expected.gross > 0 else 0.0
    tax_rate = fees.tax_rate if case.tax_rate is None else case.tax_rate
    economics = Economics(
        case.unit_cost, tax_rate, fees.rate, fees.fixed, return_rate,
        min(max(discount, 0.0), 0.9), case.serving,
    )  # fmt: skip
    before, after = (float(economics.contribution(p)) for p in (case.before, case.after))
    sold, without = float(expected.sold[row]), shift * float(busy.factor[row] * expected.units[row])
    estimate = after * sold - before * without
    shared, of_type = (
        abs(before) * shift * float(expected.units[row]) * sd
        for sd in (busy.sd, float(busy.type_sd[row]))
    )
    dispersion, scatter = _spread_of(busy, float(expected.sd[row]) * in_stock, without)
    # What was sold is itself a draw; its mean lies between the draw and the expectation.
    noise = after**2 * dispersion * max((sold + without) / 2, 0.5)
    base = before**2 * (scatter + doubt**2) * without**2
    sd = math.sqrt(noise + base + shared**2 + of_type**2)
    return Effect(
        estimate=estimate,
        low=estimate - Z80 * sd,
        high=estimate + Z80 * sd,
        sd=sd,
        shared_sd=shared,
        scale=max(abs(before) * without, 0.01),
        method=PRICE_METHOD,
        sample={
            "days": case.window.days,
            "days_in_stock": round(in_stock * case.window.days),
            "units_sold": round(sold),
            "units_expected": round(without, 1),
            "busy_percent": round((float(busy.factor[row]) - 1) * 100, 1),
            "compared_with": busy.placebos,
            "contribution_per_unit_before": round(before, 2),
            "contribution_per_unit_after": round(after, 2),
        },
    )


def reorder_effect(case: ReorderCase) -> Effect:
    """Units sold that the stock without this order could not have served.

    What came in is the change of stock plus what was sold. Older orders arrive first. Of what
    then came from this order, whatever does not lie on the shelf at the end was sold. The
    interval is between all returned units put back on the shelf and none of them.
    """
    came_in = case.stock_after - case.stock_before + case.sold
    sold = [
        _sold_of_order(case, came_in - returned) for returned in (case.returned, 0)
    ]  # fmt: skip
    low, high = min(sold), max(sold)
    estimate = (low + high) / 2
    sd = max((high - low) / (2 * Z80), _COUNTING_SD)
    return Effect(
        estimate=float(estimate),
        low=float(low),
        high=float(high),
        sd=sd,
        shared_sd=0.0,
        scale=max(case.demand, 1.0),
        method=STOCK_METHOD,
        sample={
            "units_ordered": case.ordered,
            "units_arrived": max(min(came_in - case.earlier, case.ordered), 0),
            "units_sold": case.sold,
            "units_returned": case.returned,
            "stock_before": case.stock_before,
            "stock_after": case.stock_after,
        },
    )


def products_of(product_ids: Sequence[str]) -> Integers:
    """A number for each variant's product, in the given order."""
    place: Mapping[str, int] = {key: i for i, key in enumerate(dict.fromkeys(product_ids))}
    return np.array([place[key] for key in product_ids], dtype=np.int64)


def _carried(base: Base, row: int, before: float) -> tuple[float, float] | NotKnown:
    """What the forecast is multiplied by to stand for the price before the change, and its doubt.

    The doubt is relative: the log price difference times the elasticity's standard deviation.
    """
    asked = float(base.asked[row])
    if not math.isfinite(asked) or asked <= 0:
        return NotKnown("no_history", "It had not been sold before the change.")
    off = math.log(before / asked) if before > 0 else -math.inf
    if abs(off) > _BASE_LIMIT:
        return NotKnown(
            "moved_before",
            f"It had been sold at about {asked:.2f} before it stood at {before:.2f}: nothing says "
            f"how much is sold at {before:.2f}.",
        )
    return math.exp(float(base.elasticity[row]) * off), abs(off) * float(base.elasticity_sd[row])


def _by_product(
    miss: Floats, product: Integers, category: Integers | None = None, n_types: int = 0
) -> Floats:
    """Misses summed over products, or their squares summed over the products of each type.

    Sizes of one product sell well or badly together, so products are drawn, not variants.
    """
    if not len(miss):
        return np.zeros(n_types or 1)
    sums = np.bincount(product, miss)
    if category is None:
        return np.asarray(sums, dtype=float)
    owner = np.zeros(len(sums), dtype=np.int64)
    owner[product] = category
    return np.asarray(np.bincount(owner, sums**2, n_types), dtype=float)


def _sold_of_order(case: ReorderCase, came_in: int) -> int:
    arrived = max(min(came_in - case.earlier, case.ordered), 0)
    return max(arrived - max(case.stock_after, 0), 0)


def _spread_of(busy: Level, forecast_sd: float, without: float) -> tuple[float, float]:
    """Dispersion and scatter; from the forecast's own past errors where placebos are few."""
    if busy.spread is not None:
        return busy.spread
    beyond = max(forecast_sd**2 - _USUAL_DISPERSION * without, 0.0)
    return _USUAL_DISPERSION, beyond / max(without, 0.5) ** 2


def _placebo_variance(expected: Floats, miss: Floats) -> tuple[float, float] | None:
    """Least squares of squared misses on ``e`` and ``e**2``, both weights non-negative."""
    usable = expected > 0.5
    e, square = expected[usable], miss[usable] ** 2
    if len(e) < _MIN_PLACEBOS:
        return None
    dispersion, scatter = _USUAL_DISPERSION, 0.05
    for _ in range(_PLACEBO_ROUNDS):
        weight = 1 / (dispersion * e + scatter * e**2) ** 2
        design = np.stack([e, e**2], axis=1)
        normal = design.T @ (design * weight[:, None])
        right = design.T @ (weight * square)
        dispersion, scatter = (float(x) for x in np.linalg.lstsq(normal, right, rcond=None)[0])
        if scatter < 0:
            dispersion, scatter = float(right[0] / normal[0, 0]), 0.0
        if dispersion < 1:
            # Buyers come one by one at best: no fewer surprises than Poisson.
            dispersion = 1.0
            rest = (weight * e**2 * (square - e)).sum() / (weight * e**4).sum()
            scatter = max(float(rest), 0.0)
    return dispersion, scatter
