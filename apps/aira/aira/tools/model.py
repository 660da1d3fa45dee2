"""What a tool is: typed arguments, a permission, and an answer that says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import quote as encoded

from pydantic import BaseModel, ConfigDict, Field, field_validator

from aira.tools.words import assign, quote
from core.security.principals import Principal
from royal_platform.bootstrap import Platform
from royal_platform.commerce.pricing.request import Voice, Wording
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.stores import Store

# A page that a person can read and a model can afford.
PAGE = 10
PAGE_MAX = 20

Json = dict[str, Any]
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class Arguments(BaseModel):
    """A tool's arguments; anything not named is refused."""

    model_config = ConfigDict(extra="forbid", str_max_length=2_000)

    @field_validator("*", mode="after")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        """No database takes a NUL in a text, and no encoding half a character."""
        if isinstance(value, str) and _UNSTORABLE.search(value):
            raise ValueError("The text holds a character that cannot be stored.")
        return value


Given = TypeVar("Given", bound=Arguments)


class Paged(Arguments):
    """A list's page."""

    cursor: str | None = Field(None, description="next_cursor of the page before", max_length=500)
    limit: int = Field(PAGE, ge=1, le=PAGE_MAX, description="How many, at most 20")


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said to the model that uses a tool, and the request that reads it again."""

    text: str
    query: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, of which store, in whose voice; ``said`` in a conversation with a model."""

    platform: Platform
    caller: Principal
    voice: Voice = Voice.PERSON
    said: Said | None = None

    @classmethod
    def of(cls, platform: Platform, caller: Principal, voice: Voice = Voice.PERSON) -> Asked:
        """``caller`` asking; one bound to a store asks about that store and no other."""
        if caller.store_id in {None, platform.store_id}:
            return cls(platform, caller, voice)
        return cls(platform.of_store(caller.store_id), caller, voice)

    def wording(self, command: str) -> Wording:
        """What was said: the words of the conversation, else the tool's use as a command."""
        if self.said is not None:
            return Wording(self.voice, self.caller.name, self.said.text, self.said.query)
        return Wording(self.voice, self.caller.name, command)

    @property
    def store_id(self) -> str:
        """The store asked about."""
        return self.platform.store_id

    def store(self) -> Store:
        """The store as its row says now."""
        with self.platform.database.read() as connection:
            return stores.get(connection, self.platform.store_id)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the key in a row and how its value reads.

    ``page`` is the command center's page about what it names, ``id`` the key of its id in a row.
    """

    key: str
    label: str
    kind: str = "text"
    page: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool found: JSON, how it can be shown, the same in words, and where it is from.

    ``query`` is the request that gives the same figures, ``link`` the page that shows them,
    ``more`` the command that gives the next page.
    ``cards`` are what a person is asked to confirm.
    """

    result: Json
    text: str
    source: str
    as_of: datetime
    view: Json | None = None
    next_cursor: str | None = None
    more: str | None = None
    label: str = ""
    query: str | None = None
    link: str | None = None
    cards: tuple[Json, ...] = ()

    def document(self) -> Json:
        """The answer as JSON."""
        return {
            "result": self.result, "text": self.text, "view": self.view, "source": self.source,
            "as_of": self.as_of.isoformat(), "next_cursor": self.next_cursor, "more": self.more,
            "label": self.label, "query": self.query, "link": self.link, "cards": list(self.cards),
        }  # fmt: skip


# What steers a list rather than says what is meant; given by name only.
_BY_NAME = frozenset({"cursor", "limit"})


