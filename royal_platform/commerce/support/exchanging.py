"""Which variant a customer wants instead, read out of their words; none when they do not say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

# "too small" names no size; the words are those of the languages that are answered in.
_TOO = re.compile(r"\b(too|te|zu|trop)\s+\w+", re.IGNORECASE)
_WORD = re.compile(r"[\w#/.,-]*\w")
# A size of one letter is one only when written as sizes are: "S", not the s of "it's".
_LETTER = 1


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant as it is sold now. ``available`` units, None where none are counted."""

    id: str
    title: str
    price: Decimal
    available: int | None

    def has(self, units: int) -> bool:
        """Whether so many are there."""
        return self.available is None or self.available >= units


@dataclass(frozen=True, slots=True)
class ExchangeableLine:
    """An order line with what else there is of its article.

    ``units`` that were not paid back, ``paid`` for one in the store's currency.
    """

    id: str
    title: str
    variant_id: str
    variant: str
    units: int
    paid: Decimal
    others: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Units of a line for another variant; ``reason`` in Shopify's word, ``note`` says why."""

    line: ExchangeableLine
    wanted: Variant
    units: int
    reason: str
    note: str


def wanted_of(
    text: str, lines: Sequence[ExchangeableLine]
) -> tuple[ExchangeableLine, Variant] | None:
    """The one line and variant that the words name and that is in stock; None when unsure.

    A variant is named by all option values in which it differs from what was bought, and by no
    other: "L" is not "L in red". Lines of several units are never sure: how many is not read.
    """
    words = _words(text)
    found = [(line, variant) for line in lines for variant in _named(words, line)]
    if len(found) != 1:
        return None
    [(line, variant)] = found
    return (line, variant) if line.units == 1 and variant.has(1) else None


def said_of(text: str, variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """The variants with every option value that the text says; none where it says none."""
    words = _words(text)
    values = {each.id: _values(each.title) for each in variants}
    said = {value for each in values.values() for value in each if _is_said(value, words)}
    if not said or len(variants) == 1:
        return ()
    return tuple(each for each in variants if said <= values[each.id])


def _named(words: frozenset[str], line: ExchangeableLine) -> list[Variant]:
    bought = _values(line.variant)
    fresh = {each.id: _values(each.title) - bought for each in line.others}
    named = {value for values in fresh.values() for value in values if _is_said(value, words)}
    return [each for each in line.others if named and fresh[each.id] == named]


def _values(title: str) -> frozenset[str]:
    """The option values of a variant's title, as in "M / Blue"."""
    values = (part.strip() for part in title.split(" / "))
    return frozenset(each if len(each) == _LETTER else each.casefold() for each in values if each)


def _is_said(value: str, words: frozenset[str]) -> bool:
    return all(part in words for part in value.split())


def _words(text: str) -> frozenset[str]:
    """Words in lower case, but for single letters."""
    said = _WORD.findall(_TOO.sub(" ", text))
    return frozenset(each if len(each) == _LETTER else each.casefold() for each in said)
