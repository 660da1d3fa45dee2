"""Orders and customers."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from aira.tools.finding import customer_of, order_of
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    as_of,
    listed,
    markdown,
    page_of,
    plain,
    safe,
    table,
)
from royal_platform.persistence import stores
from royal_platform.persistence.orders import CustomerItem, OrderFilter, OrderItem, Orders

_ORDERS = (
    Column("name", "Order", "text", "orders", "id"), Column("processed_at", "Placed", "time"),
    Column("customer", "Customer", "text", "customers", "customer_id"),
    Column("country", "Country"),
    Column("total", "Total", "money"), Column("units", "Units", "number"),
    Column("financial_status", "Payment", "status"),
    Column("fulfillment_status", "Fulfilment", "status"),
)  # fmt: skip
_CUSTOMERS = (
    Column("name", "Customer", "text", "customers", "id"), Column("country", "Country"),
    Column("orders", "Orders", "number"), Column("spent", "Spent", "money"),
    Column("first_order_at", "First visible order", "time"),
    Column("last_order_at", "Last visible order", "time"),
)  # fmt: skip
_LATEST = 5


class OrdersIn(Paged):
    """Which orders."""

    text: str | None = Field(None, description="Words in the number or the customer's name")
    financial_status: str | None = Field(
        None, description="paid, pending, refunded, partially_refunded, …", max_length=40
    )
    start: date | None = Field(None, description="First day (store's calendar)")
    end: date | None = Field(None, description="Last day, included")


class OrderIn(Arguments):
    """Which order."""

    order: str = Field(description="Number like #1001, or id", min_length=1)


class CustomersIn(Paged):
    """Which customers."""

    text: str | None = Field(None, description="Words in the name")


class CustomerIn(Arguments):
    """Which customer."""

    customer: str = Field(description="Name or id", min_length=1)


def orders(asked: Asked, given: OrdersIn) -> Answer:
    """A page of orders, the newest first."""
    wanted = OrderFilter(
        text=given.text, financial_status=given.financial_status, since=given.start,
        until=given.end,
    )  # fmt: skip
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Orders(store.id).page(connection, wanted, cursor=given.cursor, limit=given.limit)
    rows = [_order(each) for each in page.items]
    said = {
        "q": given.text, "financial_status": given.financial_status, "from": given.start,
        "to": given.end,
    }  # fmt: skip
    query = urlencode({name: value for name, value in said.items() if value})
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_ORDERS, rows, page.total, "No order is like that."),
        source=store.source, as_of=as_of(store), view=table(_ORDERS),
        next_cursor=page.next_cursor, label="Orders", query=f"GET /v1/orders?{query}",
        link="/orders",
    )  # fmt: skip


def order(asked: Asked, given: OrderIn) -> Answer:
    """One order with its lines and refunds."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        full = order_of(connection, store, given.order)
    lines = [
        {"title": each.title, "sku": each.sku, "quantity": each.quantity,
         "refunded": each.refunded_quantity, "unit_price": plain(each.unit_price),
         "total": plain(each.total), "variant_id": each.variant_id}
        for each in full.lines
    ]  # fmt: skip
    refunds = [
        {"at": plain(each.created_at), "total": plain(each.total),
         "adjustment": plain(each.adjustment)}
        for each in full.refunds
    ]  # fmt: skip
    columns = (
        Column("title", "Line"), Column("sku", "SKU"), Column("quantity", "Units", "number"),
        Column("refunded", "Refunded", "number"), Column("unit_price", "Each", "money"),
        Column("total", "Total", "money"),
    )  # fmt: skip
    head = _order(full.order)
    cancelled = full.order.cancelled_at
    told = [
        f"**{full.order.name}** of {full.order.processed_at:%Y-%m-%d %H:%M} UTC, "
        f"{safe(full.order.customer_name or 'no customer')}, total {full.order.total}, "
        f"after refunds without tax {full.order.net}. Payment {head['financial_status']}, "
        f"fulfilment {head['fulfillment_status']}."
        + (f" Cancelled {cancelled:%Y-%m-%d}." if cancelled else ""),
        markdown(columns, lines),
        *(f"Refunded {each.total} on {each.created_at:%Y-%m-%d}." for each in full.refunds),
    ]
    return Answer(
        result={**head, "data": lines, "refunds": refunds}, text="\n\n".join(told),
        source=store.source, as_of=as_of(store), view=table(columns), label=full.order.name,
        query=f"GET /v1/orders/{full.order.id}", link=page_of("orders", full.order.id),
    )  # fmt: skip


def customers(asked: Asked, given: CustomersIn) -> Answer:
    """A page of customers, the most valuable first."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Orders(store.id).customers(
            connection, text=given.text, cursor=given.cursor, limit=given.limit
        )
    rows = [_customer(each) for each in page.items]
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_CUSTOMERS, rows, page.total, "No customer is like that."),
        source=store.source, as_of=as_of(store), view=table(_CUSTOMERS),
        next_cursor=page.next_cursor, label="Customers",
        query="GET /v1/customers" + (f"?{urlencode({'q': given.text})}" if given.text else ""),
    )  # fmt: skip


def customer(asked: Asked, given: CustomerIn) -> Answer:
    """One customer with the latest orders."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        found = customer_of(connection, store, given.customer)
        page = Orders(store.id).page(connection, OrderFilter(customer_id=found.id), limit=_LATEST)
    rows = [_order(each) for each in page.items]
    told = (
        f"**{safe(found.name or 'No name')}**"
        + (f" ({found.country})" if found.country else "")
        + f": {found.orders} orders, {found.spent} spent."
    )
    return Answer(
        result={**_customer(found), "total": page.total, "data": rows},
        text=f"{told}\n\n{listed(_ORDERS, rows, page.total, 'No order is visible.')}",
        source=store.source, as_of=as_of(store), view=table(_ORDERS),
        label=found.name or found.id, query=f"GET /v1/customers?{urlencode({'q': found.name})}"
        if found.name else None,
    )  # fmt: skip


def _order(each: OrderItem) -> Json:
    return {
        "name": each.name, "id": each.id, "processed_at": plain(each.processed_at),
        "customer": each.customer_name, "customer_id": each.customer_id, "country": each.country,
        "total": plain(each.total), "net": plain(each.net), "units": each.units,
        "financial_status": each.financial_status,
        "fulfillment_status": each.fulfillment_status, "cancelled_at": plain(each.cancelled_at),
    }  # fmt: skip


def _customer(each: CustomerItem) -> Json:
    return {
        "name": each.name, "id": each.id, "country": each.country, "orders": each.orders,
        "spent": plain(each.spent), "first_order_at": plain(each.first_order_at),
        "last_order_at": plain(each.last_order_at),
    }  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "orders", "Orders", "Orders by words, payment status or days, the newest first.",
        "store:read", OrdersIn, orders, rest="text", people=("data.customer",),
        usage="/orders [WORDS] [financial_status=paid] [start=DATE] [end=DATE]",
    ),
    Tool(
        "order", "One order", "One order with its lines and refunds.",
        "store:read", OrderIn, order, completes={"order": "orders"}, people=("customer",),
    ),
    Tool(
        "customers", "Customers", "Customers by name, the most valuable first.",
        "store:read", CustomersIn, customers, rest="text", people=("data.name",),
    ),
    Tool(
        "customer", "One customer", "One customer with the latest orders.",
        "store:read", CustomerIn, customer, rest="customer", completes={"customer": "customers"},
        people=("name", "data.customer"),
    ),
)  # fmt: skip
