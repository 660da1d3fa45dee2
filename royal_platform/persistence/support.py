"""One store's threads with customers: messages, files, and drafts of answers."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from core.errors import NotFound
from core.events.tables import events
from royal_platform.commerce.support.model import (
    Attachment,
    Direction,
    Draft,
    Escalation,
    Proof,
    Thread,
    ThreadMessage,
    ThreadStatus,
    Triage,
    Vouching,
)
from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.support_rows import (
    draft_columns,
    message_columns,
    read_attachment,
    read_draft,
    read_message,
    read_thread,
    thread_columns,
)
from royal_platform.persistence.tables.suppliers import supplier_orders
from royal_platform.persistence.tables.support import (
    support_attachments,
    support_drafts,
    support_messages,
    support_threads,
)

_THREADS = support_threads.c
_MESSAGES = support_messages.c
_ERASED = {
    "author": None, "address": None, "subject": None, "text": None, "quoted": None, "html": None,
    "internet_id": None,
}  # fmt: skip


class Threads:
    """The threads of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    # -- reading

    def get(self, connection: Connection, thread_id: str) -> Thread:
        """One thread. Raises ``NotFound``."""
        found = self.find(connection, thread_id)
        if found is None:
            raise NotFound(f"There is no thread {thread_id!r}.", remedy="Read the list of threads.")
        return found

    def find(self, connection: Connection, thread_id: str) -> Thread | None:
        """One thread, or None."""
        row = connection.execute(self._select().where(_THREADS.id == thread_id)).one_or_none()
        return None if row is None else read_thread(row)

    def page(
        self,
        connection: Connection,
        *,
        status: ThreadStatus | None = None,
        customer_id: str | None = None,
        understood: Mapping[str, str] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Thread]:
        """A page, newest message first.

        ``understood`` asks for what the newest message was taken to mean: a value for ``intent``,
        ``sentiment`` or ``urgency``.
        """
        order = Order("newest", _THREADS.last_message_at, _THREADS.id, True)
        which = [_THREADS.store_id == self.store_id]
        if status is not None:
            which.append(_THREADS.status == status.value)
        if customer_id is not None:
            which.append(_THREADS.customer_id == customer_id)
        which += [
            _THREADS.triage[name].as_string() == value for name, value in (understood or {}).items()
        ]
        query = select(support_threads).where(*which)
        rows = [read_thread(row) for row in connection.execute(order.apply(query, cursor, limit))]
        counted = connection.execute(select(func.count()).where(*which)).scalar_one()
        return page(rows, limit, int(counted), order, lambda item: (item.last_message_at, item.id))

    def undrafted(self, connection: Connection, limit: int) -> Page[Thread]:
        """Open threads whose newest message from outside has no draft, longest waiting first."""
        said, drafted = support_messages.c, support_drafts.c
        newest = (
            select(said.id)
            .where(said.store_id == _THREADS.store_id, said.thread_id == _THREADS.id)
            .where(said.direction == Direction.INBOUND.value)
            .order_by(said.sent_at.desc(), said.id.desc())
            .limit(1)
            .correlate(support_threads)
            .scalar_subquery()
        )
        answered = (
            select(drafted.id)
            .where(drafted.store_id == _THREADS.store_id, drafted.thread_id == _THREADS.id)
            .where(drafted.answers == newest)
            .correlate(support_threads)
            .exists()
        )
        which = [
            _THREADS.store_id == self.store_id, _THREADS.status == ThreadStatus.OPEN.value,
            newest.is_not(None), ~answered,
        ]  # fmt: skip
        order = Order("oldest", _THREADS.last_message_at, _THREADS.id, False)
        query = select(support_threads).where(*which)
        rows = [read_thread(row) for row in connection.execute(order.apply(query, None, limit))]
        counted = connection.execute(select(func.count()).where(*which)).scalar_one()
        return page(rows, limit, int(counted), order, lambda item: (item.last_message_at, item.id))

    def counts(self, connection: Connection) -> dict[ThreadStatus, int]:
        """How many threads stand where."""
        query = select(_THREADS.status, func.count()).where(_THREADS.store_id == self.store_id)
        found = {row[0]: row[1] for row in connection.execute(query.group_by(_THREADS.status))}
        return {status: found.get(status.value, 0) for status in ThreadStatus}

    def messages(self, connection: Connection, thread_id: str) -> list[ThreadMessage]:
        """A thread's messages with their files, oldest first."""
        query = self._messages().where(_MESSAGES.thread_id == thread_id)
        rows = connection.execute(query.order_by(_MESSAGES.sent_at, _MESSAGES.id)).all()
        files = self._files(connection, [row.id for row in rows])
        return [read_message(row, files[row.id]) for row in rows]

    def message(self, connection: Connection, message_id: str) -> ThreadMessage | None:
        """One message with its files, or None."""
        row = connection.execute(self._messages().where(_MESSAGES.id == message_id)).one_or_none()
        if row is None:
            return None
        return read_message(row, self._files(connection, [row.id])[row.id])

    def has_news(self, connection: Connection, told: Sequence[str], after: int) -> bool:
        """Whether an event of a type in ``told`` with ``seq > after`` is about an open thread.

        By the log's order, since two moments may be the same one.
        """
        mine = (events.c.store_id == self.store_id) & (_THREADS.store_id == self.store_id)
        query = (
            select(_THREADS.id)
            .join(events, events.c.subject == _THREADS.id)
            .where(mine, events.c.type.in_(told), events.c.seq > after)
            .where(_THREADS.status == ThreadStatus.OPEN.value)
        )
        return connection.execute(query.limit(1)).first() is not None

    def of_internet_ids(self, connection: Connection, internet_ids: Iterable[str]) -> str | None:
        """The thread that has a mail with one of these Message-IDs; the first that is known."""
        digests = [internet_digest(each) for each in internet_ids]
        query = select(_MESSAGES.internet_digest, _MESSAGES.thread_id).where(
            _MESSAGES.store_id == self.store_id, _MESSAGES.internet_digest.in_(digests)
        )
        found = {row[0]: row[1] for row in connection.execute(query)}
        return next((found[digest] for digest in digests if digest in found), None)

    def content(self, connection: Connection, attachment_id: str) -> tuple[Attachment, bytes]:
        """A file with its bytes. Raises ``NotFound`` when they were refused or erased."""
        query = select(support_attachments).where(
            support_attachments.c.store_id == self.store_id,
            support_attachments.c.id == attachment_id,
        )
        row = connection.execute(query).one_or_none()
        if row is None or row.content is None:
            raise NotFound("This file is not kept.", remedy="Ask the customer for it.")
        return read_attachment(row), bytes(row.content)

    # -- writing

    def open(self, connection: Connection, thread: Thread) -> bool:
        """Keep a new thread; False when it is kept already."""
        values = {"store_id": self.store_id, **thread_columns(thread)}
        return insert_if_absent(connection, support_threads, values)

    def add(
        self,
        connection: Connection,
        message: ThreadMessage,
        contents: Mapping[str, bytes] | None = None,
    ) -> bool:
        """Keep a message and its files; ``contents`` by a file's id. False when it is known.

        A store's clock may stand: within a thread each message is later than the one before it.
        """
        before = self._last_at(connection, message.thread_id)
        if before is not None and before >= message.sent_at:
            message = replace(message, sent_at=before + timedelta(microseconds=1))
        known = None if message.internet_id is None else internet_digest(message.internet_id)
        values = {"store_id": self.store_id, **message_columns(message, known)}
        if not insert_if_absent(connection, support_messages, values):
            return False
        for each in message.attachments:
            row = {
                "store_id": self.store_id, "message_id": message.id, **asdict(each),
                "content": (contents or {}).get(each.id),
            }  # fmt: skip
            insert_if_absent(connection, support_attachments, row)
        return True

    def change(self, connection: Connection, thread_id: str, **values: Any) -> None:
        """Set columns of a thread."""
        connection.execute(self._of(thread_id).values(**values))

    def understood(self, connection: Connection, thread_id: str, triage: Triage) -> None:
        """Keep what its newest message was understood to mean."""
        self.change(connection, thread_id, triage=jsonable(asdict(triage)))

    def vouch(self, connection: Connection, thread_id: str, vouching: Vouching) -> None:
        """Take a person's word for who wrote it: the thread is the agent's again."""
        self.change(
            connection, thread_id, status=ThreadStatus.OPEN.value, escalation=None,
            proof=Proof.VOUCHED.value, vouching=jsonable(asdict(vouching)),
        )  # fmt: skip

    def escalate(self, connection: Connection, thread_id: str, escalation: Escalation) -> None:
        """Hand a thread to a person."""
        self.change(
            connection, thread_id, status=ThreadStatus.ESCALATED.value,
            escalation=jsonable(asdict(escalation)),
        )  # fmt: skip

    # -- drafts

    def put_draft(self, connection: Connection, draft: Draft) -> None:
        """Keep a draft; one of the same id stays as it is."""
        values = {"store_id": self.store_id, **draft_columns(draft)}
        insert_if_absent(connection, support_drafts, values)

    def draft(self, connection: Connection, thread_id: str) -> Draft | None:
        """The newest draft of a thread, or None."""
        table = support_drafts.c
        query = select(support_drafts).where(
            table.store_id == self.store_id, table.thread_id == thread_id
        )
        newest = query.order_by(table.created_at.desc(), table.id.desc()).limit(1)
        row = connection.execute(newest).one_or_none()
        return None if row is None else read_draft(row)

    # -- erasure

    def about(self, connection: Connection, customer_id: str) -> list[str]:
        """The threads of one customer."""
        query = select(_THREADS.id).where(
            _THREADS.store_id == self.store_id, _THREADS.customer_id == customer_id
        )
        return list(connection.execute(query).scalars())

    def erase(
        self, connection: Connection, customer_id: str | None, order_ids: Iterable[str] = ()
    ) -> int:
        """Forget what one person wrote, or everybody; that there was a thread stays known.

        ``order_ids`` are the person's: suppliers that answer may quote the address.
        """
        mine = select(_THREADS.id).where(_THREADS.store_id == self.store_id)
        if customer_id is not None:
            placed = select(supplier_orders.c.id).where(
                supplier_orders.c.store_id == self.store_id,
                supplier_orders.c.order_id.in_(list(order_ids)),
            )
            mine = mine.where(
                or_(_THREADS.customer_id == customer_id, _THREADS.supplier_order_id.in_(placed))
            )
        said = select(_MESSAGES.id).where(
            _MESSAGES.store_id == self.store_id, _MESSAGES.thread_id.in_(mine)
        )
        for table, which in (
            (support_attachments, support_attachments.c.message_id.in_(said)),
            (support_drafts, support_drafts.c.thread_id.in_(mine)),
        ):
            connection.execute(delete(table).where(table.c.store_id == self.store_id, which))
        connection.execute(
            update(support_messages)
            .where(_MESSAGES.store_id == self.store_id, _MESSAGES.thread_id.in_(mine))
            .values(**_ERASED)
        )
        gone = connection.execute(
            update(support_threads)
            .where(_THREADS.store_id == self.store_id, _THREADS.id.in_(mine))
            .values(
                author=None, address=None, address_digest="", subject="", customer_id=None,
                triage=None, escalation=None, vouching=None,
            )
        )  # fmt: skip
        return gone.rowcount

    # -- pieces

    def _last_at(self, connection: Connection, thread_id: str) -> datetime | None:
        query = select(func.max(_MESSAGES.sent_at, type_=_MESSAGES.sent_at.type)).where(
            _MESSAGES.store_id == self.store_id, _MESSAGES.thread_id == thread_id
        )
        found: datetime | None = connection.execute(query).scalar()
        return found

    def _files(
        self, connection: Connection, message_ids: Sequence[str]
    ) -> defaultdict[str, list[Attachment]]:
        table = support_attachments.c
        columns = [column for column in table if column.name != "content"]
        query = select(*columns).where(
            table.store_id == self.store_id, table.message_id.in_(message_ids)
        )
        found: defaultdict[str, list[Attachment]] = defaultdict(list)
        for row in connection.execute(query.order_by(table.id)):
            found[row.message_id].append(read_attachment(row))
        return found

    def _select(self) -> Any:
        return select(support_threads).where(_THREADS.store_id == self.store_id)

    def _messages(self) -> Any:
        return select(support_messages).where(_MESSAGES.store_id == self.store_id)

    def _of(self, thread_id: str) -> Any:
        return update(support_threads).where(
            _THREADS.store_id == self.store_id, _THREADS.id == thread_id
        )


def internet_digest(internet_id: str) -> str:
    """A Message-ID one can recognise and not read: they often hold names."""
    return hashlib.sha256(internet_id.strip().encode()).hexdigest()
