"""What forecasting needs to know from outside."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class StockDay(Protocol):
    """Units available over all locations at the end of one store-local day."""

    @property
    def variant_id(self) -> str:
        """Whose stock."""
        ...

    @property
    def day(self) -> date:
        """The day that ended."""
        ...

    @property
    def available(self) -> int:
        """Units left for sale; may be negative when oversold."""
        ...
