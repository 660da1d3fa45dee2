"""What a day may take of the models, of each user and of everybody; spent, it pauses and asks."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from aira.schemas import BudgetOut
from core.errors import Invalid, RoyalError
from core.security.principals import Principal
from core.settings import Settings
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.persistence import stores
from royal_platform.persistence.chat_turns import Turn
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.model_budgets import Limit, day_ends
from royal_platform.persistence.model_usage import (
    ModelUsage,
    Usage,
    held_for,
    hold,
    raise_budget,
    release,
    times_raised,
    used_in_store,
)

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

PERMISSION = "policy:write"
EVERYBODY = ""


class BudgetSpent(RoyalError):
    """The day's budget is used up; ``owner`` is whose, "" for everybody's."""

    status, title, slug = 429, "Budget spent", "budget-spent"

    def __init__(self, owner: str, day: date, limit: str) -> None:
        whose = "Today's budget of all users" if owner == EVERYBODY else "Your budget for today"
        name = "AIRA" if owner == EVERYBODY else "AIRA_USER"
        super().__init__(
            f"{whose} is used up: {limit}. Slash commands still work.",
            remedy=f"An admin can grant another day's budget, or set {name}_TOKENS_PER_DAY and "
            f"{name}_MONEY_PER_DAY. It begins anew at {day_ends(day):%Y-%m-%d %H:%M} UTC.",
        )
        self.owner = owner
        self.retry_after = max(1.0, (day_ends(day) - wall_now()).total_seconds())

    @classmethod
    def amid(cls, owner: str, tokens: int) -> BudgetSpent:
        """It ran out while an answer was being made."""
        return cls(owner, wall_now().date(), f"this answer took {tokens} tokens")


def limits(
    connection: Connection, settings: Settings, store_id: str, owner: str, day: date
) -> tuple[Limit, Limit]:
    """The user's limit and everybody's."""
    own = 1 + times_raised(connection, store_id, owner, day)
    shared = 1 + times_raised(connection, store_id, EVERYBODY, day)
    return (
        Limit(
            owner, (settings.aira_user_tokens_per_day * own) or None,
            (settings.aira_user_money_per_day * own) or None,
            ModelUsage(store_id, owner).of(connection, day),
            held_for(connection, store_id, owner, day),
        ),
        Limit(
            EVERYBODY, (settings.aira_tokens_per_day * shared) or None,
            (settings.aira_money_per_day * shared) or None,
            used_in_store(connection, store_id, day), Usage(),
        ),
    )  # fmt: skip


def reserve(platform: Platform, turn: Turn, expected: Usage) -> int | None:
    """Hold what the answer is expected to have taken once the model has replied again.

    Conversations at the same moment share what is left, rather than each having all of it.
    Returns how many tokens the whole answer may take, None for any number; raises
    ``BudgetSpent``. What is held is released with the turn's end, at the latest by the day's.
    """
    day, owner = wall_now().date(), turn.speaker.name
    with platform.database.write() as transaction:
        connection = transaction.connection
        # Two workers count one after the other.
        stores.lock(connection, turn.store_id)
        release(connection, turn.store_id, turn.id)
        found = limits(connection, platform.settings, turn.store_id, owner, day)
        _refuse_spent(found, day)
        left = min(
            (each.tokens_left for each in found if each.tokens_left is not None), default=None
        )
        held = expected
        if left is not None and expected.tokens > left:
            held = replace(expected, input_tokens=left, output_tokens=0)
        hold(connection, turn.store_id, turn.id, day, held)
    return left


@asynccontextmanager
async def budgeted(platform: Platform, owner: str) -> AsyncIterator[RunUsage]:
    """What is asked of the strong model outside a conversation, counted in the user's day.

    Raises ``BudgetSpent`` before anything is asked; what a failure took is counted too.
    """
    from pydantic_ai.usage import RunUsage

    await asyncio.to_thread(_demand_budget, platform, owner)
    usage = RunUsage()
    try:
        yield usage
    finally:
        if usage.requests:
            model = (await platform.models.configuration()).reasoning or ""
            used = platform.usage_of(model, usage)
            await asyncio.to_thread(_count, platform, owner, used)


def _demand_budget(platform: Platform, owner: str) -> None:
    day = wall_now().date()
    with platform.database.read() as connection:
        _refuse_spent(limits(connection, platform.settings, platform.store_id, owner, day), day)


def _refuse_spent(found: Iterable[Limit], day: date) -> None:
    for limit in found:
        reached = limit.reached
        if reached is not None:
            raise BudgetSpent(limit.owner, day, reached)


def _count(platform: Platform, owner: str, used: Usage) -> None:
    with platform.database.write() as transaction:
        ModelUsage(platform.store_id, owner).add(transaction.connection, wall_now().date(), used)


def budget_out(platform: Platform, owner: str) -> BudgetOut:
    """The caller's budget as a status."""
    day = wall_now().date()
    with platform.database.read() as connection:
        own, shared = limits(connection, platform.settings, platform.store_id, owner, day)
    return _told(platform.settings, own, is_paused=bool(own.reached or shared.reached))


def agents_budget_out(platform: Platform) -> BudgetOut:
    """The budget of all agents as a status."""
    limit = platform.agents_budget.limit()
    return _told(platform.settings, limit, is_paused=limit.reached is not None)


def _told(settings: Settings, limit: Limit, *, is_paused: bool) -> BudgetOut:
    priced = bool(settings.openai_prices)
    spent = limit.used.money or Decimal(0)
    return BudgetOut(
        tokens_per_day=limit.tokens,
        tokens_used=limit.used.tokens,
        money_per_day=format(limit.money, "f") if priced and limit.money is not None else None,
        money_used=format(spent.normalize(), "f") if priced else None,
        currency=settings.openai_price_currency if priced else None,
        resets_at=day_ends(wall_now().date()),
        paused=is_paused,
    )


def grant(platform: Platform, by: Principal, owner: str) -> None:
    """Grant another day's budget for today, and say so in the audit log."""
    if len(owner) > 255:
        raise Invalid("There is no such user.", remedy="Name one user, or nobody for everybody.")
    with writing(platform) as books:
        times = raise_budget(books.connection, books.store_id, owner, wall_now().date())
        books.tell("aira.budget.raised", owner or "everybody", by, {"times": times})


def card(spent: BudgetSpent, caller: Principal) -> dict[str, Any]:
    """The approval by which an admin grants another day's budget."""
    whose = "everybody" if spent.owner == EVERYBODY else spent.owner
    return {
        "call_id": "budget", "decision_id": None, "action": "budget.raise", "argument_hash": None,
        "kind": None, "title": f"Another day's budget for {whose}",
        "changes": [
            {"field": "budget", "now": "used up", "proposed": "one more day's", "unit": None}
        ],
        "rationale": spent.detail, "ruling": None, "hits": [], "money_at_stake": None, "undo": None,
        "expires_at": None, "status": None, "link": None,
        "confirm": {"method": "POST", "path": "/v1/chat/budget", "body": {"owner": spent.owner}},
        "command": None, "allowed": caller.may(PERMISSION),
    }  # fmt: skip
