"""Asks AIRA over its door, by command or in plain words, and holds the answer to the truth."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from bench.answers.questions import Question
from royal_platform.commerce.language.facts import facts
from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import Draft, FactKind, Passage
from royal_platform.commerce.language.rules import ungrounded
from tests.integration.doors.talking import Heard, Talker, text_of

_MARKER = re.compile(r"\[\d{1,3}\]")


@dataclass
class Outcome:
    """How one question went."""

    question: Question
    right: bool = False
    told: bool = False
    got: str = ""
    failure: str = ""
    tool_right: bool = False
    facts: int = 0
    ungrounded: list[str] = field(default_factory=list)
    seconds: float = 0.0
    tokens: int = 0
    estimated_tokens: int = 0
    cost: Decimal | None = None
    currency: str = ""


def by_command(talker: Talker, question: Question) -> Outcome:
    """The slash command's result, and the same tool used directly with the same arguments."""
    outcome = Outcome(question)
    began = time.perf_counter()
    heard = talker.say(question.command)
    outcome.seconds = time.perf_counter() - began
    (result,) = _data(heard, "tool_result") or [{}]
    if not result.get("ok"):
        outcome.failure = json.dumps(result.get("problem") or _data(heard, "error"))
        return outcome
    outcome.tool_right = result["tool"] == question.tool
    try:
        got = question.read(result["result"])
    except (KeyError, IndexError, StopIteration, TypeError) as error:
        outcome.failure = f"the result has no such answer ({type(error).__name__})"
        return outcome
    outcome.got = str(got)
    outcome.right = _same(question, got)
    outcome.told = states(text_of(heard), question)
    (call,) = _data(heard, "tool_call")
    direct = talker.http.post(f"/v1/tools/{result['tool']}", json=call["arguments"])
    if direct.status_code != 200 or question.read(direct.json()["result"]) != got:
        outcome.failure = "the tool used directly says something else"
        outcome.right = False
    return outcome


def in_words(talker: Talker, question: Question) -> Outcome:
    """The model's answer to the question as a person asks it."""
    outcome = Outcome(question)
    began = time.perf_counter()
    heard = talker.say(question.text)
    outcome.seconds = time.perf_counter() - began
    text = text_of(heard)
    outcome.got = text
    outcome.right = states(text, question)
    outcome.tool_right = question.tool in {call["tool"] for call in _data(heard, "tool_call")}
    outcome.failure = "; ".join(error["slug"] for error in _data(heard, "error"))
    _ground(outcome, text, _data(heard, "tool_result"))
    for used in _data(heard, "usage"):
        outcome.tokens = (used["input_tokens"] or 0) + (used["output_tokens"] or 0)
        outcome.estimated_tokens = used["estimated_tokens"] or 0
        if used["cost"]:
            outcome.cost = Decimal(used["cost"]["amount"])
            outcome.currency = used["cost"]["currency"]
    return outcome


def states(text: str, question: Question) -> bool:
    """Whether ``text`` states the truth, in whatever notation."""
    if isinstance(question.truth, str):
        return folded(question.truth) in folded(text)
    wanted = question.truth.normalize()
    return any(wanted in fact.readings for fact in facts(text) if fact.kind is FactKind.NUMBER) or (
        wanted == 0 and bool(re.search(r"(?<!\w)(no|none|nothing|zero)(?!\w)", folded(text)))
    )


def _ground(outcome: Outcome, text: str, results: Sequence[dict[str, Any]]) -> None:
    """Facts of the answer, and those that no tool's result of this answer states."""
    said = _MARKER.sub("", text)
    sources = [
        Passage(f"{place}", json.dumps(each, ensure_ascii=False), "tool")
        for place, each in enumerate(results)
    ]
    asked = Passage("question", outcome.question.text, "user")
    draft = Draft(said, tuple(each.id for each in (*sources, asked)))
    outcome.facts = len(facts(said))
    outcome.ungrounded = [each.text for each in ungrounded(draft, [*sources, asked])]


def _same(question: Question, got: Any) -> bool:
    if isinstance(question.truth, str):
        return bool(folded(str(got)) == folded(question.truth))
    try:
        return Decimal(str(got)) == question.truth
    except InvalidOperation:
        return False


def _data(heard: Sequence[Heard], event: str) -> list[dict[str, Any]]:
    return [each.data for each in heard if each.event == event]
