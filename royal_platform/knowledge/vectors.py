"""Embeddings kept on disk under a digest of what they are of: each text is embedded once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.telemetry.logs import get_logger
from royal_platform.commerce.language.ports import Embedder, Vectors

_log = get_logger(__name__)


def kept(folder: Path, name: str, embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """One unit vector a row, as queries: messages are compared with messages.

    Two processes that make them at once write the same; a disk that cannot keep them only costs
    the time to make them again. Blocks for about 40 ms a text the first time.
    """
    digest = hashlib.sha256("\x00".join([embedder.name, *texts]).encode()).hexdigest()
    path = folder / f"{name}-{digest[:16]}.npy"
    try:
        return np.asarray(np.load(path), dtype=np.float32)
    except (OSError, ValueError):
        vectors = np.stack([embedder.query(text) for text in texts])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{os.getpid()}-{path.name}")
        np.save(draft, vectors)
        draft.replace(path)
    except OSError as error:
        _log.warning("knowledge.vectors.not_kept", error=type(error).__name__)
    return vectors
