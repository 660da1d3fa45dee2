"""What suppliers answer to orders that went to them by mail, as a person enters it."""

from __future__ import annotations

from core.errors import Conflict, Invalid, NotFound
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, writing
from orchestrator.core.mail_desk import stated
from orchestrator.core.runs import wake_behind
from orchestrator.core.supplying import ORDER_STATED
from royal_platform.commerce.decisions.fulfilment import MAIL_FLOW, cancel_mail_id
from royal_platform.commerce.messages.model import State
from royal_platform.commerce.suppliers.answers import Answer, answered, can_say
from royal_platform.commerce.suppliers.model import GONE, SupplierOrder
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.supplier_orders import BookedOrder, SupplierOrders
from royal_platform.persistence.supplier_replies import replies_on
from royal_platform.persistence.suppliers import Suppliers

# Types of events: what a person entered, and what came back.
_ANSWERS = "supplier.answer."
_log = get_logger(__name__)


def enter_answer(ground: Ground, reference: str, answer: Answer, *, seen: str, actor: Actor
                 ) -> None:  # fmt: skip
    """Put an order as its supplier's mail states it; ``seen`` is how it stood for the person.

    Raises ``NotFound``; ``Conflict`` when it stands otherwise by now, when its supplier states
    orders by itself, or when this cannot follow how it stands; ``Invalid`` for a mail of another
    order.
    """
    with writing(ground) as books:
        booked = SupplierOrders(books.store_id).get(books.connection, reference)
        if booked is None:
            raise NotFound(
                f"There is no order {reference!r} at a supplier.",
                remedy="See the orders on the Suppliers page.",
            )
        _refuse_what_is_stated(books, booked)
        if booked.order.status != seen:
            raise Conflict(
                f"The order {reference!r} is {booked.order.status} by now.",
                remedy="Read it again, then enter what the mail says.",
            )
        _refuse_other_mail(books, reference, answer)
        order = answered(booked.order, answer, books.now)
        if order is None:
            raise Conflict(
                f"An order that is {booked.order.status} cannot be entered as {answer.said} so.",
                remedy=f"Enter one of: {', '.join(can_say(booked.order.status)) or 'nothing'}; "
                "a parcel's number goes with what was shipped, and with nothing else.",
            )
        _keep(books, booked, order, "entered", actor_name(actor), message_id=answer.message_id)
        # Whoever answers got the question.
        Messages(books.store_id).move(
            books.connection, cancel_mail_id(reference), seen=State.HANDING_OVER, to=State.SENT,
            at=books.now,
        )  # fmt: skip
    _log.info("supplier.answer.entered", supplier_order_id=reference, status=order.status)


def wake_answered(ground: Ground) -> list[str]:
    """Start who waits for what suppliers say; the runs."""
    return wake_behind(ground, ORDER_STATED, (f"{_ANSWERS}entered", f"{_ANSWERS}bounced"))


def note_bounce(books: Books, message: StoredMessage) -> None:
    """A mail that came back was no order: it is refused, and goes elsewhere."""
    if message.flow != MAIL_FLOW:
        return
    booked = SupplierOrders(books.store_id).get(books.connection, message.step)
    order = stated(books, message.step)
    if booked is not None and order is not None and order.status == "refused":
        _keep(books, booked, order, "bounced", message.carrier)


def _keep(
    books: Books, booked: BookedOrder, order: SupplierOrder, how: str, actor: str,
    **facts: str | None,
) -> None:  # fmt: skip
    if not SupplierOrders(books.store_id).state(books.connection, order, now=books.now):
        return
    if order.status in GONE:
        books.executions.give_back(books.connection, booked.decision_id)
    supplier = Suppliers(books.store_id).find(books.connection, booked.supplier_id)
    books.tell(
        f"{_ANSWERS}{how}", booked.supplier_id, actor,
        {
            "supplier_id": booked.supplier_id,
            "name": booked.supplier_id if supplier is None else supplier.name,
            "supplier_order_id": booked.id, "order_id": booked.order_id, "status": order.status,
            **facts,
        },
    )  # fmt: skip


def _refuse_what_is_stated(books: Books, booked: BookedOrder) -> None:
    mailed = Messages(books.store_id).of_steps(books.connection, MAIL_FLOW, [booked.id])
    if booked.id not in mailed:
        raise Conflict(
            f"The order {booked.id!r} did not go out by mail.",
            remedy="Its supplier's desk says how it stands: have the supplier read again.",
        )


def _refuse_other_mail(books: Books, reference: str, answer: Answer) -> None:
    if answer.message_id is None:
        return
    said = replies_on(books.connection, books.store_id, [reference]).get(reference, ())
    if answer.message_id not in {each.message_id for each in said}:
        raise Invalid(
            f"The mail {answer.message_id!r} is no answer to {reference!r}.",
            remedy="Name a mail that stands by this order, or none.",
        )
