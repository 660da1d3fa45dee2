"""Segments are made, changed and removed; each change is an event.

A person who may write segments saves them here at once; whatever an agent or a model wants of one
is a decision (``segment_changes``).
"""

from __future__ import annotations

from core.errors import Invalid
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Ground, actor_name, writing
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.customers.segments import Rule, RuleError, parse
from royal_platform.persistence.segments import SegmentRows

_log = get_logger(__name__)


def read_rule(text: str) -> Rule:
    """The rule that ``text`` says. Raises ``Invalid`` with the place of what is wrong."""
    try:
        return parse(text)
    except RuleError as error:
        fault = {
            "field": "rule", "reason": error.reason, "position": error.position,
            "length": error.length,
        }  # fmt: skip
        raise Invalid(
            f"The rule cannot be read: {error}.",
            remedy="Correct it at that place; GET /v1/customer-facts lists what can be asked.",
            errors=[fault],
        ) from error


def create(
    ground: Ground, name: str, rule: str, actor: Actor, *, segment_id: str | None = None
) -> Segment:
    """Save a new segment, or one that was removed again, by its id.

    Raises ``Invalid``, or ``Conflict`` for a name that is in use.
    """
    read_rule(rule)
    with writing(ground) as books:
        segment = SegmentRows(books.store_id).create(
            books.connection, name=name, rule=rule, actor=actor_name(actor), now=books.now,
            segment_id=segment_id,
        )  # fmt: skip
        books.tell("segment.created", segment.id, actor, _told(segment))
    _log.info("segment.created", segment_id=segment.id)
    return segment


def change(
    ground: Ground, segment_id: str, *, edited: int, name: str, rule: str, actor: Actor
) -> Segment:
    """Save a change made from version ``edited``; raises ``Invalid``, ``NotFound``, ``Conflict``.

    Saving what is saved already changes nothing and tells nothing.
    """
    read_rule(rule)
    with writing(ground) as books:
        rows = SegmentRows(books.store_id)
        before = rows.get(books.connection, segment_id)
        if (before.version, before.name, before.rule) == (edited, name, rule):
            return before
        segment = rows.change(
            books.connection, segment_id, edited=edited, name=name, rule=rule,
            actor=actor_name(actor), now=books.now,
        )  # fmt: skip
        was = {"name_before": before.name, "rule_before": before.rule}
        books.tell("segment.changed", segment.id, actor, _told(segment) | was)
    _log.info("segment.changed", segment_id=segment.id, version=segment.version)
    return segment


def remove(ground: Ground, segment_id: str, *, edited: int, actor: Actor) -> Segment:
    """Take a segment out of force. Raises ``NotFound`` or ``Conflict``."""
    with writing(ground) as books:
        segment = SegmentRows(books.store_id).remove(
            books.connection, segment_id, edited=edited, actor=actor_name(actor), now=books.now
        )
        books.tell("segment.removed", segment.id, actor, _told(segment))
    _log.info("segment.removed", segment_id=segment.id)
    return segment


def _told(segment: Segment) -> dict[str, str | int]:
    return {"name": segment.name, "rule": segment.rule, "version": segment.version}
