"""A citation is let through only when its source exists, however the text is cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aira.conversing.citing import CitationFilter


def _through(pieces: list[str], known: int) -> str:
    checked = CitationFilter(lambda: known)
    return "".join([*(checked.feed(piece) for piece in pieces), checked.rest()])


def test_a_citation_without_a_source_is_taken_out() -> None:
    assert _through(["Sales were 10 [1], orders 3 [4]."], 2) == "Sales were 10 [1], orders 3 ."


def test_a_citation_in_pieces_is_recognised() -> None:
    assert _through(["a [", "1", "] b [", "9", "9] c"], 1) == "a [1] b  c"


def test_other_brackets_pass() -> None:
    text = "see [the page](/orders), list[0], [ ] and a lone ["
    assert _through([text], 0) == text.replace("[0]", "")


@given(
    st.lists(st.sampled_from(["[", "]", "1", "2", "9", "word ", "[1]", "[7]", "é"]), max_size=20),
    st.integers(0, 3),
)
def test_pieces_never_change_the_outcome(pieces: list[str], known: int) -> None:
    assert _through(pieces, known) == _through(["".join(pieces)], known)
