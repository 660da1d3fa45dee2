"""One agent's record for one kind of decision: pooled effects, calibration, promotion, demotion.

Pooling is normal-normal empirical Bayes (Efron and Morris 1975) on effects relative to their
scale, the spread between decisions by moments (DerSimonian and Laird 1986), the interval with the
adjustment of Hartung and Knapp (2001); shares of hits have Wilson intervals (1927).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from royal_platform.commerce.decisions.model import Autonomy
from royal_platform.commerce.effects.model import Calibration, Condition, Pooled, Record, Told
from royal_platform.commerce.effects.rules import Z80
from royal_platform.commerce.forecasting.model import Floats

MIN_MEASURED = 20
COVERAGE_LOW, COVERAGE_HIGH = 0.70, 0.90
# Fewer say too little to take something away.
MIN_TO_DEMOTE = 8
_ROUNDS = 50


def pool(told: Sequence[Told]) -> Pooled | None:
    """The mean effect of a decision and their sum; None without a measured one."""
    if not told:
        return None
    estimate, sd, shared, scale = (
        np.array([getattr(each, name) for each in told])
        for name in ("estimate", "sd", "shared_sd", "scale")
    )
    groups = [each.group for each in told]
    relative = estimate / scale
    own = (sd**2 - shared**2).clip(min=1e-12) / scale**2
    between = _between(relative, own)
    weight = 1 / (own + between)
    weight /= weight.sum()
    mean = float((weight * relative).sum())
    variance = _mean_variance(relative, own + between, weight, mean)
    variance += _shared_variance(weight * shared / scale, groups)
    typical = float(scale.mean())
    half = _quantile(len(told) - 1) * math.sqrt(variance) * typical
    total = float(estimate.sum())
    sum_variance = float((sd**2 - shared**2).clip(min=0).sum()) + _shared_variance(shared, groups)
    sum_half = Z80 * math.sqrt(sum_variance)
    return Pooled(
        measured=len(told),
        mean=mean * typical,
        low=mean * typical - half,
        high=mean * typical + half,
        total=total,
        total_low=total - sum_half,
        total_high=total + sum_half,
        spread=math.sqrt(between) * typical,
    )


def is_inside(each: Told) -> bool:
    """Whether the predicted 80 % interval, widened by the measurement's own error, held it.

    Without the widening a perfect forecast would look wrong: what is measured is the effect plus
    the luck of a few weeks, and only the effect was predicted.
    """
    side = (
        each.predicted_high - each.predicted
        if each.estimate > each.predicted
        else each.predicted - each.predicted_low
    )
    return abs(each.estimate - each.predicted) <= math.hypot(max(side, 0.0), Z80 * each.sd)


def calibrate(told: Sequence[Told]) -> Calibration | None:
    """How often predictions held; None without a measured one."""
    if not told:
        return None
    inside = sum(is_inside(each) for each in told)
    low, high = wilson(inside, len(told))
    predicted = [(each.predicted_high - each.predicted_low) / 2 for each in told]
    noise = sum((Z80 * each.sd) ** 2 for each in told)
    width = noise + sum(half**2 for half in predicted)
    return Calibration(
        measured=len(told),
        inside=inside,
        share=inside / len(told),
        share_low=low,
        share_high=high,
        predicted=sum(each.predicted for each in told) / len(told),
        realised=sum(each.estimate for each in told) / len(told),
        noise_share=noise / width if width > 0 else 0.0,
    )


def wilson(hits: int, trials: int, z: float = Z80) -> tuple[float, float]:
    """Wilson's interval (80 % by default) of a share; (0, 1) without a trial."""
    if trials <= 0:
        return 0.0, 1.0
    share = hits / trials
    centre = share + z**2 / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    below = 1 + z**2 / trials
    # Rounding must not put the share itself outside.
    return (
        max(min((centre - half) / below, share), 0.0),
        min(max((centre + half) / below, share), 1.0),
    )


