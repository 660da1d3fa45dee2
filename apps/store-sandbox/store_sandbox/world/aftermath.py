"""What follows an order: shipping, second thoughts, returns, goodwill; settled at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store_sandbox.world.calendar import ZONE, at_local, local_day, next_workday
from store_sandbox.world.facts import Line
from store_sandbox.world.shop import Shop

DRAWS = 40  # uniforms reserved for one order


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that will happen to an order: kind is ship, cancel or refund."""

    at: datetime
    kind: str
    lines: tuple[tuple[int, int, bool], ...] = ()  # (line, quantity, restocked)
    goodwill: int = 0
    note: str = ""


def follow(shop: Shop, at: datetime, lines: tuple[Line, ...], u: Sequence[float]) -> list[Followed]:
    """Everything that will follow an honest order placed at `at`; `u` has DRAWS uniforms."""
    if u[0] < 0.013:
        everything = tuple((i, line.quantity, True) for i, line in enumerate(lines))
        late = at + timedelta(minutes=10 + int(100 * u[1]))
        return [Followed(late, "cancel", everything, note="Cancelled")]
    shipped = shipping_time(at, float(u[2]))
    result = [Followed(shipped, "ship")]
    returned = []
    for place, line in enumerate(lines):
        chance, part, shelf = u[8 + place], u[16 + place], u[24 + place]
        if chance < shop.return_rate[line.variant]:
            quantity = line.quantity if part < 0.7 else 1
            returned.append((place, quantity, bool(shelf < 0.87)))
    if returned:
        back = _office_hour(shipped + timedelta(days=6 + int(18 * u[3])), float(u[4]))
        result.append(Followed(back, "refund", tuple(returned), note="Return"))
    elif u[5] < 0.008:
        amount = max(100, round(0.1 * sum(line.total for line in lines) / 50) * 50)
        sorry = _office_hour(shipped + timedelta(days=3), float(u[4]))
        result.append(Followed(sorry, "refund", goodwill=amount, note="Goodwill"))
    return result


def shipping_time(at: datetime, u: float) -> datetime:
    """Ordered before eleven on a workday ships that afternoon, else on the next workday."""
    local = at.astimezone(ZONE)
    day = local.date()
    if day.weekday() >= 5 or local.hour >= 11:
        day = next_workday(day)
    return at_local(day, 13.5 + 3.5 * u)


def _office_hour(at: datetime, u: float) -> datetime:
    day = local_day(at)
    if day.weekday() >= 5:
        day = next_workday(day)
    return at_local(day, 9.0 + 7.5 * u)
