"""A customer's order goes to a supplier by mail: once, whatever crashes, and as it is answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotFound
from orchestrator.core import ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from orchestrator.core.fulfilling import Counter
from orchestrator.core.mail_desk import MailDesk, MailTrack
from orchestrator.core.runs import cancel
from orchestrator.core.supplier_answers import enter_answer, wake_answered
from orchestrator.core.suppressing import take_report
from orchestrator.core.taking_in import take_in
from royal_platform.commerce.decisions.fulfilment import MAIL_FLOW
from royal_platform.commerce.fulfilment.model import Option, Part
from royal_platform.commerce.fulfilment.service import About, place_proposal
from royal_platform.commerce.fulfilment.snags import snags
from royal_platform.commerce.messages.model import Cause, State
from royal_platform.commerce.messages.rules import internet_id
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.answers import Answer
from royal_platform.commerce.suppliers.model import Recipient, SupplierOrder, Tracking
from royal_platform.messaging.inbound import arrival_of
from royal_platform.messaging.reports import Report
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.supplier_replies import replies_on
from royal_platform.persistence.suppliers import Suppliers
from royal_platform.persistence.support import Threads
from tests.fakes.orders import LiveOrders
from tests.fakes.post import Mailbox

TO, SENDER, REFERENCE = "orders@tack.example", "The shop <shop@test.example>", "RE-77-1"
PLACE = "supplier_order.place"
HOME = Recipient("Łucja Rider", "Kade 1", "Utrecht", "3511 AA", "NL")
NUMBER = Tracking("3SABCD1234567", "PostNL")


class Killed(BaseException):
    """A process that ended here."""


class Desk:
    """A house whose supplier takes customers' orders by mail, and a paid order in the shop."""

    def __init__(self, house: Any) -> None:
        self.house, self.mailbox, self.live = house, Mailbox(carrier="smtp"), LiveOrders()
        self.mail_to = TO
        self.live.place("77", {"l1": 2})
        self.live.states["77"] = replace(self.live.states["77"], recipient=HOME)
        mail = {"address": TO, "send_customers_orders": True}
        with writing(house) as books:
            Suppliers(books.store_id).add(
                books.connection, supplier_id="sup_tack", name="Tack", kind="feed",
                origin="entered", settings={"mail": mail}, actor="ada", active=True,
                now=books.now,
            )  # fmt: skip

    @property
    def port(self) -> MailDesk:
        with reading(self.house) as books:
            supplier = Suppliers(books.store_id).get(books.connection, "sup_tack")
        return MailDesk(self.house, supplier, self.mailbox, SENDER)

    def proposed(self, reference: str = REFERENCE) -> str:
        """The decision to place the order there, approved."""
        with reading(self.house) as books:
            now = books.now
        option = Option(
            "sup_tack", "Tack", "l1", "A-1", Decimal("12.00"), None, now + timedelta(days=3)
        )
        about = About("77", "#77", Money(Decimal(60), "EUR"), "shopify", now)
        proposal = place_proposal(
            about, reference, [Part(option, 2, Decimal("24.00"))], {"l1": "Pad"}, [], mail_to=TO
        )
        return self.approved(ledger.propose(self.house, [proposal])[0])

    def approved(self, decision_id: str) -> str:
        decision = self.house.decision(decision_id)
        if decision.status.value == "proposed":
            ledger.approve(self.house, decision_id, decision.argument_hash, "ada")
        return decision_id

    def carry(self, decision_id: str) -> str:
        counter = Counter(
            self.live, self.live, lambda _: self.port, lambda _: self.port, lambda _: self.mail_to
        )
        return asyncio.run(
            execute(self.house, replace(self.house.hands, counter=counter), decision_id)
        )

    def placed(self) -> str:
        decision_id = self.proposed()
        assert self.carry(decision_id) == "executed"
        return decision_id

    def status(self) -> str | None:
        with reading(self.house) as books:
            booked = SupplierOrders(books.store_id).get(books.connection, REFERENCE)
        return None if booked is None else booked.order.status

    def tracked(self) -> SupplierOrder | None:
        return asyncio.run(MailTrack(self.house).track(REFERENCE))

    def say(self, said: Any, **more: Any) -> None:
        enter_answer(
            self.house, REFERENCE, Answer(said, **more), seen=str(self.status()), actor="ada"
        )

    def mails(self) -> list[Any]:
        with reading(self.house) as books:
            sent = Messages(books.store_id).of_steps(books.connection, MAIL_FLOW, [REFERENCE])
        return sent.get(REFERENCE, [])

    def report_bounce(self) -> None:
        report = Report(self.mails()[0].id, (TO,), Cause.BOUNCED)
        assert take_report(self.house, report, source="smtp")


@pytest.fixture
def desk(sqlite_house: Any) -> Desk:
    return Desk(sqlite_house)


