"""The record of each agent for each kind of decision: what it earns, and what it loses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.telemetry.logs import get_logger
from orchestrator.core.books import Books, Ground, reading, writing
from royal_platform.commerce.decisions.model import Autonomy
from royal_platform.commerce.decisions.price_tests import TEST
from royal_platform.commerce.effects.model import Record
from royal_platform.commerce.effects.record import judge_record
from royal_platform.persistence.effects import KNOWN, NEVER, PENDING, Effects

# Half a year: old enough for twenty decisions of a small shop, young enough to be about the agent
# of today.
RECORD_DAYS = 180
RECORDER = "record"
# A shared allowance that was used up, a stop, a level, a risk it told of itself: no limit that the
# proposal broke.
NOT_ITS_FAULT = frozenset({
    "stop", "autonomy", "expiry", "risk", "actions.per_run", "actions.per_day", "spend.per_day",
    "spend.per_month",
})  # fmt: skip
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AgentRecord:
    """One agent's record for one kind, with its level now and the effects still to come."""

    agent_id: str
    kind: str
    unit: str | None
    level: Autonomy
    changed_by: str | None
    changed_at: datetime | None
    why: str | None
    known: int
    pending: int
    never: int
    next_due_at: datetime | None
    record: Record


def records(ground: Ground, agent_id: str | None = None) -> list[AgentRecord]:
    """Every (agent, kind) with a decision that was executed, or whose level was set."""
    with reading(ground) as books:
        store = Effects(books.store_id)
        counts = store.counts(books.connection)
        coming = store.next_due(books.connection)
        levels = books.policies.autonomy_rows(books.connection)
        units = store.units(books.connection)
        pairs = sorted({*counts, *levels})
        return [
            AgentRecord(
                agent, kind, units.get((agent, kind)),
                levels[agent, kind].level if (agent, kind) in levels else Autonomy.PROPOSE,
                levels[agent, kind].changed_by if (agent, kind) in levels else None,
                levels[agent, kind].changed_at if (agent, kind) in levels else None,
                levels[agent, kind].why if (agent, kind) in levels else None,
                counts.get((agent, kind), {}).get(KNOWN, 0),
                counts.get((agent, kind), {}).get(PENDING, 0),
                counts.get((agent, kind), {}).get(NEVER, 0),
                coming.get((agent, kind)),
                _judged(books, agent, kind),
            )
            for agent, kind in pairs
            if agent_id is None or agent == agent_id
        ]  # fmt: skip


def review_all(ground: Ground) -> int:
    """Take "auto" away where a record no longer carries it; returns how many times."""
    with reading(ground) as books:
        alone = [
            pair
            for pair, row in books.policies.autonomy_rows(books.connection).items()
            if row.level is Autonomy.AUTO
        ]
        lost = [pair for pair in alone if _judged(books, *pair).demote_to is not None]
    if not lost:
        return 0
    with writing(ground) as books:
        return sum(review(books, *pair) for pair in lost)


def review(books: Books, agent_id: str, kind: str) -> bool:
    """Demote if the record says so, in the caller's transaction; True when it did."""
    record = _judged(books, agent_id, kind)
    if record.demote_to is None:
        return False
    books.policies.set_autonomy(
        books.connection, agent_id=agent_id, kind=kind, level=record.demote_to, actor=RECORDER,
        now=books.now, why=record.why,
    )  # fmt: skip
    books.tell(
        "agent.demoted", agent_id, RECORDER,
        {"agent_id": agent_id, "kind": kind, "from": Autonomy.AUTO.value,
         "to": record.demote_to.value, "reason": record.why},
    )  # fmt: skip
    _log.warning("agent.demoted", agent_id=agent_id, kind=kind, reason=record.why)
    return True


def _judged(books: Books, agent_id: str, kind: str) -> Record:
    store = Effects(books.store_id)
    row = books.policies.autonomy_rows(books.connection).get((agent_id, kind))
    since = books.now - timedelta(days=RECORD_DAYS)
    level = Autonomy.PROPOSE if row is None else row.level
    set_at = since if row is None else max(row.changed_at, since)
    broken = books.decisions.denied(books.connection, agent_id, kind, since, NOT_ITS_FAULT)
    return judge_record(
        store.told(books.connection, agent_id, kind, since),
        rules_broken=len(broken),
        now_at=level,
        broken_since=sum(at > set_at for at in broken),
        news=store.known_since(books.connection, agent_id, kind, set_at),
        is_gain=kind != TEST,
    )
