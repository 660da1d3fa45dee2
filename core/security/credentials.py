"""Random credentials and the digests they are stored as."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential at its only moment in the clear; ``id`` names it from then on."""

    id: str
    value: str = field(repr=False)


def new_value(prefix: str) -> str:
    """A credential of 256 random bits, recognisable by ``prefix``."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def new_id(prefix: str) -> str:
    """An opaque id."""
    return f"{prefix}_{secrets.token_hex(10)}"


def digest(value: str) -> str:
    """SHA-256 as hex: enough for 256 random bits, which nobody can guess through."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Equality in constant time, of texts of any length."""
    return hmac.compare_digest(digest(left), digest(right))
