"""Whom a flow would be about, before it is saved: counted, and a few of them by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from royal_platform.commerce.marketing.model import Arm, Flow
from royal_platform.commerce.marketing.rules import arm_of
from royal_platform.persistence.tables.orders import customers

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_SAMPLE = 5


@dataclass(frozen=True, slots=True)
class Person:
    """A real customer of the audience."""

    id: str
    name: str | None
    orders: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How many the audience holds, how many of them agreed to marketing mail, and the holdout.

    ``sample`` are some of the audience. Both arms are drawn among those who agreed, as the local
    copy has it; the store is asked again about each when a message is due.
    """

    members: int
    agreed: int
    holdout: int
    sample: tuple[Person, ...]


def reach(platform: Platform, flow: Flow) -> Reach:
    """The flow's audience as it is now."""
    ids = _members(platform, flow)
    agreed = platform.audience.agreed(ids)
    held = sum(arm_of(flow.id, each, flow.holdout_percent) is Arm.HOLDOUT for each in agreed)
    chosen = ids[:: max(1, len(ids) // _SAMPLE)][:_SAMPLE]
    query = (
        select(customers.c.id, customers.c.name, customers.c.orders)
        .where(customers.c.store_id == platform.store_id, customers.c.id.in_(chosen))
        .order_by(customers.c.id)
    )
    with platform.database.read() as connection:
        rows = connection.execute(query).all()
    return Reach(
        len(ids), len(agreed), held, tuple(Person(row.id, row.name, row.orders) for row in rows)
    )


def _members(platform: Platform, flow: Flow) -> list[str]:
    if flow.audience is None:
        return list(platform.signals.known_customers())
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = platform.audience.members(flow.audience, cursor)
        found += page.ids
        cursor = page.next_cursor
        if cursor is None:
            return found
