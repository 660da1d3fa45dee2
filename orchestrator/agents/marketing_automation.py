"""Marketing: lets customers into flows, sends what is due, and watches what it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar

from orchestrator.core import flows as flow_book
from orchestrator.core.agent_base import AgentBase
from orchestrator.core.books import reading, writing
from orchestrator.core.command import main
from orchestrator.core.flows import parsed
from orchestrator.core.mandates import in_force, room_in
from orchestrator.core.offering import standing
from orchestrator.core.segment_changes import audience_wish
from royal_platform.commerce.decisions.model import Decision, Proposal, Status
from royal_platform.commerce.marketing.audiences import known_audiences
from royal_platform.commerce.marketing.model import (
    Arm,
    Enrolment,
    Flow,
    Place,
    Signal,
    Trigger,
)
from royal_platform.commerce.marketing.rules import (
    campaign_signal,
    due_step,
    enrolment_id,
    enrolment_of,
    step_after,
)
from royal_platform.commerce.marketing.service import mandate_proposal, message_proposal
from royal_platform.commerce.messages.model import Consent, Purpose, Recipient
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
# A code that is being decided or made is looked at again after this.
_SOON = timedelta(minutes=15)
# An executed one whose window is over is asked for again.
_UNANSWERED = frozenset({
    Status.EXPIRED, Status.CONFLICTED, Status.FAILED, Status.SUPERSEDED, Status.EXECUTED,
})  # fmt: skip


class MarketingAutomationAgent(AgentBase):
    """Thin: the methods are those of ``commerce`` marketing and messages."""

    wakes_on: ClassVar[tuple[str, ...]] = ("store.sync.first",)
    scopes: ClassVar[tuple[str, ...]] = (
        "read_orders", "read_customers", "read_products", "write_discounts",
    )  # fmt: skip

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
        codes = self._codes(due.get("codes", []))
        decisions = self.propose([*self._mandates(), *self._segments(), *codes, *messages])
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
                "left": entered.get("left", 0),
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
            if flow.trigger is Trigger.CAMPAIGN:
                since = mandate.granted_at
            signals = [one for one in self._signals(text, flow, since) if one.at >= since]
            unseen = self._unseen(flow, signals)
            for signal in unseen[:ENTER_PER_RUN]:
                counted[await self._let_in(text, flow, signal)] += 1
            if flow.trigger is Trigger.CAMPAIGN:
                counted["left"] += len(unseen[ENTER_PER_RUN:])
        return dict(counted)

    async def _let_in(self, text: FlowText, flow: Flow, signal: Signal) -> str:
        """Both arms are chosen among those who may get mail: so they can be compared."""
        person = await self.platform.recipients.recipient(signal.customer_id)
        why = self._why_outside(flow, signal, person)
        if why is not None and flow.trigger is not Trigger.CAMPAIGN:
            return why
        enrolment = enrolment_of(flow, text.version, signal, outside=why)
        if self.dry_run:
            return why or "entered"
        with writing(self.platform) as books:
            store = Flows(books.store_id)
            if store.enrol(books.connection, enrolment):
                return why or "entered"
            if flow.trigger is Trigger.CAMPAIGN:
                again = enrolment_of(flow, text.version, signal, outside="in_it_already")
                store.enrol(books.connection, again)
        return "in_it_already"

    def _why_outside(self, flow: Flow, signal: Signal, person: Recipient | None) -> str | None:
        if person is None or person.address is None:
            return "without_address"
        if person.consent is not Consent.SUBSCRIBED:
            return "without_consent"
        return None if self._in_audience(flow, signal.customer_id) else "not_in_audience"

    def _choose(self) -> dict[str, list[dict[str, str]]]:
        """Whose message is due, whose waits for a better hour or day, and whose flow ended."""
        room: dict[str, int] = {}
        send: list[dict[str, str]] = []
        put_off: list[dict[str, str]] = []
        ended: list[dict[str, str]] = []
        codes: list[dict[str, str]] = []
        with reading(self.platform) as books:
            policy = books.policy
            begin, end = policy.quiet_from_hour, policy.quiet_to_hour
            for one in Flows(books.store_id).waiting(books.connection):
                if one.due_at is None or one.due_at > self._at or one.next_step is None:
                    continue
                mandate = in_force(books, one.flow, one.version)
                if mandate is None:
                    ended.append({"id": one.id})
                    continue
                if mandate.id not in room:
                    room[mandate.id] = room_in(books, mandate)
                zones = zones_of(books.connection, books.store, one.customer_id)
                moment = next_moment(self._at, zones, begin, end)
                had = Messages(books.store_id).sent_to(
                    books.connection, one.customer_id, Purpose.MARKETING.value, self._at - _WEEK
                )
                if had >= policy.messages_per_week:
                    moment = self._at + _LATER
                elif room[mandate.id] < 1:
                    # What is above a mandate's cap waits for the next day's, and asks nobody.
                    moment = books.clock.day_start(
                        books.clock.local_day(self._at) + timedelta(days=1)
                    )
                    moment = next_moment(moment, zones, begin, end)
                if moment > self._at:
                    put_off.append({"id": one.id, "until": moment.isoformat()})
                    continue
                flow = self._flow(one.flow, one.version)
                step = due_step(flow, one.begins_at, one.next_step, self._at)
                code = standing(books, flow, one, step, mandate_id=mandate.id,
                                source=self.platform.source)  # fmt: skip
                if code.wish is not None:
                    codes.append({"id": one.id, "step": step.id})
                if code.wish is not None or code.waits:
                    put_off.append({"id": one.id, "until": (self._at + _SOON).isoformat()})
                    continue
                room[mandate.id] -= 1
                send.append({"id": one.id, "step": step.id, **asdict(code.terms)})
        return {"send": send, "put_off": put_off, "ended": ended, "codes": codes}

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
                    offer={name: each.get(name, "") for name in ("code", "percent", "until")},
                )
            )  # fmt: skip
        return proposals

    def _codes(self, chosen: Sequence[dict[str, str]]) -> list[Proposal]:
        """Codes come first: the message with one is proposed once the code is there."""
        waiting = self._by_id(chosen)
        wishes: list[Proposal] = []
        with reading(self.platform) as books:
            for each in chosen:
                one = waiting.get(each["id"])
                mandate = None if one is None else in_force(books, one.flow, one.version)
                if one is None or mandate is None:
                    continue
                flow = self._flow(one.flow, one.version)
                step = next(step for step in flow.steps if step.id == each["step"])
                found = standing(books, flow, one, step, mandate_id=mandate.id,
                                 source=self.platform.source)  # fmt: skip
                if found.wish is not None:
                    wishes.append(found.wish)
        return wishes

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
                               due_at=one.begins_at + after.wait)  # fmt: skip
        return len(due["send"])

    def _measure(self) -> int:
        """What each customer bought within the horizon, once it is over."""
        measured = 0
        if self.dry_run:
            return measured
        with writing(self.platform) as books:
            store = Flows(books.store_id)
            for one in store.unmeasured(books.connection):
                over = one.begins_at + timedelta(
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

    def _segments(self) -> list[Proposal]:
        """At most one a run: each is a question to a person."""
        known = known_audiences(flow for _text, flow in self._newest)
        with reading(self.platform) as books:
            wish = audience_wish(books, known, self.platform.source)
        return [] if wish is None else [wish]

    def _signals(self, text: FlowText, flow: Flow, since: datetime) -> Sequence[Signal]:
        known = self.platform.signals
        if flow.trigger is Trigger.CAMPAIGN:
            people = known.known_customers()
            return [campaign_signal(text.version, each, since) for each in people]
        read = {
            Trigger.CHECKOUT_ABANDONED: known.checkouts_abandoned,
            Trigger.CUSTOMER_CREATED: known.customers_created,
            Trigger.PRICE_DROPPED: known.prices_dropped,
            Trigger.ORDER_EXPECTED: known.orders_expected,
            Trigger.BACK_IN_STOCK: known.back_in_stock,
            Trigger.ORDER_PLACED: known.orders_placed,
        }
        return read[flow.trigger](since)

    def _unseen(self, flow: Flow, signals: Sequence[Signal]) -> list[Signal]:
        ids = {enrolment_id(flow, one): one for one in signals}
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


if __name__ == "__main__":
    main("marketing_automation")
