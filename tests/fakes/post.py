"""People, checkouts and a carrier in memory, behind the ports of messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from orchestrator.core.messaging import Post
from royal_platform.commerce.messages.model import Checkout, Consent, Envelope, Recipient
from royal_platform.messaging.composing import TemplateComposer
from royal_platform.messaging.errors import MailRejected, MailUnavailable
from royal_platform.messaging.unsubscribing import Links

LINKS = Links("https://gate.test", b"k" * 32)


@dataclass
class Mailbox:
    """A carrier; ``refuse`` bounces, ``silent`` takes the mail and says nothing, ``busy`` waits."""

    carrier: str = "outbox"
    taken: list[Envelope] = field(default_factory=list)
    refuse: bool = False
    busy: int = 0
    silent: bool = False
    crash: Callable[[], None] | None = None

    async def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        if self.refuse:
            raise MailRejected("No such mailbox.", remedy="-", bounced=True)
        if self.busy:
            self.busy -= 1
            raise MailUnavailable("Busy.")
        handing_over()
        self.taken.append(envelope)
        if self.crash is not None:
            self.crash()
        if self.silent:
            raise MailUnavailable("Silent.", maybe_taken=True)


@dataclass
class People:
    """A store's customers and checkouts."""

    known: dict[str, Recipient] = field(default_factory=dict)
    checkouts: dict[str, Checkout] = field(default_factory=dict)

    def add(self, customer_id: str, **changes: object) -> Recipient:
        plain = Recipient(
            customer_id, "Ann", f"{customer_id}@ann.test", Consent.SUBSCRIBED, "en", "DE"
        )
        self.known[customer_id] = replace(plain, **changes)  # type: ignore[arg-type]
        return self.known[customer_id]

    async def recipient(self, customer_id: str) -> Recipient | None:
        return self.known.get(customer_id)

    async def checkout(self, checkout_id: str) -> Checkout | None:
        return self.checkouts.get(checkout_id)


def post(people: People, mailbox: Mailbox) -> Post:
    return Post(people, TemplateComposer(), mailbox, LINKS, "The shop <shop@test.example>")
