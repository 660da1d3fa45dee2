"""What executed decisions did: predicted beside measured, and why something is not known."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from aira.tools import cards
from aira.tools.model import Answer, Asked, Column, Json, Paged, Tool, listed, plain, table
from orchestrator.core.books import reading
from royal_platform.commerce.decisions.model import Decision, Prediction
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.effects import KNOWN, PENDING, Effects, StoredEffect

_COLUMNS = (
    Column("executed_at", "Executed", "time"),
    Column("subject", "Subject", "text", "approvals", "id"),
    Column("change", "Change"), Column("status", "Status", "status"),
    Column("predicted", "Predicted"), Column("measured", "Measured"),
)  # fmt: skip
_WRITTEN = ("executed", "measured", "reverting", "reverted", "failed", "conflicted")


class EffectsIn(Paged):
    """What came of executed decisions, the newest first."""

    kind: str | None = Field(None, description="For example price.set", max_length=80)


def effects(asked: Asked, given: EffectsIn) -> Answer:
    """What was executed, what it was predicted to do, and what it did as far as that is known."""
    wanted = DecisionFilter(statuses=_WRITTEN, kind=given.kind, order="newest")
    with reading(asked.platform) as books:
        page = books.decisions.page(books.connection, wanted, given.cursor, given.limit)
        rows = [_row(books.connection, each) for each in page.items]
        now = books.now
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_COLUMNS, rows, page.total, "No decision was executed yet."),
        source="royal", as_of=now, view=table(_COLUMNS), next_cursor=page.next_cursor,
        label="Effects", query="GET /v1/effects", link="/effects",
    )  # fmt: skip


def measured(effect: StoredEffect | None) -> Json | None:
    """An effect as JSON; None when none is measured of this decision."""
    if effect is None:
        return None
    return {
        "status": effect.status, "unit": effect.unit, "due_at": plain(effect.due_at),
        "measured_at": plain(effect.measured_at), "estimate": plain(effect.estimate),
        "low": plain(effect.low), "high": plain(effect.high), "inside": effect.inside,
        "method": effect.method, "reason": effect.reason, "detail": effect.detail,
    }  # fmt: skip


def came_of(effect: StoredEffect | None, found: Decision) -> str:
    """What is known of a decision's effect, in words."""
    if found.executed_at is None:
        return "nothing was written"
    if effect is None:
        unknown = found.proposal.prediction is None
        return "not measured: nothing was predicted" if unknown else "not yet known"
    if effect.status == PENDING:
        return f"not yet known, due {effect.due_at:%Y-%m-%d}"
    if effect.status != KNOWN or effect.estimate is None:
        return f"cannot be known: {effect.detail or effect.reason or 'see the decision'}"
    return f"{effect.estimate:.2f} {effect.unit} ({effect.low:.2f} to {effect.high:.2f}, 80 %)"


def predicted(told: Prediction | None) -> str:
    if told is None:
        return "nothing was predicted"
    return (
        f"{told.metric.replace('_', ' ')} {told.point} {told.unit} ({told.low} to {told.high}, "
        f"80 %) in {told.horizon_days} days"
    )


def _row(connection: Connection, found: Decision) -> Json:
    effect = Effects(found.store_id).get(connection, found.id)
    return {
        "id": found.id, "executed_at": plain(found.executed_at),
        "subject": found.proposal.subject.title, "change": cards.change_line(found),
        "written": cards.shown_changes(found, connection), "status": found.status.value,
        "failure": found.failure, "predicted": predicted(found.proposal.prediction),
        "measured": came_of(effect, found), "effect": measured(effect),
        "undone": found.reverted_by is not None, "link": cards.link_of(found.id),
    }  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "effects", "Effects",
        "What executed decisions wrote, what they were predicted to do and what they did, with "
        "the interval; says when that is not known yet, or why it never will be.",
        "decisions:read", EffectsIn, effects, aliases=("outcomes",),
    ),
)  # fmt: skip
