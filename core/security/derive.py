"""Keys for one purpose each, derived from the installation's key."""

from __future__ import annotations

import hashlib
import hmac


def derive_key(master: bytes, purpose: str) -> bytes:
    """32 bytes for ``purpose``: HMAC-SHA256 as a one-block HKDF expand (RFC 5869)."""
    return hmac.new(master, b"royal:" + purpose.encode() + b"\x01", hashlib.sha256).digest()
