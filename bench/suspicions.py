"""What the security agent's looks at recent orders find of the rings that a world hides.

Each look sees the newest orders of a month, as the agent's does; the looks are as far apart as an
order counts as recent. An order is found by a check once any look names it, alone or in a ring.
Only the evaluation reads which orders are of a ring.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.fraud import order_facts, rings
from royal_platform.commerce.security.order_facts import OrderFacts
from royal_platform.commerce.security.suspicion import (
    MOST_ORDERS,
    RECENT,
    WINDOW,
    Named,
    suspicious,
)
from store_sandbox.state import StateStore

HEADING = "### Rings and orders unlike the others, on the twin"
_INTRODUCTION = (
    HEADING,
    "",
    f"The looks of the security agent, every {RECENT.days} days over the newest {MOST_ORDERS}",
    f"orders of {WINDOW.days} days. *Hang together* is the graph of what orders share, *unlike*",
    "the isolation forest, which says strange and not fraud: most of what it tells is honest. The",
    "invented rings share an address, a network and a throw-away mail domain; *address untold* and",
    "*mail untold* take one away and leave the others. False rings are those without one order of",
    "a ring in them.",
)
_COLUMNS = (
    "| world | what is told | orders | of rings | hang together: found | precision | recall"
    " | rings told | false | unlike: found | precision | recall |"
)
_UNTOLD: dict[str, Callable[[OrderFacts], OrderFacts]] = {
    "all": lambda one: one,
    "address untold": lambda one: replace(one, address=None),
    "mail untold": lambda one: replace(one, mail=None, disposable_mail=None),
}


@dataclass(frozen=True, slots=True)
class Found:
    """Orders that one check named, how many of them are of rings, and how many there are."""

    named: int
    right: int
    bad: int

    @property
    def precision(self) -> float | None:
        """Of what was named, the share that is of a ring."""
        return self.right / self.named if self.named else None

    @property
    def recall(self) -> float | None:
        """Of what is of a ring, the share that was named."""
        return self.right / self.bad if self.bad else None


@dataclass(frozen=True, slots=True)
class Measured:
    """One world with one thing untold."""

    untold: str
    orders: int
    ring: Found
    unlike: Found
    rings_told: int
    rings_false: int


def measure(state: StateStore) -> list[Measured]:
    """Look at every order of the world after the first four weeks."""
    with state.read() as db:
        facts, bad, hours = order_facts(db), rings(db), _hours(db)
    return [_measured(name, [hide(each) for each in facts], bad, hours)
            for name, hide in _UNTOLD.items()]  # fmt: skip


def report(names: Sequence[str], found: Sequence[Sequence[Measured]]) -> str:
    """The section of the report."""
    lines = [*_INTRODUCTION, "", _COLUMNS, "| " + " | ".join(["---"] * 12) + " |"]
    lines += [_row(name, each) for name, world in zip(names, found, strict=True) for each in world]
    return "\n".join(lines)


def _measured(
    untold: str, facts: Sequence[OrderFacts], bad: set[str], hours: dict[str, int]
) -> Measured:
    begin = facts[0].placed_at + WINDOW
    judged = {each.order_id for each in facts if each.placed_at >= begin}
    found: dict[str, set[str]] = defaultdict(set)
    told: dict[str, set[str]] = {}
    times = [each.placed_at for each in facts]
    now = begin + RECENT
    while now <= times[-1] + RECENT:
        first, last = bisect_right(times, now - WINDOW), bisect_right(times, now)
        near = facts[first:last][-MOST_ORDERS:]
        named = {each.order_id: Named(each.order_id, hours[each.order_id]) for each in near}
        for each in suspicious(near, named, now):
            orders = set(each.about.get("ring", [each.subject]))
            found[each.check] |= orders
            if each.check == "orders.ring":
                told.setdefault(each.subject, set()).update(orders)
        now += RECENT
    return Measured(
        untold,
        len(judged),
        _found(found["orders.ring"] & judged, bad & judged),
        _found(found["orders.unlike"] & judged, bad & judged),
        len(told),
        sum(not each & bad for each in told.values()),
    )


def _found(named: set[str], bad: set[str]) -> Found:
    return Found(len(named), len(named & bad), len(bad))


def _hours(db: sqlite3.Connection) -> dict[str, int]:
    rows = db.execute("SELECT id, processed_at FROM orders")
    return {str(row["id"]): row["processed_at"] // 3600 % 24 for row in rows}


def _row(name: str, found: Measured) -> str:
    cells = [
        name, found.untold, f"{found.orders:,}", str(found.ring.bad), str(found.ring.named),
        _percent(found.ring.precision), _percent(found.ring.recall), str(found.rings_told),
        str(found.rings_false), str(found.unlike.named), _percent(found.unlike.precision),
        _percent(found.unlike.recall),
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
