"""Whom the store knows by name, looked up in a text without asking the database for each word."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select

from core.errors import Unavailable
from core.storage.database import Database
from core.telemetry.logs import get_logger
from royal_platform.commerce.language.folding import fold, folded
from royal_platform.commerce.language.model import PersonalField, PersonalValue
from royal_platform.persistence.tables.orders import customers, orders

# Names that left the store are forgotten, and rows older than the mark are found, this often.
_ANEW_SECONDS = 60.0
_SOURCES: tuple[tuple[Table, Column[Any]], ...] = (
    (customers, customers.c.name),
    (orders, orders.c.customer_name),
)
_log = get_logger(__name__)


class StoredPeople:
    """``People`` from the mirrored customers and orders, as they are at each look-up.

    What changed is read before every look-up; the whole is read again in the background, so that
    only the very first look-up of a process waits for it. A name of several words is found in any
    case; a single word only as it is stored, since "oak" may be a customer and is a material too.
    """

    def __init__(
        self,
        database: Database,
        store_id: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._store_id = store_id
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._names: _Names | None = None
        self._begun_at = 0.0

    def named_in(self, text: str) -> list[PersonalValue]:
        """The customers' names that stand in ``text``."""
        view = fold(text).text
        found: dict[str, None] = {}
        with self._turn:
            index = self._current().by_first_word
            for start in _word_starts(view):
                for key, name in index.get(_word(view, start), {}).items():
                    if view.startswith(key, start) and (" " in key or name in text):
                        found[name] = None
        return [PersonalValue(PersonalField.NAME, name) for name in found]

    def _current(self) -> _Names:
        now = self._monotonic()
        if self._names is None:
            self._begun_at, self._names = now, self._read()
            return self._names
        with self._database.read() as connection:
            self._names.read(connection, self._store_id)
        if now - self._begun_at >= _ANEW_SECONDS:
            self._begun_at = now
            threading.Thread(target=self._read_anew, name="people", daemon=True).start()
        return self._names

    def _read(self) -> _Names:
        names = _Names()
        with self._database.read() as connection:
            names.read(connection, self._store_id)
        return names

    def _read_anew(self) -> None:
        try:
            names = self._read()
        except Unavailable as error:
            # What is known stays; a look-up in a minute tries again.
            _log.warning("people.read.failed", store_id=self._store_id, error=error.detail)
            return
        with self._turn:
            self._names = names


@dataclass
class _Names:
    """Names under their first word, and up to which ``updated_at`` each table was read."""

    by_first_word: dict[str, dict[str, str]] = field(default_factory=dict)
    read_to: dict[str, datetime] = field(default_factory=dict)

    def read(self, connection: Connection, store_id: str) -> None:
        """Add the names in rows changed since the last read, in all rows at the first."""
        for table, column in _SOURCES:
            changed = table.c.store_id == store_id
            mark = self.read_to.get(table.name)
            if mark is not None:
                # Rows can change within one moment: those at the mark are read again.
                changed &= table.c.updated_at >= mark
            newest = connection.execute(select(func.max(table.c.updated_at)).where(changed))
            reached = newest.scalar_one()
            names = select(column).where(changed, column.is_not(None)).distinct()
            for name in connection.execute(names).scalars():
                self._add(name)
            if reached is not None:
                self.read_to[table.name] = reached

    def _add(self, name: str) -> None:
        key = folded(name)
        begins = next((n for n, each in enumerate(key) if each.isalnum()), None)
        if begins is not None:
            self.by_first_word.setdefault(_word(key, begins), {})[key[begins:]] = name


def _word_starts(view: str) -> list[int]:
    return [
        place
        for place, character in enumerate(view)
        if character.isalnum() and (place == 0 or not view[place - 1].isalnum())
    ]


def _word(view: str, start: int) -> str:
    """The letters and digits from ``start`` on: "o'brien" is looked up under "o"."""
    end = start
    while end < len(view) and view[end].isalnum():
        end += 1
    return view[start:end]
