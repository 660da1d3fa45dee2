"""Suppliers' mails about purchase orders, found among the threads.

By the mail of ours that they answer, else by the number in a subject.
"""

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
    columns = select(_THREADS.id, _THREADS.subject, _THREADS.purchase_order_id)
    threads = columns.where(
        _THREADS.store_id == store_id, or_(named, _THREADS.purchase_order_id.in_(order_ids))
    )
    about = {
        str(row.id): {row.purchase_order_id, *orders_named(row.subject)} & set(order_ids)
        for row in connection.execute(threads)
    }
    query = (
        select(support_messages)
        .where(_MESSAGES.store_id == store_id, _MESSAGES.thread_id.in_(list(about)))
        .where(_MESSAGES.direction == "inbound")
        .order_by(_MESSAGES.sent_at, _MESSAGES.id)
    )
    found: dict[str, list[Reply]] = {}
    for row in connection.execute(query):
        text = row.text or ""
        for order_id in about[row.thread_id]:
            found.setdefault(order_id, []).append(
                Reply(
                    order_id, row.thread_id, row.id, row.author, row.address,
                    " ".join(text.split())[:_SHOWN], row.sent_at, parcels_in(text),
                )
            )  # fmt: skip
    return found
