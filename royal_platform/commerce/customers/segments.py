"""Segments' rules: one small language over facts about a customer, written by people and agents.

    rule    := both ("or" both)*
    both    := single ("and" single)*
    single  := "not" single | "(" rule ")" | test
    test    := fact comparison value | fact "in" list | fact "includes" (text | list)
             | fact "is" ("known" | "unknown")
    value   := number | number "%" | text | day
    day     := 2026-01-31 | "today" | number "days" ("ago" | "ahead")
    list    := "(" text ("," text)* ")"

Which comparison a fact takes follows from its kind: days ``before``, ``since``, ``on``; codes
``=``, ``!=``; numbers also ``<``, ``<=``, ``>``, ``>=``. Nothing else can be said, so a rule can
be run by anybody. What is unknown makes a test neither true nor false (``conditions``); a customer
belongs to a segment only when its rule is true.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from royal_platform.commerce.customers.conditions import (
    AllOf,
    AnyOf,
    Compare,
    Condition,
    DaysFromToday,
    Finding,
    Known,
    Not,
    OneOf,
    Operand,
    Outcome,
    asked,
)
from royal_platform.commerce.customers.facts import VOCABULARY, Fact, Facts, Kind

LONGEST = 2_000
_DEEPEST = 20
_MOST_TESTS = 60
_LARGEST = 1_000_000_000
_LONGEST_TEXT = 120
_FARTHEST_DAYS = 36_500
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2200, 12, 31)
_EQUAL = ("=", "!=")
_ORDERED = (*_EQUAL, "<", "<=", ">", ">=")
_DAYWISE = ("before", "since", "on")
_TAKES = {
    Kind.COUNT: _ORDERED, Kind.NUMBER: _ORDERED, Kind.MONEY: _ORDERED, Kind.SHARE: _ORDERED,
    Kind.DAY: _DAYWISE, Kind.CODE: (*_EQUAL, "in"), Kind.SET: ("includes",),
}  # fmt: skip
_TOKEN = re.compile(
    r"""\s*(?:(?P<day>\d{4}-\d{1,2}-\d{1,2}) | (?P<number>\d+(?:\.\d+)?)
    | (?P<text>"[^"\x00-\x1f\x7f]*") | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=|>=|!=|[=<>(),%]))""",
    re.VERBOSE | re.ASCII,
)


class RuleError(ValueError):
    """A rule that cannot be read: at ``position`` (from 0) for ``length`` characters, and why."""

    def __init__(self, reason: str, position: int, length: int = 1) -> None:
        super().__init__(f"{reason} (at character {position + 1})")
        self.reason = reason
        self.position = position
        self.length = length


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that can be judged: ``str(rule)`` is its one canonical text."""

    root: Condition

    def holds(self, facts: Facts) -> Outcome:
        """Whether the customer is in: True, False, or None where that is not known."""
        return self.root.outcome(facts)

    def explain(self, facts: Facts) -> Finding:
        """Why: every part of the rule with its outcome and what the customer's fact is."""
        return self.root.finding(facts)

    def facts(self) -> frozenset[str]:
        """The facts it asks about."""
        return asked(self.root)

    def __str__(self) -> str:
        return str(self.root)


def parse(text: str) -> Rule:
    """The rule that ``text`` says. Raises ``RuleError``."""
    if len(text) > LONGEST:
        raise RuleError(f"A rule has at most {LONGEST} characters.", LONGEST)
    return Rule(_Parser(_tokens(text)).whole())


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int

    def error(self, reason: str) -> RuleError:
        return RuleError(reason, self.position, max(1, len(self.text)))


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            reason = "The text is not closed." if text[place] == '"' else "This means nothing here."
            raise RuleError(reason, place)
        kind = match.lastgroup
        found.append(_Token(kind, match[kind], match.start(kind)))
        place = match.end()
    return [*found, _Token("end", "", end)]


