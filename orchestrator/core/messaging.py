"""``message.send``: one message to one customer, in effect once, whatever crashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestrator.core.action import Facts
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.handing_over import HandingOver, suppress
from orchestrator.core.mailed_orders import word_on
from orchestrator.core.mandates import mandate_state
from royal_platform.commerce.decisions.messages import MESSAGE
from royal_platform.commerce.decisions.model import Decision, Inverse, MessageState, Proposal
from royal_platform.commerce.decisions.purchase_mail import PURCHASE_MAIL
from royal_platform.commerce.decisions.rules import mismatches
from royal_platform.commerce.decisions.support import REPLY
from royal_platform.commerce.messages.model import (
    Cause,
    Checkout,
    Context,
    Envelope,
    Purpose,
    Recipient,
    State,
)
from royal_platform.commerce.messages.ports import Composer, Mailer, RecipientReader
from royal_platform.messaging.errors import MailRejected
from royal_platform.messaging.unsubscribing import Links
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.zones import zones_of

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Post:
    """What sending needs: who is asked, who writes, who carries, and as whom.

    ``operators`` are the people of the house who are told of alerts and reports.
    """

    recipients: RecipientReader
    composer: Composer
    mailer: Mailer
    links: Links
    sender: str
    operators: tuple[str, ...] = ()


class MessageAction:
    """Its precondition: the message is not out, and what it hangs on still stands."""

    def __init__(self, ground: Ground, post: Post) -> None:
        self._ground = ground
        self._post = post

    async def read(self, decision: Decision) -> Facts | None:
        """Where the message stands, and the customer's consent now; None = no such customer."""
        arguments = decision.proposal.arguments
        with reading(self._ground) as books:
            found = Messages(books.store_id).find(books.connection, decision.proposal.subject.id)
        state = standing(found, decision.id)
        if state is not None:
            # Nothing more is decided by what the store says: its silence must not hide a message.
            return {"message": state}
        person = await self._post.recipients.recipient(str(arguments["customer_id"]))
        if person is None:
            return None
        checkout = await self._checkout(decision)
        return {
            "message": None,
            "consent": person.consent.value,
            "reachable": person.address is not None,
            "suppressed": self._suppressed(person),
            "checkout_open": None if checkout is None else not checkout.completed,
        }

    def broken(
        self,
        decision: Decision,
        live: Facts,
        before: Facts | None = None,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """What no longer is as it was when the message was decided."""
        if live["message"] is not None:
            return () if live["message"] == State.BOUNCED else ("message",)
        return mismatches(decision.proposal.precondition, live)

    def target(self, decision: Decision, before: Facts) -> Facts:  # noqa: ARG002
        """A message that was sent."""
        return {"message": State.SENT.value}

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Compose it anew and hand it over once."""
        arguments = decision.proposal.arguments
        person = await self._post.recipients.recipient(str(arguments["customer_id"]))
        if person is None or person.address is None:
            raise MailRejected(
                "The customer has no mail address.", remedy="Add one in the store's admin."
            )
        checkout = await self._checkout(decision)
        message = self._composed(decision, person, checkout)
        await self.hand_over(message, self._envelope(message))

    async def hand_over(self, message: StoredMessage, envelope: Envelope) -> None:
        """Keep the message, then give it to the carrier; where it stands is said at each step."""
        await HandingOver(self._ground, self._post.mailer, message, self.sent).give(envelope)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Mail is not called back."""
        return Inverse(None, None, "A message that was sent cannot be taken back: send another.")

    async def _checkout(self, decision: Decision) -> Checkout | None:
        about = decision.proposal.arguments.get("about") or {}
        if about.get("type") != "checkout":
            return None
        return await self._post.recipients.checkout(str(about["id"]))

    def _suppressed(self, person: Recipient) -> str | None:
        with reading(self._ground) as books:
            cause = Messages(books.store_id).suppressed(
                books.connection, person.customer_id, person.address
            )
        return None if cause is None else cause.value

    def _composed(
        self, decision: Decision, person: Recipient, checkout: Checkout | None
    ) -> StoredMessage:
        arguments, subject = decision.proposal.arguments, decision.proposal.subject
        with reading(self._ground) as books:
            shop, now = books.store.name or books.store.domain, books.now
        given = {"shop": shop, "customer": person.name or "", **(arguments.get("context") or {})}
        if checkout is not None:
            given["url"] = checkout.url
        if arguments["purpose"] == Purpose.MARKETING:
            given["url"] = tracked(str(given.get("url", "")), arguments)
        content = self._post.composer.compose(
            str(arguments["template"]), person.language, Context.of(given),
            self._unsubscribe_url(decision.proposal),
        )  # fmt: skip
        return StoredMessage(
            id=subject.id, decision_id=decision.id, customer_id=person.customer_id,
            flow=str(arguments["flow"]), step=str(arguments["step"]),
            purpose=str(arguments["purpose"]), template=str(arguments["template"]),
            carrier=self._post.mailer.carrier, state=State.COMPOSED, address=person.address,
            content=content, created_at=now, sent_at=None,
        )  # fmt: skip

    def _unsubscribe_url(self, proposal: Proposal) -> str | None:
        if proposal.arguments["purpose"] != Purpose.MARKETING:
            return None
        return self._post.links.to(self._ground.store_id, proposal.subject.id)

    def _envelope(self, message: StoredMessage) -> Envelope:
        if message.content is None or message.address is None:
            raise RuntimeError("a message without words was composed")
        is_marketing = message.purpose == Purpose.MARKETING
        url = self._post.links.to(self._ground.store_id, message.id) if is_marketing else None
        return Envelope(message.id, self._post.sender, message.address, message.content, url)

    def sent(self, books: Books, message: StoredMessage) -> None:
        """What else is kept in the commit that says that the message is out."""


def standing(found: StoredMessage | None, decision_id: str | None) -> str | None:
    """Where a message stands for a decision; None: it can be sent.

    One that came back under another decision is not out: a person may let the address have mail
    again.
    """
    if found is None or found.state is State.COMPOSED:
        return None
    if found.state is State.BOUNCED and found.decision_id != decision_id:
        return None
    return found.state.value


def message_state(
    books: Books, proposal: Proposal, decision_id: str | None, live: Mapping[str, Any] | None
) -> MessageState | None:
    """What the gate compares a message with; ``live`` facts replace what the proposal read."""
    if proposal.kind not in (MESSAGE, REPLY, PURCHASE_MAIL):
        return None
    arguments = proposal.arguments
    customer_id = str(arguments.get("customer_id", ""))
    store, known = Messages(books.store_id), live or proposal.precondition
    cause = store.suppressed(books.connection, customer_id)
    day = books.clock.day_start(books.clock.local_day(books.now))
    return MessageState(
        exists=store.exists(books.connection, proposal.subject.id, decision_id),
        consent=str(known.get("consent", "unknown")),
        suppressed=cause.value if cause is not None else known.get("suppressed"),
        zones=zones_of(books.connection, books.store, customer_id),
        marketing_week=store.sent_to(
            books.connection, customer_id, Purpose.MARKETING.value, books.now - _WEEK
        ),
        today=store.sent_since(books.connection, day),
        mandate=word_on(books, proposal) or mandate_state(books, proposal, decision_id),
    )


def unsubscribe(ground: Ground, message_id: str) -> datetime | None:
    """A customer wants no more marketing mail; when, or None when that person was erased."""
    with writing(ground) as books:
        message = Messages(books.store_id).find(books.connection, message_id)
        if message is None or message.address is None:
            return None
        suppress(books, message, Cause.UNSUBSCRIBED, source="customer")
        return books.now


def tracked(url: str, arguments: Mapping[str, Any]) -> str:
    """The link with the campaign it belongs to, so that visits can be told apart."""
    if not url:
        return url
    mark = "&" if "?" in url else "?"
    return (
        f"{url}{mark}utm_source=royal&utm_medium=email"
        f"&utm_campaign={arguments['flow']}&utm_content={arguments['step']}"
    )
