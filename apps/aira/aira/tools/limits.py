"""The policy: the limits the gate compares with, and a change of one of them."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import Field

from aira.tools import cards
from aira.tools.decisions import row
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Tool,
    listed,
    plain,
    safe,
    table,
)
from core.errors import Invalid
from orchestrator.core.books import reading
from orchestrator.core.policy_changes import wish_limit
from royal_platform.commerce.decisions.limits import NAMES, unit_of
from royal_platform.commerce.decisions.model import Policy
from royal_platform.persistence.policies import StoredPolicy

_COLUMNS = (
    Column("name", "Limit"), Column("value", "Value", "number"), Column("unit", "Unit"),
    Column("default", "Default", "number"),
)  # fmt: skip


class PolicyIn(Arguments):
    """Nothing to say."""


class LimitIn(Arguments):
    """Which limit shall be what."""

    name: str = Field(description=f"One of {', '.join(NAMES)}", max_length=60)
    value: str = Field(description="The new value; none switches it off", max_length=40)
    reason: str = Field("", description="Why; kept with the decision", max_length=500)


def policy(asked: Asked, _: PolicyIn) -> Answer:
    """The limits in force."""
    stored, currency, created = _current(asked)
    rows = _rows(stored.policy, currency)
    who = "the defaults" if stored.version == 0 else f"changed by {stored.changed_by}"
    return Answer(
        result={
            "version": stored.version, "changed_by": stored.changed_by,
            "changed_at": plain(stored.changed_at), "data": rows,
        },
        text=f"Policy, version {stored.version} ({who}).\n\n"
        + listed(_COLUMNS, [_shown(each) for each in rows], len(rows), ""),
        source="royal", as_of=stored.changed_at or created, view=table(_COLUMNS), label="Policy",
        query="GET /v1/policies", link="/policies",
    )  # fmt: skip


def limit(asked: Asked, given: LimitIn) -> Answer:
    """Propose another limit: a person who may write the policy approves it from its card."""
    name = _known(given.name)
    words = LIMIT.command(name=name, value=given.value, reason=given.reason or None)
    made = wish_limit(
        asked.platform, name, given.value, asked.wording(words), reason=given.reason
    )  # fmt: skip
    with reading(asked.platform) as books:
        now = books.now
    card = cards.decision(asked, made, "approve")
    return Answer(
        result={**row(made), "hits": [cards.hit(each) for each in made.verdict.hits],
                "argument_hash": made.argument_hash},
        text="\n\n".join((
            f"**{safe(made.proposal.subject.title)}**: {safe(cards.change_line(made))}.",
            safe(made.proposal.rationale),
            cards.what_next(made, card),
        )),
        source="royal", as_of=now, label=made.proposal.subject.title,
        query=f"GET /v1/decisions/{made.id}", link=cards.link_of(made.id), cards=(card,),
    )  # fmt: skip


def _current(asked: Asked) -> tuple[StoredPolicy, str, Any]:
    with reading(asked.platform) as books:
        return (
            books.policies.current(books.connection), books.store.currency, books.store.created_at
        )  # fmt: skip


def _known(name: str) -> str:
    wanted = name.strip().lower().replace("-", "_")
    if wanted in NAMES:
        return wanted
    near = difflib.get_close_matches(wanted, NAMES, n=3, cutoff=0.4)
    meant = f"Did you mean {' or '.join(near)}? " if near else ""
    raise Invalid(f"There is no limit {name!r}.", remedy=f"{meant}`/policy` lists them.")


def _rows(found: Policy, currency: str) -> list[Json]:
    default = Policy()
    return [
        {"name": name, "value": plain(getattr(found, name)), "unit": unit_of(name, currency),
         "default": plain(getattr(default, name))}
        for name in NAMES
    ]  # fmt: skip


def _shown(row: Json) -> Json:
    return {**row, "value": _text(row["value"]), "default": _text(row["default"])}


def _text(value: Any) -> str:
    return "none" if value is None else str(plain(value))


LIMIT: Tool[LimitIn] = Tool(
    "limit", "Change a limit",
    "Proposes another value for one limit of the policy. It becomes a decision that a person with "
    "the right to write the policy approves; nothing changes before that.",
    "decisions:propose", LimitIn, limit, writes=True, asks=limit, rest="reason",
    aliases=("set_limit", "change_policy"), completes={"name": "limits"},
    usage="/limit NAME VALUE [reason]",
)  # fmt: skip
TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "policy", "The policy",
        "The merchant's limits that the gate compares every decision with.",
        "policy:read", PolicyIn, policy, aliases=("policies", "limits"),
    ),
    LIMIT,
)  # fmt: skip
