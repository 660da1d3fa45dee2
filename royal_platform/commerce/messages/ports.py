"""What sending a message needs from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from royal_platform.commerce.messages.model import (
    Checkout,
    Context,
    Envelope,
    Recipient,
    Rendered,
)


class RecipientReader(Protocol):
    """Whom a message is for, asked of the live store when it is sent."""

    async def recipient(self, customer_id: str) -> Recipient | None:
        """The person now; None when the store knows no such customer (any more)."""
        ...

    async def checkout(self, checkout_id: str) -> Checkout | None:
        """An abandoned checkout now; None when the store has it no longer."""
        ...


class Composer(Protocol):
    """Makes a message's words from a template."""

    def compose(
        self,
        template: str,
        language: str | None,
        context: Context,
        unsubscribe_url: str | None = None,
    ) -> Rendered:
        """The message in ``language``, or in English; ``Invalid`` names what is missing."""
        ...


class Mailer(Protocol):
    """Carries mail out."""

    @property
    def carrier(self) -> str:
        """``outbox`` (kept here), ``smtp`` or ``sendgrid``."""
        ...

    async def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Send it; ``handing_over`` is called right before it can no longer be taken back.

        Raises ``Unavailable`` (later may work; nothing was taken unless ``maybe_taken`` says so)
        and ``Invalid`` when the address or the message was refused for good.
        """
        ...
