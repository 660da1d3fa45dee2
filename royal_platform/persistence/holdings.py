"""How many rows of each kind the local copy of a store holds."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, literal, select, union_all

from royal_platform.persistence.tables.catalog import (
    collections,
    discounts,
    inventory_levels,
    metafields,
    price_observations,
    products,
    variants,
)
from royal_platform.persistence.tables.customers import shop_segments
from royal_platform.persistence.tables.orders import (
    abandoned_checkouts,
    customers,
    fulfillment_orders,
    order_transactions,
    orders,
    refunds,
    returns,
)

_KINDS: dict[str, Table] = {
    "products": products,
    "variants": variants,
    "metafields": metafields,
    "price_history": price_observations,
    "inventory": inventory_levels,
    "collections": collections,
    "customers": customers,
    "orders": orders,
    "refunds": refunds,
    "discounts": discounts,
    "fulfillment_orders": fulfillment_orders,
    "returns": returns,
    "segments": shop_segments,
    "checkouts": abandoned_checkouts,
    "transactions": order_transactions,
}


def held(connection: Connection, store_id: str) -> dict[str, int]:
    """Rows by kind, without those the store no longer has."""
    parts = []
    for name, table in _KINDS.items():
        query = select(literal(name), func.count()).where(table.c.store_id == store_id)
        if "deleted_at" in table.c:
            query = query.where(table.c.deleted_at.is_(None))
        parts.append(query.select_from(table))
    found = {str(name): int(count) for name, count in connection.execute(union_all(*parts))}
    return {name: found[name] for name in _KINDS}
