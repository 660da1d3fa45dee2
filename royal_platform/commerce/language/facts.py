"""The facts a text states - numbers, dates, times, names, codes, links - in comparable form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from royal_platform.commerce.language.folding import folded, plain
from royal_platform.commerce.language.model import FactKind

# One way to understand a fact; a fact can have several ("1.234", "03/04/2026").
Reading = str | Decimal | tuple[int | None, int, int] | tuple[int, int]

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'\])}]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|net|org|nl|de|be|fr|eu|io|shop|store|co\.uk)(?:/[^\s<>\"'\])}]*)?"
    r"(?![\w])",
    re.IGNORECASE,
)
_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan januari januar", "february feb februari februar",
            "march mar maart mrt märz maerz", "april apr", "may mei mai", "june jun juni",
            "july jul juli", "august aug augustus", "september sep sept",
            "october oct oktober okt", "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:,? (?P<year>(?:19|20)\d\d))?"
_WRITTEN = (
    re.compile(
        rf"(?<!\w){_DAY}(?:st|nd|rd|th|e|de|\.)? (?:of )?{_MONTH}(?!\w){_YEAR}", re.IGNORECASE
    ),
    re.compile(rf"(?<!\w){_MONTH} {_DAY}(?:st|nd|rd|th)?(?!\w){_YEAR}", re.IGNORECASE),
)
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)")
_SHORT = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2((?:19|20)\d\d)(?!\d)")
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?![\d:])")
_CODE = re.compile(r"(?<!\w)#?(?=[\w/-]*\d)(?=[\w/-]*[^\W\d_])[\w]+(?:[-/_]\w+)*(?!\w)")
_UNIT = re.compile(
    r"^\d+(?:k|m|x|e|st|nd|rd|th|kg|g|cm|mm|km|l|ml|h|u|d|pcs|eur|usd|gbp)$", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.,])\d(?:[\d.,'’ ](?=\d)|\d)*(?!\w*\d)")
_WORDS = {
    word: number
    for number, words in enumerate(
        ("two twee zwei", "three drie drei", "four vier", "five vijf fünf", "six zes sechs",
         "seven zeven sieben", "eight acht", "nine negen neun", "ten tien zehn",
         "eleven elf", "twelve twaalf zwölf"),
        start=2,
    )
    for word in words.split()
}  # fmt: skip
_WORD_NUMBER = re.compile(r"(?<!\w)(?:" + "|".join(_WORDS) + r")(?!\w)", re.IGNORECASE)
_NAME = re.compile(r"(?<!\w)[^\W\d_][\w'’-]*")
_MARKER = re.compile(r"\[\d{1,3}\]")
# The number or dot that begins a line of a list states nothing.
LIST_MARK = re.compile(r"(?m)^[ \t]*(?:\d{1,2}[.)]|[-*•])[ \t]+")
# Capitals that name nothing: the calendar, what a letter begins and ends with, and the small words
# that a sentence begins with before a name ("The Oak shelf", "Onze Ring").
_SMALL_TALK = """
    monday tuesday wednesday thursday friday saturday sunday maandag dinsdag woensdag donderdag
    vrijdag zaterdag zondag i i'm i'll i've i'd dear hello hi thank thanks kind best regards
    sincerely beste geachte hallo hoi dank bedankt vriendelijke groet groeten met u uw ok eur usd
    gbp vat btw id sku am pm
    the a an this these that our your we with for from in on at now
    de het een deze dit die onze ons uw je jouw wij we met voor van in op bij nu"""
_COMMON = frozenset(_SMALL_TALK.split()) | frozenset(_MONTHS)


@dataclass(frozen=True, slots=True)
class Fact:
    """A stated fact: as written, and every way it can be understood."""

    kind: FactKind
    text: str
    readings: frozenset[Reading]


def facts(text: str) -> list[Fact]:
    """The facts that ``text`` states, each character used for one fact at most."""
    rest = _MARKER.sub(" ", plain(text))
    found: list[Fact] = []
    for read in (_links, _dates, _times, _codes, _numbers):
        for fact, start, end in list(read(rest)):
            found.append(fact)
            rest = f"{rest[:start]}{' ' * (end - start)}{rest[end:]}"
    return found + [_fact(FactKind.NAME, name, folded(name)) for name in _names(rest)]


def _fact(kind: FactKind, text: str, *readings: Reading) -> Fact:
    return Fact(kind, text, frozenset(readings))


def _links(text: str) -> Iterator[tuple[Fact, int, int]]:
    for match in _LINK.finditer(text):
        link = match.group().rstrip(".,;:!?")
        bare = link.partition("://")[2] or link
        host, slash, path = bare.partition("/")
        reading = (host.lower().removeprefix("www.") + slash + path).rstrip("/")
        yield _fact(FactKind.LINK, link, reading), match.start(), match.start() + len(link)


def _dates(text: str) -> Iterator[tuple[Fact, int, int]]:
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, *_WRITTEN):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            year = match["year"]
            month = match["month"].lower()
            number = _MONTHS[month] if month in _MONTHS else int(month)
            reading = (int(year) if year else None, number, int(match["day"]))
            yield _fact(FactKind.DATE, match.group(), reading), *match.span()
    for match in _SHORT.finditer(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        ways = {(year, month, day) for day, month in ((first, second), (second, first))}
        readings = [each for each in ways if each[1] <= 12 and each[2] <= 31]
        yield _fact(FactKind.DATE, match.group(), *readings), *match.span()


def _times(text: str) -> Iterator[tuple[Fact, int, int]]:
    for match in _TIME.finditer(text):
        yield _fact(FactKind.TIME, match.group(), (int(match[1]), int(match[2]))), *match.span()


def _codes(text: str) -> Iterator[tuple[Fact, int, int]]:
    for match in _CODE.finditer(text):
        if not _UNIT.match(match.group()):
            code = match.group().casefold().lstrip("#")
            yield _fact(FactKind.CODE, match.group(), code), *match.span()


def _numbers(text: str) -> Iterator[tuple[Fact, int, int]]:
    for match in _NUMBER.finditer(text):
        yield _fact(FactKind.NUMBER, match.group(), *_values(match.group())), *match.span()
    for match in _WORD_NUMBER.finditer(text):
        value = Decimal(_WORDS[match.group().lower()])
        yield _fact(FactKind.NUMBER, match.group(), value), *match.span()


def _values(written: str) -> set[Decimal]:
    """Every value that ``written`` can mean: "1.234" is 1234 and 1.234, "1.234,50" only one."""
    digits = re.sub(r"[ '’]", "", written)
    marks = [each for each in digits if each in ".,"]
    ways = {digits.replace(".", "").replace(",", "")} if _groups(digits) else set()
    if marks:
        head, mark, tail = digits.rpartition(marks[-1])
        # The last mark is the decimal one when it comes once and what precedes it is grouped.
        if head.count(mark) == 0:
            ways.add(re.sub(r"[.,]", "", head) + "." + tail)
    values = set()
    for way in ways or {digits}:
        try:
            values.add(Decimal(way).normalize())
        except InvalidOperation:
            continue
    return values


def _groups(digits: str) -> bool:
    """Whether every mark in ``digits`` separates thousands."""
    head, *groups = re.split(r"[.,]", digits)
    return len(head) <= 3 and all(len(group) == 3 for group in groups) if groups else True


def _names(text: str) -> Iterator[str]:
    """Words with a capital that no sentence begins with; at a beginning when two stand together."""
    for sentence in re.split(r"(?<=[.!?:])\s+|\n+|[\"“”]", text):
        words = [word for word in _NAME.finditer(sentence) if word.group()[0].isalpha()]
        for place, word in enumerate(words):
            written = re.sub(r"['’]s?$", "", word.group())
            capital = written[:1].isupper() and written.casefold() not in _COMMON
            if capital and (place > 0 or _pair(words, sentence)):
                yield written


def _pair(words: list[re.Match[str]], sentence: str) -> bool:
    """Whether a sentence begins with two capitals, as a name does ("Anna Bakker paid")."""
    if len(words) < 2 or words[0].group().casefold() in _COMMON:
        return False
    between = sentence[words[0].end() : words[1].start()]
    return between == " " and words[1].group()[0].isupper()
