"""The policy: the limits the gate compares with, and a change of one of them."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Any

from pydantic import Field

from aira.tools import cards
from aira.tools.model import Answer, Arguments, Asked, Column, Json, Tool, listed, plain, table
from core.errors import Invalid
from orchestrator.core import control
from orchestrator.core.books import reading
from royal_platform.commerce.decisions.limits import NAMES, changed
from royal_platform.commerce.decisions.model import Policy
from royal_platform.persistence.policies import StoredPolicy

_COLUMNS = (
    Column("name", "Limit"), Column("value", "Value", "number"), Column("unit", "Unit"),
    Column("default", "Default", "number"),
)  # fmt: skip
_AMOUNTS = frozenset({
    "spend_per_day", "spend_per_month", "unit_cost_max", "two_persons_above", "payment_fee_fixed",
})  # fmt: skip


class PolicyIn(Arguments):
    """Nothing to say."""


class LimitIn(Arguments):
    """Which limit shall be what."""

    name: str = Field(description=f"One of {', '.join(NAMES)}", max_length=60)
    value: str = Field(description="The new value; none switches it off", max_length=40)
    version: int | None = Field(
        None, ge=0, description="The policy's version that was seen; without it the change is "
        "shown first",
    )  # fmt: skip


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
    """Put one changed limit in force; without the version that was seen, show it and ask."""
    if given.version is None:
        return ask_limit(asked, given)
    stored, _, _ = _current(asked)
    edited = _changed(stored.policy, given)
    control.replace_policy(asked.platform, given.version, edited, asked.caller)
    return policy(asked, PolicyIn())


def ask_limit(asked: Asked, given: LimitIn) -> Answer:
    """The card of what would change."""
    stored, currency, _ = _current(asked)
    name = _known(given.name)
    edited = _changed(stored.policy, given)
    before, after = (_text(getattr(each, name)) for each in (stored.policy, edited))
    change = {"field": name, "now": before, "proposed": after, "unit": _unit(name, currency)}
    return cards.to_confirm(
        asked, action="policy.change", title=f"Policy: {name}", permission="policy:write",
        changes=[change],
        confirm=(
            "PUT", "/v1/policies",
            {"version": stored.version, "document": plain(asdict(edited))},
        ),
        command=f"/limit {name} {after} version={stored.version}", link="/policies",
    )  # fmt: skip


def _current(asked: Asked) -> tuple[StoredPolicy, str, Any]:
    with reading(asked.platform) as books:
        return (
            books.policies.current(books.connection), books.store.currency, books.store.created_at
        )  # fmt: skip


def _changed(before: Policy, given: LimitIn) -> Policy:
    try:
        return changed(before, _known(given.name), given.value)
    except ValueError as error:
        raise Invalid(str(error), remedy="Read the limits with `/policy`.") from error


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
        {"name": name, "value": plain(getattr(found, name)), "unit": _unit(name, currency),
         "default": plain(getattr(default, name))}
        for name in NAMES
    ]  # fmt: skip


def _shown(row: Json) -> Json:
    return {**row, "value": _text(row["value"]), "default": _text(row["default"])}


def _text(value: Any) -> str:
    return "none" if value is None else str(plain(value))


def _unit(name: str, currency: str) -> str:
    if name in _AMOUNTS:
        return currency
    for ending, unit in (("_percent", "percent"), ("_days", "days")):
        if name.endswith(ending):
            return unit
    if name.startswith("actions_"):
        return "actions"
    return "index 0-1" if name.startswith("risk_") else ""


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "policy", "The policy",
        "The merchant's limits that the gate compares every decision with.",
        "policy:read", PolicyIn, policy, aliases=("policies", "limits"),
    ),
    Tool(
        "limit", "Change a limit",
        "Changes one limit of the policy; it is shown first, and put in force with the version "
        "that was seen.",
        "policy:write", LimitIn, limit, writes=True, asks=ask_limit, sees="policy:read",
        aliases=("set_limit", "change_policy"), completes={"name": "limits"},
        usage="/limit NAME VALUE [version=N]",
    ),
)  # fmt: skip
