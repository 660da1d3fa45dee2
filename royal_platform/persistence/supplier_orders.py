"""The book of orders placed with suppliers: one row per order, as the supplier last stated it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    CLOSED,
    OrderLine,
    StatedLine,
    SupplierOrder,
    Tracking,
)
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.suppliers import supplier_orders


@dataclass(frozen=True, slots=True)
class BookedOrder:
    """An order in the book: by whom, for what, and how it stands."""

    id: str
    supplier_id: str
    decision_id: str
    order_id: str | None
    lines: tuple[OrderLine, ...]
    placed_at: datetime
    order: SupplierOrder


class SupplierOrders:
    """The supplier orders of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def book(
        self,
        connection: Connection,
        stated: SupplierOrder,
        *,
        supplier_id: str,
        decision_id: str,
        lines: Sequence[OrderLine],
        order_id: str | None,
        now: datetime,
    ) -> None:
        """Enter an order that was placed; entering it again only brings it up to date."""
        values = {
            "store_id": self.store_id, "id": stated.reference, "supplier_id": supplier_id,
            "decision_id": decision_id, "order_id": order_id, "placed_at": now,
            "lines": [_line_row(each) for each in lines], **_stated(stated), "updated_at": now,
        }  # fmt: skip
        if not insert_if_absent(connection, supplier_orders, values):
            self.state(connection, stated, now=now)

    def state(self, connection: Connection, stated: SupplierOrder, *, now: datetime) -> bool:
        """Note how the supplier states it now; False when nothing is new.

        A statement that is silent about the lines takes nothing back of what was said of them.
        """
        before = self.get(connection, stated.reference)
        if before is None:
            return False
        if stated.lines is None:
            stated = replace(stated, lines=before.order.lines)
        if before.order == stated:
            return False
        connection.execute(
            update(supplier_orders)
            .where(supplier_orders.c.store_id == self.store_id)
            .where(supplier_orders.c.id == stated.reference)
            .values(**_stated(stated), updated_at=now)
        )
        return True

    def get(self, connection: Connection, reference: str) -> BookedOrder | None:
        """The order under our reference."""
        query = self._select().where(supplier_orders.c.id == reference)
        row = connection.execute(query).one_or_none()
        return None if row is None else _booked(row)

    def of_decision(self, connection: Connection, decision_id: str) -> BookedOrder | None:
        """The order a decision placed."""
        query = self._select().where(supplier_orders.c.decision_id == decision_id)
        row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else _booked(row)

    def open(self, connection: Connection, supplier_id: str) -> list[BookedOrder]:
        """Orders of which more is to be heard."""
        query = self._select().where(
            supplier_orders.c.supplier_id == supplier_id,
            supplier_orders.c.status.not_in(sorted(CLOSED)),
        )
        rows = connection.execute(query.order_by(supplier_orders.c.placed_at))
        return [_booked(row) for row in rows]

    def for_orders(
        self, connection: Connection, order_ids: Sequence[str]
    ) -> dict[str, list[BookedOrder]]:
        """What was ordered for these orders of the shop, the oldest first."""
        found: dict[str, list[BookedOrder]] = {}
        for part in chunks(order_ids):
            query = self._select().where(supplier_orders.c.order_id.in_(part))
            for row in connection.execute(query.order_by(supplier_orders.c.placed_at)):
                found.setdefault(str(row.order_id), []).append(_booked(row))
        return found

    def in_doubt(self, connection: Connection) -> list[str]:
        """Orders of the shop for which an order at a supplier is not at its end."""
        query = select(supplier_orders.c.order_id).where(
            supplier_orders.c.store_id == self.store_id,
            supplier_orders.c.order_id.is_not(None),
            supplier_orders.c.status.not_in(sorted(CLOSED)),
        )
        return [str(each) for each in connection.execute(query.distinct()).scalars()]

    def page(
        self, connection: Connection, *, supplier_id: str | None = None,
        cursor: str | None = None, limit: int = 50,
    ) -> Page[BookedOrder]:  # fmt: skip
        """A page, newest first."""
        conditions = [supplier_orders.c.store_id == self.store_id]
        if supplier_id is not None:
            conditions.append(supplier_orders.c.supplier_id == supplier_id)
        order = Order("placed", supplier_orders.c.placed_at, supplier_orders.c.id, True)
        query = order.apply(select(supplier_orders).where(*conditions), cursor, limit)
        rows = [_booked(row) for row in connection.execute(query)]
        counted = select(func.count()).select_from(supplier_orders).where(*conditions)
        total = int(connection.execute(counted).scalar_one())
        return page(rows, limit, total, order, lambda item: (item.placed_at, item.id))

    def _select(self) -> Any:
        return select(supplier_orders).where(supplier_orders.c.store_id == self.store_id)


def _stated(stated: SupplierOrder) -> dict[str, Any]:
    tracking, total = stated.tracking, stated.total
    return {
        "supplier_reference": stated.supplier_reference, "status": stated.status,
        "promised_at": stated.promised_at, "shipped_at": stated.shipped_at,
        "delivered_at": stated.delivered_at,
        "total": None if total is None else total.amount,
        "currency": None if total is None else total.currency,
        "tracking_number": None if tracking is None else tracking.number,
        "carrier": None if tracking is None else tracking.carrier,
        "tracking_url": None if tracking is None else tracking.url,
        "stated_lines": None if stated.lines is None else [asdict(each) for each in stated.lines],
    }  # fmt: skip


def _line_row(line: OrderLine) -> dict[str, Any]:
    cost = line.unit_cost
    return {
        "supplier_sku": line.supplier_sku, "quantity": line.quantity, "title": line.title,
        "unit_cost": None if cost is None else str(cost.amount),
        "currency": None if cost is None else cost.currency,
    }  # fmt: skip


def _booked(row: Row[Any]) -> BookedOrder:
    lines = tuple(
        OrderLine(
            each["supplier_sku"], each["quantity"],
            None if each["unit_cost"] is None
            else Money(Decimal(each["unit_cost"]), each["currency"]),
            each["title"],
        )
        for each in row.lines
    )  # fmt: skip
    number = row.tracking_number
    stated = SupplierOrder(
        reference=row.id, supplier_reference=row.supplier_reference or "", status=row.status,
        promised_at=row.promised_at, shipped_at=row.shipped_at, delivered_at=row.delivered_at,
        total=None if row.total is None else Money(row.total, row.currency),
        tracking=None if number is None else Tracking(number, row.carrier, row.tracking_url),
        lines=None if row.stated_lines is None
        else tuple(StatedLine(**each) for each in row.stated_lines),
    )  # fmt: skip
    return BookedOrder(
        row.id, row.supplier_id, row.decision_id, row.order_id, lines, row.placed_at, stated
    )
