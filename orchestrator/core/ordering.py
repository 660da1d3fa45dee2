"""What was ordered goes on to its supplier by mail, where a person said that it does."""

from __future__ import annotations

from orchestrator.core.books import Books
from orchestrator.core.proposing import propose_in
from royal_platform.commerce.decisions.model import Decision
from royal_platform.commerce.inventory.purchase_mail import standing_mail_proposal
from royal_platform.commerce.suppliers.model import OrderedFrom
from royal_platform.persistence.messages import Messages
from royal_platform.persistence.suppliers import Suppliers


def mail_on(books: Books, reorder: Decision) -> str | None:
    """Decide to mail the order that ``reorder`` placed, in the transaction that closes it.

    The decision's id; None where its supplier takes no orders so.
    """
    order = books.purchases.of_decision(books.connection, reorder.id)
    if order is None or order.supplier_id is None:
        return None
    supplier = Suppliers(books.store_id).find(books.connection, order.supplier_id)
    if supplier is None or supplier.mails_to is None:
        return None
    cause = Messages(books.store_id).suppressed(books.connection, "", supplier.mails_to)
    source = OrderedFrom(supplier.id, supplier.name, by_mail=True)
    mail = standing_mail_proposal(
        order, reorder.proposal.subject.title, source, agent_id=reorder.proposal.agent_id,
        to=supplier.mails_to, who=supplier.changed_by,
        suppressed=None if cause is None else cause.value, now=books.now,
    )  # fmt: skip
    return propose_in(books, mail)
