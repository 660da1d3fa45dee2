"""A price the user or a model wants: it becomes a decision by the road every proposal takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import Field

from aira.tools import cards
from aira.tools.decisions import row
from aira.tools.finding import variant_of
from aira.tools.model import Answer, Arguments, Asked, Tool, page_of, safe
from orchestrator.core.books import reading
from orchestrator.core.wishes import wish_price


class PriceIn(Arguments):
    """What shall cost how much."""

    product: str = Field(description="Title, SKU or id of a product or variant", min_length=1)
    price: Decimal = Field(
        gt=0, max_digits=16, decimal_places=4, description="The price in the store's currency"
    )
    reason: str = Field("", description="Why; kept with the decision", max_length=500)


def price(asked: Asked, given: PriceIn) -> Answer:
    """Propose the price: the gate judges it, and a person approves it from its card."""
    with reading(asked.platform) as books:
        variant = variant_of(books.connection, books.store, given.product)
    words = TOOL.command(product=given.product, price=given.price, reason=given.reason or None)
    made = wish_price(
        asked.platform, variant.id, given.price, asked.wording(words), reason=given.reason
    )
    with reading(asked.platform) as books:
        now = books.now
    card = cards.decision(asked, made, "approve")
    title = made.proposal.subject.title
    return Answer(
        result={**row(made), "hits": [cards.hit(each) for each in made.verdict.hits],
                "argument_hash": made.argument_hash},
        text=f"**{safe(title)}**: {safe(cards.change_line(made))}. {cards.what_next(made, card)}",
        source="royal", as_of=now, label=title, query=f"GET /v1/decisions/{made.id}",
        link=page_of("approvals", made.id), cards=(card,),
    )  # fmt: skip


TOOL: Tool[PriceIn] = Tool(
    "price", "Propose a price",
    "Proposes a new price of one product or variant. It becomes a decision that the gate judges "
    "and a person approves; nothing changes before that.",
    "decisions:propose", PriceIn, price, writes=True, asks=price, rest="reason",
    completes={"product": "variants"}, usage='/price "PRODUCT" AMOUNT [reason]',
)  # fmt: skip
TOOLS: tuple[Tool[Any], ...] = (TOOL,)
