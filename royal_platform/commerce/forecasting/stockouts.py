"""Days without stock that nobody recorded, found in the sales themselves."""

from __future__ import annotations

import numpy as np

from royal_platform.commerce.forecasting.model import Flags, Floats

# exp(-9) = 1 in 8,000: what a run of days without a sale must be less likely than.
_RUN_EVIDENCE = 9.0
_RUN_WINDOW = 28


def infer_stockouts(daily_units: Floats, alive: Flags, in_stock_now: Flags) -> Flags:
    """Days (variants by days) on which a fast mover sold nothing for too long to be chance.

    With a share r of selling days, L days without one have the chance (1 - r)^L; a run is a
    stock-out when that is below exp(-``_RUN_EVIDENCE``). r is the lower one of the 28 days before
    and after, so that a season that ends is not taken for a stock-out. Selling days count, not
    units, because one large order says little; days on which the store sold nothing do not
    count. A run that reaches the last day counts only where no stock is left now.
    """
    out = np.zeros(daily_units.shape, dtype=bool)
    open_days = np.flatnonzero(daily_units.sum(axis=0) > 0)
    sold = daily_units[:, open_days] > 0
    n, days = sold.shape
    totals = np.concatenate([np.zeros((n, 1)), np.cumsum(sold, axis=1)], axis=1)
    edges = np.diff(np.pad((~sold & alive[:, open_days]).astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    before = totals[rows, starts] - totals[rows, np.maximum(starts - _RUN_WINDOW, 0)]
    after_to = np.minimum(ends + _RUN_WINDOW, days)
    after = totals[rows, after_to] - totals[rows, ends]
    open_end = ends == days
    rate_after = np.where(open_end, 1.0, after / np.maximum(after_to - ends, 1))
    rate = np.clip(np.minimum(before / _RUN_WINDOW, rate_after), 0, 0.98)
    hit = -np.log1p(-rate) * (ends - starts) >= _RUN_EVIDENCE
    hit &= ~open_end | ~in_stock_now[rows]
    for row, start, end in zip(rows[hit], starts[hit], ends[hit], strict=True):
        until = open_days[end] if end < days else daily_units.shape[1]
        out[row, open_days[start] : until] = True
    return out
