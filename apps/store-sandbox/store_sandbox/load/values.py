"""Turns the text of a CSV field into an exact amount, a whole number or an instant."""

from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

LARGEST = Decimal(1_000_000_000)
_UNIT = Decimal("0.0001")


class UnreadableError(ValueError):
    """A field that cannot be understood; the text says which and why."""


def amount(text: str, what: str) -> Decimal:
    """An exact decimal: `1234.50`, `1,234.50`, `-3`, `€ 12.95`; LARGEST bounds its size."""
    cleaned = text.strip().lstrip("€$£").replace(" ", "").replace("\u00a0", "")
    if "," in cleaned and "." in cleaned:
        cleaned = cleaned.replace(",", "")
    try:
        value = Decimal(cleaned)
    except InvalidOperation as error:
        raise UnreadableError(f"{what} {text!r} is not a number") from error
    if not value.is_finite() or abs(value) >= LARGEST:
        raise UnreadableError(f"{what} {text!r} is not an amount a shop could book")
    return value


def whole(text: str, what: str) -> int:
    """A whole number, `6` or `6.0`."""
    value = amount(text, what)
    if value != value.to_integral_value():
        raise UnreadableError(f"{what} {text!r} is not a whole number")
    return int(value)


def instant(text: str, zone: ZoneInfo, pattern: str | None = None) -> datetime:
    """An aware UTC instant from ISO 8601 (or `pattern`, as strptime knows it); local in `zone`."""
    cleaned = text.strip()
    try:
        if pattern is not None:
            found = datetime.strptime(cleaned, pattern)  # noqa: DTZ007 - the zone comes next
        else:
            found = datetime.fromisoformat(_iso(cleaned))
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError) as error:
        raise UnreadableError(f"date {text!r} is not {pattern or 'an ISO date'}") from error


def _iso(text: str) -> str:
    """Shopify writes `2024-01-05 10:11:12 +0100`: the blank before the offset goes."""
    date, _, rest = text.partition(" ")
    clock, _, offset = rest.partition(" ")
    return f"{date} {clock}{offset}".strip() if offset else text


def priced(quantity: int, price: Decimal) -> tuple[int, int]:
    """(unit price, total) in ten-thousandths for a line of positive quantity and price.

    The total is exact to four decimals. A price with more decimals is rounded up to the next
    ten-thousandth, so that what is left is a small discount of the line, never a surcharge.
    """
    unit = int(price.quantize(_UNIT, rounding=ROUND_CEILING).scaleb(4))
    total = int((price * quantity).quantize(_UNIT).scaleb(4))
    return unit, min(total, unit * quantity)
