"""``reply.send``: one answer in a customer's thread, by the same post as every message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.errors import NotFound
from orchestrator.core.action import Facts
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.messaging import MessageAction, Post, standing
from orchestrator.core.refunding import LET_THROUGH
from royal_platform.commerce.decisions.model import Decision, Inverse, Proposal
from royal_platform.commerce.decisions.support import FLOW, REPLY
from royal_platform.commerce.messages.model import Envelope, Purpose, State
from royal_platform.commerce.messages.rules import internet_id
from royal_platform.commerce.support.model import (
    Direction,
    Thread,
    ThreadMessage,
    ThreadStatus,
)
from royal_platform.messaging.replying import SCORES, ratings_of, reply_content
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.support import Threads
from royal_platform.persistence.tables.decisions import decisions

_ANSWERS_MAX = 20


class ReplyAction(MessageAction):
    """Its precondition: the message it answers is the newest, and this reply is not out."""

    def __init__(self, ground: Ground, post: Post) -> None:
        super().__init__(ground, post)
        self._ground, self._post = ground, post

    async def read(self, decision: Decision) -> Facts | None:
        """Where the reply stands and what the customer wrote last; None = no such thread."""
        proposal = decision.proposal
        with reading(self._ground) as books:
            thread_id = str(proposal.arguments["thread_id"])
            return reply_facts(books, thread_id, proposal.subject.id, decision.id)

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Write it as mail into the thread and hand it over once."""
        with reading(self._ground) as books:
            message, envelope = self._reply(books, decision)
        await self.hand_over(message, envelope)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Mail is not called back."""
        return Inverse(None, None, "A reply that was sent cannot be taken back: send another.")

    def sent(self, books: Books, message: StoredMessage) -> None:
        """In the same commit it stands in its thread, which now waits for the customer."""
        threads = Threads(books.store_id)
        thread = threads.find(books.connection, message.step.partition("/")[0])
        if thread is None or message.content is None:
            return
        decision = books.decisions.get(books.connection, message.decision_id)
        arguments = decision.proposal.arguments
        threads.add(books.connection, self._told(books, thread, message, arguments))
        resolves = bool(arguments.get("resolves"))
        threads.change(
            books.connection, thread.id, last_message_at=books.now, escalation=None,
            status=(ThreadStatus.RESOLVED if resolves else ThreadStatus.WAITING).value,
            first_response_at=thread.clock.first_response_at or books.now,
            resolved_at=books.now if resolves else None,
        )  # fmt: skip
        books.tell(
            "support.reply.sent", thread.id, f"agent:{decision.proposal.agent_id}",
            {"thread_id": thread.id, "decision_id": decision.id, "resolves": resolves},
        )  # fmt: skip

    def _told(
        self, books: Books, thread: Thread, message: StoredMessage, arguments: Mapping[str, Any]
    ) -> ThreadMessage:
        content = message.content
        return ThreadMessage(
            id=f"tms_{message.id[4:]}", thread_id=thread.id, direction=Direction.OUTBOUND,
            author=books.store.name or books.store.domain, address=thread.address,
            subject="" if content is None else content.subject, text=str(arguments["text"]),
            quoted="", html=None, internet_id=internet_id(message.id, self._post.sender),
            is_automatic=False, sent_at=books.now, decision_id=message.decision_id,
        )  # fmt: skip

    def _reply(self, books: Books, decision: Decision) -> tuple[StoredMessage, Envelope]:
        arguments, subject = decision.proposal.arguments, decision.proposal.subject
        threads = Threads(books.store_id)
        thread = threads.get(books.connection, str(arguments["thread_id"]))
        if not thread.address:
            raise NotFound("The customer was erased.", remedy="Nothing can be sent any more.")
        links = ratings_of(self._post.links)
        content = reply_content(
            thread.subject, str(arguments["text"]), str(arguments.get("language") or "en"),
            {score: links.to(books.store_id, thread.id, score) for score in SCORES},
        )  # fmt: skip
        said = threads.messages(books.connection, thread.id)
        answers = [each.internet_id for each in said if each.internet_id][-_ANSWERS_MAX:]
        message = StoredMessage(
            id=subject.id, decision_id=decision.id, customer_id=thread.customer_id, flow=FLOW,
            step=f"{thread.id}/{arguments['step']}"[:120], purpose=Purpose.TRANSACTIONAL.value,
            template="reply", carrier=self._post.mailer.carrier, state=State.COMPOSED,
            address=thread.address, content=content, created_at=books.now, sent_at=None,
        )  # fmt: skip
        is_mail = [each for each in answers if not each.startswith("message:")]
        envelope = Envelope(
            message.id, self._post.sender, thread.address, content, None, tuple(is_mail)
        )
        return message, envelope


def reply_facts(
    books: Books, thread_id: str, message_id: str, decision_id: str | None = None
) -> Facts | None:
    """What a reply rests on; None when there is no such thread or its person was erased."""
    threads = Threads(books.store_id)
    thread = threads.find(books.connection, thread_id)
    if thread is None or not thread.address:
        return None
    found = Messages(books.store_id).find(books.connection, message_id)
    newest = newest_inbound(threads.messages(books.connection, thread_id))
    cause = Messages(books.store_id).suppressed(
        books.connection, thread.customer_id or "", thread.address
    )
    return {
        "message": standing(found, decision_id),
        "answers": None if newest is None else newest.id,
        "suppressed": None if cause is None else cause.value,
    }  # fmt: skip


def newest_inbound(messages: list[ThreadMessage]) -> ThreadMessage | None:
    """What the customer wrote last, machines' mail aside."""
    written = [
        each for each in messages
        if each.direction is Direction.INBOUND and not each.is_automatic
    ]  # fmt: skip
    return written[-1] if written else None


def replies_today(
    books: Books, proposal: Proposal, besides: str | None, day_start: datetime
) -> int:
    """Other replies let through in this reply's thread since the day began."""
    if proposal.kind != REPLY:
        return 0
    table = decisions.c
    query = select(func.count()).where(
        table.store_id == books.store_id, table.kind == REPLY, table.status.in_(LET_THROUGH),
        table.shadow.is_(False), table.id != (besides or ""), table.decided_at >= day_start,
        table.arguments["thread_id"].as_string() == str(proposal.arguments.get("thread_id")),
    )  # fmt: skip
    return int(books.connection.execute(query).scalar_one())


def rate(ground: Ground, thread_id: str, score: int) -> bool:
    """Keep what a customer said of a thread; the last word counts. False when it is unknown."""
    with writing(ground) as books:
        threads = Threads(books.store_id)
        if threads.find(books.connection, thread_id) is None:
            return False
        threads.change(books.connection, thread_id, satisfaction=score)
        books.tell("support.thread.rated", thread_id, "customer", {"score": score})
    return True
