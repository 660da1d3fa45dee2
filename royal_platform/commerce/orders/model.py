"""Sales of a variant, aggregated to the merchant's days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class VariantDay:
    """One variant's sales on one store-local day.

    ``revenue`` is after discounts and, where the store's prices include tax, with tax;
    ``returned_units`` counts units refunded on this day, whenever they were sold. ``gross`` is
    the same revenue before discounts, None where it is not known: it shows the asked price, which
    a customer's discount code does not move.
    """

    variant_id: str
    day: date
    units: int
    revenue: Decimal
    returned_units: int = 0
    gross: Decimal | None = None
