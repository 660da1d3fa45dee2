"""Secrets in texts that were never meant to hold one: by shape, and by canary."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Finding
from royal_platform.commerce.security.words import Phrase, fact, finding, phrase

# Shapes of credentials that are issued with a recognisable beginning, ours first.
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "ours": re.compile(r"\brq[tsl]_[A-Za-z0-9_\-]{16,}"),
    "shopify": re.compile(r"\bshp(?:at|ca|pa|ss|ua)_[A-Za-z0-9]{16,}"),
    "openai": re.compile(r"\bsk-[A-Za-z0-9_\-]{20,}"),
    "aws": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "github": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}"),
    "sendgrid": re.compile(r"\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    "private_key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "password": re.compile(r"\b[a-z][a-z0-9+.\-]*://[^\s/:@]+:[^\s/@*]{4,}@"),
    "bearer": re.compile(r"(?i)\bbearer\s+[A-Za-z0-9._~+/\-]{20,}"),
}
# Shorter values stand in too many texts by chance.
_SHORTEST = 12


def leaks(
    texts: Iterable[tuple[str, str]], canaries: Mapping[str, str]
) -> tuple[list[Finding], int]:
    """Findings for the (key of a place, text) pairs that hold a credential, and how many were read.

    ``canaries`` are the values of secrets by their names: what is found is told by name, and no
    finding holds the value or a part of it.
    """
    known = {name: value for name, value in canaries.items() if len(value) >= _SHORTEST}
    found: dict[str, Finding] = {}
    count = 0
    for place, text in texts:
        count += 1
        for title, value in _in(place, text, known):
            each = _leak(place, title, value)
            found.setdefault(each.id, each)
    return list(found.values()), count


def _in(place: str, text: str, known: Mapping[str, str]) -> Iterable[tuple[Phrase, str]]:
    where = phrase(place)
    for name, value in known.items():
        if value in text:
            yield phrase("leak.named", name=name, place=where), value
    for what, shape in _SHAPES.items():
        match = shape.search(text)
        if match is not None:
            yield phrase("leak.title", what=phrase(f"shape.{what}"), place=where), match.group()


def _leak(place: str, title: Phrase, value: str) -> Finding:
    mark = hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()[:12]
    where = phrase(place)
    return finding(
        "secrets.leak",
        # As it was called before places had keys: the same thing seen again is the same row.
        f"{where.text} {mark}",
        Severity.CRITICAL,
        title,
        phrase("leak.remedy"),
        (
            fact("label.found_in", where, where),
            fact("label.digest", mark, phrase("source.computed")),
        ),
    )
