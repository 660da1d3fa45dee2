"""A message's template with a real customer of the store; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.errors import NotFound
from orchestrator.core.books import Books, Ground, reading
from royal_platform.commerce.messages.model import Context, Line, Rendered
from royal_platform.commerce.shared.model import Money
from royal_platform.messaging.composing import TemplateComposer
from royal_platform.persistence.tables.orders import customers, order_lines, orders


@dataclass(frozen=True, slots=True)
class Preview:
    """The words, and whose they are: a customer and what she last bought."""

    customer_id: str
    customer: str | None
    order: str
    content: Rendered


def preview(ground: Ground, template: str, language: str, customer_id: str | None) -> Preview:
    """Compose ``template`` for a customer, or for the one who ordered last.

    Raises ``NotFound`` without such an order, ``Invalid`` for what the template lacks.
    """
    with reading(ground) as books:
        order = _order(books, customer_id)
        lines = _lines(books, order.id)
        shop, domain = books.store.name or books.store.domain, books.store.domain
    name = order.customer_name
    context = Context(
        shop=shop, customer=(name or "").partition(" ")[0], order=order.name,
        url=f"https://{domain}/", lines=lines,
    )  # fmt: skip
    content = TemplateComposer().compose(template, language, context)
    return Preview(order.customer_id, name, order.name, content)


def _order(books: Books, customer_id: str | None) -> Any:
    query = (
        select(orders.c.id, orders.c.name, orders.c.customer_id, customers.c.name.label(
            "customer_name"))
        .join(customers, (customers.c.store_id == orders.c.store_id)
              & (customers.c.id == orders.c.customer_id))
        .where(orders.c.store_id == books.store_id, orders.c.deleted_at.is_(None))
        .where(customers.c.deleted_at.is_(None))
        .order_by(orders.c.processed_at.desc(), orders.c.id)
    )  # fmt: skip
    if customer_id is not None:
        query = query.where(orders.c.customer_id == customer_id)
    found = books.connection.execute(query.limit(1)).one_or_none()
    if found is None:
        raise NotFound(
            "No customer with an order is there to preview with.",
            remedy="Wait for the first sync, or name another customer.",
        )
    return found


def _lines(books: Books, order_id: str) -> tuple[Line, ...]:
    query = (
        select(order_lines.c.title, order_lines.c.quantity, order_lines.c.total,
               order_lines.c.currency)
        .where(order_lines.c.store_id == books.store_id, order_lines.c.order_id == order_id)
        .order_by(order_lines.c.id)
    )  # fmt: skip
    return tuple(
        Line(row.title, row.quantity, str(Money(row.total, row.currency)))
        for row in books.connection.execute(query)
    )
