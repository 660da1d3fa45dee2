"""A metric and a question become one SELECT that both engines understand.

Every part of a metric is summed by period, dimension and currency on its own, so that facts of
unlike grain never multiply each other; the sums are then added in one outer SELECT with the
columns ``period, dim, label, currency, top, bottom, left_out``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from royal_platform.commerce.analytics.facts import FACTS, Dimension, Fact
from royal_platform.commerce.analytics.metrics import chosen
from royal_platform.commerce.analytics.model import Ask, Formula, Metric, Part, Side
from royal_platform.commerce.analytics.ports import Query, Value

_CALENDAR = "LEFT JOIN dim_day d ON d.day = {day}"
_RATE = "LEFT JOIN rate r ON r.day = {day} AND r.base = f.currency AND r.quote = $currency"
# One integer names a period on every engine; ``calendar.first_day_of`` reads it.
_PERIODS = {
    "total": "0",
    "day": "EXTRACT(YEAR FROM {day}) * 10000 + EXTRACT(MONTH FROM {day}) * 100"
    " + EXTRACT(DAY FROM {day})",
    "week": "d.iso_year * 100 + d.iso_week",
    "month": "EXTRACT(YEAR FROM {day}) * 100 + EXTRACT(MONTH FROM {day})",
    "quarter": "EXTRACT(YEAR FROM {day}) * 10 + d.quarter",
}
_NOTHING = Dimension("CAST(NULL AS VARCHAR)")


class UnknownDimensionError(ValueError):
    """The metric cannot be told by the dimension asked for."""


@dataclass(slots=True)
class _Writing:
    """One query under way: the parameters that its text really uses."""

    metric: Metric
    ask: Ask
    period: str
    parameters: dict[str, Value] = field(default_factory=dict)

    def is_whole(self, side: Side, dimension: str | None) -> bool:
        """Whether this side is not divided by the dimension."""
        return side == "bottom" and dimension is not None and dimension == self.metric.spread

    def use(self, name: str, value: Value) -> str:
        self.parameters[name] = value
        return f"${name}"


def series_query(metric: Metric, ask: Ask, *, whole: bool = False) -> Query:
    """The figure by period (``whole``: over the whole window) and dimension.

    Raises ``UnknownDimensionError``.
    """
    writing = _Writing(metric, ask, "total" if whole else ask.grain)
    branches = [_sums(writing, part, side) for side, part in parts_of(metric, ask)]
    inner = "\nUNION ALL\n".join(branches)
    sql = (
        "SELECT period, dim, MAX(label) AS label, currency, SUM(top) AS top, "
        "SUM(bottom) AS bottom, SUM(left_out) AS left_out\n"
        f"FROM (\n{inner}\n) AS parts\n"
        # Not ordered: DuckDB 2.0 narrows sums of sums by wrong statistics when it sorts them.
        "GROUP BY period, dim, currency"
    )
    return Query(sql, writing.parameters)


def rows_query(metric: Metric, ask: Ask, *, after: str | None, limit: int) -> Query:
    """The stored rows behind the figure, in the order of their identity.

    Columns: ``id`` (side, fact and row), ``day, currency, amount``. Raises
    ``UnknownDimensionError``.
    """
    writing = _Writing(metric, ask, "total")
    branches = []
    for index, (side, part) in enumerate(parts_of(metric, ask)):
        fact = FACTS[part.fact]
        value = "1" if part.distinct else part.value
        currency = fact.currency if part.money and fact.currency else _NOTHING.key
        branches.append(
            f"SELECT '{side}/{index}/{part.fact}/' || {fact.row} AS id, {fact.day} AS day, "
            f"{currency} AS currency, ({value}) * {part.sign} AS amount\n"
            f"{_source(writing, part, side)}"
        )
    inner = "\nUNION ALL\n".join(branches)
    beyond = f"WHERE id > {writing.use('after', after)}\n" if after else ""
    sql = (
        f"SELECT id, day, currency, amount\nFROM (\n{inner}\n) AS parts\n"
        f"{beyond}ORDER BY id\nLIMIT {limit:d}"
    )
    return Query(sql, writing.parameters)


def parts_of(metric: Metric, ask: Ask) -> list[tuple[Side, Part]]:
    """The parts that answer the question. Raises ``UnknownDimensionError``."""
    wanted = tuple(dict.fromkeys([*([] if ask.dimension is None else [ask.dimension]),
                                  *(name for name, _ in ask.where)]))  # fmt: skip
    top = _chosen(metric, metric.top, wanted)
    divided = tuple(name for name in wanted if name != metric.spread)
    bottom = () if not metric.bottom else _chosen(metric, metric.bottom, divided)
    return [*(("top", part) for part in top), *(("bottom", part) for part in bottom)]


def _chosen(metric: Metric, alternatives: tuple[Formula, ...], wanted: tuple[str, ...]) -> Formula:
    found = chosen(alternatives, wanted)
    if found is None:
        raise UnknownDimensionError(f"{metric.name} cannot be told by {' and '.join(wanted)}")
    return found


def _sums(writing: _Writing, part: Part, side: Side) -> str:
    fact = FACTS[part.fact]
    name = writing.ask.dimension
    dimension = _NOTHING if writing.is_whole(side, name) else _dimension(fact, name)
    total = _aggregate(writing, part)
    top, bottom = (total, "NULL") if side == "top" else ("NULL", total)
    label = dimension.label or dimension.key
    return (
        f"SELECT {_period(writing, fact)} AS period, {dimension.key} AS dim, "
        f"MAX({label}) AS label, {_currency(writing, fact)} AS currency,\n"
        f"  {top} AS top, {bottom} AS bottom, "
        f"SUM(CASE WHEN {part.value} IS NULL THEN 1 ELSE 0 END) AS left_out\n"
        f"{_source(writing, part, side)}\nGROUP BY 1, 2, 4"
    )


def _aggregate(writing: _Writing, part: Part) -> str:
    if part.distinct:
        return f"COUNT(DISTINCT {part.value})"
    value = f"({part.value})"
    if part.money:
        mine = f"f.currency = {writing.use('currency', writing.ask.currency)}"
        value += f" * CASE WHEN {mine} THEN 1 ELSE COALESCE(r.rate, 1) END"
    summed = f"SUM({value})"
    return f"-{summed}" if part.sign < 0 else summed


def _currency(writing: _Writing, fact: Fact) -> str:
    """In which currency the row's amount is told: the wanted one, or its own without a rate."""
    if not writing.metric.by_currency:
        return _NOTHING.key
    wanted = writing.use("currency", writing.ask.currency)
    if fact.currency is None:
        return wanted
    return f"CASE WHEN r.rate IS NULL THEN f.currency ELSE {wanted} END"


