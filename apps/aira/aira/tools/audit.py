"""The audit log: what happened, who did it, when; narrowed to a kind or to one product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import Field
from sqlalchemy import Connection

from aira.tools.finding import variant_of
from aira.tools.model import Answer, Asked, Column, Json, Paged, Tool, markdown, plain, safe, table
from core.errors import Invalid, NotFound
from core.events import StoredEvent, head, read_before
from royal_platform.persistence import stores
from royal_platform.persistence.decisions import Decisions

_COLUMNS = (
    Column("seq", "No.", "number"), Column("at", "When", "time"), Column("type", "What"),
    Column("actor", "Who"), Column("subject", "About"), Column("detail", "Detail"),
)  # fmt: skip
_TOLD = ("old", "new", "currency", "reason", "changed", "scope", "status", "ruling", "cron")


class EventsIn(Paged):
    """Which entries, the newest first."""

    type: str | None = Field(
        None, max_length=80,
        description="For example price.changed, or decision. for all that begins so",
    )  # fmt: skip
    about: str | None = Field(
        None, description="An id (decision, run, agent), or a product's title or SKU"
    )


class WhoIn(Paged):
    """Whose price."""

    product: str = Field(description="Title, SKU or id", min_length=1)


def events(asked: Asked, given: EventsIn) -> Answer:
    """A page of the log."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        subject = _subject(connection, asked, given)
        found = read_before(
            connection, store.id, _before(given.cursor), given.limit, given.type, subject
        )
        newest = head(connection, store.id)
        now = store.store_clock().now()
    said = urlencode({name: value for name, value in
                      (("type", given.type), ("subject", subject)) if value})  # fmt: skip
    answer = _answer(found, given.limit, f"GET /v1/events?{said}", now)
    return replace(answer, result={"head": newest, **answer.result})


def who(asked: Asked, given: WhoIn) -> Answer:
    """Who changed this price: each change with the decision and the person behind it."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        variant = variant_of(connection, store, given.product)
        found = read_before(
            connection, store.id, _before(given.cursor), given.limit, "price.changed", variant.id
        )
        deciders = {
            each.seq: _decider(connection, store.id, each.payload.get("decision_id"))
            for each in found
        }
        now = store.store_clock().now()
    query = f"GET /v1/events?{urlencode({'type': 'price.changed', 'subject': variant.id})}"
    answer = _answer(found, given.limit, query, now, deciders)
    nothing = (
        f"No decision changed the price of {safe(variant.title)}. What is changed in the store's "
        "own admin comes with the next synchronisation and is not in this log."
    )
    return replace(
        answer,
        result={"product": variant.title, **answer.result},
        text=answer.text if found else nothing,
        label=f"Who changed {variant.title}",
    )


def _answer(
    found: list[StoredEvent],
    limit: int,
    query: str,
    now: datetime,
    deciders: Mapping[int, str | None] | None = None,
) -> Answer:
    rows = []
    for each in found:
        row = _row(each)
        person = (deciders or {}).get(each.seq)
        if person:
            row["approved_by"] = person
            row["detail"] += f", approved by {person}"
        rows.append(row)
    more = len(found) == limit and found[-1].seq > 1
    return Answer(
        result={"data": rows},
        text=markdown(_COLUMNS, rows) if rows else "There is no such entry.",
        source="royal", as_of=now, view=table(_COLUMNS),
        next_cursor=str(found[-1].seq) if more else None, label="Audit log", query=query,
        link="/activity",
    )  # fmt: skip


def _row(each: StoredEvent) -> Json:
    facts = [f"{name} {plain(each.payload[name])}" for name in _TOLD if each.payload.get(name)]
    title = each.payload.get("subject_title") or each.payload.get("title")
    return {
        "seq": each.seq, "at": plain(each.occurred_at), "type": each.type, "actor": each.actor,
        "subject": title or each.subject, "subject_id": each.subject, "detail": ", ".join(facts),
        "decision_id": each.payload.get("decision_id"), "hash": each.hash,
    }  # fmt: skip


def _subject(connection: Connection, asked: Asked, given: EventsIn) -> str | None:
    words = (given.about or "").strip()
    if not words:
        return None
    try:
        return variant_of(connection, stores.get(connection, asked.store_id), words).id
    except NotFound:
        return words


def _decider(connection: Connection, store_id: str, decision_id: str | None) -> str | None:
    if decision_id is None:
        return None
    return Decisions(store_id).get(connection, decision_id).decided_by


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 15:
        raise Invalid("The cursor is not one of this list's.", remedy="Pass its next_cursor.")
    return int(cursor)


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "events", "Audit log",
        "What happened, who did it and when, the newest first; by kind of event or about one "
        "decision, run, agent or product.",
        "events:read", EventsIn, events, aliases=("audit", "activity", "recent_events"),
        completes={"about": "products"},
    ),
    Tool(
        "who", "Who changed this price",
        "Every change of a product's price by a decision: old, new, when, and who approved it.",
        "events:read", WhoIn, who, rest="product", completes={"product": "variants"},
    ),
)  # fmt: skip
