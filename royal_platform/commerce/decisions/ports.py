"""What judging a decision needs from outside, and where proposals go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from royal_platform.commerce.decisions.model import GateState, Policy, Proposal


class PolicyReader(Protocol):
    """The merchant's limits now in force."""

    def policy(self) -> Policy:
        """The newest version; a fresh store has the safe defaults of ``Policy()``."""
        ...


class GateReader(Protocol):
    """The facts that the gate compares with the limits."""

    def gate_state(self, proposal: Proposal) -> GateState:
        """The state around ``proposal`` at this moment, reservations included."""
        ...


class Ledger(Protocol):
    """Where proposals become decisions."""

    def propose(self, proposals: Sequence[Proposal]) -> Sequence[str]:
        """Judge and store the proposals; return the decisions' ids in the same order."""
        ...
