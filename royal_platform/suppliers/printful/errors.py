"""What Printful refuses, in its own words and with what to do."""

from __future__ import annotations

from typing import Any

import orjson

from core.outbound.client import Answer
from royal_platform.suppliers.errors import SupplierLocked, SupplierRejected

_SHOWN = 300


class Unreadable(SupplierRejected):
    """An answer of another shape than the published one."""


def refused(answer: Answer) -> SupplierRejected:
    """Why it said no. Its words are shown, never acted on."""
    if answer.status in {401, 403}:
        return SupplierLocked(
            f"Printful does not accept the token ({answer.status}).",
            remedy="Make a token with the scopes for products and orders, store it with `royal "
            "secrets set PRINTFUL_API_KEY`, and enter the store's number if the token is of the "
            "whole account.",
        )
    return SupplierRejected(
        f"Printful refused ({answer.status}): {_said(answer)}",
        remedy="Correct what it names, in the shop's order or at Printful.",
    )


def unreadable(what: str) -> Unreadable:
    """What to do about such an answer."""
    return Unreadable(
        f"Printful's answer is not the {what} that its documentation describes.",
        remedy="Check PRINTFUL_BASE_URL; if it is right, report this with the version you run.",
    )


def _said(answer: Answer) -> str:
    try:
        document: Any = orjson.loads(answer.body)
        said = document["error"]["message"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        said = answer.body[:_SHOWN].decode("utf-8", "replace")
    return str(said)[:_SHOWN].strip()
