"""Addresses that decisions hold, forgotten with the person: what was decided when stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, update

from royal_platform.commerce.decisions.addresses import READDRESS
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.tables.decisions import decisions, executions

_KEPT = ("order_id", "customer_id", "thread_id")
_ADDRESSED = ("address", "address_mark")


class DecidedAddresses:
    """The addresses in one store's decisions."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def of(self, connection: Connection, order_ids: Iterable[str]) -> list[dict[str, Any]]:
        """The addresses to which these orders were to go, as they were decided."""
        return [
            {"order_id": row.subject_id, "address": row.arguments["address"]}
            for row in self._rows(connection, order_ids)
            if "address" in row.arguments
        ]

    def erase(self, connection: Connection, order_ids: Iterable[str] | None) -> int:
        """Forget the addresses of these orders (None: of all); how many decisions held one."""
        rows = self._rows(connection, order_ids)
        for row in rows:
            mine = (decisions.c.store_id == self.store_id, decisions.c.id == row.id)
            inverse = {"kind": None, "arguments": None, "explanation": "The person was erased."}
            kept = {name: row.arguments[name] for name in _KEPT if name in row.arguments}
            connection.execute(
                update(decisions).where(*mine).values(
                    arguments=kept,
                    precondition=_without(row.precondition), inverse=inverse, evidence=[],
                )
            )  # fmt: skip
            self._erase_execution(connection, row.id)
        return len(rows)

    def _erase_execution(self, connection: Connection, decision_id: str) -> None:
        mine = (
            executions.c.store_id == self.store_id, executions.c.decision_id == decision_id,
        )  # fmt: skip
        query = select(executions.c.before, executions.c.after).where(*mine)
        for row in connection.execute(query).all():
            connection.execute(
                update(executions).where(*mine).values(
                    before=_without(row.before), after=_without(row.after)
                )
            )  # fmt: skip

    def _rows(self, connection: Connection, order_ids: Iterable[str] | None) -> list[Any]:
        query = select(
            decisions.c.id, decisions.c.subject_id, decisions.c.arguments,
            decisions.c.precondition,
        ).where(decisions.c.store_id == self.store_id, decisions.c.kind == READDRESS)  # fmt: skip
        if order_ids is None:
            return list(connection.execute(query))
        parts = chunks(sorted(set(order_ids)))
        return [
            row
            for part in parts
            for row in connection.execute(query.where(decisions.c.subject_id.in_(part)))
        ]


def _without(facts: dict[str, Any] | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {name: value for name, value in facts.items() if name not in _ADDRESSED}
