"""What the engine stores: JSON with tags for decimals, moments and days; errors by their kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import core.errors as errors_module
from core.errors import Invalid, RoyalError

_DECIMAL, _MOMENT, _DAY, _ERROR = "$decimal", "$moment", "$day", "$error"


class StepFailed(RoyalError):  # noqa: N818 - named by what happened, as its kin
    """A step failed with an error that is not one of ours; told again after a restart."""

    title, slug = "Step failed", "step-failed"


class WorkflowCancelled(Exception):  # noqa: N818 - named by what happened
    """The run or workflow was cancelled; raised at the next step boundary."""


def encode(value: Any) -> Any:
    """``value`` as plain JSON; raises ``Invalid`` naming the type that has no JSON form."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, BaseException):
        return {_ERROR: error_facts(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encode(item) for item in value]
    raise Invalid(
        f"A step or a run gave back a {type(value).__name__!r}, which has no JSON form.",
        remedy="Return dictionaries, lists, strings, numbers, decimals or times.",
    )


def decode(value: Any) -> Any:
    """The inverse of ``encode``; an encoded error comes back as an exception object."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (tag, inner), *_ = value.items()
        if tag == _DECIMAL:
            return Decimal(inner)
        if tag == _MOMENT:
            return datetime.fromisoformat(inner)
        if tag == _DAY:
            return date.fromisoformat(inner)
        if tag == _ERROR:
            return _error(inner)
    return {key: decode(item) for key, item in value.items()}


def error_facts(error: BaseException) -> dict[str, str]:
    """An error as small JSON: its type, what happened, and what to do about it."""
    if isinstance(error, RoyalError):
        return {
            "type": type(error).__name__,
            "slug": error.slug,
            "detail": error.detail,
            "remedy": error.remedy,
        }
    return {
        "type": type(error).__name__,
        "slug": "",
        "detail": str(error) or type(error).__name__,
        "remedy": "Look at the worker's log for this run, correct the cause and run it again.",
    }


def _error(facts: Mapping[str, str]) -> Exception:
    kind = getattr(errors_module, facts["type"], None)
    if isinstance(kind, type) and issubclass(kind, RoyalError):
        return kind(facts["detail"], remedy=facts["remedy"])
    return StepFailed(f"{facts['type']}: {facts['detail']}", remedy=facts["remedy"])
