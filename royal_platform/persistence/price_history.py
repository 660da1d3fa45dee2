"""What the policy asks about past prices and past refusals, for a whole catalogue at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from core.storage.database import Database
from royal_platform.commerce.decisions.model import PriorPrice, Status
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.commerce.decisions.reductions import prior_price
from royal_platform.commerce.pricing.model import PriceHistory
from royal_platform.persistence import stores
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.policies import Policies
from royal_platform.persistence.tables.catalog import price_observations, variants
from royal_platform.persistence.tables.decisions import approvals, decisions, executions

_WEEK = timedelta(days=7)
_Seen = list[tuple[datetime, Decimal]]


class StoredPriceHistory:
    """Reference prices, prices of the last week, and last changes by decision, of one store."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def histories(self, now: datetime) -> Mapping[str, PriceHistory]:
        """The history of every variant, as the gate would see it at ``now``."""
        with self._database.read() as connection:
            current = self._current(connection)
            seen = self._seen(connection)
            priors = self._priors(connection, seen, now)
            references, changes = self._decided(connection)
            rises, cuts = self._rejected_prices(connection)
        week = now - _WEEK
        return {
            variant_id: PriceHistory(
                reference=references.get(variant_id, price),
                last_week=_in_force(seen[variant_id], week),
                prior=priors.get(variant_id),
                last_change_at=changes.get(variant_id),
                rise_rejected_at=rises.get(variant_id),
                cut_rejected_at=cuts.get(variant_id),
            )
            for variant_id, price in current.items()
        }

    def rejected_reorders(self) -> Mapping[str, datetime]:
        """When a person last turned down a reorder, by variant."""
        with self._database.read() as connection:
            return {
                row.subject_id: row.at for row in self._rejections(connection, "inventory.reorder")
            }

    def _rejections(self, connection: Connection, *kinds: str) -> Sequence[Any]:
        """What persons turned down, oldest first; the gate's own refusals have no such row."""
        query = (
            select(decisions.c.subject_id, decisions.c.arguments, decisions.c.precondition,
                   approvals.c.at)
            .join(
                approvals,
                (approvals.c.store_id == decisions.c.store_id)
                & (approvals.c.decision_id == decisions.c.id),
            )
            .where(decisions.c.store_id == self._store_id, decisions.c.kind.in_(kinds))
            .where(decisions.c.status == Status.REJECTED, approvals.c.action == "reject")
            .order_by(approvals.c.at)
        )  # fmt: skip
        return connection.execute(query).all()

    def _rejected_prices(
        self, connection: Connection
    ) -> tuple[dict[str, datetime], dict[str, datetime]]:
        """The last refusals of a higher and of a lower price, by variant."""
        rises: dict[str, datetime] = {}
        cuts: dict[str, datetime] = {}
        for row in self._rejections(connection, *PRICE_KINDS):
            wanted, before = row.arguments.get("price"), row.precondition.get("price")
            if wanted is None or before is None:
                continue
            (rises if Decimal(wanted) > Decimal(before) else cuts)[row.subject_id] = row.at
        return rises, cuts

    def _current(self, connection: Connection) -> dict[str, Decimal]:
        query = select(variants.c.id, variants.c.price).where(
            variants.c.store_id == self._store_id, variants.c.deleted_at.is_(None)
        )
        return {row.id: row.price for row in connection.execute(query)}

    def _seen(self, connection: Connection) -> dict[str, _Seen]:
        """When which price was seen to begin, by variant, oldest first."""
        table = price_observations.c
        query = (
            select(table.variant_id, table.at, table.price)
            .where(table.store_id == self._store_id)
            .order_by(table.at)
        )
        seen: dict[str, _Seen] = defaultdict(list)
        for variant_id, at, price in connection.execute(query):
            seen[variant_id].append((at, price))
        return seen

    def _priors(
        self, connection: Connection, seen: Mapping[str, _Seen], now: datetime
    ) -> dict[str, PriorPrice]:
        """What a crossed-out price must rest on, by variant; none where the policy does not ask."""
        days = Policies(self._store_id).current(connection).policy.prior_price_days
        if days is None:
            return {}
        clock = StoreClock(stores.get(connection, self._store_id).timezone)
        today = clock.local_day(now)
        return {
            variant_id: prior_price(
                [(clock.local_day(at), price) for at, price in each], today, days
            )
            for variant_id, each in seen.items()
        }

    def _decided(self, connection: Connection) -> tuple[dict[str, Decimal], dict[str, datetime]]:
        """The price before the first decision on each variant, and the time of the last one."""
        query = (
            select(decisions.c.subject_id, decisions.c.executed_at, executions.c.before)
            .join(
                executions,
                (executions.c.store_id == decisions.c.store_id)
                & (executions.c.decision_id == decisions.c.id),
            )
            .where(decisions.c.store_id == self._store_id, decisions.c.kind.in_(PRICE_KINDS))
            .where(decisions.c.executed_at.is_not(None))
            .order_by(decisions.c.executed_at)
        )
        references: dict[str, Decimal] = {}
        changes: dict[str, datetime] = {}
        for subject_id, executed_at, before in connection.execute(query):
            price: Any = (before or {}).get("price")
            if price is not None:
                references.setdefault(subject_id, Decimal(price))
            changes[subject_id] = executed_at
        return references, changes


def _in_force(seen: _Seen, since: datetime) -> tuple[Decimal, ...]:
    """Prices seen after ``since``, and the last one seen before it: it was in force then."""
    before = [price for at, price in seen if at <= since][-1:]
    return tuple(sorted({*before, *(price for at, price in seen if at > since)}))
