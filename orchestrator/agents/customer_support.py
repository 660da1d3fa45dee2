"""Customer support: understands what came in, proposes answers, hands over the rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from orchestrator.core.agent_base import AgentBase
from orchestrator.core.books import reading, writing
from orchestrator.core.cancelling import (
    cancel_under_way,
    cancelled_since,
    waits_for_a_person,
    wished_cancel,
)
from orchestrator.core.command import main
from orchestrator.core.exchanging import wished_exchange
from orchestrator.core.missing import missed_parcel
from orchestrator.core.replying import newest_inbound, reply_facts
from royal_platform.commerce.decisions.model import Proposal, Status
from royal_platform.commerce.decisions.support import REPLY, reply_id
from royal_platform.commerce.support.knowledge import without_marks
from royal_platform.commerce.support.model import (
    Draft,
    Proof,
    Thread,
    ThreadMessage,
    ThreadStatus,
    Triage,
)
from royal_platform.commerce.support.rules import escalation, is_late, order_names
from royal_platform.commerce.support.service import Words, reply_proposal
from royal_platform.persistence.support import Threads
from royal_platform.persistence.support_facts import order_of

THREADS_PER_RUN = 50
# What nobody answered, or what the world overtook, may be asked again; a person's no stays a no.
_ASK_AGAIN = frozenset({Status.EXPIRED, Status.CONFLICTED, Status.FAILED, Status.SUPERSEDED})


class CustomerSupportAgent(AgentBase):
    """Thin: understanding and words are ``commerce`` support's ports, sending is the gate's."""

    wakes_on: ClassVar[tuple[str, ...]] = ("support.message.received", "support.thread.vouched")
    scopes: ClassVar[tuple[str, ...]] = (
        "read_customers", "read_products", "read_orders", "write_orders", "write_returns",
        "read_legal_policies",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="customer_support",
            description="Drafts answers to customers from their orders and the shop's rules.",
        )

    async def _execute_task(self) -> dict[str, Any]:
        begun = await self.step("read the threads", self._read)
        at = datetime.fromisoformat(begun["as_of"])
        proposals: list[Proposal] = []
        handed_over = unsaid = 0
        for thread_id in begun.get("vouched", ()):
            _named: bool = await self.step(f"whose {thread_id} is", self._name_sender, thread_id)
        for thread_id in begun["threads"]:
            _read: bool = await self.step(f"understand {thread_id}", self._understand, thread_id)
            done: dict[str, bool] = await self.step(f"draft {thread_id}", self._draft, thread_id)
            proposals += self._lost(thread_id)
            cancels, waits = self._cancels(thread_id)
            proposals += cancels
            exchanges = self._exchanges(thread_id)
            unsaid += exchanges == []
            proposals += exchanges or []
            if done["handed_over"]:
                handed_over += 1
            elif done["draft"] and not waits:
                proposals += self._reply(thread_id, at)
        decisions = self.propose(proposals)
        spent = self.platform.agents_budget.spent() if begun["threads"] else None
        choices = (
            [f"{unsaid} exchanges whose variant is not said or not there: choose it in the thread."]
            if unsaid else []
        )  # fmt: skip
        paused = [] if spent is None else [f"{spent.detail} {spent.remedy}"]
        self.report(
            looked_at=[f"{len(begun['threads'])} threads that wait for an answer"],
            could_not_see=[*begun["could_not_see"], *choices, *paused],
            headline=f"{len(proposals)} answers, replacements and exchanges proposed, "
            f"{handed_over} threads handed to people, {begun['late']} late.",
        )
        return {
            "status": "success",
            "data": {
                "as_of": begun["as_of"], "threads": len(begun["threads"]),
                "handed_over": handed_over, "late": begun["late"], "decisions": len(decisions),
            },
        }  # fmt: skip

    # -- the steps

    def _read(self) -> dict[str, Any]:
        now = self.clock.now()
        with reading(self.platform) as books:
            threads = Threads(books.store_id)
            unread = threads.undrafted(books.connection, THREADS_PER_RUN)
            room = THREADS_PER_RUN - len(unread.items)
            waiting = threads.page(
                books.connection, status=ThreadStatus.OPEN, limit=THREADS_PER_RUN
            )
        # Those with a draft come back for what only time brings: a lost parcel, an expired answer.
        first = {each.id for each in unread.items}
        again = [each for each in waiting.items if each.id not in first][:room]
        looked_at = [*unread.items, *again]
        more = unread.total - len(unread.items)
        return {
            "as_of": now.isoformat(),
            "threads": [each.id for each in looked_at],
            "vouched": [
                each.id
                for each in looked_at
                if each.proof is Proof.VOUCHED and each.customer_id is None
            ],
            "late": sum(is_late(each.clock, now) for each in looked_at),
            "could_not_see": [f"{more} more threads, left to the next run."] if more else [],
        }

    async def _name_sender(self, thread_id: str) -> bool:
        """Whose thread it is by a person's word, and about which of their orders."""
        thread, messages = self._thread(thread_id)
        customer_id = await self.platform.recipients.customer_of(thread.address)
        if customer_id is None or self.dry_run:
            return False
        told = _told(thread, messages)
        with writing(self.platform) as books:
            order_id = order_of(books.connection, books.store_id, customer_id, order_names(told))
            Threads(books.store_id).change(
                books.connection, thread_id, customer_id=customer_id, order_id=order_id
            )
        return True

    async def _understand(self, thread_id: str) -> bool:
        """Once for each message: what was understood is kept with the thread."""
        thread, messages = self._thread(thread_id)
        newest = newest_inbound(messages)
        if newest is None or _is_of(thread.triage, newest):
            return False
        triage = await self.platform.classifier(actor=self.name).triage(newest)
        if not self.dry_run:
            with writing(self.platform) as books:
                Threads(books.store_id).understood(books.connection, thread_id, triage)
        return True

    async def _draft(self, thread_id: str) -> dict[str, bool]:
        """A draft of the answer, or the thread in a person's hands."""
        thread, messages = self._thread(thread_id)
        newest = newest_inbound(messages)
        if newest is None:
            return {"draft": False, "handed_over": False}
        draft = self._drafted(thread, newest) or await self._written(thread, messages)
        with reading(self.platform) as books:
            must_act = waits_for_a_person(books, thread, _told(thread, messages))
        why = escalation(
            thread, thread.triage, newest.text, has_answer=draft is not None, must_act=must_act,
            now=self.clock.now(),
        )  # fmt: skip
        if why is not None and not self.dry_run:
            with writing(self.platform) as books:
                Threads(books.store_id).escalate(books.connection, thread_id, why)
                books.tell(
                    "support.thread.escalated", thread_id, f"agent:{self.name}",
                    {"thread_id": thread_id, "reason": why.reason},
                )  # fmt: skip
        return {"draft": draft is not None, "handed_over": why is not None}

    async def _written(self, thread: Thread, messages: list[ThreadMessage]) -> Draft | None:
        """A new draft, kept with the thread."""
        if thread.triage is None:
            return None
        drafter = self.platform.drafter(actor=self.name)
        draft = await drafter.draft(thread, messages, thread.triage, self.clock.now())
        if draft is not None and not self.dry_run:
            with writing(self.platform) as books:
                Threads(books.store_id).put_draft(books.connection, draft)
        return draft

    # -- what the steps share

    def _drafted(self, thread: Thread, newest: ThreadMessage) -> Draft | None:
        with reading(self.platform) as books:
            kept = Threads(books.store_id).draft(books.connection, thread.id)
            if kept is None or kept.answers != newest.id:
                return None
            return None if cancelled_since(books, thread, kept.created_at) else kept

    def _lost(self, thread_id: str) -> list[Proposal]:
        thread, _messages = self._thread(thread_id)
        with reading(self.platform) as books:
            found = missed_parcel(books, thread)
        return [] if found is None else [found]

    def _cancels(self, thread_id: str) -> tuple[list[Proposal], bool]:
        """What is to be cancelled, and whether an answer waits for what comes of it."""
        thread, messages = self._thread(thread_id)
        with reading(self.platform) as books:
            found = wished_cancel(books, thread, _told(thread, messages))
            under_way = cancel_under_way(books, thread)
        return ([] if found is None else [found]), found is not None or under_way

    def _exchanges(self, thread_id: str) -> list[Proposal] | None:
        """None where none is wanted, empty where a person has to choose."""
        thread, messages = self._thread(thread_id)
        newest = newest_inbound(messages)
        if newest is None:
            return None
        with reading(self.platform) as books:
            return wished_exchange(books, thread, newest.text)

    def _reply(self, thread_id: str, at: datetime) -> list[Proposal]:
        thread, messages = self._thread(thread_id)
        newest = newest_inbound(messages)
        with reading(self.platform) as books:
            draft = Threads(books.store_id).draft(books.connection, thread_id)
            if newest is None or draft is None or draft.answers != newest.id:
                return []
            subject = reply_id(thread_id, newest.id)
            facts = reply_facts(books, thread_id, subject)
            before = books.decisions.latest_on(books.connection, REPLY, subject)
        if facts is None or (before is not None and before.status not in _ASK_AGAIN):
            return []
        words = Words(newest.id, newest.id, without_marks(draft.text), draft.language)
        return [reply_proposal(thread, words, facts, now=at, draft=draft)]

    def _thread(self, thread_id: str) -> tuple[Thread, list[ThreadMessage]]:
        with reading(self.platform) as books:
            threads = Threads(books.store_id)
            return (
                threads.get(books.connection, thread_id),
                threads.messages(books.connection, thread_id),
            )


def _told(thread: Thread, messages: list[ThreadMessage]) -> str:
    return "\n".join([thread.subject, *(each.text for each in messages)])


def _is_of(triage: Triage | None, message: ThreadMessage) -> bool:
    return triage is not None and triage.message_id == message.id


if __name__ == "__main__":
    main("customer_support")
