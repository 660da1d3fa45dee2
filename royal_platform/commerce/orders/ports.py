"""What commerce needs to know about past sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from royal_platform.commerce.orders.model import VariantDay


class SalesReader(Protocol):
    """Synced sales, aggregated by variant and store-local day."""

    def variant_days(self, since: date, until: date) -> Sequence[VariantDay]:
        """Days with sales or returns, both ends included, in any order."""
        ...

    def history_from(self) -> date | None:
        """The first day with a visible order; None before the first one."""
        ...
