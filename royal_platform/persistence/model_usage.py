"""What users' conversations and agents used of the model per day: tokens, and money when priced.

What is held for an answer under way stands under its turn's id; the day ends it at the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.conversations import chat_turns, model_budgets, model_usage

# Agents' rows stand under their names behind this; grants for all of them under ``AGENTS``.
AGENT = "agent:"
AGENTS = f"{AGENT}*"


@dataclass(frozen=True, slots=True)
class Usage:
    """Sums of one day; ``money`` None when no price was configured."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    money: Decimal | None = None
    currency: str | None = None

    @property
    def tokens(self) -> int:
        """Read and written together."""
        return self.input_tokens + self.output_tokens


class ModelUsage:
    """The usage of one user in one store."""

    def __init__(self, store_id: str, owner: str) -> None:
        self.store_id = store_id
        self.owner = owner

    def of(self, connection: Connection, day: date) -> Usage:
        """What the user used on ``day`` (UTC)."""
        row = connection.execute(select(model_usage).where(self._key(day))).one_or_none()
        if row is None:
            return Usage()
        return Usage(row.requests, row.input_tokens, row.output_tokens, row.money, row.currency)

    def add(self, connection: Connection, day: date, used: Usage) -> None:
        """Add one answer's usage to the day."""
        key = {"store_id": self.store_id, "owner": self.owner, "day": day}
        zero = {"requests": 0, "input_tokens": 0, "output_tokens": 0}
        insert_if_absent(
            connection, model_usage, {**key, **zero, "money": None, "currency": used.currency}
        )
        table = model_usage.c
        values: dict[str, Any] = {
            "requests": table.requests + used.requests,
            "input_tokens": table.input_tokens + used.input_tokens,
            "output_tokens": table.output_tokens + used.output_tokens,
        }
        if used.money is not None:
            nothing = func.coalesce(table.money, Decimal(0), type_=table.money.type)
            values |= {"money": nothing + used.money, "currency": used.currency}
        connection.execute(update(model_usage).where(self._key(day)).values(**values))

    def _key(self, day: date) -> ColumnElement[bool]:
        table = model_usage.c
        return and_(table.store_id == self.store_id, table.owner == self.owner, table.day == day)


def hold(connection: Connection, store_id: str, turn_id: str, day: date, held: Usage) -> None:
    """Hold ``held`` for the answer of a turn, instead of what was held for it before."""
    release(connection, store_id, turn_id)
    ModelUsage(store_id, turn_id).add(connection, day, held)


def release(connection: Connection, store_id: str, turn_id: str) -> None:
    """Nothing is held for the answer of the turn any more."""
    mine = (model_usage.c.store_id == store_id) & (model_usage.c.owner == turn_id)
    connection.execute(delete(model_usage).where(mine))


def held_for(connection: Connection, store_id: str, owner: str, day: date) -> Usage:
    """What is held for the user's answers under way."""
    turns = select(chat_turns.c.id).where(
        chat_turns.c.store_id == store_id, chat_turns.c.owner == owner,
        chat_turns.c.status == "answering",
    )  # fmt: skip
    return _sum(connection, store_id, day, model_usage.c.owner.in_(turns))


def used_in_store(connection: Connection, store_id: str, day: date) -> Usage:
    """What all users of one store used on ``day`` (UTC), with what is held for answers."""
    return _sum(connection, store_id, day, ~_of_agents())


def used_by_agents(connection: Connection, store_id: str, day: date) -> Usage:
    """What the agents of one store used together on ``day`` (UTC)."""
    return _sum(connection, store_id, day, _of_agents())


def _of_agents() -> ColumnElement[bool]:
    return model_usage.c.owner.startswith(AGENT, autoescape=True)


def _sum(connection: Connection, store_id: str, day: date, *those: ColumnElement[bool]) -> Usage:
    table = model_usage.c
    query = select(
        func.coalesce(func.sum(table.requests), 0).label("requests"),
        func.coalesce(func.sum(table.input_tokens), 0).label("read"),
        func.coalesce(func.sum(table.output_tokens), 0).label("written"),
        func.sum(table.money, type_=table.money.type).label("money"),
        func.max(table.currency).label("currency"),
    ).where(table.store_id == store_id, table.day == day, *those)
    row = connection.execute(query).one()
    return Usage(int(row.requests), int(row.read), int(row.written), row.money, row.currency)


def times_raised(connection: Connection, store_id: str, owner: str, day: date) -> int:
    """How often another day's budget was granted for ``day``; ``owner`` "" is everybody."""
    row = connection.execute(
        select(model_budgets.c.raised).where(*_grant(store_id, owner, day))
    ).one_or_none()
    return 0 if row is None else int(row.raised)


def raise_budget(connection: Connection, store_id: str, owner: str, day: date) -> int:
    """Grant another day's budget for ``day``; how often it was granted now."""
    insert_if_absent(
        connection, model_budgets, {"store_id": store_id, "owner": owner, "day": day, "raised": 0}
    )
    connection.execute(
        update(model_budgets)
        .where(*_grant(store_id, owner, day))
        .values(raised=model_budgets.c.raised + 1)
    )
    return times_raised(connection, store_id, owner, day)


def _grant(store_id: str, owner: str, day: date) -> tuple[ColumnElement[bool], ...]:
    table = model_budgets.c
    return (table.store_id == store_id, table.owner == owner, table.day == day)