@pytest.fixture
def either(house: Any) -> Desk:
    """On every database."""
    return Desk(house)


def test_an_order_is_mailed_once_with_its_address_and_waits_for_its_answer(either: Desk) -> None:
    decision_id = either.placed()
    assert either.carry(decision_id) == "executed"
    [taken] = either.mailbox.taken
    document, text = taken.files
    assert taken.to == TO
    assert document.content.startswith(b"%PDF-")
    written = text.content.decode("utf-8-sig")
    assert "Łucja Rider" in written
    assert "2 x A-1 (Pad)" in written
    [kept] = either.mails()
    assert (kept.state, kept.customer_id, either.status()) == (State.SENT, None, "unconfirmed")
    # What is kept can be read by whoever reads the outbox: nobody's address is in it.
    assert "Kade" not in f"{kept.content}{either.house.decision(decision_id)}"
    assert either.house.decision(decision_id).proposal.arguments["mail_to"] == TO


def test_a_crash_amid_handing_over_leaves_it_in_doubt_and_sends_no_second_one(either: Desk) -> None:
    decision_id = either.proposed()

    def die() -> None:
        raise Killed

    either.mailbox.crash = die
    with pytest.raises(Killed):
        either.carry(decision_id)
    either.mailbox.crash = None
    assert either.carry(decision_id) == "executed"
    assert (len(either.mailbox.taken), either.status()) == (1, "in_doubt")
    with reading(either.house) as books:
        booked = SupplierOrders(books.store_id).get(books.connection, REFERENCE)
        assert booked is not None
        [snag] = snags(booked.order, booked.placed_at, books.now)
    assert snag.remedy == "enter_answer"
    either.say("refused")
    assert either.status() == "refused"


def test_a_carrier_that_took_it_without_an_answer_is_not_asked_again(desk: Desk) -> None:
    desk.mailbox.silent = True
    assert desk.carry(desk.proposed()) == "executed"
    assert (len(desk.mailbox.taken), desk.status()) == (1, "in_doubt")


def test_a_carrier_that_is_busy_is_asked_again(desk: Desk) -> None:
    desk.mailbox.busy = 1
    assert desk.carry(desk.proposed()) == "executed"
    assert (len(desk.mailbox.taken), desk.status()) == (1, "unconfirmed")


def test_an_address_that_takes_no_mail_refuses_the_order(desk: Desk) -> None:
    desk.mailbox.refuse = True
    decision_id = desk.proposed()
    assert desk.carry(decision_id) == "failed"
    assert "No such mailbox" in str(desk.house.decision(decision_id).failure)
    assert desk.status() == "refused"
    # The address is dead from now on: the next one is not even tried.
    desk.mailbox.refuse = False
    again = desk.proposed("RE-77-2")
    assert desk.carry(again) == "failed"
    assert "gets no more mail" in str(desk.house.decision(again).failure)
    assert desk.mailbox.taken == []


def test_a_mail_that_comes_back_later_makes_the_order_refused(desk: Desk) -> None:
    desk.placed()
    desk.report_bounce()
    assert desk.status() == "refused"
    assert [each.actor for each in desk.house.events("supplier.answer.bounced")] == ["smtp"]


def test_what_a_person_entered_stands_when_the_mail_is_reported_to_have_come_back(
    desk: Desk,
) -> None:
    desk.placed()
    desk.say("accepted")
    desk.report_bounce()
    assert desk.status() == "accepted"


@pytest.mark.parametrize(("carrier", "mail_to", "ends"), [
    ("outbox", TO, "failed"), ("smtp", "new@tack.example", "conflicted"),
    ("smtp", None, "conflicted"),
])  # fmt: skip
def test_nothing_leaves_without_a_mail_server_or_for_another_address_than_was_approved(
    desk: Desk, carrier: str, mail_to: Any, ends: str
) -> None:
    desk.mailbox.carrier, desk.mail_to = carrier, mail_to
    assert desk.carry(desk.proposed()) == ends
    assert (desk.mailbox.taken, desk.status()) == ([], None)


def test_what_the_answers_say_is_entered_and_tracked(desk: Desk) -> None:
    desk.placed()
    promised = datetime.now(UTC).replace(microsecond=0) + timedelta(days=4)
    desk.say("accepted", supplier_reference="T-9", promised_at=promised)
    with pytest.raises(Conflict, match="accepted"):
        desk.say("shipped")
    with pytest.raises(Conflict, match="accepted"):
        desk.say("cancelled", tracking=NUMBER)
    desk.say("shipped", tracking=NUMBER)
    order = desk.tracked()
    assert order is not None
    assert (order.status, order.tracking, order.supplier_reference, order.promised_at) == (
        "shipped", NUMBER, "T-9", promised,
    )  # fmt: skip
    assert order.shipped_at is not None
    desk.say("delivered")
    with pytest.raises(Conflict):
        desk.say("accepted")