@dataclass
class _Parser:
    tokens: list[_Token]
    at: int = 0
    depth: int = 0
    tests: int = field(default=0)

    def whole(self) -> Condition:
        root = self._any()
        if self._now.kind != "end":
            raise self._now.error('Expected "and", "or" or the end.')
        return root

    @property
    def _now(self) -> _Token:
        return self.tokens[self.at]

    def _take(self) -> _Token:
        token = self._now
        self.at += token.kind != "end"
        return token

    def _is(self, *words: str) -> bool:
        return self._now.kind in {"word", "sign"} and self._now.text.lower() in words

    def _skip(self, *words: str) -> bool:
        found = self._is(*words)
        if found:
            self._take()
        return found

    def _expect(self, *words: str) -> str:
        if not self._is(*words):
            raise self._now.error("Expected " + _listed(words) + ".")
        return self._take().text.lower()

    def _any(self) -> Condition:
        parts = self._row("or", self._all)
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def _all(self) -> Condition:
        parts = self._row("and", self._single)
        return parts[0] if len(parts) == 1 else AllOf(parts)

    def _row(self, joint: str, part: Callable[[], Condition]) -> tuple[Condition, ...]:
        parts = [part()]
        while self._skip(joint):
            parts.append(part())
        return tuple(parts)

    def _single(self) -> Condition:
        token = self._now
        self.depth += 1
        if self.depth > _DEEPEST:
            raise token.error(f"A rule nests at most {_DEEPEST} deep.")
        if self._skip("not"):
            found: Condition = Not(self._single())
        elif self._skip("("):
            found = self._any()
            self._expect(")")
        else:
            found = self._test()
        self.depth -= 1
        return found

    def _test(self) -> Condition:
        fact = self._fact()
        if self._skip("is"):
            return Known(fact.name, self._expect("known", "unknown") == "known")
        sign = self._expect(*_TAKES[fact.kind], "is")
        if sign == "in" or (sign == "includes" and self._is("(")):
            return OneOf(fact.name, self._list(fact))
        if sign == "includes":
            return OneOf(fact.name, (self._text(fact),))
        return Compare(fact.name, sign, self._operand(fact))

    def _fact(self) -> Fact:
        token = self._now
        fact = VOCABULARY.get(token.text.lower()) if token.kind == "word" else None
        if fact is None:
            raise token.error("Expected a fact: " + _listed(tuple(VOCABULARY)) + ".")
        self.tests += 1
        if self.tests > _MOST_TESTS:
            raise token.error(f"A rule has at most {_MOST_TESTS} tests.")
        self._take()
        return fact

    def _operand(self, fact: Fact) -> Operand:
        if fact.kind is Kind.DAY:
            return self._day()
        if fact.kind is Kind.CODE:
            return self._text(fact)
        number = self._number(fact)
        if fact.kind is Kind.SHARE:
            if not self._skip("%"):
                raise self._now.error("Expected %: shares are percentages, e.g. 30%.")
            return number / 100
        return int(number) if fact.kind is Kind.COUNT else number

    def _number(self, fact: Fact) -> Decimal:
        token = self._now
        if token.kind != "number":
            raise token.error(f"Expected a number: {fact.name} is a {fact.kind.value}.")
        places = {Kind.COUNT: 0, Kind.SHARE: 2}.get(fact.kind, 4)
        number = _decimal(token)
        largest = 100 if fact.kind is Kind.SHARE else _LARGEST
        if number > largest:
            raise token.error(f"{fact.name} is compared with at most {largest}.")
        if round(number, places) != number:
            digits = "whole numbers" if places == 0 else f"at most {places} decimals"
            raise token.error(f"{fact.name} is compared with {digits}.")
        self._take()
        return number.normalize() + 0

    def _day(self) -> date | DaysFromToday:
        token = self._now
        if token.kind == "day":
            self._take()
            return _calendar_day(token)
        if self._skip("today"):
            return DaysFromToday(0)
        if token.kind != "number":
            raise token.error("Expected a day: 2026-01-31, today, 30 days ago or 14 days ahead.")
        days = _decimal(token)
        if days != int(days) or days > _FARTHEST_DAYS:
            raise token.error(f"Expected whole days, at most {_FARTHEST_DAYS}.")
        self._take()
        self._expect("days", "day")
        return DaysFromToday(int(days) * (-1 if self._expect("ago", "ahead") == "ago" else 1))

    def _list(self, fact: Fact) -> tuple[str, ...]:
        self._expect("(")
        found = [self._text(fact)]
        while self._expect(",", ")") == ",":
            found.append(self._text(fact))
        return tuple(found)

    def _text(self, fact: Fact) -> str:
        token = self._now
        text = token.text.strip('"') if token.kind == "text" else token.text
        if token.kind not in {"text", "word"} or not text:
            raise token.error('Expected a text, e.g. "NL".')
        if len(text) > _LONGEST_TEXT:
            raise token.error(f"A text has at most {_LONGEST_TEXT} characters.")
        self._take()
        return text.upper() if fact.kind is Kind.CODE else text


def _decimal(token: _Token) -> Decimal:
    try:
        return Decimal(token.text)
    except InvalidOperation as error:
        raise token.error("This number is too long.") from error


def _calendar_day(token: _Token) -> date:
    year, month, day = (int(part) for part in token.text.split("-"))
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise token.error("There is no such day.") from error
    if not _FIRST_DAY <= found <= _LAST_DAY:
        raise token.error(f"Days lie between {_FIRST_DAY} and {_LAST_DAY}.")
    return found


def _listed(words: tuple[str, ...]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