def judge_record(
    told: Sequence[Told],
    *,
    rules_broken: int,
    now_at: Autonomy,
    broken_since: int,
    news: int,
    is_gain: bool = True,
) -> Record:
    """What a record recommends and what follows from it.

    ``rules_broken`` counts the record's whole time, ``broken_since`` and ``news`` (newly measured
    effects) only since the level was last set: without news nothing is taken away again. Where
    more of what is measured ``is_gain`` to nobody, as with an elasticity that a test read, nothing
    is pooled or added up and acting alone is never recommended: only the predictions are judged.
    """
    pooled, calibration = pool(told) if is_gain else None, calibrate(told)
    conditions = _conditions(pooled, calibration, rules_broken, is_gain=is_gain)
    earned = is_gain and now_at is Autonomy.PROPOSE and all(each.met for each in conditions)
    why = None
    if now_at is Autonomy.AUTO:
        why = _why_demote(pooled, calibration, broken_since, news)
    return Record(
        pooled=pooled,
        calibration=calibration,
        rules_broken=rules_broken,
        conditions=conditions,
        recommended=Autonomy.AUTO if earned else None,
        demote_to=None if why is None else Autonomy.PROPOSE,
        why=why,
    )


def _conditions(
    pooled: Pooled | None, calibration: Calibration | None, rules_broken: int, *, is_gain: bool
) -> tuple[Condition, ...]:
    measured = 0 if calibration is None else calibration.measured
    share = None if calibration is None else calibration.share
    low = None if pooled is None else pooled.low
    gain = Condition(
        "effect", low is not None and low > 0, "" if low is None else f"{low:.2f}", "0"
    )
    return (
        Condition("measured", measured >= MIN_MEASURED, str(measured), str(MIN_MEASURED)),
        Condition(
            "coverage",
            share is not None and COVERAGE_LOW <= share <= COVERAGE_HIGH,
            "" if share is None else f"{share * 100:.0f}",
            f"{COVERAGE_LOW * 100:.0f}-{COVERAGE_HIGH * 100:.0f}",
        ),
        *([gain] if is_gain else []),
        Condition("rules", rules_broken == 0, str(rules_broken), "0"),
    )


def _why_demote(
    pooled: Pooled | None, calibration: Calibration | None, broken_since: int, news: int
) -> str | None:
    if broken_since:
        return f"The gate denied {broken_since} of its proposals since it was let act alone."
    if calibration is None or not news or calibration.measured < MIN_TO_DEMOTE:
        return None
    if pooled is not None and pooled.high < 0:
        return (
            f"{pooled.measured} measured decisions did harm: {pooled.mean:.2f} each, 80 % interval "
            f"{pooled.low:.2f} to {pooled.high:.2f}."
        )
    if calibration.share_high < COVERAGE_LOW:
        return (
            f"Its 80 % intervals held only {calibration.inside} of {calibration.measured} outcomes."
        )
    return None


def _between(relative: Floats, own: Floats) -> float:
    """Variance between decisions beyond their own errors, by moments (iterated)."""
    between = 0.0
    if len(relative) < 2:
        return between
    for _ in range(_ROUNDS):
        weight = 1 / (own + between)
        mean = (weight * relative).sum() / weight.sum()
        excess = (weight**2 * ((relative - mean) ** 2 - own)).sum() / (weight**2).sum()
        following = max(float(excess), 0.0)
        if abs(following - between) <= 1e-9 * max(between, 1e-9):
            break
        between = following
    return between


def _mean_variance(relative: Floats, variance: Floats, weight: Floats, mean: float) -> float:
    """Variance of the weighted mean: by its spread, never below what the single errors say."""
    plain = 1 / float((1 / variance).sum())
    if len(relative) < 2:
        return plain
    seen = float((weight * (relative - mean) ** 2).sum()) / (len(relative) - 1)
    return max(plain, seen)


def _shared_variance(parts: Floats, groups: Sequence[str]) -> float:
    """Errors that a group has in common add up before they are squared."""
    sums: dict[str, float] = defaultdict(float)
    for part, group in zip(parts, groups, strict=True):
        sums[group] += float(part)
    return sum(total**2 for total in sums.values())


def _quantile(freedom: int) -> float:
    """The 90 % quantile of Student's t (Cornish and Fisher 1937); one effect has the normal's."""
    if freedom < 1:
        return Z80
    z = Z80
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )
