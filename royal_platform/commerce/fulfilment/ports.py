"""What fulfilling needs of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from royal_platform.commerce.fulfilment.model import (
    Judgeable,
    OrderState,
    Shipment,
    ShippingAddress,
)


class OrderReader(Protocol):
    """The live store, asked about orders."""

    async def judgeable(self, order_ids: Sequence[str]) -> Sequence[Judgeable]:
        """Facts and outcomes of these orders; those it no longer has are left out."""
        ...

    async def order_state(self, order_id: str) -> OrderState | None:
        """How one order stands; None when the store does not have it."""
        ...


class OrderWriter(Protocol):
    """The live store, told about orders. Given to execution only."""

    async def hold(self, order_id: str, note: str, idempotency_key: str) -> None:
        """Let nothing of it leave; holding twice holds once."""
        ...

    async def release(self, order_id: str, idempotency_key: str) -> None:
        """Take our hold away; others' holds stay."""
        ...

    async def cancel(self, order_id: str, reason: str, note: str, idempotency_key: str) -> None:
        """Cancel it, give the money back and take the goods back on the shelf."""
        ...

    async def readdress(
        self, order_id: str, address: ShippingAddress, idempotency_key: str
    ) -> None:
        """Let it go to ``address``; the same again changes nothing."""
        ...

    async def ship(self, order_id: str, shipment: Shipment, idempotency_key: str) -> None:
        """Book a parcel with its number; one with the number of another changes nothing."""
        ...
