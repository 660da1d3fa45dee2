"""A summary may lose words but no fact: what it lost stands there word for word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aira.conversing.facts import facts, lines_of_lost_facts, with_lost_facts

TEXT = (
    "AIRA: Net sales were 12,345.60 EUR from 2026-01-01 to 2026-01-30 [1].\n"
    "The margin was 41 % and order #1042 waits.\n"
    "User: we go with 49.95 for OAK-80, decision dec_9fA3bb27\n"
    "That is all."
)


def test_ids_figures_days_orders_and_skus_are_facts() -> None:
    assert facts(TEXT) == [
        "12,345.60 EUR", "2026-01-01", "2026-01-30", "41 %", "#1042", "49.95", "OAK-80",
        "dec_9fA3bb27",
    ]  # fmt: skip


def test_the_mark_of_a_citation_is_no_fact() -> None:
    assert facts("It was so [12].") == []


def test_a_summary_that_has_every_fact_stays_as_it_is() -> None:
    summary = "12,345.60 EUR 2026-01-01..2026-01-30, 41 %, #1042; 49.95 for OAK-80 in dec_9fA3bb27"
    assert with_lost_facts([TEXT], summary, 10_000) == summary


def test_lost_facts_are_kept_in_their_lines() -> None:
    kept = with_lost_facts([TEXT], "Sales of 12,345.60 EUR; order #1042, 41 %.", 10_000)
    assert "2026-01-01 to 2026-01-30" in kept
    assert "we go with 49.95 for OAK-80, decision dec_9fA3bb27" in kept
    assert "That is all." not in kept


def test_without_a_summary_the_facts_alone_remain() -> None:
    assert set(facts(with_lost_facts([TEXT], "", 10_000))) == set(facts(TEXT))


def test_a_unit_belongs_to_a_figure_of_its_own_line() -> None:
    assert facts("000\n€00") == ["000", "00"]


def test_what_does_not_fit_is_left_out_from_the_oldest_and_said() -> None:
    texts = [f"row {number} has {number + 100} EUR" for number in range(50)]
    kept = with_lost_facts(texts, "A table.", 200)
    assert "149 EUR" in kept
    assert "100 EUR" not in kept
    assert "older lines with figures are not here" in kept


@given(st.lists(st.text(alphabet="ab1290.,%€ #-\n", max_size=40), max_size=6), st.text(max_size=40))
def test_no_fact_is_lost_when_there_is_room(texts: list[str], summary: str) -> None:
    kept = with_lost_facts(texts, summary, 100_000)
    assert not lines_of_lost_facts(texts, kept)
