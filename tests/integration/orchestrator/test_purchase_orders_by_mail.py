"""A purchase order goes to its supplier by mail: once, whatever crashes, and is answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from core.errors import Conflict
from orchestrator.core import ledger
from orchestrator.core.books import reading, writing
from orchestrator.core.execution import execute
from orchestrator.core.purchase_mailing import send_by_mail
from orchestrator.core.suppressing import lift
from orchestrator.core.taking_in import take_in
from royal_platform.commerce.decisions.model import Ruling
from royal_platform.commerce.decisions.purchase_mail import FLOW, PURCHASE_MAIL, purchase_mail_id
from royal_platform.commerce.messages.model import Cause, State
from royal_platform.commerce.messages.rules import address_digest, internet_id
from royal_platform.messaging.inbound import arrival_of
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.supplier_replies import replies_to
from royal_platform.persistence.suppliers import Suppliers
from tests.fakes.post import Mailbox, People, post
from tests.integration.orchestrator.test_receipts import ordered

TO = "orders@tack.example"


class Killed(BaseException):
    """A process that ended here."""


def decide(house: Any, order_id: str, key: str = "1", to: str = TO) -> str:
    return send_by_mail(house, order_id, to=to, key=f"entry-{key}", actor="bo")


def carry(house: Any, mailbox: Mailbox, decision_id: str) -> str:
    hands = replace(house.hands, post=post(People(), mailbox))
    return asyncio.run(execute(house, hands, decision_id))


def mails(house: Any, order_id: str) -> list[Any]:
    with reading(house) as books:
        return (
            Messages(books.store_id).of_steps(books.connection, FLOW, [order_id]).get(order_id, [])
        )


def answer(house: Any, subject: str, **headers: str) -> str:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Tack <{TO}>", "shop@test.example", subject
    mail["Message-ID"] = "<answer@tack.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Confirmed.")
    with writing(house) as books:
        return take_in(books, arrival_of(bytes(mail), "shop@test.example"), None)


def decision_of(house: Any, order_id: str) -> str:
    with reading(house) as books:
        return str(books.purchases.get(books.connection, order_id).decision_id)


def replies(house: Any, order_id: str) -> list[str]:
    with reading(house) as books:
        found = replies_to(books.connection, books.store_id, [order_id])
    return [each.text for each in found.get(order_id, [])]


def test_an_order_is_mailed_once_with_its_document_and_read_back(house: Any) -> None:
    order_id, mailbox = ordered(house), Mailbox()
    decision_id = decide(house, order_id)
    assert decide(house, order_id) == decision_id
    assert carry(house, mailbox, decision_id) == "executed"
    assert carry(house, mailbox, decision_id) == "executed"
    assert decide(house, order_id) == decision_id
    [taken] = mailbox.taken
    [document] = taken.files
    assert (taken.to, document.media_type) == (TO, "application/pdf")
    assert order_id in taken.content.subject
    assert document.content.startswith(b"%PDF-")
    [kept] = mails(house, order_id)
    assert (kept.id, kept.state, kept.address) == (taken.id, State.SENT, TO)
    assert house.decision(decision_id).proposal.inverse.kind is None
    with pytest.raises(Conflict, match="sent"):
        decide(house, order_id, "2", TO.upper())


def test_a_crash_between_the_mail_and_its_record_sends_no_second_one(house: Any) -> None:
    order_id = ordered(house)
    decision_id = decide(house, order_id)

    def die() -> None:
        raise Killed

    mailbox = Mailbox(crash=die)
    with pytest.raises(Killed):
        carry(house, mailbox, decision_id)
    mailbox.crash = None
    assert carry(house, mailbox, decision_id) == "conflicted"
    assert len(mailbox.taken) == 1
    assert [each.state for each in mails(house, order_id)] == [State.HANDING_OVER]
    with pytest.raises(Conflict):
        decide(house, order_id, "2")


def test_mail_to_suppliers_takes_nothing_from_what_customers_may_get(house: Any) -> None:
    assert carry(house, Mailbox(), decide(house, ordered(house))) == "executed"
    with reading(house) as books:
        store = Messages(books.store_id)
        assert store.sent_since(books.connection, books.now - timedelta(days=1)) == 0


def test_what_bounced_goes_out_once_after_a_person_lifted_the_suppression(house: Any) -> None:
    order_id, mailbox = ordered(house), Mailbox(refuse=True)
    assert carry(house, mailbox, decide(house, order_id)) == "failed"
    mailbox.refuse = False
    with pytest.raises(Conflict):
        decide(house, order_id, "2")
    lift(house, address_digest(TO), "ada")
    assert carry(house, mailbox, decide(house, order_id, "3")) == "executed"
    assert [each.state for each in mails(house, order_id)] == [State.SENT]
    with pytest.raises(Conflict):
        decide(house, order_id, "4")


def test_an_order_cancelled_meanwhile_is_not_mailed(house: Any) -> None:
    order_id, mailbox = ordered(house), Mailbox()
    decision_id = decide(house, order_id)
    with writing(house) as books:
        books.purchases.cancel(books.connection, order_id)
    assert carry(house, mailbox, decision_id) == "conflicted"
    assert mailbox.taken == []
    with pytest.raises(Conflict, match="cancelled already"):
        decide(house, order_id, "2")


@pytest.mark.parametrize("header", ["In_Reply_To", "References"])
def test_an_answer_finds_its_order_by_the_mail_it_answers(house: Any, header: str) -> None:
    order_id, mailbox = ordered(house), Mailbox()
    carry(house, mailbox, decide(house, order_id))
    [taken] = mailbox.taken
    ours = internet_id(taken.id, taken.sender)
    answer(house, "Order confirmation 4711", **{header: f"<{ours}>"})
    assert replies(house, order_id) == ["Confirmed."]


def test_an_answer_to_nothing_of_ours_is_found_by_the_number_alone(house: Any) -> None:
    order_id = ordered(house)
    answer(house, "Order confirmation 4711", In_Reply_To="<msg_0@test.example>")
    assert replies(house, order_id) == []


def supplier(house: Any, **changes: Any) -> str:
    """A supplier that a person entered: what is ordered from it goes out by mail."""
    given = {"address": TO, "send_orders": True, "active": True, **changes}
    mail = {name: given[name] for name in ("address", "send_orders")}
    with writing(house) as books:
        repository = Suppliers(books.store_id)
        known = repository.find(books.connection, "sup_tack")
        if known is None:
            repository.add(
                books.connection, supplier_id="sup_tack", name="Tack", kind="manual",
                origin="entered", settings={"mail": mail}, actor="ada", active=given["active"],
                now=books.now,
            )  # fmt: skip
        else:
            repository.change(
                books.connection, known.id, version=known.version, name=known.name,
                settings={"mail": mail}, active=given["active"], actor="ada", now=books.now,
            )  # fmt: skip
    return "sup_tack"


def mail_decisions(house: Any) -> list[Any]:
    return [
        house.decision(each.subject) for each in house.events("decision.proposed")
        if house.decision(each.subject).proposal.kind == PURCHASE_MAIL
    ]  # fmt: skip


def test_an_approved_order_is_mailed_to_a_supplier_that_takes_orders_so_and_answered(
    house: Any,
) -> None:
    order_id, mailbox = ordered(house, supplier_id=supplier(house), supplier="Tack"), Mailbox()
    [decision] = mail_decisions(house)
    assert (decision.status.value, decision.verdict.ruling) == ("approved", Ruling.ALLOW)
    for _ in range(2):
        assert carry(house, mailbox, decision.id) == "executed"
        assert carry(house, mailbox, decision_of(house, order_id)) == "executed"
    [taken] = mailbox.taken
    assert (taken.to, len(taken.files)) == (TO, 1)
    assert [each.state for each in mails(house, order_id)] == [State.SENT]
    assert [each.id for each in mail_decisions(house)] == [decision.id]
    with pytest.raises(Conflict, match="sent"):
        decide(house, order_id)
    ours = internet_id(taken.id, taken.sender)
    answer(house, "Order confirmation 4711", In_Reply_To=f"<{ours}>")
    assert replies(house, order_id) == ["Confirmed."]


@pytest.mark.parametrize("changes", [{"send_orders": False}, {"active": False}])
def test_nothing_is_mailed_by_itself_unless_a_person_said_so(house: Any, changes: Any) -> None:
    order_id = ordered(house, supplier_id=supplier(house, **changes), supplier="Tack")
    assert mail_decisions(house) == []
    assert carry(house, Mailbox(), decide(house, order_id)) == "executed"


def test_an_order_of_nobody_known_is_mailed_to_nobody(house: Any) -> None:
    supplier(house)
    ordered(house)
    assert mail_decisions(house) == []


@pytest.mark.parametrize(
    "changes", [{"send_orders": False}, {"active": False}, {"address": "new@tack.example"}]
)
def test_a_word_that_was_taken_back_meanwhile_sends_nothing(house: Any, changes: Any) -> None:
    ordered(house, supplier_id=supplier(house), supplier="Tack")
    [decision] = mail_decisions(house)
    supplier(house, **changes)
    mailbox = Mailbox()
    assert carry(house, mailbox, decision.id) == "rejected"
    assert mailbox.taken == []


def test_a_crash_of_a_mail_that_goes_by_itself_sends_no_second_one(house: Any) -> None:
    order_id = ordered(house, supplier_id=supplier(house), supplier="Tack")
    [decision] = mail_decisions(house)

    def die() -> None:
        raise Killed

    mailbox = Mailbox(crash=die)
    with pytest.raises(Killed):
        carry(house, mailbox, decision.id)
    mailbox.crash = None
    assert carry(house, mailbox, decision.id) == "conflicted"
    assert [each.state for each in mails(house, order_id)] == [State.HANDING_OVER]
    assert len(mailbox.taken) == 1


def test_a_dead_address_is_not_written_to_and_the_order_stands(house: Any) -> None:
    with writing(house) as books:
        Messages(books.store_id).suppress(
            books.connection, TO, Cause.BOUNCED, source="smtp", now=books.now
        )
    order_id = ordered(house, supplier_id=supplier(house), supplier="Tack")
    [decision] = mail_decisions(house)
    assert decision.status.value == "rejected"
    with reading(house) as books:
        assert books.purchases.get(books.connection, order_id).status == "ordered"


@pytest.mark.parametrize("to", ["thief@else.example", TO])
def test_a_word_on_one_supplier_covers_no_other_address_or_supplier(house: Any, to: str) -> None:
    order_id = ordered(house, supplier_id=supplier(house), supplier="Tack")
    [decision] = mail_decisions(house)
    told = {**decision.proposal.arguments, "to": to}
    if to == TO:
        told["supplier_id"] = "sup_unknown"
    subject = replace(decision.proposal.subject, id=purchase_mail_id(order_id, to))
    [asked] = ledger.propose(house, [replace(decision.proposal, arguments=told, subject=subject)])
    assert house.status(asked) == "proposed"
    assert house.decision(asked).verdict.ruling is Ruling.ASK


def test_an_agent_may_not_write_to_a_supplier(house: Any) -> None:
    order_id = ordered(house)
    proposal = replace(
        house.decision(decide(house, order_id)).proposal, provenance="agent", run_id=None
    )
    [decision_id] = ledger.propose(house, [proposal])
    assert house.status(decision_id) == "proposed"
