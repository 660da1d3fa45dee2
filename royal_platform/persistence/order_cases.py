"""The book of orders on their way: what was known of each, how it was judged, how it is served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from royal_platform.commerce.decisions.fulfilment import FULFILMENT_KINDS
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.decisions.support import REFUND
from royal_platform.commerce.fulfilment.model import Judgeable, Outcome, Wanted
from royal_platform.commerce.fulfilment.promises import PromisedOrder
from royal_platform.commerce.security.order_facts import OrderFacts, StoreOpinion
from royal_platform.commerce.security.order_risk import OrderRisk, Scorecard
from royal_platform.persistence.decision_rows import read_decision
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.fulfilment import order_cases
from royal_platform.persistence.tables.orders import order_lines, orders

# How far back orders are judged, and from when until when a silent order is asked about again.
BEHIND = timedelta(days=120)
_ASK_FROM, _ASK_UNTIL, _ASK_EVERY = timedelta(days=14), timedelta(days=80), timedelta(days=7)
# After so long without a dispute an order counts as good: disputes come within weeks.
MATURE = timedelta(days=75)
# The store no longer has it: nothing is known of what became of it.
GONE = "gone"
_PAID = ("paid", "partially_refunded", "refunded")
_WAITING = ("unfulfilled", "partially_fulfilled", "on_hold", "in_progress", "open", "scheduled")
_KEPT_AFTER_ERASURE = ("order_id", "placed_at", "value")


@dataclass(frozen=True, slots=True)
class Case:
    """One order in the book. ``score`` None: not judged yet; ``outcome`` None: not known yet."""

    order_id: str
    placed_at: datetime
    facts: OrderFacts
    score: float | None
    base: float | None
    factors: list[dict[str, Any]]
    learned: tuple[int, int]
    outcome: str | None
    outcome_why: str | None
    route: dict[str, Any] | None
    promised_at: datetime | None
    snags: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A paid order that is not shipped, with what waits of it and its case.

    ``refunded`` are units by order line that our copy shows as paid back.
    """

    order_id: str
    name: str
    processed_at: datetime
    total: Decimal
    currency: str
    customer_id: str | None
    wanted: tuple[Wanted, ...]
    case: Case
    refunded: Mapping[str, int]


