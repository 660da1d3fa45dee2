"""Customers as segments' rules see them: a rule becomes one parameterised query.

The same rule judged on ``facts`` in memory says the same of every customer: unknown is NULL here
and None there, and both follow the same three-valued logic.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
)

from core.storage.database import Database
from core.storage.types import ScaledDecimal
from royal_platform.commerce.customers.conditions import (
    COMPARISONS,
    AllOf,
    AnyOf,
    Compare,
    Condition,
    DaysFromToday,
    Known,
    Not,
    OneOf,
)
from royal_platform.commerce.customers.facts import VOCABULARY, Facts, Kind, Value
from royal_platform.commerce.customers.model import MemberPage
from royal_platform.commerce.customers.segments import Rule
from royal_platform.commerce.messages.model import Consent
from royal_platform.persistence import stores
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.counted_orders import by_customer, lines
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.paging import Order, page
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.orders import customers, order_lines, orders

_ORDERED = frozenset({"orders", "spent", "first_order", "last_order"})
_EXPECTED = (
    "recency_score", "frequency_score", "monetary_score", "alive", "churn_risk", "next_order",
    "expected_orders",
)  # fmt: skip
_BY_ID = Order("id", customers.c.id, customers.c.id)


class StoredAudience:
    """``Audience`` on the mirrored customers and orders of one store."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def count(self, rule: Rule) -> int:
        """How many customers the rule is true of."""
        with self._database.read() as connection:
            return CustomerFacts.of(connection, self._store_id).count(connection, rule)

    def members(self, rule: Rule, cursor: str | None = None, limit: int = 250) -> MemberPage:
        """Whom the rule is true of, by id. Raises ``Invalid`` for a cursor that is not ours."""
        with self._database.read() as connection:
            members = CustomerFacts.of(connection, self._store_id).members(rule)
            ids = connection.execute(_BY_ID.apply(members, cursor, limit)).scalars().all()
        found = page(ids, limit, len(ids), _BY_ID, lambda each: (each, each))
        return MemberPage(found.items, found.next_cursor)

    def agreed(self, customer_ids: Sequence[str]) -> frozenset[str]:
        """Those of these customers who agreed to marketing mail, as the local copy has it."""
        query = select(customers.c.id).where(
            customers.c.store_id == self._store_id, customers.c.deleted_at.is_(None),
            customers.c.email_consent == Consent.SUBSCRIBED.value,
        )  # fmt: skip
        with self._database.read() as connection:
            return frozenset(
                found
                for part in chunks(customer_ids)
                for found in connection.execute(query.where(customers.c.id.in_(part))).scalars()
            )

    def facts(self, customer_ids: Sequence[str]) -> Mapping[str, Facts]:
        """What is known of these customers."""
        with self._database.read() as connection:
            known = CustomerFacts.of(connection, self._store_id)
            return {
                facts.customer_id: facts
                for part in chunks(customer_ids)
                for facts in known.read(connection, part)
            }


