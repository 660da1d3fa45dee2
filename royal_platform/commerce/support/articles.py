"""Which article a customer asks about, and what may be told of it: price, stock, description.

Titles and descriptions come from outside: they are quoted as data and never followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.exchanging import Variant, said_of
from royal_platform.commerce.support.knowledge import Source
from royal_platform.commerce.support.model import SourceType

# A title is named when so much of it is said; of more than a few equals none is meant for sure.
_NAMED = 0.6
_MOST_ARTICLES, _MOST_VARIANTS, _LONGEST_QUOTE = 3, 6, 300
_WORD = re.compile(r"[^\W\d_]{3,}")
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_STOCK = re.compile(r"stock|availab|sold out|voorra|leverbaar|uitverkocht|beschikbaar")
_PRICE = re.compile(r"\bprice|\bcosts?\b|how much|\bprij[sz]|\bkost")
_POINTS = re.compile(r"\b(it|this one|the one|they|them|deze|hij|hem)\b")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
# A description may come from a supplier: what leads elsewhere is not passed on to customers.
_ELSEWHERE = re.compile(r"https?:|www\.|\S@\S|\+?\d[\d ()-]{7,}\d")
_COMMON = frozenset(
    ("about", "again", "article", "color", "colour", "could", "doing", "hello", "please",
     "question", "regards", "thank", "thanks", "their", "there", "these", "thing", "think",
     "those", "wants", "where", "which", "would", "artikel", "bedankt", "graag", "groet",
     "groeten", "hallo", "jullie", "kleur", "kunnen", "vraag", "welke", "wilde", "willen")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """A product that is sold, as our copy of the shop had it at ``as_of``.

    ``description`` is the shop's own text, empty until it was asked for.
    """

    id: str
    title: str
    currency: str
    variants: tuple[Variant, ...]
    as_of: datetime
    description: str = ""


@dataclass(frozen=True, slots=True)
class ToldArticle:
    """What may be told of an article to answer one question; ``quote`` None where none fits."""

    article: Article
    variants: tuple[Variant, ...]
    wants_stock: bool
    wants_price: bool
    quote: str | None


def title_words(text: str) -> frozenset[str]:
    """The words by which titles are found."""
    return frozenset(_WORD.findall(folded(text)))


def written_words(text: str) -> frozenset[str]:
    """The same words with their accents, as a title may be written."""
    return frozenset(_WORD.findall(text.lower()))


def named_titles(text: str, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the ``titles`` that the text names best; none when too many are named alike."""
    said = title_words(text)
    scores: dict[str, tuple[int, float]] = {}
    for product_id, title in titles.items():
        words = title_words(title)
        shared = len(words & said)
        if words and shared / len(words) >= _NAMED:
            scores[product_id] = (shared, shared / len(words))
    best = max(scores.values(), default=None)
    found = tuple(each for each, score in scores.items() if score == best)
    return found if len(found) <= _MOST_ARTICLES else ()


def points_back(text: str, articles: Sequence[Article]) -> bool:
    """Whether the text speaks of the one article that was bought: "it", or one of its options."""
    if len(articles) != 1:
        return False
    return bool(_POINTS.search(folded(text)) or said_of(text, articles[0].variants))


def told_of(text: str, article: Article) -> ToldArticle | None:
    """What answers the question; None when nothing that is known does."""
    question = folded(text)
    wants_stock, wants_price = bool(_STOCK.search(question)), bool(_PRICE.search(question))
    quote = None if wants_stock or wants_price else _sentence_about(question, article)
    if not (wants_stock or wants_price) and quote is None:
        return None
    variants = said_of(text, article.variants) or article.variants
    return ToldArticle(article, variants[:_MOST_VARIANTS], wants_stock, wants_price, quote)


def article_source(told: ToldArticle) -> Source:
    """The facts of the article that the answer rests on, as one passage."""
    article = told.article
    facts = "; ".join(
        f"{full_name(article, each)}: price {Money(each.price, article.currency)}, {_stock(each)}"
        for each in told.variants
    )
    text = f"{facts}." if told.quote is None else f"{facts}. {told.quote}"
    passage = Passage(f"product:{article.id}", text, f"product {article.title}", article.as_of)
    return Source(SourceType.PRODUCT, article.title, passage)


def full_name(article: Article, variant: Variant) -> str:
    """The article with its options, where it has any."""
    is_only = variant.title in (article.title, "Default Title")
    return article.title if is_only else f"{article.title} ({variant.title})"


def described(articles: Iterable[Article], texts: Mapping[str, str]) -> list[Article]:
    """The articles that customers can see, which are those in ``texts``, with their text."""
    return [replace(each, description=texts[each.id]) for each in articles if each.id in texts]


def _stock(variant: Variant) -> str:
    if variant.available is None:
        return "stock not counted"
    return f"{max(variant.available, 0)} in stock"


def _sentence_about(question: str, article: Article) -> str | None:
    """The sentence of the description that shares most of the question's own long words."""
    asked = set(_LONG_WORD.findall(question)) - title_words(article.title) - _COMMON
    sentences = [each.strip() for each in _SENTENCE.split(article.description)]
    fitting = [
        (len(asked & set(_LONG_WORD.findall(folded(each)))), each)
        for each in sentences
        if 0 < len(each) <= _LONGEST_QUOTE and not _ELSEWHERE.search(each)
    ]
    count, sentence = max(fitting, key=lambda each: each[0], default=(0, ""))
    return sentence if count else None
