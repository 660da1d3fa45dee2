"""Cursors are opaque, exact, and refused when they are not ours."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, insert, select

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
    Column("name", String),
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


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", {"t": "2026-01-01"}),
        ("at", {"t": "2026-01-01T00:00:00"}),
        ("at", {"t": "0001-01-01T00:00:00+14:00"}),
        ("at", {"d": "1"}),
        ("at", 5),
        ("at", "now"),
        ("amount", {"d": "NaN"}),
        ("amount", {"d": "Infinity"}),
        ("amount", {"d": "1e30"}),
        ("amount", {"d": "1e999999"}),
        ("amount", {"t": "2026-01-01T00:00:00+00:00"}),
        ("amount", "5"),
        ("name", 5),
        ("name", {"d": "1"}),
        ("name", "\u0000"),
    ],
)
def test_a_cursor_whose_value_is_not_of_the_lists_kind_is_refused(column, value):
    raw = orjson.dumps([column, value, "1"])
    cursor = base64.urlsafe_b64encode(raw).decode()
    with pytest.raises(Invalid):
        Order(column, things.c[column], things.c.id).apply(select(things), cursor, 10)


def test_a_cursor_whose_tie_holds_nul_is_refused():
    cursor = Order("name", things.c.name, things.c.id).cursor("a", "\u0000")
    with pytest.raises(Invalid):
        Order("name", things.c.name, things.c.id).apply(select(things), cursor, 10)
