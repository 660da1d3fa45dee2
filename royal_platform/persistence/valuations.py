"""What is expected of one store's customers, and the orders that is read from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    cast,
    delete,
    extract,
    func,
    insert,
    select,
)

from royal_platform.commerce.customers.histories import Purchases
from royal_platform.commerce.customers.rules import CohortCell, Month
from royal_platform.commerce.customers.service import Valuation
from royal_platform.persistence.counted_orders import by_customer, of_present_customers
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.customers import customer_valuations, customer_values
from royal_platform.persistence.tables.orders import customers, orders
from royal_platform.persistence.taxes import net_before_tax

_ROWS = 2_000
# A day further off than this says no more than "not soon".
_FARTHEST_DAYS = 3_650
_SCALE = 10_000


@dataclass(frozen=True, slots=True)
class CustomerValue:
    """What is expected of one customer in the coming year; fractions, amounts in ``currency``.

    ``alive`` None: one order does not tell. ``next_order`` None: likelier none comes. Values None:
    nothing of the customer's spending is known in the store's currency.
    """

    customer_id: str
    recency_score: int
    frequency_score: int
    monetary_score: int | None
    alive: Decimal | None
    churn_risk: Decimal
    next_order: date | None
    expected_orders: Decimal
    expected_orders_low: Decimal
    expected_orders_high: Decimal
    expected_value: Decimal | None
    expected_value_low: Decimal | None
    expected_value_high: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class StoredValuation:
    """One day's valuation: ``report`` of the models, or the ``reason`` there is none."""

    day: date
    as_of: datetime
    currency: str
    customers: int
    reason: str | None
    report: dict[str, Any] | None


class Valuations:
    """The valuations of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def purchases(self, connection: Connection, currency: str) -> Purchases:
        """The counted orders of customers who are there; an amount in another currency is NaN."""
        query = of_present_customers(
            self.store_id,
            orders.c.customer_id,
            orders.c.day,
            net_before_tax(self.store_id),
            orders.c.currency,
        )
        rows = connection.execute(query).all()
        places: dict[str, int] = {}
        customer = np.fromiter(
            (places.setdefault(row[0], len(places)) for row in rows), np.int64, len(rows)
        )
        day = np.fromiter((row[1].toordinal() for row in rows), np.int64, len(rows))
        amount = np.fromiter(
            (float(row[2]) if row[3] == currency else np.nan for row in rows),
            np.float64, len(rows),
        )  # fmt: skip
        return Purchases(tuple(places), customer, day, amount)

    def replace(
        self,
        connection: Connection,
        purchases: Purchases,
        valuation: Valuation | None,
        stored: StoredValuation,
    ) -> None:
        """Put the newest expectations in place of the former; without any there are none."""
        connection.execute(
            delete(customer_values).where(customer_values.c.store_id == self.store_id)
        )
        if valuation is not None:
            for part in _parts(_rows(self.store_id, purchases, valuation, stored)):
                connection.execute(insert(customer_values), part)
            self._forget_erased(connection)
        row = {
            "store_id": self.store_id, "day": stored.day, "as_of": stored.as_of,
            "currency": stored.currency, "customers": stored.customers, "reason": stored.reason,
            "report": stored.report,
        }  # fmt: skip
        put(connection, customer_valuations, [row])

    def latest(self, connection: Connection) -> StoredValuation | None:
        """The newest one; None before the first."""
        table = customer_valuations.c
        query = (
            select(
                table.day, table.as_of, table.currency, table.customers, table.reason, table.report
            )
            .where(table.store_id == self.store_id)
            .order_by(table.day.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else StoredValuation(*row)

    def of(self, connection: Connection, ids: Sequence[str]) -> Mapping[str, CustomerValue]:
        """What is expected of these customers, of those of whom something is."""
        columns = [customer_values.c[name] for name in CustomerValue.__slots__]
        return {
            row.customer_id: CustomerValue(*row)
            for part in chunks(ids)
            for row in connection.execute(
                select(*columns).where(
                    customer_values.c.store_id == self.store_id,
                    customer_values.c.customer_id.in_(part),
                )
            )
        }

    def cohort_cells(self, connection: Connection, currency: str) -> list[CohortCell]:
        """Customers and net sales by month of the first order and month of the order."""
        sold = by_customer(self.store_id)
        first, month = _month(sold.c.first_day), _month(orders.c.day)
        foreign = func.sum(cast(orders.c.currency != currency, Integer))
        query = (
            of_present_customers(
                self.store_id, *first, *month,
                func.count(orders.c.customer_id.distinct()),
                func.sum(net_before_tax(self.store_id), type_=orders.c.net.type), foreign,
            )
            .join(sold, and_(sold.c.customer_id == orders.c.customer_id))
            .group_by(*first, *month)
        )  # fmt: skip
        return [
            CohortCell(
                Month(int(row[0]), int(row[1])), Month(int(row[2]), int(row[3])), int(row[4]),
                None if row[6] else row[5],
            )
            for row in connection.execute(query)
        ]  # fmt: skip

    def _forget_erased(self, connection: Connection) -> None:
        """Somebody may have been erased while the models were fitted."""
        erased = select(customers.c.id).where(
            customers.c.store_id == self.store_id, customers.c.deleted_at.is_not(None)
        )
        connection.execute(
            delete(customer_values).where(
                customer_values.c.store_id == self.store_id,
                customer_values.c.customer_id.in_(erased),
            )
        )


def _month(day: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return extract("year", day), extract("month", day)


def _rows(
    store_id: str, purchases: Purchases, valuation: Valuation, stored: StoredValuation
) -> Iterator[dict[str, Any]]:
    seen, scores, outlook = valuation.histories, valuation.scores, valuation.outlook
    amounts = {
        "alive": outlook.alive, "churn_risk": outlook.churn, "expected_orders": outlook.orders,
        "expected_orders_low": outlook.orders_low, "expected_orders_high": outlook.orders_high,
        "expected_value": outlook.value, "expected_value_low": outlook.value_low,
        "expected_value_high": outlook.value_high,
    }  # fmt: skip
    for at, place in enumerate(seen.places):
        days = outlook.next_days[at]
        yield {
            "store_id": store_id,
            "customer_id": purchases.customer_ids[place],
            "recency_score": int(scores.recency[at]),
            "frequency_score": int(scores.frequency[at]),
            "monetary_score": int(scores.monetary[at]) or None,
            "next_order": (
                stored.day + timedelta(days=int(days) + 1) if days < _FARTHEST_DAYS else None
            ),
            "currency": stored.currency,
            **{name: _amount(values[at]) for name, values in amounts.items()},
        }


def _amount(value: float) -> Decimal | None:
    """Four decimals, as the column keeps them; None for what is not known."""
    return None if np.isnan(value) else Decimal(round(float(value) * _SCALE)) / _SCALE


def _parts(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == _ROWS:
            yield part
            part = []
    if part:
        yield part
