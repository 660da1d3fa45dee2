"""One store's books inside one transaction: its repositories, its clock, and its event log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from core.events.log import NewEvent
from core.storage.database import Database, Transaction
from royal_platform.commerce.decisions.model import Decision, Policy, Proposal
from royal_platform.commerce.decisions.notices import RAISE
from royal_platform.commerce.decisions.support import REPLY
from royal_platform.persistence import stores
from royal_platform.persistence.agents import Agents
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.commands import Commands
from royal_platform.persistence.decisions import Decisions
from royal_platform.persistence.executions import Executions
from royal_platform.persistence.policies import Policies
from royal_platform.persistence.purchases import Purchases
from royal_platform.persistence.runs import Runs
from royal_platform.persistence.stores import Store


class Ground(Protocol):
    """What the books stand on: the database and which store is meant (``Platform`` conforms)."""

    @property
    def database(self) -> Database:
        """The installation's database."""
        ...

    @property
    def store_id(self) -> str:
        """The store."""
        ...


class Named(Protocol):
    """Somebody who acts (a ``Principal`` conforms)."""

    @property
    def name(self) -> str:
        """The name under which the acts are recorded."""
        ...


Actor = Named | str


@dataclass(frozen=True, slots=True)
class Books:
    """The repositories of one store on one connection; ``now`` is business time."""

    database: Database
    connection: Connection
    store: Store
    clock: StoreClock
    now: datetime
    transaction: Transaction | None = None
    # What is worth asking once for all proposals of one transaction.
    asked: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def store_id(self) -> str:
        """The store."""
        return self.store.id

    @property
    def decisions(self) -> Decisions:
        """Decisions and approvals."""
        return Decisions(self.store.id)

    @property
    def executions(self) -> Executions:
        """Executions and reservations."""
        return Executions(self.store.id)

    @property
    def policies(self) -> Policies:
        """Policy, autonomy, stops."""
        return Policies(self.store.id)

    @property
    def policy(self) -> Policy:
        """The policy in force, asked once in each transaction."""
        if "policy" not in self.asked:
            self.asked["policy"] = self.policies.current(self.connection).policy
        found: Policy = self.asked["policy"]
        return found

    @property
    def purchases(self) -> Purchases:
        """Purchase orders."""
        return Purchases(self.store.id)

    @property
    def commands(self) -> Commands:
        """What the worker shall do."""
        return Commands(self.store.id)

    @property
    def runs(self) -> Runs:
        """Runs and their steps."""
        return Runs(self.store.id)

    @property
    def agents(self) -> Agents:
        """Agents and their schedules."""
        return Agents(self.store.id)

    def tell(
        self, type_: str, subject: str, actor: Actor, payload: Mapping[str, Any] | None = None
    ) -> None:
        """Record an event with this transaction."""
        if self.transaction is None:
            raise RuntimeError("these books are open for reading only")
        self.transaction.record(
            NewEvent(
                store_id=self.store.id,
                type=type_,
                subject=subject,
                payload=dict(payload or {}),
                actor=actor_name(actor),
                occurred_at=self.now,
            )
        )

    def tell_decision(self, type_: str, decision: Decision, actor: Actor, **facts: Any) -> None:
        """Record an event about a decision: ids and titles, never the whole of it."""
        proposal = decision.proposal
        payload = {
            "decision_id": decision.id,
            "kind": proposal.kind,
            "agent_id": proposal.agent_id,
            "run_id": proposal.run_id,
            "subject_id": proposal.subject.id,
            "subject_title": told_title(proposal),
            **({"reverts": decision.reverts} if decision.reverts else {}),
            **said_title(proposal),
            **facts,
        }
        self.tell(type_, decision.id, actor, payload)


def said_title(proposal: Proposal) -> dict[str, Any]:
    """An alert's title as key and parameters, where it has them: readers have their languages."""
    said = proposal.arguments.get("said") if proposal.kind == RAISE else None
    return {"said": said["title"]} if said else {}


def told_title(proposal: Proposal) -> str:
    """The subject's title as the log may keep it: a reply's is its customer's own words."""
    return "A reply" if proposal.kind == REPLY else proposal.subject.title


@contextmanager
def writing(ground: Ground) -> Iterator[Books]:
    """Books open for writing, the store's row held: acts on one store happen one after another.

    That order is what makes a stop final and a budget impossible to overdraw.
    """
    with ground.database.write() as transaction:
        store = stores.lock(transaction.connection, ground.store_id)
        clock = store.store_clock()
        yield Books(ground.database, transaction.connection, store, clock, clock.now(), transaction)


@contextmanager
def reading(ground: Ground) -> Iterator[Books]:
    """Books open for reading: one snapshot."""
    with ground.database.read() as connection:
        store = stores.get(connection, ground.store_id)
        clock = store.store_clock()
        yield Books(ground.database, connection, store, clock, clock.now())


def actor_name(actor: Actor) -> str:
    """The name under which an act is recorded."""
    return actor if isinstance(actor, str) else actor.name
