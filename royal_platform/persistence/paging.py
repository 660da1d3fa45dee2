"""Cursor pages: opaque, stable while rows are inserted, and refused when they are not ours."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, Select, String, and_, literal, or_
from sqlalchemy.types import TypeEngine

from core.errors import Invalid
from core.storage.types import ScaledDecimal, UtcDateTime

Item = TypeVar("Item")

# The first amount that a money column cannot hold has fifteen digits before the point.
_BEYOND_MONEY = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page; ``next_cursor`` None is the last one; ``total`` counts all that match."""

    items: tuple[Item, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: ``expression`` in its direction, ties by the unique ``tie`` in the same."""

    name: str
    expression: ColumnElement[Any]
    tie: ColumnElement[Any]
    descending: bool = False

    def apply(self, query: Select[Any], cursor: str | None, limit: int) -> Select[Any]:
        """``query`` ordered, starting behind ``cursor``, with one row more than the page."""
        if cursor is not None:
            value, tie = _decode(cursor, self.name)
            if not _fits(value, self.expression.type) or "\x00" in tie:
                raise _unknown_cursor()
            bound = literal(value, self.expression.type)
            beyond, same_beyond = (
                (self.expression < bound, self.tie < tie)
                if self.descending
                else (self.expression > bound, self.tie > tie)
            )
            # Redundant, but it lets the database begin at the cursor in the index.
            edge = self.expression <= bound if self.descending else self.expression >= bound
            query = query.where(edge, or_(beyond, and_(self.expression == bound, same_beyond)))
        columns = (self.expression, self.tie)
        ordered = [item.desc() if self.descending else item.asc() for item in columns]
        return query.order_by(*ordered).limit(limit + 1)

    def cursor(self, value: Any, tie: str) -> str:
        """The cursor that continues behind the row with this sort value and tie."""
        raw = orjson.dumps([self.name, _plain(value), tie])
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def page(rows: Sequence[Item], limit: int, total: int, order: Order, key: Any) -> Page[Item]:
    """Cut the extra row off; ``key(row)`` gives the sort value and the tie of a row."""
    kept = tuple(rows[:limit])
    more = len(rows) > limit
    return Page(kept, order.cursor(*key(kept[-1])) if more and kept else None, total)


def containing(column: ColumnElement[str], text: str | None) -> list[ColumnElement[bool]]:
    """Conditions that a lower-case column contains every word of ``text``."""
    return [column.contains(word, autoescape=True) for word in (text or "").lower().split()]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, Decimal):
        return {"d": str(value)}
    return value


def _decode(cursor: str, name: str) -> tuple[Any, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        order, value, tie = orjson.loads(raw)
        if isinstance(value, dict):
            value = datetime.fromisoformat(value["t"]) if "t" in value else Decimal(str(value["d"]))
        known = order == name and isinstance(tie, str)
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error) as error:
        raise _unknown_cursor() from error
    if not known or isinstance(value, (list, bool)):
        raise _unknown_cursor()
    return value, tie


def _fits(value: Any, kind: TypeEngine[Any]) -> bool:
    """True when a column of this kind can be compared with ``value`` on every database."""
    if value is None:
        return True
    if isinstance(kind, UtcDateTime):
        # The first and last days of the calendar have no counterpart in every zone.
        return isinstance(value, datetime) and value.tzinfo is not None and 1 < value.year < 9999
    if isinstance(kind, ScaledDecimal):
        return isinstance(value, Decimal) and value.is_finite() and abs(value) < _BEYOND_MONEY
    if isinstance(kind, String):
        return isinstance(value, str) and "\x00" not in value
    return isinstance(value, (int, float)) or (isinstance(value, Decimal) and value.is_finite())


def _unknown_cursor() -> Invalid:
    return Invalid(
        "The cursor is not one of this list's.",
        remedy="Pass the next_cursor of the previous page with the same filters and order.",
    )
