"""Whether a supplier's orders go out by mail by themselves: a person's word, as it stands now."""

from __future__ import annotations

from orchestrator.core.books import Books
from royal_platform.commerce.decisions.model import MandateState, Proposal
from royal_platform.commerce.decisions.purchase_mail import PURCHASE_MAIL, standing_word
from royal_platform.persistence.suppliers import Suppliers


def word_on(books: Books, proposal: Proposal) -> MandateState | None:
    """What is said of the mails of the supplier it names; None: it names none."""
    supplier_id = proposal.arguments.get("supplier_id")
    if proposal.kind != PURCHASE_MAIL or supplier_id is None:
        return None
    found = Suppliers(books.store_id).find(books.connection, str(supplier_id))
    name = str(supplier_id) if found is None else found.name
    return standing_word(proposal, name=name, mails_to=None if found is None else found.mails_to)
