"""Secrets in texts that were never meant to hold one: by shape, and by canary."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Fact, Finding

# Shapes of credentials that are issued with a recognisable beginning, ours first.
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "a token, session or link of this installation": re.compile(r"\brq[tsl]_[A-Za-z0-9_\-]{16,}"),
    "a Shopify access token": re.compile(r"\bshp(?:at|ca|pa|ss|ua)_[A-Za-z0-9]{16,}"),
    "an OpenAI key": re.compile(r"\bsk-[A-Za-z0-9_\-]{20,}"),
    "an AWS key id": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    "a SendGrid key": re.compile(r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.\-]*://[^\s/:@]+:[^\s/@*]{4,}@"),
    "a bearer credential": re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/\-]{20,}"),
}
# Shorter values stand in too many texts by chance.
_SHORTEST = 12


def leaks(
    texts: Iterable[tuple[str, str]], canaries: Mapping[str, str]
) -> tuple[list[Finding], int]:
    """Findings for the (place, text) pairs that hold a credential, and how many were read.

    ``canaries`` are the values of secrets by their names: what is found is told by name, and no
    finding holds the value or a part of it.
    """
    known = {name: value for name, value in canaries.items() if len(value) >= _SHORTEST}
    found: dict[str, Finding] = {}
    count = 0
    for place, text in texts:
        count += 1
        for what, value in _in(text, known):
            each = _leak(place, what, value)
            found.setdefault(each.id, each)
    return list(found.values()), count


def _in(text: str, known: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, value in known.items():
        if value in text:
            yield f"the secret {name}", value
    for what, shape in _SHAPES.items():
        match = shape.search(text)
        if match is not None:
            yield what, match.group()


def _leak(place: str, what: str, value: str) -> Finding:
    mark = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:12]
    return Finding(
        "secrets.leak",
        f"{place} {mark}",
        Severity.CRITICAL,
        f"{what[0].upper()}{what[1:]} stands in {place}",
        "Renew it where it was issued, then enter the new one; the old one must be taken as known.",
        (Fact("found in", place, place), Fact("SHA-256 begins with", mark, "computed")),
    )
