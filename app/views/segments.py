"""Segments on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.customers import (
    FactOut,
    FactsOut,
    RuleFault,
    SegmentChange,
    SegmentIn,
    SegmentList,
    SegmentOut,
    SegmentPreview,
)
from app.views import shared
from royal_platform.commerce.customers.facts import VOCABULARY
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.customers.segments import RuleError, parse
from royal_platform.persistence.audience import CustomerFacts
from royal_platform.persistence.segments import SegmentRows

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform


def vocabulary(platform: Platform) -> FactsOut:
    """Every fact with its kind and meaning."""
    facts = [
        FactOut(name=fact.name, kind=fact.kind.value, meaning=fact.meaning)
        for fact in VOCABULARY.values()
    ]
    return FactsOut(data=facts, currency=platform.store().currency)


def listing(platform: Platform) -> SegmentList:
    """The segments in force, by name."""
    with platform.database.read() as connection:
        known = CustomerFacts.of(connection, platform.store_id)
        found = SegmentRows(platform.store_id).all(connection)
        return SegmentList(
            data=[_segment(connection, known, segment) for segment in found],
            customers=known.customers(connection),
            provenance=shared.provenance(shared.store(platform, connection)),
        )


def one(platform: Platform, segment_id: str) -> SegmentOut:
    """One segment in force. Raises ``NotFound``."""
    with platform.database.read() as connection:
        known = CustomerFacts.of(connection, platform.store_id)
        segment = SegmentRows(platform.store_id).get(connection, segment_id)
        return _segment(connection, known, segment)


def preview(platform: Platform, text: str) -> SegmentPreview:
    """The members of a rule that is being written, or what is wrong with it."""
    with platform.database.read() as connection:
        known = CustomerFacts.of(connection, platform.store_id)
        members, wrong = _members(connection, known, text)
        return SegmentPreview(
            members=members,
            customers=known.customers(connection),
            fault=wrong,
            provenance=shared.provenance(shared.store(platform, connection)),
        )


def create(platform: Platform, actor: Principal, body: SegmentIn) -> SegmentOut:
    """Save a new segment."""
    from orchestrator.core import segmenting

    return one(platform, segmenting.create(platform, body.name, body.rule, actor).id)


def change(
    platform: Platform, actor: Principal, segment_id: str, body: SegmentChange
) -> SegmentOut:
    """Change a segment."""
    from orchestrator.core import segmenting

    segmenting.change(
        platform, segment_id, edited=body.version, name=body.name, rule=body.rule, actor=actor
    )
    return one(platform, segment_id)


def remove(platform: Platform, actor: Principal, segment_id: str, version: int) -> SegmentOut:
    """Take a segment out of force; the answer is what it was."""
    from orchestrator.core import segmenting

    was = one(platform, segment_id)
    segmenting.remove(platform, segment_id, edited=version, actor=actor)
    return was


def fault(error: RuleError) -> RuleFault:
    """Where a rule cannot be read, and why."""
    return RuleFault(reason=error.reason, position=error.position, length=error.length)


def _segment(connection: Connection, known: CustomerFacts, segment: Segment) -> SegmentOut:
    members, _ = _members(connection, known, segment.rule)
    return SegmentOut(
        id=segment.id,
        name=segment.name,
        rule=segment.rule,
        version=segment.version,
        members=members,
        created_by=segment.created_by,
        created_at=segment.created_at,
        changed_by=segment.changed_by,
        changed_at=segment.changed_at,
    )


def _members(
    connection: Connection, known: CustomerFacts, text: str
) -> tuple[int | None, RuleFault | None]:
    try:
        rule = parse(text)
    except RuleError as error:
        return None, fault(error)
    return known.count(connection, rule), None
