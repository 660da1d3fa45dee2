"""The webhook inbox of the whole installation: what waits in any store, and bodies to erase."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.tables.runs import webhook_receipts
from royal_platform.persistence.tables.store import stores


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
