"""What a supplier's mail says in lines with a label: a suggestion to whoever enters its answer.

Only lines of a label and a value that is known count, and only where they do not contradict each
other. It is somebody's text: nothing happens by it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from royal_platform.commerce.suppliers.answers import Said
from royal_platform.commerce.suppliers.model import Tracking

_LABELS: Mapping[str, str] = {
    "status": "status",
    "tracking": "number", "tracking number": "number", "track & trace": "number",
    "carrier": "carrier", "vervoerder": "carrier",
    "our number": "reference", "ons nummer": "reference",
}  # fmt: skip
_WORDS: Mapping[str, Said] = {
    "accepted": "accepted", "confirmed": "accepted", "aangenomen": "accepted",
    "bevestigd": "accepted",
    "shipped": "shipped", "dispatched": "shipped", "verzonden": "shipped", "verstuurd": "shipped",
    "delivered": "delivered", "bezorgd": "delivered",
    "cancelled": "cancelled", "canceled": "cancelled", "geannuleerd": "cancelled",
    "refused": "refused", "rejected": "refused", "geweigerd": "refused",
}  # fmt: skip
_LINE = re.compile(r"([A-Za-z&][A-Za-z& ]{0,20}?) *: *(\S.{0,79})")
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9 -]{4,38}[A-Z0-9]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a mail's labelled lines say; None: nothing, or not the same twice."""

    said: Said | None = None
    tracking: Tracking | None = None
    supplier_reference: str | None = None


def labelled(text: str) -> Labelled:
    """What the labelled lines of a mail say."""
    found: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line.strip())
        name = None if match is None else _LABELS.get(" ".join(match.group(1).lower().split()))
        if match is not None and name is not None:
            found.setdefault(name, {})[match.group(2).casefold()] = match.group(2)
    number = _only(found, "number")
    if number is not None and not _NUMBER.fullmatch(number):
        number = None
    return Labelled(
        _WORDS.get((_only(found, "status") or "").lower().rstrip(".")),
        None if number is None else Tracking(number, _only(found, "carrier")),
        _only(found, "reference"),
    )


def _only(found: Mapping[str, Mapping[str, str]], name: str) -> str | None:
    values = list(found.get(name, {}).values())
    return values[0] if len(values) == 1 else None
