"""What a model's structured answers are held to before anybody sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from royal_platform.commerce.language.model import Draft, Passage
from royal_platform.commerce.language.rules import dangling, supported, ungrounded

_MARKER = re.compile(r"\[(\d{1,3})\]")


def with_citations(text: str, passages: Sequence[Passage]) -> Draft:
    """The draft that ``text`` is: its markers count the passages, renumbered to those cited."""
    marks = dict.fromkeys(int(mark) for mark in _MARKER.findall(text))
    valid = [mark for mark in marks if 0 < mark <= len(passages)]
    places = {mark: place for place, mark in enumerate(valid, start=1)}
    # A marker that leads nowhere must not come to lead somewhere.
    beyond = len(valid) + len(passages)
    renumbered = _MARKER.sub(lambda m: f"[{places.get(int(m[1]), beyond + int(m[1]))}]", text)
    return Draft(renumbered, tuple(passages[mark - 1].id for mark in valid))


def faults_of_draft(draft: Draft, passages: Sequence[Passage], allowed: Iterable[str]) -> list[str]:
    """What must be changed before the draft may leave, as sentences to its writer."""
    lost = [f"{each} is no passage." for each in dangling(draft, passages)]
    unsupported = [
        f"The {each.kind} {each.text!r} does not stand in what this sentence cites: "
        f"{each.sentence!r}."
        for each in ungrounded(draft, passages, allowed)
    ]
    return lost + unsupported


def faults_of_extract(found: Any, text: str) -> list[str]:
    """The values of ``found`` that ``text`` does not state."""
    source = Passage("text", text, "given")
    return [
        f"{place} is {value!r}, which the text does not state; copy it or leave it out."
        for place, value in _leaves(found, "")
        if not _stated(value, text, source)
    ]


def _stated(value: Any, text: str, source: Passage) -> bool:
    if isinstance(value, str):
        return not value or supported(value, text)
    written = value.isoformat() if isinstance(value, datetime | date) else format(value, "f")
    return not ungrounded(Draft(f"it is {written} [1].", (source.id,)), [source])


def _leaves(item: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every text, number and date in a dataclass that is free to be anything."""
    if is_dataclass(item) and not isinstance(item, type):
        hints = get_type_hints(type(item))
        for field in fields(item):
            if not _chosen(hints[field.name]):
                yield from _leaves(getattr(item, field.name), f"{place}.{field.name}".lstrip("."))
    elif isinstance(item, list | tuple):
        for number, each in enumerate(item):
            yield from _leaves(each, f"{place}[{number}]")
    elif isinstance(item, str | int | float | Decimal | date) and not isinstance(item, bool | Enum):
        yield place, Decimal(str(item)) if isinstance(item, int | float) else item


def _chosen(hint: Any) -> bool:
    """Whether the type itself lists the values, so that they need not stand in a text."""
    if get_origin(hint) is Literal:
        return True
    inner = [each for each in get_args(hint) if each is not type(None)]
    return bool(inner) and all(_chosen(each) for each in inner)
