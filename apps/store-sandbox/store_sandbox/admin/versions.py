"""Which API versions answer, and which one answers for a version out of support."""

import re

VERSIONS = ("2025-10", "2026-01", "2026-04", "2026-07", "2026-10")
CURRENT = "2026-10"
# Answers like the newest, and may change at any time: nothing of it is promised.
UNSTABLE = "unstable"


def serving(requested: str) -> str | None:
    """The version that answers: itself, the oldest supported for an older one, None if unknown."""
    if requested in (*VERSIONS, UNSTABLE):
        return requested
    if re.fullmatch(r"\d{4}-(01|04|07|10)", requested) and requested < VERSIONS[0]:
        return VERSIONS[0]
    return None


def title(version: str) -> str:
    """How Shopify calls a version: `2026-10 (Latest)`."""
    return f"{version} (Latest)" if version == CURRENT else version