@dataclass(frozen=True)
class CustomerFacts:
    """Each fact of the vocabulary as an expression over the mirror, on one store-local day."""

    store_id: str
    clock: StoreClock
    currency: str
    today: date

    @classmethod
    def of(cls, connection: Connection, store_id: str) -> CustomerFacts:
        """As the store's row says now."""
        store = stores.get(connection, store_id)
        clock = store.store_clock()
        return cls(store_id, clock, store.currency, clock.today())

    def members(self, rule: Rule) -> Select[Any]:
        """The ids of the customers the rule is true of."""
        query, columns = self._known(rule.facts())
        return query.where(self._condition(rule.root, columns)).with_only_columns(customers.c.id)

    def count(self, connection: Connection, rule: Rule) -> int:
        """How many customers the rule is true of."""
        query = select(func.count()).select_from(self.members(rule).subquery())
        return int(connection.execute(query).scalar_one())

    def customers(self, connection: Connection) -> int:
        """How many customers there are."""
        query = select(func.count()).select_from(customers)
        return int(connection.execute(query.where(*self._there)).scalar_one())

    def read(self, connection: Connection, ids: Sequence[str]) -> list[Facts]:
        """What is known of the customers with these ids (at most some hundreds)."""
        query, columns = self._known(VOCABULARY, ids)
        named = [expression.label(name) for name, expression in columns.items()]
        rows = connection.execute(query.with_only_columns(customers.c.id, *named)).all()
        bought = self._bought(connection, ids)
        return [
            Facts(
                row.id,
                self.today,
                {name: self._value(name, row._mapping[name]) for name in columns}  # noqa: SLF001
                | {"bought": frozenset(bought.get(row.id, ()))},
            )
            for row in rows
        ]

    def _value(self, name: str, stored: Any) -> Value | None:
        if name == "customer_since" and stored is not None:
            return self.clock.local_day(stored)
        value: Value | None = stored
        return value

    def _known(
        self, asked: Collection[str], ids: Sequence[str] | None = None
    ) -> tuple[Select[Any], dict[str, ColumnElement[Any]]]:
        """The customers who are there, and what is known of each as expressions."""
        values = customer_values.c
        columns: dict[str, ColumnElement[Any]] = {
            "country": customers.c.country,
            "customer_since": customers.c.created_at,
            # An expectation in the currency the store had then is not one in today's.
            "expected_value": case((values.currency == self.currency, values.expected_value)),
            **{name: values[name] for name in _EXPECTED},
        }
        joined = customers.outerjoin(
            customer_values,
            and_(values.store_id == customers.c.store_id, values.customer_id == customers.c.id),
        )
        # Every order of the store is read for these: only where a rule asks.
        if not _ORDERED.isdisjoint(asked):
            sold = by_customer(self.store_id, ids)
            joined = joined.outerjoin(sold, sold.c.customer_id == customers.c.id)
            columns |= self._sold(sold)
        query = select(customers.c.id).select_from(joined).where(*self._there)
        return query if ids is None else query.where(customers.c.id.in_(ids)), columns

    def _sold(self, sold: Any) -> dict[str, ColumnElement[Any]]:
        nothing = literal(Decimal(0), ScaledDecimal())
        own = and_(sold.c.lowest == self.currency, sold.c.highest == self.currency)
        return {
            "orders": func.coalesce(sold.c.orders, 0),
            # Amounts in another currency are not added without a rate: the sum is not known.
            "spent": case((sold.c.orders.is_(None), nothing), (own, sold.c.net)),
            "first_order": sold.c.first_day,
            "last_order": sold.c.last_day,
        }

    @property
    def _there(self) -> tuple[ColumnElement[bool], ...]:
        return customers.c.store_id == self.store_id, customers.c.deleted_at.is_(None)

    def _bought(self, connection: Connection, ids: Sequence[str]) -> dict[str, set[str]]:
        query = lines(self.store_id).where(
            orders.c.customer_id.in_(ids), order_lines.c.sku.is_not(None)
        )
        found: dict[str, set[str]] = {}
        for customer_id, sku in connection.execute(query.distinct()):
            found.setdefault(customer_id, set()).add(sku)
        return found

    def _condition(
        self, part: Condition, columns: Mapping[str, ColumnElement[Any]]
    ) -> ColumnElement[bool]:
        if isinstance(part, Not):
            return not_(self._condition(part.part, columns))
        if isinstance(part, AllOf):
            return and_(*(self._condition(each, columns) for each in part.parts))
        if isinstance(part, AnyOf):
            return or_(*(self._condition(each, columns) for each in part.parts))
        if VOCABULARY[part.fact].kind is Kind.SET:
            return self._of_a_set(part)
        column = columns[part.fact]
        if isinstance(part, Known):
            return column.is_not(None) if part.known else column.is_(None)
        if isinstance(part, OneOf):
            return column.in_(part.operands)
        return self._compared(part, column)

    def _of_a_set(self, part: Compare | OneOf | Known) -> ColumnElement[bool]:
        if isinstance(part, OneOf):
            buyers = lines(self.store_id).where(order_lines.c.sku.in_(part.operands))
            return customers.c.id.in_(buyers.with_only_columns(orders.c.customer_id))
        # What somebody bought is always known, if only that it was nothing.
        return customers.c.id.is_not(None) if _asks_known(part) else customers.c.id.is_(None)

    def _compared(self, part: Compare, column: ColumnElement[Any]) -> ColumnElement[bool]:
        operand = part.operand
        if isinstance(operand, DaysFromToday):
            operand = operand.on(self.today)
        if part.fact == "customer_since" and isinstance(operand, date):
            return self._of_a_moment(column, part.operator, operand)
        found: ColumnElement[bool] = COMPARISONS[part.operator](column, operand)
        return found

    def _of_a_moment(
        self, column: ColumnElement[Any], operator: str, day: date
    ) -> ColumnElement[bool]:
        """A moment against a store-local day, as the day it falls on would be."""
        begins = self.clock.day_start(day)
        if operator == "before":
            return column < begins
        if operator == "since":
            return column >= begins
        return and_(column >= begins, column < self.clock.day_start(DaysFromToday(1).on(day)))


def _asks_known(part: Compare | Known) -> bool:
    return isinstance(part, Known) and part.known
