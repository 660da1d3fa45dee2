"""A saved segment's rule as a decision: made, changed or taken out of force, on what it was.

A segment changes nothing outside, and a flow's mandate holds the rule it was approved with. But
people choose whom to write to by a segment's name: what it means is not changed behind them.
"""

from __future__ import annotations

from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import is_count, is_text, text_of
from royal_platform.commerce.decisions.kind import Kind
from royal_platform.commerce.decisions.model import Change, GateState, Proposal

SEGMENT = "segment.update"
NAME_MAX, RULE_MAX = 120, 2_000
_PARTS = (("name", NAME_MAX), ("rule", RULE_MAX))


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    told = proposal.arguments
    if told.get("segment") != proposal.subject.id or not is_text(told.get("segment")):
        yield "The subject is not the segment."
    if not is_count(told.get("version")) or told.get("version") != proposal.precondition.get(
        "version"
    ):
        yield "It does not say which version of the segment it replaces."
    if all(told.get(name, "") is None for name, _most in _PARTS):
        return
    for name, most in _PARTS:
        if not is_text(told.get(name)) or len(told[name]) > most:
            yield f"The {name} is not a text of at most {most} characters."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    before, told = proposal.precondition, proposal.arguments
    return tuple(
        Change(name, text_of(before.get(name)), text_of(told.get(name)), "")
        for name, _most in _PARTS
        if before.get(name) != told.get(name)
    )


SEGMENTS = (Kind(SEGMENT, _problems, _changes, own_pace=True),)
