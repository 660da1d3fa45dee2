"""What selling a unit costs: what the orders say of it, and what a pricing run learned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Float, and_, case, cast, delete, func, select

from core.storage.database import Database
from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import CostToServe, CountryTax
from royal_platform.commerce.pricing.serving import CameBack, OrderFacts, Sent, Taxed, TaxedGoods
from royal_platform.persistence import stores
from royal_platform.persistence.counted_orders import bought
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.statements import put
from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.catalog import costs_to_serve
from royal_platform.persistence.tables.orders import order_lines, orders, refund_lines, refunds

_AMOUNTS = ("tax_rate", "return_rate", "lost_share", "parcels", "shipping_paid", "carried")


class StoredCostsToServe:
    """The costs of one store; a new run's replace the old ones."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def facts(self, since: date, taxed_since: date) -> OrderFacts:
        """What the orders from ``since`` on say; of tax those from ``taxed_since`` on."""
        with self._database.read() as connection:
            store = stores.get(connection, self._store_id)
            return OrderFacts(
                sent=_sent(connection, store, since),
                came_back=_came_back(connection, store, since),
                taxed=_taxed(connection, store, taxed_since),
                goods=_taxed_goods(connection, store, taxed_since),
                included=store.taxes_included,
            )

    def of_store(self) -> CostToServe | None:
        """What was learned last of the whole store; None before the first pricing run."""
        with self._database.read() as connection:
            return served_in(connection, self._store_id, ()).get(OF_STORE)

    def save(self, run_id: str, as_of: datetime, learned: Mapping[str, CostToServe]) -> None:
        """Store what a run learned and forget what others did; saving twice leaves one."""
        table = costs_to_serve.c
        rows = [
            {
                "store_id": self._store_id, "variant_id": variant_id, "run_id": run_id,
                "as_of": as_of, "learned": document_of(cost),
            }
            for variant_id, cost in learned.items()
        ]  # fmt: skip
        with self._database.write() as transaction:
            put(transaction.connection, costs_to_serve, rows)
            transaction.connection.execute(
                delete(costs_to_serve).where(
                    table.store_id == self._store_id, table.run_id != run_id
                )
            )


def served_in(
    connection: Connection, store_id: str, variant_ids: Collection[str]
) -> dict[str, CostToServe]:
    """What was learned last of these variants, and of the store under ""."""
    table = costs_to_serve.c
    found: dict[str, CostToServe] = {}
    for part in chunks({*variant_ids, OF_STORE}):
        query = select(table.variant_id, table.learned).where(
            table.store_id == store_id, table.variant_id.in_(part)
        )
        found |= {row.variant_id: cost_of(row.learned) for row in connection.execute(query)}
    return found


def document_of(cost: CostToServe) -> dict[str, Any]:
    """The cost as JSON holds it, amounts as decimal strings."""
    found = asdict(cost)
    for name in _AMOUNTS:
        found[name] = None if found[name] is None else format(found[name], "f")
    found["countries"] = [
        [c.country, str(c.share), str(c.rate), c.of_product] for c in cost.countries
    ]
    return found


def cost_of(document: Mapping[str, Any]) -> CostToServe:
    """What ``document_of`` made a document of."""
    found = dict(document)
    for name in _AMOUNTS:
        found[name] = None if found.get(name) is None else Decimal(found[name])
    found["countries"] = tuple(
        # Runs of before order lines told their tax say nothing of it.
        CountryTax(country, Decimal(share), Decimal(rate), *of_product)
        for country, share, rate, *of_product in found["countries"]
    )
    return CostToServe(**found)


def _counted(store: Store) -> ColumnElement[bool]:
    return and_(
        orders.c.store_id == store.id, orders.c.test.is_(False), orders.c.deleted_at.is_(None),
        orders.c.currency == store.currency, bought(),
    )  # fmt: skip


def _sent(connection: Connection, store: Store, since: date) -> tuple[Sent, ...]:
    quantity = order_lines.c.quantity
    # What was cancelled filled no parcel.
    told = orders.c.shipping.is_not(None) & orders.c.cancelled_at.is_(None)
    part = cast(quantity, Float) / cast(orders.c.units, Float)
    shipping = cast(orders.c.shipping, Float)
    query = (
        select(
            order_lines.c.variant_id,
            orders.c.country,
            func.sum(quantity).label("units"),
            func.sum(case((told, quantity), else_=0)).label("told"),
            func.sum(case((told, part), else_=0.0)).label("parcels"),
            func.sum(case((told, part * shipping), else_=0.0)).label("paid"),
        )
        .join(orders, (orders.c.store_id == order_lines.c.store_id)
              & (orders.c.id == order_lines.c.order_id))
        .where(_counted(store), orders.c.day >= since, orders.c.units > 0, quantity > 0)
        .where(order_lines.c.variant_id.is_not(None))
        .group_by(order_lines.c.variant_id, orders.c.country)
    )  # fmt: skip
    return tuple(
        Sent(row.variant_id, row.country or "", int(row.units), int(row.told), float(row.parcels),
             float(row.paid) / 10_000)
        for row in connection.execute(query)
    )  # fmt: skip


def _came_back(connection: Connection, store: Store, since: date) -> tuple[CameBack, ...]:
    line = refund_lines.c
    told = func.sum(case((line.restocked.is_not(None), line.quantity), else_=0))
    lost = func.sum(case((line.restocked.is_(False), line.quantity), else_=0))
    query = (
        select(line.variant_id, told.label("told"), lost.label("lost"))
        .join(refunds, (refunds.c.store_id == line.store_id)
              & (refunds.c.order_id == line.order_id) & (refunds.c.id == line.refund_id))
        .join(orders, (orders.c.store_id == line.store_id) & (orders.c.id == line.order_id))
        .where(_counted(store), refunds.c.day >= since, line.variant_id.is_not(None))
        .where(line.quantity > 0)
        .group_by(line.variant_id)
    )  # fmt: skip
    return tuple(
        CameBack(row.variant_id, int(row.told), int(row.lost)) for row in connection.execute(query)
    )


def _taxed(connection: Connection, store: Store, since: date) -> tuple[Taxed, ...]:
    query = (
        select(
            orders.c.country,
            func.sum(orders.c.tax, type_=orders.c.tax.type).label("tax"),
            func.sum(orders.c.total, type_=orders.c.total.type).label("paid"),
        )
        .where(_counted(store), orders.c.day >= since, orders.c.tax >= 0)
        .where(orders.c.tax < orders.c.total)
        .group_by(orders.c.country)
    )
    return tuple(Taxed(row.country or "", row.tax, row.paid) for row in connection.execute(query))


def _taxed_goods(connection: Connection, store: Store, since: date) -> tuple[TaxedGoods, ...]:
    line = order_lines.c
    query = (
        select(
            line.variant_id,
            orders.c.country,
            func.sum(line.tax, type_=line.tax.type).label("tax"),
            func.sum(line.total, type_=line.total.type).label("paid"),
        )
        .join(orders, (orders.c.store_id == line.store_id) & (orders.c.id == line.order_id))
        .where(_counted(store), orders.c.day >= since, line.variant_id.is_not(None))
        # What a line was paid is not known where a discount of the order is spread over no line.
        .where(orders.c.discount == 0, line.tax >= 0, line.tax < line.total)
        .group_by(line.variant_id, orders.c.country)
    )
    return tuple(
        TaxedGoods(row.variant_id, row.country or "", row.tax, row.paid)
        for row in connection.execute(query)
    )
