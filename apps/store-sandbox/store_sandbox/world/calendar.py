"""When people shop: seasons, weekdays, pay-days and hours, in the shop's own time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from store_sandbox.world.catalogue import NEED_SEASONS, NEED_SHARES
from store_sandbox.world.draws import Floats, normal

ZONE = ZoneInfo("Europe/Amsterdam")
YEAR = 365.25
TREND_PER_YEAR = 0.11  # log growth of visits
CEILING = 2.6  # the busiest day a thinned visit process can show, relative to an average day

_WEEKDAYS = (1.02, 0.94, 0.95, 0.98, 0.88, 0.95, 1.28)
_HOURS = (
    0.5, 0.2, 0.1, 0.1, 0.1, 0.3, 1.0, 2.0, 3.0, 4.0, 5.0, 5.2,
    5.5, 5.0, 4.8, 4.6, 4.6, 4.8, 5.4, 7.8, 9.6, 9.2, 6.0, 2.2,
)  # fmt: skip
_HOUR_ENDS = np.cumsum(np.array(_HOURS)) / sum(_HOURS)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A day on which the whole shop is busier, whatever the prices (1.0 = as usual)."""

    name: str
    month: int
    first: int
    last: int
    factor: float


CROWDS = (
    Crowd("black friday week", 11, 24, 30, 1.45),
    Crowd("sinterklaas", 12, 1, 5, 1.25),
    Crowd("christmas gifts", 12, 10, 20, 1.25),
    Crowd("christmas days", 12, 24, 26, 0.45),
    Crowd("start of the show season", 4, 1, 14, 1.12),
    Crowd("summer holidays", 7, 20, 31, 0.88),
    Crowd("world animal day", 10, 2, 4, 1.25),
)


def midnight(day: date) -> datetime:
    """The instant (UTC) at which a local day begins; days of 23 and 25 hours come out right."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def at_local(day: date, hour: float) -> datetime:
    """The instant (UTC) of a local wall time, `hour` as a decimal; whole seconds."""
    wall = datetime.combine(day, time()) + timedelta(seconds=int(hour * 3600))
    return wall.replace(tzinfo=ZONE).astimezone(UTC)


def local_day(at: datetime) -> date:
    """The shop's calendar day of an instant."""
    return at.astimezone(ZONE).date()


def next_workday(day: date) -> date:
    """The first Monday-to-Friday day after `day`."""
    following = day + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    return following


def need_seasons(day: date) -> Floats:
    """How much each need is felt on a day, relative to its yearly share."""
    waves = np.array([wave for wave, _ in NEED_SEASONS])
    peaks = np.array([peak for _, peak in NEED_SEASONS])
    angle = 2.0 * np.pi * (day.timetuple().tm_yday - peaks) / YEAR
    result: Floats = np.array(NEED_SHARES) * np.exp(waves * np.cos(angle) - waves**2 / 4.0)
    return result


def intensity(seed: int, day: date, origin: date) -> float:
    """Expected visits of a day relative to an average day at `origin`."""
    level = float(need_seasons(day).sum() / sum(NEED_SHARES))
    level *= _WEEKDAYS[day.weekday()]
    if 24 <= day.day <= 28:
        level *= 1.16  # Dutch salaries arrive around the 25th
    for crowd in CROWDS:
        if day.month == crowd.month and crowd.first <= day.day <= crowd.last:
            level *= crowd.factor
    level *= float(np.exp(TREND_PER_YEAR * (day - origin).days / YEAR))
    return level * float(np.exp(0.09 * normal(seed, "weather", day)))


def hours_of_day(u: Floats) -> Floats:
    """Uniform draws -> decimal local hours, evenings being the busiest."""
    hour = np.searchsorted(_HOUR_ENDS, u, side="right").clip(0, 23)
    low = np.where(hour > 0, _HOUR_ENDS[hour - 1], 0.0)
    result: Floats = hour + (u - low) / (_HOUR_ENDS[hour] - low)
    return np.minimum(result, 23.9999)
