"""Threads with customers on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.schemas.common import MoneyOut
from app.schemas.support import (
    AddressChangeIn,
    CodeIn,
    DraftOut,
    EscalationOut,
    ExchangeableLineOut,
    ExchangeIn,
    FilePath,
    OrderCancelIn,
    OtherVariantOut,
    ProposedOut,
    RefundIn,
    ReplyIn,
    ReshipIn,
    ReturnIn,
    ThreadDetail,
    ThreadMessageOut,
    ThreadOut,
    ThreadPage,
    ThreadQuery,
    TriageOut,
    VouchIn,
    VouchingOut,
)
from app.views import shared
from core.errors import NotFound
from orchestrator.core import attending
from royal_platform.commerce.decisions.exchanges import difference
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.exchanging import ExchangeableLine
from royal_platform.commerce.support.model import ThreadStatus
from royal_platform.commerce.support.rules import is_late
from royal_platform.commerce.support.service import Code, GoodsBack, LostGoods
from royal_platform.persistence.support import Threads
from royal_platform.persistence.support_facts import exchangeable_lines, order_money

if TYPE_CHECKING:
    from datetime import datetime

    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.support.model import Attachment, Draft, Thread, ThreadMessage


def threads(platform: Platform, query: ThreadQuery) -> ThreadPage:
    """A page of threads."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        now = store.store_clock().now()
        book = Threads(store.id)
        page = book.page(
            connection, status=None if query.status is None else ThreadStatus(query.status),
            customer_id=query.customer_id, understood=_understood(query),
            cursor=query.cursor, limit=query.limit,
        )  # fmt: skip
        counts = book.counts(connection)
    return ThreadPage(
        data=[ThreadOut(**_thread(one, now)) for one in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        counts={status.value: number for status, number in counts.items()},
        provenance=shared.provenance(store),
    )


def _understood(query: ThreadQuery) -> dict[str, str]:
    asked = {"intent": query.intent, "sentiment": query.sentiment, "urgency": query.urgency}
    return {name: str(value) for name, value in asked.items() if value is not None}


def file(platform: Platform, path: FilePath) -> tuple[Attachment, bytes]:
    """A file of one of the thread's messages. Raises ``NotFound``."""
    with platform.database.read() as connection:
        book = Threads(shared.store(platform, connection).id)
        said = book.messages(connection, path.thread_id)
        if path.attachment_id not in {each.id for one in said for each in one.attachments}:
            raise NotFound("The thread has no such file.", remedy="Read the thread again.")
        return book.content(connection, path.attachment_id)


def thread(platform: Platform, thread_id: str) -> ThreadDetail:
    """One thread with what was said in it."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        book = Threads(store.id)
        found = book.get(connection, thread_id)
        messages = book.messages(connection, thread_id)
        draft = book.draft(connection, thread_id)
        order = (
            None if found.order_id is None
            else order_money(connection, store.id, found.order_id)
        )  # fmt: skip
        lines = [] if order is None else exchangeable_lines(connection, store.id, order)
    return ThreadDetail(
        **_thread(found, store.store_clock().now()),
        messages=[_message(one) for one in messages],
        draft=None if draft is None else _draft(draft),
        exchangeable=[_exchangeable(line, store.currency) for line in lines if line.others],
        provenance=shared.provenance(store),
    )


def _exchangeable(line: ExchangeableLine, currency: str) -> ExchangeableLineOut:
    paid = Money(line.paid, currency).rounded()
    return ExchangeableLineOut(
        id=line.id, title=line.title, variant=line.variant, units=line.units,
        others=[
            OtherVariantOut(
                id=each.id, title=each.title, available=each.available,
                difference=MoneyOut(**asdict(difference(Money(each.price, currency), 1, paid))),
            )
            for each in line.others
        ],
    )  # fmt: skip


def answer(platform: Platform, who: Principal, thread_id: str, body: ReplyIn) -> ProposedOut:
    """A person's reply as a decision."""
    given = attending.Answer(body.text, body.key, body.language, body.resolves)
    found = attending.answer(platform, thread_id, given, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def refund(platform: Platform, who: Principal, thread_id: str, body: RefundIn) -> ProposedOut:
    """Money back as a decision."""
    found = attending.give_back(platform, thread_id, body.amount, body.note, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def cancel_order(
    platform: Platform, who: Principal, thread_id: str, body: OrderCancelIn
) -> ProposedOut:
    """The thread's order cancelled, as a decision."""
    found = attending.cancel(platform, thread_id, body.note, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def change_address(
    platform: Platform, who: Principal, thread_id: str, body: AddressChangeIn
) -> ProposedOut:
    """Another address, as a decision."""
    found = attending.readdress(platform, thread_id, body.address.model_dump(), body.note, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def return_goods(platform: Platform, who: Principal, thread_id: str, body: ReturnIn) -> ProposedOut:
    """Goods that come back, as a decision."""
    goods = GoodsBack(body.lines, body.reason, body.note)
    found = attending.take_back(platform, thread_id, goods, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def exchange_goods(
    platform: Platform, who: Principal, thread_id: str, body: ExchangeIn
) -> ProposedOut:
    """Goods that come back for another variant, as a decision."""
    wish = attending.Wish(body.line_id, body.variant_id, body.units, body.reason, body.note)
    found = attending.exchange(platform, thread_id, wish, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def send_again(platform: Platform, who: Principal, thread_id: str, body: ReshipIn) -> ProposedOut:
    """Lost goods sent again, as a decision."""
    found = attending.send_again(platform, thread_id, LostGoods(body.lines, body.note), who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def give_code(platform: Platform, who: Principal, thread_id: str, body: CodeIn) -> ProposedOut:
    """A code, as a decision."""
    given = Code(body.percent, body.days, body.note)
    found = attending.give_code(platform, thread_id, given, who)
    return ProposedOut(decision_id=found.id, status=found.status.value)


def escalate(platform: Platform, who: Principal, thread_id: str) -> ThreadDetail:
    """The thread in a person's hands."""
    attending.take_over(platform, thread_id, who)
    return thread(platform, thread_id)


def vouch(platform: Platform, who: Principal, thread_id: str, body: VouchIn) -> ThreadDetail:
    """A person's word for who wrote it."""
    attending.vouch(platform, thread_id, body.message_id, body.note, who)
    return thread(platform, thread_id)


def resolve(platform: Platform, who: Principal, thread_id: str) -> ThreadDetail:
    """The thread, settled."""
    attending.settle(platform, thread_id, who)
    return thread(platform, thread_id)


def _thread(found: Thread, now: datetime) -> dict[str, Any]:
    triage, escalation, clock = found.triage, found.escalation, found.clock
    return {
        "id": found.id, "channel": found.channel.value, "status": found.status.value,
        "subject": found.subject, "author": found.author, "address": found.address,
        "customer_id": found.customer_id, "order_id": found.order_id,
        "opened_at": found.opened_at, "last_message_at": found.last_message_at,
        **asdict(clock), "late": is_late(clock, now),
        "triage": None if triage is None else TriageOut(**asdict(triage)),
        "escalation": None if escalation is None else EscalationOut(**asdict(escalation)),
        "satisfaction": found.satisfaction, "proof": found.proof.value,
        "vouching": None if found.vouching is None else VouchingOut(**asdict(found.vouching)),
    }  # fmt: skip


def _message(found: ThreadMessage) -> ThreadMessageOut:
    told = asdict(found)
    for name in ("thread_id", "internet_id"):
        told.pop(name)
    return ThreadMessageOut(**told)


def _draft(found: Draft) -> DraftOut:
    told = asdict(found)
    told.pop("thread_id")
    return DraftOut(**told)
