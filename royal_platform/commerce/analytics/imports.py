"""Spend and currency rates from CSV files: read strictly, whole or not at all.

A text that a spreadsheet would take for a formula is refused, so that no later export runs it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

MOST_ROWS = 100_000
_SPEND = ("day", "channel", "currency", "amount")
_RATES = ("day", "base", "quote", "rate")
_NUMBER = re.compile(r"\d{1,13}(\.\d+)?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_CHANNEL = 80
Row = TypeVar("Row")
Refuses = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Spend:
    """What one channel cost on one store-local day."""

    day: date
    channel: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of ``base`` costs ``rate`` units of ``quote`` on ``day``."""

    day: date
    base: str
    quote: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in which line of the file; the header is line 1."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading(Generic[Row]):
    """The rows of a file, or its faults: with a fault a file that is taken whole has no rows."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_spend(text: str, today: date, refuses: Refuses) -> Reading[Spend]:
    """Rows of ``day,channel,currency,amount``; days as 2026-01-31, none after ``today``.

    ``refuses`` says of a cell whether a spreadsheet would take it for a formula.
    """

    def spend(cells: Mapping[str, str]) -> Spend:
        channel = cells["channel"]
        if not 0 < len(channel) <= _CHANNEL:
            raise ValueError(f"the channel has not between 1 and {_CHANNEL} characters")
        amount = decimal_number(cells["amount"], places=4)
        return Spend(
            past_day(cells["day"], today), channel, currency_code(cells["currency"]), amount
        )

    return read_rows(text, refuses, _SPEND, spend, lambda row: (row.day, row.channel, row.currency))


def read_rates(text: str, today: date, refuses: Refuses) -> Reading[Rate]:
    """Rows of ``day,base,quote,rate``; a rate is above zero and of two currencies."""

    def rate(cells: Mapping[str, str]) -> Rate:
        base, quote = currency_code(cells["base"]), currency_code(cells["quote"])
        if base == quote:
            raise ValueError("base and quote are the same currency")
        number = decimal_number(cells["rate"], places=8)
        if number == 0:
            raise ValueError("the rate is zero")
        return Rate(past_day(cells["day"], today), base, quote, number)

    return read_rows(text, refuses, _RATES, rate, lambda row: (row.day, row.base, row.quote))


def read_rows(
    text: str,
    refuses: Refuses,
    wanted: tuple[str, ...],
    make: Callable[[Mapping[str, str]], Row],
    key: Callable[[Row], object],
) -> Reading[Row]:
    """What ``make`` makes of the CSV's lines, whose ``key`` may not repeat; columns as ``wanted``.

    ``make`` raises ``ValueError`` with what is wrong with a line.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: set[object] = set()
    try:
        header = [name.strip().lower() for name in next(lines, [])]
        if sorted(header) != sorted(wanted):
            return Reading((), (Fault(1, f"the columns are not {', '.join(wanted)}"),))
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) + len(faults) >= MOST_ROWS:
                faults.append(Fault(lines.line_num, f"there are more than {MOST_ROWS} rows"))
                break
            try:
                row = make(_cells(header, cells, refuses))
                if key(row) in seen:
                    raise ValueError("the same stands there twice")
            except ValueError as error:
                faults.append(Fault(lines.line_num, str(error)))
            else:
                seen.add(key(row))
                rows.append(row)
    except csv.Error as error:
        faults.append(Fault(lines.line_num, f"it is not CSV: {error}"))
    return Reading(() if faults else tuple(rows), tuple(faults))


def _cells(header: Sequence[str], cells: Sequence[str], refuses: Refuses) -> dict[str, str]:
    if len(cells) != len(header):
        raise ValueError(f"there are {len(cells)} cells, not {len(header)}")
    return told_cells(dict(zip(header, cells, strict=True)), refuses)


def told_cells(told: Mapping[str, str], refuses: Refuses) -> dict[str, str]:
    """The texts without blanks around them. Raises ``ValueError`` for what no text may hold."""
    for name, cell in told.items():
        if refuses(cell):
            raise ValueError(f"{name} begins as a formula does: {cell[:20]!r}")
        if not cell.strip().isprintable():
            raise ValueError(f"{name} has characters that cannot be printed")
    return {name: cell.strip() for name, cell in told.items()}


def past_day(text: str, today: date) -> date:
    """The day as 2026-01-31. Raises ``ValueError`` for any other text, and for what is to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day like 2026-01-31") from None
    if len(text) != len("2026-01-31"):
        raise ValueError(f"{text!r} is not a day like 2026-01-31")
    if day > today:
        raise ValueError(f"{text} has not come yet")
    return day


def currency_code(text: str) -> str:
    """The code as it is. Raises ``ValueError`` for what is none."""
    if not _CURRENCY.fullmatch(text):
        raise ValueError(f"{text!r} is not a currency like EUR")
    return text


def decimal_number(text: str, *, places: int) -> Decimal:
    """A plain amount, not below zero. Raises ``ValueError`` for anything else."""
    if not _NUMBER.fullmatch(text) or not text.isascii():
        raise ValueError(f"{text!r} is not an amount like 1234.56")
    number = Decimal(text)
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        raise ValueError(f"{text!r} has more than {places} decimals")
    return number
