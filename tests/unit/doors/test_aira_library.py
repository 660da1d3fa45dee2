"""The documentation is found by the words a user would use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aira import library
from core.errors import NotFound


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("how do I undo a price", "how-to/approve-and-undo.md"),
        ("connecting a store", "how-to/connect-a-store.md"),
        ("stop everything", "how-to/stop-everything.md"),
        ("MCP client token", "how-to/connect-an-mcp-client.md"),
        ("postgresql", "how-to/run-on-postgresql.md"),
        ("verify the audit log", "how-to/audit.md"),
    ],
)
def test_the_page_that_answers_is_among_the_first(asked: str, page: str) -> None:
    assert page in [each.page for each in library.search(asked)[:3]]


def test_what_is_not_written_is_not_found() -> None:
    assert library.search("zebra unicorn") == []
    assert library.search("the of and") == []
    with pytest.raises(NotFound, match="no page"):
        library.page("../pyproject.toml")


def test_code_is_no_heading_and_every_page_is_read() -> None:
    sections = library.search("royal tokens create")
    assert {each.page for each in sections} >= {"how-to/connect-an-mcp-client.md"}
    assert all(not each.heading.startswith("#") for each in sections)
    assert all(len(each.excerpt) <= 700 for each in sections)


@given(st.text(max_size=50))
def test_no_question_breaks_the_search(text: str) -> None:
    assert all(each.text for each in library.search(text))
