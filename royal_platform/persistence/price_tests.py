"""One store's price tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from core.storage.database import Database
from royal_platform.commerce.decisions.price_tests import TEST
from royal_platform.commerce.pricing.model import TrialReading, Trials
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.price_tests import price_tests

RUNNING, STOPPING, SETTLING, KNOWN, NEVER = "running", "stopping", "settling", "known", "never"
OPEN = (RUNNING, STOPPING, SETTLING)
_ORDER = Order("started", price_tests.c.started_at, price_tests.c.decision_id, descending=True)


@dataclass(frozen=True, slots=True)
class PriceTest:
    """A test as stored; ``prices`` and ``weeks`` are decimal strings."""

    decision_id: str
    variant_id: str
    product_id: str
    title: str
    currency: str
    prices: list[str]
    weeks: list[str]
    first_day: date
    status: str
    begun: int
    due_at: datetime
    started_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    detail: str | None = None
    result: dict[str, Any] | None = None

    @property
    def before(self) -> Decimal:
        """The price before the test, which it puts back."""
        return Decimal(self.prices[0])

    def monday(self, week: int) -> date:
        """The first day of a week of the test, counted from 0."""
        return self.first_day + timedelta(weeks=week)


class PriceTests:
    """Reads and changes; every change is conditional on the status that was seen."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def begin(self, connection: Connection, test: PriceTest) -> None:
        """Put a test in force; once per decision."""
        row = {name: getattr(test, name) for name in PriceTest.__slots__}
        insert_if_absent(connection, price_tests, {"store_id": self.store_id, **row})

    def get(self, connection: Connection, decision_id: str) -> PriceTest | None:
        """The test that a decision began."""
        rows = self._read(connection, price_tests.c.decision_id == decision_id)
        return rows[0] if rows else None

    def due(
        self, connection: Connection, now: datetime, statuses: Sequence[str]
    ) -> list[PriceTest]:
        """Tests in one of ``statuses`` whose next moment has come."""
        return self._read(
            connection, price_tests.c.status.in_(statuses), price_tests.c.due_at <= now
        )

    def open(self, connection: Connection) -> list[PriceTest]:
        """Tests that are not measured yet."""
        return self._read(connection, price_tests.c.status.in_(OPEN))

    def known_since(self, connection: Connection, since: datetime) -> list[PriceTest]:
        """Tests measured and known that ended after ``since``."""
        return self._read(
            connection, price_tests.c.status == KNOWN, price_tests.c.ended_at >= since
        )

    def move(self, connection: Connection, seen: PriceTest, **values: Any) -> bool:
        """Change a test if it still stands as ``seen``."""
        changed = connection.execute(
            update(price_tests)
            .where(price_tests.c.store_id == self.store_id)
            .where(price_tests.c.decision_id == seen.decision_id)
            .where(price_tests.c.status == seen.status, price_tests.c.begun == seen.begun)
            .values(**values)
        )
        return bool(changed.rowcount)

    def page(self, connection: Connection, cursor: str | None, limit: int) -> Page[PriceTest]:
        """Tests, the latest begun first."""
        mine = price_tests.c.store_id == self.store_id
        query = _ORDER.apply(select(price_tests).where(mine), cursor, limit)
        rows = [_test(row) for row in connection.execute(query)]
        total = connection.execute(select(func.count()).select_from(price_tests).where(mine))
        return page(rows, limit, total.scalar_one(), _ORDER, _place)

    def _read(self, connection: Connection, *conditions: Any) -> list[PriceTest]:
        query = (
            select(price_tests)
            .where(price_tests.c.store_id == self.store_id, *conditions)
            .order_by(price_tests.c.started_at, price_tests.c.decision_id)
        )
        return [_test(row) for row in connection.execute(query)]


# What was learned longer ago than this says less about the elasticity now.
_REMEMBERED = timedelta(weeks=52)
# A person who said no is not asked the same again for so long.
_NOT_ASKED_AGAIN = timedelta(weeks=8)
_WAITING = ("proposed", "approved", "executing")


class StoredPriceTests:
    """What the pricing agent asks of past and running tests."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._rows = PriceTests(store_id)

    def trials(self, now: datetime) -> Trials:
        """What tests of the last year read, which are going on, and which were asked for."""
        with self._database.read() as connection:
            known = self._rows.known_since(connection, now - _REMEMBERED)
            going_on = self._rows.open(connection)
            waiting = connection.execute(self._asked(_WAITING)).scalars().all()
            rejected = self._asked(("rejected",)).where(
                decisions.c.decided_at > now - _NOT_ASKED_AGAIN
            )
            refused = connection.execute(rejected).scalars().all()
        return Trials(
            readings=tuple(_readings(known)),
            in_test=frozenset(each.variant_id for each in going_on),
            waiting=frozenset(waiting),
            refused=frozenset(refused),
        )

    def _asked(self, statuses: Sequence[str]) -> Select[Any]:
        return select(decisions.c.subject_id).where(
            decisions.c.store_id == self._rows.store_id, decisions.c.kind == TEST,
            decisions.c.status.in_(statuses),
        )  # fmt: skip


def _readings(known: Sequence[PriceTest]) -> Iterator[TrialReading]:
    """Those of tests that did not remember the week before: of those it is no lasting answer."""
    for each in known:
        if each.result is not None and not each.result["remembers"]:
            yield TrialReading(
                each.variant_id, float(each.result["point"]), float(each.result["sd"])
            )


def _place(test: PriceTest) -> tuple[datetime, str]:
    return test.started_at, test.decision_id


def _test(row: Any) -> PriceTest:
    found = dict(row._mapping)  # noqa: SLF001
    found.pop("store_id")
    return PriceTest(**found)
