"""Words of the language context: passages with their source, drafts, labels, personal values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that a draft may rest on. ``source`` says where it was read."""

    id: str
    text: str
    source: str
    as_of: datetime | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A class that a text can belong to, and when it does."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Classification:
    """``label`` is one of the offered ones, or None when the text belongs to none of them."""

    label: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Text that nobody has sent yet; ``[1]`` in it refers to ``cited[0]``, a passage's id."""

    text: str
    cited: tuple[str, ...]


class FactKind(StrEnum):
    """What a draft can state that has to come from somewhere."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    NAME = "name"
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """A fact in a draft that its sources do not state."""

    kind: FactKind
    text: str
    sentence: str


class PersonalField(StrEnum):
    """Kinds of personal data that can reach a model."""

    NAME = "name"
    ADDRESS = "address"
    MAIL = "mail"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class PersonalValue:
    """A value known to be somebody's."""

    field: PersonalField
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """What a model was shown in one call, exactly: ``texts`` in order, personal values hidden.

    ``about`` is what it belongs to, e.g. a conversation's id; deleting that erases the texts.
    ``hidden`` counts the tokens in the texts by field. ``actor`` caused the call.
    """

    model: str
    purpose: str
    actor: str
    about: str
    texts: tuple[str, ...]
    hidden: dict[str, int]


@dataclass(frozen=True, slots=True)
class Answered:
    """How a call ended: ``outcome`` is ``ok``, ``cancelled`` or a problem's slug.

    None is what nobody knows: a server that does not say its tokens, a model without a price.
    ``model`` is who answered, which a fallback makes another one than was asked. ``cost`` is not
    rounded.
    """

    outcome: str
    milliseconds: int
    first_token_milliseconds: int | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
