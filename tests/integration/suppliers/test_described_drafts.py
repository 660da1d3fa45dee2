"""A model's words on an import: grounded in the supplier's offer, told as such, asked for once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import pytest
from pydantic import SecretStr

from orchestrator.core.books import reading, writing
from orchestrator.core.running import carry_out
from orchestrator.core.runs import start_run
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence.model_calls import ModelCalls
from tests.counterparts.model_server import (
    KEY,
    MODEL,
    Fault,
    ModelServer,
    Reply,
    ToolCall,
    model_server,
)
from tests.integration.suppliers.test_product_research import proposed, researched, run

pytestmark = pytest.mark.timeout(180)
_ = researched


def copying(body: dict) -> Reply:
    """Invents a price at first; told so, it says what the first passage says."""
    output = body["tools"][0]["function"]["name"]
    if len(body["messages"]) <= 2:
        return Reply("", (ToolCall(output, {"text": "Now for 9731.55 only [1]."}),))
    told = next(each["content"] for each in body["messages"] if each["role"] == "user")
    first = json.loads(told)["passages"][0]
    return Reply("", (ToolCall(output, {"text": f"This is {first['text']} [1]."}),))


@contextmanager
def configured(platform: Platform, server: ModelServer, **more: object) -> Iterator[Platform]:
    """The platform with a model."""
    settings = platform.settings.model_copy(
        update={
            "openai_api_key": SecretStr(KEY), "openai_model": MODEL,
            "openai_base_url": server.base_url, "openai_max_retries": 0, **more,
        }
    )  # fmt: skip
    opened = bootstrap(settings)
    asyncio.run(opened.refresh_clock())
    yield opened
    opened.close()


def asked_of(platform: Platform) -> int:
    with reading(platform) as books:
        return ModelCalls(books.store_id).page(books.connection, None, None, 1).total


def test_a_spent_budget_leaves_the_suppliers_words_and_the_run_says_why(
    platform: Platform,
) -> None:
    with model_server() as server, configured(platform, server, agents_tokens_per_day=1) as paused:
        server.answer = copying
        with writing(paused) as books:
            run_id, why_not = start_run(
                books, "product_research", trigger="button", actor="ada", dry_run=True,
                by_worker=False,
            )  # fmt: skip
        assert why_not is None
        assert asyncio.run(carry_out(paused, run_id)) == "succeeded"
        with reading(paused) as books:
            done = books.runs.get(books.connection, run_id)
        # The first description was begun within the budget; none after it.
        assert len(server.requests) == 2
    (told,) = [each for each in done.could_not_see if "budget" in each]
    assert told.startswith("The descriptions are the suppliers'. The agents' budget")
    assert "60 of 1 tokens" in told
    assert "AGENTS_TOKENS_PER_DAY" in told


def test_a_draft_is_described_by_what_the_supplier_says_or_as_the_supplier_does(
    platform: Platform,
) -> None:
    before = asked_of(platform)
    with model_server() as server, configured(platform, server) as opened:
        server.say(Fault(500))
        server.answer = copying
        run(opened)
        # The next run shortlists what is left; what waits for a person is not described again.
        run(opened)
        shown = [json.loads(body["messages"][-1]["content"]) for body in server.requests
                 if len(body["messages"]) == 2]  # fmt: skip
        begun = [str(body["messages"]) for body in server.requests if len(body["messages"]) == 2]
        asked = len(server.requests)
    drafts = proposed(platform, "product.import_draft")
    described = [
        each.proposal
        for each in drafts
        if any("language model" in fact.label for fact in each.proposal.evidence)
    ]
    assert len(described) == len(drafts) - 1, "one was left as the supplier describes it"
    for proposal in described:
        title = proposal.arguments["title"]
        assert proposal.arguments["description"] == f"This is {escape(title, quote=False)}."
    assert len(begun) == len(set(begun)) == len(drafts)
    voices = [each["voice"] for each in shown]
    assert all(1 <= len(voice) <= 3 for voice in voices), "the shop's own descriptions"
    assert "range." in voices[0][0]["text"]
    assert voices[0][0]["source"] == "a description that the shop published"
    assert asked == 1 + 2 * len(described), "an invented price was asked again, and did not pass"
    with platform.database.read() as connection:
        calls = ModelCalls(platform.store_id).page(connection, None, None, 1)
    assert calls.total == before + asked
    assert calls.items[0].purpose == "product description"
