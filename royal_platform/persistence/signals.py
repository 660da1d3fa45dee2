"""``Signals`` on our copy of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, func, select

from core.storage.database import Database
from royal_platform.commerce.marketing.model import Signal, Trigger
from royal_platform.commerce.marketing.rules import is_drop
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.tables.catalog import (
    inventory_levels,
    price_observations,
    products,
    variants,
)
from royal_platform.persistence.tables.customers import customer_valuations, customer_values
from royal_platform.persistence.tables.marketing import stock_wishes
from royal_platform.persistence.tables.orders import customers, order_lines, orders

_MOST = 1_000
# Who bought something longer ago than this does not wait for it to cost less.
_REMEMBERED = timedelta(days=90)


class StoredSignals:
    """What the mirror knows of one store's customers."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def customers_created(self, since: datetime) -> Sequence[Signal]:
        """Customers who are new since, the oldest first."""
        query = (
            select(customers.c.id, customers.c.created_at)
            .where(customers.c.store_id == self._store_id, customers.c.deleted_at.is_(None))
            .where(customers.c.created_at >= since)
            .order_by(customers.c.created_at, customers.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(_MOST)).all()
        return [Signal(Trigger.CUSTOMER_CREATED, id_, id_, at, {}) for id_, at in rows]

    def orders_placed(self, since: datetime) -> Sequence[Signal]:
        """Orders placed since by known customers, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(self._orders(since).limit(_MOST)).all()
        return [
            Signal(Trigger.ORDER_PLACED, row.id, row.customer_id, row.processed_at,
                   {"order": row.name})
            for row in rows
        ]  # fmt: skip

    def orders_expected(self, since: datetime) -> Sequence[Signal]:
        """Orders placed since by customers whose next one is expected on a day to come.

        The day is the one expected right after the order: of a valuation that knows of it. Later
        valuations move it on while nothing is bought, so they could never be met.
        """
        valued = select(func.max(customer_valuations.c.as_of)).where(
            customer_valuations.c.store_id == self._store_id
        )
        query = (
            self._orders(since)
            .add_columns(customer_values.c.next_order)
            .join(customer_values, (customer_values.c.store_id == orders.c.store_id)
                  & (customer_values.c.customer_id == orders.c.customer_id))
            .where(customer_values.c.next_order.is_not(None))
            .where(orders.c.processed_at <= valued.scalar_subquery())
        )  # fmt: skip
        with self._database.read() as connection:
            clock = stores.get(connection, self._store_id).store_clock()
            rows = connection.execute(query.limit(_MOST)).all()
        newest = {row.customer_id: row for row in rows}
        return [
            Signal(Trigger.ORDER_EXPECTED, row.id, row.customer_id, row.processed_at,
                   {"order": row.name}, waits_from=clock.day_start(row.next_order))
            for row in newest.values()
        ]  # fmt: skip

    def back_in_stock(self, since: datetime) -> Sequence[Signal]:
        """Wishes to be told, whose goods came in again since; the oldest first."""
        level, wish = inventory_levels.c, stock_wishes.c
        there = func.max(level.updated_at)
        query = (
            select(wish.customer_id, wish.variant_id, wish.asked_at, there.label("at"))
            .join(variants, (variants.c.store_id == wish.store_id)
                  & (variants.c.id == wish.variant_id))
            .join(inventory_levels, (level.store_id == wish.store_id)
                  & (level.inventory_item_id == variants.c.inventory_item_id))
            .where(wish.store_id == self._store_id, variants.c.deleted_at.is_(None))
            .group_by(wish.customer_id, wish.variant_id, wish.asked_at)
            .having(func.sum(level.available) > 0, there >= since, there > wish.asked_at)
            .order_by(wish.asked_at, wish.customer_id)
        )  # fmt: skip
        with self._database.read() as connection:
            rows = connection.execute(query.limit(_MOST)).all()
            goods = self._goods(connection, {row.variant_id for row in rows})
        return [
            Signal(
                Trigger.BACK_IN_STOCK,
                _digest(row.customer_id, row.variant_id, row.asked_at.isoformat()),
                row.customer_id, row.at, goods[row.variant_id], variants=(row.variant_id,),
            )
            for row in rows if row.variant_id in goods
        ]  # fmt: skip

    def prices_dropped(self, since: datetime, left: Sequence[Signal]) -> Sequence[Signal]:
        """Customers who had in an order, or in a checkout they ``left``, what costs less since."""
        with self._database.read() as connection:
            drops = self._drops(connection, since)
            goods = self._goods(connection, drops)
            ordered = self._ordered(connection, goods, since - _REMEMBERED)
        wanted = [(each.customer_id, one) for each in left for one in each.variants]
        found: dict[str, Signal] = {}
        for customer_id, variant_id in [*wanted, *ordered]:
            if variant_id not in goods:
                continue
            at = drops[variant_id]
            identifier = _digest(customer_id, variant_id, at.isoformat())
            found[identifier] = Signal(
                Trigger.PRICE_DROPPED, identifier, customer_id, at, goods[variant_id],
                variants=(variant_id,),
            )  # fmt: skip
        return sorted(found.values(), key=lambda each: (each.at, each.id))[:_MOST]

    def known_customers(self) -> Sequence[str]:
        """Every customer, by id."""
        query = (
            select(customers.c.id)
            .where(customers.c.store_id == self._store_id, customers.c.deleted_at.is_(None))
            .order_by(customers.c.id)
        )
        with self._database.read() as connection:
            return connection.execute(query).scalars().all()

    def _orders(self, since: datetime) -> Any:
        return (
            select(orders.c.id, orders.c.customer_id, orders.c.processed_at, orders.c.name)
            .where(orders.c.store_id == self._store_id, orders.c.customer_id.is_not(None))
            .where(orders.c.processed_at >= since, orders.c.cancelled_at.is_(None))
            .where(orders.c.deleted_at.is_(None), orders.c.test.is_(False))
            .order_by(orders.c.processed_at, orders.c.id)
        )

    def _drops(self, connection: Connection, since: datetime) -> dict[str, datetime]:
        """Variants whose newest price is new since and clearly below the one before it."""
        seen = price_observations.c
        query = (
            select(seen.variant_id, seen.at, seen.price)
            .where(seen.store_id == self._store_id)
            .where(seen.variant_id.in_(
                select(seen.variant_id).where(seen.store_id == self._store_id, seen.at >= since)
            ))
            .order_by(seen.variant_id, seen.at)
        )  # fmt: skip
        prices: dict[str, list[tuple[datetime, Decimal]]] = {}
        for variant_id, at, price in connection.execute(query):
            prices.setdefault(variant_id, []).append((at, price))
        return {
            variant_id: each[-1][0]
            for variant_id, each in prices.items()
            if len(each) > 1 and is_drop(each[-2][1], each[-1][1])
        }

    def _goods(self, connection: Connection, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What a message says of each variant that can be bought: its line and its page."""
        wanted = sorted(ids)
        if not wanted:
            return {}
        stock = (
            select(func.sum(inventory_levels.c.available))
            .where(inventory_levels.c.store_id == variants.c.store_id)
            .where(inventory_levels.c.inventory_item_id == variants.c.inventory_item_id)
        ).scalar_subquery()
        query = (
            select(variants.c.id, variants.c.title, variants.c.price, variants.c.currency,
                   products.c.title.label("product"), products.c.handle)
            .join(products, (products.c.store_id == variants.c.store_id)
                  & (products.c.id == variants.c.product_id))
            .where(variants.c.store_id == self._store_id, variants.c.id.in_(wanted))
            .where(variants.c.deleted_at.is_(None), func.lower(products.c.status) == "active")
            .where((stock > 0) | variants.c.tracked.is_(False))
        )  # fmt: skip
        domain = stores.get(connection, self._store_id).domain
        return {
            row.id: {
                "title": row.product,
                "url": f"https://{domain}/products/{row.handle}?variant={row.id}",
                "lines": [{"title": _named(row.product, row.title), "quantity": 1,
                           "price": str(Money(row.price, row.currency))}],
            }
            for row in connection.execute(query)
        }  # fmt: skip

    def _ordered(
        self, connection: Connection, ids: Iterable[str], since: datetime
    ) -> Sequence[tuple[str, str]]:
        query = (
            select(orders.c.customer_id, order_lines.c.variant_id)
            .join(order_lines, (order_lines.c.store_id == orders.c.store_id)
                  & (order_lines.c.order_id == orders.c.id))
            .where(orders.c.store_id == self._store_id, orders.c.customer_id.is_not(None))
            .where(orders.c.processed_at >= since, orders.c.deleted_at.is_(None))
            .where(orders.c.cancelled_at.is_(None), order_lines.c.variant_id.in_(sorted(ids)))
            .distinct()
        )  # fmt: skip
        return [(row.customer_id, row.variant_id) for row in connection.execute(query)]


def _named(product: str, variant: str) -> str:
    return product if variant in ("", "Default Title", product) else f"{product} - {variant}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]
