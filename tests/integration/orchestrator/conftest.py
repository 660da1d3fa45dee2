"""A migrated database with one store, a few variants, and a live store to write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from core.settings import read_settings
from core.storage.database import Database
from orchestrator.core.actions import Hands
from orchestrator.core.books import reading, writing
from royal_platform.bootstrap import bootstrap
from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import (
    CostToServe,
    Decision,
    Inverse,
    Proposal,
    Risk,
    Subject,
)
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.costs_to_serve import StoredCostsToServe
from royal_platform.persistence.tables.catalog import variants
from tests.fakes.live_store import LiveStore


@dataclass
class House:
    """The ground the orchestrator stands on in a test, and shortcuts to look at it."""

    database: Database
    store_id: str
    live: LiveStore = field(default_factory=LiveStore)

    @property
    def hands(self) -> Hands:
        return Hands(self.live, self.live, self.live, self.live)

    def register(self, agent_id: str) -> None:
        with writing(self) as books:
            books.agents.register(
                books.connection, agent_id=agent_id, name=agent_id, agent_type="", description="",
                capabilities=(), why_not_runnable=None, now=books.now,
            )  # fmt: skip

    def know_the_costs(self) -> None:
        """Nothing comes back and shipping costs nothing: no part of the costs is unknown."""
        with writing(self) as books:
            stored = books.policies.current(books.connection)
            policy = replace(stored.policy, shipping_cost_per_order=Decimal(0))
            books.policies.replace(
                books.connection, edited=stored.version, policy=policy, actor="ada", now=books.now
            )
        self.learned({OF_STORE: CostToServe(return_rate=Decimal(0))})

    def learned(self, served: Mapping[str, CostToServe]) -> None:
        """What a pricing run would have learned from orders."""
        StoredCostsToServe(self.database, self.store_id).save("run-0", datetime.now(UTC), served)

    def decision(self, decision_id: str) -> Decision:
        with reading(self) as books:
            return books.decisions.get(books.connection, decision_id)

    def status(self, decision_id: str) -> str:
        return self.decision(decision_id).status.value

    def events(self, type_: str | None = None) -> list[Any]:
        from core.events.log import read_after

        with self.database.read() as connection:
            return read_after(connection, self.store_id, 0, 10_000, type=type_)

    def price(self, variant: str = "v1", to: str = "105.00", run: str | None = None,
              **changes: Any) -> Proposal:  # fmt: skip
        """A proposal to change a price that the default policy asks a person about."""
        now = datetime.now(UTC)
        values: dict[str, Any] = {
            "agent_id": "inventory_pricing",
            "kind": "price.set",
            "subject": Subject("variant", variant, f"Saddle {variant}"),
            "arguments": {"price": to, "currency": "EUR", "product_id": f"p-{variant}"},
            "precondition": {"price": format(self.live.prices[variant], "f")},
            "evidence": (),
            "rationale": "Demand allows it.",
            "prediction": None,
            "risk": Risk(0.2),
            "cost": None,
            "money_at_stake": Money(Decimal(10), "EUR"),
            "inverse": Inverse("price.set", {"price": "100.00", "currency": "EUR"}, "Back."),
            "expires_at": now + timedelta(days=2),
            "run_id": run,
        }
        return Proposal(**{**values, **changes})

    def reorder(self, variant: str = "v1", quantity: int = 10, unit_cost: str = "20.00",
                **changes: Any) -> Proposal:  # fmt: skip
        """A proposal to order goods."""
        return self.price(
            variant,
            **{
                "kind": "inventory.reorder",
                "arguments": {"quantity": quantity, "unit_cost": unit_cost, "currency": "EUR",
                              "lead_time_days": 14},
                "precondition": {"on_order": 0},
                "cost": Money(Decimal(unit_cost) * quantity, "EUR"),
                **changes,
            },
        )  # fmt: skip


@pytest.fixture
def house(migrated_url: str) -> Iterator[House]:
    yield from make_house(migrated_url)


@pytest.fixture
def sqlite_house(migrated_sqlite_url: str) -> Iterator[House]:
    yield from make_house(migrated_sqlite_url)


def make_house(url: str) -> Iterator[House]:
    database = Database(url)
    house = House(database, "s1")
    add_store(database, house.store_id)
    for number in range(1, 6):
        house.live.prices[f"v{number}"] = Decimal("100.00")
    yield house
    database.dispose()


def stand_at(house: Any, moment: datetime) -> None:
    """The store's clock stands at ``moment``."""
    with house.database.write() as transaction:
        stores.set_clock(
            transaction.connection, house.store_id, world_at=moment, wall_at=datetime.now(UTC),
            rate=0.0,
        )  # fmt: skip


def add_store(database: Database, store_id: str) -> None:
    now = datetime.now(UTC)
    with database.write() as transaction:
        stores.create(
            transaction.connection, store_id=store_id, domain=f"{store_id}.test",
            source="sandbox", api_version="2026-10",
        )  # fmt: skip
        stores.change(transaction.connection, store_id, currency="EUR", timezone="Europe/Berlin")
        rows = [
            {
                "store_id": store_id, "id": f"v{number}", "product_id": f"p-v{number}",
                "title": f"Saddle {number}", "sku": f"S{number}", "position": 1,
                "price": Decimal("100.00"), "currency": "EUR", "unit_cost": Decimal("20.00"),
                "inventory_item_id": f"i{number}", "tracked": True, "updated_at": now,
            }
            for number in range(1, 6)
        ]  # fmt: skip
        transaction.connection.execute(insert(variants), rows)


Proposing = Callable[..., Proposal]


@pytest.fixture
def shop(migrated_url: str, tmp_path: Path):
    """A store on both databases that nobody reads from."""
    opened = bootstrap(
        read_settings(
            var_dir=tmp_path, database_url=migrated_url, given_secret_key="k" * 40,
            log_level="ERROR", sandbox_port=1,
        )
    )  # fmt: skip
    yield opened
    opened.close()
