"""Where a person stands in conversations and in what models were shown: listed, and erased."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, select, update

from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.tables.conversations import (
    chat_events,
    chat_turns,
    conversations,
)
from royal_platform.persistence.tables.model_calls import model_texts
from royal_platform.persistence.tables.orders import customers, orders

ERASED = "[erased]"
# A shorter number is found in any text, and means something else there.
_TELLING_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Trace:
    """A row that tells of the person: its table and its primary key without the store."""

    table: Table
    key: tuple[Any, ...]


class Traces:
    """The traces of one person in one store, by what she is known by there.

    ``told`` is a webhook's ``customer``: id, email, phone. Make it before anything is erased:
    the name is read from the customer and the orders.
    """

    def __init__(
        self,
        connection: Connection,
        store_id: str,
        told: Mapping[str, Any],
        order_ids: Iterable[str] = (),
    ) -> None:
        self.store_id = store_id
        self._pattern = _pattern(
            str(told["id"]), _names(connection, store_id, str(told["id"]), order_ids),
            [str(told[name]) for name in ("email", "phone") if told.get(name)],
        )  # fmt: skip

    def found(self, connection: Connection) -> list[Trace]:
        """Every row with a trace. All texts are read: do it where nobody waits for the answer."""
        return [trace for trace, _values in self._rows(connection)]

    def passages(self, connection: Connection) -> list[dict[str, Any]]:
        """What is said of the person: whole lines of texts, single records of tables."""
        return [
            {"place": trace.table.name, "id": str(trace.key[0]), "says": said}
            for trace, values in self._rows(connection)
            for value in values.values()
            for said in self._said(value)
        ]

    def erase(self, connection: Connection, traces: Iterable[Trace]) -> None:
        """Erase the person from these rows as they are now.

        A text that a model was shown goes whole: it is kept under its digest, and an edited one
        would belie it.
        """
        for trace in traces:
            here = _at(self.store_id, trace)
            if trace.table is model_texts:
                connection.execute(delete(model_texts).where(here))
                continue
            columns = _TEXTS[trace.table]
            row = connection.execute(select(*columns).where(here)).one_or_none()
            if row is not None:
                values = {
                    column.name: _fitting(column, self._without(value))
                    for column, value in zip(columns, row, strict=True)
                }
                connection.execute(update(trace.table).where(here).values(**values))

    def _rows(self, connection: Connection) -> Iterator[tuple[Trace, dict[str, Any]]]:
        for table, columns in _TEXTS.items():
            keys = _keys(table)
            query = select(*keys, *columns).where(table.c.store_id == self.store_id)
            for row in connection.execute(query.execution_options(yield_per=200)):
                values = dict(zip((c.name for c in columns), row[len(keys) :], strict=True))
                if any(self._without(value) != value for value in values.values()):
                    yield Trace(table, tuple(row[: len(keys)])), values

    def _without(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._pattern.sub(ERASED, value)
        if isinstance(value, list):
            return [self._without(each) for each in value]
        if isinstance(value, dict):
            return {self._without(name): self._without(each) for name, each in value.items()}
        if isinstance(value, int) and self._pattern.fullmatch(str(value)):
            return ERASED
        return value

    def _said(self, value: Any) -> Iterator[Any]:
        if isinstance(value, str):
            yield from (line for line in value.splitlines() if self._pattern.search(line))
        elif isinstance(value, list):
            for each in value:
                yield from self._said(each)
        elif isinstance(value, dict):
            flat = {n: each for n, each in value.items() if not isinstance(each, dict | list)}
            if self._is_record(flat):
                yield flat
            else:
                for each in flat.values():
                    yield from self._said(each)
            for each in value.values():
                if isinstance(each, dict | list):
                    yield from self._said(each)

    def _is_record(self, flat: Mapping[str, Any]) -> bool:
        """Whether one of the values is the person's and nothing else, as in a row of a table."""
        return any(self._without(each) == ERASED for each in flat.values())


_TEXTS: dict[Table, tuple[Column[Any], ...]] = {
    conversations: (conversations.c.title, conversations.c.summary),
    chat_turns: (chat_turns.c.text, chat_turns.c.answer, chat_turns.c.messages),
    chat_events: (chat_events.c.data,),
    model_texts: (model_texts.c.text,),
}


def erase_all(connection: Connection, store_id: str) -> dict[str, int]:
    """Delete every conversation of the store and what models were shown; the counts."""
    return {
        table.name: connection.execute(delete(table).where(table.c.store_id == store_id)).rowcount
        for table in (conversations, model_texts)
    }


def _names(
    connection: Connection, store_id: str, customer_id: str, order_ids: Iterable[str]
) -> set[str]:
    person = select(customers.c.name).where(
        customers.c.store_id == store_id, customers.c.id == customer_id
    )
    buyer = select(orders.c.customer_name).where(orders.c.store_id == store_id)
    queries = [person, buyer.where(orders.c.customer_id == customer_id)]
    queries += [buyer.where(orders.c.id.in_(part)) for part in chunks(order_ids)]
    found = [name for query in queries for name in connection.execute(query).scalars()]
    return {name.strip() for name in found if name and name.strip()}


def _pattern(customer_id: str, names: Iterable[str], contacts: Iterable[str]) -> re.Pattern[str]:
    """Whole words in any case; a name of one word only as it is written: "oak" is a wood too."""
    known = [rf"(?:gid://shopify/)?Customer/{re.escape(customer_id)}"]
    if len(customer_id) >= _TELLING_DIGITS:
        known.append(re.escape(customer_id))
    known += [rf"(?i:{re.escape(each)})" for each in contacts]
    # A model's call is kept as it wrote it: JSON in a text, with or without escapes.
    for spelt in {each for name in names for each in (name, json.dumps(name)[1:-1])}:
        words = r"\s+".join(re.escape(word) for word in spelt.split())
        known.append(rf"(?i:{words})" if " " in spelt else words)
    # The longest first: "Ada Lovelace-King" is no "Ada Lovelace" with something behind it.
    known.sort(key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(known)})(?!\w)")


def _keys(table: Table) -> list[Column[Any]]:
    return [column for column in table.primary_key if column.name != "store_id"]


def _at(store_id: str, trace: Trace) -> Any:
    pairs = zip(_keys(trace.table), trace.key, strict=True)
    return and_(trace.table.c.store_id == store_id, *(column == value for column, value in pairs))


def _fitting(column: Column[Any], value: Any) -> Any:
    longest = getattr(column.type, "length", None)
    return value[:longest] if isinstance(value, str) else value
