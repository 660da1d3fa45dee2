"""What a visitor chooses: utility from appeal, price, fit and taste; the largest one wins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store_sandbox.world.catalogue import NEEDS
from store_sandbox.world.customers import Visits
from store_sandbox.world.draws import Floats, Ints, gumbel, uniforms
from store_sandbox.world.shop import Shop

NOTHING = -1
_CAUTIONS = np.exp(0.25 * np.array([-1.65, -0.84, -0.25, 0.25, 0.84, 1.65]) - 0.03)


@dataclass(frozen=True, slots=True)
class Tastes:
    """The part of a day's utilities that no price moves: rows are needs, columns variants."""

    fixed: Floats  # -inf where a variant does not serve the need or does not fit
    caution: Floats
    leave: Floats


def tastes(shop: Shop, visits: Visits) -> Tastes:
    """The taste of every visitor of a day for every variant; drawn per need and variant."""
    needs, width = len(visits.need), len(shop.items)
    noise = gumbel(uniforms(shop.seed, "taste", visits.day, needs, width + 1))
    quantile = np.stack([np.zeros(needs), visits.horse, visits.rider], axis=1)[:, shop.measured]
    serves = (visits.need[:, None] == shop.need_of) & (quantile < shop.fits_to)
    serves &= quantile >= shop.fits_from
    fixed = np.where(serves, shop.appeal + noise[:, :width], -np.inf)
    leave = shop.leave[visits.need] + noise[:, width]
    return Tastes(fixed, visits.caution, leave)


def choices(
    shop: Shop, seen: Tastes, rows: Ints, price: Floats, in_stock: NDArray[np.bool_]
) -> tuple[Ints, Floats]:
    """The variant each need (row) ends in, or NOTHING, and its utility. Prices: EUR with VAT."""
    slope = shop.sensitivity * np.log(np.maximum(price, 0.01) / shop.reference)
    utility = seen.fixed[rows] - seen.caution[rows, None] * slope
    utility = np.where(in_stock, utility, -np.inf)
    best = utility.argmax(axis=1)
    value = utility[np.arange(len(rows)), best]
    leave = seen.leave[rows]
    return np.where(value > leave, best, NOTHING), np.maximum(value, leave)


def value_of(shop: Shop, seen: Tastes, rows: Ints, variant: int, price: float) -> Floats:
    """The utility of one variant at a price for each need (row)."""
    slope = shop.sensitivity[variant] * np.log(max(price, 0.01) / shop.reference[variant])
    result: Floats = seen.fixed[rows, variant] - seen.caution[rows] * slope
    return result


def purchase_rates(shop: Shop, price: Floats, need_weights: Floats) -> Floats:
    """Expected choices per considered need of an average day, everything in stock.

    `need_weights` are the shares of the needs; the clairvoyant's demand curve, used by `truth`.
    """
    result = np.zeros(len(shop.items))
    slope = shop.sensitivity * np.log(np.maximum(price, 0.01) / shop.reference)
    weights = need_weights / need_weights.sum()
    for need in range(len(NEEDS)):
        members = np.flatnonzero(shop.need_of == need)
        result[members] += weights[need] * _logit(shop, members, slope, need)
    return result


def _logit(shop: Shop, members: Ints, slope: Floats, need: int) -> Floats:
    """Choice shares within a need, averaged over sizes and price sensitivities."""
    cuts = np.unique(
        np.concatenate([[0.0, 1.0], shop.fits_from[members], shop.fits_to[members]])
    )
    middles, widths = (cuts[1:] + cuts[:-1]) / 2.0, np.diff(cuts)
    total = np.zeros(len(members))
    for horse, horse_width in zip(middles, widths, strict=True):
        for rider, rider_width in zip(middles, widths, strict=True):
            size = np.array([0.0, horse, rider])[shop.measured[members]]
            fits = (size >= shop.fits_from[members]) & (size < shop.fits_to[members])
            for caution in _CAUTIONS:
                power = np.exp(shop.appeal[members] - caution * slope[members]) * fits
                share = power / (power.sum() + np.exp(shop.leave[need]))
                total += share * horse_width * rider_width / len(_CAUTIONS)
    return total
