"""What goes wrong with a supplier's order, judged by its promise: stuck, late, lost, partial."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from royal_platform.commerce.fulfilment.model import Snag, Trouble
from royal_platform.commerce.suppliers.model import GONE, UNANSWERED, SupplierOrder

# An order that has not left when so much of the promised time is over will hardly be in time.
_STUCK_AFTER = 0.6
# A parcel that is so long overdue is taken for lost.
LOST_AFTER = timedelta(days=7)
_NO_PROMISE = timedelta(days=14)
# A supplier that was written to and is silent for so long is asked to cancel.
_ANSWERS_WITHIN = timedelta(days=3)


def snags(order: SupplierOrder, placed_at: datetime, now: datetime) -> Iterator[Snag]:
    """The troubles of one supplier's order as of ``now``, the gravest first; each once."""
    reference = order.reference
    if order.status in GONE:
        yield Snag(
            Trouble.REFUSED, now, f"The supplier says: {order.status}.", "reroute", reference
        )
        return
    if order.status == "delivered":
        return
    if order.status == "partial" or any(line.gone for line in order.lines or ()):
        yield _partial(order, now)
    if order.status == "stopped":
        # Cancelled there first: mended later, it would be sent besides the new one.
        reason = "The supplier stopped it and waits for somebody to mend it there."
        yield Snag(Trouble.STUCK, now, reason, "cancel_and_reroute", reference)
        return
    if order.status in UNANSWERED or order.status == "cancel_asked":
        yield from _unanswered(order, placed_at, now)
        return
    promised = order.promised_at or placed_at + _NO_PROMISE
    if order.status == "partial":
        # Never cancelled there and ordered anew as a whole: a part of it may be on its way.
        if now >= promised:
            reason = f"Promised for {promised:%Y-%m-%d}, and not all of it has arrived."
            yield Snag(Trouble.LATE, promised, reason, "tell_customer", reference)
        return
    if order.status == "shipped":
        yield from _on_its_way(promised, now, reference)
        return
    yield from _not_left(promised, placed_at, now, reference)


def _not_left(
    promised: datetime, placed_at: datetime, now: datetime, reference: str
) -> Iterator[Snag]:
    stuck_at = placed_at + (promised - placed_at) * _STUCK_AFTER
    if now >= promised:
        reason = f"Promised for {promised:%Y-%m-%d}, and it has not left the supplier."
        yield Snag(Trouble.LATE, promised, reason, "cancel_and_reroute", reference)
    elif now >= stuck_at:
        days = (now - placed_at) / timedelta(days=1)
        reason = f"{days:.1f} days after it was placed it has not left the supplier."
        yield Snag(Trouble.STUCK, stuck_at, reason, "cancel_and_reroute", reference)


def _unanswered(order: SupplierOrder, placed_at: datetime, now: datetime) -> Iterator[Snag]:
    """Never cancelled and ordered anew by itself: only the supplier knows what it does."""
    reference = order.reference
    if order.status == "in_doubt":
        reason = "Nobody can say whether the supplier got the mail; it is not sent again."
        yield Snag(Trouble.STUCK, placed_at, reason, "enter_answer", reference)
    elif order.status == "cancel_asked":
        reason = "The supplier was asked to cancel it and has not answered."
        yield Snag(Trouble.STUCK, placed_at, reason, "enter_answer", reference)
    elif now >= placed_at + _ANSWERS_WITHIN:
        days = (now - placed_at) / timedelta(days=1)
        reason = f"{days:.1f} days after it was mailed the supplier has not answered."
        yield Snag(
            Trouble.STUCK, placed_at + _ANSWERS_WITHIN, reason, "cancel_and_reroute", reference
        )


def _on_its_way(promised: datetime, now: datetime, reference: str) -> Iterator[Snag]:
    if now >= promised + LOST_AFTER:
        days = (now - promised) / timedelta(days=1)
        reason = f"On its way and {days:.0f} days overdue: it is taken for lost."
        yield Snag(Trouble.LOST, promised + LOST_AFTER, reason, "send_again", reference)
    elif now >= promised:
        reason = f"On its way, promised for {promised:%Y-%m-%d}."
        yield Snag(Trouble.LATE, promised, reason, "tell_customer", reference)


def _partial(order: SupplierOrder, now: datetime) -> Snag:
    """What can be done about the rest depends on what the supplier says of it."""
    if order.lines is None:
        reason = "The supplier sends only a part of it, and does not say which."
        return Snag(Trouble.PARTIAL, now, reason, "ask_supplier", order.reference)
    shipped = sum(line.shipped for line in order.lines)
    gone = sum(line.gone for line in order.lines)
    if not gone:
        reason = f"{shipped} units have left the supplier; the rest is still promised."
        return Snag(Trouble.PARTIAL, now, reason, "await_rest", order.reference)
    reason = f"{shipped} units have left the supplier; {gone} will not come."
    return Snag(Trouble.PARTIAL, now, reason, "reroute_rest", order.reference)
