"""The policy's limits by name: what each may be, how two policies differ, which is the wider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_type_hints

from royal_platform.commerce.decisions.ladder import is_ladder, price_points
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.decisions.workdays import told_days_off, told_weekdays

NAMES = tuple(field.name for field in fields(Policy))
# Ten years: beyond the calendar's end no limit can be computed at all.
_DAYS_MAX = 3650
_COUNT_MAX = 1_000_000
# A promise of working hours: about a year.
_HOURS_MAX = 2_000
_AMOUNT_MAX = Decimal(10) ** 12
_NONE = frozenset({"none", "off", "unlimited"})
_AMOUNTS = frozenset({
    "spend_per_day", "spend_per_month", "unit_cost_max", "two_persons_above", "payment_fee_fixed",
    "refund_order_max", "refund_customer_month_max", "refund_day_max", "shipping_cost_per_order",
    "return_cost_per_unit",
})  # fmt: skip
# Which way a limit gives agents more room; what states a fact (fees, lead times) is in neither.
_WIDER_WHEN_HIGHER = frozenset({
    "price_step_max_percent", "price_week_max_percent", "price_band_high_percent",
    "competitor_above_max_percent", "competitor_below_max_percent",
    "price_tests_max", "actions_per_run", "actions_per_day", "spend_per_day", "spend_per_month",
    "unit_cost_max", "two_persons_above", "risk_auto_max", "risk_deny_min", "messages_per_week",
    "messages_per_day",
    "refund_order_max", "refund_customer_month_max", "refund_day_max", "replies_per_thread_per_day",
    "order_changes_max", "customer_changes_month_max", "order_changes_per_day",
})  # fmt: skip
_WIDER_WHEN_LOWER = frozenset({
    "margin_floor_percent", "price_band_low_percent", "cooldown_days", "prior_price_days",
    # The fewer prices count, the less they bound.
    "competitor_max_age_days",
})  # fmt: skip
_QUIET = ("quiet_from_hour", "quiet_to_hour")

Limit = str | int | None


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
        return _TEXTS[name](text)
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


def _points(text: str) -> str:
    points = " ".join(text.replace(";", " ").split())
    if not is_ladder(points):
        raise ValueError("price_points are prices like 9.95 14.95 19.95.")
    return points


def _ending(text: str) -> str:
    if not text or len(text) > 10:
        raise ValueError("price_ending is an ending of prices like .99.")
    return text


_TEXTS: Mapping[str, Callable[[str], str]] = {
    "price_points": _points, "price_ending": _ending, "working_days": told_weekdays,
    "closed_days": told_days_off,
}  # fmt: skip


def _most(name: str, kinds: tuple[Any, ...]) -> Decimal:
    if float in kinds:
        return Decimal(1)
    if int in kinds:
        if name.endswith("_hour"):
            return Decimal(23)
        if name.endswith("_hours"):
            return Decimal(_HOURS_MAX)
        return Decimal(_DAYS_MAX if name.endswith("_days") else _COUNT_MAX)
    return _AMOUNT_MAX


def told(policy: Policy, name: str) -> Limit:
    """One limit as a decision's arguments hold it: numbers with a fraction as decimal strings."""
    value = getattr(policy, name)
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value) if isinstance(value, float) else value


def difference(before: Policy, after: Policy) -> dict[str, Limit]:
    """The limits of ``after`` that are not those of ``before``."""
    return {
        name: told(after, name)
        for name in NAMES
        if getattr(before, name) != getattr(after, name)
    }  # fmt: skip


def with_limits(policy: Policy, limits: Mapping[str, Any]) -> Policy:
    """``policy`` with these limits; ``ValueError`` says which is none, or has no such value."""
    for name, value in limits.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
            # One kind of error for whatever a document may hold.
            raise ValueError(f"{name} is no limit's value.")  # noqa: TRY004
        policy = changed(policy, name, "none" if value is None else str(value))
    return policy


def contradiction(policy: Policy) -> str | None:
    """Which two limits contradict each other; None when none do."""
    if policy.price_band_low_percent > policy.price_band_high_percent:
        return "price_band_low_percent is above price_band_high_percent."
    if policy.risk_auto_max > policy.risk_deny_min:
        return "risk_auto_max is above risk_deny_min."
    return None


def widened(before: Policy, after: Policy) -> tuple[str, ...]:
    """The limits by which ``after`` lets agents do more than ``before`` did."""
    names = [name for name in NAMES if _is_wider(name, before, after)]
    if _quiet(before) - _quiet(after):
        names += [name for name in _QUIET if getattr(before, name) != getattr(after, name)]
    return tuple(names)


def unit_of(name: str, currency: str) -> str:
    """The unit a limit is in; "" for none."""
    if name in _AMOUNTS:
        return currency
    for ending, unit in (
        ("_percent", "percent"),
        ("_days", "days"),
        ("_hour", "o'clock"),
        ("_hours", "working hours"),
    ):
        if name.endswith(ending):
            return unit
    for beginning, unit in (
        ("actions_", "actions"),
        ("messages_", "messages"),
        ("replies_", "replies"),
        ("price_tests_", "products"),
    ):
        if name.startswith(beginning):
            return unit
    return "index 0-1" if name.startswith("risk_") else ""


def _is_wider(name: str, before: Policy, after: Policy) -> bool:
    old, new = getattr(before, name), getattr(after, name)
    if old == new:
        return False
    # None is no limit at all.
    if name in _WIDER_WHEN_HIGHER:
        return bool(new is None or (old is not None and new > old))
    if name in _WIDER_WHEN_LOWER:
        return bool(new is None or (old is not None and new < old))
    return name == "price_points" and old is not None and bool(_points_of(new) - _points_of(old))


def _points_of(ladder: str | None) -> set[Decimal | None]:
    """The points of a ladder; without one every price is allowed, which no ladder holds."""
    return {None} if ladder is None else set(price_points(ladder))


def _quiet(policy: Policy) -> set[int]:
    begin, end = policy.quiet_from_hour, policy.quiet_to_hour
    return {(begin + hour) % 24 for hour in range((end - begin) % 24)}
