"""Answers questions about the business from a warehouse, each figure with its SQL and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from royal_platform.commerce.analytics import calendar
from royal_platform.commerce.analytics.compiling import (
    UnknownDimensionError,
    rows_query,
    series_query,
)
from royal_platform.commerce.analytics.metrics import METRICS, dimensions_of
from royal_platform.commerce.analytics.model import (
    Ask,
    Explored,
    FactRow,
    Metric,
    Point,
    RowPage,
    Slice,
    Value,
)
from royal_platform.commerce.analytics.ports import Warehouse
from royal_platform.commerce.shared.model import Money

__all__ = ["MAX_SLICES", "UnknownMetricError", "dimensions_of", "explore", "metric_of", "rows"]

# A page draws the largest few over time and lists the others; a window has at most ten years.
MAX_DRAWN = 8
MAX_SLICES = 500
_MAX_CELLS = 100_000
_HUNDRED = Decimal(100)
_DIGITS = {"percent": Decimal("0.01"), "ratio": Decimal("0.01"), "count": Decimal(1)}

Key = tuple[str | None, str | None]


class UnknownMetricError(ValueError):
    """There is no metric of that name."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """One row of a series query."""

    period: int
    key: str | None
    label: str | None
    currency: str | None
    top: Decimal | None
    bottom: Decimal | None
    left_out: int


def metric_of(name: str) -> Metric:
    """The metric of that name. Raises ``UnknownMetricError``."""
    found = METRICS.get(name)
    if found is None:
        raise UnknownMetricError(f"there is no metric {name!r}")
    return found


def explore(warehouse: Warehouse, ask: Ask, today: date) -> Explored:
    """The figure over the window, by period and dimension, with what it is compared with.

    Raises ``UnknownMetricError``, ``UnknownDimensionError``, and what the warehouse raises.
    """
    metric = metric_of(ask.metric)
    window = calendar.compared(ask.first, ask.last, ask.compare)
    for name in [
        *([] if ask.dimension is None else [ask.dimension]),
        *(name for name, _ in ask.where),
    ]:
        if name not in dimensions_of(metric):
            raise UnknownDimensionError(f"{metric.name} cannot be told by {name}")
    query = series_query(metric, ask)
    answer = warehouse.rows(query, limit=_MAX_CELLS)
    other = None if window is None else replace(ask, first=window[0], last=window[1])
    slices = _slices(warehouse, metric, ask, other, today)
    drawn = {(each.key, each.total.currency) for each in slices[:MAX_DRAWN]}
    points = _points(metric, ask, today, _cells(metric, ask, answer.rows), drawn)
    past = {} if other is None else _points(
        metric, other, today, _read(warehouse, metric, other), drawn
    )  # fmt: skip
    told = tuple(
        replace(
            each,
            points=points.get((each.key, each.total.currency), ()),
            compared_points=past.get((each.key, each.total.currency), ()),
        )
        for each in slices[:MAX_SLICES]
    )
    return Explored(
        ask, metric, told,
        None if window is None else window[0], None if window is None else window[1],
        answer.sql, {name: str(value) for name, value in query.parameters.items()},
        partial=ask.last >= today, freshness=answer.freshness,
        cut=len(slices) > MAX_SLICES or len(answer.rows) >= _MAX_CELLS,
    )  # fmt: skip


def rows(warehouse: Warehouse, ask: Ask, *, after: str | None = None, limit: int = 50) -> RowPage:
    """The stored rows behind a figure, ``limit`` at a time, in the order of their identity.

    Raises what ``explore`` raises.
    """
    metric = metric_of(ask.metric)
    answer = warehouse.rows(rows_query(metric, ask, after=after, limit=limit + 1))
    found = [_row(*row) for row in answer.rows[:limit]]
    last = str(answer.rows[limit - 1][0]) if len(answer.rows) > limit else None
    return RowPage(tuple(found), last, answer.sql)


def _row(told: Any, day: Any, currency: Any, amount: Any) -> FactRow:
    side, _, fact, row = str(told).split("/", 3)
    return FactRow(
        "bottom" if side == "bottom" else "top", fact, row, day,
        None if currency is None else str(currency),
        None if amount is None else _decimal(amount),
    )  # fmt: skip


def _read(warehouse: Warehouse, metric: Metric, ask: Ask, *, whole: bool = False) -> list[_Cell]:
    answer = warehouse.rows(series_query(metric, ask, whole=whole), limit=_MAX_CELLS)
    return _cells(metric, ask, answer.rows)


def _cells(metric: Metric, ask: Ask, found: Iterable[Sequence[Any]]) -> list[_Cell]:
    cells = [
        _Cell(
            int(period), key, label, currency,
            None if top is None else _decimal(top),
            None if bottom is None else _decimal(bottom), int(left_out or 0),
        )
        for period, key, label, currency, top, bottom, left_out in found
    ]  # fmt: skip
    return list(_spread(cells)) if _is_spread(metric, ask) else cells


def _is_spread(metric: Metric, ask: Ask) -> bool:
    return ask.dimension is not None and ask.dimension == metric.spread


def _spread(cells: list[_Cell]) -> Iterator[_Cell]:
    """Give every value of the dimension the bottom of its whole period."""
    wholes = {cell.period: cell for cell in cells if cell.bottom is not None}
    parts = [cell for cell in cells if cell.top is not None]
    seen = {cell.period for cell in parts}
    for cell in parts:
        whole = wholes.get(cell.period)
        yield replace(cell, bottom=None if whole is None else whole.bottom)
    for period, whole in wholes.items():
        if period not in seen:
            yield replace(whole, top=Decimal(0))


def _slices(
    warehouse: Warehouse, metric: Metric, ask: Ask, other: Ask | None, today: date
) -> list[Slice]:
    """One slice for each value and currency, the largest first; one of nothing if there is none."""
    totals = _read(warehouse, metric, ask, whole=True)
    others = [] if other is None else _read(warehouse, metric, other, whole=True)
    before = {(cell.key, cell.currency): cell for cell in others}
    made: list[Slice] = []
    for cell in totals or [_nothing(metric, ask)]:
        total = _value(metric, ask, cell, ask.last, today)
        compared = None
        if other is not None:
            none = replace(_nothing(metric, ask), key=cell.key, currency=cell.currency)
            past = before.get((cell.key, cell.currency), none)
            compared = _value(metric, other, past, other.last, today)
        made.append(Slice(cell.key, cell.label, total, compared, _change(total, compared)))
    return sorted(made, key=_by_size)


def _by_size(each: Slice) -> tuple[bool, Decimal, str]:
    amount = each.total.amount
    return (amount is None, -abs(amount or Decimal(0)), each.key or "")


def _nothing(metric: Metric, ask: Ask) -> _Cell:
    currency = ask.currency if metric.by_currency else None
    return _Cell(0, None, None, currency, None, None, 0)


def _points(
    metric: Metric, ask: Ask, today: date, cells: list[_Cell], wanted: set[Key]
) -> dict[Key, tuple[Point, ...]]:
    """Every period of the window for each wanted slice; a gap is zero or unknown."""
    periods = calendar.periods_of(ask.grain, ask.first, ask.last)
    found: dict[Key, dict[date, _Cell]] = {key: {} for key in wanted}
    for cell in cells:
        place = found.get((cell.key, cell.currency))
        if place is not None:
            place[calendar.first_day_of(ask.grain, cell.period)] = cell
    return {
        (key, currency): tuple(
            Point(
                max(period, ask.first),
                _value(
                    metric,
                    ask,
                    by_period.get(period) or _Cell(0, key, None, currency, None, None, 0),
                    min(calendar.after(ask.grain, period) - timedelta(days=1), ask.last),
                    today,
                ),
            )
            for period in periods
        )
        for (key, currency), by_period in found.items()
    }


def _value(metric: Metric, ask: Ask, cell: _Cell, last: date, today: date) -> Value:
    """The cell's figure for a period that ends with ``last``, or why it is not known."""
    wait = metric.matures_days
    if cell.key is not None and _is_spread(metric, ask):
        wait = (int(Decimal(cell.key)) + 1) * 31
    if wait and last + timedelta(days=wait) >= today:
        return Value(None, cell.currency, "not_yet")
    if last >= today and cell.top is None and cell.bottom is None:
        return Value(None, cell.currency, "not_yet")
    return _figure(metric, cell)


