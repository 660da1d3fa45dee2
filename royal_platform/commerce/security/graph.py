"""What orders share: components of a graph of orders and attributes, and the path between two.

Union-find with path halving and union by size (Tarjan and van Leeuwen, 1984) says which orders hang
together; a breadth-first search over the same links says how, in words a person can check.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Attribute = tuple[str, str]
# An attribute that so many orders have in common (a parcel shop, a phone network) says nothing.
TOO_COMMON = 50


class UnionFind:
    """Disjoint sets of anything hashable."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}
        self._size: dict[Hashable, int] = {}

    def find(self, item: Hashable) -> Hashable:
        """The representative of ``item``'s set; an unknown item is a set of its own."""
        parent = self._parent
        parent.setdefault(item, item)
        self._size.setdefault(item, 1)
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    def union(self, one: Hashable, other: Hashable) -> None:
        """Put both into one set."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return
        if self._size[a] < self._size[b]:
            a, b = b, a
        self._parent[b] = a
        self._size[a] += self._size[b]


@dataclass(frozen=True, slots=True)
class Link:
    """Two orders have one attribute (kind, opaque key) in common."""

    one: str
    other: str
    attribute: Attribute


@dataclass(frozen=True, slots=True)
class Ring:
    """Orders of different customers that hang together by what they share."""

    orders: tuple[str, ...]
    customers: tuple[str, ...]
    shared: tuple[tuple[Attribute, tuple[str, ...]], ...]


def rings(
    attributes: Mapping[str, Iterable[Attribute]],
    customers: Mapping[str, str],
    *,
    least: int = 3,
) -> list[Ring]:
    """Sets of orders linked by shared attributes, of at least ``least`` different customers.

    ``attributes`` are the (kind, key) pairs of each order; ``customers`` whose order it is: an
    order without one counts as a customer of its own.
    """
    holders = _holders(attributes)
    sets = UnionFind()
    for orders in holders.values():
        for other in orders[1:]:
            sets.union(orders[0], other)
    together: dict[Hashable, list[str]] = defaultdict(list)
    for order in sorted(attributes):
        together[sets.find(order)].append(order)
    found = []
    for orders in together.values():
        who = tuple(sorted({customers.get(order, order) for order in orders}))
        if len(orders) > 1 and len(who) >= least:
            mine = set(orders)
            shared = tuple(
                (attribute, tuple(each)) for attribute, each in sorted(holders.items())
                if mine.issuperset(each)
            )  # fmt: skip
            found.append(Ring(tuple(orders), who, shared))
    return sorted(found, key=lambda ring: (-len(ring.customers), ring.orders))


def path(attributes: Mapping[str, Iterable[Attribute]], begin: str, end: str) -> list[Link] | None:
    """The shortest chain of shared attributes from one order to another; None when there is none.

    The shortest, and of several the first by name: the same orders give the same explanation.
    """
    holders = _holders(attributes)
    of = {order: sorted(set(pairs)) for order, pairs in attributes.items()}
    came: dict[str, Link | None] = {begin: None}
    waiting = deque([begin])
    while waiting and end not in came:
        order = waiting.popleft()
        for attribute in of.get(order, ()):
            for other in holders.get(attribute, ()):
                if other not in came:
                    came[other] = Link(order, other, attribute)
                    waiting.append(other)
    if end not in came:
        return None
    chain: list[Link] = []
    step = came[end]
    while step is not None:
        chain.append(step)
        step = came[step.one]
    return chain[::-1]


def _holders(attributes: Mapping[str, Iterable[Attribute]]) -> dict[Attribute, Sequence[str]]:
    """Orders by attribute, where it links at least two and is not too common to mean anything."""
    holders: dict[Attribute, list[str]] = defaultdict(list)
    for order in sorted(attributes):
        for attribute in set(attributes[order]):
            holders[attribute].append(order)
    return {each: orders for each, orders in holders.items() if 2 <= len(orders) <= TOO_COMMON}
