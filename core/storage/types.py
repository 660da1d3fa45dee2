"""Column types that mean the same on SQLite and PostgreSQL."""

# ruff: noqa: ARG002 - SQLAlchemy hands every type its dialect

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

# Postgres gets JSONB, SQLite its JSON text.
Json: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

_LARGEST = 2**63 - 1


class ScaledDecimal(TypeDecorator[Decimal]):
    """A Decimal kept as an integer of ten-thousandths, so that SUM is exact on every database.

    SQLite has no decimal type and sums NUMERIC as floats. ``func.sum`` over this column comes
    back as a Decimal; ``func.avg`` comes back unscaled: divide two sums instead.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if not isinstance(value, (Decimal, int)):
            raise TypeError(f"money columns take a Decimal, not {type(value).__name__}")
        scaled = Decimal(value).scaleb(self.scale)
        number = int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
        if abs(number) > _LARGEST:
            raise ValueError("the amount does not fit a money column")
        return number

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        # PostgreSQL sums BIGINT into NUMERIC, so a Decimal arrives here as well as an int.
        return None if value is None else Decimal(value).scaleb(-self.scale)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime with microseconds; a naive one is refused.

    On SQLite it is ISO text of fixed width (``2026-01-31T10:00:00.000000Z``), which sorts as time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(27))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware UTC; this one has no zone")
        utc = value.astimezone(UTC)
        return utc_text(utc) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        aware: datetime = value
        return aware.astimezone(UTC)


def utc_text(value: datetime) -> str:
    """``value`` as fixed-width ISO 8601 in UTC with microseconds and a ``Z``."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"
