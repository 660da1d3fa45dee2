"""What flows need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from royal_platform.commerce.marketing.model import CodeWish, Discount, Signal


class Signals(Protocol):
    """What our copy of the store knows of customers."""

    def customers_created(self, since: datetime) -> Sequence[Signal]:
        """Customers who are new since, the oldest first."""
        ...

    def checkouts_abandoned(self, since: datetime) -> Sequence[Signal]:
        """Checkouts begun since by known customers and not finished; the oldest first."""
        ...

    def orders_placed(self, since: datetime) -> Sequence[Signal]:
        """Orders placed since by known customers, the oldest first."""
        ...

    def orders_expected(self, since: datetime) -> Sequence[Signal]:
        """Orders placed since by customers whose next one is expected on a day to come."""
        ...

    def back_in_stock(self, since: datetime) -> Sequence[Signal]:
        """Wishes to be told, whose goods came in again since."""
        ...

    def prices_dropped(self, since: datetime) -> Sequence[Signal]:
        """Customers who had in an order, or in a checkout they left, what costs less since."""
        ...

    def known_customers(self) -> Sequence[str]:
        """Every customer, by id."""
        ...


class DiscountReader(Protocol):
    """The live store, asked about one code."""

    async def discount(self, code: str) -> Discount | None:
        """The code now; None when the store has none like it."""
        ...


class DiscountWriter(Protocol):
    """The live store, told to make or end a code. Given to execution only."""

    async def create(self, wish: CodeWish, idempotency_key: str) -> None:
        """Make the code, unless it is there."""
        ...

    async def end(self, code: str, idempotency_key: str) -> None:
        """End the code; one that has ended already stays as it is."""
        ...
