"""What an answer may rest on: passages of orders, policies and products, with source and time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.model import SourceType

_LONGEST = 600
_CONSTANT = 60
_WORD = re.compile(r"[^\W\d_]{3,}")
_NUMBER = re.compile(r"(?<![\w.,])#?(\d{3,12})(?![\w.,]*\d)")


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was shipped of an order; None = the store does not know it."""

    shipped_at: datetime
    carrier: str | None = None
    number: str | None = None
    url: str | None = None
    delivered_at: datetime | None = None
    expected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomerOrder:
    """One of the customer's own orders, as the live store states it at ``as_of``."""

    id: str
    name: str
    ordered_at: datetime
    cancelled_at: datetime | None
    is_sent: bool
    total: Money
    refunded: Money
    lines: tuple[tuple[str, int], ...]
    parcels: tuple[Parcel, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """A text of the merchant's about how the shop deals; plain text, paragraphs apart."""

    id: str
    title: str
    text: str
    url: str | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A passage with what it is of."""

    type: SourceType
    title: str
    passage: Passage


def without_marks(text: str) -> str:
    """A draft as it is sent: the numbers of its sources are for whoever approves it."""
    return re.sub(r" ?\[\d{1,3}\]", "", text)


def named_order(text: str, orders: Sequence[CustomerOrder]) -> CustomerOrder | None:
    """The customer's own order that the text names, whatever else it names."""
    named = {match.group(1) for match in _NUMBER.finditer(text)}
    return next((each for each in orders if _digits(each.name) in named), None)


def names_an_order(text: str) -> bool:
    """Whether a number that could be an order's stands in the text."""
    return any(match.group().startswith("#") for match in _NUMBER.finditer(text))


def order_source(order: CustomerOrder) -> Source:
    """All that is known of an order, as one passage. Times in UTC; absent facts are absent."""
    lines = ", ".join(f"{quantity} x {title}" for title, quantity in order.lines)
    told = [
        f"Order {order.name}, placed on {order.ordered_at:%Y-%m-%d}: {lines}; total {order.total}."
    ]
    if order.cancelled_at is not None:
        told.append(f"Cancelled on {order.cancelled_at:%Y-%m-%d}.")
    elif not order.is_sent:
        told.append("Not sent yet.")
    told += [_parcel(each) for each in order.parcels]
    if order.refunded.amount > 0:
        told.append(f"Refunded: {order.refunded}.")
    passage = Passage(f"order:{order.id}", " ".join(told), f"order {order.name}", order.as_of)
    return Source(SourceType.ORDER, order.name, passage)


def policy_sources(policies: Sequence[Policy]) -> list[Source]:
    """Each paragraph of each policy."""
    return [
        Source(
            SourceType.POLICY,
            policy.title,
            Passage(
                f"policy:{policy.id}:{number}", paragraph[:_LONGEST], policy.title,
                policy.as_of, policy.url,
            ),
        )
        for policy in policies
        for number, paragraph in enumerate(_paragraphs(policy.text))
    ]  # fmt: skip


def ranked(query: str, sources: Sequence[Source], nearness: Sequence[float]) -> list[Source]:
    """By words and by meaning together (reciprocal rank fusion, Cormack et al. 2009).

    ``nearness`` is the cosine of each source with the query.
    """
    wanted = _words(query)
    shared = [len(wanted & _words(each.passage.text)) for each in sources]
    places = range(len(sources))
    by_words = sorted((n for n in places if shared[n]), key=lambda n: -shared[n])
    by_meaning = sorted(places, key=lambda n: -nearness[n])
    scores = dict.fromkeys(places, 0.0)
    for ranking in (by_words, by_meaning):
        for rank, place in enumerate(ranking):
            scores[place] += 1 / (_CONSTANT + rank)
    return [sources[n] for n in sorted(places, key=lambda n: -scores[n])]


def _parcel(parcel: Parcel) -> str:
    told = f"A parcel left on {parcel.shipped_at:%Y-%m-%d}"
    if parcel.carrier:
        told += f" with {parcel.carrier}"
    if parcel.number:
        told += f", tracking number {parcel.number}"
    if parcel.url:
        told += f", {parcel.url}"
    if parcel.delivered_at is not None:
        told += f"; delivered on {parcel.delivered_at:%Y-%m-%d}"
    elif parcel.expected_at is not None:
        told += f"; expected on {parcel.expected_at:%Y-%m-%d}"
    return f"{told}."


def _paragraphs(text: str) -> list[str]:
    parts = (" ".join(each.split()) for each in re.split(r"\n\s*\n", text))
    return [each for each in parts if each]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(folded(text)))


def _digits(name: str) -> str:
    return "".join(each for each in name if each.isdigit())