def test_an_entry_of_what_stands_otherwise_by_now_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound):
        enter_answer(desk.house, REFERENCE, Answer("accepted"), seen="unconfirmed", actor="ada")
    desk.placed()
    desk.say("accepted")
    with pytest.raises(Conflict, match="by now"):
        enter_answer(desk.house, REFERENCE, Answer("refused"), seen="unconfirmed", actor="bo")
    with pytest.raises(Invalid, match="no answer"):
        desk.say("shipped", tracking=NUMBER, message_id="tms_of_somebody_else")


def test_undoing_asks_the_supplier_once_and_waits_for_its_answer(desk: Desk) -> None:
    undo = ledger.revert(desk.house, desk.placed(), "ada").id
    for _ in range(2):
        assert desk.carry(undo) == "executed"
    _, asked = desk.mailbox.taken
    assert "cancel" in asked.content.subject
    assert (asked.files, desk.status()) == ((), "cancel_asked")
    desk.say("cancelled")
    assert desk.status() == "cancelled"


def test_a_supplier_that_sends_it_all_the_same_is_not_asked_to_cancel_again(desk: Desk) -> None:
    assert desk.carry(ledger.revert(desk.house, desk.placed(), "ada").id) == "executed"
    desk.say("accepted")
    assert desk.status() == "accepted"
    with pytest.raises(Conflict, match="goes on"):
        asyncio.run(desk.port.cancel(REFERENCE, "execute:another"))
    assert len(desk.mailbox.taken) == 2


def test_a_crash_amid_asking_to_cancel_asks_no_second_time(desk: Desk) -> None:
    undo = ledger.revert(desk.house, desk.placed(), "ada").id

    def die() -> None:
        raise Killed

    desk.mailbox.crash = die
    with pytest.raises(Killed):
        desk.carry(undo)
    desk.mailbox.crash = None
    assert desk.carry(undo) == "executed"
    assert (len(desk.mailbox.taken), desk.status()) == (2, "cancel_asked")
    desk.say("accepted")
    order = desk.tracked()
    assert order is not None
    assert order.status == "accepted"


def test_an_order_that_has_left_is_not_asked_back(desk: Desk) -> None:
    decision_id = desk.placed()
    undo = ledger.revert(desk.house, decision_id, "ada").id
    desk.say("shipped", tracking=NUMBER)
    assert desk.carry(undo) in {"failed", "conflicted"}
    assert (len(desk.mailbox.taken), desk.status()) == (1, "shipped")


def answer(desk: Desk, subject: str, text: str, **headers: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Tack <{TO}>", "shop@test.example", subject
    mail["Message-ID"] = "<answer@tack.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    with writing(desk.house) as books:
        return str(take_in(books, arrival_of(bytes(mail), "shop@test.example"), None))


@pytest.mark.parametrize("by", ["In_Reply_To", "subject"])
def test_an_answer_stands_by_its_order_changes_nothing_and_is_for_a_person(
    desk: Desk, by: str
) -> None:
    desk.placed()
    ours = internet_id(desk.mailbox.taken[0].id, SENDER)
    thread_id = (
        answer(desk, "Re: your order", f"Ship it! {NUMBER.number}", In_Reply_To=f"<{ours}>")
        if by == "In_Reply_To"
        else answer(desk, f"re: {REFERENCE.lower()}", f"Ship it! {NUMBER.number}")
    )
    with reading(desk.house) as books:
        [said] = replies_on(books.connection, books.store_id, [REFERENCE])[REFERENCE]
        thread = Threads(books.store_id).get(books.connection, thread_id)
    assert said.parcels == (NUMBER,)
    assert thread.escalation is not None
    assert desk.status() == "unconfirmed"
    desk.say("shipped", tracking=NUMBER, message_id=said.message_id)
    [told] = desk.house.events("supplier.answer.entered")
    assert told.payload["message_id"] == said.message_id


def test_whoever_is_erased_is_erased_from_what_suppliers_answered(either: Desk) -> None:
    either.placed()
    thread_id = answer(either, f"Order {REFERENCE}", "It goes to Łucja Rider, Kade 1.")
    with writing(either.house) as books:
        Privacy(books.store_id).erase(books.connection, "c1", ["77"], books.now)
        left = Threads(books.store_id).messages(books.connection, thread_id)
    assert left
    assert all("Kade" not in f"{each}" for each in left)


def test_an_answer_starts_who_waits_for_it_once_and_the_next_one_again(desk: Desk) -> None:
    desk.house.register("order_fulfillment")
    desk.placed()
    assert wake_answered(desk.house) == []
    desk.say("accepted")
    [run] = wake_answered(desk.house)
    assert wake_answered(desk.house) == []
    cancel(desk.house, run, "ada")
    desk.say("shipped", tracking=NUMBER)
    assert len(wake_answered(desk.house)) == 1
