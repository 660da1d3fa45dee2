"""A supplier's calendar: on which days it takes orders and delivers."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.inventory.model import SupplierCalendar

Days = npt.NDArray[np.datetime64]


def working_day(days: Days, calendar: SupplierCalendar, *, before: bool = False) -> Days:
    """Each day, or the nearest working day after it (``before``: not after it)."""
    return np.asarray(
        np.busday_offset(
            days.astype("datetime64[D]"), 0, roll="backward" if before else "forward",
            weekmask=list(calendar.weekdays), holidays=list(calendar.holidays),
        )
    )  # fmt: skip


def added_days(today: date, lead_days: float, calendar: SupplierCalendar) -> int:
    """Days that closed days add to a delivery ordered ``today`` with that lead time.

    An order waits for the first working day; a delivery due on a closed day comes on the next.
    """
    start = np.array([today], dtype="datetime64[D]")
    taken = working_day(start, calendar)
    arrived = working_day(taken + round(lead_days), calendar)
    return int((arrived - start)[0].astype(int)) - round(lead_days)
