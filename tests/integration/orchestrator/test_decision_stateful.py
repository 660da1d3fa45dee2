"""Approve, reject, expire, revert, execute, crash in any order: one change, no illegal move."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from sqlalchemy import update

from core.errors import Conflict, Invalid
from core.events.log import read_after
from core.events.verify import verify
from core.storage.database import Database
from orchestrator.core import control, ledger
from orchestrator.core.books import writing
from orchestrator.core.execution import execute
from royal_platform.commerce.decisions.model import TRANSITIONS, Policy, Status
from royal_platform.persistence import schema
from royal_platform.persistence.tables.decisions import decisions

_PAST = datetime(2020, 1, 1, tzinfo=UTC)


class Crash(BaseException):
    """The process dies here."""


def _template(folder: Path) -> Path:
    path = folder / "template.db"
    url = f"sqlite:///{path}"
    schema.upgrade(url)
    database = Database(url)
    CONFTEST.add_store(database, "s1")
    house = CONFTEST.House(database, "s1")
    house.register("inventory_pricing")
    with writing(house) as books:
        # Without the pause between changes, more of them happen.
        books.policies.replace(
            books.connection, edited=0, policy=Policy(cooldown_days=0), actor="ada", now=books.now
        )
    database.dispose()
    return path


def _load_conftest() -> Any:
    import importlib.util
    import sys

    path = Path(__file__).with_name("conftest.py")
    spec = importlib.util.spec_from_file_location("orchestrator_house", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["orchestrator_house"] = module
    spec.loader.exec_module(module)
    return module


CONFTEST = _load_conftest()
_FOLDER = Path(tempfile.mkdtemp(prefix="rq-stateful-"))
_TEMPLATE = _template(_FOLDER)


class DecisionLife(RuleBasedStateMachine):
    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=_FOLDER))
        shutil.copy(_TEMPLATE, self.folder / "test.db")
        database = Database(f"sqlite:///{self.folder / 'test.db'}")
        self.house = CONFTEST.House(database, "s1")
        for number in range(1, 6):
            self.house.live.prices[f"v{number}"] = Decimal("100.00")

    def teardown(self) -> None:
        self.house.database.dispose()
        shutil.rmtree(self.folder)

    @rule(target=known, variant=st.sampled_from(["v1", "v2"]), up=st.integers(1, 4))
    def propose(self, variant: str, up: int) -> str:
        price = self.house.live.prices[variant] + up
        return ledger.propose(self.house, [self.house.price(variant, to=str(price))])[0]

    @rule(decision=known, by=st.sampled_from(["ada", "bob"]))
    def approve(self, decision: str, by: str) -> None:
        with contextlib.suppress(Conflict):
            seen = self.house.decision(decision).argument_hash
            ledger.approve(self.house, decision, seen, by)

    @rule(decision=known)
    def approve_something_else(self, decision: str) -> None:
        before = self.house.status(decision)
        with pytest.raises(Conflict):
            ledger.approve(self.house, decision, "0" * 64, "ada")
        assert self.house.status(decision) in {before, "expired"}

    @rule(decision=known)
    def reject(self, decision: str) -> None:
        with contextlib.suppress(Conflict):
            ledger.reject(self.house, decision, "bob")

    @rule(target=known, decision=known)
    def revert(self, decision: str) -> str:
        with contextlib.suppress(Conflict, Invalid):
            return ledger.revert(self.house, decision, "ada").id
        return decision

    @rule(decision=known)
    def execute(self, decision: str) -> None:
        asyncio.run(execute(self.house, self.house.hands, decision))

    @rule(decision=known, moment=st.sampled_from(["before_write", "after_write"]))
    def execute_and_crash(self, decision: str, moment: str) -> None:
        def die() -> None:
            raise Crash

        setattr(self.house.live, moment, die)
        with contextlib.suppress(Crash):
            asyncio.run(execute(self.house, self.house.hands, decision))
        setattr(self.house.live, moment, None)

    @rule(decision=known)
    def time_passes(self, decision: str) -> None:
        with self.house.database.write() as transaction:
            transaction.connection.execute(
                update(decisions).where(decisions.c.id == decision).values(expires_at=_PAST)
            )
        ledger.expire_due(self.house)

    @rule(variant=st.sampled_from(["v1", "v2"]), by=st.integers(-3, 3))
    def somebody_else_sets_the_price(self, variant: str, by: int) -> None:
        self.house.live.prices[variant] += by

    @rule(scope=st.sampled_from(["store", "agent:inventory_pricing"]))
    def stop(self, scope: str) -> None:
        control.stop(self.house, scope, "ada")

    @rule(scope=st.sampled_from(["store", "agent:inventory_pricing"]))
    def resume(self, scope: str) -> None:
        with contextlib.suppress(Conflict):
            control.resume(self.house, scope, "ada")

    @invariant()
    def nothing_is_written_twice_or_without_approval(self) -> None:
        keys = [written.key for written in self.house.live.journal]
        assert len(keys) == len(set(keys))
        approved = {event.subject for event in self.house.events("decision.approved")}
        assert {key.removeprefix("execute:") for key in keys} <= approved

    @invariant()
    def every_move_is_a_legal_one(self) -> None:
        status: dict[str, Status] = {}
        with self.house.database.read() as connection:
            history = read_after(connection, "s1", 0, 100_000, type="decision.")
        for event in history:
            word = event.type.removeprefix("decision.")
            to = Status("executed" if word == "revert_failed" else word)
            before = status.get(event.subject)
            if before is None:
                assert to is Status.PROPOSED
            else:
                assert to in TRANSITIONS.get(before, frozenset()), (before, to)
            status[event.subject] = to
        for decision, last in status.items():
            assert self.house.status(decision) == last.value

    @invariant()
    def the_log_is_whole(self) -> None:
        with self.house.database.read() as connection:
            assert verify(connection, "s1").ok


DecisionLife.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestDecisionLife = DecisionLife.TestCase
