"""Business time of one store, read from its row: wall time, or the sandbox world's time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# The sandbox tells whole seconds, and an answer takes its time.
_TOLERANCE = timedelta(seconds=2)


def wall_now() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StoreClock:
    """``now`` is wall time, or ``world_at`` plus the wall time passed since times ``rate``.

    A snapshot of the stores row: build a new one per request or step, so that a stepped world is
    noticed. Conforms to ``commerce.shared.ports.Clock``.
    """

    timezone: str
    world_at: datetime | None = None
    wall_at: datetime | None = None
    rate: float = 1.0
    wall: Callable[[], datetime] = field(default=wall_now, repr=False)

    def now(self) -> datetime:
        """The present business moment, aware, in UTC."""
        return self.at(self.wall())

    def at(self, wall: datetime) -> datetime:
        """The business moment at the machine's time ``wall``, both aware, in UTC."""
        if self.world_at is None or self.wall_at is None:
            return wall
        # A wall clock set back must not take business time back with it.
        passed = max(timedelta(0), wall - self.wall_at)
        return self.world_at + passed * self.rate

    def agrees(self, world_at: datetime, wall_at: datetime, rate: float) -> bool:
        """Whether the world's time read at ``wall_at`` is what this clock would have said."""
        if self.world_at is None or self.wall_at is None or rate != self.rate:
            return False
        expected = self.world_at + max(timedelta(0), wall_at - self.wall_at) * rate
        return abs(world_at - expected) <= _TOLERANCE * max(rate, 1.0)

    def local_day(self, at: datetime) -> date:
        """The merchant's calendar day in which the aware moment ``at`` falls."""
        if at.tzinfo is None:
            raise ValueError("times are aware UTC; this one has no zone")
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def local(self, at: datetime) -> datetime:
        """The aware moment ``at`` on the merchant's clock."""
        return at.astimezone(ZoneInfo(self.timezone))

    def today(self) -> date:
        """The merchant's calendar day now."""
        return self.local_day(self.now())

    def day_start(self, day: date) -> datetime:
        """The UTC moment at which the merchant's ``day`` begins."""
        zone = ZoneInfo(self.timezone)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
