"""Orders and customers as the lists and the detail page show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from core.errors import NotFound
from royal_platform.commerce.customers.segments import Rule
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.audience import CustomerFacts
from royal_platform.persistence.paging import Order, Page, containing, page
from royal_platform.persistence.tables.orders import (
    customers,
    order_adjustments,
    order_lines,
    orders,
    refunds,
)
from royal_platform.persistence.taxes import net_before_tax


@dataclass(frozen=True, slots=True)
class OrderItem:
    """One order; ``net`` is its share of net sales: before tax, after discounts and refunds."""

    id: str
    name: str
    processed_at: datetime
    cancelled_at: datetime | None
    financial_status: str | None
    fulfillment_status: str | None
    customer_id: str | None
    customer_name: str | None
    country: str | None
    total: Money
    net: Money
    units: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line: ``total`` after the line's discounts, refunds not subtracted."""

    id: str
    title: str
    sku: str | None
    variant_id: str | None
    quantity: int
    refunded_quantity: int
    unit_price: Money
    total: Money


@dataclass(frozen=True, slots=True)
class RefundItem:
    """One refund: ``total`` given back; ``adjustment`` what differs from the refunded lines."""

    id: str
    created_at: datetime
    total: Money
    adjustment: Money


@dataclass(frozen=True, slots=True)
class OrderFull:
    """An order with its lines and refunds."""

    order: OrderItem
    lines: tuple[LineItem, ...]
    refunds: tuple[RefundItem, ...]


