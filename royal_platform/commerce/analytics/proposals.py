"""What analytics proposes: to raise an alert, and to publish a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from royal_platform.commerce.analytics.anomalies import FALSE_SHARE
from royal_platform.commerce.analytics.findings import direction
from royal_platform.commerce.analytics.metrics import METRICS
from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)

AGENT = "analytics"
RAISE, WITHDRAW_ALERT = "alert.raise", "alert.withdraw"
PUBLISH, WITHDRAW_REPORT = "report.publish", "report.withdraw"
# News is stale after this; a report is still worth reading the week after.
ALERT_LIFE, REPORT_LIFE = timedelta(days=3), timedelta(days=10)
# Nothing in the store changes and both can be taken back.
_RISK = 0.05


def alert_proposal(found: Mapping[str, Any], *, source: str, now: datetime) -> Proposal:
    """The question whether people are told of an anomaly (a document of ``findings``)."""
    metric, unit = METRICS[found["metric"]], found["currency"] or found["unit"]
    arguments = {
        name: found[name] for name in ("metric", "day", "value", "expected", "low", "high", "unit")
    }
    return Proposal(
        agent_id=AGENT,
        kind=RAISE,
        subject=Subject("anomaly", found["id"], f"{metric.name} on {found['day']}"),
        arguments={**arguments, "currency": found["currency"], "dimension": found["dimension"]},
        precondition={"alert": None},
        evidence=(
            Evidence(f"{metric.name} on the day", found["value"], unit, source,
                     _query(found["metric"], found["day"]), now),
            Evidence("Expected, 80 % interval", f"{found['low']} to {found['high']}", unit, source,
                     "weekday, trend, season and known holidays of its own past", now),
            *(
                Evidence(f"{found['dimension']}: {each['label'] or 'not known'}", each["value"],
                         unit, source, f"expected {each['expected']}; explains {each['power']} %",
                         now)
                for each in found["causes"]
            ),
        ),
        rationale=(
            f"{found['value']} is {direction(found)} the {found['expected']} that its past lets "
            f"expect. By chance a day this far off has a probability of {found['probability']}; "
            f"of all that is told at most {FALSE_SHARE:.0%} is chance."
        ),
        prediction=None,
        risk=_risk("people are told something"),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(WITHDRAW_ALERT, {"notice": found["id"]}, "Takes the alert back."),
        expires_at=now + ALERT_LIFE,
    )  # fmt: skip


def report_proposal(
    report_id: str, document: Mapping[str, Any], digest: str, *, source: str, now: datetime
) -> Proposal:
    """The question whether a composed report is published."""
    return Proposal(
        agent_id=AGENT,
        kind=PUBLISH,
        subject=Subject("report", report_id, f"Report of week {report_id}"),
        arguments={
            "report": report_id, "digest": digest, "first": document["first"],
            "last": document["last"],
        },
        precondition={"report": None, "digest": digest},
        evidence=tuple(
            Evidence(figure["metric"], figure["amount"], figure["currency"] or figure["unit"],
                     source, f"{figure['drill']}", now)
            for figure in document["figures"][:4]
        ),
        rationale="The week is over and its figures are loaded.",
        prediction=None,
        risk=_risk("people are told something"),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            WITHDRAW_REPORT, {"notice": report_id},
            "Takes the report off the list; mail that went out stays out.",
        ),
        expires_at=now + REPORT_LIFE,
    )  # fmt: skip


def _query(metric: str, day: str) -> str:
    return f"/analytics?metric={metric}&from={day}&to={day}"


def _risk(reason: str) -> Risk:
    return Risk(_RISK, (RiskFactor("notice", _RISK, reason),))
