"""Marketing: flows with their mandates and what they changed, messages, and a template's words."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aira.tools.finding import customer_of
from aira.tools.listing import part_of
from aira.tools.model import Answer, Asked, Column, Json, Paged, Tool, listed, plain, safe, table
from aira.tools.model import Arguments as Given
from core.errors import NotFound
from orchestrator.core import flows as book
from orchestrator.core.flows import FlowView
from orchestrator.core.previewing import preview as composed
from royal_platform.commerce.shared.model import Money
from royal_platform.messaging.composing import template_names
from royal_platform.persistence import stores
from royal_platform.persistence.messages import Messages, StoredMessage

_FLOWS = (
    Column("name", "Flow"), Column("version", "Version", "number"), Column("trigger", "Begins"),
    Column("entered", "Entered", "number"), Column("watched", "In the holdout", "number"),
    Column("mandate", "Mandate"), Column("lift", "Changed per customer"),
    Column("asked", "Waits as", "text", "approvals", "asked"),
)  # fmt: skip
_MESSAGES = (
    Column("created_at", "When", "time"), Column("flow", "Flow"), Column("step", "Step"),
    Column("template", "Template"), Column("state", "State", "status"),
    Column("carrier", "Carrier"), Column("sent_at", "Sent", "time"),
    Column("decision_id", "Decision", "text", "approvals", "decision_id"),
)  # fmt: skip


class FlowsIn(Paged):
    """Which flows."""

    flow: str | None = Field(None, description="Words in the flow's name")


class MessagesIn(Paged):
    """Which messages."""

    flow: str | None = Field(None, description="Id of a flow, for example welcome", max_length=80)


class PreviewIn(Given):
    """Which template, for whom."""

    template: str = Field(description="Name of a template, as `/flows` and `/messages` show it")
    customer: str | None = Field(None, description="Name or id; else who ordered last")
    language: str = Field("en", description="en or nl", max_length=10)


def flows(asked: Asked, given: FlowsIn) -> Answer:
    """Every flow with its mandate, and what messages change against the holdout."""
    store = asked.store()
    words = (given.flow or "").casefold()
    found = [each for each in book.views(asked.platform) if words in each.flow.name.casefold()]
    shown, following = part_of(found, given.cursor, given.limit)
    rows = [_flow(each, store.currency) for each in shown]
    return Answer(
        result={"total": len(found), "templates": list(template_names()), "data": rows},
        text=listed(_FLOWS, rows, len(found), "No flow is called that."), source=store.source,
        as_of=store.store_clock().now(), view=table(_FLOWS), next_cursor=following,
        label="Flows", query="GET /v1/flows", link="/marketing",
    )  # fmt: skip


def messages(asked: Asked, given: MessagesIn) -> Answer:
    """A page of messages, the newest first; whom they went to is on their page only."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Messages(store.id).page(
            connection, flow=given.flow, cursor=given.cursor, limit=given.limit
        )
        now = store.store_clock().now()
    rows = [_message(each) for each in page.items]
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_MESSAGES, rows, page.total, "No message is like that."), source=store.source,
        as_of=now, view=table(_MESSAGES), next_cursor=page.next_cursor, label="Messages",
        query=f"GET /v1/messages?flow={given.flow}" if given.flow else "GET /v1/messages",
        link="/marketing",
    )  # fmt: skip


def preview(asked: Asked, given: PreviewIn) -> Answer:
    """The words a customer would read; nothing is sent."""
    if given.template not in template_names():
        raise NotFound(
            f"There is no template {given.template!r}.",
            remedy=f"Use one of {', '.join(template_names())}.",
        )
    customer_id = None
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        if given.customer:
            customer_id = customer_of(connection, store, given.customer).id
        now = store.store_clock().now()
    made = composed(asked.platform, given.template, given.language, customer_id)
    words = made.content
    return Answer(
        result={"template": given.template, "language": given.language, "customer": made.customer,
                "customer_id": made.customer_id, "order": made.order, "subject": words.subject,
                "text": words.text},
        text=f"**{safe(words.subject)}**\n\n{safe(words.text)}\n\nNothing was sent.",
        source=store.source, as_of=now, label=given.template,
        query=f"GET /v1/message-preview?template={given.template}&language={given.language}",
        link="/marketing",
    )  # fmt: skip


def _flow(one: FlowView, currency: str) -> Json:
    counts = one.counts
    mandate = one.mandate
    lift = one.lift
    return {
        "id": one.flow.id, "name": one.flow.name, "version": one.text.version,
        "trigger": one.flow.trigger.value, "holdout_percent": plain(one.flow.holdout_percent),
        "entered": sum(number for key, number in counts.items() if key[0] == "treated"),
        "watched": sum(number for key, number in counts.items() if key[0] == "holdout"),
        "mandate": "none in force" if mandate is None else
        f"{one.used} of {mandate.total} until {mandate.until:%Y-%m-%d}",
        "mandate_decision_id": None if mandate is None else mandate.decision_id,
        "lift": lift.why if not lift.known or lift.estimate is None else
        f"{Money(lift.estimate, currency)} ({lift.low} to {lift.high}, 95 %)",
        "steps": [{"id": step.id, "template": step.template} for step in one.flow.steps],
        "asked": one.asked,
    }  # fmt: skip


def _message(each: StoredMessage) -> Json:
    return {
        "id": each.id, "flow": each.flow, "step": each.step, "template": each.template,
        "purpose": each.purpose, "state": each.state.value, "carrier": each.carrier,
        "customer_id": each.customer_id, "decision_id": each.decision_id,
        "created_at": plain(each.created_at), "sent_at": plain(each.sent_at),
    }  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "flows", "Marketing flows",
        "Marketing flows: version, steps, how many are in them, the mandate and what it has used, "
        "and what messages change per customer against the holdout.",
        "store:read", FlowsIn, flows, rest="flow", aliases=("mandates",),
    ),
    Tool(
        "messages", "Messages", "Messages to customers by flow, the newest first.",
        "store:read", MessagesIn, messages,
    ),
    Tool(
        "message_preview", "A message's words",
        "A template's words for a real customer; nothing is sent.",
        "store:read", PreviewIn, preview, people=("customer",),
        completes={"customer": "customers"}, usage="/message_preview TEMPLATE [CUSTOMER] [en|nl]",
    ),
)  # fmt: skip
