"""Rows as CSV for a spreadsheet: a cell that begins like a formula is made text (OWASP)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet runs what begins with these, also behind white space and in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table with a byte order mark, which spreadsheets need to read UTF-8. None is empty."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(headers)
    for row in rows:
        writer.writerow(["" if cell is None else safe_cell(cell) for cell in row])
    return out.getvalue()


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet runs; numbers of our own stay numbers."""
    text = str(value)
    if not isinstance(value, str):
        return text
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text
