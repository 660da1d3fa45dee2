"""The weekly panel of a store's sales, and forecasts over it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

SERIES_CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new")
DAYS_OF_A_WEEK = 7
Level = Literal["product", "category", "collection"]


@dataclass(frozen=True, slots=True)
class Groups:
    """Sets of variants of one ``level``; they may overlap, and leave variants out.

    Row ``rows[k]`` of the panel belongs to ``ids[group[k]]``.
    """

    level: Level
    ids: tuple[str, ...]
    rows: Integers
    group: Integers


@dataclass(frozen=True, slots=True)
class Panel:
    """Weekly figures, variants by weeks, for complete weeks only (Monday to Sunday, store-local).

    - ``units``: sold; ``revenue``: after discounts, in the store's currency; ``returned``: units;
    - ``in_stock``: share of the week's days with stock, 0 to 1, 1 where nothing speaks against it;
    - ``alive``: the variant existed already;
    - ``price``: mean price asked, before discounts, also over gaps with one price on both sides;
      nan where unknown;
    - ``category``: index into ``categories`` (product types); ``product``: equal for variants of
      one product, None where each variant stands alone;
    - ``seen_stockouts``: share of out-of-stock days that snapshots saw (the rest is inferred);
    - ``weekday``: shares of a week's units by day, Monday first (category, 7), None where unknown;
    - ``groups``: what else is forecast as a sum of its variants.
    """

    variant_ids: tuple[str, ...]
    weeks: tuple[date, ...]
    units: Floats
    revenue: Floats
    returned: Floats
    in_stock: Floats
    alive: Flags
    price: Floats
    category: Integers
    categories: tuple[str, ...]
    seen_stockouts: float = 0.0
    product: Integers | None = None
    weekday: Floats | None = None
    groups: tuple[Groups, ...] = ()

    @property
    def weekday_shares(self) -> Floats:
        """How a week's units fall on its days (category, 7); equal where that is not known."""
        if self.weekday is not None:
            return self.weekday
        return np.full((len(self.categories), DAYS_OF_A_WEEK), 1 / DAYS_OF_A_WEEK)

    @property
    def demand(self) -> Floats:
        """Units per week had there been stock all week; nan where too few days say so."""
        return corrected(self.units, self.in_stock, self.alive)

    def until(self, weeks: int) -> Panel:
        """The panel as it was after its first ``weeks`` weeks."""
        grids = ("units", "revenue", "returned", "in_stock", "alive", "price")
        return replace(
            self,
            weeks=self.weeks[:weeks],
            **{name: getattr(self, name)[:, :weeks] for name in grids},
        )

    def row(self, variant_id: str) -> int:
        """The row of a variant. Raises ``ValueError`` for one the panel does not have."""
        return self.variant_ids.index(variant_id)


@dataclass(frozen=True, slots=True)
class Days:
    """Sales by store-local day, variants by days from ``first`` on.

    ``units`` sold; ``gross`` asked for them before discounts and ``revenue`` paid, in the store's
    currency; ``out`` marks days without stock, seen or inferred.
    """

    variant_ids: tuple[str, ...]
    first: date
    units: Floats
    gross: Floats
    revenue: Floats
    out: Flags


@dataclass(frozen=True, slots=True)
class Sums:
    """Forecasts of the groups of one level, by coming weeks; ``expected`` adds up its members.

    The bounds hold 80 % of the groups' weeks.
    """

    level: Level
    ids: tuple[str, ...]
    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected weekly demand with 80 % intervals, variants by coming weeks.

    ``expected``/``low``/``high`` are units per week; ``total_*`` the store's (``total_expected``
    is the sum over the variants). ``cumulative_sd`` is the standard deviation of the demand over
    the first 1, 2, ... weeks. ``method`` names what was chosen for each variant; ``scored`` the
    number of past forecasts behind its interval, 0 where it is assumed instead of measured.
    ``series_class`` is one of ``SERIES_CLASSES``. ``groups`` has the panel's; the levels agree
    because all are sums of variants. ``weekday`` (variant, 7): how a week falls on its days.
    """

    variant_ids: tuple[str, ...]
    weeks: tuple[date, ...]
    expected: Floats
    low: Floats
    high: Floats
    cumulative_sd: Floats
    total_expected: Floats
    total_low: Floats
    total_high: Floats
    method: tuple[str, ...]
    scored: Integers
    seasonal: bool
    series_class: tuple[str, ...]
    groups: tuple[Sums, ...]
    weekday: Floats

    @property
    def daily(self) -> Floats:
        """Expected units by day, variants by days from the first week's Monday on."""
        by_day = self.expected[:, :, None] * self.weekday[:, None, :]
        return by_day.reshape(len(self.expected), -1)


# With fewer days in stock than this in a week, scaling up says more about luck than demand.
MIN_SHARE_IN_STOCK = 3 / 7


def corrected(units: Floats, in_stock: Floats, alive: Flags) -> Floats:
    """Units scaled to a full week in stock; nan where the variant was mostly out or not yet there.

    A week that sold well in few days cannot be scaled without bound: the factor is at most 7/3.
    Units that are no number are unknown; units below zero are none; a share of days that is no
    number says nothing against a full week.
    """
    share = np.where(np.isfinite(in_stock), in_stock, 1.0)
    usable = alive & (share >= MIN_SHARE_IN_STOCK) & np.isfinite(units)
    asked = np.maximum(np.where(usable, units, 0.0), 0.0)
    return np.where(usable, asked / np.clip(share, MIN_SHARE_IN_STOCK, 1.0), np.nan)
