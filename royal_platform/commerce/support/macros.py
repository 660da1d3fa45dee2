"""Answers without a model: sentences said when their facts are known, each with its source.

What is not known is not said: it is named in ``missing`` instead, for the person who reads the
draft. Nothing of the customer's own words is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from royal_platform.commerce.language.model import Draft
from royal_platform.commerce.language.rules import ungrounded
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.support.articles import ToldArticle, article_source, full_name
from royal_platform.commerce.support.intents import Intent
from royal_platform.commerce.support.knowledge import CustomerOrder, Source, order_source
from royal_platform.commerce.support.rules import LANGUAGES

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "hello": "Hello,",
        "bye": "Kind regards,",
        "which": "We need your order number to look this up. Could you send it to us?",
        "unknown": "We find no order with that number under your mail address. Could you send us "
        "the number in your confirmation?",
        "cancelled": "Your order {order} was cancelled on {day}.",
        "delivered": "According to the carrier your order {order} was delivered on {day}.",
        "tracked": "Your order {order} was sent on {day}, tracking number {number}.",
        "sent": "Your order {order} was sent on {day}.",
        "carrier": "It travels with {carrier}.",
        "follow": "You can follow it here: {url}.",
        "expected": "It is expected on {day}.",
        "waiting": "Your order {order} of {day} has not been sent yet.",
        "refunded": "We have refunded {amount} for your order {order}.",
        "not_refunded": "Nothing has been refunded for your order {order} yet.",
        "too_late": "Your order {order} has been sent already, so it cannot be changed any more.",
        "still_here": "Your order {order} has not been sent yet; a colleague will look at this.",
        "sorry": "We are sorry that this went wrong; a colleague looks at your order {order}.",
        "policy": "This is what our terms say:",
        "stocked": "{article} is in stock.",
        "sold_out": "{article} is not in stock at the moment.",
        "priced": "{article} costs {amount}.",
        "described": "This is what our description of it says:",
        "thanks": "Thank you for writing to us.",
    },
    "nl": {
        "hello": "Hallo,",
        "bye": "Met vriendelijke groet,",
        "which": "We hebben uw bestelnummer nodig om dit op te zoeken. Wilt u het ons sturen?",
        "unknown": "We vinden geen bestelling met dat nummer bij uw mailadres. Wilt u ons het "
        "nummer uit uw bevestiging sturen?",
        "cancelled": "Uw bestelling {order} is geannuleerd op {day}.",
        "delivered": "Volgens de vervoerder is uw bestelling {order} bezorgd op {day}.",
        "tracked": "Uw bestelling {order} is verzonden op {day}, met trackingnummer {number}.",
        "sent": "Uw bestelling {order} is verzonden op {day}.",
        "carrier": "De bestelling reist met {carrier}.",
        "follow": "U volgt haar hier: {url}.",
        "expected": "De bezorging wordt verwacht op {day}.",
        "waiting": "Uw bestelling {order} van {day} is nog niet verzonden.",
        "refunded": "Voor uw bestelling {order} hebben we {amount} terugbetaald.",
        "not_refunded": "Voor uw bestelling {order} is nog niets terugbetaald.",
        "too_late": "Uw bestelling {order} is al verzonden en kan niet meer worden gewijzigd.",
        "still_here": "Uw bestelling {order} is nog niet verzonden; een collega kijkt ernaar.",
        "sorry": "Het spijt ons dat dit misging; een collega bekijkt uw bestelling {order}.",
        "policy": "Dit staat in onze voorwaarden:",
        "stocked": "{article} is op voorraad.",
        "sold_out": "{article} is op dit moment niet op voorraad.",
        "priced": "{article} kost {amount}.",
        "described": "Dit staat in onze beschrijving ervan:",
        "thanks": "Bedankt voor uw bericht.",
    },
}
_OF_ORDERS = frozenset(
    {Intent.ORDER_STATUS, Intent.CANCEL, Intent.ADDRESS_CHANGE, Intent.REFUND, Intent.DAMAGED,
     Intent.NOT_RECEIVED}
)  # fmt: skip
# A paragraph that answers an intent has one of these in it, whatever else it means.
_STEMS = {
    Intent.RETURN: ("return", "retour", "terugst", "send back"),
    Intent.EXCHANGE: ("exchange", "size", "ruil", "maat"),
    Intent.REFUND: ("refund", "terugbetal", "money back"),
    Intent.DAMAGED: ("fault", "damag", "defect", "beschadig", "kapot", "wrong"),
    Intent.DISCOUNT: ("discount", "voucher", "korting", "cadeaubon", "tegoed"),
    Intent.PAYMENT: ("invoice", "payment", "factu", "betal"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What was found; ``is_foreign``: a number was named that is no order of the customer's."""

    order: CustomerOrder | None
    policy: Source | None
    is_foreign: bool = False
    articles: tuple[ToldArticle, ...] = ()


