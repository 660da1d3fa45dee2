"""What a day may take of the models, of each user and of everybody; spent, it pauses and asks."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from aira.schemas import BudgetOut
from core.errors import Invalid, RoyalError
from core.security.principals import Principal
from core.settings import Settings
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.model_usage import (
    ModelUsage,
    Usage,
    raise_budget,
    times_raised,
    used_in_store,
)

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
            f"{name}_MONEY_PER_DAY. It begins anew at {_ends(day):%Y-%m-%d %H:%M} UTC.",
        )
        self.owner = owner
        self.retry_after = max(1.0, (_ends(day) - wall_now()).total_seconds())

    @classmethod
    def amid(cls, owner: str, tokens: int) -> BudgetSpent:
        """It ran out while an answer was being made."""
        return cls(owner, wall_now().date(), f"this answer took {tokens} tokens")


@dataclass(frozen=True, slots=True)
class Limit:
    """Limits of one day and what was used; None is no limit."""

    owner: str
    tokens: int | None
    money: Decimal | None
    used: Usage

    @property
    def reached(self) -> str | None:
        """In words which limit is reached, if one is."""
        if self.tokens is not None and self.used.tokens >= self.tokens:
            return f"{self.used.tokens} of {self.tokens} tokens"
        if self.money is not None and (self.used.money or Decimal(0)) >= self.money:
            return f"{self.used.money} of {self.money} {self.used.currency or ''}".strip()
        return None

    @property
    def tokens_left(self) -> int | None:
        """Tokens that may still be used; None for no limit."""
        return None if self.tokens is None else max(0, self.tokens - self.used.tokens)


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
        ),
        Limit(
            EVERYBODY, (settings.aira_tokens_per_day * shared) or None,
            (settings.aira_money_per_day * shared) or None,
            used_in_store(connection, store_id, day),
        ),
    )  # fmt: skip


def demand_budget(platform: Platform, owner: str) -> int | None:
    """How many tokens may still be used, None for any number. Raises ``BudgetSpent``."""
    day = wall_now().date()
    with platform.database.read() as connection:
        found = limits(connection, platform.settings, platform.store_id, owner, day)
    for limit in found:
        reached = limit.reached
        if reached is not None:
            raise BudgetSpent(limit.owner, day, reached)
    left = [limit.tokens_left for limit in found if limit.tokens_left is not None]
    return min(left, default=None)


def budget_out(platform: Platform, owner: str) -> BudgetOut:
    """The caller's budget as a status."""
    settings, day = platform.settings, wall_now().date()
    with platform.database.read() as connection:
        own, shared = limits(connection, settings, platform.store_id, owner, day)
    priced = bool(settings.openai_prices)
    spent = own.used.money or Decimal(0)
    return BudgetOut(
        tokens_per_day=own.tokens,
        tokens_used=own.used.tokens,
        money_per_day=format(own.money, "f") if priced and own.money is not None else None,
        money_used=format(spent.normalize(), "f") if priced else None,
        currency=settings.openai_price_currency if priced else None,
        resets_at=_ends(day),
        paused=own.reached is not None or shared.reached is not None,
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


def _ends(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
