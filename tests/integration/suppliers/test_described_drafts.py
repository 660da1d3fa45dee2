"""A model's words on an import: grounded in the supplier's offer, told as such, asked for once."""

from __future__ import annotations

import asyncio
import json
from html import escape

import pytest
from pydantic import SecretStr

from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence.model_calls import ModelCalls
from tests.counterparts.model_server import KEY, MODEL, Fault, Reply, ToolCall, model_server
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


def test_a_draft_is_described_by_what_the_supplier_says_or_as_the_supplier_does(
    platform: Platform,
) -> None:
    with model_server() as server:
        settings = platform.settings.model_copy(
            update={
                "openai_api_key": SecretStr(KEY), "openai_model": MODEL,
                "openai_base_url": server.base_url, "openai_max_retries": 0,
            }
        )  # fmt: skip
        server.say(Fault(500))
        server.answer = copying
        configured = bootstrap(settings)
        asyncio.run(configured.refresh_clock())
        run(configured)
        # The next run shortlists what is left; what waits for a person is not described again.
        run(configured)
        configured.close()
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
    assert asked == 1 + 2 * len(described), "an invented price was asked again, and did not pass"
    with platform.database.read() as connection:
        calls = ModelCalls(platform.store_id).page(connection, None, None, 1)
    assert calls.total == asked
    assert calls.items[0].purpose == "product description"
