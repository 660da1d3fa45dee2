"""The append-only event log: one hash chain per store, appended right before a commit."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.events.canonical import GENESIS, canonical_json, chain_hash, digest
from core.events.tables import event_heads, events, events_personal
from core.storage.changes import CHANNEL
from core.storage.types import utc_text

_CHAINED = tuple(column.name for column in events.c if column.name not in {"payload", "hash"})


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, to be recorded with the transaction that made it happen.

    ``occurred_at`` is the store's (business) time. ``payload`` carries ids rather than objects.
    ``personal`` is kept beside the chain and can be erased without breaking it.
    """

    store_id: str
    type: str
    subject: str
    payload: Mapping[str, Any]
    actor: str
    occurred_at: datetime
    personal: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def append_all(cls, connection: Connection, batch: Sequence[NewEvent]) -> list[StoredEvent]:
        """Append ``batch``; the transaction calls this right before it commits."""
        return append(connection, batch)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the log. ``hash`` covers this row and, through it, every row before."""

    seq: int
    id: str
    store_id: str
    type: str
    subject: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    payload: dict[str, Any]
    hash: str


def append(connection: Connection, batch: Sequence[NewEvent]) -> list[StoredEvent]:
    """Append events inside the caller's write transaction, holding each store's head until commit.

    Call it last before commit: the head is a lock. Returns the rows in the order of ``batch``
    per store, stores in the order of their ids (so two transactions never wait for each other).
    """
    stored: list[StoredEvent] = []
    ordered = sorted(batch, key=lambda event: event.store_id)
    for store_id, group in groupby(ordered, key=lambda event: event.store_id):
        stored += _append_store(connection, store_id, list(group))
    return stored


def _append_store(
    connection: Connection, store_id: str, batch: Sequence[NewEvent]
) -> list[StoredEvent]:
    seq, previous = _lock_head(connection, store_id)
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = []
    personal: list[dict[str, Any]] = []
    for event in batch:
        seq += 1
        row = _new_row(event, seq, now)
        if event.personal is not None:
            data, salt = canonical_json(event.personal), secrets.token_hex(16)
            row["personal_digest"] = digest(salt + data)
            personal.append({"store_id": store_id, "seq": seq, "salt": salt, "data": data})
        previous = row["hash"] = chain_hash(previous, chained_columns(row))
        rows.append(row)
    connection.execute(insert(events), rows)
    if personal:
        connection.execute(insert(events_personal), personal)
    connection.execute(
        update(event_heads).where(event_heads.c.store_id == store_id).values(seq=seq, hash=previous)
    )
    if connection.dialect.name == "postgresql":
        # Delivered by the server when this transaction commits, never before.
        connection.execute(select(func.pg_notify(CHANNEL, store_id)))
    return [_stored(row) for row in rows]


def _lock_head(connection: Connection, store_id: str) -> tuple[int, str]:
    """Take the store's head row for the rest of the transaction; create it the first time."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(event_heads)
        .values(store_id=store_id, seq=0, hash=GENESIS)
        .on_conflict_do_nothing()
    )
    row = connection.execute(
        select(event_heads.c.seq, event_heads.c.hash)
        .where(event_heads.c.store_id == store_id)
        .with_for_update()
    ).one()
    return int(row.seq), str(row.hash)


def _new_row(event: NewEvent, seq: int, now: datetime) -> dict[str, Any]:
    payload = canonical_json(event.payload)
    return {
        "store_id": event.store_id,
        "seq": seq,
        "id": f"evt_{secrets.token_hex(12)}",
        "type": event.type,
        "subject": event.subject,
        "actor": event.actor,
        "occurred_at": event.occurred_at,
        "recorded_at": now,
        "payload": payload,
        "payload_digest": digest(payload),
        "personal_digest": None,
    }


def chained_columns(row: Mapping[str, Any]) -> dict[str, object]:
    """What the hash covers: every column but the payload's text, which its digest stands for."""
    chained = {name: row[name] for name in _CHAINED}
    chained["occurred_at"] = utc_text(row["occurred_at"])
    chained["recorded_at"] = utc_text(row["recorded_at"])
    return chained


