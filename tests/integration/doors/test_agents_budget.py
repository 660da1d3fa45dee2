"""What agents ask of models by themselves: counted, paused by a budget of their own, granted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from aira.app import create_app
from core.errors import NotConfigured
from core.settings import Settings, read_settings
from orchestrator.core.books import reading
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.commerce.language.model import Label, Passage
from royal_platform.llm.errors import ModelUnavailable
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.model_budgets import AgentsBudgetSpent
from royal_platform.persistence.model_usage import AGENTS, ModelUsage, used_in_store
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

LABELS = (Label("return", "wants to send goods back"),)
PASSAGES = (Passage("policy", "Returns are free for 30 days", "documents"),)
DRAFT = Reply("", (ToolCall("final_result", {"text": "Returns are free for 30 days [1]."}),))
LABEL = Reply("", (ToolCall("final_result", {"label": "return", "reason": "it says so"}),))


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server(models=(MODEL, "small")) as server:
        yield server


@pytest.fixture
def opened(
    settings: Settings, platform: Platform, model: ModelServer
) -> Iterator[Callable[..., Platform]]:
    """Opens the platform with a model and these settings."""
    begun: list[Platform] = []
    fill(platform)

    def make(**more: Any) -> Platform:
        given = {
            "openai_api_key": KEY, "openai_model": MODEL, "openai_model_routine": "small",
            "openai_base_url": model.base_url, "openai_max_retries": 0,
            "openai_prices": {
                MODEL: {"input": "2", "output": "10"}, "small": {"input": "1", "output": "5"},
            },
        }  # fmt: skip
        begun.append(bootstrap(read_settings(**{**settings.model_dump(), **given, **more})))
        return begun[-1]

    yield make
    for each in begun:
        each.close()


def draft(platform: Platform, agent: str = "product_research") -> None:
    llm = platform.llm(actor=agent, about="run_1")
    asyncio.run(llm.draft("Answer.", PASSAGES, purpose="product description"))


def classify(platform: Platform) -> None:
    llm = platform.llm(actor="customer_support", about="thr_1")
    asyncio.run(llm.classify("I want to return it", LABELS, purpose="support triage"))


def test_what_agents_take_is_counted_by_agent_and_beside_what_users_take(
    opened: Callable[..., Platform], model: ModelServer
) -> None:
    platform = opened()
    model.say(DRAFT, LABEL, Fault(500))
    draft(platform)
    classify(platform)
    with pytest.raises(ModelUnavailable):
        draft(platform)
    used, day = platform.agents_budget.limit().used, wall_now().date()
    # 20 tokens read and 10 written each: at 2 and 10 a million, and at 1 and 5.
    assert (used.tokens, used.money) == (60, Decimal("0.00014") + Decimal("0.00007"))
    with reading(platform) as books:
        mine = ModelUsage(books.store_id, "agent:customer_support").of(books.connection, day)
        users = used_in_store(books.connection, books.store_id, day)
    assert (mine.tokens, mine.money) == (30, Decimal("0.00007"))
    assert users.tokens == 0, "agents do not use up what people may ask"


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"agents_tokens_per_day": 30}, "30 of 30 tokens"),
        ({"agents_money_per_day": "0.0001"}, "0.00014000 of 0.0001 USD"),
    ],
)
def test_a_spent_budget_stops_every_agent_before_the_model_is_asked(
    opened: Callable[..., Platform], model: ModelServer, limit: dict[str, Any], told: str
) -> None:
    platform = opened(**limit)
    model.say(DRAFT)
    draft(platform)
    for ask in (draft, classify):
        with pytest.raises(AgentsBudgetSpent) as spent:
            ask(platform)
        assert told in spent.value.detail
        assert "AGENTS_TOKENS_PER_DAY" in (spent.value.remedy or "")
    assert len(model.requests) == 1
    # Without a model that is the reason, whatever was spent.
    with pytest.raises(NotConfigured):
        draft(opened(**limit, openai_api_key=None))


def test_no_limit_is_no_limit(opened: Callable[..., Platform], model: ModelServer) -> None:
    platform = opened(agents_tokens_per_day=0)
    model.say(DRAFT, DRAFT)
    draft(platform)
    draft(platform)
    assert platform.agents_budget.limit().tokens is None


def test_an_admin_sees_the_agents_budget_and_grants_another_days(
    opened: Callable[..., Platform], model: ModelServer, running: Callable[[Any], Any],
    token: Callable[..., str],
) -> None:  # fmt: skip
    platform = opened(agents_tokens_per_day=30)
    model.say(DRAFT)
    draft(platform)
    anna = Talker(running(create_app(platform.settings)).url)
    status = anna.http.get("/v1/chat").json()
    assert (status["agents_budget"]["tokens_used"], status["agents_budget"]["paused"]) == (30, True)
    assert (status["budget"]["tokens_used"], status["budget"]["paused"]) == (0, False)

    operator = Talker(str(anna.http.base_url), token("operator"))
    refused = operator.http.post("/v1/chat/budget", json={"owner": AGENTS})
    assert refused.status_code == 403
    raised = anna.http.post("/v1/chat/budget", json={"owner": AGENTS})
    assert raised.status_code == 200, raised.text
    assert (raised.json()["tokens_per_day"], raised.json()["paused"]) == (60, False)
    model.say(DRAFT)
    draft(platform)
    assert len(model.requests) == 2
