"""The webhook inbox of the whole installation: what came in, what waits, and bodies to erase.

What a sender waits for is one row in ``webhook_intake`` that holds many webhooks as they came. A
worker takes it apart: a row each in ``webhook_receipts``, which are told apart by their ids there.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, delete, insert, select, tuple_, update

from core.storage.changes import CHANNEL
from core.storage.types import utc_text
from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.tables.runs import webhook_intake, webhook_receipts
from royal_platform.persistence.tables.store import stores

_COLUMNS = (
    "store_id", "webhook_id", "topic", "headers", "body", "received_at", "triggered_at",
)  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
_COUNTED = 1_000
# Waiting workers are told in the same commit.
_KEEP_ON_POSTGRES = f"""
WITH kept AS (INSERT INTO webhook_intake (held, packed) VALUES (%s, %s) RETURNING seq)
SELECT pg_notify('{CHANNEL}', store_id) FROM kept, unnest(%s::text[]) AS store_id
"""  # noqa: S608 - a name of our own
_KEEP_ON_SQLITE = "INSERT INTO webhook_intake (held, packed) VALUES (?, ?)"
# All rows as one parameter, so that one prepared statement serves any number of them.
_ON_POSTGRES = f"""
INSERT INTO webhook_receipts ({_NAMES})
SELECT store_id, webhook_id, topic, headers, decode(body, 'base64'), received_at, triggered_at
FROM jsonb_to_recordset(%s::text::jsonb) AS given (
    store_id text, webhook_id text, topic text, headers jsonb, body text,
    received_at timestamptz, triggered_at timestamptz
)
ON CONFLICT DO NOTHING
RETURNING store_id, webhook_id
"""  # noqa: S608 - names of our own
# A store's id and a webhook's.
Name = tuple[str, str]


class Arrival(NamedTuple):
    """Webhooks that were made durable together, in the order they came."""

    seq: int
    receipts: list[Receipt]


def keep(connection: Connection, receipts: Sequence[Receipt]) -> None:
    """Make webhooks durable as they came.

    One row without an index: a row each, which random ids scatter over several trees, costs their
    senders ten times as much.
    """
    packed = orjson.dumps([_packed(each) for each in receipts])
    if connection.dialect.name == "postgresql":
        senders = sorted({each.store_id for each in receipts})
        connection.exec_driver_sql(_KEEP_ON_POSTGRES, (len(receipts), packed, senders))
    else:
        connection.exec_driver_sql(_KEEP_ON_SQLITE, (len(receipts), packed))


def arrivals(connection: Connection, most: int, *, lock: bool = False) -> list[Arrival]:
    """The oldest that were not taken apart, of every store: about ``most`` webhooks."""
    columns = webhook_intake.c
    query = (
        select(columns.seq, columns.held)
        .where(columns.refused.is_(None))
        .order_by(columns.seq)
        .limit(most)
    )
    wanted: list[int] = []
    for seq, held in connection.execute(query.with_for_update() if lock else query):
        most -= held
        if wanted and most < 0:
            break
        wanted.append(seq)
    rows = connection.execute(
        select(columns.seq, columns.packed).where(columns.seq.in_(wanted)).order_by(columns.seq)
    )
    return [Arrival(seq, list(map(_unpacked, orjson.loads(packed)))) for seq, packed in rows]


def untaken(connection: Connection, store_id: str) -> int:
    """How many of one store were not taken apart yet, as far as the oldest thousand tell."""
    found = arrivals(connection, _COUNTED)
    return sum(receipt.store_id == store_id for each in found for receipt in each.receipts)


def drop(connection: Connection, arrived: Sequence[Arrival]) -> None:
    """These were taken apart."""
    which = [each.seq for each in arrived]
    connection.execute(delete(webhook_intake).where(webhook_intake.c.seq.in_(which)))


def set_aside(connection: Connection, receipts: Sequence[Receipt], why: str) -> int:
    """These can be no row: they stay as they came, out of the others' way. Returns their place."""
    packed = orjson.dumps([_packed(each) for each in receipts])
    row = insert(webhook_intake).values(held=len(receipts), packed=packed, refused=why)
    seq: int = connection.execute(row.returning(webhook_intake.c.seq)).scalar_one()
    return seq


def discard(connection: Connection, seq: int) -> None:
    """A person gave up what was set aside: what it told of anybody goes with it."""
    columns = webhook_intake.c
    which = (columns.seq == seq) & columns.refused.is_not(None)
    connection.execute(delete(webhook_intake).where(which))


def readmit(connection: Connection, seq: int) -> None:
    """What was set aside is tried again."""
    which = webhook_intake.c.seq == seq
    connection.execute(update(webhook_intake).where(which).values(refused=None))


def append(connection: Connection, receipts: Sequence[Receipt]) -> set[Name]:
    """A row for each, with a name of its own; the names that are new.

    One statement by hand: typed parameters cost more than the rows.
    """
    if connection.dialect.name == "postgresql":
        told = orjson.dumps([_as_json(each) for each in receipts]).decode()
        rows = connection.exec_driver_sql(_ON_POSTGRES, (told,))
        return {(row[0], row[1]) for row in rows}
    given = tuple(cell for each in receipts for cell in _as_row(each))
    rows = connection.exec_driver_sql(_on_sqlite(len(receipts)), given)
    return {(row[0], row[1]) for row in rows}


