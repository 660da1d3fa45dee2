"""A store's stock against its forecast: every judged variant's figures, computed once a pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Floats, Forecast, Integers
from royal_platform.commerce.inventory import calendar, rules
from royal_platform.commerce.inventory.model import (
    PurchaseOrder,
    StockLevel,
    SupplyTerms,
    Unseen,
)
from royal_platform.commerce.inventory.terms import assumed


@dataclass(frozen=True, slots=True)
class Weighed:
    """The variants that could be judged, as rows of equal arrays, and those that could not.

    ``position`` is available plus on its way; ``wanted`` what the levels ask to order now;
    ``expected`` and ``cumulative_sd`` the weekly forecast; ``forecast_row`` its row there.
    """

    variants: tuple[Variant, ...]
    stock: tuple[tuple[StockLevel, ...], ...]
    terms: tuple[SupplyTerms, ...]
    available: Integers
    position: Integers
    forecast_row: Integers
    expected: Floats
    cumulative_sd: Floats
    supply: rules.Supply
    levels: rules.Levels
    wanted: Integers
    unseen: tuple[Unseen, ...]
    forecast: Forecast
    policy: Policy
    store: StoreTerms
    now: datetime
    today: date

    @property
    def service(self) -> float:
        """The wanted probability of no stock-out, 0 to 1."""
        return service_level(self.policy)


def weigh_stock(
    variants: Sequence[Variant],
    forecast: Forecast,
    levels: Sequence[StockLevel],
    policy: Policy,
    *,
    store: StoreTerms,
    now: datetime,
    today: date,
    on_order: Sequence[PurchaseOrder] = (),
    terms: Mapping[str, SupplyTerms] | None = None,
) -> Weighed:
    """Judge every active variant that the store counts and the forecast knows.

    ``terms`` holds a supplier's terms by variant; where absent the policy's lead time is assumed
    and named as an assumption. ``today`` is the store-local day of ``now``.
    """
    stock: dict[str, list[StockLevel]] = defaultdict(list)
    for level in levels:
        stock[level.variant_id].append(level)
    rows = {variant_id: row for row, variant_id in enumerate(forecast.variant_ids)}
    known = np.isfinite(np.hstack([forecast.expected, forecast.cumulative_sd]))
    usable = np.asarray(known.all(axis=1))
    judged: list[Variant] = []
    unseen: list[Unseen] = []
    for variant in variants:
        if variant.status.lower() != "active" or variant.id not in rows:
            continue
        blind = _blind(variant, stock[variant.id], store, usable=bool(usable[rows[variant.id]]))
        if blind is None:
            judged.append(_priced_here(variant, (terms or {}).get(variant.id), store))
        else:
            unseen.append(blind)
    row = np.array([rows[variant.id] for variant in judged], dtype=np.int64)
    held = tuple(tuple(stock[variant.id]) for variant in judged)
    available = np.array([rules.total_available(each) or 0 for each in held], dtype=np.int64)
    position = available + _coming(judged, held, on_order)
    start = assumed(policy)
    agreed = tuple((terms or {}).get(variant.id, start) for variant in judged)
    supply = _supply(judged, agreed, today)
    expected, spread = forecast.expected[row], forecast.cumulative_sd[row]
    found = rules.reorder_levels(expected, spread, supply, service_level(policy))
    return Weighed(
        tuple(judged), held, agreed, available, position, row, expected, spread, supply, found,
        rules.wanted_now(position, expected, found, supply), tuple(unseen),
        forecast, policy, store, now, today,
    )  # fmt: skip


def service_level(policy: Policy) -> float:
    """The policy's service level as a probability strictly between 0 and 1."""
    return min(max(float(policy.service_level_percent) / 100, 0.01), 0.9999)


def _priced_here(variant: Variant, terms: SupplyTerms | None, store: StoreTerms) -> Variant:
    """With the cost that holds: as a supplier offers it, else as the store has it noted.

    A cost in other money than the store's says nothing here: it counts as unknown.
    """
    if terms is not None and terms.unit_cost is not None:
        return replace(variant, unit_cost=terms.unit_cost)
    cost = variant.unit_cost
    if cost is None or cost.currency == store.currency:
        return variant
    return replace(variant, unit_cost=None)


def _blind(
    variant: Variant, levels: Sequence[StockLevel], store: StoreTerms, *, usable: bool
) -> Unseen | None:
    if not variant.tracked:
        return Unseen(
            variant.id, variant.title, "untracked",
            "The store does not track its quantity, so its stock cannot be seen.",
        )  # fmt: skip
    if rules.total_available(levels) is None:
        return Unseen(
            variant.id, variant.title, "no_level", "No location reports a quantity for it."
        )
    if variant.price.currency != store.currency:
        return Unseen(
            variant.id, variant.title, "currency_mismatch",
            f"It is priced in {variant.price.currency}, the store in {store.currency}.",
        )  # fmt: skip
    if not usable:
        return Unseen(variant.id, variant.title, "no_forecast", "Its forecast is not a number.")
    return None


def _coming(
    variants: Sequence[Variant],
    stock: Sequence[Sequence[StockLevel]],
    on_order: Sequence[PurchaseOrder],
) -> Integers:
    """Units on their way. The store may already count our order as incoming: never the sum."""
    ours: dict[str, int] = defaultdict(int)
    for order in on_order:
        ours[order.variant_id] += order.outstanding
    return np.array(
        [
            max(sum(level.incoming or 0 for level in levels), ours[variant.id])
            for variant, levels in zip(variants, stock, strict=True)
        ],
        dtype=np.int64,
    )


def _supply(variants: Sequence[Variant], terms: Sequence[SupplyTerms], today: date) -> rules.Supply:
    added: dict[SupplyTerms, int] = {}
    for each in terms:
        if each not in added:
            added[each] = calendar.added_days(today, float(each.lead_time_days), each.calendar)
    cost = np.array([float(v.unit_cost.amount) if v.unit_cost else np.nan for v in variants])
    price = np.array([float(variant.price.amount) for variant in variants])
    late = np.array([added[each] for each in terms], dtype=float)
    return rules.supply_of(terms, late, cost, price - cost)
