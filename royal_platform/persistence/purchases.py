"""The store's book of purchase orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from core.errors import Conflict, NotFound
from royal_platform.commerce.inventory.model import PurchaseOrder
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.receipts import IN_FORCE, UNDER_WAY, Receipts, received_units
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import purchase_orders


@dataclass(frozen=True, slots=True)
class BookedPurchase:
    """A purchase order with the variant's title and the time it was booked."""

    order: PurchaseOrder
    title: str
    created_at: datetime


class Purchases:
    """The purchase orders of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def place(
        self, connection: Connection, order: PurchaseOrder, *, title: str, now: datetime
    ) -> PurchaseOrder:
        """Book the order; booking one decision's order twice returns the first one."""
        cost = order.unit_cost
        values = {
            "store_id": self.store_id, "id": order.id, "decision_id": order.decision_id,
            "variant_id": order.variant_id, "sku": order.sku, "title": title,
            "quantity": order.quantity, "unit_cost": None if cost is None else cost.amount,
            "currency": None if cost is None else cost.currency,
            "location_id": order.location_id, "status": "ordered",
            "expected_at": order.expected_at, "created_at": now,
            "supplier_id": order.supplier_id,
        }  # fmt: skip
        insert_if_absent(connection, purchase_orders, values)
        query = self._select().where(purchase_orders.c.decision_id == order.decision_id)
        return _order(connection.execute(query).one())

    def cancel(self, connection: Connection, order_id: str) -> PurchaseOrder:
        """Cancel an order of which nothing has arrived; cancelling twice changes nothing."""
        came = Receipts(self.store_id).of_orders(connection, [order_id])[order_id]
        if not any(receipt.status in (*IN_FORCE, *UNDER_WAY) for receipt in came):
            connection.execute(
                update(purchase_orders)
                .where(purchase_orders.c.store_id == self.store_id)
                .where(purchase_orders.c.id == order_id, purchase_orders.c.status == "ordered")
                .values(status="cancelled")
            )
        order = self.get(connection, order_id)
        if order.status != "cancelled":
            raise Conflict(
                f"The purchase order {order_id!r} has arrived already, or a part of it.",
                remedy="Send the goods back, or sell them; undo its receipts first.",
            )
        return order

    def settle(self, connection: Connection, order_id: str) -> None:
        """Close the order once all of it came, or what came was said to be the last; else open."""
        came = [
            receipt
            for receipt in Receipts(self.store_id).of_orders(connection, [order_id])[order_id]
            if receipt.counts
        ]
        order = self.get(connection, order_id)
        whole = sum(receipt.quantity for receipt in came) >= order.quantity
        closed = whole or any(receipt.final for receipt in came)
        connection.execute(
            update(purchase_orders)
            .where(purchase_orders.c.store_id == self.store_id)
            .where(purchase_orders.c.id == order_id, purchase_orders.c.status != "cancelled")
            .values(status="received" if closed else "ordered")
        )

    def get(self, connection: Connection, order_id: str) -> PurchaseOrder:
        """One purchase order. Raises ``NotFound``."""
        found = self.find(connection, order_id)
        if found is None:
            raise NotFound(
                f"There is no purchase order {order_id!r}.",
                remedy="Read the decision that placed it.",
            )
        return found

    def find(self, connection: Connection, order_id: str) -> PurchaseOrder | None:
        """One purchase order; None when there is none."""
        query = self._select().where(purchase_orders.c.id == order_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else _order(row)

    def of_decision(self, connection: Connection, decision_id: str) -> PurchaseOrder | None:
        """The order that a decision placed."""
        query = self._select().where(purchase_orders.c.decision_id == decision_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else _order(row)

    def on_order(self, connection: Connection) -> list[PurchaseOrder]:
        """Orders that were placed and have neither arrived nor been cancelled."""
        query = self._select().where(purchase_orders.c.status == "ordered")
        return [_order(row) for row in connection.execute(query.order_by(purchase_orders.c.id))]

    def booked(self, connection: Connection, order_id: str) -> BookedPurchase:
        """One purchase order with its title and time. Raises ``NotFound``."""
        self.get(connection, order_id)
        row = connection.execute(self._select().where(purchase_orders.c.id == order_id)).one()
        return BookedPurchase(_order(row), row.title, row.created_at)

    def page(
        self, connection: Connection, cursor: str | None = None, limit: int = 50
    ) -> Page[BookedPurchase]:
        """A page, newest first."""
        order = Order("newest", purchase_orders.c.created_at, purchase_orders.c.id, True)
        rows = [
            BookedPurchase(_order(row), row.title, row.created_at)
            for row in connection.execute(order.apply(self._select(), cursor, limit))
        ]
        count = select(func.count()).where(purchase_orders.c.store_id == self.store_id)
        total = int(connection.execute(count).scalar_one())
        return page(rows, limit, total, order, lambda item: (item.created_at, item.order.id))

    def _select(self) -> Any:
        came = received_units(self.store_id)
        return (
            select(purchase_orders, func.coalesce(came.c.received, 0).label("received"))
            .outerjoin(came, came.c.purchase_order_id == purchase_orders.c.id)
            .where(purchase_orders.c.store_id == self.store_id)
        )


def _order(row: Row[Any]) -> PurchaseOrder:
    cost = None if row.unit_cost is None else Money(row.unit_cost, row.currency)
    return PurchaseOrder(
        id=row.id,
        decision_id=row.decision_id,
        variant_id=row.variant_id,
        sku=row.sku,
        quantity=row.quantity,
        unit_cost=cost,
        location_id=row.location_id,
        expected_at=row.expected_at,
        status=row.status,
        received=int(row.received),
        supplier_id=row.supplier_id,
    )
