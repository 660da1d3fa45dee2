"""What a flow proposes: its mandate once, then a message when one is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.marketing.model import Enrolment, Flow, Step, Trigger
from royal_platform.commerce.messages.model import Purpose, Recipient
from royal_platform.commerce.messages.rules import message_id, send_arguments

AGENT = "marketing_automation"
_MANDATE_LIFE = timedelta(days=14)
_MESSAGE_LIFE = timedelta(hours=6)
# Mail that reaches a person cannot be called back, and cannot spend money.
_MANDATE_RISK, _MESSAGE_RISK = 0.3, 0.1


def mandate_proposal(
    flow: Flow, version: int, document_hash: str, *, text: str, source: str, now: datetime
) -> Proposal:
    """The question whether this version of the flow may send, within its caps and window."""
    most = max((step.offer.most_percent for step in flow.steps if step.offer), default=0)
    offers = f" Codes of one use give up to {most} % off." if most else ""
    steps = ", ".join(f"{step.id} after {step.wait}" for step in flow.steps)
    return Proposal(
        agent_id=AGENT,
        kind="mandate.grant",
        subject=Subject("flow", f"{flow.id}@{version}", f"{flow.name}, version {version}"),
        arguments={
            "flow": flow.id, "version": version, "document_hash": document_hash,
            "audience": "every customer" if flow.audience is None else str(flow.audience),
            "holdout_percent": flow.holdout_percent, "per_day": flow.per_day,
            "total": flow.total, "window_days": flow.window_days,
            "offer_most_percent": most,
        },
        precondition={"mandate": None, "newest": version},
        evidence=(
            Evidence("The flow as written", text, "", source, f"flow {flow.id}@{version}", now),
        ),
        rationale=f"Sends {len(flow.steps)} messages ({steps}) to customers who agreed to "
        f"marketing mail; {flow.holdout_percent} % get none, so that the difference is known."
        f"{offers}",
        prediction=None,
        risk=Risk(
            _MANDATE_RISK, (RiskFactor("mail", _MANDATE_RISK, "mail cannot be called back"),)
        ),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            "mandate.revoke", {"flow": flow.id, "version": version},
            "Ends the flow at once; what was sent stays sent.",
        ),
        expires_at=now + _MANDATE_LIFE,
    )  # fmt: skip


def message_proposal(
    flow: Flow, enrolment: Enrolment, step: Step, person: Recipient, *, mandate_id: str,
    source: str, now: datetime, offer: Mapping[str, str] | None = None,
) -> Proposal:  # fmt: skip
    """The step's message to this customer."""
    key = f"{step.id}/{enrolment.signal_id}"
    is_checkout = flow.trigger is Trigger.CHECKOUT_ABANDONED
    about = {"type": "checkout", "id": enrolment.signal_id} if is_checkout else None
    precondition: dict[str, str | bool | None] = {"message": None, "consent": person.consent.value}
    if is_checkout:
        precondition["checkout_open"] = True
    return Proposal(
        agent_id=AGENT,
        kind="message.send",
        subject=Subject(
            "message", message_id(enrolment.customer_id, flow.id, key), f"{flow.name}: {step.id}"
        ),
        arguments=send_arguments(
            customer_id=enrolment.customer_id, flow=flow.id, step=key, template=step.template,
            purpose=Purpose.MARKETING.value, context=_said(flow, enrolment, offer or {}),
            about=about,
            version=enrolment.version, mandate_id=mandate_id,
        ),
        precondition=precondition,
        evidence=(
            Evidence("Entered the flow", enrolment.entered_at.isoformat(), "time", source,
                     f"flow {flow.id}@{enrolment.version} {enrolment.signal_id}", now),
            Evidence("Marketing consent", person.consent.value, "", source,
                     f"customer(id: {enrolment.customer_id}) defaultEmailAddress", now),
        ),
        rationale=f"{step.id} is due {step.wait} after {enrolment.begins_at:%Y-%m-%d %H:%M} UTC, "
        f"as {flow.name} says.",
        prediction=None,
        risk=Risk(
            _MESSAGE_RISK, (RiskFactor("mail", _MESSAGE_RISK, "mail cannot be called back"),)
        ),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(None, None, "A message that was sent cannot be taken back."),
        expires_at=now + _MESSAGE_LIFE,
    )  # fmt: skip


def _said(flow: Flow, enrolment: Enrolment, offer: Mapping[str, str]) -> dict[str, Any]:
    known = {name: value for name, value in enrolment.context.items() if name != "variants"}
    code = {name: value for name, value in offer.items() if value}
    return {**flow.says, **known, **code}