@dataclass(frozen=True, slots=True)
class ConsentItem:
    """What a customer said about marketing on one channel, in the store's words in lower case.

    ``at`` is when it was last changed; ``location`` and ``source`` where it was collected.
    """

    state: str
    level: str | None
    at: datetime | None
    location: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class CustomerItem:
    """One customer; ``name`` None when there is none, or when it was erased.

    A channel is None when the store has no such address of the customer's.
    """

    id: str
    name: str | None
    country: str | None
    orders: int
    spent: Money
    first_order_at: datetime | None
    last_order_at: datetime | None
    email_consent: ConsentItem | None
    sms_consent: ConsentItem | None


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Words in number or customer, financial status, store-local days (both ends included)."""

    text: str | None = None
    financial_status: str | None = None
    since: date | None = None
    until: date | None = None
    customer_id: str | None = None


class Orders:
    """The orders and customers of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def page(
        self,
        connection: Connection,
        wanted: OrderFilter,
        *,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[OrderItem]:
        """A page, newest first."""
        conditions = self._conditions(wanted)
        order = Order("newest", orders.c.processed_at, orders.c.id, descending=True)
        query = order.apply(self._told().where(*conditions), cursor, limit)
        items = [_order(row) for row in connection.execute(query)]
        total = connection.execute(
            select(func.count()).select_from(orders).where(*conditions)
        ).scalar_one()
        return page(items, limit, int(total), order, lambda item: (item.processed_at, item.id))

    def get(self, connection: Connection, order_id: str) -> OrderFull:
        """One order. Raises ``NotFound``."""
        query = self._told().where(
            orders.c.store_id == self.store_id,
            orders.c.id == order_id,
            orders.c.deleted_at.is_(None),
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no order {order_id!r}.", remedy="List them: GET /v1/orders.")
        lines = connection.execute(self._of(order_lines, order_id).order_by(order_lines.c.id))
        adjusted = self._adjusted(connection, order_id)
        given = connection.execute(self._of(refunds, order_id).order_by(refunds.c.created_at))
        return OrderFull(
            _order(row),
            tuple(_line(line) for line in lines),
            tuple(
                RefundItem(
                    refund.id,
                    refund.created_at,
                    Money(refund.total, refund.currency),
                    Money(adjusted.get(refund.id, Decimal(0)), refund.currency),
                )
                for refund in given
            ),
        )

    def customers(
        self,
        connection: Connection,
        *,
        text: str | None = None,
        rule: Rule | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[CustomerItem]:
        """A page of customers, of those a rule is true of if one is given; most spent first."""
        conditions: list[ColumnElement[bool]] = [
            customers.c.store_id == self.store_id,
            customers.c.deleted_at.is_(None),
        ]
        conditions += containing(customers.c.search, text)
        if rule is not None:
            members = CustomerFacts.of(connection, self.store_id).members(rule)
            conditions.append(customers.c.id.in_(members))
        order = Order("spent", customers.c.spent, customers.c.id, descending=True)
        rows = list(
            connection.execute(order.apply(select(customers).where(*conditions), cursor, limit))
        )
        total = connection.execute(
            select(func.count()).select_from(customers).where(*conditions)
        ).scalar_one()
        found = page(rows, limit, int(total), order, lambda row: (row.spent, row.id))
        spans = self._spans(connection, [row.id for row in found.items])
        items = tuple(_customer(row, spans.get(row.id, (None, None))) for row in found.items)
        return Page(items, found.next_cursor, found.total)

    def customer(self, connection: Connection, customer_id: str) -> CustomerItem:
        """One customer. Raises ``NotFound``."""
        query = select(customers).where(
            customers.c.store_id == self.store_id,
            customers.c.id == customer_id,
            customers.c.deleted_at.is_(None),
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no customer {customer_id!r}.", remedy="List them: GET /v1/customers."
            )
        return _customer(row, self._spans(connection, [row.id]).get(row.id, (None, None)))

    def _adjusted(self, connection: Connection, order_id: str) -> dict[str, Decimal]:
        amount = order_adjustments.c.amount
        query = (
            select(order_adjustments.c.refund_id, func.sum(amount, type_=amount.type))
            .where(order_adjustments.c.store_id == self.store_id)
            .where(order_adjustments.c.order_id == order_id)
            .group_by(order_adjustments.c.refund_id)
        )
        return {row[0]: row[1] for row in connection.execute(query)}

    def _spans(
        self, connection: Connection, ids: list[str]
    ) -> dict[str, tuple[datetime | None, datetime | None]]:
        """First and last visible order of each customer."""
        moment = orders.c.processed_at
        query = (
            select(
                orders.c.customer_id,
                func.min(moment, type_=moment.type),
                func.max(moment, type_=moment.type),
            )
            .where(orders.c.store_id == self.store_id, orders.c.customer_id.in_(ids))
            .where(orders.c.deleted_at.is_(None))
            .group_by(orders.c.customer_id)
        )
        return {customer: (first, last) for customer, first, last in connection.execute(query)}

    def _of(self, table: Any, order_id: str) -> Any:
        return select(table).where(table.c.store_id == self.store_id, table.c.order_id == order_id)

    def _told(self) -> Select[Any]:
        return select(orders, net_before_tax(self.store_id).label("kept"))

    def _conditions(self, wanted: OrderFilter) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [
            orders.c.store_id == self.store_id,
            orders.c.deleted_at.is_(None),
        ]
        if wanted.financial_status:
            conditions.append(orders.c.financial_status == wanted.financial_status.lower())
        if wanted.customer_id:
            conditions.append(orders.c.customer_id == wanted.customer_id)
        if wanted.since:
            conditions.append(orders.c.day >= wanted.since)
        if wanted.until:
            conditions.append(orders.c.day <= wanted.until)
        conditions += containing(orders.c.search, wanted.text)
        return conditions


def _order(row: Row[Any]) -> OrderItem:
    return OrderItem(
        id=row.id,
        name=row.name,
        processed_at=row.processed_at,
        cancelled_at=row.cancelled_at,
        financial_status=row.financial_status,
        fulfillment_status=row.fulfillment_status,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        country=row.country,
        total=Money(row.total, row.currency),
        net=Money(row.kept, row.currency),
        units=row.units,
        updated_at=row.updated_at,
    )


def _line(row: Row[Any]) -> LineItem:
    return LineItem(
        id=row.id,
        title=row.title,
        sku=row.sku,
        variant_id=row.variant_id,
        quantity=row.quantity,
        refunded_quantity=row.refunded_quantity,
        unit_price=Money(row.unit_price, row.currency),
        total=Money(row.total, row.currency),
    )


def _customer(row: Row[Any], span: tuple[datetime | None, datetime | None]) -> CustomerItem:
    return CustomerItem(
        id=row.id,
        name=row.name,
        country=row.country,
        orders=row.orders,
        spent=Money(row.spent, row.currency),
        first_order_at=span[0],
        last_order_at=span[1],
        email_consent=_consent(
            row.email_consent, row.email_consent_level, row.email_consent_at,
            row.email_consent_location, None,
        ),
        sms_consent=_consent(
            row.sms_consent, row.sms_consent_level, row.sms_consent_at,
            row.sms_consent_location, row.sms_consent_source,
        ),
    )  # fmt: skip


def _consent(
    state: str | None,
    level: str | None,
    at: datetime | None,
    location: str | None,
    source: str | None,
) -> ConsentItem | None:
    return None if state is None else ConsentItem(state, level, at, location, source)
