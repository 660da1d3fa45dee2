"""How threads, messages and drafts are written to their rows and read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from royal_platform.commerce.messages.rules import address_digest
from royal_platform.commerce.support.model import (
    Attachment,
    Channel,
    Citation,
    Clockwork,
    Direction,
    Draft,
    Escalation,
    Proof,
    Sentiment,
    SourceType,
    Thread,
    ThreadMessage,
    ThreadStatus,
    Triage,
    Urgency,
    Vouching,
)
from royal_platform.persistence.decision_rows import jsonable


def thread_columns(thread: Thread) -> dict[str, Any]:
    """A thread's columns, without the store's."""
    clock = thread.clock
    return {
        "id": thread.id, "channel": thread.channel.value, "status": thread.status.value,
        "subject": thread.subject, "author": thread.author, "address": thread.address,
        "address_digest": address_digest(thread.address), "customer_id": thread.customer_id,
        "order_id": thread.order_id, "opened_at": thread.opened_at,
        "last_message_at": thread.last_message_at, "last_inbound_at": thread.last_inbound_at,
        "first_response_due_at": clock.first_response_due_at,
        "resolution_due_at": clock.resolution_due_at,
        "first_response_at": clock.first_response_at, "resolved_at": clock.resolved_at,
        "triage": None if thread.triage is None else jsonable(asdict(thread.triage)),
        "escalation": None if thread.escalation is None else jsonable(asdict(thread.escalation)),
        "satisfaction": thread.satisfaction, "proof": thread.proof.value,
        "vouching": None if thread.vouching is None else jsonable(asdict(thread.vouching)),
    }  # fmt: skip


def read_thread(row: Row[Any]) -> Thread:
    """A thread of its row."""
    return Thread(
        id=row.id,
        channel=Channel(row.channel),
        status=ThreadStatus(row.status),
        subject=row.subject,
        author=row.author or "",
        address=row.address or "",
        customer_id=row.customer_id,
        order_id=row.order_id,
        opened_at=row.opened_at,
        last_message_at=row.last_message_at,
        last_inbound_at=row.last_inbound_at,
        clock=Clockwork(
            row.first_response_due_at, row.resolution_due_at, row.first_response_at, row.resolved_at
        ),
        triage=None if row.triage is None else _triage(row.triage),
        escalation=None if row.escalation is None else _escalation(row.escalation),
        satisfaction=row.satisfaction,
        proof=Proof(row.proof),
        vouching=None if row.vouching is None else _vouching(row.vouching),
    )


def message_columns(message: ThreadMessage, digest: str | None) -> dict[str, Any]:
    """A message's columns, without the store's; its files have rows of their own."""
    return {
        "id": message.id, "thread_id": message.thread_id, "direction": message.direction.value,
        "author": message.author, "address": message.address, "subject": message.subject,
        "text": message.text, "quoted": message.quoted, "html": message.html,
        "internet_id": message.internet_id, "internet_digest": digest,
        "is_automatic": message.is_automatic, "sent_at": message.sent_at,
        "decision_id": message.decision_id,
    }  # fmt: skip


def read_message(row: Row[Any], attachments: Sequence[Attachment]) -> ThreadMessage:
    """A message of its row."""
    return ThreadMessage(
        id=row.id,
        thread_id=row.thread_id,
        direction=Direction(row.direction),
        author=row.author or "",
        address=row.address or "",
        subject=row.subject or "",
        text=row.text or "",
        quoted=row.quoted or "",
        html=row.html,
        internet_id=row.internet_id,
        is_automatic=row.is_automatic,
        sent_at=row.sent_at,
        attachments=tuple(attachments),
        decision_id=row.decision_id,
    )


def read_attachment(row: Row[Any]) -> Attachment:
    """A file of its row, without its bytes."""
    return Attachment(
        id=row.id, filename=row.filename, media_type=row.media_type,
        declared_type=row.declared_type, size=row.size, sha256=row.sha256, refused=row.refused,
    )  # fmt: skip


def draft_columns(draft: Draft) -> dict[str, Any]:
    """A draft's columns, without the store's."""
    return {
        "id": draft.id, "thread_id": draft.thread_id, "answers": draft.answers,
        "text": draft.text, "language": draft.language,
        "citations": [jsonable(asdict(each)) for each in draft.citations],
        "made_by": draft.made_by, "missing": list(draft.missing), "created_at": draft.created_at,
    }  # fmt: skip


def read_draft(row: Row[Any]) -> Draft:
    """A draft of its row."""
    return Draft(
        id=row.id, thread_id=row.thread_id, answers=row.answers, text=row.text,
        language=row.language, citations=tuple(_citation(each) for each in row.citations),
        made_by=row.made_by, created_at=row.created_at, missing=tuple(row.missing),
    )  # fmt: skip


def _triage(told: dict[str, Any]) -> Triage:
    return Triage(
        message_id=told["message_id"], language=told["language"], intent=told["intent"],
        sentiment=Sentiment(told["sentiment"]), urgency=Urgency(told["urgency"]),
        confidence=float(told["confidence"]), reasons=tuple(told["reasons"]),
    )  # fmt: skip


def _escalation(told: dict[str, Any]) -> Escalation:
    return Escalation(told["reason"], told["summary"], datetime.fromisoformat(told["at"]))


def _vouching(told: dict[str, Any]) -> Vouching:
    return Vouching(told["by"], told["note"], datetime.fromisoformat(told["at"]))


def _citation(told: dict[str, Any]) -> Citation:
    return Citation(
        type=SourceType(told["type"]), source_id=told["source_id"], title=told["title"],
        quote=told["quote"], as_of=datetime.fromisoformat(told["as_of"]),
    )  # fmt: skip
