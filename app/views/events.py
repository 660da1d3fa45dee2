"""The audit log on the wire: pages of it, and single rows for the live feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.schemas.operations import EventOut, EventPage, EventQuery
from core.events import StoredEvent, head, read_after, read_before

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def page(platform: Platform, query: EventQuery) -> EventPage:
    """Ascending after a number, else descending (before a number, or from the newest)."""
    narrowed: dict[str, Any] = {
        "type": query.type,
        "subject": query.subject,
        "without": query.without,
    }
    with platform.database.read() as connection:
        newest = head(connection, platform.store_id)
        if query.after is not None:
            found = read_after(connection, platform.store_id, query.after, query.limit, **narrowed)
        else:
            found = read_before(
                connection, platform.store_id, query.before, query.limit, **narrowed
            )
    full = len(found) == query.limit
    following = found[-1].seq if found and full and query.after is not None else None
    return EventPage(data=[event_out(item) for item in found], next_after=following, head=newest)


def event_out(event: StoredEvent) -> EventOut:
    """One row of the log."""
    return EventOut(
        seq=event.seq,
        id=event.id,
        type=event.type,
        subject=event.subject,
        actor=event.actor,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        payload=event.payload,
        hash=event.hash,
    )
