"""Flows read and checked, arms drawn, steps timed, and what a flow changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from royal_platform.commerce.customers.segments import Rule, RuleError, parse
from royal_platform.commerce.decisions.discounts import MOST_PERCENT
from royal_platform.commerce.marketing.model import (
    Arm,
    Enrolment,
    Flow,
    Lift,
    Offer,
    Place,
    Signal,
    Step,
    Trigger,
)

_NAMES = {
    "flow", "name", "trigger", "audience", "stops_on_purchase", "holdout_percent", "horizon_days",
    "per_day", "total", "window_days", "steps", "says",
}  # fmt: skip
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WAIT = re.compile(r"(\d{1,5})(m|h|d)")
_UNIT = {"m": "minutes", "h": "hours", "d": "days"}
_MOST_STEPS = 10
_LONGEST_WAIT = timedelta(days=400)
# Mature customers per arm from which "no difference seen" is said (a mean's distribution is near
# normal by then unless it is very skewed).
_ENOUGH = 100
_LEAST = 20
# Less is rounding, or a price test, and no occasion to write.
_LEAST_DROP = Decimal("0.05")
# What a flow says, and the most characters of each.
SAYS = {"title": 120, "body": 2_000}
_Z95 = 1.959964


class FlowError(ValueError):
    """A flow's text cannot be one; ``problems`` are sentences for its author."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def flow_of(document: Any, templates: Sequence[str]) -> Flow:
    """The flow that a document describes. Raises ``FlowError`` with every problem at once."""
    if not isinstance(document, Mapping):
        raise FlowError(["A flow is a document of names and values."])
    problems: list[str] = []
    unknown = sorted(str(name) for name in document if name not in _NAMES)
    if unknown:
        problems.append(f"Nothing is known of {', '.join(unknown)}.")
    identifier = document.get("flow")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        problems.append("flow is a short name in small letters, digits and _.")
    name = document.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= 80:
        problems.append("name is a text of at most 80 characters.")
    trigger = document.get("trigger")
    if trigger not in set(Trigger):
        problems.append(f"trigger is one of {', '.join(Trigger)}.")
    stops = document.get("stops_on_purchase", True)
    if not isinstance(stops, bool):
        problems.append("stops_on_purchase is true or false.")
    holdout = _count(document, "holdout_percent", 1, 90, problems)
    horizon = _count(document, "horizon_days", 1, 365, problems)
    per_day = _count(document, "per_day", 1, 100_000, problems)
    total = _count(document, "total", 1, 10_000_000, problems)
    window = _count(document, "window_days", 1, 365, problems)
    audience = _audience(document.get("audience"), problems)
    steps = _steps(document.get("steps"), templates, problems)
    says = _says(document.get("says", {}), problems)
    if trigger == Trigger.CAMPAIGN and not {"title", "body"} <= set(says):
        problems.append("A campaign says its title and its body.")
    if problems:
        raise FlowError(problems)
    return Flow(
        str(identifier), str(name), Trigger(str(trigger)), audience, stops, holdout, horizon,
        per_day, total, window, steps, says,
    )  # fmt: skip


