"""What answering customers needs from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.support.articles import Article
from royal_platform.commerce.support.knowledge import CustomerOrder, Policy
from royal_platform.commerce.support.model import Draft, Thread, ThreadMessage, Triage


class Classifier(Protocol):
    """Understands what a customer wrote."""

    async def triage(self, message: ThreadMessage) -> Triage:
        """Language, intent, sentiment and urgency of one message."""
        ...


class Drafter(Protocol):
    """Writes answers that rest on facts."""

    async def draft(
        self, thread: Thread, messages: Sequence[ThreadMessage], triage: Triage, now: datetime
    ) -> Draft | None:
        """An answer to the newest inbound message with what it rests on.

        ``messages`` are oldest first. None when there is nothing to say from what is known.
        """
        ...


class CustomerOrders(Protocol):
    """A customer's own orders and parcels, and nobody else's."""

    async def of(self, customer_id: str) -> Sequence[CustomerOrder]:
        """The newest orders of this customer, newest first; none for an unknown customer."""
        ...


class OwnReplies(Protocol):
    """What people of the shop wrote to customers."""

    def newest(self, language: str) -> Sequence[Passage]:
        """Sent replies that a person wrote in this language, newest first. Called in a thread."""
        ...


class ArticleReader(Protocol):
    """What the shop sells, by our copy of it."""

    def asked_about(self, text: str, order_id: str | None) -> Sequence[Article]:
        """The active articles that the text names, else the one of the order that it points at.

        None when it names too many alike. Called in a thread.
        """
        ...


class ShopWindow(Protocol):
    """What customers can see of the shop's articles now."""

    async def shown(self, product_ids: Sequence[str]) -> Mapping[str, str]:
        """By id: the description of each that is active and published; the others are absent."""
        ...


class PolicyReader(Protocol):
    """The merchant's texts about how the shop deals."""

    async def policies(self) -> Sequence[Policy]:
        """Every policy there is now; none where the merchant wrote none."""
        ...
