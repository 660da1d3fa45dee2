"""Customers and segments kept in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from royal_platform.commerce.customers.facts import Facts
from royal_platform.commerce.customers.model import MemberPage, Segment
from royal_platform.commerce.customers.segments import Rule


class MemoryAudience:
    """``Audience`` of given customers; a cursor is the last id that was told."""

    def __init__(self, customers: Sequence[Facts], agreed: Collection[str] = ()) -> None:
        self._agreed = frozenset(agreed)
        self.customers = {facts.customer_id: facts for facts in customers}

    def count(self, rule: Rule) -> int:
        return len(self._ids(rule))

    def members(self, rule: Rule, cursor: str | None = None, limit: int = 250) -> MemberPage:
        left = [each for each in self._ids(rule) if cursor is None or each > cursor]
        page = tuple(left[:limit])
        return MemberPage(page, page[-1] if len(left) > limit else None)

    def agreed(self, customer_ids: Sequence[str]) -> frozenset[str]:
        return self._agreed & frozenset(customer_ids)

    def facts(self, customer_ids: Sequence[str]) -> Mapping[str, Facts]:
        return {each: self.customers[each] for each in customer_ids if each in self.customers}

    def _ids(self, rule: Rule) -> list[str]:
        return sorted(each for each, facts in self.customers.items() if rule.holds(facts))


class MemorySegments:
    """``Segments`` that were given."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = {segment.id: segment for segment in segments}

    def all(self) -> Sequence[Segment]:
        return sorted(self._segments.values(), key=lambda segment: segment.name.lower())

    def get(self, segment_id: str) -> Segment | None:
        return self._segments.get(segment_id)
