"""The embedded default: mail stays in the local outbox, nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Callable

from royal_platform.commerce.messages.model import Envelope


class LocalOutbox:
    """Keeps mail where the command center shows it: the message's own row is the outbox."""

    carrier = "outbox"

    async def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Nothing is handed to anybody."""
