"""A model's words for a flow's messages, grounded in the flow, its goods and the policies."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import Draft, Passage
from royal_platform.commerce.marketing.model import Flow, Offer, Trigger
from royal_platform.commerce.marketing.rules import SAYS
from royal_platform.commerce.shared.model import Money

_MARK = re.compile(r"\s*\[\d{1,3}\]")
_TONGUES = {"en": "English", "nl": "Dutch"}
_PURPOSES = {
    Trigger.CHECKOUT_ABANDONED: "It goes to customers who left a checkout unfinished.",
    Trigger.CUSTOMER_CREATED: "It goes to new customers.",
    Trigger.ORDER_PLACED: "It goes to customers after they placed an order.",
    Trigger.ORDER_EXPECTED: "It goes to customers whose next order is expected.",
    Trigger.BACK_IN_STOCK: "It goes to customers who asked to be told when goods are in again.",
    Trigger.PRICE_DROPPED: "It goes to customers who had goods in an order or a checkout that "
    "cost less now.",
    Trigger.CAMPAIGN: "It goes to the shop's customers, all at the same time.",
}
# Shorter titles stand in any text by chance.
_LEAST_TITLE = 3
_MOST_GOODS = 8


@dataclass(frozen=True, slots=True)
class Goods:
    """A product that can be bought, and what its variants cost from and to."""

    id: str
    title: str
    low: Money
    high: Money


@dataclass(frozen=True, slots=True)
class Words:
    """A message's subject and body, as a flow ``says`` them."""

    title: str
    body: str


def task(shop: str, language: str) -> str:
    """What the model is asked to write; ``language`` is ``en`` or ``nl``."""
    return (
        f"Write a marketing mail of the shop {shop} for the flow in the passages, in "
        f"{_TONGUES[language]}, from what its author wants to say. The first line is the subject, "
        f"at most {SAYS['title'] // 2} characters, with a capital at its beginning and in names "
        "only; then an empty line; then two to five plain sentences. No greeting, no signature, no "
        "links that are not in the passages. Where a code is spoken of, it is up to that much and "
        "not for everybody. Praise nothing and promise nothing that the passages do not say."
    )


def takes_words(flow: Flow, worded: Collection[str]) -> bool:
    """Whether any step has one of the ``worded`` templates, which show what the flow says."""
    return any(step.template in worded for step in flow.steps)


def named(flow: Flow, goods: Sequence[Goods]) -> tuple[Goods, ...]:
    """The goods whose titles stand in the flow's name or words, the longest titles first."""
    text = folded(" ".join([flow.name, *flow.says.values()]))
    found = [
        each
        for each in goods
        if len(each.title) >= _LEAST_TITLE
        and re.search(rf"(?<!\w){re.escape(folded(each.title))}(?!\w)", text)
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.title), each.id))[:_MOST_GOODS])


def passages(
    flow: Flow, worded: Collection[str], goods: Sequence[Goods], *, shop: str, source: str,
    now: datetime,
) -> tuple[Passage, ...]:  # fmt: skip
    """What the words may rest on, besides the shop's policies."""
    own = f"flow {flow.id}"
    told = [
        Passage("shop", f"The shop is called {shop}.", source, now),
        Passage("flow", f"The flow is called {flow.name}. {_PURPOSES[flow.trigger]}", own, now),
    ]
    said = "\n".join(flow.says[each] for each in SAYS if each in flow.says)
    if said:
        told.append(Passage("author", said, f"what {own} says", now))
    offer = _offer(flow, worded)
    if offer is not None:
        text = f"A code of one use gives up to {offer.most_percent} % off, for {offer.days} days."
        told.append(Passage("offer", text, own, now))
    told += [Passage(f"product:{each.id}", _priced(each), source, now) for each in goods]
    return tuple(told)


def words_of(draft: Draft) -> Words | None:
    """The subject and the body of a draft; None where it has not both, or they are too long."""
    title, _, body = _MARK.sub("", draft.text).strip().partition("\n")
    words = Words(title.strip(), body.strip())
    fits = 0 < len(words.title) <= SAYS["title"] and 0 < len(words.body) <= SAYS["body"]
    return words if fits else None


def _offer(flow: Flow, worded: Collection[str]) -> Offer | None:
    """The code that every step with these words carries; a flow says the same in all of them."""
    offers = {step.offer for step in flow.steps if step.template in worded}
    return offers.pop() if len(offers) == 1 else None


def _priced(goods: Goods) -> str:
    if goods.low == goods.high:
        return f"{goods.title} costs {goods.low}."
    return f"{goods.title} costs {goods.low} to {goods.high}."
