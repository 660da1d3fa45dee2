"""Suppliers' mails about purchase orders, found among the threads by the number in a subject."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from royal_platform.commerce.suppliers.replies import Reply, orders_named, parcels_in
from royal_platform.persistence.tables.support import support_messages, support_threads

_MESSAGES, _THREADS = support_messages.c, support_threads.c
_SHOWN = 400


def replies_to(
    connection: Connection, store_id: str, order_ids: Sequence[str]
) -> dict[str, list[Reply]]:
    """What came in each order's threads, the oldest first; orders without a reply are left out."""
    if not order_ids:
        return {}
    named = or_(*(_THREADS.subject.contains(each, autoescape=True) for each in order_ids))
    threads = select(_THREADS.id, _THREADS.subject).where(_THREADS.store_id == store_id, named)
    subjects = {str(row.id): str(row.subject) for row in connection.execute(threads)}
    query = (
        select(support_messages)
        .where(_MESSAGES.store_id == store_id, _MESSAGES.thread_id.in_(list(subjects)))
        .where(_MESSAGES.direction == "inbound")
        .order_by(_MESSAGES.sent_at, _MESSAGES.id)
    )
    found: dict[str, list[Reply]] = {}
    for row in connection.execute(query):
        text = row.text or ""
        for order_id in set(orders_named(subjects[row.thread_id])) & set(order_ids):
            found.setdefault(order_id, []).append(
                Reply(
                    order_id, row.thread_id, row.id, row.author, row.address,
                    " ".join(text.split())[:_SHOWN], row.sent_at, parcels_in(text),
                )
            )  # fmt: skip
    return found
