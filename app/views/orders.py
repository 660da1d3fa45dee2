"""Orders on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.store import OrderDetail, OrderLineOut, OrderOut, OrderPage, OrderQuery, RefundOut
from app.views import shared
from royal_platform.persistence.orders import (
    LineItem,
    OrderFilter,
    OrderItem,
    Orders,
    RefundItem,
)

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def listing(platform: Platform, query: OrderQuery) -> OrderPage:
    """A page of orders, newest first."""
    wanted = OrderFilter(
        text=query.q,
        financial_status=query.financial_status,
        since=query.from_,
        until=query.to,
    )
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = Orders(store.id).page(connection, wanted, cursor=query.cursor, limit=query.limit)
    return OrderPage(
        data=[_order(item) for item in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def one(platform: Platform, order_id: str) -> OrderDetail:
    """One order with its lines and refunds."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        full = Orders(store.id).get(connection, order_id)
    return OrderDetail(
        **_order(full.order).model_dump(),
        lines=[_line(line) for line in full.lines],
        refunds=[_refund(refund) for refund in full.refunds],
        provenance=shared.provenance(store),
    )


def _order(item: OrderItem) -> OrderOut:
    return OrderOut(
        id=item.id,
        name=item.name,
        processed_at=item.processed_at,
        cancelled_at=item.cancelled_at,
        financial_status=item.financial_status,
        fulfillment_status=item.fulfillment_status,
        customer_name=item.customer_name,
        country=item.country,
        total=shared.amount(item.total.amount, item.total.currency),
        net=shared.amount(item.net.amount, item.net.currency),
        units=item.units,
        updated_at=item.updated_at,
    )


def _line(line: LineItem) -> OrderLineOut:
    return OrderLineOut(
        id=line.id,
        title=line.title,
        sku=line.sku,
        variant_id=line.variant_id,
        quantity=line.quantity,
        refunded_quantity=line.refunded_quantity,
        unit_price=shared.amount(line.unit_price.amount, line.unit_price.currency),
        total=shared.amount(line.total.amount, line.total.currency),
    )


def _refund(refund: RefundItem) -> RefundOut:
    return RefundOut(
        id=refund.id,
        created_at=refund.created_at,
        total=shared.amount(refund.total.amount, refund.total.currency),
        adjustment=shared.amount(refund.adjustment.amount, refund.adjustment.currency),
    )
