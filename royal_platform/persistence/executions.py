"""Executions of decisions and the budget they reserve: once per decision, whatever crashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import executions, reservations


@dataclass(frozen=True, slots=True)
class Execution:
    """How far a write came: reserved, writing, written, verified, failed or conflicted."""

    store_id: str
    decision_id: str
    idempotency_key: str
    state: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    attempts: int
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class Executions:
    """Executions and reservations of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def start(
        self, connection: Connection, decision_id: str, *, idempotency_key: str, now: datetime
    ) -> Execution:
        """The decision's execution, created as ``reserved`` the first time."""
        values = {
            "store_id": self.store_id, "decision_id": decision_id, "state": "reserved",
            "idempotency_key": idempotency_key, "attempts": 0, "started_at": now,
        }  # fmt: skip
        insert_if_absent(connection, executions, values)
        found = self.get(connection, decision_id)
        if found is None:
            raise RuntimeError("an execution vanished inside its own transaction")
        return found

    def get(self, connection: Connection, decision_id: str) -> Execution | None:
        """The decision's execution, held until the transaction ends when it writes."""
        query = select(executions).where(
            executions.c.store_id == self.store_id, executions.c.decision_id == decision_id
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else Execution(**row._asdict())

    def move(
        self,
        connection: Connection,
        decision_id: str,
        *,
        seen: tuple[str, ...],
        to: str,
        **columns: Any,
    ) -> bool:
        """Set the state if it is one of ``seen``; ``writing`` counts an attempt."""
        values = {
            name: jsonable(value) if name in {"before", "after"} else value
            for name, value in columns.items()
        }
        if to == "writing":
            values["attempts"] = executions.c.attempts + 1
        statement = (
            update(executions)
            .where(executions.c.store_id == self.store_id)
            .where(executions.c.decision_id == decision_id, executions.c.state.in_(seen))
            .values(state=to, **values)
        )
        return connection.execute(statement).rowcount == 1

    def in_flight(self, connection: Connection) -> list[Execution]:
        """Executions whose write has started and not ended."""
        query = select(executions).where(
            executions.c.store_id == self.store_id,
            executions.c.state.in_(["writing", "written"]),
        )
        rows = connection.execute(query.order_by(executions.c.started_at))
        return [Execution(**row._asdict()) for row in rows]

    def reserve(
        self,
        connection: Connection,
        decision_id: str,
        *,
        amount: Decimal,
        currency: str,
        day: date,
        now: datetime,
    ) -> bool:
        """Set money aside for the decision; False when that was done before."""
        values = {
            "store_id": self.store_id, "decision_id": decision_id, "amount": amount,
            "currency": currency, "day": day, "month": f"{day:%Y-%m}", "state": "reserved",
            "at": now,
        }  # fmt: skip
        return insert_if_absent(connection, reservations, values)

    def settle(
        self, connection: Connection, decision_id: str, *, amount: Decimal | None = None
    ) -> None:
        """The money was spent (``amount`` when it differs from what was reserved)."""
        values: dict[str, Any] = {"state": "settled"}
        if amount is not None:
            values["amount"] = amount
        self._close(connection, decision_id, values)

    def release(self, connection: Connection, decision_id: str) -> None:
        """The money was not spent."""
        self._close(connection, decision_id, {"state": "released"})

    def give_back(self, connection: Connection, decision_id: str) -> None:
        """What the decision spent was undone: its money counts against no budget any more."""
        self._close(connection, decision_id, {"state": "released"}, seen=("reserved", "settled"))

    def spent(
        self, connection: Connection, day: date, *, besides: str | None = None
    ) -> tuple[Decimal, Decimal]:
        """Reserved and settled money of the local day and of its month, without one decision."""
        table = reservations.c
        counted = [
            table.store_id == self.store_id,
            table.state.in_(["reserved", "settled"]),
        ]
        if besides is not None:
            counted.append(table.decision_id != besides)

        of_day = case((table.day == day, table.amount))
        query = select(
            func.sum(of_day, type_=table.amount.type),
            func.sum(table.amount, type_=table.amount.type),
        ).where(*counted, table.month == f"{day:%Y-%m}")
        today, month = connection.execute(query).one()
        return today or Decimal(0), month or Decimal(0)

    def _close(
        self,
        connection: Connection,
        decision_id: str,
        values: dict[str, Any],
        seen: tuple[str, ...] = ("reserved",),
    ) -> None:
        connection.execute(
            update(reservations)
            .where(reservations.c.store_id == self.store_id)
            .where(reservations.c.decision_id == decision_id)
            .where(reservations.c.state.in_(seen))
            .values(**values)
        )
