"""Messages through the gate: consent, once in effect over crashes, bounces, erasure."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from core.errors import Conflict
from orchestrator.core import ledger
from orchestrator.core.actions import Hands
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from orchestrator.core.messaging import unsubscribe
from orchestrator.core.suppressing import lift, take_report
from royal_platform.commerce.decisions.model import Inverse, Policy, Proposal, Risk, Subject
from royal_platform.commerce.messages.model import Cause, Checkout, Consent, Envelope, State
from royal_platform.commerce.messages.rules import address_digest, message_id, send_arguments
from royal_platform.messaging.reports import Report
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.privacy import Privacy
from tests.fakes.post import LINKS, Mailbox, People, post
from tests.integration.orchestrator.conftest import House


class Killed(BaseException):
    """A process that ended here."""


@dataclass
class Office:
    """A house with people, a mailbox, and quiet hours switched off."""

    house: House
    people: People = field(default_factory=People)
    mailbox: Mailbox = field(default_factory=Mailbox)

    @property
    def hands(self) -> Hands:
        return replace(self.house.hands, post=post(self.people, self.mailbox))

    def propose(self, customer: str = "c1", step: str = "one", purpose: str = "marketing",
                **changes: Any) -> str:  # fmt: skip
        with reading(self.house) as books:
            now = books.now
        about = changes.pop("about", None)
        told = send_arguments(
            customer_id=customer, flow="hello", step=step, template="letter", purpose=purpose,
            context={"title": "Hello", "body": "How are you?"}, about=about,
        )  # fmt: skip
        proposal = Proposal(
            agent_id="marketing_automation", kind="message.send",
            subject=Subject("message", message_id(customer, "hello", step), "Hello"),
            arguments=told,
            precondition=changes.pop("precondition", {"message": None, "consent": "subscribed"}),
            evidence=(), rationale="-", prediction=None, risk=Risk(0.1), cost=None,
            money_at_stake=None, inverse=Inverse(None, None, "-"),
            expires_at=now + timedelta(days=1), **changes,
        )  # fmt: skip
        [decision_id] = ledger.propose(self.house, [proposal])
        return decision_id

    def send(self, decision_id: str) -> str:
        decision = self.house.decision(decision_id)
        if decision.status.value == "proposed":
            ledger.approve(self.house, decision_id, decision.argument_hash, "ada")
        return asyncio.run(execute(self.house, self.hands, decision_id))

    def lift(self, customer: str = "c1") -> None:
        lift(self.house, address_digest(f"{customer}@ann.test"), "ada")

    def message(self, customer: str = "c1", step: str = "one") -> Any:
        with reading(self.house) as books:
            return Messages(books.store_id).find(
                books.connection, message_id(customer, "hello", step)
            )


@pytest.fixture
def office(house: House) -> Office:
    with writing(house) as books:
        free = Policy(quiet_from_hour=0, quiet_to_hour=0)
        books.policies.replace(books.connection, edited=0, policy=free, actor="ada", now=books.now)
    made = Office(house)
    made.people.add("c1")
    return made


def test_an_approved_message_is_sent_once_and_read_back(office: Office) -> None:
    decision_id = office.propose()
    assert office.send(decision_id) == "executed"
    assert office.send(decision_id) == "executed"
    [taken] = office.mailbox.taken
    assert taken.to == "c1@ann.test"
    assert LINKS.read(taken.unsubscribe_url.rpartition("/")[2]) == ("s1", taken.id)
    assert office.message().state is State.SENT
    assert "How are you?" in office.message().content.text


def test_the_same_step_to_the_same_customer_is_never_proposed_again(office: Office) -> None:
    office.send(office.propose())
    again = office.propose()
    assert office.house.status(again) == "rejected"
    assert len(office.mailbox.taken) == 1


def test_consent_withdrawn_after_the_approval_stops_it(office: Office) -> None:
    decision_id = office.propose()
    office.people.add("c1", consent=Consent.UNSUBSCRIBED)
    assert office.send(decision_id) == "rejected"
    assert "not agreed" in office.house.decision(decision_id).failure
    assert office.mailbox.taken == []


def test_a_checkout_that_became_an_order_stops_its_reminder(office: Office) -> None:
    office.people.checkouts["k1"] = Checkout("k1", "https://shop.test/k1", completed=False)
    before = {"message": None, "consent": "subscribed", "checkout_open": True}
    about = {"type": "checkout", "id": "k1"}
    decision_id = office.propose(about=about, precondition=before)
    office.people.checkouts["k1"] = Checkout("k1", "https://shop.test/k1", completed=True)
    assert office.send(decision_id) == "conflicted"
    assert office.mailbox.taken == []


def test_a_crash_after_the_carrier_took_it_never_sends_twice(office: Office) -> None:
    def die() -> None:
        raise Killed

    office.mailbox.crash = die
    decision_id = office.propose()
    with pytest.raises(Killed):
        office.send(decision_id)
    office.mailbox.crash = None
    assert office.send(decision_id) == "conflicted"
    assert len(office.mailbox.taken) == 1
    assert "cut short" in office.house.decision(decision_id).failure
    assert office.message().state is State.HANDING_OVER
    # It may have arrived: it counts, and the step is not tried again.
    assert office.house.status(office.propose()) == "rejected"


def test_a_crash_before_the_hand_over_sends_once(office: Office) -> None:
    seen = office.people.recipient

    async def die(customer_id: str) -> Any:
        if office.house.status(decision_id) == "executing":
            raise Killed
        return await seen(customer_id)

    decision_id = office.propose()
    office.people.recipient = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        office.send(decision_id)
    office.people.recipient = seen  # type: ignore[method-assign]
    assert office.send(decision_id) == "executed"
    assert len(office.mailbox.taken) == 1


def test_a_carrier_that_is_busy_is_asked_again(office: Office) -> None:
    office.mailbox.busy = 1
    assert office.send(office.propose()) == "executed"
    assert len(office.mailbox.taken) == 1


def test_a_carrier_that_falls_silent_leaves_one_message_in_doubt(office: Office) -> None:
    office.mailbox.silent = True
    assert office.send(office.propose()) == "conflicted"
    assert len(office.mailbox.taken) == 1


def test_a_bounced_address_gets_no_more_mail_of_any_kind(office: Office) -> None:
    office.mailbox.refuse = True
    decision_id = office.propose()
    assert office.send(decision_id) == "failed"
    assert "No such mailbox" in office.house.decision(decision_id).failure
    assert office.message().state is State.BOUNCED
    office.mailbox.refuse = False
    assert office.house.status(office.propose(step="two", purpose="transactional")) == "rejected"


def test_what_bounced_goes_out_once_after_a_person_lifted_the_suppression(office: Office) -> None:
    office.mailbox.refuse = True
    assert office.send(office.propose()) == "failed"
    office.mailbox.refuse = False
    assert office.house.status(office.propose()) == "rejected"
    office.lift()
    again = office.propose()
    assert office.send(again) == "executed"
    assert office.send(again) == "executed"
    assert (office.message().state, office.message().decision_id) == (State.SENT, again)
    assert office.house.status(office.propose()) == "rejected"
    assert office.send(office.propose(step="two")) == "executed"
    assert len(office.mailbox.taken) == 2


def test_what_came_back_later_is_sent_again_by_a_new_decision_alone(office: Office) -> None:
    first = office.propose()
    assert office.send(first) == "executed"
    take_report(office.house, Report(office.message().id, (), Cause.BOUNCED), source="mail")
    office.lift()
    assert office.send(first) == "executed"
    assert len(office.mailbox.taken) == 1
    assert office.send(office.propose()) == "executed"
    assert office.message().state is State.SENT
    assert len(office.mailbox.taken) == 2


def test_what_was_taken_and_came_back_before_that_was_recorded_is_not_sent_again(
    office: Office,
) -> None:
    def die() -> None:
        report = Report(office.message().id, (), Cause.BOUNCED)
        with writing(office.house) as books:
            Messages(books.store_id).move(
                books.connection, report.message_id, seen=State.HANDING_OVER, to=State.SENT,
                at=books.now,
            )  # fmt: skip
        take_report(office.house, report, source="mail")
        raise Killed

    decision_id = office.propose()
    office.mailbox.crash = die
    with pytest.raises(Killed):
        office.send(decision_id)
    office.mailbox.crash = None
    office.lift()
    assert office.send(decision_id) == "failed"
    assert len(office.mailbox.taken) == 1


def test_of_two_decisions_at_once_on_one_step_one_is_carried_out(office: Office) -> None:
    first = office.propose()
    decision = office.house.decision(first)
    ledger.approve(office.house, first, decision.argument_hash, "ada")
    second = office.propose()
    decision = office.house.decision(second)
    ledger.approve(office.house, second, decision.argument_hash, "ada")

    class Overtaken(Mailbox):
        """A carrier that is slow enough for another worker to come first."""

        async def send(self, envelope: Envelope, handing_over: Any) -> None:
            await execute(office.house, office.hands, second)
            await super().send(envelope, handing_over)

    slow = replace(office.hands, post=post(office.people, Overtaken(taken=office.mailbox.taken)))
    assert asyncio.run(execute(office.house, slow, first)) != "executed"
    assert office.house.status(second) == "executed"
    assert len(office.mailbox.taken) == 1
    assert office.message().state is State.SENT


def test_an_unsubscribed_customer_gets_only_what_orders_need(office: Office) -> None:
    office.send(office.propose())
    waiting = office.propose(step="two")
    assert unsubscribe(office.house, office.message().id)
    assert unsubscribe(office.house, office.message().id)
    with pytest.raises(Conflict):
        office.send(waiting)
    assert office.send(office.propose(step="three", purpose="transactional")) == "executed"
    [told] = office.house.events("message.suppressed")
    assert "ann.test" not in str(told)


def test_only_so_many_marketing_messages_a_week(office: Office) -> None:
    for number in range(3):
        assert office.send(office.propose(step=f"s{number}")) == "executed"
    assert office.house.status(office.propose(step="s4")) == "rejected"
    assert office.house.status(office.propose(step="s5", purpose="transactional")) == "proposed"


def test_a_stop_holds_a_message(office: Office) -> None:
    from orchestrator.core import control

    decision_id = office.propose()
    decision = office.house.decision(decision_id)
    ledger.approve(office.house, decision_id, decision.argument_hash, "ada")
    control.stop(office.house, "store", "ada", "test")
    assert office.send(decision_id) == "approved"
    assert office.mailbox.taken == []


def test_no_address_is_kept_in_the_ledger(office: Office) -> None:
    decision_id = office.propose()
    office.send(decision_id)
    with reading(office.house) as books:
        execution = books.executions.get(books.connection, decision_id)
    assert "ann.test" not in str(execution) + str(office.house.events())


def test_erasing_a_person_erases_what_was_said_and_keeps_the_suppression(office: Office) -> None:
    office.send(office.propose())
    unsubscribe(office.house, office.message().id)
    with writing(office.house) as books:
        privacy = Privacy(books.store_id)
        held = privacy.held_about(books.connection, "c1")
        assert len(held["messages"]) == 1
        assert privacy.erase(books.connection, "c1", [], books.now)["messages"] == 1
        assert privacy.held_about(books.connection, "c1")["messages"] == []
        store = Messages(books.store_id)
        assert store.suppressed(books.connection, "c1") is None
        assert store.suppressed(books.connection, "c1", "C1@ann.test ") is not None
    assert office.message().content is None
    assert unsubscribe(office.house, office.message().id) is None