@dataclass
class Letter:
    """An answer in the making: lines with ``[n]`` behind them, the sources, what is missing.

    ``shop`` signs it.
    """

    language: str
    shop: str
    lines: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole answer."""
        words = _WORDS[self.language]
        return "\n\n".join([words["hello"], "\n".join(self.lines), f"{words['bye']}\n{self.shop}"])

    def words(self) -> Draft:
        """The answer with the ids of what it cites."""
        return Draft(self.text, tuple(each.passage.id for each in self.sources))

    def faults(self) -> bool:
        """Whether it states anything that its sources do not: then it is not used."""
        passages = [each.passage for each in self.sources]
        return bool(ungrounded(self.words(), passages, [self.shop]))

    def say(self, name: str, source: Source | None = None, **facts: str) -> None:
        """A sentence, with its source where it states a fact."""
        sentence = _WORDS[self.language][name].format(**facts)
        self.lines.append(sentence if source is None else f"{sentence} [{self._number(source)}]")

    def quote(self, source: Source, words: str | None = None) -> None:
        """A passage in its own words, or some ``words`` of it."""
        self.lines.append(f"“{words or source.passage.text}” [{self._number(source)}]")

    def day(self, moment: datetime) -> str:
        """A date as it is written."""
        return f"{moment.day} {_MONTHS[self.language].split()[moment.month - 1]} {moment.year}"

    def _number(self, source: Source) -> int:
        if source not in self.sources:
            self.sources.append(source)
        return self.sources.index(source) + 1


def write(intent: Intent, language: str, known: Known, shop: str) -> Letter | None:
    """The answer to ``intent`` in the name of ``shop``; None where nothing helpful can be said."""
    letter = Letter(language if language in LANGUAGES else "en", shop)
    if intent is Intent.FEEDBACK:
        letter.say("thanks")
        return letter
    if intent in _OF_ORDERS:
        _of_order(letter, intent, known)
    if intent is Intent.PRODUCT_QUESTION:
        for told in known.articles:
            _of_article(letter, told)
    if intent in _STEMS:
        _of_policy(letter, known.policy)
    return letter if letter.lines else None


def _of_order(letter: Letter, intent: Intent, known: Known) -> None:
    order = known.order
    if order is None:
        letter.missing.append("the customer's order")
        letter.say("unknown" if known.is_foreign else "which")
        return
    source = order_source(order)
    if order.cancelled_at is not None and intent is not Intent.REFUND:
        letter.say("cancelled", source, order=order.name, day=letter.day(order.cancelled_at))
    elif intent in (Intent.CANCEL, Intent.ADDRESS_CHANGE):
        letter.say("too_late" if order.is_sent else "still_here", source, order=order.name)
    elif intent is Intent.REFUND:
        _of_money(letter, order, source)
    elif intent is Intent.DAMAGED:
        letter.say("sorry", source, order=order.name)
    else:
        _of_parcels(letter, order, source)


def _of_money(letter: Letter, order: CustomerOrder, source: Source) -> None:
    if order.refunded.amount > 0:
        letter.say("refunded", source, order=order.name, amount=str(order.refunded))
    else:
        letter.say("not_refunded", source, order=order.name)


def _of_parcels(letter: Letter, order: CustomerOrder, source: Source) -> None:
    if not order.parcels:
        letter.say("waiting", source, order=order.name, day=letter.day(order.ordered_at))
        letter.missing.append("when it is sent")
        return
    parcel = order.parcels[-1]
    if parcel.delivered_at is not None:
        letter.say("delivered", source, order=order.name, day=letter.day(parcel.delivered_at))
        return
    shipped = letter.day(parcel.shipped_at)
    if parcel.number:
        letter.say("tracked", source, order=order.name, day=shipped, number=parcel.number)
    else:
        letter.say("sent", source, order=order.name, day=shipped)
        letter.missing.append("a tracking number")
    if parcel.carrier:
        letter.say("carrier", source, carrier=parcel.carrier)
    if parcel.url:
        letter.say("follow", source, url=parcel.url)
    if parcel.expected_at is not None:
        letter.say("expected", source, day=letter.day(parcel.expected_at))
    else:
        letter.missing.append("when it arrives")


def _of_article(letter: Letter, told: ToldArticle) -> None:
    source, article = article_source(told), told.article
    for variant in told.variants:
        name = full_name(article, variant)
        if told.wants_stock and variant.available is None:
            letter.missing.append(f"the stock of {name}")
        elif told.wants_stock:
            letter.say("stocked" if variant.has(1) else "sold_out", source, article=name)
        if told.wants_price:
            amount = str(Money(variant.price, article.currency))
            letter.say("priced", source, article=name, amount=amount)
    if told.quote is not None:
        letter.say("described")
        letter.quote(source, told.quote)


def _of_policy(letter: Letter, policy: Source | None) -> None:
    if policy is None:
        letter.missing.append("a policy about this")
        return
    letter.say("policy")
    letter.quote(policy)


def policies_for(intent: Intent, policies: Sequence[Source]) -> list[Source]:
    """The paragraphs that can answer ``intent``, in the order given."""
    stems = _STEMS.get(intent, ())
    return [each for each in policies if any(one in each.passage.text.lower() for one in stems)]