@cache
def _on_sqlite(rows: int) -> str:
    values = ", ".join([f"({', '.join('?' * len(_COLUMNS))})"] * rows)
    return (
        f"INSERT INTO webhook_receipts ({_NAMES}) VALUES {values} "  # noqa: S608 - our own names
        "ON CONFLICT DO NOTHING RETURNING store_id, webhook_id"
    )


def _packed(receipt: Receipt) -> tuple[object, ...]:
    body = base64.b64encode(receipt.body).decode() if receipt.body else ""
    return (
        receipt.store_id, receipt.webhook_id, receipt.topic, receipt.headers, body,
        receipt.received_at, receipt.triggered_at,
    )  # fmt: skip


def _unpacked(told: Sequence[Any]) -> Receipt:
    store_id, webhook_id, topic, headers, body, received_at, triggered_at = told
    return Receipt(
        store_id, webhook_id, topic, headers, base64.b64decode(body),
        datetime.fromisoformat(received_at),
        None if triggered_at is None else datetime.fromisoformat(triggered_at),
        processed_at=None, error=None,
    )  # fmt: skip


def _as_row(receipt: Receipt) -> tuple[str | bytes | None, ...]:
    triggered = receipt.triggered_at
    return (
        receipt.store_id, receipt.webhook_id, receipt.topic,
        orjson.dumps(receipt.headers).decode(), receipt.body, utc_text(receipt.received_at),
        None if triggered is None else utc_text(triggered),
    )  # fmt: skip


def _as_json(receipt: Receipt) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(receipt, name) for name in _COLUMNS}
    return told | {"body": base64.b64encode(receipt.body).decode()}


def begin(
    connection: Connection, which: Collection[Name], *, worker: str | None, now: datetime
) -> None:
    """``worker`` begins to work on these, unless they were worked on meanwhile.

    Committed before anything is done: a process that is killed leaves rows that say so.
    """
    columns = webhook_receipts.c
    connection.execute(
        update(webhook_receipts)
        .where(tuple_(columns.store_id, columns.webhook_id).in_(list(which)))
        .where(columns.processed_at.is_(None))
        .values(
            attempts=columns.attempts + 1, failures=columns.failures + 1,
            started_at=now, ended_at=None, worker=worker,
        )
    )  # fmt: skip


def leave(
    connection: Connection, which: Collection[Name], *, error: str, counts: bool, now: datetime
) -> None:
    """The attempt ended without an outcome, because of ``error``: these wait for the next.

    ``counts`` says whether it speaks against the webhook; a vendor that is away does not.
    """
    columns = webhook_receipts.c
    kept = {} if counts else {"failures": 0}
    connection.execute(
        update(webhook_receipts)
        .where(tuple_(columns.store_id, columns.webhook_id).in_(list(which)))
        .where(columns.processed_at.is_(None))
        .values(ended_at=now, last_error=error, **kept)
    )


def keep_steps(connection: Connection, which: Name, steps: Mapping[str, int]) -> None:
    """What a handler has done by this commit: a later attempt goes on from there."""
    columns = webhook_receipts.c
    connection.execute(
        update(webhook_receipts)
        .where(columns.store_id == which[0], columns.webhook_id == which[1])
        .values(steps=dict(steps))
    )


def unprocessed(
    connection: Connection,
    *,
    topics: Collection[str],
    held: tuple[str, Collection[str]] | None = None,
    limit: int = 100,
) -> list[Receipt]:
    """Webhooks of ``topics`` nobody has worked on yet, of every store, oldest first.

    ``held`` are a store's topics that wait.
    """
    columns = webhook_receipts.c
    query = (
        select(webhook_receipts)
        # Named, so that the index on what waits serves: it begins with the store.
        .where(columns.store_id.in_(select(stores.c.id)), columns.processed_at.is_(None))
        .where(columns.topic.in_(topics))
        .order_by(columns.received_at, columns.webhook_id)
        .limit(limit)
    )
    if held is not None:
        store_id, waiting = held
        query = query.where((columns.store_id != store_id) | columns.topic.not_in(waiting))
    return [Receipt(**row._asdict()) for row in connection.execute(query)]


def bodies(
    connection: Connection, *, besides: Collection[str], limit: int
) -> list[tuple[str, str]]:
    """Store and id of webhooks of every store whose body is there, of all topics ``besides``."""
    columns = webhook_receipts.c
    query = select(columns.store_id, columns.webhook_id).where(
        columns.body != b"", columns.topic.not_in(besides)
    )
    return [(row.store_id, row.webhook_id) for row in connection.execute(query.limit(limit))]


def blank(connection: Connection, which: Collection[tuple[str, str]]) -> None:
    """Erase the bodies of these webhooks (store, id); that they came is kept."""
    columns = webhook_receipts.c
    for store_id, webhook_id in which:
        connection.execute(
            update(webhook_receipts)
            .where(columns.store_id == store_id, columns.webhook_id == webhook_id)
            .values(body=b"")
        )
