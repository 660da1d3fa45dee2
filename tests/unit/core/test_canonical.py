"""Canonical JSON and the chain's hash."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.events.canonical import GENESIS, canonical_json, chain_hash
from core.secrets.value import SecretValue

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


def shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@given(JSON)
def test_the_same_value_has_one_text_whatever_the_order_of_its_keys(value: Any) -> None:
    text = canonical_json(value)
    assert canonical_json(shuffled(value)) == text
    assert canonical_json(json.loads(text)) == text


@given(st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT, max_size=6))
def test_the_short_way_and_the_long_way_give_the_same_text(value: dict[str, Any]) -> None:
    # What hangs from a list goes the long way.
    assert f"[{canonical_json(value)}]" == canonical_json([value])


@given(st.lists(st.dictionaries(TEXT, JSON, max_size=3), min_size=1, max_size=6), st.data())
def test_changing_any_row_changes_every_hash_from_there_on(rows: list[Any], data: Any) -> None:
    def chain(items: list[Any]) -> list[str]:
        hashes, previous = [], GENESIS
        for item in items:
            previous = chain_hash(previous, item)
            hashes.append(previous)
        return hashes

    at = data.draw(st.integers(0, len(rows) - 1))
    changed = [*rows[:at], {**rows[at], "tampered!": len(rows)}, *rows[at + 1 :]]
    before, after = chain(rows), chain(changed)
    assert before[:at] == after[:at]
    assert all(old != new for old, new in zip(before[at:], after[at:], strict=True))


def test_decimals_and_times_have_one_form() -> None:
    local = datetime(2026, 1, 1, 5, tzinfo=timezone(timedelta(hours=5)))
    assert canonical_json({"a": Decimal("1E+2"), "t": local}) == (
        '{"a":"100","t":"2026-01-01T00:00:00Z"}'
    )
    assert canonical_json(local.astimezone(UTC)) == canonical_json(local)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), datetime(2026, 1, 1), "\ud800", {"x": "\udfff"}]
)
def test_what_is_not_json_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical_json(value)


def test_a_secret_is_not_recorded() -> None:
    with pytest.raises(TypeError, match="secret"):
        canonical_json({"key": SecretValue("canary")})


@pytest.mark.parametrize("value", [object(), {1: 2}, {"a": {1, 2}}, b"x"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