def _stored(row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(
        seq=row["seq"],
        id=row["id"],
        store_id=row["store_id"],
        type=row["type"],
        subject=row["subject"],
        actor=row["actor"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        payload=json.loads(row["payload"]),
        hash=row["hash"],
    )


def read_after(  # noqa: PLR0917 - a filter reads well in any form
    connection: Connection,
    store_id: str,
    after: int,
    limit: int,
    type: str | None = None,  # noqa: A002 - the column's name
    subject: str | None = None,
    without: Sequence[str] = (),
) -> list[StoredEvent]:
    """Events with ``seq > after``, oldest first; ``type`` ending in ``.`` matches a prefix.

    Types in ``without`` are left out.
    """
    query = _select(store_id, type, subject, without).where(events.c.seq > after)
    query = query.order_by(events.c.seq)
    return [_stored(row._asdict()) for row in connection.execute(query.limit(limit))]


def read_before(  # noqa: PLR0917
    connection: Connection,
    store_id: str,
    before: int | None,
    limit: int,
    type: str | None = None,  # noqa: A002 - the column's name
    subject: str | None = None,
    without: Sequence[str] = (),
) -> list[StoredEvent]:
    """Events with ``seq < before`` (None: from the head), newest first.

    Types in ``without`` are left out.
    """
    query = _select(store_id, type, subject, without).order_by(events.c.seq.desc())
    if before is not None:
        query = query.where(events.c.seq < before)
    return [_stored(row._asdict()) for row in connection.execute(query.limit(limit))]


def newest_of(connection: Connection, store_id: str, types: Iterable[str]) -> int:
    """The place in the log of the newest event of these types; 0 when there is none."""
    newest = 0
    for each in types:
        # One at a time: the end of an index's range is found without reading the range.
        query = select(func.max(events.c.seq)).where(
            events.c.store_id == store_id, events.c.type == each
        )
        newest = max(newest, connection.execute(query).scalar() or 0)
    return newest


def _select(
    store_id: str, type_: str | None, subject: str | None, without: Sequence[str]
) -> Select[Any]:
    query = select(events).where(events.c.store_id == store_id)
    if without:
        query = query.where(events.c.type.not_in(without))
    if type_ is not None and type_.endswith("."):
        query = query.where(events.c.type.startswith(type_, autoescape=True))
    elif type_ is not None:
        query = query.where(events.c.type == type_)
    return query if subject is None else query.where(events.c.subject == subject)


def head(connection: Connection, store_id: str) -> int:
    """The sequence number of the store's last event; 0 when there is none."""
    query = select(event_heads.c.seq).where(event_heads.c.store_id == store_id)
    return int(connection.execute(query).scalar() or 0)


def personal(connection: Connection, store_id: str, seq: int) -> dict[str, Any] | None:
    """The personal data recorded with one event, or None when there is none (any more)."""
    query = select(events_personal.c.data).where(
        events_personal.c.store_id == store_id, events_personal.c.seq == seq
    )
    text = connection.execute(query).scalar()
    return None if text is None else dict(json.loads(text))


def erase_personal(connection: Connection, store_id: str, subject: str) -> int:
    """Erase the personal data of every event about ``subject``; the chain stays valid."""
    about = select(events.c.seq).where(events.c.store_id == store_id, events.c.subject == subject)
    result = connection.execute(
        delete(events_personal).where(
            events_personal.c.store_id == store_id, events_personal.c.seq.in_(about)
        )
    )
    return int(result.rowcount)


def stream(connection: Connection, store_id: str) -> Iterator[Row[Any]]:
    """Every row of the store's log with its personal part, oldest first, in constant memory."""
    query = (
        select(events, events_personal.c.salt, events_personal.c.data)
        .outerjoin(
            events_personal,
            (events_personal.c.store_id == events.c.store_id)
            & (events_personal.c.seq == events.c.seq),
        )
        .where(events.c.store_id == store_id)
        .order_by(events.c.seq)
        .execution_options(yield_per=1000)
    )
    yield from connection.execute(query)
