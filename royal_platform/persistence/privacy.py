"""Personal data of one store: what is held about a person, its erasure, and the receipts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, select, update

from core.events.tables import events, events_personal
from core.secrets.sealing import SealingKey
from royal_platform.persistence.addresses import DecidedAddresses
from royal_platform.persistence.decided_words import DecidedWords
from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.flows import Flows
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.mirror_metafields import MetafieldMirror
from royal_platform.persistence.mirror_orders import OrderMirror
from royal_platform.persistence.order_cases import OrderCases
from royal_platform.persistence.statements import put
from royal_platform.persistence.stock_wishes import StockWishes
from royal_platform.persistence.support import Threads
from royal_platform.persistence.tables.catalog import metafields
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.fulfilment import order_cases
from royal_platform.persistence.tables.marketing import flow_enrolments, stock_wishes
from royal_platform.persistence.tables.messages import messages
from royal_platform.persistence.tables.orders import (
    abandoned_checkouts,
    customers,
    order_lines,
    order_transactions,
    orders,
    refund_lines,
    refunds,
    returns,
)
from royal_platform.persistence.tables.privacy import privacy_requests
from royal_platform.persistence.tables.runs import webhook_receipts
from royal_platform.persistence.touched_days import touch
from royal_platform.persistence.traces import erase_all
from royal_platform.persistence.webhook_inbox import blank

_PART = 400
# Whose bodies are kept until they were handled, and name a person.
_ABOUT_PEOPLE = ("customers/data_request", "customers/redact", "customers/delete")

# What is told of a person's orders, by its name in the export.
_OF_ORDERS = {
    "order_lines": order_lines, "refunds": refunds, "refund_lines": refund_lines,
    "transactions": order_transactions, "returns": returns, "order_cases": order_cases,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    """One request; ``receipt`` holds counts only, ``has_export`` that there is a file to fetch."""

    id: str
    topic: str
    subject: str
    state: str
    received_at: datetime
    done_at: datetime | None
    receipt: dict[str, Any]
    has_export: bool


class Privacy:
    """Requests about personal data of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def all(self, connection: Connection, limit: int = 100) -> list[PrivacyRequest]:
        """The newest requests."""
        query = (
            select(privacy_requests)
            .where(privacy_requests.c.store_id == self.store_id)
            .order_by(privacy_requests.c.received_at.desc(), privacy_requests.c.id)
        )
        return [_request(row) for row in connection.execute(query.limit(limit))]

    def export(self, connection: Connection, request_id: str, key: SealingKey) -> str | None:
        """The JSON text a data request led to; None when there is none (any more)."""
        query = select(privacy_requests.c.sealed_export).where(
            privacy_requests.c.store_id == self.store_id, privacy_requests.c.id == request_id
        )
        sealed = connection.execute(query).scalar()
        return None if sealed is None else key.unseal(f"privacy:{request_id}", sealed)

    def counts(self, connection: Connection, request_id: str) -> dict[str, int]:
        """What a request that was finished before has counted; empty when it was not."""
        query = select(privacy_requests.c.receipt).where(
            privacy_requests.c.store_id == self.store_id, privacy_requests.c.id == request_id
        )
        return dict(connection.execute(query).scalar() or {})

    def finish(
        self,
        connection: Connection,
        request_id: str,
        *,
        topic: str,
        subject: str,
        received_at: datetime,
        now: datetime,
        receipt: Mapping[str, Any],
        sealed_export: str | None = None,
    ) -> None:
        """Put the receipt down; doing it again replaces it."""
        row = {
            "store_id": self.store_id, "id": request_id, "topic": topic, "subject": subject,
            "state": "done", "received_at": received_at, "done_at": now,
            "receipt": dict(receipt), "sealed_export": sealed_export,
        }  # fmt: skip
        put(connection, privacy_requests, [row])

    def held_about(self, connection: Connection, customer_id: str) -> dict[str, Any]:
        """All that is stored about one customer: row, what is expected, orders, events' parts."""
        person = self._rows(connection, customers, customers.c.id == customer_id)
        theirs = self._rows(connection, orders, orders.c.customer_id == customer_id)
        ids = [str(order["id"]) for order in theirs]
        query = (
            select(events.c.type, events.c.occurred_at, events_personal.c.data)
            .join(
                events_personal,
                (events_personal.c.store_id == events.c.store_id)
                & (events_personal.c.seq == events.c.seq),
            )
            .where(events.c.store_id == self.store_id, events.c.subject.in_([customer_id, *ids]))
        )
        told = [
            {"type": row.type, "at": row.occurred_at.isoformat(), "data": json.loads(row.data)}
            for row in connection.execute(query)
        ]
        sent = self._rows(connection, messages, messages.c.customer_id == customer_id)
        expected = self._rows(
            connection, customer_values, customer_values.c.customer_id == customer_id
        )
        threads = Threads(self.store_id)
        written = [
            asdict(message)
            for thread_id in threads.about(connection, customer_id)
            for message in threads.messages(connection, thread_id)
        ]
        return {
            "threads": [dict(jsonable(each)) for each in written],
            "metafields": self._noted(connection, "customer", [customer_id])
            + self._noted(connection, "order", ids),
            "customer": person, "expected": expected, "orders": theirs,
            **{name: self._of_orders(connection, table, ids) for name, table in _OF_ORDERS.items()},
            "events": told, "messages": sent,
            "address_changes": DecidedAddresses(self.store_id).of(connection, ids),
            "decided_words": DecidedWords(self.store_id).of(connection, customer_id),
            "flows": self._rows(
                connection, flow_enrolments, flow_enrolments.c.customer_id == customer_id
            ),
            "stock_wishes": self._rows(
                connection, stock_wishes, stock_wishes.c.customer_id == customer_id
            ),
            "checkouts": self._rows(
                connection, abandoned_checkouts, abandoned_checkouts.c.customer_id == customer_id
            ),
        }  # fmt: skip

    def erase(
        self, connection: Connection, customer_id: str, order_ids: Iterable[str], now: datetime
    ) -> dict[str, int]:
        """Erase one person from copy, log (its erasable part), inbox and exports; the counts."""
        named = set(order_ids)
        query = select(orders.c.id).where(
            orders.c.store_id == self.store_id, orders.c.customer_id == customer_id
        )
        theirs = named | set(connection.execute(query).scalars())
        noting = MetafieldMirror(self.store_id)
        noted = noting.forget(connection, "customer", [customer_id])
        noted += noting.forget(connection, "order", theirs)
        erased = OrderMirror(self.store_id).erase_customers(connection, [customer_id], now)
        for part in _parts(sorted(theirs)):
            connection.execute(
                update(orders)
                .where(orders.c.store_id == self.store_id, orders.c.id.in_(part))
                .values(customer_name=None, search=func.lower(orders.c.name))
            )
        return {
            "customers": erased,
            "orders": len(theirs),
            "metafields": noted,
            "event_details": self._erase_events(connection, {customer_id, *theirs}),
            "webhook_bodies": self._blank_bodies(connection, customer_id),
            "exports": self._erase_exports(connection, customer_id),
            "messages": Messages(self.store_id).erase(connection, customer_id),
            "flows": Flows(self.store_id).erase(connection, customer_id),
            "stock_wishes": StockWishes(self.store_id).erase(connection, customer_id),
            "checkouts": self._part_from_checkouts(connection, customer_id),
            "decided_words": DecidedWords(self.store_id).erase(connection, customer_id),
            "threads": Threads(self.store_id).erase(connection, customer_id, theirs),
            "order_cases": OrderCases(self.store_id).erase(connection, theirs),
            "address_changes": DecidedAddresses(self.store_id).erase(connection, theirs),
        }

    def erase_store(self, connection: Connection, now: datetime) -> dict[str, int]:
        """Erase every person of the store; figures without a person in them stay."""
        everybody = connection.execute(
            select(customers.c.id).where(customers.c.store_id == self.store_id)
        ).scalars()
        noted = MetafieldMirror(self.store_id).forget_people(connection)
        erased = OrderMirror(self.store_id).erase_customers(connection, list(everybody), now)
        mine = orders.c.store_id == self.store_id
        days = connection.execute(select(orders.c.day).where(mine).distinct()).scalars()
        touch(connection, self.store_id, days)
        left = connection.execute(
            update(orders)
            .where(mine)
            .values(customer_name=None, customer_id=None, search=func.lower(orders.c.name))
        )
        details = connection.execute(
            delete(events_personal).where(events_personal.c.store_id == self.store_id)
        )
        return {
            "customers": erased,
            "orders": left.rowcount,
            "metafields": noted,
            "event_details": details.rowcount,
            "webhook_bodies": self._blank_bodies(connection, None),
            "exports": self._erase_exports(connection, None),
            "messages": Messages(self.store_id).erase(connection, None),
            "flows": Flows(self.store_id).erase(connection, None),
            "stock_wishes": StockWishes(self.store_id).erase(connection, None),
            "checkouts": self._part_from_checkouts(connection, None),
            "decided_words": DecidedWords(self.store_id).erase(connection, None),
            "threads": Threads(self.store_id).erase(connection, None),
            "order_cases": OrderCases(self.store_id).erase(connection, None),
            "address_changes": DecidedAddresses(self.store_id).erase(connection, None),
            **erase_all(connection, self.store_id),
        }

    def _rows(self, connection: Connection, table: Table, which: Any) -> list[dict[str, Any]]:
        query = select(table).where(table.c.store_id == self.store_id, which)
        return [dict(jsonable(row._asdict())) for row in connection.execute(query)]

    def _of_orders(
        self, connection: Connection, table: Table, ids: list[str]
    ) -> list[dict[str, Any]]:
        return [
            row
            for part in _parts(ids)
            for row in self._rows(connection, table, table.c.order_id.in_(part))
        ]

    def _noted(self, connection: Connection, owner: str, ids: list[str]) -> list[dict[str, Any]]:
        return [
            row
            for part in _parts(ids)
            for row in self._rows(
                connection,
                metafields,
                (metafields.c.owner_type == owner) & metafields.c.owner_id.in_(part),
            )
        ]

    def _part_from_checkouts(self, connection: Connection, customer_id: str | None) -> int:
        """Whose a checkout was is forgotten, of one person or of everybody."""
        columns = abandoned_checkouts.c
        statement = (
            update(abandoned_checkouts)
            .where(columns.store_id == self.store_id, columns.customer_id.is_not(None))
            .values(customer_id=None)
        )
        if customer_id is not None:
            statement = statement.where(columns.customer_id == customer_id)
        return connection.execute(statement).rowcount

    def _erase_events(self, connection: Connection, subjects: set[str]) -> int:
        count = 0
        for part in _parts(sorted(subjects)):
            about = select(events.c.seq).where(
                events.c.store_id == self.store_id, events.c.subject.in_(part)
            )
            count += connection.execute(
                delete(events_personal).where(
                    events_personal.c.store_id == self.store_id, events_personal.c.seq.in_(about)
                )
            ).rowcount
        return count

    def _blank_bodies(self, connection: Connection, customer_id: str | None) -> int:
        """Bodies that tell of this person, or of anybody, and were handled in vain.

        The others are not there: a body is kept only while handling it may take it.
        """
        columns = webhook_receipts.c
        query = select(columns.webhook_id, columns.body).where(
            columns.store_id == self.store_id, columns.processed_at.is_not(None),
            columns.body != b"", columns.topic.in_(_ABOUT_PEOPLE),
        )  # fmt: skip
        found = [
            (self.store_id, row.webhook_id)
            for row in connection.execute(query)
            if customer_id is None or _tells_of(row.body, customer_id)
        ]
        blank(connection, found)
        return len(found)

    def _erase_exports(self, connection: Connection, subject: str | None) -> int:
        columns = privacy_requests.c
        statement = (
            update(privacy_requests)
            .where(columns.store_id == self.store_id, columns.sealed_export.is_not(None))
            .values(sealed_export=None)
        )
        if subject is not None:
            statement = statement.where(columns.subject == subject)
        return connection.execute(statement).rowcount


def _tells_of(body: bytes, customer_id: str) -> bool:
    try:
        payload = json.loads(body)
    except ValueError:
        # Nobody can say whom it is about: better gone.
        return True
    if not isinstance(payload, dict):
        return True
    person = payload.get("customer")
    about = person.get("id") if isinstance(person, dict) else payload.get("id")
    return about is None or str(about) == customer_id


def _parts(values: list[str]) -> list[list[str]]:
    return [values[start : start + _PART] for start in range(0, len(values), _PART)]


def _request(row: Row[Any]) -> PrivacyRequest:
    return PrivacyRequest(
        id=row.id,
        topic=row.topic,
        subject=row.subject,
        state=row.state,
        received_at=row.received_at,
        done_at=row.done_at,
        receipt=dict(row.receipt),
        has_export=row.sealed_export is not None,
    )
