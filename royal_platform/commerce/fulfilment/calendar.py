"""Cut-off times and working days, in the merchant's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Workdays:
    """When orders are worked on: an order before ``cutoff_hour`` of a working day starts that day.

    ``weekdays`` are 0 (Monday) to 6, at least one; ``closed`` are days off besides. ``handling``
    working days pass before a parcel leaves our own shelf, ``transit`` until it arrives.
    """

    zone: ZoneInfo
    cutoff_hour: int = 11
    weekdays: frozenset[int] = frozenset(range(5))
    closed: frozenset[date] = frozenset()
    handling: int = 0
    transit: int = 2

    def is_open(self, day: date) -> bool:
        """True on a working day."""
        return day.weekday() in self.weekdays and day not in self.closed

    def start(self, at: datetime) -> date:
        """The working day on which an order that came in ``at`` is begun."""
        local = at.astimezone(self.zone)
        day = local.date()
        if self.is_open(day) and local.hour < self.cutoff_hour:
            return day
        return self.after(day, 1)

    def after(self, day: date, working_days: int) -> date:
        """The day that many working days later."""
        left = working_days
        while left > 0:
            day += _DAY
            left -= self.is_open(day)
        return day

    def end_of(self, day: date) -> datetime:
        """The moment that day is over."""
        return datetime.combine(day + _DAY, time(), self.zone)

    def own_promise(self, at: datetime) -> datetime:
        """When an order that came in ``at`` arrives from our own shelf, at the latest."""
        return self.end_of(self.after(self.start(at), self.handling + self.transit))

    def supplier_promise(
        self, at: datetime, lead_days: int, supplier: Workdays | None = None
    ) -> datetime:
        """When it arrives from a supplier that needs so many days from an order placed ``at``.

        It is begun by the days and the cut-off of the ``supplier`` where it has its own. An
        arrival on a closed day is one on the next working day.
        """
        day = (supplier or self).start(at) + timedelta(days=lead_days)
        return self.end_of(day if self.is_open(day) else self.after(day, 1))
