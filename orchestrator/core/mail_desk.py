"""Customers' orders at suppliers that take them by mail: a desk whose answers people enter.

The supplier states nothing by itself. How an order stands is what went out and what was entered of
the answers; both are in our own books.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import Conflict, Invalid, NotConfigured, NotFound
from orchestrator.core.action import decision_of
from orchestrator.core.books import Books, Ground, reading
from orchestrator.core.handing_over import HandingOver, nothing_else
from royal_platform.commerce.decisions.fulfilment import MAIL_FLOW, cancel_mail_id, order_mail_id
from royal_platform.commerce.messages.model import Enclosure, Envelope, Purpose, Rendered, State
from royal_platform.commerce.messages.ports import Mailer
from royal_platform.commerce.suppliers.model import (
    GONE,
    LEFT,
    UNANSWERED,
    OrderRequest,
    OrderStatus,
    SupplierOrder,
)
from royal_platform.commerce.suppliers.ports import Reading, SupplierDesk, SupplierReader
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.suppliers import Supplier, Suppliers
from royal_platform.suppliers.manual.letter import cancel_letter, order_letter, order_text

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


@dataclass(frozen=True, slots=True)
class Desks:
    """Each supplier by its id, whether it is reached over a wire or by mail."""

    reader: Callable[[str], SupplierReader]
    desk: Callable[[str], SupplierDesk]
    mails_to: Callable[[str], str | None]


def desks_of(platform: Platform, desk: Callable[[str], SupplierDesk], mailer: Mailer, sender: str
             ) -> Desks:  # fmt: skip
    """The suppliers of a store. ``desk``: those over a wire, given to execution only."""

    def by_mail(supplier_id: str) -> MailDesk | None:
        found = _supplier(platform, supplier_id)
        return None if found.takes_orders else MailDesk(platform, found, mailer, sender)

    def mails_to(supplier_id: str) -> str | None:
        return _supplier(platform, supplier_id).serves_by_mail

    return Desks(
        lambda each: by_mail(each) or platform.supplier(each),
        lambda each: by_mail(each) or desk(each), mails_to,
    )  # fmt: skip


def _supplier(platform: Platform, supplier_id: str) -> Supplier:
    with reading(platform) as books:
        return Suppliers(books.store_id).get(books.connection, supplier_id)


def why_not_by_mail(books: Books, address: str) -> str | None:
    """Why this address can be sent no order now; None: it can."""
    cause = Messages(books.store_id).suppressed(books.connection, "", address)
    return None if cause is None else f"Its address gets no more mail: {cause.value}."


class MailTrack:
    """``SupplierReader`` of a supplier without an order desk: what our books say of our orders."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def catalogue(self) -> Reading:
        """No offers: its feed is read elsewhere."""
        return Reading(())

    async def track(self, reference: str) -> SupplierOrder | None:
        """Our order by what went out and what was entered; None: it never went out."""
        with reading(self._ground) as books:
            return stated(books, reference)


