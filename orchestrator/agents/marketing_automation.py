"""Marketing: lets customers into flows, sends what is due, and watches what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from orchestrator.core import flows as flow_book
from orchestrator.core.agent_base import AgentBase
from orchestrator.core.books import reading, writing
from orchestrator.core.command import main
from orchestrator.core.flows import parsed
from orchestrator.core.mandates import in_force
from royal_platform.commerce.decisions.model import Decision, Proposal, Status
from royal_platform.commerce.marketing.model import (
    Arm,
    Enrolment,
    Flow,
    Place,
    Signal,
    Trigger,
)
from royal_platform.commerce.marketing.rules import arm_of, due_step, step_after
from royal_platform.commerce.marketing.service import mandate_proposal, message_proposal
from royal_platform.commerce.messages.model import Consent, Purpose
from royal_platform.commerce.messages.rules import next_moment
from royal_platform.persistence.flows import Flows, FlowText, Mandate
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.zones import zones_of

# A signal older than this is history, not an occasion.
FRESH = timedelta(days=3)
# The store is asked about each customer who might enter.
ENTER_PER_RUN = 200
_WEEK = timedelta(days=7)
_LATER = timedelta(days=1)
# An executed one whose window is over is asked for again.
_UNANSWERED = frozenset({
    Status.EXPIRED, Status.CONFLICTED, Status.FAILED, Status.SUPERSEDED, Status.EXECUTED,
})  # fmt: skip


class MarketingAutomationAgent(AgentBase):
    """Thin: the methods are those of ``commerce`` marketing and messages."""

    wakes_on: ClassVar[tuple[str, ...]] = ("store.sync.first",)
    scopes: ClassVar[tuple[str, ...]] = ("read_orders", "read_customers")

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            agent_type="marketing_automation",
            description="Recovers checkouts and keeps in touch, and measures what that changes.",
        )
        self._now: datetime | None = None

    async def _execute_task(self) -> dict[str, Any]:
        begun = await self.step("read the flows", self._read)
        self._now = datetime.fromisoformat(begun["as_of"])
        stopped = await self.step("see who bought", self._stop_buyers)
        entered: dict[str, int] = await self.step("let customers in", self._enter)
        due = await self.step("choose who gets mail", self._choose)
        messages = await self._messages(due["send"])
        decisions = self.propose([*self._mandates(), *messages])
        if not self.dry_run:
            await self.step("move them on", self._advance, due)
        measured = await self.step("measure", self._measure)
        self._tell(begun, entered, due, stopped)
        return {
            "status": "success",
            "data": {
                "as_of": begun["as_of"], "flows": begun["flows"], "stopped": stopped,
                "entered": entered, "due": len(due["send"]), "put_off": len(due["put_off"]),
                "measured": measured, "decisions": len(decisions),
            },
        }  # fmt: skip

    # -- the steps

    def _read(self) -> dict[str, Any]:
        if not self.dry_run:
            flow_book.install(self.platform)
        self._now = self.clock.now()
        return {
            "as_of": self._now.isoformat(),
            "flows": {one.flow: one.version for one, _flow in self._newest},
            "in_force": sorted(self._in_force),
        }

    def _stop_buyers(self) -> int:
        """Whoever bought after entering needs no reminder."""
        stopped = 0
        with writing(self.platform) as books:
            store = Flows(books.store_id)
            for one in store.waiting(books.connection):
                flow = self._flow(one.flow, one.version)
                if not flow.stops_on_purchase:
                    continue
                if store.bought(books.connection, one.customer_id, one.entered_at, self._at):
                    store.move(
                        books.connection, one.id, place=Place.STOPPED.value, next_step=None,
                        due_at=None, why="bought",
                    )  # fmt: skip
                    stopped += 1
        return stopped

    async def _enter(self) -> dict[str, int]:
        counted: Counter[str] = Counter()
        for text, flow in self._newest:
            mandate = self._in_force.get(flow.id)
            if mandate is None:
                counted["without_mandate"] += 1
                continue
            # Whoever came before the approval was no part of it.
            since = max(mandate.granted_at, self._at - FRESH)
            signals = [one for one in await self._signals(flow, since) if one.at >= since]
            for signal in self._unseen(flow, signals)[:ENTER_PER_RUN]:
                counted[await self._let_in(text, flow, signal)] += 1
        return dict(counted)

    async def _let_in(self, text: FlowText, flow: Flow, signal: Signal) -> str:
        """Both arms are chosen among those who may get mail: so they can be compared."""
        person = await self.platform.recipients.recipient(signal.customer_id)
        if person is None or person.address is None:
            return "without_address"
        if person.consent is not Consent.SUBSCRIBED:
            return "without_consent"
        if not self._in_audience(flow, signal.customer_id):
            return "not_in_audience"
        arm = arm_of(flow.id, signal.customer_id, flow.holdout_percent)
        first = flow.steps[0]
        treated = arm is Arm.TREATED
        enrolment = Enrolment(
            id=_enrolment_id(flow, signal), flow=flow.id, version=text.version,
            signal_id=signal.id, customer_id=signal.customer_id, arm=arm, entered_at=signal.at,
            place=Place.WAITING, next_step=first.id if treated else None,
            due_at=signal.at + first.wait if treated else None, context=signal.context,
        )  # fmt: skip
        if self.dry_run:
            return "entered"
        with writing(self.platform) as books:
            store = Flows(books.store_id)
            if store.enrol(books.connection, enrolment):
                return "entered"
        return "in_it_already"

    def _choose(self) -> dict[str, list[dict[str, str]]]:
        """Whose message is due, whose waits for a better hour, and whose checkout is gone."""
        send: list[dict[str, str]] = []
        put_off: list[dict[str, str]] = []
        ended: list[dict[str, str]] = []
        with reading(self.platform) as books:
            policy = books.policy
            begin, end = policy.quiet_from_hour, policy.quiet_to_hour
            for one in Flows(books.store_id).waiting(books.connection):
                if one.due_at is None or one.due_at > self._at or one.next_step is None:
                    continue
                if in_force(books, one.flow, one.version) is None:
                    ended.append({"id": one.id})
                    continue
                zones = zones_of(books.connection, books.store, one.customer_id)
                moment = next_moment(self._at, zones, begin, end)
                had = Messages(books.store_id).sent_to(
                    books.connection, one.customer_id, Purpose.MARKETING.value, self._at - _WEEK
                )
                if had >= policy.messages_per_week:
                    moment = self._at + _LATER
                if moment > self._at:
                    put_off.append({"id": one.id, "until": moment.isoformat()})
                    continue
                flow = self._flow(one.flow, one.version)
                step = due_step(flow, one.entered_at, one.next_step, self._at)
                send.append({"id": one.id, "step": step.id})
        return {"send": send, "put_off": put_off, "ended": ended}

    async def _messages(self, chosen: Sequence[dict[str, str]]) -> list[Proposal]:
        waiting = self._by_id(chosen)
        proposals: list[Proposal] = []
        for each in chosen:
            one = waiting.get(each["id"])
            if one is None:
                continue
            person = await self.platform.recipients.recipient(one.customer_id)
            mandate = self._mandate(one)
            if person is None or mandate is None:
                continue
            flow = self._flow(one.flow, one.version)
            step = next(step for step in flow.steps if step.id == each["step"])
            proposals.append(
                message_proposal(
                    flow, one, step, person, mandate_id=mandate.id,
                    source=self.platform.source, now=self._at,
                )
            )  # fmt: skip
        return proposals

    def _advance(self, due: dict[str, list[dict[str, str]]]) -> int:
        waiting = self._by_id(due["send"])
        with writing(self.platform) as books:
            store = Flows(books.store_id)
            for each in due["put_off"]:
                until = datetime.fromisoformat(each["until"])
                store.move(books.connection, each["id"], due_at=until)
            for each in due["ended"]:
                store.move(books.connection, each["id"], place=Place.STOPPED.value,
                           next_step=None, due_at=None, why="mandate_ended")  # fmt: skip
            for each in due["send"]:
                one = waiting.get(each["id"])
                if one is None:
                    continue
                after = step_after(self._flow(one.flow, one.version), each["step"])
                if after is None:
                    store.move(books.connection, one.id, place=Place.DONE.value, next_step=None,
                               due_at=None)  # fmt: skip
                else:
                    store.move(books.connection, one.id, next_step=after.id,
                               due_at=one.entered_at + after.wait)  # fmt: skip
        return len(due["send"])

    def _measure(self) -> int:
        """What each customer bought within the horizon, once it is over."""
        measured = 0
        if self.dry_run:
            return measured
        with writing(self.platform) as books:
            store = Flows(books.store_id)
            for one in store.unmeasured(books.connection):
                over = one.entered_at + timedelta(
                    days=self._flow(one.flow, one.version).horizon_days
                )
                if over > self._at:
                    continue
                bought = store.bought(books.connection, one.customer_id, one.entered_at, over)
                place = {"place": Place.DONE.value} if one.arm is Arm.HOLDOUT else {}
                store.move(books.connection, one.id, revenue=bought or 0, **place)
                measured += 1
        return measured

    # -- what the steps share

    @property
    def _at(self) -> datetime:
        if self._now is None:
            raise RuntimeError("the run has not read the flows yet")
        return self._now

    @cached_property
    def _newest(self) -> list[tuple[FlowText, Flow]]:
        with reading(self.platform) as books:
            texts = Flows(books.store_id).newest(books.connection)
        return [(text, parsed(text.text)) for text in texts]

    @cached_property
    def _in_force(self) -> dict[str, Mandate]:
        with reading(self.platform) as books:
            found = {
                text.flow: in_force(books, text.flow, text.version) for text, _flow in self._newest
            }
        return {flow: mandate for flow, mandate in found.items() if mandate is not None}

    @cached_property
    def _flows(self) -> dict[tuple[str, int], Flow]:
        return {}

    def _flow(self, flow: str, version: int) -> Flow:
        """Customers stay on the version they entered."""
        if (flow, version) not in self._flows:
            with reading(self.platform) as books:
                text = Flows(books.store_id).version(books.connection, flow, version)
            self._flows[flow, version] = parsed(text.text)
        return self._flows[flow, version]

    def _mandate(self, one: Enrolment) -> Mandate | None:
        with reading(self.platform) as books:
            return in_force(books, one.flow, one.version)

    def _mandates(self) -> list[Proposal]:
        """Ask once for each version that may not send yet."""
        asked: list[Proposal] = []
        with reading(self.platform) as books:
            for text, flow in self._newest:
                subject = f"{flow.id}@{text.version}"
                asked_before = books.decisions.latest_on(books.connection, "mandate.grant", subject)
                if flow.id in self._in_force or not _may_ask(asked_before):
                    continue
                asked.append(
                    mandate_proposal(
                        flow, text.version, text.text_hash, text=text.text,
                        source=self.platform.source, now=self._at,
                    )
                )  # fmt: skip
        return asked

    async def _signals(self, flow: Flow, since: datetime) -> Sequence[Signal]:
        if flow.trigger is Trigger.CHECKOUT_ABANDONED:
            return await self.platform.checkouts.abandoned(since)
        if flow.trigger is Trigger.CUSTOMER_CREATED:
            return self.platform.signals.customers_created(since)
        return self.platform.signals.orders_placed(since)

    def _unseen(self, flow: Flow, signals: Sequence[Signal]) -> list[Signal]:
        ids = {_enrolment_id(flow, one): one for one in signals}
        with reading(self.platform) as books:
            seen = Flows(books.store_id).seen(books.connection, list(ids))
        return [one for id_, one in ids.items() if id_ not in seen]

    def _in_audience(self, flow: Flow, customer_id: str) -> bool:
        if flow.audience is None:
            return True
        facts = self.platform.audience.facts([customer_id]).get(customer_id)
        return facts is not None and flow.audience.holds(facts) is True

    def _by_id(self, chosen: Sequence[dict[str, str]]) -> dict[str, Enrolment]:
        wanted = {each["id"] for each in chosen}
        with reading(self.platform) as books:
            waiting = Flows(books.store_id).waiting(books.connection)
        return {one.id: replace(one) for one in waiting if one.id in wanted}

    def _tell(
        self, begun: dict[str, Any], entered: dict[str, int], due: dict[str, Any], stopped: int
    ) -> None:
        left_out = {
            "without_consent": "without consent to marketing mail",
            "without_address": "without a mail address",
            "not_in_audience": "outside the flow's audience",
        }
        sent = len(due["send"])
        self.report(
            looked_at=[
                f"{len(begun['flows'])} flows, {len(begun['in_force'])} with a mandate in force",
                f"{entered.get('entered', 0)} customers entered, {stopped} bought and left",
            ],
            could_not_see=[
                f"{entered[name]} customers {words}." for name, words in left_out.items()
                if entered.get(name)
            ],
            headline=f"{sent} message{'' if sent == 1 else 's'} due, "
            f"{len(due['put_off'])} put off to a better hour.",
        )  # fmt: skip


def _may_ask(before: Decision | None) -> bool:
    """A person's no stays a no; a window that is over, or a question nobody answered, does not."""
    return before is None or before.status in _UNANSWERED


def _enrolment_id(flow: Flow, signal: Signal) -> str:
    return f"{flow.id}:{signal.id}"


if __name__ == "__main__":
    main("marketing_automation")
