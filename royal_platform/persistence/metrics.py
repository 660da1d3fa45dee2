"""The business's figures over store-local days, read from the daily aggregates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from core.errors import Invalid
from royal_platform.persistence.decisions import Decisions
from royal_platform.persistence.figures_of_stock import at_risk
from royal_platform.persistence.policies import Policies
from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.orders import daily_sales

Compare = Literal["previous", "year", "none"]
Grain = Literal["day", "week", "month"]

_DEFAULT_DAYS = 30
_LONGEST_DAYS = 3_660
_SUMS = (
    "gross", "discounts", "returns", "adjustments", "net", "earned", "given_back", "orders",
    "units", "sold", "covered", "cost",
)  # fmt: skip
_LABELS = {
    "gross": ("gross_sales", "Gross sales"),
    "discounts": ("discounts", "Discounts"),
    "returns": ("returns", "Returns"),
    "adjustments": ("adjustments", "Adjustments"),
    "orders": ("orders", "Orders"),
    "units": ("units", "Units sold"),
}
_COUNTED = ("orders", "units")
# How many days of a window were sold in another currency than the store has now.
_FOREIGN = "foreign"
_HUNDRED = Decimal(100)

Day = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric in ``unit`` (a currency code, ``orders``, ``percent``, ``SKUs`` ...).

    ``previous`` is None without a comparison window the store's history covers; ``value`` None
    when it cannot be known, with the reason in ``note``.
    """

    name: str
    label: str
    value: Decimal | None
    unit: str
    previous: Decimal | None
    series: tuple[Decimal | None, ...]
    note: str | None = None

    @property
    def change_percent(self) -> Decimal | None:
        """Change against the comparison window; None when that was zero or is not known."""
        if self.value is None or not self.previous:
            return None
        change = (self.value - self.previous) / abs(self.previous) * _HUNDRED
        return change.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class MetricsRead:
    """Figures of a window: ``periods`` are the first days of the series' entries."""

    start: date
    end: date
    compare_start: date | None
    compare_end: date | None
    grain: Grain
    periods: tuple[date, ...]
    figures: tuple[Figure, ...]
    history_from: date | None


@dataclass(frozen=True, slots=True)
class _Frame:
    """The window's sums, those of the one it is compared with, and the sums of each period.

    Summed once: every figure reads from the same sums.
    """

    total: Day
    other: Day | None
    periods: dict[date, Day]


