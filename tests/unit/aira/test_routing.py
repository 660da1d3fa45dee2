"""Which model a message is for follows a stated rule."""

from __future__ import annotations

import pytest

from aira.conversing.routing import purpose_of


@pytest.mark.parametrize(
    "text",
    ["What were sales last week?", "Hoeveel bestellingen zijn er vandaag?", "list the agents"],
)
def test_looking_something_up_is_routine(text: str) -> None:
    assert purpose_of(text) == "routine"


@pytest.mark.parametrize(
    "text",
    [
        "Why did sales fall?",
        "Waarom daalde de omzet?",
        "Lower the price of the oak shelf to 49.95",
        "What sold? And what did not?",
        "sales " * 60,
    ],
)
def test_thinking_is_for_the_strong_model(text: str) -> None:
    assert purpose_of(text) == "reasoning"
