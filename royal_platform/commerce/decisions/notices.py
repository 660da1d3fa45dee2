"""Notices: they tell people something inside the product and change nothing in the store."""

from __future__ import annotations

from collections.abc import Iterator

from royal_platform.commerce.decisions.arguments import is_text, text_of
from royal_platform.commerce.decisions.kind import Kind, as_told
from royal_platform.commerce.decisions.model import Change, GateState, Proposal

RAISE, PUBLISH = "alert.raise", "report.publish"
NOTICE_KINDS = (RAISE, "alert.withdraw", PUBLISH, "report.withdraw")
_NAMES = {RAISE: ("metric", "day"), PUBLISH: ("report", "digest")}


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    for name in _NAMES.get(proposal.kind, ("notice",)):
        if not is_text(proposal.arguments.get(name)):
            yield f"The {name} is missing."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind == RAISE:
        unit = str(arguments.get("currency") or arguments.get("unit") or "")
        return (Change(str(arguments["metric"]), text_of(arguments.get("expected")),
                       text_of(arguments.get("value")), unit),)  # fmt: skip
    if proposal.kind == PUBLISH:
        days = f"{arguments.get('first')} to {arguments.get('last')}"
        return (Change("report", None, days, ""),)
    return as_told(proposal)


NOTICES = tuple(Kind(name, _problems, _changes, own_pace=True) for name in NOTICE_KINDS)
