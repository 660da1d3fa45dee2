"""Opaque identifiers of rows that we create; they sort by time of creation."""

from __future__ import annotations

import secrets
import time


def new_id(prefix: str) -> str:
    """``<prefix>_`` and 23 hexadecimal digits: milliseconds, then 48 random bits."""
    return f"{prefix}_{time.time_ns() // 1_000_000:011x}{secrets.token_hex(6)}"
