"""Suppliers' terms as entered, and what their deliveries showed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection, delete, select

from core.storage.database import Database
from royal_platform.commerce.inventory.model import Delivery, EnteredTerms
from royal_platform.commerce.inventory.terms import NOTHING_ENTERED
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.receipts import IN_FORCE
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.decisions import decisions, purchase_orders
from royal_platform.persistence.tables.supply import receipts, supply_terms

Scope = Literal["vendor", "variant"]
_DECIMALS = frozenset({"lead_time_days", "lead_time_sd_days", "holding_percent"})


@dataclass(frozen=True, slots=True)
class TermsRow:
    """What was entered for one vendor or variant, by whom and when."""

    scope: str
    subject: str
    terms: EnteredTerms
    changed_by: str
    changed_at: datetime


class SupplyBook:
    """The supply terms and deliveries of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def enter(
        self,
        connection: Connection,
        scope: Scope,
        subject: str,
        terms: EnteredTerms,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        """Replace what was entered for the subject; entering nothing forgets it."""
        if terms == NOTHING_ENTERED:
            connection.execute(
                delete(supply_terms).where(
                    supply_terms.c.store_id == self.store_id,
                    supply_terms.c.scope == scope,
                    supply_terms.c.subject == subject,
                )
            )
            return
        row = {
            "store_id": self.store_id, "scope": scope, "subject": subject,
            "document": _document(terms), "changed_by": actor, "changed_at": now,
        }  # fmt: skip
        put(connection, supply_terms, [row])

    def entered(
        self, connection: Connection, scope: Scope, subject: str | None = None
    ) -> dict[str, TermsRow]:
        """What was entered, by subject; of one subject where it is named."""
        query = select(supply_terms).where(
            supply_terms.c.store_id == self.store_id, supply_terms.c.scope == scope
        )
        if subject is not None:
            query = query.where(supply_terms.c.subject == subject)
        return {
            row.subject: TermsRow(
                row.scope, row.subject, _read(row.document), row.changed_by, row.changed_at
            )
            for row in connection.execute(query)
        }

    def deliveries(self, connection: Connection) -> list[Delivery]:
        """One per purchase order of which something came in, by units over its receipts."""
        order = purchase_orders.c
        query = (
            select(order.id, order.variant_id, order.created_at, receipts.c.received_at,
                   receipts.c.quantity)
            .join(
                receipts,
                (receipts.c.store_id == order.store_id)
                & (receipts.c.purchase_order_id == order.id),
            )
            .join(
                decisions,
                (decisions.c.store_id == receipts.c.store_id)
                & (decisions.c.id == receipts.c.decision_id),
            )
            .where(order.store_id == self.store_id, decisions.c.status.in_(IN_FORCE))
            .order_by(order.id)
        )  # fmt: skip
        took: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for order_id, variant_id, ordered, received, units in connection.execute(query):
            took[order_id, variant_id].append(((received - ordered).total_seconds() / 86400, units))
        return [
            Delivery(variant_id, sum(days * units for days, units in each) / _units(each))
            for (_, variant_id), each in took.items()
        ]


class StoredSupply:
    """What is known of suppliers: the entered terms and the receipts."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._book = SupplyBook(store_id)

    def entered(self, scope: Scope) -> dict[str, EnteredTerms]:
        """What was entered, by vendor or by variant."""
        with self._database.read() as connection:
            rows = self._book.entered(connection, scope)
        return {subject: row.terms for subject, row in rows.items()}

    def deliveries(self) -> list[Delivery]:
        """How long past orders took."""
        with self._database.read() as connection:
            return self._book.deliveries(connection)


def _units(received: list[tuple[float, int]]) -> int:
    return max(sum(units for _, units in received), 1)


def _document(terms: EnteredTerms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in fields(EnteredTerms):
        value = getattr(terms, each.name)
        if value is not None:
            found[each.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount": format(value.amount, "f"), "currency": value.currency}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, tuple):
        return [item.isoformat() if isinstance(item, date) else item for item in value]
    return value


def _read(document: dict[str, Any]) -> EnteredTerms:
    values: dict[str, Any] = dict(document)
    for name in _DECIMALS & values.keys():
        values[name] = Decimal(values[name])
    if "weekdays" in values:
        values["weekdays"] = tuple(values["weekdays"])
    if "holidays" in values:
        values["holidays"] = tuple(date.fromisoformat(day) for day in values["holidays"])
    if "order_cost" in values:
        cost = values["order_cost"]
        values["order_cost"] = Money(Decimal(cost["amount"]), cost["currency"])
    return EnteredTerms(**values)
