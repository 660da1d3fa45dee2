"""A wish about a segment becomes a decision, and what carrying it out does to our books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from core.errors import Invalid
from orchestrator.core import segmenting
from orchestrator.core.action import Facts, RestsOnPrecondition
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.proposing import propose_in
from royal_platform.commerce.customers.model import Segment
from royal_platform.commerce.decisions.model import (
    Decision,
    Evidence,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.decisions.segments import NAME_MAX, RULE_MAX, SEGMENT
from royal_platform.commerce.marketing.audiences import KnownAudience, is_missing, may_ask
from royal_platform.commerce.marketing.service import AGENT
from royal_platform.commerce.pricing.request import ASSISTANT, Wording
from royal_platform.persistence.audience import CustomerFacts
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.segments import SegmentRows

_LIFE = timedelta(days=7)
# Nothing leaves the machine, and the rule before is kept.
_RISK = 0.1


class SegmentAction(RestsOnPrecondition):
    """``segment.update``: a segment of our books, bound to the version it replaces."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def read(self, decision: Decision) -> Facts | None:
        """The segment as it is in force; out of force it has a version and nothing else."""
        segment_id = decision.proposal.subject.id
        with reading(self._ground) as books:
            rows = SegmentRows(books.store_id)
            found = rows.find(books.connection, segment_id)
            version = rows.version(books.connection, segment_id)
        return _facts(found, version)

    def target(self, decision: Decision, before: Facts) -> Facts:
        """The name and rule that were decided, as the next version; none is out of force."""
        told = decision.proposal.arguments
        return {"name": told["name"], "rule": told["rule"], "version": before["version"] + 1}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Save it, as a person would. Raises ``Invalid`` for a rule that cannot be read."""
        told, actor = decision.proposal.arguments, f"agent:{decision.proposal.agent_id}"
        segment_id, seen = decision.proposal.subject.id, int(before["version"])
        name, rule = told["name"], told["rule"]
        if rule is None:
            segmenting.remove(self._ground, segment_id, edited=seen, actor=actor)
        elif before["rule"] is None:
            segmenting.create(self._ground, name, rule, actor, segment_id=segment_id)
        else:
            segmenting.change(
                self._ground, segment_id, edited=seen, name=name, rule=rule, actor=actor
            )

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:
        """The name and rule before."""
        return _inverse(decision.proposal.subject.id, before, int(after["version"]))


def wish_segment(ground: Ground, name: str, rule: str, asked: Wording) -> Decision:
    """Propose what a segment shall be: the one of that name, or a new one.

    Returns the decision as judged, the one that waits where it is the same. Raises ``Invalid``
    for a name or rule that cannot be, or where nothing would change.
    """
    name, rule = name.strip(), rule.strip()
    if not 0 < len(name) <= NAME_MAX or len(rule) > RULE_MAX:
        raise Invalid(
            f"A segment has a name of at most {NAME_MAX} and a rule of at most {RULE_MAX} "
            "characters.",
            remedy="Say it shorter.",
        )
    segmenting.read_rule(rule)
    with writing(ground) as books:
        before = _named(books, name)
        if before is not None and before.rule == rule:
            raise Invalid(
                f"The segment {before.name!r} says that already.", remedy="Say another rule."
            )
        proposal = _asked_for(books, before, name, rule, asked)
        decision_id = _waiting(books, proposal) or propose_in(books, proposal, asked.who)
    with reading(ground) as books:
        return books.decisions.get(books.connection, decision_id)


def audience_wish(books: Books, known: Sequence[KnownAudience], source: str) -> Proposal | None:
    """A segment for the largest of these audiences that has none, or whose own says another rule.

    None: each has one, or nobody is in it, or people were asked about it lately.
    """
    rows, facts = SegmentRows(books.store_id), CustomerFacts.of(books.connection, books.store_id)
    in_force = rows.all(books.connection)
    asked = {
        each.proposal.arguments["rule"]
        for each in books.decisions.open_of_kind(books.connection, SEGMENT)
    }
    wanted: list[tuple[int, KnownAudience]] = []
    for each in known:
        latest = books.decisions.latest_on(books.connection, SEGMENT, each.segment_id)
        if each.rule in asked or not is_missing(each, in_force) or not may_ask(latest, books.now):
            continue
        wanted.append((facts.count(books.connection, segmenting.read_rule(each.rule)), each))
    members, chosen = max(wanted, key=lambda one: one[0], default=(0, None))
    if chosen is None or members == 0:
        return None
    return _of_audience(books, chosen, members, source)


def _of_audience(books: Books, audience: KnownAudience, members: int, source: str) -> Proposal:
    rows = SegmentRows(books.store_id)
    before = rows.find(books.connection, audience.segment_id)
    version = rows.version(books.connection, audience.segment_id)
    who = "customer is" if members == 1 else "customers are"
    gap = (
        "No segment says this yet."
        if before is None
        else f"The segment {before.name!r} was made for them and says another rule by now."
    )
    return _proposal(
        books, before, version,
        Subject("segment", audience.segment_id, audience.name), audience.rule,
        agent_id=AGENT,
        evidence=(Evidence("Customers in it now", members, "customers", source,
                           f"GET /v1/segments/preview?rule={audience.rule}", books.now),),
        rationale=f"{members} {who} in it now. {audience.why} {gap}",
    )  # fmt: skip


def _named(books: Books, name: str) -> Segment | None:
    found = SegmentRows(books.store_id).all(books.connection)
    return next((each for each in found if each.name.lower() == name.lower()), None)


def _waiting(books: Books, proposal: Proposal) -> str | None:
    """The question that is asked already; a new segment's is known by its name."""
    for each in books.decisions.open_of_kind(books.connection, SEGMENT):
        told, wanted = each.proposal.arguments, proposal.arguments
        same_one = each.proposal.subject.id == proposal.subject.id or told["version"] == 0
        if same_one and all(told[part] == wanted[part] for part in ("name", "rule", "version")):
            return each.id
    return None


