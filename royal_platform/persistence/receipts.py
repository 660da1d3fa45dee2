"""Goods that came in against a purchase order; each counts while its stock change is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Subquery, cast, func, select, update

from royal_platform.commerce.decisions.model import Status
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.supply import receipts

# Its stock is in the store, or was and is being taken out.
IN_FORCE = tuple(s.value for s in (Status.EXECUTED, Status.MEASURED, Status.REVERTING))
# On its way into the store: it neither counts yet nor may be entered again.
UNDER_WAY = tuple(s.value for s in (Status.PROPOSED, Status.APPROVED, Status.EXECUTING))


@dataclass(frozen=True, slots=True)
class Receipt:
    """``quantity`` units that came in; ``status`` is that of the stock change that books them."""

    id: str
    purchase_order_id: str
    decision_id: str
    quantity: int
    final: bool
    received_at: datetime
    entered_by: str
    status: str
    failure: str | None

    @property
    def counts(self) -> bool:
        """Whether its units are in the store's stock."""
        return self.status in IN_FORCE


class Receipts:
    """The receipts of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def add(
        self, connection: Connection, receipt: Receipt, *, entry_key: str, now: datetime
    ) -> bool:
        """Keep it; False when this entry is kept already."""
        values = {
            "store_id": self.store_id, "id": receipt.id, "entry_key": entry_key,
            "purchase_order_id": receipt.purchase_order_id, "decision_id": receipt.decision_id,
            "quantity": receipt.quantity, "final": receipt.final,
            "received_at": receipt.received_at, "entered_by": receipt.entered_by,
            "entered_at": now,
        }  # fmt: skip
        return insert_if_absent(connection, receipts, values)

    def by_entry(self, connection: Connection, entry_key: str) -> Receipt | None:
        """The receipt that was entered under this key."""
        query = self._select().where(receipts.c.entry_key == entry_key)
        row = connection.execute(query).one_or_none()
        return None if row is None else _receipt(row)

    def of_decision(self, connection: Connection, decision_id: str) -> Receipt | None:
        """The receipt that a stock change books."""
        query = self._select().where(receipts.c.decision_id == decision_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else _receipt(row)

    def of_orders(
        self, connection: Connection, order_ids: Sequence[str]
    ) -> dict[str, list[Receipt]]:
        """The receipts of some purchase orders, oldest first."""
        found: dict[str, list[Receipt]] = {order_id: [] for order_id in order_ids}
        query = self._select().where(receipts.c.purchase_order_id.in_(list(order_ids)))
        for row in connection.execute(query.order_by(receipts.c.entered_at, receipts.c.id)):
            found[row.purchase_order_id].append(_receipt(row))
        return found

    def mark_last(self, connection: Connection, order_id: str) -> bool:
        """Say that the newest receipt that counts is the order's last; False when none counts."""
        came = [each for each in self.of_orders(connection, [order_id])[order_id] if each.counts]
        if not came:
            return False
        connection.execute(
            update(receipts)
            .where(receipts.c.store_id == self.store_id, receipts.c.id == came[-1].id)
            .values(final=True)
        )
        return True

    def _select(self) -> Any:
        return (
            select(receipts, decisions.c.status, decisions.c.failure)
            .join(
                decisions,
                (decisions.c.store_id == receipts.c.store_id)
                & (decisions.c.id == receipts.c.decision_id),
            )
            .where(receipts.c.store_id == self.store_id)
        )


def received_units(store_id: str) -> Subquery:
    """``purchase_order_id`` with its ``received`` units."""
    return (
        select(
            receipts.c.purchase_order_id,
            cast(func.sum(receipts.c.quantity), BigInteger).label("received"),
        )
        .join(
            decisions,
            (decisions.c.store_id == receipts.c.store_id)
            & (decisions.c.id == receipts.c.decision_id),
        )
        .where(receipts.c.store_id == store_id, decisions.c.status.in_(IN_FORCE))
        .group_by(receipts.c.purchase_order_id)
        .subquery("received")
    )


def _receipt(row: Row[Any]) -> Receipt:
    return Receipt(
        id=row.id,
        purchase_order_id=row.purchase_order_id,
        decision_id=row.decision_id,
        quantity=row.quantity,
        final=row.final,
        received_at=row.received_at,
        entered_by=row.entered_by,
        status=row.status,
        failure=row.failure,
    )
