"""One kind of change to the world, as the executor drives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.rules import mismatches

Facts = dict[str, Any]

_KEY = "execute:"


def idempotency_key(decision_id: str) -> str:
    """The key every write of this decision carries to the vendor."""
    return f"{_KEY}{decision_id}"


def decision_of(key: str) -> str:
    """The decision that writes with this key."""
    return key.removeprefix(_KEY)


class Compares(Protocol):
    """What a kind says of a world that moved."""

    def broken(
        self, decision: Decision, live: Facts, before: Facts | None = None
    ) -> tuple[str, ...]:
        """Names of the facts it rests on that no longer hold; ``before`` once it was begun."""
        ...


class Undoes(Protocol):
    """What a kind says of its undo."""

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:
        """The decision that restores ``before`` exactly."""
        ...


class Action(Compares, Undoes, Protocol):
    """One kind of change. Facts are JSON: amounts as decimal strings."""

    async def read(self, decision: Decision) -> Facts | None:
        """The live facts its precondition and its target are about; None = the subject is gone."""
        ...

    def target(self, decision: Decision, before: Facts) -> Facts:
        """The live facts that hold once the change is made to ``before``."""
        ...

    async def write(self, decision: Decision, before: Facts, key: str) -> None:
        """Make the change; the same ``key`` again changes nothing more."""
        ...


class RestsOnPrecondition:
    """What a kind says of a world that moved, when its precondition is all it rests on."""

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Names of the precondition's facts that no longer hold."""
        return mismatches(decision.proposal.precondition, live)