def _figure(metric: Metric, cell: _Cell) -> Value:
    currency, left_out = cell.currency, cell.left_out
    if not metric.bottom:
        if cell.top is None and left_out:
            return Value(None, currency, "no_facts", left_out)
        return Value(_rounded(metric, cell.top or Decimal(0), currency), currency, None, left_out)
    spent = cell.top if metric.top[0][0].fact == "spend" else cell.bottom
    if metric.missing == "no_spend" and spent is None:
        return Value(None, currency, "no_spend")
    if cell.bottom is None:
        return Value(None, currency, metric.missing, left_out)
    top = cell.top or Decimal(0)
    whole = cell.bottom + top if metric.of_both else cell.bottom
    if whole == 0:
        return Value(None, currency, "zero", left_out)
    factor = _HUNDRED if metric.unit == "percent" else Decimal(1)
    share = top / whole * factor
    return Value(_rounded(metric, share, currency), currency, None, left_out)


def _rounded(metric: Metric, amount: Decimal, currency: str | None) -> Decimal:
    if metric.unit == "money" and currency is not None:
        return Money(amount, currency).rounded().amount
    return amount.quantize(_DIGITS.get(metric.unit, Decimal("0.01")), rounding=ROUND_HALF_UP)


def _change(total: Value, compared: Value | None) -> Decimal | None:
    """Percent, one decimal; None when either is unknown or the base is zero."""
    if compared is None or total.amount is None or not compared.amount:
        return None
    change = (total.amount - compared.amount) / abs(compared.amount) * _HUNDRED
    return change.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))