class MailDesk(MailTrack):
    """``SupplierDesk`` by mail, as far as mail can answer: it is placed when the mail is out."""

    def __init__(self, ground: Ground, supplier: Supplier, mailer: Mailer, sender: str) -> None:
        super().__init__(ground)
        self._supplier, self._mailer, self._sender = supplier, mailer, sender

    async def place(self, order: OrderRequest, idempotency_key: str) -> SupplierOrder:
        """Mail the order with its address once; the same reference again changes nothing.

        Raises ``NotConfigured`` without a mail server, ``MailRejected`` and ``MailUnavailable``.
        """
        # What draws it brings fonts and pictures: read for the first one, not at each start.
        from royal_platform.suppliers.manual.document import customers_order

        placed = await self.track(order.reference)
        if placed is not None:
            return placed
        with reading(self._ground) as books:
            address = self._address(books)
            buyer, now = books.store.name or books.store.domain, books.now
        name = f"order-{order.reference}"
        files = (
            Enclosure(f"{name}.pdf", "application/pdf",
                      customers_order(order, buyer=buyer, placed_at=now)),
            Enclosure(f"{name}.txt", "text/plain", order_text(order).encode("utf-8-sig")),
        )  # fmt: skip
        await self._send(
            order_mail_id(order.reference), order.reference, idempotency_key, to=address,
            content=order_letter(order, buyer=buyer), files=files,
        )  # fmt: skip
        return await self._as_it_stands(order.reference)

    async def cancel(self, reference: str, idempotency_key: str) -> SupplierOrder:
        """Ask once by mail to cancel it; it stands as asked until an answer is entered."""
        order = await self._as_it_stands(reference)
        if order.status in GONE | {"cancel_asked"}:
            return order
        if order.status in LEFT:
            raise Conflict(
                f"The order {reference!r} has left its supplier.", remedy="Take the goods back."
            )
        with reading(self._ground) as books:
            asked = Messages(books.store_id).find(books.connection, cancel_mail_id(reference))
            address = self._address(books)
            buyer = books.store.name or books.store.domain
        if asked is not None and asked.state is State.SENT:
            raise Conflict(
                f"The supplier was asked to cancel {reference!r} and answered that it goes on.",
                remedy="Write to it yourself, or take the goods back when they come.",
            )
        await self._send(
            cancel_mail_id(reference), reference, idempotency_key, to=address,
            content=cancel_letter(reference, buyer=buyer), sent=self._note_asked,
        )  # fmt: skip
        return await self._as_it_stands(reference)

    def _address(self, books: Books) -> str:
        address = self._supplier.address
        if address is None:
            raise Invalid(
                f"Where {self._supplier.name} takes mail is not known.",
                remedy="Enter its mail address on the Suppliers page.",
            )
        if self._mailer.carrier == "outbox":
            raise NotConfigured(
                "Orders go to it by mail, and no mail server is set up.",
                remedy="Set SMTP_URL or SENDGRID_API_KEY, and MAIL_FROM.",
            )
        reason = why_not_by_mail(books, address)
        if reason is not None:
            raise Invalid(reason, remedy="Enter another address, or let this one have mail again.")
        return address

    async def _send(
        self, message_id: str, reference: str, key: str, *, to: str, content: Rendered,
        files: tuple[Enclosure, ...] = (),
        sent: Callable[[Books, StoredMessage], None] = nothing_else,
    ) -> None:  # fmt: skip
        with reading(self._ground) as books:
            now = books.now
        message = StoredMessage(
            id=message_id, decision_id=decision_of(key), customer_id=None, flow=MAIL_FLOW,
            step=reference, purpose=Purpose.TRANSACTIONAL.value, template=MAIL_FLOW,
            carrier=self._mailer.carrier, state=State.COMPOSED, address=to, content=content,
            created_at=now, sent_at=None,
        )  # fmt: skip
        envelope = Envelope(message_id, self._sender, to, content, None, files=files)
        await HandingOver(self._ground, self._mailer, message, sent).give(envelope)

    def _note_asked(self, books: Books, message: StoredMessage) -> None:
        """In the commit that says that the question is out, its order waits for the answer."""
        orders = SupplierOrders(books.store_id)
        booked = orders.get(books.connection, message.step)
        if booked is not None:
            asked = replace(booked.order, status="cancel_asked")
            orders.state(books.connection, asked, now=books.now)

    async def _as_it_stands(self, reference: str) -> SupplierOrder:
        found = await self.track(reference)
        if found is None:
            raise NotFound(f"There is no order {reference!r}.", remedy="See the suppliers' orders.")
        return found


def stated(books: Books, reference: str) -> SupplierOrder | None:
    """How an order by mail stands: what was entered of it, and what went out."""
    booked = SupplierOrders(books.store_id).get(books.connection, reference)
    store = Messages(books.store_id)
    order = None if booked is None else booked.order
    if order is None or order.status in UNANSWERED:
        order = _by_mail(store.find(books.connection, order_mail_id(reference)), reference)
    if order is None or order.status in GONE | LEFT:
        return order
    asked = store.find(books.connection, cancel_mail_id(reference))
    # Once it is known that the question is out, it stands in the book until it is answered.
    is_asked = asked is not None and (
        asked.state is State.HANDING_OVER or (booked is None and asked.state is State.SENT)
    )
    return replace(order, status="cancel_asked") if is_asked else order


def _by_mail(mail: StoredMessage | None, reference: str) -> SupplierOrder | None:
    told: Mapping[State, OrderStatus] = {
        State.SENT: "unconfirmed", State.HANDING_OVER: "in_doubt", State.BOUNCED: "refused",
    }  # fmt: skip
    if mail is None or mail.state not in told:
        return None
    return SupplierOrder(reference, "", told[mail.state])
