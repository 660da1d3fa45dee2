"""Competitors' prices that a person imports: read strictly, and believed while they are fresh.

A file is taken whole or not at all. A text that a spreadsheet would take for a formula is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from royal_platform.commerce.analytics.imports import (
    MOST_ROWS,
    Fault,
    Reading,
    Refuses,
    currency_code,
    decimal_number,
    read_rows,
    told_cells,
)
from royal_platform.commerce.shared.model import Money

COLUMNS = ("source", "sku", "barcode", "price", "currency", "seen_at")
_SOURCE, _CODE = 80, 255
Ignored = Literal["stale", "currency"]


@dataclass(frozen=True, slots=True)
class CompetitorPrice:
    """What ``source`` asked for an article at ``seen_at``.

    The article is named by our SKU or, without one, by its barcode.
    """

    source: str
    sku: str | None
    barcode: str | None
    price: Money
    seen_at: datetime

    @property
    def article(self) -> tuple[str, str]:
        """By what it is named, and that name."""
        return ("sku", self.sku) if self.sku else ("barcode", self.barcode or "")


@dataclass(frozen=True, slots=True)
class Compared:
    """A competitor's newest price of a variant; ``ignored`` says why it counts for nothing."""

    source: str
    price: Money
    seen_at: datetime
    ignored: Ignored | None


def read_competitor_prices(text: str, now: datetime, refuses: Refuses) -> Reading[CompetitorPrice]:
    """Rows of ``source,sku,barcode,price,currency,seen_at`` as CSV, or a JSON list of such objects.

    ``seen_at`` is an ISO 8601 moment with its zone, none after ``now``. Of SKU and barcode one may
    be empty; prices are above zero. A fault's line is the line of the file, in JSON the number of
    the object. ``refuses`` says of a cell whether a spreadsheet would take it for a formula.
    """

    def price(cells: Mapping[str, str]) -> CompetitorPrice:
        return _price(cells, now)

    if text.removeprefix("\ufeff").lstrip().startswith(("[", "{")):
        return _read_json(text, refuses, price, _key)
    return read_rows(text, refuses, COLUMNS, price, _key)


def read_feed(
    rows: Iterable[Mapping[str, str]],
    columns: Mapping[str, str],
    now: datetime,
    refuses: Refuses,
    otherwise: Mapping[str, str],
) -> Reading[CompetitorPrice]:
    """The rows of a feed; ``columns`` say which of its columns holds what, where not by its name.

    ``otherwise`` are the source and the currency of rows that tell none. Nobody here can correct a
    feed: a faulty row is left out and told by its number, the others count.
    """
    found: dict[object, CompetitorPrice] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, 1):
        told = {name: row.get(columns.get(name, name), "").strip() or otherwise.get(name, "")
                for name in COLUMNS}  # fmt: skip
        try:
            price = _price(told_cells(told, refuses), now)
        except ValueError as error:
            faults.append(Fault(number, str(error)))
        else:
            found[_key(price)] = price
    return Reading(tuple(found.values()), tuple(faults))


def _price(cells: Mapping[str, str], now: datetime) -> CompetitorPrice:
    amount = decimal_number(cells["price"], places=4)
    if amount == 0:
        raise ValueError("the price is zero")
    if not (cells["sku"] or cells["barcode"]):
        raise ValueError("there is neither an SKU nor a barcode")
    return CompetitorPrice(
        _name(cells["source"], "source", _SOURCE),
        _name(cells["sku"], "SKU", _CODE) if cells["sku"] else None,
        _name(cells["barcode"], "barcode", _CODE) if cells["barcode"] else None,
        Money(amount, currency_code(cells["currency"])),
        _moment(cells["seen_at"], now),
    )


def _key(row: CompetitorPrice) -> object:
    return row.source, row.article, row.seen_at


def compare(
    found: Sequence[CompetitorPrice], currency: str, now: datetime, max_age: timedelta
) -> tuple[Compared, ...]:
    """The newest price of each source, those that count first and the cheapest of them first.

    One that is older than ``max_age`` may be another by now: it is shown, but counts for nothing.
    """
    newest: dict[str, CompetitorPrice] = {}
    for each in found:
        if each.source not in newest or each.seen_at > newest[each.source].seen_at:
            newest[each.source] = each
    compared = (
        Compared(each.source, each.price, each.seen_at, _ignored(each, currency, now, max_age))
        for each in newest.values()
    )
    return tuple(
        sorted(compared, key=lambda each: (each.ignored or "", each.price.amount, each.source))
    )


def cheapest(compared: Sequence[Compared]) -> Compared | None:
    """The lowest price that counts; None where none does."""
    return next((each for each in compared if each.ignored is None), None)


def _ignored(
    each: CompetitorPrice, currency: str, now: datetime, max_age: timedelta
) -> Ignored | None:
    if each.price.currency != currency:
        return "currency"
    return "stale" if now - each.seen_at > max_age else None


def _read_json(
    text: str,
    refuses: Refuses,
    make: Callable[[Mapping[str, str]], CompetitorPrice],
    key: Callable[[CompetitorPrice], object],
) -> Reading[CompetitorPrice]:
    try:
        objects = json.loads(text.removeprefix("\ufeff"), parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        return Reading((), (Fault(1, f"it is not JSON: {error}"),))
    if not isinstance(objects, list) or len(objects) > MOST_ROWS:
        return Reading((), (Fault(1, f"it is not a list of at most {MOST_ROWS} objects"),))
    rows: dict[object, CompetitorPrice] = {}
    faults: list[Fault] = []
    for number, each in enumerate(objects, 1):
        try:
            row = make(told_cells(_object(each), refuses))
            if key(row) in rows:
                raise ValueError("the same stands there twice")
        except ValueError as error:
            faults.append(Fault(number, str(error)))
        else:
            rows[key(row)] = row
    return Reading(() if faults else tuple(rows.values()), tuple(faults))


def _object(found: object) -> dict[str, str]:
    if not isinstance(found, dict) or not found.keys() <= set(COLUMNS):
        raise ValueError(f"it is no object with the names {', '.join(COLUMNS)}")
    told = {name: found.get(name) for name in COLUMNS}
    if not all(isinstance(value, str | None) for value in told.values()):
        raise ValueError("a value is neither a text nor a number")
    return {name: value or "" for name, value in told.items()}


def _name(text: str, what: str, most: int) -> str:
    if not 0 < len(text) <= most:
        raise ValueError(f"the {what} has not between 1 and {most} characters")
    return text


def _moment(text: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        # A text without a zone would be taken for the machine's own time.
        moment = found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise ValueError(f"{text!r} is not a moment like 2026-01-31T09:30:00Z")
    if moment > now:
        raise ValueError(f"{text} has not come yet")
    return moment
