"""What commerce needs to know about past sales."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from royal_platform.commerce.orders.model import OrderMoney, VariantDay


class SalesReader(Protocol):
    """Synced sales, aggregated by variant and store-local day."""

    def variant_days(self, since: date, until: date) -> Sequence[VariantDay]:
        """Days with sales or returns, both ends included, in any order."""
        ...

    def history_from(self) -> date | None:
        """The first day with a visible order; None before the first one."""
        ...


class RefundReader(Protocol):
    """The live store, asked about one order's money."""

    async def order_money(self, order_id: str) -> OrderMoney | None:
        """What was paid and given back; None when the store does not have the order."""
        ...


class RefundWriter(Protocol):
    """The live store, told to give money back. Given to execution only."""

    async def refund(
        self, order: OrderMoney, amount: Decimal, note: str, idempotency_key: str
    ) -> None:
        """Give ``amount`` back to the payment it came from; the same key again gives nothing."""
        ...
