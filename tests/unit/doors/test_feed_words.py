"""What a client may say on the live feed and where it may start."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.asgi import _cookies
from app.feed import wanted_after
from core.errors import Invalid


@given(st.text(max_size=30))
def test_any_start_is_a_number_or_refused(text: str) -> None:
    try:
        found = wanted_after(text)
    except Invalid:
        return
    assert found is None or found >= 0


def test_no_start_means_from_now_on() -> None:
    assert wanted_after(None) is None
    assert wanted_after("0") == 0
    assert wanted_after("12") == 12


@pytest.mark.parametrize("text", ["-1", "1.5", "x", "１", "9" * 20])
def test_what_is_no_sequence_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        wanted_after(text)


@given(st.text(max_size=60))
def test_any_cookie_header_is_read(text: str) -> None:
    assert all(isinstance(value, str) for value in _cookies(text).values())


def test_cookies_are_found_among_others() -> None:
    assert _cookies('a=1; royal_session="x=y"; b') == {"a": "1", "royal_session": "x=y", "b": ""}
