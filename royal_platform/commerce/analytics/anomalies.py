"""Which of many metrics had a day that chance does not explain."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from royal_platform.commerce.forecasting.model import Flags

# Of what is told, the share that chance alone may have made, over all metrics of one day.
FALSE_SHARE = 0.05


def surprising(probabilities: Sequence[float], share: float = FALSE_SHARE) -> Flags:
    """Which are too improbable for chance, so that at most ``share`` of those told are false.

    Benjamini and Yekutieli (2001), which holds however the metrics hang together. nan = not
    judged: it is never told and does not count.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    told = np.zeros(len(p), dtype=np.bool_)
    judged = np.flatnonzero(np.isfinite(p))
    if judged.size == 0:
        return told
    order = judged[np.argsort(p[judged], kind="stable")]
    ranks = np.arange(1, order.size + 1)
    limit = share * ranks / (order.size * np.sum(1.0 / ranks))
    below = np.flatnonzero(p[order] <= limit)
    if below.size:
        told[order[: below[-1] + 1]] = True
    return told
