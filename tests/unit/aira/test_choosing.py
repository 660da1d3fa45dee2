"""A model with a small context is shown the tools that fit the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aira.conversing.choosing import chosen, room_for, schema_of, tokens_of
from aira.tools import TOOLS

SMALL = room_for(4_096)


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("What did we sell last month?", "metrics"),
        ("Which articles run out soon?", "at_risk"),
        ("Why is order #1042 held?", "risk"),
        ("Are there any suspicious orders?", "risks"),
        ("Is there a security problem?", "findings"),
        ("Did anything strange happen to the figures?", "anomalies"),
        ("Show me the weekly report", "report"),
        ("Lower the price of OAK-2 to 55", "price"),
        ("Undo that price change", "revert"),
        ("Which customers complain?", "threads"),
        ("What new products could we sell?", "research"),
        ("Who changed the price of the oak shelf?", "who"),
        ("Stop everything now", "stop"),
        ("How do I connect a store?", "docs"),
        ("Hoeveel omzet hadden we vorige week?", "metrics"),
        ("Welke besluiten wachten op mij?", "decisions"),
        ("Zijn er klachten van klanten?", "threads"),
        ("Verlaag de prijs van OAK-2 naar 55", "price"),
        ("Wat valt op in de cijfers, iets vreemds?", "anomalies"),
        ("Welke producten raken uitverkocht?", "at_risk"),
    ],
)
def test_the_tool_that_answers_is_among_them(text: str, tool: str) -> None:
    assert SMALL is not None
    assert tool in chosen(TOOLS, text, (), SMALL)


@given(st.text(max_size=200), st.sets(st.sampled_from(sorted(TOOLS))), st.integers(200, 9_000))
def test_they_fit_are_allowed_and_are_always_the_same(
    text: str, allowed: set[str], room: int
) -> None:
    found = chosen(allowed, text, ("price", "no_such_tool"), room)
    assert set(found) <= allowed
    assert found == tuple(sorted(found)) == chosen(allowed, text, ("price", "no_such_tool"), room)
    assert len(found) == min(1, len(allowed)) or sum(map(tokens_of, found)) <= room
    if "price" in allowed:
        assert "price" in found, "what was used stays"
    assert found or not allowed


def test_a_schema_says_no_name_twice_and_keeps_an_argument_called_title() -> None:
    schema = schema_of("metrics")
    assert "title" not in schema
    assert "title" not in schema["properties"]["days"]
    assert schema["properties"]["days"]["description"]
    assert room_for(0) is None
