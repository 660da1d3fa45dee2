"""What commerce needs to know about customers and the segments they form."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from royal_platform.commerce.customers.facts import Facts
from royal_platform.commerce.customers.model import MemberPage, Segment
from royal_platform.commerce.customers.segments import Rule


class Segments(Protocol):
    """The segments that were saved."""

    def all(self) -> Sequence[Segment]:
        """Every segment in force, by name."""
        ...

    def get(self, segment_id: str) -> Segment | None:
        """One segment in force; None when there is none (any more)."""
        ...


class Audience(Protocol):
    """The store's customers as rules see them; erased ones are nowhere in it."""

    def count(self, rule: Rule) -> int:
        """How many customers the rule is true of."""
        ...

    def members(self, rule: Rule, cursor: str | None = None, limit: int = 250) -> MemberPage:
        """Whom the rule is true of, each once however many pages are read."""
        ...

    def agreed(self, customer_ids: Sequence[str]) -> Collection[str]:
        """Those of these customers who agreed to marketing mail, as the local copy has it."""
        ...

    def facts(self, customer_ids: Sequence[str]) -> Mapping[str, Facts]:
        """What is known of these customers; those the store does not have are left out."""
        ...