def arm_of(flow: str, customer_id: str, holdout_percent: int) -> Arm:
    """The customer's arm in this flow, in every version and for ever: no draw, a hash."""
    digest = hashlib.sha256(f"{flow}\x1f{customer_id}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return Arm.HOLDOUT if share * 100 < holdout_percent else Arm.TREATED


def enrolment_id(flow: Flow, signal: Signal) -> str:
    """A signal enters a flow once."""
    return f"{flow.id}:{signal.id}"


def campaign_signal(version: int, customer_id: str, at: datetime) -> Signal:
    """A campaign's version reaches everybody once, at ``at``."""
    return Signal(Trigger.CAMPAIGN, f"{version}.{customer_id}", customer_id, at, {})


def enrolment_of(flow: Flow, version: int, signal: Signal, *, outside: str | None) -> Enrolment:
    """The customer's place in the flow; ``outside`` says why she is not to be reached."""
    arm = arm_of(flow.id, signal.customer_id, flow.holdout_percent)
    arm = arm if outside is None else Arm.OUTSIDE
    first, begin = flow.steps[0], signal.waits_from or signal.at
    treated = arm is Arm.TREATED
    return Enrolment(
        id=enrolment_id(flow, signal), flow=flow.id, version=version, signal_id=signal.id,
        customer_id=signal.customer_id, arm=arm, entered_at=signal.at,
        place=Place.WAITING if outside is None else Place.STOPPED,
        next_step=first.id if treated else None, due_at=begin + first.wait if treated else None,
        context=_context(signal), why=outside, waits_from=signal.waits_from,
    )  # fmt: skip


def _context(signal: Signal) -> dict[str, Any]:
    """What messages may say, and the goods it is about, for a code."""
    goods = {"variants": list(signal.variants)} if signal.variants else {}
    return {**signal.context, **goods}


def is_drop(before: Decimal, now: Decimal) -> bool:
    """Whether a price fell far enough to write about: by 5 % or more."""
    return now <= before * (1 - _LEAST_DROP)


def due_step(flow: Flow, entered_at: datetime, next_step: str, now: datetime) -> Step:
    """The step to send now: of several that are overdue the latest, the others are past."""
    left = flow.steps[[step.id for step in flow.steps].index(next_step) :]
    overdue = [step for step in left if entered_at + step.wait <= now]
    return overdue[-1] if overdue else left[0]


def step_after(flow: Flow, step_id: str) -> Step | None:
    """The step that follows, None after the last."""
    index = [step.id for step in flow.steps].index(step_id) + 1
    return flow.steps[index] if index < len(flow.steps) else None


def lift(treated: Sequence[Decimal], holdout: Sequence[Decimal]) -> Lift:
    """The difference of mean revenue per customer with Welch's 95 % interval.

    Takes only customers whose horizon is over. Small arms are "not yet known"; from then on it is
    known once the interval leaves zero, or once both arms are large.
    """
    counts = len(treated), len(holdout)
    if min(counts) < _LEAST:
        missing = f"Each arm needs {_LEAST} customers whose horizon is over."
        return Lift(*counts, None, None, None, None, known=False, why=missing)
    a, b = (np.array([float(value) for value in arm]) for arm in (treated, holdout))
    mean = float(a.mean() - b.mean())
    error = float(np.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size))
    low, high = mean - _Z95 * error, mean + _Z95 * error
    known = low > 0 or high < 0 or min(counts) >= _ENOUGH
    why = None if known else "The interval still holds zero and the arms are small."
    return Lift(
        *counts, _cents(mean), _cents(low), _cents(high), _cents(mean * len(treated)), known, why
    )


def _cents(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _audience(given: Any, problems: list[str]) -> Rule | None:
    if given is None:
        return None
    try:
        return parse(str(given))
    except RuleError as error:
        problems.append(f"audience: {error}")
        return None


def _says(given: Any, problems: list[str]) -> dict[str, str]:
    if not isinstance(given, Mapping) or not set(given) <= set(SAYS):
        problems.append(f"says has {' and '.join(SAYS)}.")
        return {}
    for name, value in given.items():
        if not isinstance(value, str) or not 0 < len(value) <= SAYS[name]:
            problems.append(f"says: {name} is a text of at most {SAYS[name]} characters.")
    return {str(name): str(value) for name, value in given.items()}


def _count(
    document: Mapping[str, Any], name: str, least: int, most: int, problems: list[str]
) -> int:
    value = document.get(name)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    problems.append(f"{name} is a whole number from {least} to {most}.")
    return least


def _steps(given: Any, templates: Sequence[str], problems: list[str]) -> tuple[Step, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_STEPS:
        problems.append(f"steps is a list of 1 to {_MOST_STEPS} steps.")
        return ()
    steps: list[Step] = []
    for number, one in enumerate(given, 1):
        try:
            steps.append(_step(one, templates))
        except FlowError as error:
            problems += [f"Step {number}: {problem}" for problem in error.problems]
    if len({step.id for step in steps}) < len(steps):
        problems.append("Two steps have the same id.")
    waits = [step.wait for step in steps]
    if waits != sorted(set(waits)):
        problems.append("Each step waits longer than the one before it.")
    return tuple(steps)


def _step(given: Any, templates: Sequence[str]) -> Step:
    if not isinstance(given, Mapping) or set(given) - {"offer"} != {"id", "wait", "template"}:
        raise FlowError(["it has id, wait and template, and may have an offer."])
    wait = _WAIT.fullmatch(str(given["wait"]))
    problems: list[str] = []
    if not isinstance(given["id"], str) or not _ID.fullmatch(given["id"]):
        problems.append("id is a short name in small letters, digits and _.")
    if given["template"] not in templates:
        problems.append(f"template is one of {', '.join(templates)}.")
    if wait is None:
        problems.append("wait is a number with m, h or d, like 24h.")
    length = timedelta(0) if wait is None else timedelta(**{_UNIT[wait[2]]: int(wait[1])})
    if length > _LONGEST_WAIT:
        problems.append(f"wait is at most {_LONGEST_WAIT.days} days.")
    offer = _offer(given.get("offer"), problems)
    if problems:
        raise FlowError(problems)
    return Step(given["id"], length, given["template"], offer)


def _offer(given: Any, problems: list[str]) -> Offer | None:
    if given is None:
        return None
    if not isinstance(given, Mapping) or set(given) != {"most_percent", "days"}:
        problems.append("offer has most_percent and days.")
        return None
    return Offer(
        _count(given, "most_percent", 5, MOST_PERCENT, problems),
        _count(given, "days", 1, 60, problems),
    )
