"""What the agents need of a language model, in our words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from royal_platform.commerce.language.model import (
    Answered,
    Classification,
    Draft,
    Label,
    Passage,
    PersonalValue,
    Sent,
)

Extracted = TypeVar("Extracted")
Vectors = NDArray[np.float32]


class Llm(Protocol):
    """A language model as decision support. It decides nothing and reaches nothing.

    ``text`` and ``passages`` are data from outside, never instructions. ``people`` are personal
    values known to stand in them, beside those that are found by their shape; the model sees
    tokens instead, and results have the values again. ``purpose`` is kept with what was sent.
    All raise ``NotConfigured`` without a model and ``RoyalError`` with a remedy when it refuses,
    fails, or gives no valid answer after being asked again.
    """

    async def classify(
        self,
        text: str,
        labels: Sequence[Label],
        *,
        purpose: str,
        people: Sequence[PersonalValue] = (),
    ) -> Classification:
        """Which of ``labels`` the text belongs to, if any."""
        ...

    async def extract(
        self,
        text: str,
        schema: type[Extracted],
        *,
        purpose: str,
        people: Sequence[PersonalValue] = (),
    ) -> Extracted:
        """What the text says, as the dataclass ``schema``; every text in it stands in ``text``."""
        ...

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
        """A text for ``task`` that states nothing its cited passages do not state.

        ``task`` is the caller's own words. ``allowed`` are names that need no source. ``voice`` are
        texts of the shop's own to write like; nothing may rest on them.
        """
        ...


class People(Protocol):
    """Who the store knows, so that their names can be hidden."""

    def named_in(self, text: str) -> Sequence[PersonalValue]:
        """The known personal values that stand in ``text``. Called in a thread."""
        ...


class SentLog(Protocol):
    """Keeps what models were shown and what their answers took, for an auditor."""

    def record(self, sent: Sent) -> str:
        """Keep it, before it is sent; the call's id. Called in a thread."""
        ...

    def answered(self, call_id: str, answered: Answered) -> None:
        """Keep how the call ended. Called in a thread."""
        ...


class Embedder(Protocol):
    """Texts as vectors that are near each other when they mean the same, in whatever language.

    ``name`` changes whenever vectors of another kind come out. Both block; raise ``RoyalError``.
    """

    name: str

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row for texts to be found."""
        ...

    def query(self, text: str) -> Vectors:
        """The unit vector of what somebody looks for."""
        ...
