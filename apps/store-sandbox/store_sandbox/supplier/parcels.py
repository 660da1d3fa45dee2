"""The numbers of suppliers' parcels: each is that of the order it brings."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"SBX(\d{10})", re.ASCII)


def number_of(order_id: int) -> str:
    """The number under which the parcel of a supplier's order is followed."""
    return f"SBX{order_id:010d}"


def order_of(number: str) -> int | None:
    """The order that the parcel of this number brings; None for another carrier's number."""
    found = _NUMBER.fullmatch(number)
    return None if found is None else int(found[1])
