"""What a thread is about: which of the customer's orders, and its money as our copy knows it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection, func, select

from royal_platform.commerce.orders.model import OrderMoney
from royal_platform.commerce.support.exchanging import ExchangeableLine, Variant
from royal_platform.commerce.support.rules import ParcelSent
from royal_platform.persistence.tables.catalog import inventory_levels, products, variants
from royal_platform.persistence.tables.orders import order_lines, orders, refunds

_PAID = ("paid", "partially_refunded", "refunded")


def order_of(
    connection: Connection, store_id: str, customer_id: str, names: Sequence[str]
) -> str | None:
    """The order a customer names, if it is theirs; without a name their newest; None for none."""
    mine = select(orders.c.id, orders.c.name).where(
        orders.c.store_id == store_id, orders.c.customer_id == customer_id,
        orders.c.deleted_at.is_(None),
    )  # fmt: skip
    if names:
        rows = connection.execute(mine.where(orders.c.name.in_(names)))
        found = {row.name: row.id for row in rows}
        return next((found[name] for name in names if name in found), None)
    newest = mine.order_by(orders.c.processed_at.desc(), orders.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else str(row.id)


def order_money(connection: Connection, store_id: str, order_id: str) -> OrderMoney | None:
    """An order's money as our copy knows it: what is decided on it is compared with the store."""
    query = select(orders).where(
        orders.c.store_id == store_id, orders.c.id == order_id, orders.c.deleted_at.is_(None)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    back = select(func.coalesce(func.sum(refunds.c.total), 0, type_=refunds.c.total.type)).where(
        refunds.c.store_id == store_id, refunds.c.order_id == order_id
    )
    is_paid = row.financial_status in _PAID
    return OrderMoney(
        id=row.id, name=row.name, customer_id=row.customer_id, currency=row.currency,
        received=row.total if is_paid else Decimal(0),
        refunded=connection.execute(back).scalar_one() or Decimal(0),
        paid_by=None, is_foreign=False,
    )  # fmt: skip


_LEFT = frozenset({"fulfilled", "partially_fulfilled"})


def parcel_sent(connection: Connection, store_id: str, order_id: str) -> ParcelSent | None:
    """Whether an order left; None when our copy does not have it or it was cancelled."""
    query = select(orders).where(
        orders.c.store_id == store_id, orders.c.id == order_id, orders.c.deleted_at.is_(None),
        orders.c.cancelled_at.is_(None),
    )  # fmt: skip
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return ParcelSent(
        row.processed_at,
        row.fulfillment_status == "fulfilled",
        row.financial_status != "paid",
        row.fulfillment_status in _LEFT,
    )


def returnable_lines(
    connection: Connection, store_id: str, order_id: str
) -> dict[str, tuple[int, Decimal]]:
    """By order line: units not refunded yet, and what was paid for one, as our copy knows it."""
    query = select(order_lines).where(
        order_lines.c.store_id == store_id, order_lines.c.order_id == order_id
    )
    return {
        row.id: (row.quantity - row.refunded_quantity, row.total / row.quantity)
        for row in connection.execute(query)
        if row.quantity > row.refunded_quantity
    }


def exchangeable_lines(
    connection: Connection, store_id: str, order: OrderMoney
) -> list[ExchangeableLine]:
    """Lines that were not paid back and are still sold, with the other variants of their articles.

    As our copy knows it; what is sold in another currency than the order's is left out.
    """
    left = returnable_lines(connection, store_id, order.id)
    query = (
        select(
            order_lines.c.id, order_lines.c.variant_id, variants.c.product_id,
            products.c.title.label("product"), variants.c.title.label("variant"),
        )
        .join(
            variants,
            (order_lines.c.store_id == variants.c.store_id)
            & (order_lines.c.variant_id == variants.c.id),
        )
        .join(
            products,
            (products.c.store_id == variants.c.store_id) & (products.c.id == variants.c.product_id),
        )
        .where(order_lines.c.store_id == store_id, order_lines.c.order_id == order.id)
        .order_by(order_lines.c.id)
    )  # fmt: skip
    rows = [row for row in connection.execute(query) if row.id in left]
    sold = sold_variants(connection, store_id, {row.product_id for row in rows}, order.currency)
    return [
        ExchangeableLine(
            row.id, row.product, row.variant_id, _own_title(row.product, row.variant),
            *left[row.id],
            tuple(each for each in sold.get(row.product_id, ()) if each.id != row.variant_id),
        )
        for row in rows
    ]  # fmt: skip


def _own_title(product: str, variant: str) -> str:
    """A variant's title without its article's, which our copy puts before it."""
    return variant.removeprefix(f"{product} – ")


def sold_variants(
    connection: Connection, store_id: str, product_ids: set[str], currency: str
) -> dict[str, list[Variant]]:
    """By product: its variants as they are sold now, in the shop's order."""
    stock = (
        select(func.coalesce(func.sum(inventory_levels.c.available), 0))
        .where(
            inventory_levels.c.store_id == variants.c.store_id,
            inventory_levels.c.inventory_item_id == variants.c.inventory_item_id,
        )
        .scalar_subquery()
    )
    query = (
        select(variants, products.c.title.label("product"), stock.label("stock"))
        .join(
            products,
            (products.c.store_id == variants.c.store_id) & (products.c.id == variants.c.product_id),
        )
        .where(
            variants.c.store_id == store_id, variants.c.product_id.in_(product_ids),
            variants.c.deleted_at.is_(None), variants.c.currency == currency,
        )
        .order_by(variants.c.product_id, variants.c.position, variants.c.id)
    )  # fmt: skip
    found: dict[str, list[Variant]] = {}
    for row in connection.execute(query):
        counted = int(row.stock) if row.tracked else None
        found.setdefault(row.product_id, []).append(
            Variant(row.id, _own_title(row.product, row.title), row.price, counted)
        )
    return found


def variants_of_order(
    connection: Connection, store_id: str, order_id: str
) -> list[tuple[str, Decimal, Decimal | None]]:
    """(variant, price, unit cost) of what the order was of and is still sold."""
    query = (
        select(variants.c.id, variants.c.price, variants.c.unit_cost)
        .join(
            order_lines,
            (order_lines.c.store_id == variants.c.store_id)
            & (order_lines.c.variant_id == variants.c.id),
        )
        .where(variants.c.store_id == store_id, order_lines.c.order_id == order_id)
        .distinct()
        .order_by(variants.c.id)
    )
    return [(row.id, row.price, row.unit_cost) for row in connection.execute(query)]
