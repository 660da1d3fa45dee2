"""Keeps secrets and e-mail addresses out of everything that is logged or reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "***"
_SECRET_KEY = re.compile(
    r"(?i)(^|[_\-.])(password|passwd|secret|token|api_?key|authorization|cookie|credential|"
    r"hmac|signature|private_?key|master_?key|dsn)s?($|[_\-.])"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@([A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/\-]{8,}=*")
_KNOWN_TOKEN = re.compile(
    r"\b(rq[tsl]_[A-Za-z0-9_\-]{16,}|shp(at|ca|pa|ss)_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_\-]{16,})"
)
_URL_PASSWORD = re.compile(r"(?P<front>[a-z][a-z0-9+.\-]*://[^\s/:@]*):[^\s/@]+@")
_DEPTH = 6


def scrub_text(text: str) -> str:
    """``text`` with credentials masked and e-mail addresses reduced to their domain's mask."""
    if "@" in text:
        text = _URL_PASSWORD.sub(rf"\g<front>:{MASK}@", text)
    text = _BEARER.sub(lambda match: f"{match.group(1)} {MASK}", text)
    text = _KNOWN_TOKEN.sub(MASK, text)
    return _EMAIL.sub("<email>", text) if "@" in text else text


def scrub(value: Any, depth: int = 0) -> Any:
    """``value`` with every secret in it masked, by key and by shape."""
    if getattr(value, "is_secret", False) is True:
        return MASK
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, Mapping):
        if depth >= _DEPTH:
            return "..."
        return {key: _entry(str(key), item, depth) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [scrub(item, depth + 1) for item in value] if depth < _DEPTH else "..."
    return value


def _entry(name: str, value: Any, depth: int) -> Any:
    # A count of tokens is no secret; neither is the absence of one.
    if value is None or isinstance(value, (int, float)) or not is_secret_name(name):
        return scrub(value, depth + 1)
    return MASK


def is_secret_name(name: str) -> bool:
    """True when a thing of this name is a credential."""
    return _SECRET_KEY.search(name) is not None
