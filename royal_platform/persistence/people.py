"""Whom the store knows by name, looked up in a text without asking the database for each word."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy import select

from core.storage.database import Database
from royal_platform.commerce.language.folding import fold, folded
from royal_platform.commerce.language.model import PersonalField, PersonalValue
from royal_platform.persistence.tables.orders import customers, orders

_FRESH_SECONDS = 60.0


class StoredPeople:
    """``People`` from the mirrored customers and orders, at most a minute old.

    A name of several words is found in any case; a single word only as it is stored, since "oak"
    may be a customer and is a material too.
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
        self._read_at: float | None = None
        self._by_first_word: dict[str, dict[str, str]] = {}

    def named_in(self, text: str) -> list[PersonalValue]:
        """The customers' names that stand in ``text``."""
        index = self._index()
        view = fold(text).text
        found: dict[str, None] = {}
        for start in _word_starts(view):
            for key, name in index.get(_word(view, start), {}).items():
                if view.startswith(key, start) and (" " in key or name in text):
                    found[name] = None
        return [PersonalValue(PersonalField.NAME, name) for name in found]

    def _index(self) -> dict[str, dict[str, str]]:
        with self._turn:
            now = self._monotonic()
            if self._read_at is None or now - self._read_at >= _FRESH_SECONDS:
                self._by_first_word = self._read()
                self._read_at = now
            return self._by_first_word

    def _read(self) -> dict[str, dict[str, str]]:
        index: dict[str, dict[str, str]] = {}
        with self._database.read() as connection:
            for column, table in ((customers.c.name, customers), (orders.c.customer_name, orders)):
                query = (
                    select(column)
                    .where(table.c.store_id == self._store_id, column.is_not(None))
                    .distinct()
                )
                for name in connection.execute(query).scalars():
                    key = folded(name)
                    begins = next((n for n, each in enumerate(key) if each.isalnum()), None)
                    if begins is not None:
                        index.setdefault(_word(key, begins), {})[key[begins:]] = name
        return index


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
