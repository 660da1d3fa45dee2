"""Personal data out of a text before a model reads it, and back into what the model says.

A token such as ``{NAME_1}`` stands for one person throughout a conversation; other ways to write
the same person are ``{NAME_1_2}`` and so on. Restoring gives back the very characters that were
hidden. Mail addresses, telephone numbers, street addresses and names behind a form of address are
found by their shape; other names only when they were learned, since no shape tells a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from royal_platform.commerce.language.folding import Folded, fold, folded
from royal_platform.commerce.language.model import PersonalField, PersonalValue

_LITERAL = "TEXT"
_KINDS = "|".join([*(field.name for field in PersonalField), _LITERAL])
_JOINT = r"(?:\\?_|-)"
# With braces it is ours for sure; a model that drops them, escapes the underscore or adds a
# genitive is understood too.
TOKEN = re.compile(
    rf"\{{(?P<k>{_KINDS}){_JOINT}(?P<n>[0-9]{{1,6}})(?:{_JOINT}(?P<m>[0-9]{{1,6}}))?\}}"
    rf"|(?<![A-Za-z0-9_])(?P<K>{_KINDS}){_JOINT}(?P<N>[0-9]{{1,6}})"
    rf"(?:{_JOINT}(?P<M>[0-9]{{1,6}}))?(?![0-9])",
    re.IGNORECASE | re.ASCII,
)
# Whatever could be read as a token once its neighbours are hidden, so wider than a token.
_LOOKS_LIKE = re.compile(
    rf"\{{?(?:{_KINDS}){_JOINT}[0-9]+(?:{_JOINT}[0-9]+)*\}}?", re.IGNORECASE | re.ASCII
)
# The longest text that may still become a token when more of it arrives.
LONGEST_TOKEN = 32

_MAIL = re.compile(r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.)+[a-z]{2,24}")
# With + or 0 in front, or as the North American plan writes a number of its own.
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00|\(?0)[(\d][\d ()./-]{6,22}\d"
    r"|(?:1[-. ])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])[2-9]\d\d[-. ]\d{4})(?![\w-])"
)
_DATE = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}(?!\d)")
_PHONE_DIGITS = range(9, 16)
_STREET_BEFORE_NUMBER = re.compile(
    r"(?<!\w)(?P<before>(?:[^\W\d_][\w.'-]{0,30} ){0,3}?)"
    r"[^\W\d_][\w'-]{0,40}(?:straat|laan|weg|plein|gracht|kade|dijk|singel|strasse|allee|gasse)"
    r" \d{1,5} ?(?:[a-z](?!\w))?"
)
_STREET = re.compile(
    r"(?<!\w)\d{1,5}[a-z]? (?:[^\W\d_][\w'-]{0,30} ){1,3}"
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|square|close)(?!\w)"
    r"|(?<!\w)(?:rue|avenue|boulevard|via|calle|place) (?:d[eu] |des |la |l')?"
    r"[^\W\d_][\w'-]{0,30}(?: [^\W\d_][\w'-]{0,30})? \d{1,5}(?!\w)"
)
_BOX = re.compile(
    r"(?<!\w)(?:postfach|postbus|p\.? ?o\.? ?box|boite postale|apartado|casella postale)"
    r" (?:nr\.? )?\d{1,6}(?: \d{2,4}){0,2}(?!\d)"
    r"(?:,? (?:[a-z]{1,2}-)?\d{4,5}(?!\d)(?: [a-z]{2}(?!\w))? [^\W\d_][\w'-]{1,30})?"
)
_DUTCH_POSTCODE = re.compile(r"(?<!\w)[1-9]\d{3} ?[a-z]{2}(?!\w)")
_ADDRESSED = re.compile(
    r"(?<!\w)(?:mr|mrs|ms|mx|dr|prof|dhr|mevr|mw|heer|mevrouw|meneer|herr|frau|monsieur|madame)"
    r"\.? (?P<name>[^\W\d_][\w'-]+(?: [^\W\d_][\w'-]*){0,4})"
)
_PARTICLES = frozenset(
    ("van", "de", "der", "den", "het", "ten", "ter", "te", "von", "zu", "la", "le", "du", "des",
     "di", "da", "del", "dos", "y", "el", "al", "bin", "ibn", "op", "in")
)  # fmt: skip
_SHORTEST_PART = 2
_SHORTEST_INSIDE = 5
_PREFIXES = "|".join(
    sorted({kind[:n] for kind in _KINDS.split("|") for n in range(1, len(kind) + 1)}, reverse=True)
)
_BEGUN = re.compile(
    rf"\{{|(?:\{{|(?<![A-Za-z0-9_]))(?:(?:{_PREFIXES})|(?:{_KINDS})(?:\\|{_JOINT}"
    rf"(?:[0-9]{{1,6}}(?:\\|{_JOINT}[0-9]{{0,6}})?)?))",
    re.IGNORECASE | re.ASCII,
)
_PHONE_TAIL = 8


def tokens_in(texts: Iterable[str]) -> dict[str, int]:
    """How many tokens of each kind stand in ``texts``."""
    return dict(
        Counter(
            (match["k"] or match["K"]).lower() for text in texts for match in TOKEN.finditer(text)
        )
    )


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    kind: str
    # Whom or what it is: surfaces with one key share a number.
    key: str


class Pseudonyms:
    """The tokens of one conversation. ``clear`` names the fields that are left as they are."""

    def __init__(self, clear: Iterable[PersonalField] = ()) -> None:
        self._clear = frozenset(clear)
        self._known: dict[str, PersonalValue] = {}
        self._parts: dict[str, str] = {}
        self._phones: dict[str, str] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._counts: dict[str, int] = {}
        self._tokens: dict[tuple[str, str, str], str] = {}
        self._surfaces: dict[str, str] = {}
        # A conversation is sent again with every message; what was hidden once is known.
        self._hidden: dict[str, str] = {}

    def learn(self, values: Iterable[PersonalValue]) -> None:
        """From now on hide these values wherever they stand."""
        for value in values:
            key = folded(value.text)
            if value.field in self._clear or len(key) < _SHORTEST_PART:
                continue
            if key in self._known:
                continue
            self._hidden.clear()
            self._known[key] = value
            if value.field is PersonalField.NAME:
                for part in key.replace(",", " ").split():
                    if len(part) >= _SHORTEST_PART and part not in _PARTICLES:
                        self._parts.setdefault(part, key)
            if value.field is PersonalField.PHONE:
                self._phones.setdefault(_digits(key)[-_PHONE_TAIL:], key)

    def hide(self, text: str) -> str:
        """``text`` with a token in place of every personal value."""
        if text not in self._hidden:
            self._hidden[text] = self._replace(text)
        return self._hidden[text]

    def _replace(self, text: str) -> str:
        pieces, place = [], 0
        for found in _joined(sorted(self._find(text), key=lambda f: (f.start, -f.end))):
            pieces += [text[place : found.start], self._token(found, text)]
            place = found.end
        return "".join([*pieces, text[place:]])

    def restore(self, text: str) -> str:
        """``text`` with the hidden values again; unknown tokens stay as they are."""
        return TOKEN.sub(lambda match: self._surfaces.get(_name(match), match.group()), text)

    def begun(self, text: str) -> int:
        """Where at the end of ``text`` a token may have begun; its length when none has."""
        for place in range(max(0, len(text) - LONGEST_TOKEN), len(text)):
            if _BEGUN.fullmatch(text, place):
                return place
        return len(text)

    def _find(self, text: str) -> Iterator[_Found]:
        for match in _LOOKS_LIKE.finditer(text):
            yield _Found(*match.span(), _LITERAL, match.group())
        view = fold(text)
        yield from self._learned(view)
        yield from self._name_parts(text, view)
        if PersonalField.MAIL not in self._clear:
            yield from _matches(_MAIL, view, PersonalField.MAIL)
        if PersonalField.PHONE not in self._clear:
            yield from self._telephones(view)
        if PersonalField.ADDRESS not in self._clear:
            yield from _addresses(text, view)
        if PersonalField.NAME not in self._clear:
            yield from self._addressed(text, view)

    def _learned(self, view: Folded) -> Iterator[_Found]:
        for key, value in self._known.items():
            start = view.text.find(key)
            while start >= 0:
                end = start + len(key)
                # A long value is hidden even inside a longer word ("Müllers"), a short one not.
                if len(key) >= _SHORTEST_INSIDE or _stands_alone(view.text, start, end):
                    yield _Found(*view.span(start, end), value.field.name, key)
                start = view.text.find(key, start + 1)

    def _name_parts(self, text: str, view: Folded) -> Iterator[_Found]:
        """First and last names alone, when written as names."""
        if not self._parts:
            return
        for match in re.finditer(r"[^\W\d_]{2,}", view.text):
            start, end = view.span(*match.span())
            word = match.group()
            stem = next((w for w in (word, word[:-1]) if w in self._parts), None)
            if stem is not None and text[start].isupper() and (stem == word or word[-1] == "s"):
                if stem != word:
                    _, end = view.span(match.start(), match.end() - 1)
                yield _Found(start, end, PersonalField.NAME.name, self._parts[stem])

    def _telephones(self, view: Folded) -> Iterator[_Found]:
        for match in _PHONE.finditer(view.text):
            digits = _digits(match.group())
            if len(digits) in _PHONE_DIGITS and not _DATE.match(match.group().lstrip("(")):
                key = self._phones.get(digits[-_PHONE_TAIL:], digits[-_PHONE_TAIL:])
                yield _Found(*view.span(*match.span()), PersonalField.PHONE.name, key)
        if self._phones:
            for match in re.finditer(r"[+(]?\d[\d ()./-]{5,22}\d", view.text):
                tail = _digits(match.group())[-_PHONE_TAIL:]
                if tail in self._phones:
                    span = view.span(*match.span())
                    yield _Found(*span, PersonalField.PHONE.name, self._phones[tail])

    def _addressed(self, text: str, view: Folded) -> Iterator[_Found]:
        for match in _ADDRESSED.finditer(view.text):
            words = list(re.finditer(r"\S+", match.group("name")))
            offset, end = match.start("name"), 0
            for word in words:
                start = view.span(offset + word.start(), offset + word.end())[0]
                if text[start].isupper():
                    end = word.end()
                elif word.group() not in _PARTICLES:
                    break
            if end:
                key = match.group("name")[:end]
                whose = key if key in self._known else self._parts.get(key.split()[-1], key)
                yield _Found(*view.span(offset, offset + end), PersonalField.NAME.name, whose)

    def _token(self, found: _Found, text: str) -> str:
        surface = text[found.start : found.end]
        known = (found.kind, found.key, surface)
        if known not in self._tokens:
            whose = (found.kind, found.key)
            if whose not in self._numbers:
                self._counts[found.kind] = self._numbers[whose] = (
                    self._counts.get(found.kind, 0) + 1
                )
                self._counts[f"{found.kind}_{self._numbers[whose]}"] = 0
            base = f"{found.kind}_{self._numbers[whose]}"
            self._counts[base] += 1
            name = base if self._counts[base] == 1 else f"{base}_{self._counts[base]}"
            self._tokens[known], self._surfaces[name] = name, surface
        return f"{{{self._tokens[known]}}}"


def _matches(pattern: re.Pattern[str], view: Folded, field: PersonalField) -> Iterator[_Found]:
    for match in pattern.finditer(view.text):
        yield _Found(*view.span(*match.span()), field.name, match.group().strip())


def _addresses(text: str, view: Folded) -> Iterator[_Found]:
    """Streets with the capitalised words before them, and postcodes in capitals."""
    kind = PersonalField.ADDRESS.name
    for match in _STREET_BEFORE_NUMBER.finditer(view.text):
        begin = match.end("before")
        for word in reversed(list(re.finditer(r"\S+", match["before"]))):
            place = match.start() + word.start()
            if not text[view.span(place, place + 1)[0]].isupper():
                break
            begin = place
        key = view.text[begin : match.end()].strip()
        yield _Found(*view.span(begin, match.end()), kind, key)
    yield from _matches(_STREET, view, PersonalField.ADDRESS)
    yield from _matches(_BOX, view, PersonalField.ADDRESS)
    for match in _DUTCH_POSTCODE.finditer(view.text):
        start, end = view.span(*match.span())
        if text[start:end].isupper():
            yield _Found(start, end, kind, match.group())


def _joined(ordered: Iterable[_Found]) -> Iterator[_Found]:
    """Overlapping finds as one, of the kind of its first and longest."""
    current: _Found | None = None
    for found in ordered:
        if current is None:
            current = found
        elif found.start >= current.end:
            yield current
            current = found
        elif found.end > current.end:
            current = _Found(current.start, found.end, current.kind, f"{current.key} {found.key}")
    if current is not None:
        yield current


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    return not before.isalnum() and not after.isalnum()


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())


def _name(match: re.Match[str]) -> str:
    kind, number = match["k"] or match["K"], match["n"] or match["N"]
    more = match["m"] or match["M"]
    base = f"{kind.upper()}_{int(number)}"
    return base if more is None else f"{base}_{int(more)}"
