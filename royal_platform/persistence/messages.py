"""One store's messages: the outbox, what was sent, and who gets no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from core.errors import NotFound
from royal_platform.commerce.decisions.fulfilment import MAIL_FLOW as SUPPLIER_ORDERS
from royal_platform.commerce.decisions.purchase_mail import FLOW as PURCHASE_ORDERS
from royal_platform.commerce.messages.model import Cause, Rendered, State
from royal_platform.commerce.messages.rules import address_digest
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.messages import messages, suppressions

# What reached the customer, or may have.
_OUT = (State.SENT.value, State.HANDING_OVER.value)
# A dead mailbox weighs more than a wish, a complaint more than an unsubscription.
_WEIGHT = (Cause.BOUNCED.value, Cause.COMPLAINED.value, Cause.UNSUBSCRIBED.value)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message's row; ``content`` and ``address`` are None once the person was erased."""

    id: str
    decision_id: str
    customer_id: str | None
    flow: str
    step: str
    purpose: str
    template: str
    carrier: str
    state: State
    address: str | None
    content: Rendered | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that gets no more mail, by its digest; ``source`` is who said so."""

    digest: str
    customer_id: str | None
    cause: Cause
    source: str
    at: datetime


class Messages:
    """The messages of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def compose(self, connection: Connection, message: StoredMessage) -> bool:
        """Keep a message that is about to be sent; True when it is its decision's to send.

        One that waits is replaced, and one that came back under another decision; none is doubled.
        """
        content = message.content or Rendered("", "", "")
        values = {
            "store_id": self.store_id, "id": message.id, "decision_id": message.decision_id,
            "customer_id": message.customer_id, "flow": message.flow, "step": message.step,
            "purpose": message.purpose, "template": message.template, "carrier": message.carrier,
            "state": State.COMPOSED.value, "address": message.address, "subject": content.subject,
            "html": content.html, "text": content.text, "created_at": message.created_at,
            "sent_at": None,
        }  # fmt: skip
        if insert_if_absent(connection, messages, values):
            return True
        again = {name: value for name, value in values.items() if name not in {"store_id", "id"}}
        came_back = and_(
            messages.c.state == State.BOUNCED.value, messages.c.decision_id != message.decision_id
        )
        kept = connection.execute(
            self._of(message.id)
            .where(or_(messages.c.state == State.COMPOSED.value, came_back))
            .values(**again)
        )
        return kept.rowcount > 0

    def move(
        self, connection: Connection, message_id: str, *, seen: State, to: State, at: datetime,
        decision_id: str | None = None,
    ) -> bool:  # fmt: skip
        """Move it on if it still stands where it was seen; ``at`` is kept when it was sent.

        ``decision_id``: only while it is that decision's to send.
        """
        statement = self._of(message_id).where(messages.c.state == seen.value)
        if decision_id is not None:
            statement = statement.where(messages.c.decision_id == decision_id)
        sent_at = at if to in {State.SENT, State.HANDING_OVER} else None
        moved = connection.execute(statement.values(state=to.value, sent_at=sent_at))
        return moved.rowcount > 0

    def get(self, connection: Connection, message_id: str) -> StoredMessage:
        """One message. Raises ``NotFound``."""
        found = self.find(connection, message_id)
        if found is None:
            raise NotFound(
                f"There is no message {message_id!r}.", remedy="Read the list of messages."
            )
        return found

    def find(self, connection: Connection, message_id: str) -> StoredMessage | None:
        """One message, or None."""
        row = connection.execute(self._select().where(messages.c.id == message_id)).one_or_none()
        return None if row is None else _message(row)

    def of_steps(
        self, connection: Connection, flow: str, steps: Sequence[str]
    ) -> dict[str, list[StoredMessage]]:
        """What went out, or may have, in these steps of a flow, the oldest first."""
        query = self._select().where(
            messages.c.flow == flow,
            messages.c.step.in_(steps),
            messages.c.state != State.COMPOSED.value,
        )
        found: dict[str, list[StoredMessage]] = {}
        for row in connection.execute(query.order_by(messages.c.created_at, messages.c.id)):
            found.setdefault(row.step, []).append(_message(row))
        return found

    def step_answered(
        self, connection: Connection, flow: str, internet_ids: Iterable[str]
    ) -> str | None:
        """The step of a flow whose message has one of these Message-IDs; the first known."""
        # The part before the @ is the message's own id, whatever the sender's domain was then.
        ids = [each.partition("@")[0] for each in internet_ids]
        query = self._select().where(messages.c.flow == flow, messages.c.id.in_(ids))
        steps = {row.id: str(row.step) for row in connection.execute(query)}
        return next((steps[each] for each in ids if each in steps), None)

    def page(
        self,
        connection: Connection,
        *,
        flow: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[StoredMessage]:
        """A page, newest first."""
        order = Order("newest", messages.c.created_at, messages.c.id, True)
        query = self._select()
        count = select(func.count()).where(messages.c.store_id == self.store_id)
        if flow is not None:
            query, count = (
                query.where(messages.c.flow == flow),
                count.where(messages.c.flow == flow),
            )
        rows = [_message(row) for row in connection.execute(order.apply(query, cursor, limit))]
        total = int(connection.execute(count).scalar_one())
        return page(rows, limit, total, order, lambda item: (item.created_at, item.id))

    def exists(self, connection: Connection, message_id: str, decision_id: str | None) -> bool:
        """Whether another decision sent this message, or may have."""
        query = select(messages.c.id).where(
            messages.c.store_id == self.store_id, messages.c.id == message_id,
            messages.c.state.in_(_OUT), messages.c.decision_id != (decision_id or ""),
        )  # fmt: skip
        return connection.execute(query).first() is not None

    def sent_to(
        self, connection: Connection, customer_id: str, purpose: str, since: datetime
    ) -> int:
        """How many messages of this purpose reached the customer after ``since``."""
        return self._count(
            connection, messages.c.customer_id == customer_id, messages.c.purpose == purpose,
            messages.c.sent_at > since,
        )  # fmt: skip

    def sent_since(self, connection: Connection, since: datetime) -> int:
        """How many messages went out to customers since."""
        return self._count(
            connection, messages.c.sent_at >= since,
            messages.c.flow.not_in((PURCHASE_ORDERS, SUPPLIER_ORDERS)),
        )  # fmt: skip

    def sent_by_step(self, connection: Connection) -> dict[tuple[str, str], int]:
        """How many messages went out, by flow and step; a flow's step is named before the ``/``."""
        query = select(messages.c.flow, messages.c.step).where(
            messages.c.store_id == self.store_id, messages.c.state.in_(_OUT)
        )
        rows = connection.execute(query)
        return dict(Counter((row.flow, row.step.partition("/")[0]) for row in rows))

    def suppress(
        self,
        connection: Connection,
        address: str,
        cause: Cause,
        *,
        source: str,
        now: datetime,
        customer_id: str | None = None,
    ) -> bool:
        """Send nothing more to ``address``; True when that is news."""
        digest = address_digest(address)
        values = {
            "store_id": self.store_id, "address_digest": digest, "customer_id": customer_id,
            "cause": cause.value, "source": source, "at": now,
        }  # fmt: skip
        if insert_if_absent(connection, suppressions, values):
            return True
        lighter = _WEIGHT[_WEIGHT.index(cause.value) + 1 :]
        changed = connection.execute(
            update(suppressions)
            .where(suppressions.c.store_id == self.store_id)
            .where(suppressions.c.address_digest == digest, suppressions.c.cause.in_(lighter))
            .values(cause=cause.value, source=source, at=now)
        )
        return changed.rowcount > 0

    def lift(self, connection: Connection, digest: str) -> Cause | None:
        """Take an address off the list; why it was on it, None when it was not."""
        mine = (suppressions.c.store_id == self.store_id, suppressions.c.address_digest == digest)
        cause = connection.execute(select(suppressions.c.cause).where(*mine)).scalar()
        connection.execute(delete(suppressions).where(*mine))
        return None if cause is None else Cause(cause)

    def suppressed_page(
        self, connection: Connection, cursor: str | None, limit: int
    ) -> Page[Suppression]:
        """Addresses that get no more mail, the newest first; the address itself is not known."""
        order = Order("newest", suppressions.c.at, suppressions.c.address_digest, True)
        mine = suppressions.c.store_id == self.store_id
        query = order.apply(select(suppressions).where(mine), cursor, limit)
        rows = [
            Suppression(row.address_digest, row.customer_id, Cause(row.cause), row.source, row.at)
            for row in connection.execute(query)
        ]
        count = select(func.count()).select_from(suppressions).where(mine)
        total = int(connection.execute(count).scalar_one())
        return page(rows, limit, total, order, lambda item: (item.at, item.digest))

    def suppressed(
        self, connection: Connection, customer_id: str, address: str | None = None
    ) -> Cause | None:
        """Why this customer, or this address, gets no more mail; None when it may."""
        mine = suppressions.c.customer_id == customer_id
        if address is not None:
            mine = or_(mine, suppressions.c.address_digest == address_digest(address))
        query = select(suppressions.c.cause).where(suppressions.c.store_id == self.store_id, mine)
        causes = set(connection.execute(query).scalars())
        return next((Cause(cause) for cause in _WEIGHT if cause in causes), None)

    def erase(self, connection: Connection, customer_id: str | None) -> int:
        """Forget what was said to one person, or to everybody; that mail was sent stays known."""
        statement = update(messages).where(
            messages.c.store_id == self.store_id, messages.c.address.is_not(None)
        )
        if customer_id is not None:
            statement = statement.where(messages.c.customer_id == customer_id)
        gone = connection.execute(
            statement.values(address=None, subject=None, html=None, text=None, customer_id=None)
        )
        if customer_id is not None:
            connection.execute(
                update(suppressions)
                .where(suppressions.c.store_id == self.store_id)
                .where(suppressions.c.customer_id == customer_id)
                .values(customer_id=None)
            )
        return gone.rowcount

    def _count(self, connection: Connection, *which: Any) -> int:
        query = select(func.count()).where(
            messages.c.store_id == self.store_id, messages.c.state.in_(_OUT), *which
        )
        return int(connection.execute(query).scalar_one())

    def _select(self) -> Any:
        return select(messages).where(messages.c.store_id == self.store_id)

    def _of(self, message_id: str) -> Any:
        return update(messages).where(
            messages.c.store_id == self.store_id, messages.c.id == message_id
        )


def _message(row: Any) -> StoredMessage:
    content = None if row.html is None else Rendered(row.subject, row.html, row.text)
    return StoredMessage(
        id=row.id,
        decision_id=row.decision_id,
        customer_id=row.customer_id,
        flow=row.flow,
        step=row.step,
        purpose=row.purpose,
        template=row.template,
        carrier=row.carrier,
        state=State(row.state),
        address=row.address,
        content=content,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )
