"""A flow tried on what happened: who would have got what when, and what would have stopped it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from royal_platform.commerce.marketing.model import Arm, Flow, Signal
from royal_platform.commerce.marketing.rules import arm_of

_WEEK = timedelta(days=7)


class Outcome(StrEnum):
    """What would have become of a step."""

    SENT = "sent"
    # Not yet due at the end of the time that is looked at.
    TO_COME = "to_come"
    BOUGHT = "bought"
    HOLDOUT = "holdout"
    # Has not agreed to marketing mail, as far as is known now.
    WITHOUT_CONSENT = "without_consent"
    # The weekly allowance of marketing mail to one customer.
    WEEKLY_CAP = "weekly_cap"
    # The flow's own cap of a day; the next day's run would have sent it.
    DAILY_CAP = "daily_cap"


@dataclass(frozen=True, slots=True)
class Sending:
    """A step to one customer, and when it would have been due."""

    customer_id: str
    step: str
    due_at: datetime
    outcome: Outcome


@dataclass
class _Time:
    """The time that is looked at: ``to`` is real mail and what would have been sent so far."""

    flow: Flow
    until: datetime
    per_week: int
    agreed: Collection[str]
    to: dict[str, list[datetime]]
    on: Counter[str] = field(default_factory=Counter)

    def outcome(self, signal: Signal, due: datetime, purchases: Sequence[datetime]) -> Outcome:
        """What would have become of a step; a step that was sent counts from then on."""
        customer, day = signal.customer_id, due.date().isoformat()
        if customer not in self.agreed:
            return Outcome.WITHOUT_CONSENT
        if arm_of(self.flow.id, customer, self.flow.holdout_percent) is Arm.HOLDOUT:
            return Outcome.HOLDOUT
        if _bought(self.flow, signal, due, purchases) is not None:
            return Outcome.BOUGHT
        if due > self.until:
            return Outcome.TO_COME
        if self.on[day] >= self.flow.per_day:
            return Outcome.DAILY_CAP
        had = self.to.setdefault(customer, [])
        if sum(due - _WEEK < at <= due for at in had) >= self.per_week:
            return Outcome.WEEKLY_CAP
        had.append(due)
        self.on[day] += 1
        return Outcome.SENT


def rehearse(
    flow: Flow,
    signals: Sequence[Signal],
    purchases: Mapping[str, Sequence[datetime]],
    sent: Mapping[str, Sequence[datetime]],
    agreed: Collection[str],
    *,
    until: datetime,
    per_week: int,
) -> list[Sending]:
    """Every step of every signal, in the order of time, up to ``until``.

    ``purchases`` and ``sent`` (real marketing mail) are by customer. One customer is in the flow
    once at a time. ``agreed`` are those with consent to marketing mail now: what it was then nobody
    kept. Quiet hours are not looked at.
    """
    time = _Time(flow, until, per_week, agreed, {who: list(times) for who, times in sent.items()})
    planned = sorted(
        (
            ((signal.waits_from or signal.at) + step.wait, signal, step.id)
            for signal in _entering(flow, signals, purchases)
            for step in flow.steps
        ),
        key=lambda each: (each[0], each[1].id, each[2]),
    )
    return [
        Sending(
            signal.customer_id, step, due,
            time.outcome(signal, due, purchases.get(signal.customer_id, ())),
        )
        for due, signal, step in planned
    ]  # fmt: skip


def _entering(
    flow: Flow, signals: Sequence[Signal], purchases: Mapping[str, Sequence[datetime]]
) -> list[Signal]:
    """Who is in the flow already until its horizon is over does not enter again."""
    free_at: dict[str, datetime] = {}
    entering: list[Signal] = []
    for signal in sorted(signals, key=lambda each: (each.at, each.id)):
        if signal.at < free_at.get(signal.customer_id, signal.at):
            continue
        over = (signal.waits_from or signal.at) + timedelta(days=flow.horizon_days)
        bought = _bought(flow, signal, over, purchases.get(signal.customer_id, ()))
        free_at[signal.customer_id] = over if bought is None else min(over, bought)
        entering.append(signal)
    return entering


def _bought(
    flow: Flow, signal: Signal, until: datetime, purchases: Sequence[datetime]
) -> datetime | None:
    if not flow.stops_on_purchase:
        return None
    return min((at for at in purchases if signal.at < at <= until), default=None)
