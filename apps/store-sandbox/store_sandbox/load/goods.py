"""Which codes of a transactions file are goods, and which are postage, fees and corrections.

The rule, in this order (letters compared without case):
1. a code the caller names as goods is goods; one they name as an adjustment is not;
2. one or two characters (`M`, `D`, `S`, `B`, `C2`) are bookkeeping, not goods;
3. a known service code (POST, DOT, CRUK, ...) is not goods;
4. a code that begins with `gift` or `voucher` is not goods: it is money in advance;
5. words without any digit that end in fee, charge, postage, shipping, carriage, discount,
   commission, adjustment, refund, tip are not goods;
6. everything else is goods.
"""

import re
from collections.abc import Iterable

SERVICE_CODES = frozenset({
    "POST", "POSTAGE", "DOT", "CRUK", "MANUAL", "CARRIAGE", "SHIPPING", "DELIVERY", "DISCOUNT",
    "SAMPLES", "ADJUST", "ADJUSTMENT", "AMAZONFEE", "BANK CHARGES", "FEE", "TIP", "ROUNDING",
})  # fmt: skip
_ENDINGS = re.compile(
    r"(fees?|charges?|postage|shipping|carriage|discounts?|commission|adjustments?|refunds?|tips?)$",
    re.IGNORECASE,
)


def normal_code(code: str) -> str:
    """A code as the store keeps it: capitals, single blanks."""
    return " ".join(code.upper().split())


class GoodsRule:
    """The rule above with a caller's own exceptions."""

    def __init__(self, adjustments: Iterable[str] = (), goods: Iterable[str] = ()) -> None:
        self._adjustments = {normal_code(code) for code in adjustments}
        self._goods = {normal_code(code) for code in goods}
        self._known: dict[str, bool] = {}

    def is_goods(self, code: str) -> bool:
        """Whether lines of this (normal) code sell a product."""
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = self._decide(code)
        return known

    def _decide(self, code: str) -> bool:
        if code in self._goods:
            return True
        if code in self._adjustments or code in SERVICE_CODES or len(code) <= 2:
            return False
        if code.startswith(("GIFT", "VOUCHER")):
            return False
        return any(letter.isdigit() for letter in code) or not _ENDINGS.search(code)
