"""A store's customers are valued once a day, and nothing of it outlives their erasure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, insert, select, update

from core.events.log import read_after
from core.storage.database import Database
from orchestrator.core import valuing
from royal_platform.commerce.customers.segments import parse
from royal_platform.persistence import stores
from royal_platform.persistence.audience import StoredAudience
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.orders import customers, orders
from royal_platform.persistence.valuations import Valuations

STORE = "str_test"
NOW = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)
CUSTOMERS = 120


@dataclass(frozen=True)
class Ground:
    """A database and which store is meant."""

    database: Database
    store_id: str = STORE


@pytest.fixture
def ground(migrated_url: str) -> Iterator[Ground]:
    """A store of regulars and of people who came once, its clock standing still."""
    database = Database(migrated_url)
    with database.write() as transaction:
        connection = transaction.connection
        stores.create(
            connection, store_id=STORE, domain="shop.test", source="sandbox", api_version="x"
        )
        _set_clock(connection, NOW)
        connection.execute(insert(customers), [_customer(each) for each in range(CUSTOMERS)])
        connection.execute(insert(orders), list(_orders()))
    yield Ground(database)
    database.dispose()


def _set_clock(connection: Any, now: datetime) -> None:
    stores.change(
        connection, STORE, currency="EUR", timezone="Europe/Berlin", last_sync_at=now,
        clock="world", clock_world_at=now, clock_wall_at=now, clock_rate=0.0,
    )  # fmt: skip


def _customer(number: int) -> dict[str, Any]:
    return {
        "store_id": STORE, "id": f"c{number}", "name": "A Person", "orders": 0,
        "spent": Decimal(0), "currency": "EUR", "updated_at": NOW, "search": "",
    }  # fmt: skip


def _orders() -> Iterator[dict[str, Any]]:
    random = np.random.default_rng(5)
    for number in range(CUSTOMERS):
        ago = int(random.integers(150, 400))
        for nth in range(1 + (number % 3) * int(random.integers(1, 6))):
            at = NOW - timedelta(days=ago)
            yield {
                "store_id": STORE, "id": f"o{number}-{nth}", "name": f"#{number}-{nth}",
                "processed_at": at, "day": at.date(), "created_at": at, "updated_at": at,
                "test": False, "customer_id": f"c{number}", "tags": [], "currency": "EUR",
                "total": Decimal(50), "tax": Decimal(0), "discount": Decimal(0),
                "net": Decimal(40 + number % 7), "units": 1, "search": "",
            }  # fmt: skip
            ago = max(ago - int(random.integers(5, 40)), 0)


def _valued(ground: Ground) -> int:
    with ground.database.read() as connection:
        query = select(func.count()).select_from(customer_values)
        return int(connection.execute(query).scalar_one())


def test_everybody_is_valued_once_a_day(ground: Ground) -> None:
    assert valuing.waits(ground)
    assert valuing.value_store(ground) == CUSTOMERS
    assert not valuing.waits(ground)
    assert valuing.value_store(ground) == 0
    with ground.database.write() as transaction:
        _set_clock(transaction.connection, NOW + timedelta(days=1))
    assert valuing.value_store(ground) == CUSTOMERS
    assert _valued(ground) == CUSTOMERS
    with ground.database.read() as connection:
        told = read_after(connection, STORE, 0, 10, "customers.valued")
        latest = Valuations(STORE).latest(connection)
    assert [each.payload["day"] for each in told] == ["2026-04-10", "2026-04-11"]
    assert latest is not None
    assert latest.report is not None
    assert latest.report["orders"]["low"] < latest.report["orders"]["expected"]
    assert latest.report["value"]["expected"] > latest.report["orders"]["expected"]
    assert set(latest.report["order_model"]["parameters"]) == {"r", "alpha", "a", "b"}
    assert latest.report["check"]["weeks"] == 13


def test_rules_ask_about_what_is_expected(ground: Ground) -> None:
    audience = StoredAudience(ground.database, STORE)
    assert audience.count(parse("churn_risk is known")) == 0
    valuing.value_store(ground)
    assert audience.count(parse("churn_risk is known")) == CUSTOMERS
    # The model cannot see somebody leave who came once.
    assert audience.count(parse("alive is unknown and orders = 1")) == CUSTOMERS // 3
    likely = audience.count(parse("churn_risk < 50% and expected_value > 0"))
    assert 0 < likely < CUSTOMERS
    assert audience.count(parse("next_order since 1 day ahead")) == audience.count(
        parse("next_order is known")
    )


def test_the_erased_leave_nothing_of_what_was_expected(ground: Ground) -> None:
    valuing.value_store(ground)
    privacy = Privacy(STORE)
    with ground.database.write() as transaction:
        held = privacy.held_about(transaction.connection, "c1")
        assert held["expected"][0]["customer_id"] == "c1"
        privacy.erase(transaction.connection, "c1", [], NOW)
    with ground.database.read() as connection:
        assert privacy.held_about(connection, "c1")["expected"] == []
        assert Valuations(STORE).of(connection, ["c1", "c2"]).keys() == {"c2"}
        assert "c1" not in Valuations(STORE).purchases(connection, "EUR").customer_ids
    with ground.database.write() as transaction:
        privacy.erase_store(transaction.connection, NOW)
    assert _valued(ground) == 0


def test_somebody_erased_while_the_models_were_fitted_is_not_valued(ground: Ground) -> None:
    with ground.database.read() as connection:
        read_before = Valuations(STORE).purchases(connection, "EUR")
    valuing.value_store(ground)
    with ground.database.write() as transaction:
        Privacy(STORE).erase(transaction.connection, "c1", [], NOW)
        stored = Valuations(STORE).latest(transaction.connection)
        assert stored is not None
        valuation = valuing.value_customers(read_before, stored.day)
        Valuations(STORE).replace(transaction.connection, read_before, valuation, stored)
    assert _valued(ground) == CUSTOMERS - 1


def test_too_little_history_is_told_and_empties_what_was_expected(ground: Ground) -> None:
    valuing.value_store(ground)
    with ground.database.write() as transaction:
        transaction.connection.execute(
            update(orders).where(orders.c.customer_id != "c1").values(cancelled_at=NOW)
        )
        _set_clock(transaction.connection, NOW + timedelta(days=1))
    assert valuing.value_store(ground) == 0
    assert _valued(ground) == 0
    with ground.database.read() as connection:
        latest = Valuations(STORE).latest(connection)
    assert latest is not None
    assert latest.report is None
    assert latest.reason is not None
    assert latest.reason.startswith("1 customers have ordered")


def test_cohorts_count_who_came_back_by_month(ground: Ground) -> None:
    with ground.database.read() as connection:
        cells = Valuations(STORE).cohort_cells(connection, "EUR")
        foreign = Valuations(STORE).cohort_cells(connection, "USD")
    first = [cell for cell in cells if cell.first == cell.month]
    assert sum(cell.customers for cell in first) == CUSTOMERS
    assert all(cell.net is None for cell in foreign)
    with ground.database.read() as connection:
        query = select(func.sum(orders.c.net, type_=orders.c.net.type))
        total = connection.execute(query).scalar_one()
    assert sum(cell.net for cell in cells if cell.net is not None) == total
