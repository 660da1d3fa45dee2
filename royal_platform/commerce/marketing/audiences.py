"""Audiences that the valuation and the flows know of, and when a segment is proposed for one."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.customers.segments import RuleError, parse
from royal_platform.commerce.decisions.model import Decision, Status
from royal_platform.commerce.marketing.model import Flow

# Whoever refused, took it back, or let the question pass is left alone for so long.
REST = timedelta(days=30)
_UNDER_WAY = frozenset({
    Status.PROPOSED, Status.APPROVED, Status.EXECUTING, Status.REVERTING,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownAudience:
    """Customers worth choosing: ``rule`` in the segments' language, ``why`` a sentence on them."""

    key: str
    name: str
    rule: str
    why: str

    @property
    def segment_id(self) -> str:
        """The same for the same audience, so that its segment is known again by whatever name."""
        return f"seg_{hashlib.sha256(f'audience:{self.key}'.encode()).hexdigest()[:24]}"


# By the customers' valuation: BG/NBD and the fifths of what they spent.
VALUED = (
    KnownAudience(
        "at_risk", "High value at risk", "monetary_score >= 4 and churn_risk > 60%",
        "They are among the two fifths who spent most, and are likelier than not to order no more "
        "within a year.",
    ),
    KnownAudience(
        "overdue", "Next order overdue",
        "orders >= 2 and alive >= 50% and last_order before 90 days ago",
        "They came again before, have probably not left, and have not ordered for a quarter.",
    ),
)  # fmt: skip


def known_audiences(flows: Iterable[Flow]) -> list[KnownAudience]:
    """Those of the valuation, and those that flows are written for."""
    of_flows = [
        KnownAudience(
            f"flow:{flow.id}", f"{flow.name}: audience", str(flow.audience),
            f"The flow {flow.name} is written for them.",
        )
        for flow in flows if flow.audience is not None
    ]  # fmt: skip
    return [*VALUED, *of_flows]


def is_missing(audience: KnownAudience, segments: Collection[Segment]) -> bool:
    """Whether no segment says the same; one that people gave its name to is left to them."""
    rule = str(parse(audience.rule))
    if any(_canonical(each.rule) == rule for each in segments):
        return False
    name = audience.name.lower()
    return all(each.id == audience.segment_id or each.name.lower() != name for each in segments)


def may_ask(before: Decision | None, now: datetime) -> bool:
    """Whether an audience may be asked about, after the newest decision on its segment."""
    if before is None or before.status is Status.CONFLICTED:
        return True
    rested = now - (before.decided_at or before.created_at) >= REST
    return rested and before.status not in _UNDER_WAY


def _canonical(rule: str) -> str:
    try:
        return str(parse(rule))
    except RuleError:
        # Written for facts that an earlier version knew.
        return rule
