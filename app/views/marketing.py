"""Flows and messages on the wire."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from app.schemas.common import PageQuery
from app.schemas.marketing import (
    FlowCheckOut,
    FlowIn,
    FlowList,
    FlowOut,
    FlowStepOut,
    FlowTrialOut,
    LiftOut,
    MailSuppressionOut,
    MailSuppressionPage,
    MandateOut,
    MessageDetail,
    MessageOut,
    MessagePage,
    MessagePreview,
    MessageQuery,
    PersonOut,
    PreviewQuery,
    SendingOut,
    StepCodesOut,
)
from app.views import shared
from core.errors import Invalid
from orchestrator.core import flows as book
from orchestrator.core.audience_preview import reach
from orchestrator.core.previewing import preview as composed
from orchestrator.core.rehearsing import on_last_month
from orchestrator.core.suppressing import lift as lift_it
from royal_platform.messaging.carriers import carrier_of
from royal_platform.messaging.composing import template_names
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.redemptions import Redemption, by_step

if TYPE_CHECKING:
    from core.security.principals import Principal
    from orchestrator.core.flows import FlowView
    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.marketing.model import Lift, Step

# Of a rehearsal the newest are listed; the counts are of all.
_SHOWN = 50


def flows(platform: Platform) -> FlowList:
    """Every flow, by name."""
    found = book.views(platform)
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        sent = Messages(store.id).sent_by_step(connection)
        codes = by_step(connection, store.id, store.currency)
    return FlowList(
        data=[_flow(one, sent, codes, store.currency) for one in found],
        templates=list(template_names()),
        carrier=carrier_of(platform.settings),
        provenance=shared.provenance(store),
    )


def check(text: str) -> FlowCheckOut:
    """Every problem of the text."""
    try:
        book.parsed(text)
    except Invalid as error:
        problems = [str(one["message"]) for one in error.errors] or [error.detail]
        return FlowCheckOut(problems=problems)
    return FlowCheckOut(problems=[])


def trial(platform: Platform, text: str) -> FlowTrialOut:
    """The flow tried on its audience and on the last month. Raises ``Invalid``."""
    flow = book.parsed(text)
    found, tried = reach(platform, flow), on_last_month(platform, flow)
    counts = Counter(each.outcome.value for each in tried.sendings)
    return FlowTrialOut(
        members=found.members, agreed=found.agreed, holdout=found.holdout,
        sample=[PersonOut(id=one.id, name=one.name, orders=one.orders) for one in found.sample],
        since=tried.since, until=tried.until, signals=tried.signals, outcomes=dict(counts),
        sendings=[
            SendingOut(customer_id=one.customer_id, step=one.step, due_at=one.due_at,
                       outcome=one.outcome.value)
            for one in tried.sendings[-_SHOWN:]
        ],
        why_not=cast("Any", tried.why_not),
    )  # fmt: skip


def save(platform: Platform, who: Principal, flow_id: str, body: FlowIn) -> FlowList:
    """Save a version; the flows as they stand then."""
    book.save(platform, flow_id, body.text, body.version, who)
    return flows(platform)


def messages(platform: Platform, query: MessageQuery) -> MessagePage:
    """A page of messages, newest first."""
    with platform.database.read() as connection:
        page = Messages(platform.store_id).page(
            connection, flow=query.flow, cursor=query.cursor, limit=query.limit
        )
    return MessagePage(
        data=[MessageOut(**_message(one)) for one in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
    )


def message(platform: Platform, message_id: str) -> MessageDetail:
    """One message with its words."""
    with platform.database.read() as connection:
        found = Messages(platform.store_id).get(connection, message_id)
    words = found.content
    return MessageDetail(
        **_message(found),
        html=None if words is None else words.html,
        text=None if words is None else words.text,
    )


def suppressions(platform: Platform, query: PageQuery) -> MailSuppressionPage:
    """A page of addresses that get no more mail."""
    with platform.database.read() as connection:
        found = Messages(platform.store_id).suppressed_page(connection, query.cursor, query.limit)
    return MailSuppressionPage(
        data=[
            MailSuppressionOut(
                digest=one.digest, customer_id=one.customer_id, cause=one.cause.value,
                source=one.source, at=one.at,
            )
            for one in found.items
        ],
        next_cursor=found.next_cursor, total=found.total,
    )  # fmt: skip


def lift(platform: Platform, who: Principal, digest: str) -> MailSuppressionPage:
    """Take an address off the list; the list as it is then."""
    lift_it(platform, digest, who)
    return suppressions(platform, PageQuery())


def preview(platform: Platform, query: PreviewQuery) -> MessagePreview:
    """A template with a real customer."""
    made = composed(platform, query.template, query.language, query.customer_id)
    return MessagePreview(
        customer_id=made.customer_id, customer=made.customer, order=made.order,
        subject=made.content.subject, html=made.content.html, text=made.content.text,
    )  # fmt: skip


def _flow(
    one: FlowView,
    sent: dict[tuple[str, str], int],
    codes: dict[tuple[str, str], Redemption],
    currency: str,
) -> FlowOut:
    flow, counts = one.flow, one.counts
    held = {key: number for key, number in counts.items() if key[0] == "holdout"}
    treated = {key: number for key, number in counts.items() if key[0] == "treated"}
    mandate = one.mandate
    return FlowOut(
        id=flow.id, name=flow.name, version=one.text.version, trigger=flow.trigger.value,
        audience=None if flow.audience is None else str(flow.audience),
        stops_on_purchase=flow.stops_on_purchase, holdout_percent=flow.holdout_percent,
        horizon_days=flow.horizon_days, text=one.text.text, changed_by=one.text.changed_by,
        changed_at=one.text.changed_at,
        steps=[
            FlowStepOut(
                id=step.id, wait_seconds=int(step.wait / timedelta(seconds=1)),
                template=step.template,
                waiting=sum(n for key, n in treated.items() if key[1:] == ("waiting", step.id)),
                sent=sent.get((flow.id, step.id), 0),
                codes=_codes(step, codes.get((flow.id, step.id)), currency),
            )
            for step in flow.steps
        ],
        entered=sum(treated.values()), watched=sum(held.values()),
        stopped=sum(n for key, n in treated.items() if key[1] == "stopped"),
        done=sum(n for key, n in treated.items() if key[1] == "done"),
        mandate=None if mandate is None else MandateOut(
            decision_id=mandate.decision_id, version=mandate.version,
            granted_at=mandate.granted_at, until=mandate.until, used=one.used,
            total=mandate.total, per_day=mandate.per_day,
        ),
        asked=one.asked,
        lift=_lift(one.lift, currency),
    )  # fmt: skip


def _codes(step: Step, found: Redemption | None, currency: str) -> StepCodesOut | None:
    if found is None and step.offer is None:
        return None
    told = found or Redemption()
    return StepCodesOut(
        made=told.made, redeemed=told.redeemed, revenue=shared.amount(told.revenue, currency)
    )


def _lift(found: Lift, currency: str) -> LiftOut:
    figures: dict[str, Any] = {
        name: None if value is None else shared.amount(value, currency)
        for name, value in (
            ("estimate", found.estimate), ("low", found.low), ("high", found.high),
            ("total", found.total),
        )
    }  # fmt: skip
    return LiftOut(
        treated=found.treated, holdout=found.holdout, known=found.known, why=found.why, **figures
    )


def _message(found: StoredMessage) -> dict[str, Any]:
    return {
        "id": found.id, "decision_id": found.decision_id, "customer_id": found.customer_id,
        "flow": found.flow, "step": found.step, "purpose": found.purpose,
        "template": found.template, "carrier": found.carrier, "state": found.state.value,
        "address": found.address,
        "subject": None if found.content is None else found.content.subject,
        "created_at": found.created_at, "sent_at": found.sent_at,
    }  # fmt: skip
