"""What segments rely on in the audience, on the fake and on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import insert, update

from core.errors import Conflict, NotFound
from core.storage.database import Database
from royal_platform.commerce.customers.facts import Facts
from royal_platform.commerce.customers.ports import Audience, Segments
from royal_platform.commerce.customers.segments import Rule, parse
from royal_platform.persistence import schema, stores
from royal_platform.persistence.audience import StoredAudience
from royal_platform.persistence.mirror_orders import OrderMirror
from royal_platform.persistence.segments import SegmentRows, StoredSegments
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.orders import customers, order_lines, orders
from royal_platform.persistence.tables.store import stores as store_rows
from tests.databases import new_database
from tests.fakes.customers import MemoryAudience, MemorySegments
from tests.segment_rules import CONDITIONS

STORE = "str_test"
# In Berlin it is the 10th already.
NOW = datetime(2026, 4, 9, 22, 30, tzinfo=UTC)
TODAY = date(2026, 4, 10)


@dataclass(frozen=True)
class Bought:
    """One order of a customer."""

    day: date
    net: str
    sku: str | None = "SKU-1"
    currency: str = "EUR"
    cancelled: bool = False
    test: bool = False


# Late on the last day of March in UTC is the first of April in Berlin.
CREATED = datetime(2026, 3, 31, 22, 15, tzinfo=UTC)
PEOPLE: dict[str, tuple[str | None, datetime | None, Sequence[Bought]]] = {
    "c1": ("NL", CREATED, [Bought(date(2026, 3, 1), "20.5"), Bought(date(2026, 4, 10), "4.5")]),
    "c2": ("BE", CREATED - timedelta(days=40), [Bought(date(2026, 1, 9), "10", "SKU-2")]),
    "c3": (None, None, []),
    "c4": (
        "NL", CREATED,
        [Bought(date(2026, 4, 1), "10"), Bought(date(2026, 4, 2), "10", None, "USD")],
    ),
    "c5": (
        "DE", CREATED,
        [
            Bought(date(2026, 4, 1), "10", "SKU-2", cancelled=True),
            Bought(date(2026, 4, 2), "10", test=True),
            Bought(date(2026, 4, 3), "1000.1234", "SKU-9"),
        ],
    ),
}  # fmt: skip


EXPECTATIONS: dict[str, dict[str, Any]] = {
    "c1": {
        "recency_score": 5, "frequency_score": 4, "monetary_score": 3, "alive": Decimal("0.9"),
        "churn_risk": Decimal("0.25"), "next_order": date(2026, 5, 1),
        "expected_orders": Decimal("3.5"), "expected_value": Decimal("20.5"),
    },
    # Valued once, before the store changed its currency.
    "c2": {
        "recency_score": 1, "frequency_score": 1, "monetary_score": None, "alive": None,
        "churn_risk": Decimal(1), "next_order": None, "expected_orders": Decimal(0),
        "expected_value": None,
    },
}  # fmt: skip
# What the mail address of the others is good for was never told.
CONSENT = {"c1": "subscribed", "c2": "unsubscribed", "c4": "subscribed", "c6": "subscribed"}
NOTHING = dict.fromkeys(EXPECTATIONS["c1"])


def known(customer_id: str, **values: Any) -> Facts:
    return Facts(customer_id, TODAY, values | EXPECTATIONS.get(customer_id, NOTHING))


EXPECTED = [
    known(
        "c1", country="NL", customer_since=date(2026, 4, 1), orders=2, spent=Decimal(25),
        first_order=date(2026, 3, 1), last_order=TODAY, bought=frozenset({"SKU-1"}),
    ),
    known(
        "c2", country="BE", customer_since=date(2026, 2, 19), orders=1, spent=Decimal(10),
        first_order=date(2026, 1, 9), last_order=date(2026, 1, 9), bought=frozenset({"SKU-2"}),
    ),
    known(
        "c3", country=None, customer_since=None, orders=0, spent=Decimal(0), first_order=None,
        last_order=None, bought=frozenset(),
    ),
    known(
        "c4", country="NL", customer_since=date(2026, 4, 1), orders=2, spent=None,
        first_order=date(2026, 4, 1), last_order=date(2026, 4, 2), bought=frozenset({"SKU-1"}),
    ),
    known(
        "c5", country="DE", customer_since=date(2026, 4, 1), orders=1, spent=Decimal("1000.1234"),
        first_order=date(2026, 4, 3), last_order=date(2026, 4, 3), bought=frozenset({"SKU-9"}),
    ),
]  # fmt: skip
IDS = [each.customer_id for each in EXPECTED]


def filled(url: str) -> Database:
    """A migrated database with the people above, one who was erased, and another store's."""
    schema.upgrade(url)
    database = Database(url)
    with database.write() as transaction:
        connection = transaction.connection
        for store_id, domain in ((STORE, "shop.test"), ("str_other", "other.test")):
            stores.create(
                connection, store_id=store_id, domain=domain, source="shopify", api_version="x"
            )
        # A clock that stands still, so that "today" is the same day in every example.
        connection.execute(
            update(store_rows).values(
                timezone="Europe/Berlin", currency="EUR", clock="world", clock_world_at=NOW,
                clock_wall_at=NOW, clock_rate=0.0,
            )
        )  # fmt: skip
        for customer_id, person in PEOPLE.items():
            _put(connection, STORE, customer_id, *person)
        for customer_id, currency, value in (("c1", "EUR", "20.5"), ("c2", "USD", "9")):
            expected = EXPECTATIONS[customer_id] | {"expected_value": Decimal(value)}
            low_high = dict.fromkeys(("expected_orders_low", "expected_orders_high"), Decimal(0))
            connection.execute(
                insert(customer_values).values(
                    store_id=STORE, customer_id=customer_id, currency=currency,
                    **expected, **low_high,
                )
            )  # fmt: skip
        _put(connection, STORE, "c6", "NL", CREATED, [Bought(date(2026, 4, 1), "10")])
        OrderMirror(STORE).erase_customers(connection, ["c6"], NOW)
        _put(connection, "str_other", "c1", "DE", CREATED, [Bought(date(2026, 4, 2), "500")])
    return database


