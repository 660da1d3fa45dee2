"""Canonical JSON and the hash that ties each event to the one before it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import orjson

GENESIS = "0" * 64
_FLAT = frozenset({str, int, bool, type(None)})
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no white space; the same value always gives the same text.

    Decimals become strings, aware times ISO 8601 in UTC, enums their values. Raises ``TypeError``
    for anything else JSON does not know and ``ValueError`` for NaN, infinities, naive times and
    text that is not Unicode.
    """
    text = _flat_text(value)
    if text is not None:
        return text
    text = _ENCODER.encode(_plain(value))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("the text holds a lone surrogate and is not Unicode") from error
    return text


def _flat_text(value: object) -> str | None:
    """The same text, sooner, of what nearly every event is: one object of texts and numbers."""
    if type(value) is not dict:
        return None
    for key, item in value.items():
        if type(key) is not str or type(item) not in _FLAT:
            return None
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        # A number beyond 64 bits, or text that is not Unicode: the long way knows what to say.
        return None


def digest(text: str) -> str:
    """SHA-256 of ``text`` as lowercase hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def chain_hash(previous: str, row: Mapping[str, object]) -> str:
    """SHA-256 of the previous hash followed by the row's canonical JSON."""
    return digest(previous + canonical_json(row))


def _plain(value: object) -> Any:
    # Most values are these two; the rest of the questions would cost more than the answer.
    if type(value) is str or type(value) is int:
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return _scalar(value)


def _scalar(value: object) -> Any:
    if getattr(value, "is_secret", False) is True:
        raise TypeError("a secret is not recorded")
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("JSON has no NaN and no infinity")
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("times are aware UTC; this one has no zone")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def _key(key: object) -> str:
    if isinstance(key, Enum):
        key = key.value
    if not isinstance(key, str):
        raise TypeError("object keys are strings")
    return key
