"""Segments of customers: saved rules, and a rule tried before it is saved."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.customers import (
    FactsOut,
    RuleQuery,
    SegmentChange,
    SegmentIn,
    SegmentList,
    SegmentOut,
    SegmentPath,
    SegmentPreview,
    SegmentRemoval,
)
from app.views import segments as view

api = group("segments", "Segments of customers: rules that are saved and can be explained.")


@api.get("/customer-facts", responses={200: FactsOut})
@requires("store:read")
def list_customer_facts() -> Response:
    """What rules may ask about a customer."""
    return reply(view.vocabulary(platform()))


@api.get("/segments", responses={200: SegmentList})
@requires("store:read")
def list_segments() -> Response:
    """The segments with their members counted."""
    return reply(view.listing(platform()))


@api.get("/segments/preview", responses={200: SegmentPreview})
@requires("store:read")
def preview_segment(query: RuleQuery) -> Response:
    """Count whom a rule is true of, or say where it cannot be read."""
    return reply(view.preview(platform(), query.rule))


@api.get("/segments/<segment_id>", responses={200: SegmentOut})
@requires("store:read")
def get_segment(path: SegmentPath) -> Response:
    """One segment."""
    return reply(view.one(platform(), path.segment_id))


@api.post("/segments", responses={201: SegmentOut})
@requires("segments:write")
def create_segment(body: SegmentIn) -> Response:
    """Save a new segment."""
    return reply(view.create(platform(), caller(), body), 201)


@api.put("/segments/<segment_id>", responses={200: SegmentOut})
@requires("segments:write")
def change_segment(path: SegmentPath, body: SegmentChange) -> Response:
    """Change a segment's name or rule."""
    return reply(view.change(platform(), caller(), path.segment_id, body))


@api.delete("/segments/<segment_id>", responses={200: SegmentOut})
@requires("segments:write")
def remove_segment(path: SegmentPath, query: SegmentRemoval) -> Response:
    """Take a segment out of force."""
    return reply(view.remove(platform(), caller(), path.segment_id, query.version))
