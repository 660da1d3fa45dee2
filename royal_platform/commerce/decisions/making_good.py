"""One line is made good once: whoever asks for it a second time is sent to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from royal_platform.commerce.decisions.kind import ask
from royal_platform.commerce.decisions.model import GateState, Policy, Proposal, RuleHit


def made_good(proposal: Proposal, _: Policy, state: GateState) -> Iterator[RuleHit]:
    """An exchange or a replacement of the same line stands already."""
    known = state.helped
    if known is None or state.is_revert:
        return
    twice = known.made_good & lines_of(proposal.arguments)
    if twice:
        yield ask(
            "help.made_good", "The same goods are exchanged or were sent again already.",
            limit="1", actual="2", unit="times",
        )  # fmt: skip


def lines_of(arguments: Mapping[str, object]) -> frozenset[str]:
    """The order lines that a decision is of, by its arguments."""
    line, lines = arguments.get("line_id"), arguments.get("lines")
    several = lines if isinstance(lines, Mapping) else {}
    return frozenset(map(str, several)) | ({str(line)} if line else frozenset())
