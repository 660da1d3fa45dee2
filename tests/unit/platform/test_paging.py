"""Cursors are opaque, exact, and refused when they are not ours."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select

from core.errors import Invalid
from core.storage.types import ScaledDecimal, UtcDateTime
from royal_platform.persistence.paging import Order, page

metadata = MetaData()
things = Table(
    "things",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("amount", ScaledDecimal, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=0, max_size=25).map(
    lambda found: list(enumerate(found))
)


@given(rows, st.sampled_from(["amount", "at"]), st.booleans(), st.integers(1, 7))
def test_pages_hold_every_row_once_in_order(found, column, descending, limit):
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.begin() as connection:
        for number, (amount, hour) in found:
            at = datetime(2026, 1, 1, hour, tzinfo=UTC)
            connection.execute(insert(things).values(id=number, amount=Decimal(amount), at=at))
        order = Order(column, things.c[column], things.c.id, descending=descending)
        seen, cursor = [], None
        while True:
            query = order.apply(select(things), cursor, limit)
            part = page(
                list(connection.execute(query)),
                limit,
                len(found),
                order,
                lambda row: (getattr(row, column), str(row.id)),
            )
            seen += [(getattr(row, column), row.id) for row in part.items]
            cursor = part.next_cursor
            if cursor is None:
                break
    assert seen == sorted(seen, reverse=descending)
    assert len(seen) == len(found)


@given(st.text(max_size=60))
def test_a_cursor_that_is_not_ours_is_refused(text):
    order = Order("amount", things.c.amount, things.c.id)
    with pytest.raises(Invalid):
        order.apply(select(things), text, 10)


def test_a_cursor_of_another_list_is_refused():
    cursor = Order("at", things.c.at, things.c.id).cursor(datetime(2026, 1, 1, tzinfo=UTC), "1")
    with pytest.raises(Invalid):
        Order("amount", things.c.amount, things.c.id).apply(select(things), cursor, 10)
