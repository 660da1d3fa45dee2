"""The model half of ``make evaluate`` over the wire: what it prints of right and wrong answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from aira.app import create_app
from bench.answers.evaluation import about_words, asked_in_words, spread
from bench.answers.questions import Question
from core.settings import Settings, read_settings
from royal_platform.bootstrap import Platform
from tests.counterparts.model_server import (
    KEY,
    MODEL,
    Fault,
    ModelServer,
    Reply,
    ToolCall,
    model_server,
)
from tests.integration.doors.shop import fill
from tests.integration.doors.talking import Talker


def asked(name: str, text: str, tool: str, truth: Decimal | str) -> Question:
    return Question(name, text, f"/{tool}", tool, "number", truth, lambda result: result)


QUESTIONS = (
    asked("right", "What was revenue in the last 7 days?", "metrics", Decimal(360)),
    asked("invented", "How many orders are there?", "orders", Decimal(4)),
    asked("broken", "What is the currency?", "status", "EUR"),
)


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


def test_the_table_has_accuracy_groundedness_tools_cost_and_latency(
    settings: Settings, platform: Platform, model: ModelServer, running: Callable[[Any], Any]
) -> None:
    fill(platform)
    configured = read_settings(
        **{
            **settings.model_dump(), "openai_api_key": KEY, "openai_model": MODEL,
            "openai_base_url": model.base_url, "openai_max_retries": 0,
            "openai_prices": {MODEL: {"input": "2", "output": "10"}},
        }
    )  # fmt: skip
    model.say(
        Reply("", (ToolCall("metrics", {"metric": "revenue", "days": 7}),)),
        Reply("Revenue was 360.00 EUR [1]."),
        Reply("There are 9731 orders."),
        Fault(500),
    )
    talker = Talker(running(create_app(configured)).url)
    told = about_words(asked_in_words(talker, QUESTIONS))
    rows = dict(line.strip("| ").split(" | ") for line in told if line.count("|") == 3)
    assert rows["questions asked"] == "3"
    assert rows["the answer states the true figure"] == "1 of 3 (33.3%)"
    assert rows["facts of the answers that stand in a tool's result"] == "1 of 2"
    assert rows["the right tool was used"] == "1 of 3 (33.3%)"
    assert rows["ended with an error"] == "1 of 3 (33.3%)"
    # Three counted replies of 20 tokens read and 10 written; the broken one took nobody knows what.
    assert rows["cost of all answers"] == "0.0004 USD"
    assert rows["tokens of all answers"] == "90"
    median, worst = rows["latency, median / 95 %"].split(" / ")
    assert 0 < float(median.removesuffix(" s")) <= float(worst.removesuffix(" s"))


def test_some_of_the_questions_are_of_every_kind() -> None:
    numbered = [asked(str(n), "", "metrics", Decimal(n)) for n in range(10)]
    assert [each.id for each in spread(numbered, 3)] == ["0", "3", "6"]
    assert spread(numbered, None) == spread(numbered, 99) == numbered
