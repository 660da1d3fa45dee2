"""Mail is handed over to its carrier once, whatever crashes.

A carrier keeps no promise of once. So the row says ``handing_over`` right before the one step that
cannot be taken back; a crash there leaves a message of which nobody can say whether it arrived, and
it is never sent again.
"""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.core.books import Books, Ground, writing
from royal_platform.commerce.messages.model import Cause, Envelope, State
from royal_platform.commerce.messages.ports import Mailer
from royal_platform.messaging.errors import MailRejected, MailUnavailable
from royal_platform.persistence.messages import Messages, StoredMessage


def nothing_else(_books: Books, _message: StoredMessage) -> None:
    """Nothing is kept besides."""


class HandingOver:
    """One message on its way to the carrier; ``sent`` keeps more in the commit that says so."""

    def __init__(
        self, ground: Ground, mailer: Mailer, message: StoredMessage,
        sent: Callable[[Books, StoredMessage], None] = nothing_else,
    ) -> None:  # fmt: skip
        self._ground, self._mailer = ground, mailer
        self._message, self._sent = message, sent

    async def give(self, envelope: Envelope) -> None:
        """Keep the message, then give it to the carrier; where it stands is said at each step.

        Raises ``MailUnavailable``, and ``MailRejected`` when the carrier refuses it for good or the
        message is out already.
        """
        with writing(self._ground) as books:
            if not Messages(books.store_id).compose(books.connection, self._message):
                raise _not_ours()
        try:
            await self._mailer.send(envelope, self._begin)
        except MailUnavailable as error:
            if not error.maybe_taken:
                self._move(State.HANDING_OVER, State.COMPOSED)
            raise
        except MailRejected as error:
            self._move(State.HANDING_OVER, State.COMPOSED)
            if error.bounced:
                self._bounced()
            raise
        self._done()

    def _begin(self) -> None:
        if not self._move(State.COMPOSED, State.HANDING_OVER):
            raise _not_ours()

    def _done(self) -> None:
        with writing(self._ground) as books:
            # An outbox of our own has no moment of doubt.
            moved = [
                self._moved(books, seen, State.SENT)
                for seen in (State.HANDING_OVER, State.COMPOSED)
            ]
            if any(moved):
                self._sent(books, self._message)

    def _bounced(self) -> None:
        with writing(self._ground) as books:
            self._moved(books, State.COMPOSED, State.BOUNCED)
            suppress(books, self._message, Cause.BOUNCED, source=self._message.carrier)

    def _move(self, seen: State, to: State) -> bool:
        with writing(self._ground) as books:
            return self._moved(books, seen, to)

    def _moved(self, books: Books, seen: State, to: State) -> bool:
        return Messages(books.store_id).move(
            books.connection, self._message.id, seen=seen, to=to, at=books.now,
            decision_id=self._message.decision_id,
        )  # fmt: skip


def _not_ours() -> MailRejected:
    return MailRejected(
        "The message is out already, came back, or another decision sends it.",
        remedy="See where it stands in the outbox.",
    )


def suppress(books: Books, message: StoredMessage, cause: Cause, *, source: str) -> bool:
    """Send nothing more to a message's address; told when it is news."""
    if message.address is None:
        return False
    is_news = Messages(books.store_id).suppress(
        books.connection, message.address, cause, source=source, now=books.now,
        customer_id=message.customer_id,
    )  # fmt: skip
    if is_news:
        books.tell(
            "message.suppressed", message.id, source,
            {"cause": cause.value, "customer_id": message.customer_id},
        )  # fmt: skip
    return is_news
