"""Prices in force over time as facts of the star, each with the decision that set it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.persistence.tables.catalog import price_observations
from royal_platform.persistence.tables.decisions import decisions

# What we wrote is seen when it is read back, a little before its decision counts as executed.
_READ_BACK = timedelta(hours=1)
_Executed = tuple[datetime, Decimal, str]


def prices(connection: Connection, store_id: str) -> Iterator[Sequence[Any]]:
    """Rows of ``fact_price`` by variant and time; what stood beside a past price is unknown."""
    executed = _executed(connection, store_id)
    table = price_observations.c
    query = (
        select(table.variant_id, table.at, table.price, table.currency)
        .where(table.store_id == store_id)
        .order_by(table.variant_id, table.at)
    )
    before = None
    previous_at: datetime | None = None
    for row in connection.execution_options(yield_per=5000).execute(query):
        if before is not None:
            same = before.variant_id == row.variant_id
            yield _fact(before, row.at if same else None, previous_at, executed)
            previous_at = before.at if same else None
        before = row
    if before is not None:
        yield _fact(before, None, previous_at, executed)


def _fact(
    seen: Any, until: datetime | None, previous_at: datetime | None,
    executed: dict[str, list[_Executed]],
) -> Sequence[Any]:  # fmt: skip
    ours = next(
        (
            decision_id
            for at, price, decision_id in reversed(executed.get(seen.variant_id, []))
            if price == seen.price
            and at <= seen.at + _READ_BACK
            and (previous_at is None or at > previous_at)
        ),
        None,
    )
    amount = int(seen.price.scaleb(4))
    return seen.variant_id, seen.at, until, amount, None, seen.currency, ours


def _executed(connection: Connection, store_id: str) -> dict[str, list[_Executed]]:
    query = (
        select(decisions.c.subject_id, decisions.c.executed_at, decisions.c.arguments,
               decisions.c.id)
        .where(decisions.c.store_id == store_id, decisions.c.kind.in_(PRICE_KINDS))
        .where(decisions.c.executed_at.is_not(None))
        .order_by(decisions.c.executed_at)
    )  # fmt: skip
    found: dict[str, list[_Executed]] = defaultdict(list)
    for subject_id, at, arguments, decision_id in connection.execute(query):
        if "price" in arguments:
            found[subject_id].append((at, Decimal(arguments["price"]), decision_id))
    return found
