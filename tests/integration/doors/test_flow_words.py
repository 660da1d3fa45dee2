"""Suggested words for a flow over the wire: grounded or refused, counted, and saved by nobody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aira.app import create_app
from core.settings import Settings, read_settings
from orchestrator.core import flows
from royal_platform.bootstrap import Platform
from royal_platform.persistence.model_calls import ModelCalls
from tests.counterparts.model_server import KEY, MODEL, ModelServer, Reply, ToolCall, model_server
from tests.integration.doors import shop
from tests.integration.doors.conftest import ADMIN

CAMPAIGN = """
flow: shelves
name: Shelves in spring
trigger: campaign
holdout_percent: 20
horizon_days: 14
per_day: 200
total: 1000
window_days: 7
says:
  title: Shelves
  body: Tell them of the Oak shelf 50 cm.
steps:
  - id: mail
    wait: 0h
    template: campaign
    offer: {most_percent: 15, days: 7}
"""


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture
def ask(
    settings: Settings, platform: Platform, model: ModelServer, running: Callable[[Any], Any],
    token: Callable[..., str],
) -> Callable[..., Callable[..., httpx.Response]]:  # fmt: skip
    """Starts AIRA over a small store with policies, and asks it for words."""
    shop.fill(platform)
    texts = settings.var_dir / "policies"
    texts.mkdir()
    (texts / "sending.md").write_text("# Sending\n\nShelves are sent free of charge.\n")

    def start(**more: Any) -> Callable[..., httpx.Response]:
        given = {
            "openai_api_key": KEY, "openai_model": MODEL, "openai_base_url": model.base_url,
            "openai_max_retries": 0,
        }  # fmt: skip
        door = running(create_app(read_settings(**{**settings.model_dump(), **given, **more})))

        def call(text: str = CAMPAIGN, language: str = "en", role: str = "") -> httpx.Response:
            return httpx.post(
                f"{door.url}/v1/drafts/flow", json={"text": text, "language": language},
                headers={"Authorization": f"Bearer {token(role) if role else ADMIN}"},
                timeout=30, trust_env=False,
            )  # fmt: skip

        return call

    return start


def written(text: str) -> Reply:
    return Reply("", (ToolCall("final_result", {"text": text}),))


def numbers(server: ModelServer) -> dict[str, int]:
    """The passages the model was shown last, by their text."""
    told = json.loads(server.requests[-1]["messages"][-1]["content"])
    return {each["text"]: each["number"] for each in told["passages"]}


def grounded(body: dict[str, Any]) -> Reply:
    told = json.loads(body["messages"][-1]["content"])
    place = {each["text"]: each["number"] for each in told["passages"]}
    price = place["Oak shelf 50 cm costs 60.00 EUR."]
    code = place["A code of one use gives up to 15 % off, for 7 days."]
    free = place["Shelves are sent free of charge."]
    assert "in Dutch" in told["task"]
    return written(
        f"Een plank voor het voorjaar\n\nDe Oak shelf 50 cm kost 60.00 EUR [{price}]. "
        f"Met een code krijgt u tot 15 % korting [{code}]. Verzending is gratis [{free}]."
    )


def test_words_are_suggested_from_what_the_flow_names_and_nothing_is_saved(
    ask: Callable[..., Any], model: ModelServer, platform: Platform
) -> None:
    model.answer = grounded
    answer = ask()(language="nl")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["title"] == "Een plank voor het voorjaar"
    assert told["body"] == (
        "De Oak shelf 50 cm kost 60.00 EUR. Met een code krijgt u tot 15 % korting. "
        "Verzending is gratis."
    )
    assert [each["source"] for each in told["rests_on"]] == ["flow shelves", "sandbox", "Sending"]
    assert told["policies_read"] is False, "no shop answers in this test"
    shown = numbers(model)
    assert "Shelves\nTell them of the Oak shelf 50 cm." in shown
    assert not any("Oak shelf 60 cm" in text for text in shown), "the flow does not name it"
    assert flows.views(platform) == []
    with platform.database.read() as connection:
        [call] = ModelCalls(platform.store_id).page(connection, None, None, 5).items
    assert (call.purpose, call.about, call.outcome) == ("marketing text", "flow:shelves", "ok")


def test_what_no_source_states_is_refused_with_the_reason(
    ask: Callable[..., Any], model: ModelServer
) -> None:
    model.say(*[written("Shelves\n\nNow for 9.95 EUR at Ikea [3].")] * 3)
    refused = ask()()
    assert refused.status_code == 502
    problem = refused.json()
    assert problem["type"].endswith("model-off-schema")
    said = " ".join(each["message"] for each in problem["errors"])
    assert "'9.95'" in said
    assert "'Ikea'" in said
    assert model.unsaid == 0


def test_a_text_without_a_subject_is_refused(ask: Callable[..., Any], model: ModelServer) -> None:
    model.say(written("We have shelves."))
    refused = ask()()
    assert refused.status_code == 502
    assert "subject and body" in refused.json()["detail"]


def test_without_a_model_the_variable_is_named_and_a_viewer_may_not_ask(
    ask: Callable[..., Any], model: ModelServer
) -> None:
    call = ask(openai_api_key=None, openai_model=None)
    refused = call()
    assert refused.status_code == 503
    assert "OPENAI_API_KEY" in refused.text
    assert call(role="viewer").status_code == 403
    assert model.requests == []


def test_a_flow_whose_templates_have_their_own_words_is_told_so(
    ask: Callable[..., Any], model: ModelServer
) -> None:
    call = ask()
    refused = call(CAMPAIGN.replace("template: campaign", "template: welcome"))
    assert refused.status_code == 422
    assert "campaign" in refused.json()["remedy"]
    assert call("a: [").status_code == 422
    assert model.requests == []


def test_what_it_takes_counts_in_the_budget_also_when_it_fails(
    ask: Callable[..., Any], model: ModelServer
) -> None:
    call = ask(aira_user_tokens_per_day=60)
    model.say(*[written("Shelves\n\nNow for 9.95 EUR [1].")] * 3)
    assert call().status_code == 502
    spent = call()
    assert spent.status_code == 429
    assert spent.json()["type"].endswith("budget-spent")
    assert len(model.requests) == 3
