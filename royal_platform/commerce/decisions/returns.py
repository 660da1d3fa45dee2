"""What the gate knows of goods that come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from royal_platform.commerce.decisions.addresses import helped_often
from royal_platform.commerce.decisions.arguments import is_count, is_text
from royal_platform.commerce.decisions.kind import Kind
from royal_platform.commerce.decisions.making_good import made_good
from royal_platform.commerce.decisions.model import Change, GateState, Proposal

RETURN, CANCEL_RETURN = "return.create", "return.cancel"
RETURN_REASONS = (
    "COLOR", "DEFECTIVE", "NOT_AS_DESCRIBED", "OTHER", "SIZE_TOO_LARGE", "SIZE_TOO_SMALL", "STYLE",
    "UNKNOWN", "UNWANTED", "WRONG_ITEM",
)  # fmt: skip
_LINES_MAX = 50
_NOTE_MAX = 200


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    arguments = proposal.arguments
    if not is_text(arguments.get("order_id")) or arguments["order_id"] != proposal.subject.id:
        yield "The subject is not the order."
    if proposal.kind == CANCEL_RETURN:
        if not is_text(arguments.get("return_of")):
            yield "It names no return."
        return
    lines = arguments.get("lines")
    if not isinstance(lines, Mapping) or not 0 < len(lines) <= _LINES_MAX:
        yield f"A return is of 1 to {_LINES_MAX} order lines."
    elif not all(is_count(units, least=1) for units in lines.values()):
        yield "The units that come back are no counts."
    if arguments.get("reason") not in RETURN_REASONS:
        yield "The reason is none that goods come back for."
    note = arguments.get("note")
    if not is_text(note) or len(str(note)) > _NOTE_MAX:
        yield f"The note is missing or longer than {_NOTE_MAX} characters."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    if proposal.kind == CANCEL_RETURN:
        return (Change("return", "open", "cancelled", ""),)
    units = sum(int(each) for each in proposal.arguments["lines"].values())
    reason = str(proposal.arguments["reason"]).lower().replace("_", " ")
    return (
        Change("returned_units", "0", str(units), "units"),
        Change("reason", None, reason, ""),
    )


RETURNS = (
    Kind(RETURN, _problems, _changes, (helped_often, made_good), own_pace=True),
    Kind(CANCEL_RETURN, _problems, _changes, own_pace=True),
)