def _put(
    connection: Any,
    store_id: str,
    customer_id: str,
    country: str | None,
    created: datetime | None,
    bought: Sequence[Bought],
) -> None:
    connection.execute(
        insert(customers).values(
            store_id=store_id, id=customer_id, name="A Person", country=country, orders=99,
            spent=Decimal(99), currency="EUR", created_at=created, updated_at=NOW, search="",
            email_consent=CONSENT.get(customer_id),
        )
    )  # fmt: skip
    for number, each in enumerate(bought):
        order_id = f"{customer_id}-{number}"
        connection.execute(
            insert(orders).values(
                store_id=store_id, id=order_id, name=order_id, processed_at=NOW, day=each.day,
                created_at=NOW, updated_at=NOW, test=each.test, customer_id=customer_id, tags=[],
                cancelled_at=NOW if each.cancelled else None, currency=each.currency,
                total=Decimal(each.net), tax=Decimal(0), discount=Decimal(0),
                net=Decimal(each.net), units=1, search="",
            )
        )  # fmt: skip
        connection.execute(
            insert(order_lines).values(
                store_id=store_id, order_id=order_id, id="1", sku=each.sku, title="Thing",
                quantity=1, refunded_quantity=0, unit_price=Decimal(each.net),
                gross=Decimal(each.net), total=Decimal(each.net), currency=each.currency,
            )
        )  # fmt: skip


@pytest.fixture(scope="module", params=["fake", "sqlite", "postgresql"])
def audience(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Audience]:
    """One audience for all examples: they only read."""
    if request.param == "fake":
        yield MemoryAudience(EXPECTED, ["c1", "c4"])
        return
    with ExitStack() as ends:
        if request.param == "sqlite":
            url = f"sqlite:///{(tmp_path_factory.mktemp('audience') / 'a.db').as_posix()}"
        else:
            server = request.getfixturevalue("postgres_server")
            url = ends.enter_context(new_database(server))
        database = filled(url)
        ends.callback(database.dispose)
        yield StoredAudience(database, STORE)