def _asked_for(
    books: Books, before: Segment | None, name: str, rule: str, asked: Wording
) -> Proposal:
    voice = asked.voice
    opening = voice.proposes.format(who=asked.who)
    does = "make the segment" if before is None else "change the segment"
    evidence = Evidence(
        voice.label, asked.words, "", voice.source, asked.query or asked.who, books.now
    )
    return _proposal(
        books, before, 0,
        Subject("segment", new_id("seg") if before is None else before.id, name), rule,
        agent_id=ASSISTANT,
        evidence=(evidence, *_members(books, before, rule)),
        rationale=f"{opening} {does} {name!r}. Flows that were approved keep the audience they "
        f"were approved with.",
        provenance=voice.provenance,
    )  # fmt: skip


def _proposal(
    books: Books, before: Segment | None, version: int, subject: Subject, rule: str,
    **told: Any,
) -> Proposal:  # fmt: skip
    """``version`` is the last one of a segment that is out of force."""
    was = _facts(before, version)
    return Proposal(
        kind=SEGMENT,
        subject=subject,
        arguments={
            "segment": subject.id, "name": subject.title if before is None else before.name,
            "rule": rule, "version": was["version"],
        },
        precondition=was,
        prediction=None,
        risk=Risk(_RISK, (RiskFactor("segment", _RISK, "people choose audiences by its name"),)),
        cost=None,
        money_at_stake=None,
        inverse=_inverse(subject.id, was, was["version"] + 1),
        expires_at=books.now + _LIFE,
        **told,
    )  # fmt: skip


def _members(books: Books, before: Segment | None, rule: str) -> tuple[Evidence, ...]:
    """How many customers it is about, now and then."""
    known = CustomerFacts.of(books.connection, books.store_id)
    wanted = [("Customers by the new rule", rule)]
    if before is not None:
        wanted.insert(0, ("Customers by the rule in force", before.rule))
    return tuple(
        Evidence(
            label, known.count(books.connection, segmenting.read_rule(text)), "customers", "royal",
            f"GET /v1/segments/preview?rule={text}", books.now,
        )
        for label, text in wanted
    )  # fmt: skip


def _facts(found: Segment | None, version: int = 0) -> Facts:
    """``version`` is the last of a segment that is out of force, 0 when there never was one."""
    if found is None:
        return {"name": None, "rule": None, "version": version}
    return {"name": found.name, "rule": found.rule, "version": found.version}


def _inverse(segment_id: str, before: Mapping[str, Any], version: int) -> Inverse:
    arguments = {
        "segment": segment_id, "name": before["name"], "rule": before["rule"], "version": version,
    }  # fmt: skip
    if before["rule"] is None:
        return Inverse(SEGMENT, arguments, "Takes the segment out of force again.")
    return Inverse(SEGMENT, arguments, f"Puts back the rule before: {before['rule']}")
