"""Column types: exact money, aware times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from core.storage.types import ScaledDecimal, UtcDateTime, utc_text

AMOUNTS = st.decimals(min_value=-(10**11), max_value=10**11, places=4)
TIMES = st.datetimes(
    min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.timezones()
)


@given(st.lists(AMOUNTS, min_size=1, max_size=40))
def test_a_sum_in_the_database_is_exact(amounts: list[Decimal]) -> None:
    table = Table(
        "t", MetaData(), Column("n", Integer, primary_key=True), Column("a", ScaledDecimal)
    )
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.metadata.create_all(connection)
        connection.execute(insert(table), [{"a": amount} for amount in amounts])
        total = connection.scalar(select(func.sum(table.c.a)))
        assert total == sum(amounts)
        assert isinstance(total, Decimal)
        stored = connection.scalars(select(table.c.a).order_by(table.c.n)).all()
        assert stored == amounts
    engine.dispose()


def test_a_float_is_not_money() -> None:
    with pytest.raises(TypeError, match="Decimal"):
        ScaledDecimal().process_bind_param(1.5, sqlite.dialect())  # type: ignore[arg-type]


def test_an_amount_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="fit"):
        ScaledDecimal().process_bind_param(Decimal(10) ** 15, sqlite.dialect())


@given(TIMES)
def test_a_time_comes_back_as_the_same_moment_in_utc(at: datetime) -> None:
    kind, dialect = UtcDateTime(), sqlite.dialect()
    text = kind.process_bind_param(at, dialect)
    back = kind.process_result_value(text, dialect)
    assert back == at.astimezone(UTC)
    assert back is not None
    assert back.utcoffset() == timedelta(0)


@given(TIMES, TIMES)
def test_times_as_text_sort_as_times(left: datetime, right: datetime) -> None:
    earlier = left.astimezone(UTC) < right.astimezone(UTC)
    assert (utc_text(left) < utc_text(right)) == earlier


def test_a_naive_time_is_refused_on_both_databases() -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        with pytest.raises(ValueError, match="zone"):
            UtcDateTime().process_bind_param(datetime(2026, 1, 1), dialect)


def test_a_database_time_in_another_zone_is_read_as_utc() -> None:
    at = datetime(2026, 1, 1, 5, tzinfo=timezone(timedelta(hours=5)))
    back = UtcDateTime().process_result_value(at, postgresql.dialect())
    assert back is not None
    assert back.isoformat() == "2026-01-01T00:00:00+00:00"
