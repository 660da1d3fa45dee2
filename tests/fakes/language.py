"""Fakes of the language ports: a model by rules, people by list, a log in memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from pydantic import TypeAdapter

from core.errors import RoyalError
from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import (
    Answered,
    Classification,
    Draft,
    Label,
    Passage,
    PersonalField,
    PersonalValue,
    Sent,
)
from royal_platform.commerce.language.ports import Extracted, Vectors
from tests.counterparts.model_server import bag_of_words


@dataclass
class KnownPeople:
    """Names by list."""

    names: tuple[str, ...] = ()

    def named_in(self, text: str) -> list[PersonalValue]:
        read = folded(text)
        return [
            PersonalValue(PersonalField.NAME, name) for name in self.names if folded(name) in read
        ]


@dataclass
class KeptLog:
    """What was sent and what came of it, in memory."""

    sent: list[Sent] = field(default_factory=list)
    answers: list[tuple[str, Answered]] = field(default_factory=list)

    def record(self, sent: Sent) -> str:
        self.sent.append(sent)
        return f"mdc_{len(self.sent)}"

    def answered(self, call_id: str, answered: Answered) -> None:
        self.answers.append((call_id, answered))


@dataclass
class RuleLlm:
    """``Llm`` by simple rules over the text: what a careful model would do with plain input.

    Classifies by a label's name standing in the text, extracts dataclass fields written as
    ``field: value``, drafts by quoting every passage. ``refuses`` makes each call fail.
    """

    refuses: RoyalError | None = None

    async def classify(
        self,
        text: str,
        labels: Sequence[Label],
        *,
        purpose: str,
        people: Sequence[PersonalValue] = (),
    ) -> Classification:
        self._may(purpose, people)
        label = next((each.name for each in labels if each.name in text.lower()), None)
        return Classification(label, "its name stands in the text" if label else "no name does")

    async def extract(
        self,
        text: str,
        schema: type[Extracted],
        *,
        purpose: str,
        people: Sequence[PersonalValue] = (),
    ) -> Extracted:
        self._may(purpose, people)
        said = dict(re.findall(r"(\w+): (.+?)(?:;|$)", text))
        given = {each.name: said[each.name] for each in fields(schema) if each.name in said}
        return TypeAdapter(schema).validate_python(given)

    async def draft(
        self,
        task: str,
        passages: Sequence[Passage],
        *,
        purpose: str,
        people: Sequence[PersonalValue] = (),
        allowed: Sequence[str] = (),
        voice: Sequence[Passage] = (),
    ) -> Draft:
        self._may(purpose, people)
        text = " ".join(f"{each.text} [{n}]." for n, each in enumerate(passages, start=1))
        return Draft(text, tuple(each.id for each in passages))

    def _may(self, purpose: str, people: Sequence[PersonalValue]) -> None:
        assert purpose, people
        if self.refuses is not None:
            raise self.refuses


class WordEmbedder:
    """``Embedder`` by the words that texts share; ``fails`` makes each call fail."""

    name = "words"

    def __init__(self) -> None:
        self.fails: RoyalError | None = None
        self.calls = 0

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        if self.fails is not None:
            raise self.fails
        return np.array([bag_of_words(text) for text in texts], dtype=np.float32)

    def query(self, text: str) -> Vectors:
        return np.asarray(self.passages([text])[0])
