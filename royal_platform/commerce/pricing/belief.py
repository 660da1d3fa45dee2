"""What a store's past says of how buyers mind its prices, pooled in one way for every reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from royal_platform.commerce.catalog.model import Collection, DiscountRun, Variant
from royal_platform.commerce.forecasting.model import Flags, Panel
from royal_platform.commerce.pricing.campaigns import running_weeks
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.kin import Kin, by_collection
from royal_platform.commerce.pricing.model import Elasticity


@dataclass(frozen=True, slots=True)
class Belief:
    """Elasticities with the groups they are pooled in and the panel's promoted weeks.

    ``promoted`` is None where the store's discounts are not told.
    """

    elasticity: Elasticity
    kin: Kin
    promoted: Flags | None


def believe(
    panel: Panel,
    variants: Sequence[Variant],
    collections: Sequence[Collection],
    discounts: Sequence[DiscountRun] | None,
) -> Belief:
    """Read the panel of ``variants``: pooled from the variant over product and group to the store.

    A product's group is its smallest telling collection, its product type without one; weeks of
    the store's passing ``discounts`` are not read as an answer to prices.
    """
    kin = by_collection(panel, variants, collections)
    promoted = None if discounts is None else running_weeks(panel.weeks, discounts)
    return Belief(elasticities(panel, kin=kin, running=promoted), kin, promoted)
