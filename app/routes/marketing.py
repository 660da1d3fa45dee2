"""Marketing flows, and the messages that went to customers."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.common import PageQuery
from app.schemas.marketing import (
    FlowCheckOut,
    FlowIn,
    FlowList,
    FlowPath,
    FlowText,
    FlowTrialOut,
    MailSuppressionPage,
    MailSuppressionPath,
    MessageDetail,
    MessagePage,
    MessagePath,
    MessagePreview,
    MessageQuery,
    PreviewQuery,
)
from app.views import marketing as view

api = group("marketing", "Flows under a mandate, and the messages that went to customers.")


@api.get("/flows", responses={200: FlowList})
@requires("store:read")
def list_flows() -> Response:
    """Every flow with its mandate, who is where in it, and what it changes."""
    return reply(view.flows(platform()))


@api.post("/flows/check", responses={200: FlowCheckOut})
@requires("agents:configure")
def check_flow(body: FlowText) -> Response:
    """Read a flow's text and name every problem; nothing is saved."""
    return reply(view.check(body.text))


@api.post("/flows/trial", responses={200: FlowTrialOut})
@requires("agents:configure")
def try_flow(body: FlowText) -> Response:
    """Whom a flow's text is about, and what it would have done last month; nothing is sent."""
    return reply(view.trial(platform(), body.text))


@api.put("/flows/<flow_id>", responses={200: FlowList})
@requires("agents:configure")
def put_flow(path: FlowPath, body: FlowIn) -> Response:
    """Save a new version; it sends nothing before its own mandate is approved."""
    return reply(view.save(platform(), caller(), path.flow_id, body))


@api.get("/messages", responses={200: MessagePage})
@requires("store:read")
def list_messages(query: MessageQuery) -> Response:
    """Messages to customers, newest first."""
    return reply(view.messages(platform(), query))


@api.get("/messages/<message_id>", responses={200: MessageDetail})
@requires("store:read")
def get_message(path: MessagePath) -> Response:
    """One message with its words."""
    return reply(view.message(platform(), path.message_id))


@api.get("/message-preview", responses={200: MessagePreview})
@requires("store:read")
def preview_message(query: PreviewQuery) -> Response:
    """A template with a real customer; nothing is sent."""
    return reply(view.preview(platform(), query))


@api.get("/message-suppressions", responses={200: MailSuppressionPage})
@requires("store:read")
def list_suppressions(query: PageQuery) -> Response:
    """Addresses that get no more mail, the newest first."""
    return reply(view.suppressions(platform(), query))


@api.delete("/message-suppressions/<digest>", responses={200: MailSuppressionPage})
@requires("agents:configure")
def lift_suppression(path: MailSuppressionPath) -> Response:
    """Let an address have mail again; consent in the store still decides on advertising."""
    return reply(view.lift(platform(), caller(), path.digest))
