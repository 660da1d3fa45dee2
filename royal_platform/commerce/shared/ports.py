"""Time as a store knows it: the only clock that business rules may read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    """Business time of one store: wall time, or the world's time for the sandbox."""

    @property
    def timezone(self) -> str:
        """IANA name of the zone in which the merchant counts days, e.g. ``Europe/Berlin``."""
        ...

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def local_day(self, at: datetime) -> date:
        """The merchant's calendar day in which the aware moment ``at`` falls."""
        ...
