"""What a mutation works with: its transaction, its caller, and the two ways it can end."""

# ruff: noqa: S608 - names in SQL are constants of this package, values are bound
# ruff: noqa: N818 - a refusal is an answer, not a fault

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLSchema

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.versions import CURRENT
from store_sandbox.admin.wire import decimal
from store_sandbox.state import Transaction

Payload: TypeAlias = dict[str, Any]
Work: TypeAlias = Callable[["Write", dict[str, Any]], Payload]


class Refused(Exception):
    """Business errors: the transaction is rolled back and the payload carries them."""

    def __init__(self, *errors: dict[str, Any]) -> None:
        super().__init__("; ".join(error["message"] for error in errors))
        self.errors = list(errors)


def refuse(field: list[str] | None, message: str, code: str | None = None) -> Refused:
    """A refusal with one error."""
    return Refused(user_error(field, message, code))


@dataclass(frozen=True, slots=True)
class Write:
    """One mutation in progress; the control door is a caller without scopes and schema."""

    tx: Transaction
    mutation: str
    client_id: str
    request_id: str
    idempotency_key: str | None
    timezone: str
    loopback_http: bool = True
    version: str = CURRENT
    scopes: frozenset[str] = frozenset()
    schema: GraphQLSchema = field(default_factory=GraphQLSchema)
    unapproved: frozenset[str] = frozenset()

    def row(self, table: str, number: int | None) -> Any:
        """The row with this id as the transaction sees it, None when there is none."""
        if number is None:
            return None
        sql = f"SELECT * FROM {table} WHERE id = ?"
        return self.tx.connection.execute(sql, (number,)).fetchone()

    def job(self) -> dict[str, Any]:
        """A `Job` for work that is done with this commit."""
        ident = str(uuid.uuid4())
        self.tx.insert("jobs", [{"id": ident, "created_at": self.tx.now}])
        return {"id": f"gid://shopify/Job/{ident}", "done": False}

    def journal(self, subject: str, before: Any, after: Any) -> None:
        """Note a write for whoever counts executions."""
        self.tx.connection.execute(
            "INSERT INTO journal (at, wall_at, actor, mutation, subject, before, after,"
            " idempotency_key, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.tx.now,
                self.tx.wall,
                self.client_id,
                self.mutation,
                subject,
                None if before is None else json.dumps(before),
                None if after is None else json.dumps(after),
                self.idempotency_key,
                self.request_id,
            ),
        )


def shown(scaled: int | None) -> str | None:
    """Money in the journal."""
    return None if scaled is None else decimal(scaled)
