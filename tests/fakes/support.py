"""Fakes of the support ports: by rules and by list, with no model, no store and no examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.support.articles import Article
from royal_platform.commerce.support.intents import Intent
from royal_platform.commerce.support.knowledge import CustomerOrder, Policy, order_source
from royal_platform.commerce.support.model import (
    Citation,
    Direction,
    Draft,
    Sentiment,
    Thread,
    ThreadMessage,
    Triage,
    Urgency,
)
from royal_platform.commerce.support.tongues import language_of


@dataclass
class ListedShop:
    """``CustomerOrders`` and ``PolicyReader`` by list; ``asked`` for whom."""

    orders: dict[str, Sequence[CustomerOrder]]
    texts: Sequence[Policy]
    asked: list[str] = field(default_factory=list)

    async def of(self, customer_id: str) -> Sequence[CustomerOrder]:
        self.asked.append(customer_id)
        return self.orders.get(customer_id, ())

    async def policies(self) -> Sequence[Policy]:
        return self.texts


@dataclass
class ListedReplies:
    """``OwnReplies`` by list, whatever the language."""

    replies: Sequence[Passage] = ()

    def newest(self, language: str) -> Sequence[Passage]:
        assert language
        return self.replies


@dataclass
class ListedGoods:
    """``ArticleReader`` and ``ShopWindow`` by list: all are asked about; texts are shown."""

    articles: Sequence[Article] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def asked_about(self, text: str, order_id: str | None) -> Sequence[Article]:
        assert text
        return self.articles

    async def shown(self, product_ids: Sequence[str]) -> Mapping[str, str]:
        return {each: self.texts[each] for each in product_ids if each in self.texts}


class RuleClassifier:
    """``Classifier`` by an intent's name standing in the message."""

    async def triage(self, message: ThreadMessage) -> Triage:
        named = (each for each in Intent if each.value.replace("_", " ") in message.text.lower())
        intent = next(named, Intent.UNSURE)
        return Triage(
            message.id, language_of(message.text), intent, Sentiment.NEUTRAL, Urgency.NORMAL,
            0.0 if intent is Intent.UNSURE else 1.0, ("by its name",),
        )  # fmt: skip


@dataclass
class RuleDrafter:
    """``Drafter`` that quotes the customer's newest order."""

    shop: ListedShop

    async def draft(
        self, thread: Thread, messages: Sequence[ThreadMessage], triage: Triage, now: datetime
    ) -> Draft | None:
        newest = next((m for m in reversed(messages) if m.direction is Direction.INBOUND), None)
        orders = await self.shop.of(thread.customer_id) if thread.customer_id else ()
        if newest is None or triage.intent == Intent.UNSURE or not orders:
            return None
        source = order_source(orders[0])
        told = source.passage
        citation = Citation(source.type, told.id, source.title, told.text, now)
        return Draft(
            id="dra_1", thread_id=thread.id, answers=newest.id, text=f"{told.text} [1]",
            language=triage.language, citations=(citation,), made_by="macro:quote", created_at=now,
        )  # fmt: skip
