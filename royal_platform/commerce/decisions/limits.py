"""One limit of the policy changed: what each may be, so that every door refuses the same."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_type_hints

from royal_platform.commerce.decisions.model import Policy

NAMES = tuple(field.name for field in fields(Policy))
# Ten years: beyond the calendar's end no limit can be computed at all.
_DAYS_MAX = 3650
_COUNT_MAX = 1_000_000
_AMOUNT_MAX = Decimal(10) ** 12
_NONE = frozenset({"none", "off", "unlimited"})


def changed(policy: Policy, name: str, text: str) -> Policy:
    """``policy`` with one limit set from what a person typed; ``ValueError`` says what is wrong.

    ``none`` switches a limit off where the policy knows that.
    """
    if name not in NAMES:
        raise ValueError(f"There is no limit {name!r}.")
    hint = get_type_hints(Policy)[name]
    kinds = get_args(hint) or (hint,)
    if text.strip().lower() in _NONE:
        if type(None) not in kinds:
            raise ValueError(f"{name} cannot be switched off.")
        value = None
    else:
        value = _value(name, kinds, text.strip().rstrip("%").strip())
    found: dict[str, Any] = {name: value}
    return replace(policy, **found)


def _value(name: str, kinds: tuple[Any, ...], text: str) -> Any:
    if str in kinds:
        if not text or len(text) > 10:
            raise ValueError(f"{name} is an ending of prices like .99.")
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{name} is a number.") from None
    if not number.is_finite() or number < 0:
        raise ValueError(f"{name} is a number of at least 0.")
    # Compared before it is converted: a number of a million digits is not built to be refused.
    most = _most(name, kinds)
    if number > most:
        raise ValueError(f"{name} is at most {most}.")
    if float in kinds:
        return float(number)
    if int not in kinds:
        return number
    if number != number.to_integral_value():
        raise ValueError(f"{name} is a whole number.")
    return int(number)


def _most(name: str, kinds: tuple[Any, ...]) -> Decimal:
    if float in kinds:
        return Decimal(1)
    if int in kinds:
        if name.endswith("_hour"):
            return Decimal(23)
        return Decimal(_DAYS_MAX if name.endswith("_days") else _COUNT_MAX)
    return _AMOUNT_MAX
