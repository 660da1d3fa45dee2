"""Who comes to the shop and when: cohorts, purchase rates, lifetimes and visits.

Rates are Gamma over customers and drop-out after a visit is Beta (the BG/NBD skeleton of Fader,
Hardie and Lee, 2005). All of it is settled when a customer is won: whether they *buy* depends on
prices and stock, whether they *come* does not, so two runs of one seed see the same visits.
"""

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

import numpy as np

from store_sandbox.world import catalogue
from store_sandbox.world.calendar import CEILING, hours_of_day, intensity, need_seasons
from store_sandbox.world.draws import Floats, Ints, normals, poisson, uniform, uniforms
from store_sandbox.world.facts import Person

WON_PER_DAY = 62.0  # customers won on an average day, before thinning by the day's mood
WARM_UP_DAYS = 540  # cohorts won before the history, so that day one is an ordinary day
MEAN_RATE = 1 / 75.0  # visits per day of an average customer
MAX_VISITS = 40
PEOPLE_PER_DAY = 1000
_PLACES = list(accumulate(place[3] for place in catalogue.PLACES))
MAX_NEEDS = 4

# kinds of customers: leisure rider, dressage, jumping, yard owner; multipliers per need
_KINDS = np.array([0.46, 0.22, 0.20, 0.12])
_TASTES = np.array([
    [1.0, 1.0, 1.1, 0.8, 0.9, 1.1, 1.0, 1.1, 1.0, 0.9, 0.9, 1.1],
    [1.3, 1.6, 0.8, 1.2, 1.0, 1.2, 1.1, 0.8, 0.9, 0.5, 1.3, 0.8],
    [1.1, 1.1, 0.8, 2.0, 1.4, 1.1, 1.1, 0.8, 0.9, 0.5, 1.5, 0.8],
    [0.7, 0.7, 1.5, 0.7, 0.5, 0.5, 0.6, 1.3, 1.8, 2.8, 0.6, 1.4],
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers won on one day, as rows; `visits` are (offset in days, row, visit number)."""

    day: date
    horse: Floats  # quantile of the horse's size
    rider: Floats  # quantile of the rider's size
    kind: Ints
    caution: Floats  # multiplies every price sensitivity
    visits: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Visits:
    """All visits of a day in order of time; needs are flat arrays sorted by visit."""

    day: date
    hour: Floats
    who: tuple[tuple[date, int], ...]  # (cohort day, row)
    first: tuple[bool, ...]
    need_visit: Ints
    need: Ints
    horse: Floats  # of each need's buyer
    rider: Floats
    caution: Floats
    amount: Floats  # uniform that decides how many units
    starts: Ints  # index of each visit's first need, one more at the end


class Calendar:
    """The visits of every day of one seed; cohorts are drawn as far as days are asked for."""

    def __init__(self, seed: int, origin: date) -> None:
        self.seed = seed
        self.origin = origin
        self._drawn_to = origin - timedelta(days=WARM_UP_DAYS)
        self._cohorts: dict[date, Cohort] = {}
        self._due: dict[date, list[tuple[date, int, int]]] = defaultdict(list)

    def visits(self, day: date) -> Visits:
        """Who comes on `day`, at which local hour, looking for what."""
        while self._drawn_to <= day:
            self._win(self._drawn_to)
            self._drawn_to += timedelta(days=1)
        due = self._due.get(day, [])
        mood = intensity(self.seed, day, self.origin) / CEILING
        u = uniforms(self.seed, "visit", day, len(due), 3)
        hours = hours_of_day(u[:, 1])
        coming = [i for i in np.argsort(hours, kind="stable") if u[i, 0] < mood]
        wants = uniforms(self.seed, "needs", day, len(due), MAX_NEEDS, 3)
        who = [due[i] for i in coming]
        return self._arrange(day, who, hours[coming], u[coming, 2], wants[coming])

    def _win(self, day: date) -> None:
        cohort = _cohort(self.seed, day)
        self._cohorts[day] = cohort
        for offset, row, number in cohort.visits:
            later = day + timedelta(days=offset)
            if later >= self.origin:
                self._due[later].append((day, row, number))

    def _arrange(
        self,
        day: date,
        due: list[tuple[date, int, int]],
        hours: Floats,
        wish: Floats,
        wants: Floats,
    ) -> Visits:
        counts = 1 + np.minimum(MAX_NEEDS - 1, (np.log(wish) / np.log(0.42)).astype(int))
        cohorts = [self._cohorts[won] for won, _, _ in due]
        rows = [row for _, row, _ in due]
        chances = need_seasons(day) * _TASTES
        ends = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)
        kinds = np.array([c.kind[r] for c, r in zip(cohorts, rows, strict=True)], dtype=np.int64)
        visit = np.repeat(np.arange(len(due)), counts)
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        place = np.arange(len(visit)) - starts[visit]
        drawn = wants[visit, place]
        need = (drawn[:, :1] > ends[kinds[visit]]).sum(axis=1).clip(0, len(catalogue.NEEDS) - 1)
        people = np.array(
            [(c.horse[r], c.rider[r], c.caution[r]) for c, r in zip(cohorts, rows, strict=True)]
        ).reshape(-1, 3)[visit]
        return Visits(
            day=day,
            hour=hours,
            who=tuple((won, row) for won, row, _ in due),
            first=tuple(number == 0 for _, _, number in due),
            need_visit=visit,
            need=need,
            horse=people[:, 0],
            rider=people[:, 1],
            caution=people[:, 2],
            amount=drawn[:, 1],
            starts=starts,
        )


def _cohort(seed: int, day: date) -> Cohort:
    size = poisson(uniform(seed, "won", day), WON_PER_DAY)
    u = uniforms(seed, "customer", day, size, 5)
    z = normals(seed, "customer rate", day, size, 2)
    rate = MEAN_RATE * z[:, 0] ** 2  # Gamma with shape 1/2: half a chi-square
    dropout = 1.0 - (1.0 - u[:, 0]) ** (1.0 / 2.6)  # Beta(1, 2.6)
    stays = np.log(u[:, 1]) / np.log1p(-np.minimum(dropout, 0.9999))
    visits = np.minimum(MAX_VISITS, 1 + stays.astype(int))
    pauses = -np.log(uniforms(seed, "pauses", day, size, MAX_VISITS))
    gaps = 1.0 + pauses / np.maximum(rate, 1e-6)[:, None]
    offsets = np.concatenate([np.zeros((size, 1)), np.cumsum(gaps, axis=1)], axis=1)
    listed = [
        (int(offsets[row, number]), row, number)
        for row in range(size)
        for number in range(int(visits[row]))
        if offsets[row, number] < 4000
    ]
    return Cohort(
        day=day,
        horse=u[:, 2],
        rider=u[:, 3],
        kind=np.searchsorted(np.cumsum(_KINDS), u[:, 4]).clip(0, 3),
        caution=np.exp(0.25 * z[:, 1] - 0.03),
        visits=tuple(listed),
    )


@lru_cache(maxsize=2_000)
def _people(seed: int, day: date) -> Floats:
    return uniforms(seed, "person", day, PEOPLE_PER_DAY, 7)


@lru_cache(maxsize=20_000)
def person(seed: int, day: date, row: int) -> Person:
    """Name, address and consent of a customer: theirs for ever, whenever they first buy."""
    u = _people(seed, day)[row].tolist()
    first = catalogue.FIRST_NAMES[int(u[0] * len(catalogue.FIRST_NAMES))]
    last = catalogue.LAST_NAMES[int(u[1] * len(catalogue.LAST_NAMES))]
    city, postal_code, country, _ = catalogue.PLACES[bisect(_PLACES, u[2] * _PLACES[-1])]
    street = catalogue.STREETS[int(u[3] * len(catalogue.STREETS))]
    name = f"{first}.{last.replace(' ', '')}".lower()
    return Person(
        key=f"{day}/{row}",
        first_name=first,
        last_name=last,
        email=f"{name}.{day:%y%m%d}{row}@example.com",
        street=f"{street} {1 + int(u[4] * 180)}",
        city=city,
        postal_code=postal_code,
        country=country,
        subscribed=bool(u[5] < 0.46),
        client_ip=f"198.51.100.{1 + int(u[6] * 253)}",
    )
