"""Figures and rows as CSV that a spreadsheet reads as data and never as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | Decimal | date | datetime | None

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), full-width
# forms included.
_OPENERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """RFC 4180 text with a header; numbers as plain decimals, days as ISO 8601, unknown empty.

    A text that could be a formula gets an apostrophe in front; a number, even a negative one, is
    written by us and cannot be one.
    """
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return sink.getvalue()


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        opens = value.startswith(_OPENERS) or value.lstrip().startswith(_OPENERS)
        return f"'{value}" if opens else value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)