def test_what_is_known_of_each_customer(audience: Audience) -> None:
    found = audience.facts([*IDS, "c6", "nobody"])
    assert sorted(found) == IDS
    for expected in EXPECTED:
        assert dict(found[expected.customer_id].values) == dict(expected.values)
        assert found[expected.customer_id].today == TODAY


def test_only_a_consent_that_was_given_counts_and_an_erased_one_does_not(
    audience: Audience,
) -> None:
    assert set(audience.agreed([*IDS, "c6", "nobody"])) == {"c1", "c4"}
    assert set(audience.agreed(["c2", "c4"])) == {"c4"}
    assert not audience.agreed([])


@given(condition=CONDITIONS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_query_finds_exactly_whom_the_rule_is_true_of(audience: Audience, condition) -> None:
    rule = Rule(condition)
    expected = [facts.customer_id for facts in EXPECTED if rule.holds(facts)]
    assert list(audience.members(rule).ids) == expected
    assert audience.count(rule) == len(expected)


def test_pages_tell_each_member_once(audience: Audience) -> None:
    rule = parse("orders >= 1")
    told: list[str] = []
    cursor = None
    while True:
        page = audience.members(rule, cursor, 3)
        told += page.ids
        cursor = page.next_cursor
        if cursor is None:
            break
    assert told == ["c1", "c2", "c4", "c5"]


def test_a_last_page_that_is_full_has_no_next(audience: Audience) -> None:
    assert audience.members(parse("orders >= 1"), None, 4).next_cursor is None


def _saved(database: Database) -> tuple[Segments, list[str]]:
    rows = SegmentRows(STORE)
    with database.write() as transaction:
        made = [
            rows.create(
                transaction.connection, name=name, rule="orders >= 1", actor="ada", now=NOW
            ).id
            for name in ("regulars", "Abroad")
        ]
    return StoredSegments(database, STORE), made


@pytest.mark.parametrize("kind", ["fake", "stored"])
def test_segments_are_listed_by_name_and_found_by_id(kind, migrated_url) -> None:
    database = filled(migrated_url)
    segments, made = _saved(database)
    if kind == "fake":
        segments = MemorySegments(segments.all())
    assert [each.name for each in segments.all()] == ["Abroad", "regulars"]
    found = segments.get(made[0])
    assert found is not None
    assert (found.name, found.rule, found.version) == ("regulars", "orders >= 1", 1)
    assert segments.get("seg_nothing") is None
    database.dispose()


def test_a_segment_is_changed_only_from_the_version_in_force(migrated_url) -> None:
    database = filled(migrated_url)
    segments, made = _saved(database)
    rows = SegmentRows(STORE)
    change = {"name": "Regulars", "rule": "orders >= 2", "actor": "bo", "now": NOW}
    with database.write() as transaction:
        connection = transaction.connection
        changed = rows.change(connection, made[0], edited=1, **change)
        assert (changed.version, changed.rule, changed.created_by) == (2, "orders >= 2", "ada")
        with pytest.raises(Conflict, match="version 2"):
            rows.change(connection, made[0], edited=1, **change)
        with pytest.raises(Conflict, match="already"):
            rows.change(connection, made[1], edited=1, **change)
        with pytest.raises(Conflict, match="already"):
            rows.create(connection, name="REGULARS", rule="orders = 1", actor="bo", now=NOW)
        rows.remove(connection, made[0], edited=2, actor="bo", now=NOW)
        with pytest.raises(NotFound):
            rows.get(connection, made[0])
        # The name is free again.
        rows.create(connection, name="regulars", rule="orders = 1", actor="bo", now=NOW)
    with pytest.raises(NotFound), database.write() as transaction:
        SegmentRows("str_other").remove(
            transaction.connection, made[1], edited=1, actor="bo", now=NOW
        )
    assert len(segments.all()) == 2
    database.dispose()
