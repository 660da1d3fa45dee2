"""The webhook inbox of the whole installation: what came in, what waits, and bodies to erase."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache

import orjson
from sqlalchemy import Connection, literal, select, tuple_, update

from core.storage.changes import CHANNEL
from core.storage.types import utc_text
from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.tables.runs import webhook_receipts
from royal_platform.persistence.tables.store import stores

_COLUMNS = (
    "store_id", "webhook_id", "topic", "headers", "body", "received_at", "triggered_at",
)  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
# All rows as one parameter, so that one prepared statement serves any number of them; waiting
# workers are told in the same commit.
_ON_POSTGRES = f"""
WITH new AS (
    INSERT INTO webhook_receipts ({_NAMES})
    SELECT store_id, webhook_id, topic, headers, decode(body, 'base64'), received_at, triggered_at
    FROM jsonb_to_recordset(%s::text::jsonb) AS given (
        store_id text, webhook_id text, topic text, headers jsonb, body text,
        received_at timestamptz, triggered_at timestamptz
    )
    ON CONFLICT DO NOTHING
    RETURNING store_id, webhook_id
)
SELECT store_id, webhook_id, pg_notify('{CHANNEL}', store_id) FROM new
"""  # noqa: S608 - names of our own
# A store's id and a webhook's.
Name = tuple[str, str]


def append(connection: Connection, receipts: Sequence[Receipt]) -> set[Name]:
    """Store webhooks, each with a name and a ``received_at`` of its own; the names that are new.

    One statement by hand: a webhook costs its sender's patience, and typed parameters cost more
    than the rows.
    """
    if connection.dialect.name == "postgresql":
        told = orjson.dumps([_as_json(each) for each in receipts]).decode()
        rows = connection.exec_driver_sql(_ON_POSTGRES, (told,))
        return {(row[0], row[1]) for row in rows}
    given = tuple(cell for each in receipts for cell in _as_row(each))
    stored = connection.exec_driver_sql(_on_sqlite(len(receipts)), given).rowcount
    if stored == len(receipts):
        return {_name(each) for each in receipts}
    return _stored_now(connection, receipts)


def _stored_now(connection: Connection, receipts: Sequence[Receipt]) -> set[Name]:
    """Those of ``receipts`` that are stored as they came this time."""
    columns = webhook_receipts.c
    query = select(columns.store_id, columns.webhook_id, columns.received_at).where(
        tuple_(columns.store_id, columns.webhook_id).in_([_name(each) for each in receipts])
    )
    stored = {(row.store_id, row.webhook_id): row.received_at for row in connection.execute(query)}
    return {_name(each) for each in receipts if stored[_name(each)] == each.received_at}


@cache
def _on_sqlite(rows: int) -> str:
    values = ", ".join([f"({', '.join('?' * len(_COLUMNS))})"] * rows)
    return (
        f"INSERT INTO webhook_receipts ({_NAMES}) VALUES {values} "  # noqa: S608 - our own names
        "ON CONFLICT DO NOTHING"
    )


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


def _name(receipt: Receipt) -> Name:
    return receipt.store_id, receipt.webhook_id


def untold(connection: Connection, limit: int, *, lock: bool = False) -> list[Receipt]:
    """Webhooks of every store whose event was not recorded, as they came, without bodies."""
    columns = webhook_receipts.c
    listed = [each for each in columns if each.name != "body"]
    query = (
        select(*listed, literal(b"").label("body"))
        .where(columns.told_at.is_(None))
        .order_by(columns.received_at)
        .limit(limit)
    )
    rows = connection.execute(query.with_for_update() if lock else query)
    return [Receipt(**row._asdict()) for row in rows]


def mark_told(connection: Connection, receipts: Collection[Receipt], *, now: datetime) -> None:
    """Their events are recorded with this transaction."""
    columns = webhook_receipts.c
    connection.execute(
        update(webhook_receipts)
        .where(tuple_(columns.store_id, columns.webhook_id).in_([_name(r) for r in receipts]))
        .values(told_at=now)
    )


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
    connection: Connection, *, topics: Collection[str], limit: int = 100
) -> list[Receipt]:
    """Webhooks of ``topics`` nobody has worked on yet, of every store, oldest first."""
    columns = webhook_receipts.c
    query = (
        select(webhook_receipts)
        # Named, so that the index on what waits serves: it begins with the store.
        .where(columns.store_id.in_(select(stores.c.id)), columns.processed_at.is_(None))
        .where(columns.topic.in_(topics))
        .order_by(columns.received_at, columns.webhook_id)
        .limit(limit)
    )
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
