"""Rows as CSV for a spreadsheet: a cell that begins like a formula is made text (OWASP)."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

_OPENERS = frozenset("=+-@−")
# A spreadsheet takes these at the very beginning for the end of the cell before.
_BREAKS = ("\t", "\r", "\n")


def as_csv(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, byte_order_mark: bool = True
) -> str:
    """RFC 4180 text with a header: plain decimals, ISO 8601 days, None empty.

    Spreadsheets need the byte order mark to read UTF-8; programs do without.
    """
    out = io.StringIO(newline="")
    out.write("\ufeff" if byte_order_mark else "")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(header) for header in headers])
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row])
    return out.getvalue()


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet runs; our own numbers and days stay as they are."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if opens_formula(value) else value
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def opens_formula(text: str) -> bool:
    """Whether a spreadsheet could take ``text`` for a formula.

    It runs what begins with ``= + - @``, also in full width and small forms (compared as Unicode's
    compatibility form), and behind white space, controls and characters that cannot be seen.
    """
    if text.startswith(_BREAKS):
        return True
    seen = (each for each in text if not each.isspace() and unicodedata.category(each)[0] != "C")
    first = next(seen, "")
    return unicodedata.normalize("NFKC", first)[:1] in _OPENERS if first else False
