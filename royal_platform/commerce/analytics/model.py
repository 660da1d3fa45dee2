"""What a metric is, what can be asked of it, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from royal_platform.commerce.analytics.ports import Freshness

Unit = Literal["money", "count", "percent", "ratio", "hours"]
Grain = Literal["day", "week", "month", "quarter"]
Compare = Literal["previous", "year", "none"]
Side = Literal["top", "bottom"]
# Why a value is not known, for the page to say in its reader's language.
Unknown = Literal["no_rows", "not_yet", "no_spend", "no_cases", "no_facts", "zero"]


@dataclass(frozen=True, slots=True)
class Part:
    """One signed sum or count over the rows of a fact.

    ``value`` is an SQL expression over the fact's alias ``f``, NULL where it cannot be known; it
    is added up, or its different values are counted when ``distinct``. ``where`` narrows the rows.
    ``money`` amounts are in the row's currency. ``joins`` are named in ``FACTS``. ``closing``
    takes the last counted day of each period only: a level, not a flow.
    """

    fact: str
    value: str
    where: str | None = None
    sign: Literal[1, -1] = 1
    distinct: bool = False
    money: bool = False
    joins: tuple[str, ...] = ()
    closing: bool = False


Formula = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, defined here and nowhere else.

    ``top`` and ``bottom`` are alternatives, finest last: the first whose facts know the wanted
    dimension is used. Without ``bottom`` the value is the sum of ``top``; with it, the quotient,
    times 100 for ``percent``. ``of_both``: the top is divided by top and bottom together.
    ``spread`` is a dimension over which the bottom is not divided: it counts whole periods there.
    ``matures_days``: a period is known only that long after it ended. ``better`` says which
    direction is good.
    """

    name: str
    unit: Unit
    formula: str
    unknown: str
    top: tuple[Formula, ...] = ()
    bottom: tuple[Formula, ...] = ()
    of_both: bool = False
    spread: str | None = None
    matures_days: int = 0
    missing: Unknown = "no_rows"
    better: Literal["up", "down"] = "up"
    owner: str = "analytics"

    @property
    def by_currency(self) -> bool:
        """Whether amounts are in it, so that unlike currencies are kept apart."""
        sides = (*self.top, *self.bottom)
        return any(part.money for formula in sides for part in formula)

    @property
    def additive(self) -> bool:
        """Whether values of parts sum to the whole: only then a driver or a forecast is told."""
        return not self.bottom and not self.top[0][0].distinct


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: days are the merchant's, both ends included.

    ``where`` narrows to one value of a dimension; a value of None is "unknown".
    """

    metric: str
    first: date
    last: date
    currency: str
    grain: Grain = "day"
    dimension: str | None = None
    compare: Compare = "previous"
    where: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A figure in the metric's unit; None when it cannot be known, and then ``why``.

    ``currency`` None where no money is in it. ``left_out`` rows had no known value.
    """

    amount: Decimal | None
    currency: str | None
    why: Unknown | None = None
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """One period of one value of the dimension; ``period`` is its first day."""

    period: date
    value: Value


@dataclass(frozen=True, slots=True)
class Slice:
    """One value of the dimension in one currency over the whole window.

    ``key`` None is "unknown"; ``change_percent`` None without a comparable, non-zero value.
    """

    key: str | None
    label: str | None
    total: Value
    compared: Value | None
    change_percent: Decimal | None
    points: tuple[Point, ...] = ()
    compared_points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Explored:
    """The answer to an ``Ask``.

    ``sql`` is what gave the series, as the engine ran it; ``partial`` when the window holds a day
    that is not over. Currencies without a stated rate are slices of their own.
    """

    ask: Ask
    metric: Metric
    slices: tuple[Slice, ...]
    compare_first: date | None
    compare_last: date | None
    sql: str
    parameters: dict[str, str]
    partial: bool
    freshness: Freshness | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class FactRow:
    """One stored row behind a figure; ``amount`` in its own ``currency``, None when unknown."""

    side: Side
    fact: str
    row: str
    day: date
    currency: str | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows behind a figure, by cursor."""

    rows: tuple[FactRow, ...]
    next_cursor: str | None
    sql: str
