"""``purchase_order.mail``: a purchase order goes to its supplier by mail, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.errors import Conflict
from core.telemetry.logs import get_logger
from orchestrator.core.action import Facts
from orchestrator.core.books import Actor, Ground, actor_name, reading, writing
from orchestrator.core.gate import gate_state
from orchestrator.core.ledger import refuse_denied
from orchestrator.core.messaging import MessageAction, Post, standing
from orchestrator.core.proposing import release
from royal_platform.commerce.decisions.model import Decision, Inverse
from royal_platform.commerce.decisions.purchase_mail import FLOW
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.inventory.purchase_mail import not_unsent, purchase_mail_proposal
from royal_platform.commerce.messages.model import Enclosure, Envelope, Purpose, State
from royal_platform.persistence.messages import Messages, StoredMessage
from royal_platform.suppliers.manual.letter import purchase_letter

_log = get_logger(__name__)


def send_by_mail(ground: Ground, order_id: str, *, to: str, key: str, actor: Actor) -> str:
    """Decide to mail the order to ``to``; the worker sends it. The decision's id.

    The same ``key`` again changes nothing. Raises ``NotFound``; ``Conflict`` for an order that is
    closed, or when the gate denies it (it was sent to this address, or the address is dead).
    """
    name = actor_name(actor)
    proposal_key = f"purchase_mail:{key}"
    with writing(ground) as books:
        known = books.decisions.of_key(books.connection, proposal_key)
        if known is not None:
            return known
        booked = books.purchases.booked(books.connection, order_id)
        if booked.order.status != "ordered":
            raise Conflict(
                f"The purchase order {order_id!r} is {booked.order.status} already.",
                remedy="Send an order that is open.",
            )
        cause = Messages(books.store_id).suppressed(books.connection, "", to)
        proposal = purchase_mail_proposal(
            booked.order, booked.title, to=to, who=name, now=books.now,
            suppressed=None if cause is None else cause.value,
        )  # fmt: skip
        verdict = judge(proposal, books.policy, gate_state(books, proposal))
        refuse_denied(verdict, f"mail of {order_id}")
        decision_id, _ = books.decisions.add(
            books.connection, proposal, verdict, now=books.now, proposal_key=proposal_key
        )
        decision = books.decisions.get(books.connection, decision_id)
        books.tell_decision("decision.proposed", decision, name, ruling=verdict.ruling.value)
        release(books, decision, name)
    _log.info("purchase_mail.decided", decision_id=decision_id, actor=name)
    return decision_id


class PurchaseMailAction(MessageAction):
    """Its precondition: the order is open as it was seen, and this mail of it is not out."""

    def __init__(self, ground: Ground, post: Post) -> None:
        super().__init__(ground, post)
        self._ground, self._post = ground, post

    async def read(self, decision: Decision) -> Facts | None:
        """Where the mail stands and how the order is booked; None = no such order."""
        arguments = decision.proposal.arguments
        with reading(self._ground) as books:
            store = Messages(books.store_id)
            order = books.purchases.find(books.connection, str(arguments["purchase_order_id"]))
            found = store.find(books.connection, decision.proposal.subject.id)
            cause = store.suppressed(books.connection, "", str(arguments["to"]))
        if order is None:
            return None
        return {
            "message": standing(found, decision.id), "status": order.status,
            "quantity": order.quantity, "suppressed": None if cause is None else cause.value,
        }  # fmt: skip

    async def write(self, decision: Decision, before: Facts, key: str) -> None:  # noqa: ARG002
        """Write the mail with the order as a document, and hand it over once."""
        # What draws it brings fonts and pictures: read for the first one, not at each start.
        from royal_platform.suppliers.manual.document import purchase_order

        arguments, subject = decision.proposal.arguments, decision.proposal.subject
        order_id, to = str(arguments["purchase_order_id"]), str(arguments["to"])
        with reading(self._ground) as books:
            booked = books.purchases.booked(books.connection, order_id)
            buyer, now = books.store.name or books.store.domain, books.now
        document = purchase_order(
            booked.order, title=booked.title, buyer=buyer, placed_at=booked.created_at
        )
        content = purchase_letter(booked.order, title=booked.title, buyer=buyer)
        message = StoredMessage(
            id=subject.id, decision_id=decision.id, customer_id=None, flow=FLOW, step=order_id,
            purpose=Purpose.TRANSACTIONAL.value, template=FLOW,
            carrier=self._post.mailer.carrier, state=State.COMPOSED, address=to, content=content,
            created_at=now, sent_at=None,
        )  # fmt: skip
        enclosure = Enclosure(f"purchase-order-{order_id}.pdf", "application/pdf", document)
        envelope = Envelope(message.id, self._post.sender, to, content, None, files=(enclosure,))
        await self.hand_over(message, envelope)

    def inverse(self, decision: Decision, before: Mapping[str, Any], after: Facts) -> Inverse:  # noqa: ARG002
        """Mail is not called back."""
        return not_unsent()
