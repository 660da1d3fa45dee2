"""Money: an exact decimal amount that never forgets its currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_PREC, ROUND_HALF_EVEN, Decimal, localcontext

# ISO 4217 minor units that differ from two digits, for the currencies Shopify sells in.
_MINOR_DIGITS = {
    "BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0,
    "KMF": 0, "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip


class CurrencyMismatchError(ValueError):
    """Two amounts in different currencies were combined without a rate."""


def _plain(amount: Decimal, digits: int) -> Decimal:
    """The same number with at least ``digits`` decimals and no zeros behind those."""
    exponent = amount.as_tuple().exponent
    if exponent == -digits:
        return amount
    with localcontext(prec=MAX_PREC):
        shortest = amount.normalize().as_tuple().exponent
        return amount.quantize(Decimal(1).scaleb(min(int(shortest), -digits)))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one ISO 4217 currency. Arithmetic across currencies raises.

    The amount is written with the currency's own digits, and with more only where it has more:
    ``79.9500`` euro is ``79.95``, ``12.3330`` is ``12.333``.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money takes a Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite():
            raise ValueError("Money takes a finite amount")
        object.__setattr__(self, "amount", _plain(self.amount, self.minor_digits))

    @property
    def minor_digits(self) -> int:
        """Digits after the decimal point that the currency is paid in."""
        return _MINOR_DIGITS.get(self.currency, 2)

    def rounded(self) -> Money:
        """The amount as it would be paid: half-even to the currency's minor unit."""
        unit = Decimal(1).scaleb(-self.minor_digits)
        with localcontext(prec=MAX_PREC):
            return Money(self.amount.quantize(unit, rounding=ROUND_HALF_EVEN), self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"cannot combine {self.currency} with {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __str__(self) -> str:
        return f"{self.rounded().amount} {self.currency}"
