"""What a visitor chooses: utility from appeal, price, fit and taste; the largest one wins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store_sandbox.world.catalogue import NEED_SHARES, NEEDS
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


def purchase_rates(shop: Shop, price: Floats) -> Floats:
    """Expected choices per considered need of an average season, everything in stock."""
    result = np.zeros(len(shop.items))
    for need in range(len(NEEDS)):
        market = Market(shop, price, need)
        result[market.members] = market.rates()
    return result


class Market:
    """The buyers of one need as a grid of sizes and price sensitivities; for `truth` only."""

    def __init__(self, shop: Shop, price: Floats, need: int) -> None:
        self.shop, self.price = shop, price
        self.members: Ints = np.flatnonzero(shop.need_of == need)
        self.weight = NEED_SHARES[need] / sum(NEED_SHARES)
        self.leave = float(np.exp(shop.leave[need]))
        members = self.members
        edges = np.concatenate([[0.0, 1.0], shop.fits_from[members], shop.fits_to[members]])
        cuts = np.unique(edges.round(9))
        middles, widths = (cuts[1:] + cuts[:-1]) / 2.0, np.diff(cuts)
        horse, rider = (side.ravel() for side in np.meshgrid(middles, middles))
        sizes = np.stack([np.zeros(len(horse)), horse, rider], axis=1)[:, shop.measured[members]]
        self.fits = (sizes >= shop.fits_from[members]) & (sizes < shop.fits_to[members])
        self.mass: Floats = np.outer(widths, widths).ravel()[:, None] / len(_CAUTIONS)
        self.power = self._power(price[members], members) * self.fits[:, None, :]

    def _power(self, price: Floats, variants: Ints) -> Floats:
        """exp(utility) of prices for variants: cautions x variants."""
        shop = self.shop
        slope = shop.sensitivity[variants] * np.log(price / shop.reference[variants])
        result: Floats = np.exp(shop.appeal[variants] - _CAUTIONS[:, None] * slope)
        return result

    def rates(self) -> Floats:
        """Expected choices per considered need (of any kind) of each member."""
        total = self.power.sum(axis=2, keepdims=True) + self.leave
        result: Floats = (self.power / total * self.mass[:, :, None]).sum(axis=(0, 1))
        return result * self.weight

    def curve(self, variant: int, prices: Floats) -> Floats:
        """Expected choices of one variant at several own prices, all others as they are."""
        place = int(np.flatnonzero(self.members == variant)[0])
        others = self.power.sum(axis=2) - self.power[:, :, place] + self.leave
        own = self._power(prices, np.full(len(prices), variant))[None]
        own = own * self.fits[:, place][:, None, None]
        share = own / (others[:, :, None] + own)
        result: Floats = (share * self.mass[:, :, None]).sum(axis=(0, 1)) * self.weight
        return result
