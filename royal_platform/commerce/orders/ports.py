"""What commerce needs to know about past sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from royal_platform.commerce.orders.model import (
    Offered,
    OrderMoney,
    OrderParcels,
    PaidBack,
    Replaceable,
    VariantDay,
)


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
        self,
        order: OrderMoney,
        amount: Decimal,
        note: str,
        idempotency_key: str,
        back: PaidBack | None = None,
    ) -> None:
        """Give ``amount`` back to the payment it came from; the same key again gives nothing.

        ``back`` says what it is for, None where it is for no goods in particular.
        """
        ...


class ReturnReader(Protocol):
    """The live store, asked what of an order may come back."""

    async def order_parcels(self, order_id: str) -> OrderParcels | None:
        """What was sent and is not on its way back; None when the store has no such order."""
        ...

    async def offered(self, variant_id: str) -> Offered | None:
        """What may go out for it, as it is sold now; None when it is not sold any more."""
        ...


class ReturnWriter(Protocol):
    """The live store, told that goods come back. Given to execution only."""

    async def open_return(
        self,
        order_id: str,
        lines: Mapping[str, int],
        reason: str,
        note: str,
        exchanged: Mapping[str, int] | None = None,
    ) -> None:
        """Expect these units, by order line. The note is how the return is found again.

        ``exchanged``: units by variant that go out for them once they are back.
        """
        ...

    async def cancel_return(self, return_id: str) -> None:
        """Expect nothing any more; twice changes nothing."""
        ...


class ReplacementReader(Protocol):
    """The live store, asked what of an order may be sent again."""

    async def replaceable(self, order_id: str) -> Replaceable | None:
        """What left and was not paid back; None when the store has no such order."""
        ...


class ReplacementWriter(Protocol):
    """The live store, told to send lost goods again. Given to execution only."""

    async def send_again(
        self, order_id: str, lines: Mapping[str, int], note: str, mark: str
    ) -> None:
        """Order these units again for nothing, to the same address, unless ``mark`` is there."""
        ...
