"""Security: what the checks found, and letting a finding wait."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from aira.tools import cards
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    listed,
    plain,
    safe,
    table,
)
from orchestrator.core import guarding
from orchestrator.core.books import reading
from royal_platform.commerce.security.model import State
from royal_platform.persistence.security import Findings, StoredFinding

_COLUMNS = (
    Column("severity", "Severity", "status"), Column("title", "Finding"),
    Column("subject", "About"), Column("state", "State", "status"),
    Column("last_seen_at", "Last seen", "time"), Column("id", "Id"),
)  # fmt: skip


class FindingsIn(Paged):
    """Which findings, the gravest first."""

    state: Literal["open", "suppressed", "resolved", "all"] = Field(
        "open", description="In which state"
    )


class FindingIn(Arguments):
    """Which finding."""

    finding: str = Field(description="The finding's id", min_length=1, max_length=80)


class SuppressIn(Arguments):
    """Which finding may wait, for how long, and why."""

    finding: str = Field(description="The finding's id", min_length=1, max_length=80)
    days: int = Field(description="For so many days of the store", ge=1, le=90)
    reason: str = Field(description="Why it may wait; kept", min_length=1, max_length=500)


def findings(asked: Asked, given: FindingsIn) -> Answer:
    """A page of findings, and which checks could not look."""
    state = None if given.state == "all" else State(given.state)
    with reading(asked.platform) as books:
        book = Findings(books.store_id)
        page = book.page(
            books.connection, books.now, state=state, cursor=given.cursor, limit=given.limit
        )
        looked = book.scans(books.connection)
        now = books.now
    rows = [_row(each) for each in page.items]
    blind = [each for each in looked if not each.ok]
    told = [listed(_COLUMNS, rows, page.total, _nothing(given.state, bool(looked)))]
    told += [f"The check {each.check} could not look: {safe(each.detail)}" for each in blind]
    return Answer(
        result={"total": page.total, "data": rows, "checks_that_could_not_look":
                [{"check": each.check, "why": each.detail} for each in blind]},
        text="\n\n".join(told), source="royal", as_of=now, view=table(_COLUMNS),
        next_cursor=page.next_cursor, label="Security findings",
        query=f"GET /v1/security/findings?state={given.state}", link="/security",
    )  # fmt: skip


def finding(asked: Asked, given: FindingIn) -> Answer:
    """One finding with its evidence and what to do about it."""
    with reading(asked.platform) as books:
        found = Findings(books.store_id).get(books.connection, given.finding, books.now)
        now = books.now
    return _told(found, now)


def suppress(asked: Asked, given: SuppressIn) -> Answer:
    """Let a finding wait; it comes back when the days are over."""
    guarding.suppress(
        asked.platform, given.finding, whole_check=False, reason=given.reason, days=given.days,
        actor=asked.caller,
    )  # fmt: skip
    return finding(asked, FindingIn(finding=given.finding))


def ask_suppress(asked: Asked, given: SuppressIn) -> Answer:
    """The card by which a person lets a finding wait."""
    with reading(asked.platform) as books:
        found = Findings(books.store_id).get(books.connection, given.finding, books.now)
    change = {
        "field": "state", "now": found.state.value, "proposed": f"suppressed, {given.days} days",
        "unit": "",
    }  # fmt: skip
    body = {"reason": given.reason, "days": given.days}
    return cards.to_confirm(
        asked, action="security.suppress", title=f"Let wait: {found.finding.title}",
        permission="policy:write", changes=[change],
        confirm=("POST", f"/v1/security/findings/{found.id}/suppress", body),
        command=SUPPRESS.command(finding=found.id, days=given.days, reason=given.reason),
        link="/security", rationale=given.reason,
    )  # fmt: skip


def _told(found: StoredFinding, now: Any) -> Answer:
    evidence = [
        {"label": each.label, "value": each.value, "source": each.source}
        for each in found.finding.facts
    ]
    columns = (Column("label", "Evidence"), Column("value", "Value"), Column("source", "From"))
    seen = f"seen {found.times_seen} times since {found.first_seen_at:%Y-%m-%d}"
    lines = [
        f"**{safe(found.finding.title)}** ({found.finding.severity.value}, {found.state.value})",
        f"It was {seen}.",
        f"What to do: {safe(found.finding.remedy)}",
        listed(columns, evidence, len(evidence), "No evidence is kept."),
    ]
    if found.suppression is not None:
        held = found.suppression
        lines.append(
            f"{safe(held.person)} lets it wait until {held.expires_at:%Y-%m-%d}: "
            f"{safe(held.reason)}"
        )
    return Answer(
        result={**_row(found), "remedy": found.finding.remedy, "data": evidence,
                "times_seen": found.times_seen, "first_seen_at": plain(found.first_seen_at)},
        text="\n\n".join(lines), source="royal", as_of=now, view=table(columns),
        label=found.finding.title, query=f"GET /v1/security/findings/{found.id}",
        link="/security",
    )  # fmt: skip


def _row(found: StoredFinding) -> Json:
    return {
        "id": found.id, "severity": found.finding.severity.value, "title": found.finding.title,
        "subject": found.finding.subject, "state": found.state.value,
        "check": found.finding.check, "last_seen_at": plain(found.last_seen_at),
    }  # fmt: skip


def _nothing(state: str, looked: bool) -> str:
    if not looked:
        return "No check has looked yet: run the agent `security`."
    return "The checks found nothing." if state == "all" else f"No finding is {state}."


SUPPRESS: Tool[SuppressIn] = Tool(
    "suppress", "Let a security finding wait",
    "Lets a security finding wait for some days, with a reason; then it comes back.",
    "policy:write", SuppressIn, suppress, writes=True, asks=ask_suppress,
    sees="connections:read", rest="reason", usage="/suppress FINDING DAYS REASON",
)  # fmt: skip
TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "findings", "Security findings",
        "What the security checks found: leaks, access, suspicious orders; the gravest first.",
        "connections:read", FindingsIn, findings, aliases=("security",),
    ),
    Tool(
        "finding", "One security finding",
        "One security finding with its evidence and what to do about it.",
        "connections:read", FindingIn, finding,
    ),
    SUPPRESS,
)  # fmt: skip
