"""What SendGrid tells of our mail after it took it: bounces and complaints, signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from royal_platform.commerce.messages.model import Cause
from royal_platform.messaging.reports import Report

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
# ``dropped`` repeats what SendGrid's own list knows; ``blocked`` is a bounce that may pass.
_CAUSES = {
    "spamreport": Cause.COMPLAINED, "unsubscribe": Cause.UNSUBSCRIBED,
    "group_unsubscribe": Cause.UNSUBSCRIBED,
}  # fmt: skip


def is_signed(key: str, body: bytes, signature: str, timestamp: str) -> bool:
    """Whether SendGrid signed this body at that time with the account's key (ECDSA)."""
    from sendgrid.helpers.eventwebhook import EventWebhook

    try:
        return bool(EventWebhook(key).verify_signature(body.decode(), signature, timestamp))
    except ValueError:
        # Neither base64, nor text, nor a key: nothing that SendGrid sends.
        return False


def reports_of(events: Iterable[Any]) -> list[Report]:
    """The events that end mail to an address."""
    found: list[Report] = []
    for event in events:
        if not isinstance(event, dict):
            continue
        cause = _cause(event)
        message_id, address = event.get("message_id"), event.get("email")
        if cause is not None and isinstance(message_id, str) and isinstance(address, str):
            given = event.get("sg_event_id")
            event_id = given if isinstance(given, str) and given else None
            found.append(Report(message_id, (address.lower(),), cause, event_id))
    return found


def _cause(event: dict[str, Any]) -> Cause | None:
    if event.get("event") == "bounce":
        return Cause.BOUNCED if event.get("type", "bounce") == "bounce" else None
    return _CAUSES.get(str(event.get("event")))