@dataclass(frozen=True, slots=True)
class Tool(Generic[Given]):
    """One thing AIRA can do for its user.

    ``writes`` marks what must not be repeated when a process dies amid it. ``asks`` makes the
    card by which a person confirms it: a model is given the card, never the act. Whoever holds
    ``sees`` (default: the tool's permission) may have the card.

    As a command, words fill the arguments in their order; ``rest`` names the one that takes all
    remaining words, ``words`` reads them in a way of its own. ``completes`` says where an
    argument's values come from, ``phrases`` how a command can go on. ``people`` are the places of
    people's names in its results, such as ``data.customer``.
    """

    name: str
    title: str
    description: str
    permission: str
    arguments: type[Given]
    use: Callable[[Asked, Given], Answer]
    writes: bool = False
    asks: Callable[[Asked, Given], Answer] | None = None
    sees: str = ""
    aliases: tuple[str, ...] = ()
    usage: str = ""
    rest: str = ""
    words: Callable[[list[str]], Json] | None = None
    completes: Mapping[str, str] = field(default_factory=dict)
    phrases: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    def run(self, asked: Asked, arguments: Given) -> Answer:
        """Use it. Raises ``Forbidden`` without the permission, and what the tool raises."""
        asked.caller.demand(self.permission)
        answer = self._with_next(self.use(asked, arguments), arguments)
        return answer if answer.source == "royal" else _with_reservation(asked.store(), answer)

    def ask(self, asked: Asked, arguments: Given) -> Answer:
        """Use it on behalf of a model: what changes something becomes a card to confirm."""
        if self.asks is None:
            return self.run(asked, arguments)
        asked.caller.demand(self.sees or self.permission)
        return self.asks(asked, arguments)

    @property
    def only_proposes(self) -> bool:
        """True when its use is a wish that a person still has to approve."""
        return self.asks is self.use

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments that can be given by name."""
        return tuple(self.arguments.model_fields)

    @property
    def positions(self) -> tuple[str, ...]:
        """The arguments that words fill, in order."""
        if self.words is not None:
            return ()
        names = tuple(name for name in self.names if name not in _BY_NAME)
        return names[: names.index(self.rest) + 1] if self.rest else names

    def command(self, **given: Any) -> str:
        """The slash command with these arguments; None is left out."""
        words = [f"/{self.name}"]
        positions = self.positions
        for name in self.names:
            value = given.get(name)
            if value is None:
                # What comes behind a gap is given by name.
                positions = positions[: positions.index(name)] if name in positions else positions
                continue
            text = _word(value)
            words.append(quote(text) if name in positions else assign(name, text))
        return " ".join(words)

    def _with_next(self, answer: Answer, arguments: Given) -> Answer:
        if answer.next_cursor is None:
            return answer
        given = arguments.model_dump(exclude_defaults=True)
        following = self.command(**{**given, "cursor": answer.next_cursor})
        told = f"{answer.text}\n\nNext page: `{following}`"
        return replace(answer, text=told, more=following)


def table(columns: tuple[Column, ...], rows: str = "data") -> Json:
    """A view of rows."""
    listed = [
        {"key": each.key, "label": each.label, "kind": each.kind, "page": each.page or None,
         "id": each.id or None}
        for each in columns
    ]  # fmt: skip
    return {"type": "table", "columns": listed, "rows": rows}


def plain(value: Any) -> Any:
    """``value`` as JSON: amounts as decimal strings, times as ISO text."""
    if isinstance(value, Money):
        return {"amount": format(value.amount, "f"), "currency": value.currency}
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def tenths(value: Decimal | None) -> str | None:
    """A figure that is no more exact than a tenth."""
    return None if value is None else format(value.quantize(Decimal("0.1")), "f")


def as_of(store: Store) -> datetime:
    """The store's figures are as of the last synchronisation, or of its first contact."""
    return store.last_sync_at or store.created_at


def markdown(columns: tuple[Column, ...], rows: list[Json]) -> str:
    """The rows as a Markdown table."""
    head = " | ".join(each.label for each in columns)
    rule = " | ".join("---:" if each.kind in _RIGHT else "---" for each in columns)
    lines = [
        f"| {' | '.join(_cell(row.get(each.key), each.kind) for each in columns)} |" for row in rows
    ]
    return "\n".join([f"| {head} |", f"| {rule} |", *lines])


def listed(columns: tuple[Column, ...], rows: list[Json], total: int, nothing: str) -> str:
    """A table with how many there are, or what to say about none."""
    if not rows:
        return nothing
    more = f"\n\n{len(rows)} of {total}." if total > len(rows) else ""
    return markdown(columns, rows) + more


def _with_reservation(store: Store, answer: Answer) -> Answer:
    """While the store is read for the first time its figures are a part, and the answer says so."""
    if not store.never_read:
        return answer
    read, expected = (store.sync_counts.get(name) for name in ("orders", "orders_expected"))
    progress = f" ({read or 0} of {expected} orders)" if expected else ""
    told = f"**Incomplete: the store is being read for the first time{progress}.**"
    return replace(
        answer,
        result={**answer.result, "partial": True},
        text=f"{told}\n\n{answer.text}",
    )


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(plain(value))


def safe(text: str) -> str:
    """``text`` inside Markdown: what comes from outside is data and may not become markup."""
    return "".join(f"\\{char}" if char in _MARKS else char for char in " ".join(text.split()))


def page_of(name: str, identity: str) -> str:
    """The command center's page about one thing."""
    return f"/{name}/{encoded(identity, safe='')}"


# Emphasis with ``_`` inside a title is harmless and an escaped SKU is hard to read.
_MARKS = frozenset("\\`*[]|<")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*\+00:00$")
_RIGHT = frozenset({"money", "number", "percent"})


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return "unknown"
    if kind == "time" and isinstance(value, str) and _TIME.match(value):
        return f"{value[:10]} {value[11:16]} UTC"
    if isinstance(value, Mapping) and "amount" in value:
        return f"{value['amount']} {value.get('currency', '')}".strip()
    return safe(", ".join(map(str, value)) if isinstance(value, list) else str(value))
