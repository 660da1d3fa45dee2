"""Addresses that get no more mail: put down when a carrier reports it, lifted by a person."""

from __future__ import annotations

from core.errors import NotFound
from core.events import read_after
from orchestrator.core.books import Actor, Books, Ground, actor_name, writing
from orchestrator.core.handing_over import suppress
from orchestrator.core.supplier_answers import note_bounce
from royal_platform.commerce.messages.model import Cause, State
from royal_platform.messaging.reports import Report
from royal_platform.persistence.messages import Messages

_REPORTED = "message.reported"
# More than a carrier says of one message.
_REPORTS = 1_000


def take_report(ground: Ground, report: Report, *, source: str) -> bool:
    """Put down what is reported of a message of ours; True when that is news."""
    with writing(ground) as books:
        return put_down(books, report, source=source)


def put_down(books: Books, report: Report, *, source: str) -> bool:
    """The same within a transaction.

    A report about another address than the message's is somebody else's word. One that is sent
    again must not undo what a person decided after the first.
    """
    store = Messages(books.store_id)
    message = store.find(books.connection, report.message_id)
    if message is None or message.address is None:
        return False
    if report.addresses and message.address.lower() not in report.addresses:
        return False
    if report.event_id is not None and not _is_first(books, report, report.event_id, source):
        return False
    if report.cause is Cause.BOUNCED:
        store.move(books.connection, message.id, seen=State.SENT, to=State.BOUNCED, at=books.now)
        note_bounce(books, message)
    return suppress(books, message, report.cause, source=source)


def _is_first(books: Books, report: Report, event_id: str, source: str) -> bool:
    """Whether this event was never taken before; it is remembered with this transaction."""
    taken = read_after(
        books.connection, books.store_id, 0, _REPORTS, type=_REPORTED, subject=report.message_id
    )
    if any(each.payload["event_id"] == event_id for each in taken):
        return False
    told = {"cause": report.cause.value, "event_id": event_id}
    books.tell(_REPORTED, report.message_id, source, told)
    return True


def lift(ground: Ground, digest: str, actor: Actor) -> None:
    """Let an address have mail again, by a person's word. Raises ``NotFound``."""
    with writing(ground) as books:
        gone = Messages(books.store_id).lift(books.connection, digest)
        if gone is None:
            raise NotFound("This address is not on the list.", remedy="Read the list again.")
        books.tell(
            "message.suppression.lifted", digest[:16], actor_name(actor), {"cause": gone.value}
        )