class OrderCases:
    """The cases of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def to_judge(
        self, connection: Connection, now: datetime, limit: int
    ) -> list[tuple[str, datetime]]:
        """(order, its version) that are new, changed, or may have been disputed meanwhile."""
        case = order_cases.c
        asked_again = and_(
            case.outcome.is_(None), case.asked_at < now - _ASK_EVERY,
            case.placed_at.between(now - _ASK_UNTIL, now - _ASK_FROM),
        )  # fmt: skip
        query = (
            select(orders.c.id, orders.c.updated_at)
            .outerjoin(
                order_cases,
                (case.store_id == orders.c.store_id) & (case.order_id == orders.c.id),
            )
            .where(*self._paid(now))
            .where(
                or_(
                    case.order_id.is_(None), case.judged_version < orders.c.updated_at, asked_again
                )
            )
            .order_by(orders.c.processed_at.desc(), orders.c.id)
            .limit(limit)
        )  # fmt: skip
        return [(row.id, row.updated_at) for row in connection.execute(query)]

    def put(
        self,
        connection: Connection,
        found: Iterable[Judgeable],
        versions: Mapping[str, datetime],
        now: datetime,
    ) -> None:
        """Enter what the store says of these orders; how they were judged stays."""
        for each in found:
            told = {
                "judged_version": versions[each.facts.order_id], "asked_at": now,
                "facts": _facts_row(each.facts), "delivered_at": each.delivered_at,
            }  # fmt: skip
            if each.outcome is not None:
                told |= {
                    "outcome": each.outcome.value, "outcome_why": each.why, "outcome_at": now
                }  # fmt: skip
            new = {
                "store_id": self.store_id, "order_id": each.facts.order_id,
                "placed_at": each.facts.placed_at, "factors": [], "learned_bad": 0,
                "learned_good": 0, "snags": [], **told,
            }  # fmt: skip
            if not insert_if_absent(connection, order_cases, new):
                self._set(connection, each.facts.order_id, **told)

    def pass_by(
        self,
        connection: Connection,
        order_ids: Iterable[str],
        versions: Mapping[str, datetime],
        now: datetime,
    ) -> None:
        """Orders that the store no longer has: they are not asked about until they change."""
        for order_id in order_ids:
            told = {"judged_version": versions[order_id], "asked_at": now}
            nothing = OrderFacts(order_id, versions[order_id], 0.0)
            new = {
                "store_id": self.store_id, "order_id": order_id, "placed_at": versions[order_id],
                "facts": _facts_row(nothing), "factors": [], "learned_bad": 0, "learned_good": 0,
                "snags": [], "outcome": GONE, "outcome_at": now, **told,
            }  # fmt: skip
            if not insert_if_absent(connection, order_cases, new):
                self._set(connection, order_id, **told)

    def ripen(self, connection: Connection, now: datetime) -> int:
        """Orders that nobody disputed for long enough were good; how many are new."""
        statement = (
            update(order_cases)
            .where(order_cases.c.store_id == self.store_id, order_cases.c.outcome.is_(None))
            .where(order_cases.c.placed_at < now - MATURE)
            # One that was never asked about after disputes could come is not known to be good.
            .where(order_cases.c.asked_at >= order_cases.c.placed_at)
            .values(outcome=Outcome.GOOD.value, outcome_why="undisputed", outcome_at=now)
        )
        return connection.execute(statement).rowcount

    def since(self, connection: Connection, moment: datetime) -> list[Case]:
        """Cases placed since, the oldest first."""
        query = (
            self._select()
            .where(order_cases.c.placed_at >= moment)
            .where(or_(order_cases.c.outcome.is_(None), order_cases.c.outcome != GONE))
            .order_by(order_cases.c.placed_at, order_cases.c.order_id)
        )
        return [_case(row) for row in connection.execute(query)]

    def get(self, connection: Connection, order_id: str) -> Case | None:
        """The case of one order."""
        query = self._select().where(order_cases.c.order_id == order_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else _case(row)

    def of(self, connection: Connection, order_ids: Sequence[str]) -> dict[str, Case]:
        """The cases of these orders."""
        query = self._select().where(order_cases.c.order_id.in_(list(order_ids)))
        return {row.order_id: _case(row) for row in connection.execute(query)}

    def judge(self, connection: Connection, risk: OrderRisk, card: Scorecard) -> None:
        """Put down how an order was judged, and by a scorecard that learned from how much."""
        self._set(
            connection, risk.order_id, score=risk.score, base=risk.base,
            factors=[asdict(each) for each in risk.factors],
            learned_bad=card.learned_from[0], learned_good=card.learned_from[1],
        )  # fmt: skip

    def serve(
        self, connection: Connection, order_id: str, route: Any, promised_at: datetime | None
    ) -> None:
        """Put down how an order is served."""
        self._set(connection, order_id, route=route, promised_at=promised_at)

    def snag(self, connection: Connection, order_id: str, snags: list[dict[str, Any]]) -> None:
        """Put down what goes wrong with an order; an empty list: nothing."""
        self._set(connection, order_id, snags=snags)

    def promised(self, connection: Connection, since: datetime) -> list[PromisedOrder]:
        """Orders placed since that were promised for a time and not cancelled."""
        query = (
            select(order_cases)
            .join(
                orders,
                (order_cases.c.store_id == orders.c.store_id)
                & (order_cases.c.order_id == orders.c.id),
            )
            .where(order_cases.c.store_id == self.store_id, order_cases.c.placed_at >= since)
            .where(order_cases.c.promised_at.is_not(None))
            .where(orders.c.cancelled_at.is_(None), orders.c.deleted_at.is_(None))
        )
        rows = connection.execute(query).all()
        booked = SupplierOrders(self.store_id).for_orders(
            connection, [row.order_id for row in rows]
        )
        return [
            PromisedOrder(
                row.order_id, row.promised_at,
                frozenset(part["source"] for part in (row.route or {}).get("parts", ())),
                [each.order for each in booked.get(row.order_id, ())], row.delivered_at,
            )
            for row in rows
        ]  # fmt: skip

    def with_snags(self, connection: Connection) -> dict[str, list[dict[str, Any]]]:
        """Orders in whose case a trouble is noted."""
        query = select(order_cases.c.order_id, order_cases.c.snags).where(
            order_cases.c.store_id == self.store_id
        )
        return {row.order_id: row.snags for row in connection.execute(query) if row.snags}

    def open(self, connection: Connection, now: datetime) -> list[OpenOrder]:
        """Paid orders that are not shipped and were judged, the oldest first."""
        return self._opened(
            connection, *self._paid(now), orders.c.cancelled_at.is_(None),
            orders.c.fulfillment_status.in_(_WAITING), order_cases.c.score.is_not(None),
        )  # fmt: skip

    def _opened(self, connection: Connection, *conditions: Any) -> list[OpenOrder]:
        query = (
            select(orders, order_cases)
            .join(
                order_cases,
                (order_cases.c.store_id == orders.c.store_id)
                & (order_cases.c.order_id == orders.c.id),
            )
            .where(orders.c.store_id == self.store_id, *conditions)
            .order_by(orders.c.processed_at, orders.c.id)
        )
        rows = list(connection.execute(query))
        lines = self._lines(connection, [row.id for row in rows])
        return [
            OpenOrder(
                row.id, row.name, row.processed_at, row.total, row.currency, row.customer_id,
                tuple(_wanted(lines.get(row.id, ()))), _case(row),
                {each.id: each.refunded_quantity for each in lines.get(row.id, ())},
            )
            for row in rows
        ]  # fmt: skip

    def named(self, connection: Connection, order_ids: Sequence[str]) -> list[OpenOrder]:
        """These orders with their cases, whatever became of them."""
        found: list[OpenOrder] = []
        for part in chunks(order_ids):
            found += self._opened(connection, orders.c.id.in_(part))
        return found

    def cancelled(self, connection: Connection, order_ids: Sequence[str]) -> frozenset[str]:
        """Which of these orders were cancelled."""
        found: set[str] = set()
        for part in chunks(order_ids):
            query = select(orders.c.id).where(
                orders.c.store_id == self.store_id, orders.c.id.in_(part),
                orders.c.cancelled_at.is_not(None),
            )  # fmt: skip
            found.update(connection.execute(query).scalars())
        return frozenset(found)

    def decided(self, connection: Connection, since: datetime) -> dict[str, list[Decision]]:
        """Decisions on each order's way and its refunds since, the oldest first; no shadows."""
        query = (
            select(decisions)
            .where(decisions.c.store_id == self.store_id, decisions.c.created_at >= since)
            .where(decisions.c.kind.in_((*FULFILMENT_KINDS, REFUND)))
            .where(decisions.c.shadow.is_(False))
            .order_by(decisions.c.created_at, decisions.c.id)
        )
        found: dict[str, list[Decision]] = defaultdict(list)
        for row in connection.execute(query):
            one = read_decision(row)
            found[str(one.proposal.arguments.get("order_id"))].append(one)
        return found

    def is_waiting(self, connection: Connection, now: datetime) -> bool:
        """True when an order is new or has changed since it was judged."""
        return bool(self.to_judge(connection, now, 1))

    def bought(
        self, connection: Connection, customer_ids: Iterable[str]
    ) -> dict[str, list[tuple[datetime, Decimal]]]:
        """When these customers ordered and for how much, as our copy knows it."""
        found: dict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
        for part in chunks(sorted(set(customer_ids))):
            query = select(orders.c.customer_id, orders.c.processed_at, orders.c.total).where(
                orders.c.store_id == self.store_id, orders.c.customer_id.in_(part),
                orders.c.deleted_at.is_(None),
            )  # fmt: skip
            for row in connection.execute(query):
                found[row.customer_id].append((row.processed_at, row.total))
        return found

    def counts(self, connection: Connection) -> dict[str, int]:
        """How many cases there are, and of how many it is known what became of them."""
        query = (
            select(func.coalesce(order_cases.c.outcome, "open"), func.count())
            .where(order_cases.c.store_id == self.store_id)
            .group_by(order_cases.c.outcome)
        )
        return {str(name): int(number) for name, number in connection.execute(query)}

    def erase(self, connection: Connection, order_ids: Iterable[str] | None) -> int:
        """Forget whom these orders (None: all) were from and what they shared; the count."""
        mine = order_cases.c.store_id == self.store_id
        query = select(order_cases.c.order_id).where(mine)
        wanted = connection.execute(query).scalars() if order_ids is None else order_ids
        count = 0
        for part in chunks(sorted(set(wanted))):
            held = select(order_cases.c.order_id, order_cases.c.facts).where(
                mine, order_cases.c.order_id.in_(part)
            )
            for row in connection.execute(held).all():
                kept = {name: row.facts[name] for name in _KEPT_AFTER_ERASURE}
                self._set(connection, row.order_id, facts=kept)
                count += 1
        return count

    def _lines(self, connection: Connection, order_ids: list[str]) -> dict[str, list[Row[Any]]]:
        found: dict[str, list[Row[Any]]] = defaultdict(list)
        for part in chunks(order_ids):
            query = select(order_lines).where(
                order_lines.c.store_id == self.store_id, order_lines.c.order_id.in_(part)
            )
            for row in connection.execute(query.order_by(order_lines.c.id)):
                found[row.order_id].append(row)
        return found

    def _paid(self, now: datetime) -> tuple[Any, ...]:
        return (
            orders.c.store_id == self.store_id,
            orders.c.deleted_at.is_(None),
            orders.c.test.is_(False),
            orders.c.financial_status.in_(_PAID),
            orders.c.processed_at >= now - BEHIND,
        )

    def _select(self) -> Any:
        return select(order_cases).where(order_cases.c.store_id == self.store_id)

    def _set(self, connection: Connection, order_id: str, **columns: Any) -> None:
        connection.execute(
            update(order_cases)
            .where(order_cases.c.store_id == self.store_id, order_cases.c.order_id == order_id)
            .values(**columns)
        )


def _wanted(lines: Iterable[Row[Any]]) -> Iterator[Wanted]:
    for row in lines:
        quantity = row.quantity - row.refunded_quantity
        if quantity > 0:
            yield Wanted(row.id, row.variant_id, row.title, quantity, row.unit_price)


def _facts_row(facts: OrderFacts) -> dict[str, Any]:
    told = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return {**told, "placed_at": facts.placed_at.isoformat(), "opinion": facts.opinion.value}


def _facts(row: Mapping[str, Any]) -> OrderFacts:
    told = dict(row)
    told["placed_at"] = datetime.fromisoformat(told["placed_at"])
    told["opinion"] = StoreOpinion(told.get("opinion", "none"))
    return OrderFacts(**told)


def _case(row: Row[Any]) -> Case:
    return Case(
        row.order_id, row.placed_at, _facts(row.facts), row.score, row.base, row.factors,
        (row.learned_bad, row.learned_good), row.outcome, row.outcome_why, row.route,
        row.promised_at, row.snags,
    )  # fmt: skip
