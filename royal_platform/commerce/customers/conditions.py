"""The parts of a segment's rule: three-valued tests of facts, as SQL would judge them.

A test of something unknown is None, and ``and``, ``or`` and ``not`` follow Kleene's strong logic,
which is what SQL does with NULL. So a rule means the same here and in the database.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from royal_platform.commerce.customers.facts import VOCABULARY, Facts, Kind, Value

Outcome = bool | None

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "before": operator.lt,
    "since": operator.ge,
    "on": operator.eq,
}


@dataclass(frozen=True, slots=True)
class DaysFromToday:
    """A day that moves on: ``days`` is negative in the past, zero is today."""

    days: int

    def on(self, today: date) -> date:
        """The calendar day it is, seen from ``today``."""
        return today + timedelta(days=self.days)

    def __str__(self) -> str:
        if self.days == 0:
            return "today"
        return f"{abs(self.days)} days {'ago' if self.days < 0 else 'ahead'}"


Operand = Decimal | int | str | date | DaysFromToday


@dataclass(frozen=True, slots=True)
class Finding:
    """How one part of a rule came out for one customer; None is "not known".

    ``fact`` and ``actual`` are given for a test, ``parts`` for what combines tests.
    """

    text: str
    outcome: Outcome
    fact: str | None = None
    actual: Value | None = None
    parts: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Compare:
    """``fact operator operand``."""

    fact: str
    operator: str
    operand: Operand

    def outcome(self, facts: Facts) -> Outcome:
        actual = facts.values.get(self.fact)
        if actual is None:
            return None
        operand = self.operand
        if isinstance(operand, DaysFromToday):
            operand = operand.on(facts.today)
        return bool(COMPARISONS[self.operator](actual, operand))

    def finding(self, facts: Facts) -> Finding:
        return _tested(self, facts)

    def __str__(self) -> str:
        return f"{self.fact} {self.operator} {written(self.operand, VOCABULARY[self.fact].kind)}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """``fact in (a, b)`` for a code; ``fact includes (a, b)`` for a set that holds one of them."""

    fact: str
    operands: tuple[str, ...]

    def outcome(self, facts: Facts) -> Outcome:
        actual = facts.values.get(self.fact)
        if actual is None:
            return None
        if isinstance(actual, frozenset):
            return not actual.isdisjoint(self.operands)
        return actual in self.operands

    def finding(self, facts: Facts) -> Finding:
        return _tested(self, facts)

    def __str__(self) -> str:
        kind = VOCABULARY[self.fact].kind
        word = "includes" if kind is Kind.SET else "in"
        listed = ", ".join(written(each, kind) for each in self.operands)
        return f"{self.fact} {word} ({listed})"


@dataclass(frozen=True, slots=True)
class Known:
    """``fact is known`` or ``fact is unknown``: the one test that is always true or false."""

    fact: str
    known: bool

    def outcome(self, facts: Facts) -> Outcome:
        return (facts.values.get(self.fact) is not None) is self.known

    def finding(self, facts: Facts) -> Finding:
        return _tested(self, facts)

    def __str__(self) -> str:
        return f"{self.fact} is {'known' if self.known else 'unknown'}"


@dataclass(frozen=True, slots=True)
class Not:
    """``not part``; unknown stays unknown."""

    part: Condition

    def outcome(self, facts: Facts) -> Outcome:
        inner = self.part.outcome(facts)
        return None if inner is None else not inner

    def finding(self, facts: Facts) -> Finding:
        return Finding(str(self), self.outcome(facts), parts=(self.part.finding(facts),))

    def __str__(self) -> str:
        return f"not {_within(self.part)}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """``a and b``: false as soon as one part is."""

    parts: tuple[Condition, ...]

    def outcome(self, facts: Facts) -> Outcome:
        return _joined([part.outcome(facts) for part in self.parts], decisive=False)

    def finding(self, facts: Facts) -> Finding:
        parts = tuple(part.finding(facts) for part in self.parts)
        return Finding(str(self), _joined([each.outcome for each in parts], False), parts=parts)

    def __str__(self) -> str:
        return " and ".join(_within(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``a or b``: true as soon as one part is."""

    parts: tuple[Condition, ...]

    def outcome(self, facts: Facts) -> Outcome:
        return _joined([part.outcome(facts) for part in self.parts], decisive=True)

    def finding(self, facts: Facts) -> Finding:
        parts = tuple(part.finding(facts) for part in self.parts)
        return Finding(str(self), _joined([each.outcome for each in parts], True), parts=parts)

    def __str__(self) -> str:
        return " or ".join(_within(part) for part in self.parts)


Test = Compare | OneOf | Known
Condition = Test | Not | AllOf | AnyOf


def asked(condition: Condition) -> frozenset[str]:
    """The facts that a condition asks about."""
    if isinstance(condition, Not):
        return asked(condition.part)
    if isinstance(condition, (AllOf, AnyOf)):
        return frozenset().union(*(asked(part) for part in condition.parts))
    return frozenset({condition.fact})


def written(operand: Operand, kind: Kind) -> str:
    """The operand as the grammar writes it."""
    if isinstance(operand, Decimal):
        number = operand * 100 if kind is Kind.SHARE else operand
        plain = format(number, "f")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return f"{plain}%" if kind is Kind.SHARE else plain
    if isinstance(operand, date):
        return operand.isoformat()
    return f'"{operand}"' if isinstance(operand, str) else str(operand)


def _tested(test: Test, facts: Facts) -> Finding:
    return Finding(str(test), test.outcome(facts), test.fact, facts.values.get(test.fact))


def _joined(outcomes: list[Outcome], decisive: bool) -> Outcome:
    if decisive in outcomes:
        return decisive
    return None if None in outcomes else not decisive


def _within(part: Condition) -> str:
    return f"({part})" if isinstance(part, (AllOf, AnyOf)) else str(part)
