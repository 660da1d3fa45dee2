"""How the state file writes money and time: scaled integers and UTC seconds."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

SCALE = 4
_UNIT = Decimal(1).scaleb(-SCALE)


def to_scaled(amount: Decimal | int | str) -> int:
    """Money in currency units -> integer ten-thousandths; finer digits are rounded half-even."""
    return int(Decimal(amount).quantize(_UNIT, rounding=ROUND_HALF_EVEN).scaleb(SCALE))


def from_scaled(value: int) -> Decimal:
    """Integer ten-thousandths -> money in currency units, exact."""
    return Decimal(value).scaleb(-SCALE)


def to_seconds(at: datetime) -> int:
    """Aware datetime -> whole UTC seconds; ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a naive datetime has no place on the world's clock")
    return int(at.timestamp())


def from_seconds(value: float) -> datetime:
    """UTC seconds -> aware datetime, whole seconds as on the wire."""
    return datetime.fromtimestamp(int(value), UTC)
