"""Runs the questions on a fresh installation and writes what came out."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from bench.answers import searching
from bench.answers.asking import Outcome, by_command, in_words
from bench.answers.questions import Book, Question, questions
from tests.installation import ADMIN_TOKEN, Installation, until
from tests.integration.doors.talking import Talker

HEADING = "# How well AIRA answers"
_PROPOSED = 20


def report(words: int | None = None) -> list[str]:
    """The section of docs/reference/evaluation.md; prints each wrong answer as it goes.

    A model is asked ``words`` of the questions, None for all.
    """
    model = {name: value for name, value in os.environ.items() if name.startswith("OPENAI_")}
    with tempfile.TemporaryDirectory(prefix="royal-answers-") as home:
        running = Installation(Path(home) / "shop", **model).start()
        try:
            asked, commands, spoken = _ask(running, words)
        finally:
            running.end()
    lines = [HEADING, "", f"{asked} questions. " + _INTRODUCTION[0], *_INTRODUCTION[1:]]
    lines += _about_commands(commands)
    lines += about_words(spoken) if spoken else [*_NO_MODEL, ""]
    return [*lines, *searching.report()]


def _ask(running: Installation, words: int | None) -> tuple[int, list[Outcome], list[Outcome]]:
    until(
        lambda: len(running.decisions(status="proposed")) >= _PROPOSED, 240, "the first decisions"
    )
    # From here on nothing is sold: the truth and the answers are of one moment.
    running.control("POST", "/control/rate", {"rate": 0})
    book = Book(running.home / "var" / "royal.db")
    _settled(book)
    listed = questions(book)
    talker = Talker(f"http://127.0.0.1:{running.environment['AIRA_PORT']}", ADMIN_TOKEN)
    commands = _each(listed, lambda question: by_command(talker, question))
    converses = talker.http.get("/v1/chat").json()["can_converse"]
    spoken = asked_in_words(talker, spread(listed, words)) if converses else []
    return len(listed), commands, spoken


def asked_in_words(talker: Talker, listed: Sequence[Question]) -> list[Outcome]:
    """Ask the configured model each question as a person would."""
    return _each(listed, lambda question: in_words(talker, question))


def spread(listed: Sequence[Question], count: int | None) -> Sequence[Question]:
    """``count`` of the questions, evenly spread, so that every kind has its share."""
    if count is None or count >= len(listed):
        return listed
    return [listed[place * len(listed) // count] for place in range(count)]


def _settled(book: Book) -> None:
    """What was sold before the world stood still has been read."""
    sql = "SELECT COUNT(*) || MAX(updated_at) FROM orders"
    same = [book.one(sql)] * 2

    def unchanged() -> bool:
        same.append(book.one(sql))
        return len(set(same[-30:])) == 1 and len(same) > 30

    until(unchanged, 60, "the store at rest")


def _each(listed: Sequence[Question], ask: Callable[[Question], Outcome]) -> list[Outcome]:
    found = []
    for question in listed:
        outcome = ask(question)
        found.append(outcome)
        if not outcome.right:
            print(f"WRONG {question.id}: truth {question.truth}, got {outcome.got[:200]!r} "
                  f"{outcome.failure}", flush=True)  # fmt: skip
    return found


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> str:
    count = sum(map(holds, outcomes))
    return f"{count} of {len(outcomes)} ({count / len(outcomes):.1%})"


def _latency(outcomes: Sequence[Outcome]) -> str:
    took = sorted(outcome.seconds for outcome in outcomes)
    return f"{statistics.median(took):.2f} s / {took[int(0.95 * (len(took) - 1))]:.2f} s"


def _about_commands(outcomes: Sequence[Outcome]) -> list[str]:
    right = _share(outcomes, lambda each: each.right)
    return [
        "## By slash command, without a model",
        "",
        "| what | result |",
        "| --- | --- |",
        f"| the figure is SQL's, by the command and by the tool used directly | {right} |",
        f"| the text of the answer states it too | {_share(outcomes, lambda each: each.told)} |",
        f"| latency, median / 95 % | {_latency(outcomes)} |",
        "",
    ]


def about_words(outcomes: Sequence[Outcome]) -> list[str]:
    """The table: accuracy, groundedness, choice of tools, cost and latency."""
    stated = sum(outcome.facts for outcome in outcomes)
    without = sum(len(outcome.ungrounded) for outcome in outcomes)
    priced = [outcome for outcome in outcomes if outcome.cost is not None]
    cost = sum((outcome.cost or Decimal(0) for outcome in priced), Decimal(0))
    money = f"{cost:.4f} {priced[0].currency}" if priced else "unknown: set OPENAI_PRICES"
    guessed = sum(outcome.estimated_tokens for outcome in outcomes)
    counted = f"{sum(outcome.tokens for outcome in outcomes):,}"
    tokens = f"unknown, about {guessed:,} by their length" if guessed else counted
    model = os.environ.get("OPENAI_MODEL", "unnamed")
    routine = os.environ.get("OPENAI_MODEL_ROUTINE", model)
    return [
        f"## In plain words, with {model} and {routine} for routine questions",
        "",
        "| what | result |",
        "| --- | --- |",
        f"| questions asked | {len(outcomes)} |",
        f"| the answer states the true figure | {_share(outcomes, lambda each: each.right)} |",
        f"| facts of the answers that stand in a tool's result | {stated - without} of {stated} |",
        f"| the right tool was used | {_share(outcomes, lambda each: each.tool_right)} |",
        f"| ended with an error | {_share(outcomes, lambda each: bool(each.failure))} |",
        f"| cost of all answers | {money} |",
        f"| tokens of all answers | {tokens} |",
        f"| latency, median / 95 % | {_latency(outcomes)} |",
        "",
    ]


_INTRODUCTION = (
    "Written by `make evaluate` on a fresh sandbox whose clock was stopped. The true answers are",
    "computed by SQL over the store's tables that shares no code with the product",
    "(`bench/answers/questions.py`).",
    "",
)
_NO_MODEL = (
    "## In plain words",
    "",
    "Not run: no model was configured. Set OPENAI_API_KEY and OPENAI_MODEL (OPENAI_BASE_URL,",
    "OPENAI_PRICES) and run `make evaluate` again to measure accuracy, groundedness, the choice of",
    "tools, cost and latency.",
)
