"""Commerce's reading ports on the mirror: each call is one short read of one store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, select

from core.storage.database import Database
from royal_platform.commerce.catalog.clearing import clear_by
from royal_platform.commerce.catalog.model import Collection, DiscountRun, PriceObservation, Variant
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Forecast, Sums
from royal_platform.commerce.inventory.model import (
    Budget,
    PurchaseOrder,
    StockLevel,
    StockSnapshot,
)
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.executions import Executions
from royal_platform.persistence.forecasts import WHOLE_STORE, DemandOf, Forecasts, ForecastWeek
from royal_platform.persistence.policies import Policies
from royal_platform.persistence.purchases import Purchases
from royal_platform.persistence.tables.catalog import (
    collection_products,
    collections,
    discounts,
    inventory_levels,
    inventory_snapshots,
    price_observations,
    products,
    variants,
)
from royal_platform.persistence.tables.orders import daily_sales, daily_variant_sales
from royal_platform.persistence.taxes import included_tax_rate

_KEPT = Decimal("0.0001")
_DISCOUNT_SCOPES = frozenset({"read_discounts", "write_discounts"})
_SUM = "sum of the variants"


class StoredCatalog:
    """``CatalogReader`` on the mirror."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def variants(self) -> Sequence[Variant]:
        """Every variant of every product that is not deleted, by id."""
        query = (
            select(
                variants,
                products.c.product_type,
                products.c.status,
                products.c.vendor,
                products.c.tags,
            )
            .join(
                products,
                (products.c.store_id == variants.c.store_id)
                & (products.c.id == variants.c.product_id),
            )
            .where(variants.c.store_id == self._store_id, variants.c.deleted_at.is_(None))
            .where(products.c.deleted_at.is_(None))
            .order_by(variants.c.id)
        )
        with self._database.read() as connection:
            return [_variant(row) for row in connection.execute(query)]

    def price_observations(self, since: datetime) -> Sequence[PriceObservation]:
        """Prices we saw in force from ``since`` on, oldest first."""
        table = price_observations.c
        query = (
            select(table.variant_id, table.at, table.price)
            .where(table.store_id == self._store_id, table.at >= since)
            .order_by(table.at, table.variant_id)
        )
        with self._database.read() as connection:
            return [PriceObservation(*row) for row in connection.execute(query)]

    def collections(self) -> Sequence[Collection]:
        """Every collection of the store with the products in it now, by id."""
        members, kept = collection_products.c, collections.c
        query = (
            select(kept.id, kept.title, members.product_id)
            .join(
                collection_products,
                (members.store_id == kept.store_id) & (members.collection_id == kept.id),
            )
            .where(kept.store_id == self._store_id, kept.deleted_at.is_(None))
            .order_by(kept.id, members.product_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            Collection(id_, title, tuple(row.product_id for row in group))
            for (id_, title), group in groupby(rows, key=lambda row: (row.id, row.title))
        ]

    def discount_runs(self) -> Sequence[DiscountRun] | None:
        """When the store's discounts were to be had, oldest first; None without the permission."""
        table = discounts.c
        query = (
            select(table.title, table.starts_at, table.ends_at, table.deleted_at)
            .where(table.store_id == self._store_id)
            .order_by(table.starts_at, table.id)
        )
        with self._database.read() as connection:
            store = stores.get(connection, self._store_id)
            rows = connection.execute(query).all()
        granted = (store.sync_cursor.get("shop") or {}).get("scopes") or ()
        if not rows and not _DISCOUNT_SCOPES.intersection(granted):
            return None
        day = store.store_clock().local_day
        ends = [min(filter(None, (row.ends_at, row.deleted_at)), default=None) for row in rows]
        return [
            DiscountRun(row.title, day(row.starts_at), end and day(end))
            for row, end in zip(rows, ends, strict=True)
        ]


class StoredSales:
    """``SalesReader`` on the daily aggregates."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def variant_days(self, since: date, until: date) -> Sequence[VariantDay]:
        """Days with sales or returns, both ends included."""
        table = daily_variant_sales.c
        query = select(
            table.variant_id, table.day, table.units, table.revenue, table.returned_units,
            table.gross, table.currency,
        ).where(table.store_id == self._store_id, table.day.between(since, until))  # fmt: skip
        with self._database.read() as connection:
            now = stores.get(connection, self._store_id).currency
            return [
                VariantDay(*row) if currency == now else _without_money(VariantDay(*row))
                for *row, currency in connection.execute(query)
            ]

    def history_from(self) -> date | None:
        """The first day with a visible order; None before the first one."""
        query = select(func.min(daily_sales.c.day)).where(daily_sales.c.store_id == self._store_id)
        with self._database.read() as connection:
            first: date | None = connection.execute(query).scalar_one()
            return first

    def included_tax_rate(self, since: date) -> Decimal:
        """The fraction of tax that prices include, as orders since then were taxed; 0 if none."""
        with self._database.read() as connection:
            return included_tax_rate(connection, stores.get(connection, self._store_id), since)


class StoredStock:
    """``StockHistory`` on the mirrored levels and our own snapshots."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def levels(self) -> Sequence[StockLevel]:
        """The last known level of every inventory item at every location."""
        query = (
            select(inventory_levels, variants.c.id.label("owner"))
            .join(
                variants,
                (variants.c.store_id == inventory_levels.c.store_id)
                & (variants.c.inventory_item_id == inventory_levels.c.inventory_item_id),
            )
            .where(inventory_levels.c.store_id == self._store_id)
            .where(variants.c.deleted_at.is_(None))
            .order_by(variants.c.id, inventory_levels.c.location_id)
        )
        with self._database.read() as connection:
            return [
                StockLevel(
                    variant_id=row.owner,
                    inventory_item_id=row.inventory_item_id,
                    location_id=row.location_id,
                    available=row.available,
                    on_hand=row.on_hand,
                    committed=row.committed,
                    incoming=row.incoming,
                    updated_at=row.updated_at,
                )
                for row in connection.execute(query)
            ]

    def snapshots(self, since: date) -> Sequence[StockSnapshot]:
        """Daily snapshots from ``since`` on; there are none before the first sync."""
        table = inventory_snapshots.c
        query = (
            select(table.variant_id, table.day, table.available)
            .where(table.store_id == self._store_id, table.day >= since)
            .order_by(table.day, table.variant_id)
        )
        with self._database.read() as connection:
            return [StockSnapshot(*row) for row in connection.execute(query)]

    def available(self) -> Mapping[str, int | None]:
        """Units available by tracked variant over all locations."""
        found: dict[str, int | None] = {}
        for level in self.levels():
            known = found.get(level.variant_id)
            if level.available is not None:
                found[level.variant_id] = (known or 0) + level.available
            else:
                found.setdefault(level.variant_id, None)
        return found


class StoredPurchases:
    """The reading half of ``PurchaseOrders``."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def on_order(self) -> Sequence[PurchaseOrder]:
        """Orders that were placed and have neither arrived nor been cancelled."""
        with self._database.read() as connection:
            return Purchases(self._store_id).on_order(connection)

    def money_left(self, today: date, policy: Policy) -> Budget:
        """What the policy still allows for goods this month, and for one order."""
        with self._database.read() as connection:
            _, month = Executions(self._store_id).spent(connection, today)
        left = max(policy.spend_per_month - month, Decimal(0))
        return Budget(left, min(policy.spend_per_day, left))


class StoredForecasts:
    """What a run expects of the coming weeks, kept until the next run expects something else."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def save(self, run_id: str, as_of: datetime, forecast: Forecast) -> None:
        """Store the weeks of variants, groups and the store; saving one run's twice leaves one."""
        weeks = [
            _week(
                DemandOf("variant", variant_id),
                week,
                forecast.method[row],
                _at(forecast, row, column),
            )
            for row, variant_id in enumerate(forecast.variant_ids)
            for column, week in enumerate(forecast.weeks)
        ]
        totals = zip(forecast.total_expected, forecast.total_low, forecast.total_high, strict=True)
        weeks += [
            _week(WHOLE_STORE, week, _SUM, total)
            for week, total in zip(forecast.weeks, totals, strict=True)
        ]
        weeks += [
            _week(DemandOf(sums.level, subject), week, _SUM, _at(sums, row, column))
            for sums in forecast.groups
            for row, subject in enumerate(sums.ids)
            for column, week in enumerate(forecast.weeks)
        ]
        with self._database.write() as transaction:
            Forecasts(self._store_id).replace(transaction.connection, run_id, weeks, as_of=as_of)


class StoredPolicy:
    """``PolicyReader`` on the stored versions."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def policy(self) -> Policy:
        """The newest version; a fresh store has the safe defaults."""
        with self._database.read() as connection:
            return Policies(self._store_id).current(connection).policy


def _without_money(day: VariantDay) -> VariantDay:
    """Amounts in a currency the store has left say nothing of its prices; units still count."""
    return replace(day, revenue=Decimal(0), gross=Decimal(0), foreign=True)


def _variant(row: Row[Any]) -> Variant:
    def money(amount: Decimal | None) -> Money | None:
        return None if amount is None else Money(amount, row.currency)

    return Variant(
        id=row.id,
        product_id=row.product_id,
        title=row.title,
        sku=row.sku,
        product_type=row.product_type,
        status=row.status,
        price=Money(row.price, row.currency),
        compare_at=money(row.compare_at),
        unit_cost=money(row.unit_cost),
        inventory_item_id=row.inventory_item_id,
        tracked=row.tracked,
        updated_at=row.updated_at,
        created_at=row.created_at,
        vendor=row.vendor,
        clear_by=clear_by(row.tags),
    )


def _at(forecast: Forecast | Sums, row: int, column: int) -> tuple[float, float, float]:
    return (
        float(forecast.expected[row, column]),
        float(forecast.low[row, column]),
        float(forecast.high[row, column]),
    )


def _week(
    of: DemandOf, week: date, method: str, interval: tuple[float, float, float]
) -> ForecastWeek:
    point, least, most = (Decimal(str(float(v))).quantize(_KEPT) for v in interval)
    return ForecastWeek(of, week, point, least, most, method)


# A year of weeks, and the same weeks of the year before to compare them with.
PANEL_WEEKS = 104


def panel_start(today: date, weeks: int = PANEL_WEEKS) -> date:
    """The Monday from which ``weeks`` complete weeks lie before ``today``'s week."""
    return today - timedelta(days=today.weekday() + 7 * weeks)
