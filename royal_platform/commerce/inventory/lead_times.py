"""What deliveries teach about a supplier's lead time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from royal_platform.commerce.inventory.model import SupplyTerms

# What was entered or assumed counts as much as this many deliveries.
_PRIOR_DELIVERIES = 3
_TENTH = Decimal("0.1")


def learned(terms: SupplyTerms, observed_days: Sequence[float]) -> SupplyTerms:
    """``terms`` with the lead time that its own number and the observed ones say together.

    The mean and the variance of a normal-gamma posterior (DeGroot 1970, 9.6): a handful of
    deliveries moves an assumption, and many replace it. Days may be fractions, not negative.
    """
    seen = [days for days in observed_days if math.isfinite(days) and days >= 0]
    if not seen:
        return terms
    prior, spread = float(terms.lead_time_days), float(terms.lead_time_sd_days)
    count, weight = len(seen), _PRIOR_DELIVERIES
    mean = sum(seen) / count
    within = sum((days - mean) ** 2 for days in seen)
    apart = weight * count / (weight + count) * (mean - prior) ** 2
    variance = (weight * spread**2 + within + apart) / (weight + count)
    posterior = (weight * prior + count * mean) / (weight + count)
    return replace(
        terms,
        lead_time_days=_days(posterior),
        lead_time_sd_days=_days(math.sqrt(variance)),
        observed=count,
    )


def _days(value: float) -> Decimal:
    return Decimal(f"{value:.3f}").quantize(_TENTH)
