"""What a day may take of the models. Days are UTC: a provider bills the real day."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from core.errors import RoyalError
from core.settings import Settings
from core.storage.database import Database
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.model_usage import (
    AGENT,
    AGENTS,
    ModelUsage,
    Usage,
    times_raised,
    used_by_agents,
)

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage


class AgentsBudgetSpent(RoyalError):
    """What the agents may take of the models in a day is used up."""

    status, title, slug = 429, "The agents' budget is spent", "agents-budget-spent"


@dataclass(frozen=True, slots=True)
class Limit:
    """Limits of one day, None for no limit; what was used and is held for answers under way."""

    owner: str
    tokens: int | None
    money: Decimal | None
    used: Usage
    held: Usage

    @property
    def reached(self) -> str | None:
        """In words which limit is reached, if one is."""
        more = ", with what is held for answers under way" if self.held.tokens else ""
        if self.tokens_left == 0:
            return f"{self._tokens_taken} of {self.tokens} tokens{more}"
        money = (self.used.money or Decimal(0)) + (self.held.money or Decimal(0))
        if self.money is not None and money >= self.money:
            currency = self.used.currency or self.held.currency or ""
            return f"{money} of {self.money} {currency}".strip() + more
        return None

    @property
    def tokens_left(self) -> int | None:
        """Tokens that may still be used; None for no limit."""
        return None if self.tokens is None else max(0, self.tokens - self._tokens_taken)

    @property
    def _tokens_taken(self) -> int:
        return self.used.tokens + self.held.tokens


class AgentsBudget:
    """What the agents of one store may take of the models in a day, together.

    It is looked at before each call; a call that began is finished.
    """

    def __init__(self, database: Database, settings: Settings, store_id: str) -> None:
        self._database = database
        self._settings = settings
        self._store_id = store_id

    def limit(self) -> Limit:
        """Today's limit and what was used of it."""
        day = wall_now().date()
        with self._database.read() as connection:
            times = 1 + times_raised(connection, self._store_id, AGENTS, day)
            used = used_by_agents(connection, self._store_id, day)
        settings = self._settings
        return Limit(
            AGENTS, (settings.agents_tokens_per_day * times) or None,
            (settings.agents_money_per_day * times) or None, used, Usage(),
        )  # fmt: skip

    def spent(self) -> AgentsBudgetSpent | None:
        """Why no agent may ask a model any more today; None while they may."""
        reached = self.limit().reached
        if reached is None:
            return None
        begins = day_ends(wall_now().date())
        return AgentsBudgetSpent(
            f"The agents' budget for models is used up today: {reached}. They go on without one.",
            remedy="An admin can grant another day's budget on Agents, or set "
            "AGENTS_TOKENS_PER_DAY and AGENTS_MONEY_PER_DAY. It begins anew at "
            f"{begins:%Y-%m-%d %H:%M} UTC.",
        )

    @asynccontextmanager
    async def spending(
        self, agent: str, kept: Callable[[RunUsage], Usage]
    ) -> AsyncGenerator[RunUsage]:
        """Counts what ``agent`` takes, a failure's part too; ``kept`` says what it comes to.

        Raises ``AgentsBudgetSpent`` before anything is asked.
        """
        from pydantic_ai.usage import RunUsage

        spent = await asyncio.to_thread(self.spent)
        if spent is not None:
            raise spent
        usage = RunUsage()
        try:
            yield usage
        finally:
            if usage.requests:
                await asyncio.to_thread(self._count, agent, kept(usage))

    def _count(self, agent: str, used: Usage) -> None:
        mine = ModelUsage(self._store_id, f"{AGENT}{agent}")
        with self._database.write() as transaction:
            mine.add(transaction.connection, wall_now().date(), used)


def day_ends(day: date) -> datetime:
    """When the budgets of ``day`` begin anew."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)