def _period(writing: _Writing, fact: Fact) -> str:
    return _PERIODS[writing.period].format(day=fact.day)


def _source(writing: _Writing, part: Part, side: Side) -> str:
    """FROM, the joins that are needed, and WHERE."""
    fact = FACTS[part.fact]
    ask = writing.ask
    whole = writing.is_whole(side, ask.dimension)
    dimensions = [] if whole else [_dimension(fact, ask.dimension)]
    conditions = [
        f"{fact.day} BETWEEN {writing.use('first', ask.first)} AND {writing.use('last', ask.last)}"
    ]
    for number, (name, value) in enumerate(ask.where):
        if writing.is_whole(side, name):
            continue
        dimension = _dimension(fact, name)
        dimensions.append(dimension)
        conditions.append(
            f"{dimension.key} IS NULL" if value is None
            else f"{dimension.key} = {writing.use(f'where{number}', value)}"
        )  # fmt: skip
    if part.where:
        conditions.append(part.where)
    joins = _joins(writing, fact, part, dimensions)
    if part.closing:
        conditions.append(f"{fact.day} IN ({_last_days(writing, fact, conditions[0])})")
    return f"FROM {fact.table} f\n{joins}WHERE {' AND '.join(conditions)}"


def _last_days(writing: _Writing, fact: Fact, window: str) -> str:
    """The last day of each period on which the fact has a row."""
    each = "" if writing.period == "total" else f" GROUP BY {_period(writing, fact)}"
    calendar = _CALENDAR.format(day=fact.day)
    return " ".join(("SELECT", f"MAX({fact.day})", f"FROM {fact.table} f {calendar}",
                     f"WHERE {window}{each}"))  # fmt: skip


def _joins(writing: _Writing, fact: Fact, part: Part, dimensions: list[Dimension]) -> str:
    names = [*fact.base, *part.joins, *(name for each in dimensions for name in each.joins)]
    lines = [fact.joins[name] for name in dict.fromkeys(names) if name != "calendar"]
    if "calendar" in names or writing.period in ("week", "quarter"):
        lines.append(_CALENDAR.format(day=fact.day))
    if fact.currency is not None and (writing.metric.by_currency or part.money):
        writing.use("currency", writing.ask.currency)
        lines.append(_RATE.format(day="f.day"))
    return "".join(f"{line}\n" for line in lines)


def _dimension(fact: Fact, name: str | None) -> Dimension:
    return _NOTHING if name is None else fact.dimensions[name]
