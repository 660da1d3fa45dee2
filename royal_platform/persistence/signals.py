"""``Signals`` on our copy of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true

from core.storage.database import Database
from royal_platform.commerce.marketing.model import Signal, Trigger
from royal_platform.commerce.marketing.rules import is_drop
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.tables.catalog import (
    inventory_levels,
    price_observations,
    products,
    variants,
)
from royal_platform.persistence.tables.customers import customer_valuations, customer_values
from royal_platform.persistence.tables.marketing import stock_wishes
from royal_platform.persistence.tables.orders import (
    abandoned_checkout_lines,
    abandoned_checkouts,
    customers,
    order_lines,
    orders,
)

# Who bought something longer ago than this, or left it in a checkout, does not wait for it to
# cost less.
_REMEMBERED = timedelta(days=90)
_CHECKOUT_REMEMBERED = timedelta(days=30)


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
            rows = connection.execute(query).all()
        return [Signal(Trigger.CUSTOMER_CREATED, id_, id_, at, {}) for id_, at in rows]

    def checkouts_abandoned(self, since: datetime) -> Sequence[Signal]:
        """Checkouts begun since by known customers and not finished; the oldest first."""
        return self._checkouts(abandoned_checkouts.c.completed_at.is_(None), since)

    def checkouts_begun(self, since: datetime) -> Sequence[Signal]:
        """Checkouts left since by known customers, finished later or not; the oldest first."""
        return self._checkouts(true(), since)

    def orders_placed(self, since: datetime) -> Sequence[Signal]:
        """Orders placed since by known customers, the oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(self._orders(since)).all()
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
            rows = connection.execute(query).all()
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
            rows = connection.execute(query).all()
            goods = self._goods(connection, {row.variant_id for row in rows})
        return [
            Signal(
                Trigger.BACK_IN_STOCK,
                _digest(row.customer_id, row.variant_id, row.asked_at.isoformat()),
                row.customer_id, row.at, goods[row.variant_id], variants=(row.variant_id,),
            )
            for row in rows if row.variant_id in goods
        ]  # fmt: skip

    def prices_dropped(self, since: datetime) -> Sequence[Signal]:
        """Customers who had in an order, or in a checkout they left, what costs less since."""
        with self._database.read() as connection:
            drops = self._drops(connection, since)
            goods = self._goods(connection, drops)
            left = self._left_goods(connection, goods, since - _CHECKOUT_REMEMBERED)
            ordered = self._ordered(connection, goods, since - _REMEMBERED)
        found: dict[str, Signal] = {}
        for customer_id, variant_id in [*left, *ordered]:
            at = drops[variant_id]
            identifier = _digest(customer_id, variant_id, at.isoformat())
            found[identifier] = Signal(
                Trigger.PRICE_DROPPED, identifier, customer_id, at, goods[variant_id],
                variants=(variant_id,),
            )  # fmt: skip
        return sorted(found.values(), key=lambda each: (each.at, each.id))

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

    def _checkouts(self, which: ColumnElement[bool], since: datetime) -> list[Signal]:
        table = abandoned_checkouts.c
        query = (
            select(table.id, table.customer_id, table.created_at, table.currency)
            .where(table.store_id == self._store_id, table.customer_id.is_not(None))
            .where(table.created_at >= since, table.deleted_at.is_(None), which)
            .order_by(table.created_at, table.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            lines = self._left_lines(connection, [row.id for row in rows])
        return [
            Signal(
                Trigger.CHECKOUT_ABANDONED, row.id, row.customer_id, row.created_at,
                {"lines": [
                    {"title": line.title, "quantity": line.quantity,
                     "price": str(Money(line.total, row.currency))}
                    for line in lines[row.id]
                ]},
                variants=tuple(line.variant_id for line in lines[row.id] if line.variant_id),
            )
            for row in rows
        ]  # fmt: skip

    def _left_lines(self, connection: Connection, checkouts: Sequence[str]) -> dict[str, list[Any]]:
        line = abandoned_checkout_lines.c
        found: dict[str, list[Any]] = {checkout: [] for checkout in checkouts}
        for part in chunks(checkouts):
            query = (
                select(line.checkout_id, line.title, line.quantity, line.total, line.variant_id)
                .where(line.store_id == self._store_id, line.checkout_id.in_(part))
                .order_by(line.checkout_id, line.id)
            )
            for row in connection.execute(query):
                found[row.checkout_id].append(row)
        return found

    def _left_goods(
        self, connection: Connection, ids: Iterable[str], since: datetime
    ) -> list[tuple[str, str]]:
        left, line = abandoned_checkouts.c, abandoned_checkout_lines.c
        query = (
            select(left.customer_id, line.variant_id)
            .join(abandoned_checkout_lines, (line.store_id == left.store_id)
                  & (line.checkout_id == left.id))
            .where(left.store_id == self._store_id, left.customer_id.is_not(None))
            .where(left.created_at >= since, left.completed_at.is_(None))
            .where(left.deleted_at.is_(None), line.variant_id.in_(sorted(ids)))
            .order_by(left.created_at, left.id, line.id)
        )  # fmt: skip
        return [(row.customer_id, row.variant_id) for row in connection.execute(query)]

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
