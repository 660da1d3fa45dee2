"""What the gate knows of sending lost goods a second time, for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from royal_platform.commerce.decisions.addresses import helped_often
from royal_platform.commerce.decisions.arguments import is_count, is_text
from royal_platform.commerce.decisions.kind import Kind
from royal_platform.commerce.decisions.making_good import made_good
from royal_platform.commerce.decisions.model import Change, GateState, Proposal

RESHIP, CANCEL_RESHIP = "reship.create", "reship.cancel"
_LINES_MAX = 50
_NOTE_MAX = 200


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    if not is_text(arguments.get("order_id")) or arguments["order_id"] != proposal.subject.id:
        yield "The subject is not the order."
    if proposal.kind == CANCEL_RESHIP:
        if not is_text(arguments.get("reship_of")):
            yield "It names no replacement."
        return
    if not is_text(arguments.get("customer_id")):
        yield "Nobody is named whose goods they are."
    lines = arguments.get("lines")
    if not isinstance(lines, Mapping) or not 0 < len(lines) <= _LINES_MAX:
        yield f"A replacement is of 1 to {_LINES_MAX} order lines."
    elif not all(is_count(units, least=1) for units in lines.values()):
        yield "The units that are sent again are no counts."
    note = arguments.get("note")
    if not is_text(note) or len(str(note)) > _NOTE_MAX:
        yield f"The note is missing or longer than {_NOTE_MAX} characters."
    if proposal.cost is None:
        yield "It does not say what is given away."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    if proposal.kind == CANCEL_RESHIP:
        return (Change("replacement", "open", "cancelled", ""),)
    units = sum(int(each) for each in proposal.arguments["lines"].values())
    return (Change("replaced_units", "0", str(units), "units"),)


REPLACEMENTS = (
    Kind(RESHIP, _problems, _changes, (helped_often, made_good), own_pace=True),
    Kind(CANCEL_RESHIP, _problems, _changes, own_pace=True),
)
