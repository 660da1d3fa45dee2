"""What a supplier's mail says of an order of ours: which one it is of, which parcels it may name.

It is somebody's text: what is found in it is shown to a person with where it came from, and changes
nothing by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from royal_platform.commerce.suppliers.labels import Labelled
from royal_platform.commerce.suppliers.model import Tracking

_MOST = 5
_ORDER = re.compile(r"\bpo_[0-9a-f]{23}\b")
# Ours of customers' orders: the store's number for the order, and which of its parts.
_REFERENCE = re.compile(r"\bRE-[A-Z0-9]{1,60}-\d{1,4}\b")
# UPU S10: two letters, eight digits with their check digit, a country.
_S10 = re.compile(r"\b([A-Z]{2})(\d{8})(\d)([A-Z]{2})\b")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
# Carriers whose numbers say by their form whose they are.
_CARRIERS = (
    ("PostNL", re.compile(r"\b3S[A-Z0-9]{4}\d{7,9}\b")),
    ("UPS", re.compile(r"\b1Z[A-Z0-9]{16}\b")),
    ("DHL", re.compile(r"\b(?:JJD|JVGL)\d{10,22}\b")),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail about an order of ours; ``parcels`` are numbers it may mean, nobody checked them.

    ``about`` is the purchase order's number, or our reference of a customer's order; ``says`` is
    what its labelled lines suggest.
    ``author`` and ``address`` are as the mail states them; None once the person was erased.
    """

    about: str
    thread_id: str
    message_id: str
    author: str | None
    address: str | None
    text: str
    received_at: datetime
    parcels: tuple[Tracking, ...]
    says: Labelled


def orders_named(subject: str) -> tuple[str, ...]:
    """The purchase orders whose numbers stand in a subject."""
    return tuple(dict.fromkeys(_ORDER.findall(subject.lower())))


def references_named(subject: str) -> tuple[str, ...]:
    """The customers' orders at suppliers whose references stand in a subject."""
    return tuple(dict.fromkeys(_REFERENCE.findall(subject.upper())))


def parcels_in(text: str) -> tuple[Tracking, ...]:
    """At most five parcel numbers that carriers' forms make likely, in order of appearance."""
    found: dict[str, tuple[int, str | None]] = {}
    for carrier, form in _CARRIERS:
        for match in form.finditer(text):
            found.setdefault(match.group(), (match.start(), carrier))
    for match in _S10.finditer(text):
        if _check_digit(match.group(2)) == int(match.group(3)):
            found.setdefault(match.group(), (match.start(), None))
    ordered = sorted(found.items(), key=lambda each: each[1][0])[:_MOST]
    return tuple(Tracking(number, carrier) for number, (_, carrier) in ordered)


def _check_digit(digits: str) -> int:
    """The ninth digit of an S10 number (Universal Postal Union, standard S10)."""
    summed = sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, digits, strict=True))
    return {10: 0, 11: 5}.get(11 - summed % 11, 11 - summed % 11)