class Metrics:
    """The figures of one store."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def read(
        self,
        connection: Connection,
        *,
        start: date | None = None,
        end: date | None = None,
        compare: Compare = "previous",
        grain: Grain = "day",
    ) -> MetricsRead:
        """Figures from ``start`` to ``end``, both included; default the last 30 complete days."""
        today = self.store.store_clock().today()
        start, end = _range(start, end, today)
        history_from = self._history_from(connection)
        window = self._window(connection, start, end)
        against = _compared(start, end, compare)
        seen = against is not None and history_from is not None and against[0] >= history_from
        other = self._window(connection, *against) if against is not None and seen else None
        frame = _frame(window, other, _periods(start, end, grain), grain)
        length = len(frame.periods)
        figures = [
            *self._net(frame),
            *self._money_figures(frame),
            self._order_value(frame),
            self._margin(frame),
            self._stockout_risk(connection, today, length),
            self._waiting(connection, length),
        ]
        return MetricsRead(
            start=start,
            end=end,
            compare_start=None if against is None else against[0],
            compare_end=None if against is None else against[1],
            grain=grain,
            periods=tuple(max(first, start) for first in frame.periods),
            figures=tuple(figures),
            history_from=history_from,
        )

    def _history_from(self, connection: Connection) -> date | None:
        query = select(func.min(daily_sales.c.day)).where(daily_sales.c.store_id == self.store.id)
        first: date | None = connection.execute(query).scalar_one()
        return first

    def _window(self, connection: Connection, start: date, end: date) -> dict[date, Day]:
        days: dict[date, Day] = {}
        query = select(
            daily_sales.c.day, daily_sales.c.currency, *(daily_sales.c[name] for name in _SUMS)
        ).where(daily_sales.c.store_id == self.store.id, daily_sales.c.day.between(start, end))
        for day, currency, *values in connection.execute(query):
            days[day] = dict(zip(_SUMS, map(Decimal, values), strict=True))
            if currency != self.store.currency:
                days[day][_FOREIGN] = Decimal(1)
        return days

    def _net(self, frame: _Frame) -> tuple[Figure, Figure]:
        """Net sales before tax, and the tax that the other amounts have in them."""

        def kept(day: Day) -> Decimal:
            value = day.get("earned", Decimal(0)) - day.get("given_back", Decimal(0))
            # A share of tax has more places than money has; where there is none, so has the sum.
            return _cents(value) if self.store.taxes_included else _trimmed(value)

        def tax(day: Day) -> Decimal:
            return _trimmed(day.get("net", Decimal(0)) - kept(day))

        net = _figure("net_sales", "Net sales", self.store.currency, kept, frame)
        taxes = _figure("taxes", "Tax in sales", self.store.currency, tax, frame)
        untaxed = self.store.taxes_included and net.note is None
        return (_noted(net, "Tax is left out.") if untaxed else net), taxes

    def _money_figures(self, frame: _Frame) -> list[Figure]:
        figures = []
        for column, (name, label) in _LABELS.items():
            counted = column in _COUNTED

            def read(day: Day, column: str = column, counted: bool = counted) -> Decimal:
                value = day.get(column, Decimal(0))
                return value if counted else _trimmed(value)

            unit = column if counted else self.store.currency
            figures.append(_figure(name, label, unit, read, frame))
        return figures

    def _order_value(self, frame: _Frame) -> Figure:
        def read(day: Day) -> Decimal | None:
            orders = day.get("orders", Decimal(0))
            if not orders:
                return None
            return _cents(day["earned"] / orders)

        found = _figure("aov", "Average order", self.store.currency, read, frame)
        if found.value is not None or found.note is not None:
            return found
        return _noted(found, "No orders in this period.")

    def _margin(self, frame: _Frame) -> Figure:
        def read(day: Day) -> Decimal | None:
            covered = day.get("covered", Decimal(0))
            if covered <= 0:
                return None
            share = (covered - day["cost"]) / covered * _HUNDRED
            return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)

        found = _figure("gross_margin", "Gross margin", "percent", read, frame)
        sold = frame.total.get("sold", Decimal(0))
        covered = frame.total.get("covered", Decimal(0))
        if found.note is not None:
            return found
        if found.value is None:
            return _noted(
                found,
                "No unit costs are known for what was sold: enter them in the store."
                if sold > 0 else "Nothing was sold in this period.",
            )  # fmt: skip
        coverage = (covered / sold * _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        taxed = " Tax is left out." if self.store.taxes_included else ""
        return _noted(
            found, f"At today's unit costs, known for {coverage} % of these sales.{taxed}"
        )

    def _stockout_risk(self, connection: Connection, today: date, length: int) -> Figure:
        lead = Policies(self.store.id).current(connection).policy.lead_time_days
        count = Decimal(at_risk(connection, self.store.id, today, lead))
        note = f"Run out within {lead} days at the pace of the last 28; as of now."
        return Figure(
            "stockout_risk", "Stock-out risk", count, "SKUs", None, (None,) * length, note
        )

    def _waiting(self, connection: Connection, length: int) -> Figure:
        waiting = sum(Decisions(self.store.id).waiting_by_agent(connection).values())
        return Figure(
            "waiting_decisions", "Waiting for you", Decimal(waiting), "decisions", None,
            (None,) * length, "As of now.",
        )  # fmt: skip


def _range(start: date | None, end: date | None, today: date) -> tuple[date, date]:
    end = end or today - timedelta(days=1)
    start = start or end - timedelta(days=_DEFAULT_DAYS - 1)
    if start > end:
        raise Invalid(
            "The period ends before it begins.", remedy="Give `from` a day not after `to`."
        )
    if (end - start).days >= _LONGEST_DAYS:
        raise Invalid("The period is longer than ten years.", remedy="Ask for a shorter one.")
    return start, end


def _compared(start: date, end: date, compare: Compare) -> tuple[date, date] | None:
    if compare == "none":
        return None
    if compare == "year":
        return _year_before(start), _year_before(end)
    length = end - start + timedelta(days=1)
    return start - length, end - length


def _year_before(day: date) -> date:
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _period_start(day: date, grain: Grain) -> date:
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def _periods(start: date, end: date, grain: Grain) -> list[date]:
    days = (start + timedelta(days=index) for index in range((end - start).days + 1))
    return list(dict.fromkeys(_period_start(day, grain) for day in days))


def _figure(
    name: str,
    label: str,
    unit: str,
    read: Callable[[Day], Decimal | None],
    frame: _Frame,
) -> Figure:
    def known(sums: Day) -> Decimal | None:
        return read(sums) if unit in _COUNTED or not sums.get(_FOREIGN) else None

    value, days = known(frame.total), frame.total.get(_FOREIGN)
    return Figure(
        name=name,
        label=label,
        value=value,
        unit=unit,
        previous=None if frame.other is None else known(frame.other),
        series=tuple(known(sums) for sums in frame.periods.values()),
        note=f"Another currency on {days} of these days: amounts are not added up over both."
        if value is None and days else None,
    )  # fmt: skip


def _frame(
    window: dict[date, Day], other: dict[date, Day] | None, periods: list[date], grain: Grain
) -> _Frame:
    by_period: dict[date, list[Day]] = {first: [] for first in periods}
    for day, values in window.items():
        by_period[_period_start(day, grain)].append(values)
    sums = {first: _summed(days) for first, days in by_period.items()}
    return _Frame(
        total=_summed(sums.values()),
        other=None if other is None else _summed(other.values()),
        periods=sums,
    )


def _noted(figure: Figure, note: str) -> Figure:
    return Figure(
        figure.name, figure.label, figure.value, figure.unit, figure.previous, figure.series, note
    )


def _summed(days: Any) -> Day:
    total: Day = {}
    for day in days:
        for name, value in day.items():
            total[name] = total.get(name, Decimal(0)) + value
    return total


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _trimmed(value: Decimal) -> Decimal:
    """At least two decimals, and no zeros beyond them."""
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value
