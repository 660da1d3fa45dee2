"""Suppliers' mails about orders of ours, found among the threads.

By the mail of ours that they answer, else by the number in a subject.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, or_, select

from royal_platform.commerce.suppliers.labels import labelled
from royal_platform.commerce.suppliers.replies import (
    Reply,
    orders_named,
    parcels_in,
    references_named,
)
from royal_platform.persistence.tables.support import support_messages, support_threads

_MESSAGES, _THREADS = support_messages.c, support_threads.c
_SHOWN = 400


def replies_to(
    connection: Connection, store_id: str, order_ids: Sequence[str]
) -> dict[str, list[Reply]]:
    """What came in each purchase order's threads, the oldest first; those without are left out."""
    return _replies(connection, store_id, order_ids, _THREADS.purchase_order_id, orders_named)


def replies_on(
    connection: Connection, store_id: str, references: Sequence[str]
) -> dict[str, list[Reply]]:
    """The same of customers' orders at suppliers, by our reference."""
    return _replies(connection, store_id, references, _THREADS.supplier_order_id, references_named)


def _replies(
    connection: Connection, store_id: str, order_ids: Sequence[str], column: Any,
    named_in: Callable[[str], tuple[str, ...]],
) -> dict[str, list[Reply]]:  # fmt: skip
    if not order_ids:
        return {}
    named = or_(*(_THREADS.subject.icontains(each, autoescape=True) for each in order_ids))
    threads = select(_THREADS.id, _THREADS.subject, column.label("about")).where(
        _THREADS.store_id == store_id, or_(named, column.in_(order_ids))
    )
    about = {
        str(row.id): {row.about, *named_in(row.subject)} & set(order_ids)
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
                    labelled(text),
                )
            )  # fmt: skip
    return found
