"""What analytics proposes: to raise an alert, and to publish a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from royal_platform.commerce.analytics.anomalies import FALSE_SHARE
from royal_platform.commerce.analytics.findings import direction
from royal_platform.commerce.analytics.metrics import METRICS
from royal_platform.commerce.decisions.model import Evidence, Proposal, Subject
from royal_platform.commerce.decisions.notices import (
    ANOMALY,
    PUBLISH,
    RAISE,
    WITHDRAW_ALERT,
    WITHDRAW_REPORT,
    Alert,
    Severity,
    notice_risk,
    withdrawal,
)

AGENT = "analytics"
# News is stale after this; a report is still worth reading the week after.
ALERT_LIFE, REPORT_LIFE = timedelta(days=3), timedelta(days=10)
_REMEDY = "Say in the command center, under Analytics, whether this was one."


def alert_proposal(found: Mapping[str, Any], *, source: str, now: datetime) -> Proposal:
    """The question whether people are told of an anomaly (a document of ``findings``)."""
    metric, unit = METRICS[found["metric"]], found["currency"] or found["unit"]
    arguments = {
        name: found[name] for name in ("metric", "day", "value", "expected", "low", "high", "unit")
    }
    subject = Subject(ANOMALY, found["id"], f"{metric.name} on {found['day']}")
    # A figure that is off wants a look, and nothing is broken for sure.
    alert = Alert(Severity.MEDIUM, _words(found), _REMEDY, source)
    return Proposal(
        agent_id=AGENT,
        kind=RAISE,
        subject=subject,
        arguments={
            **arguments, "currency": found["currency"], "dimension": found["dimension"],
            **alert.told(),
        },
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
        risk=notice_risk(),
        cost=None,
        money_at_stake=None,
        inverse=withdrawal(WITHDRAW_ALERT, subject),
        expires_at=now + ALERT_LIFE,
    )  # fmt: skip


def report_proposal(
    report_id: str, document: Mapping[str, Any], digest: str, *, source: str, now: datetime
) -> Proposal:
    """The question whether a composed report is published."""
    subject = Subject("report", report_id, f"Report of week {report_id}")
    return Proposal(
        agent_id=AGENT,
        kind=PUBLISH,
        subject=subject,
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
        risk=notice_risk(),
        cost=None,
        money_at_stake=None,
        inverse=withdrawal(WITHDRAW_REPORT, subject),
        expires_at=now + REPORT_LIFE,
    )  # fmt: skip


def _query(metric: str, day: str) -> str:
    return f"/analytics?metric={metric}&from={day}&to={day}"


def _words(found: Mapping[str, Any]) -> str:
    unit = found["currency"] or found["unit"]
    said = (
        f"{found['value']} {unit} is {direction(found)} the {found['expected']} expected "
        f"({found['low']} to {found['high']} in 80 % of such days)."
    )
    causes = ", ".join(
        f"{each['label'] or 'not known'} explains {each['power']} %" for each in found["causes"]
    )
    return f"{said} By {found['dimension']}: {causes}." if causes else said
