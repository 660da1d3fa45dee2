"""Segments of customers: their rules and sizes, who is in one, and how many a rule would find."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pydantic import Field
from sqlalchemy import Connection

from aira.tools import cards
from aira.tools.decisions import row
from aira.tools.listing import part_of
from aira.tools.model import Answer, Asked, Column, Json, Paged, Tool, listed, plain, safe, table
from aira.tools.model import Arguments as Given
from core.errors import NotFound
from orchestrator.core.books import reading
from orchestrator.core.segment_changes import wish_segment
from orchestrator.core.segmenting import read_rule
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.customers.segments import RuleError, parse
from royal_platform.persistence import stores
from royal_platform.persistence.audience import CustomerFacts, StoredAudience
from royal_platform.persistence.orders import Orders
from royal_platform.persistence.segments import SegmentRows

_SEGMENTS = (
    Column("name", "Segment"), Column("rule", "Rule"), Column("members", "Members", "number"),
    Column("changed_by", "Changed by"), Column("changed_at", "When", "time"),
)  # fmt: skip
_MEMBERS = (
    Column("name", "Customer", "text", "customers", "id"), Column("country", "Country"),
    Column("orders", "Orders", "number"), Column("spent", "Spent", "money"),
    Column("last_order_at", "Last visible order", "time"),
)  # fmt: skip


class SegmentsIn(Paged):
    """Which segments."""

    text: str | None = Field(None, description="Words in the name or the rule")


class SegmentIn(Paged):
    """Which segment."""

    segment: str = Field(description="Name or id of a segment", min_length=1)


class SetSegmentIn(Given):
    """What a segment shall be."""

    segment: str = Field(
        description="Name of a segment, or of a new one", min_length=1, max_length=120
    )
    rule: str = Field(
        description="For example: orders >= 3 and country = NL", min_length=1, max_length=2000
    )


class AudienceIn(Given):
    """Which rule."""

    rule: str = Field(
        description="For example: orders >= 3 and country = NL", min_length=1, max_length=2000
    )


def segments(asked: Asked, given: SegmentsIn) -> Answer:
    """The segments in force with how many customers are in each."""
    words = (given.text or "").casefold()
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        known = CustomerFacts.of(connection, store.id)
        found = [
            each for each in SegmentRows(store.id).all(connection)
            if words in f"{each.name} {each.rule}".casefold()
        ]  # fmt: skip
        shown, following = part_of(found, given.cursor, given.limit)
        rows = [_segment(connection, known, each) for each in shown]
        now = store.store_clock().now()
    return Answer(
        result={"total": len(found), "data": rows},
        text=listed(_SEGMENTS, rows, len(found), "No segment is like that."), source=store.source,
        as_of=now, view=table(_SEGMENTS), next_cursor=following, label="Segments",
        query="GET /v1/segments", link="/customers",
    )  # fmt: skip


def segment(asked: Asked, given: SegmentIn) -> Answer:
    """One segment with a page of its customers."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        found = _named(SegmentRows(store.id).all(connection), given.segment)
        known = CustomerFacts.of(connection, store.id)
        head = _segment(connection, known, found)
        now = store.store_clock().now()
    rule = read_rule(found.rule)
    page = StoredAudience(asked.platform.database, store.id).members(
        rule, given.cursor, given.limit
    )  # fmt: skip
    with asked.platform.database.read() as connection:
        people = [Orders(store.id).customer(connection, each) for each in page.ids]
    rows = [
        {"name": each.name, "id": each.id, "country": each.country, "orders": each.orders,
         "spent": plain(each.spent), "last_order_at": plain(each.last_order_at)}
        for each in people
    ]  # fmt: skip
    return Answer(
        result={**head, "data": rows},
        text=f"**{safe(found.name)}**: `{found.rule}`\n\n"
        + listed(_MEMBERS, rows, head["members"] or 0, "Nobody is in it."),
        source=store.source, as_of=now, view=table(_MEMBERS), next_cursor=page.next_cursor,
        label=found.name, query=f"GET /v1/segments/{found.id}", link="/customers",
    )  # fmt: skip


def audience(asked: Asked, given: AudienceIn) -> Answer:
    """How many customers a rule finds; what is wrong with it is an error with its place."""
    rule = read_rule(given.rule)
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        known = CustomerFacts.of(connection, store.id)
        members, everybody = known.count(connection, rule), known.customers(connection)
        now = store.store_clock().now()
    return Answer(
        result={"rule": str(rule), "members": members, "customers": everybody},
        text=f"{members} of {everybody} customers.", source=store.source, as_of=now,
        view={"type": "facts"}, label="Audience", link="/customers",
        query=f"GET /v1/segments/preview?{urlencode({'rule': given.rule})}",
    )  # fmt: skip


def set_segment(asked: Asked, given: SetSegmentIn) -> Answer:
    """Propose what a segment shall be: a person approves it from its card."""
    words = SET_SEGMENT.command(segment=given.segment, rule=given.rule)
    made = wish_segment(asked.platform, given.segment, given.rule, asked.wording(words))
    with reading(asked.platform) as books:
        now = books.now
    card = cards.decision(asked, made, "approve")
    return Answer(
        result={**row(made), "hits": [cards.hit(each) for each in made.verdict.hits],
                "argument_hash": made.argument_hash},
        text="\n\n".join((
            f"**{safe(made.proposal.subject.title)}**: {safe(cards.change_line(made))}.",
            safe(made.proposal.rationale),
            cards.what_next(made, card),
        )),
        source="royal", as_of=now, label=made.proposal.subject.title,
        query=f"GET /v1/decisions/{made.id}", link=cards.link_of(made.id), cards=(card,),
    )  # fmt: skip


def _named(found: list[Segment], words: str) -> Segment:
    wanted = words.strip().casefold()
    for each in found:
        if wanted in (each.id.casefold(), each.name.casefold()):
            return each
    raise NotFound(f"There is no segment {words!r}.", remedy="`/segments` lists them.")


def _segment(connection: Connection, known: CustomerFacts, each: Segment) -> Json:
    try:
        members: int | None = known.count(connection, parse(each.rule))
    except RuleError:
        # A rule of an older version that this one cannot read any more.
        members = None
    return {
        "id": each.id, "name": each.name, "rule": each.rule, "version": each.version,
        "members": members, "changed_by": each.changed_by, "changed_at": plain(each.changed_at),
    }  # fmt: skip


SET_SEGMENT: Tool[SetSegmentIn] = Tool(
    "set_segment", "Change a segment",
    "Proposes what a segment's rule shall be; a name that is not known is a new segment. It "
    "becomes a decision that a person approves; nothing changes before that.",
    "decisions:propose", SetSegmentIn, set_segment, writes=True, asks=set_segment, rest="rule",
    usage="/set_segment NAME RULE",
)  # fmt: skip
TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "segments", "Segments", "Customer segments with their rules and how many are in each.",
        "store:read", SegmentsIn, segments, rest="text",
    ),
    Tool(
        "segment", "One segment", "One segment's rule and a page of the customers in it.",
        "store:read", SegmentIn, segment, rest="segment", people=("data.name",),
    ),
    Tool(
        "audience", "How many a rule finds",
        "How many customers a segment rule finds, before it is saved; it can ask country, orders, "
        "spent, first_order, last_order, alive, churn_risk and the rest of /v1/customer-facts.",
        "store:read", AudienceIn, audience, rest="rule",
    ),
    SET_SEGMENT,
)  # fmt: skip
