"""Answers that rest on facts: by a model where one is configured, else by macros.

The model is shown what a message wants, never its words: so nothing a customer writes can become
a fact or an instruction. Either answer is held against its sources before anybody sees it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.errors import NotConfigured, RoyalError
from core.telemetry.logs import get_logger
from royal_platform.commerce.language.model import Draft as Words
from royal_platform.commerce.language.ports import Embedder, Llm
from royal_platform.commerce.support.articles import (
    ToldArticle,
    article_source,
    described,
    told_of,
)
from royal_platform.commerce.support.intents import LABELS, Intent, intent_of
from royal_platform.commerce.support.knowledge import (
    CustomerOrder,
    Policy,
    Source,
    named_order,
    names_an_order,
    order_source,
    policy_sources,
    ranked,
)
from royal_platform.commerce.support.macros import Known, policies_for, write
from royal_platform.commerce.support.model import (
    Citation,
    Direction,
    Draft,
    Thread,
    ThreadMessage,
    Triage,
)
from royal_platform.commerce.support.ports import (
    ArticleReader,
    CustomerOrders,
    OwnReplies,
    PolicyReader,
    ShopWindow,
)
from royal_platform.commerce.support.rules import LANGUAGES
from royal_platform.commerce.support.tongues import UNDETERMINED
from royal_platform.knowledge.folder import every_policy
from royal_platform.knowledge.vectors import kept

_LONGEST = 1_000
_SHOWN_POLICIES = 5
_MEANINGS = {label.name: label.meaning for label in LABELS}
_TONGUES = {"en": "English", "nl": "Dutch"}
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where vectors are kept and the merchant's own texts lie."""

    vectors: Path
    texts: Path


@dataclass(frozen=True, slots=True)
class Goods:
    """What the shop sells, and what of it customers can see now."""

    articles: ArticleReader
    window: ShopWindow


class Answering:
    """``Drafter`` for one store. ``llm`` gives a model for what belongs to a thread."""

    def __init__(
        self, orders: CustomerOrders, policies: PolicyReader, embedder: Embedder, shelf: Shelf,
        llm: Callable[[str], Llm], *, goods: Goods, replies: OwnReplies,
        new_id: Callable[[], str], shop: str, model: str = "configured",
    ) -> None:  # fmt: skip
        self._orders = orders
        self._policies = policies
        self._embedder = embedder
        self._shelf = shelf
        self._llm = llm
        self._goods = goods
        self._replies = replies
        self._new_id = new_id
        self._shop = shop
        self._model = model

    async def draft(
        self, thread: Thread, messages: Sequence[ThreadMessage], triage: Triage, now: datetime
    ) -> Draft | None:
        """An answer to the newest inbound message; None when there is nothing to say."""
        newest = next((m for m in reversed(messages) if m.direction is Direction.INBOUND), None)
        intent = intent_of(triage.intent)
        if newest is None or intent is Intent.UNSURE or triage.language == UNDETERMINED:
            return None
        text = f"{newest.subject}\n{newest.text}"[:_LONGEST]
        orders = () if thread.customer_id is None else await self._orders.of(thread.customer_id)
        known_policies, _ = await every_policy(self._policies, self._shelf.texts)
        policies = await asyncio.to_thread(self._ranked, text, known_policies)
        known = _known(intent, thread, text, orders, policies)
        if intent is Intent.PRODUCT_QUESTION:
            known = replace(known, articles=await self._articles(text, thread.order_id))
        words = await self._by_model(thread.id, intent, triage.language, known, policies)
        made_by, missing = f"model:{self._model}", list[str]()
        if words is None:
            letter = write(intent, triage.language, known, self._shop)
            if letter is None or letter.faults():
                return None
            words, missing = letter.words(), letter.missing
            made_by = f"macro:{intent}"
        sources = _sources(known, policies)
        return Draft(
            id=self._new_id(), thread_id=thread.id, answers=newest.id, text=words.text,
            language=_language(triage.language),
            citations=tuple(_citation(sources[each], now) for each in words.cited),
            made_by=made_by, created_at=now, missing=tuple(missing),
        )  # fmt: skip

    async def _articles(self, text: str, order_id: str | None) -> tuple[ToldArticle, ...]:
        """What can be told of the articles asked about; nothing while the shop does not answer."""
        found = await asyncio.to_thread(self._goods.articles.asked_about, text, order_id)
        try:
            texts = await self._goods.window.shown([each.id for each in found])
        except RoyalError as error:
            _log.warning("support.articles.failed", slug=error.slug)
            return ()
        told = (told_of(text, each) for each in described(found, texts))
        return tuple(each for each in told if each is not None)

    def _ranked(self, text: str, policies: Sequence[Policy]) -> list[Source]:
        sources = policy_sources(policies)
        if not sources:
            return []
        texts = [f"{each.title}. {each.passage.text}" for each in sources]
        vectors = kept(self._shelf.vectors, "policies", self._embedder, texts)
        return ranked(text, sources, list(vectors @ self._embedder.query(text)))

    async def _by_model(
        self, thread_id: str, intent: Intent, language: str, known: Known,
        policies: Sequence[Source],
    ) -> Words | None:  # fmt: skip
        sources = _sources(known, policies[:_SHOWN_POLICIES])
        # A model is not shown the question: what of an article was asked, it cannot know.
        if not sources or known.is_foreign or known.articles:
            return None
        task = (
            f"Write a short, friendly answer in {_TONGUES[_language(language)]} to a customer of "
            f"{self._shop} who {_MEANINGS[intent]}. Promise nothing that the passages do not "
            "promise."
        )
        voice = await asyncio.to_thread(self._replies.newest, _language(language))
        try:
            return await self._llm(thread_id).draft(
                task, [each.passage for each in sources.values()], purpose="support answer",
                allowed=[self._shop], voice=voice,
            )  # fmt: skip
        except NotConfigured:
            return None
        except RoyalError as error:
            _log.warning("support.draft.model_failed", thread_id=thread_id, slug=error.slug)
            return None


def _known(
    intent: Intent, thread: Thread, text: str, orders: Sequence[CustomerOrder],
    policies: Sequence[Source],
) -> Known:  # fmt: skip
    """The order the customer means: the named one, the thread's, else the newest."""
    named = named_order(text, orders)
    is_foreign = named is None and names_an_order(text)
    if named is None and not is_foreign:
        named = next((each for each in orders if each.id == thread.order_id), None)
        named = named or next(iter(orders), None)
    fitting = policies_for(intent, policies)
    return Known(named, fitting[0] if fitting else None, is_foreign)


def _sources(known: Known, policies: Sequence[Source]) -> dict[str, Source]:
    order = [] if known.order is None else [order_source(known.order)]
    articles = [article_source(each) for each in known.articles]
    return {each.passage.id: each for each in [*order, *articles, *policies]}


def _citation(source: Source, now: datetime) -> Citation:
    passage = source.passage
    return Citation(source.type, passage.id, source.title, passage.text, passage.as_of or now)


def _language(tag: str) -> str:
    return tag if tag in LANGUAGES else "en"
