"""Words suggested for a flow's messages: drafted by a model, saved and sent by nobody here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from core.errors import Invalid
from orchestrator.core.flows import parsed
from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.marketing import wording
from royal_platform.commerce.marketing.model import Flow
from royal_platform.commerce.marketing.wording import Goods, Words
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.knowledge import policy_sources, ranked
from royal_platform.llm.errors import ModelOffSchema
from royal_platform.messaging.composing import worded_templates
from royal_platform.persistence.tables.catalog import products, variants

if TYPE_CHECKING:
    from pydantic_ai.usage import RunUsage

    from royal_platform.bootstrap import Platform

_POLICIES = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``rests_on`` are the passages the words cite; ``policies_read`` False: the shop's are not
    among what the model was shown, because the shop did not answer.
    """

    words: Words
    rests_on: tuple[Passage, ...]
    policies_read: bool


async def suggest(
    platform: Platform, text: str, language: str, *, actor: str, usage: RunUsage
) -> Suggestion:
    """Words for the flow that ``text`` describes, in ``language`` (``en``, ``nl``).

    What it takes is added to ``usage``. Raises ``Invalid``, ``NotConfigured`` without a model, and
    ``ModelOffSchema`` with the facts that its sources do not state.
    """
    flow = await asyncio.to_thread(parsed, text)
    if not wording.takes_words(flow, worded_templates()):
        raise Invalid(
            "The templates of this flow have words of their own.",
            remedy=f"Give a step the template {' or '.join(worded_templates())}.",
        )
    (await platform.models.configuration()).demand()
    shown, policies_read = await _shown(platform, flow)
    shop = (await asyncio.to_thread(platform.store)).name
    llm = platform.llm(actor=actor, about=f"flow:{flow.id}", usage=usage)
    draft = await llm.draft(
        wording.task(shop, language), shown, purpose="marketing text", allowed=(shop,),
        voice=await platform.shop_voice(),
    )  # fmt: skip
    words = wording.words_of(draft)
    if words is None:
        raise ModelOffSchema(
            "The model gave no subject and body that fit.", remedy="Ask for a text again."
        )
    cited = tuple(each for each in shown if each.id in draft.cited)
    return Suggestion(words, cited, policies_read)


async def _shown(platform: Platform, flow: Flow) -> tuple[list[Passage], bool]:
    """Everything the words may rest on, and whether the shop told its policies."""
    store = await asyncio.to_thread(platform.store)
    goods = wording.named(flow, await asyncio.to_thread(_goods, platform))
    policies, read = await platform.shop_policies()
    sources = policy_sources(policies)
    about = " ".join([flow.name, *flow.says.values()])
    nearest = ranked(about, sources, [0.0] * len(sources))[:_POLICIES]
    told = wording.passages(
        flow, worded_templates(), goods, shop=store.name, source=store.source,
        now=store.store_clock().now(),
    )  # fmt: skip
    return [*told, *(each.passage for each in nearest)], read


def _goods(platform: Platform) -> list[Goods]:
    """Every product that is for sale."""
    prices = variants.c.price
    query: Any = (
        select(
            products.c.id, products.c.title, variants.c.currency,
            func.min(prices, type_=prices.type).label("low"),
            func.max(prices, type_=prices.type).label("high"),
        )
        .join(
            variants,
            (variants.c.store_id == products.c.store_id)
            & (variants.c.product_id == products.c.id),
        )
        .where(
            products.c.store_id == platform.store_id, products.c.deleted_at.is_(None),
            products.c.status == "active", variants.c.deleted_at.is_(None),
        )
        .group_by(products.c.id, products.c.title, variants.c.currency)
        .order_by(products.c.id)
    )  # fmt: skip
    with platform.database.read() as connection:
        return [
            Goods(row.id, row.title, Money(row.low, row.currency), Money(row.high, row.currency))
            for row in connection.execute(query)
        ]
