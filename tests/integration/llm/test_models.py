"""Models over the wire: who is asked, what a failure becomes, what a call leaves in the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from prometheus_client import REGISTRY
from pydantic import Field
from pydantic_ai import Agent, Tool
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from core.errors import NotConfigured, RoyalError, Unavailable
from core.secrets.secret_provider import local_store
from core.settings import Settings, read_settings
from royal_platform.llm.client import open_client
from royal_platform.llm.errors import problem_of
from royal_platform.llm.models import FRESH_SECONDS, Models
from tests.counterparts.model_server import (
    KEY,
    MODEL,
    QUOTA,
    Fault,
    ModelServer,
    Reply,
    model_server,
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(models=(MODEL, "small", "spare")) as running:
        yield running


def told(server: ModelServer, tmp_path: Path, **more: Any) -> Settings:
    return read_settings(
        **{
            "var_dir": tmp_path, "openai_api_key": KEY, "openai_model": MODEL,
            "openai_base_url": server.base_url, "openai_max_retries": 0, **more,
        }
    )  # fmt: skip


async def said(models: Models, purpose: Any = "reasoning", *, stream: bool = False) -> str:
    """What the model answers; failures as the problems a user sees."""
    agent = Agent(await models.get(purpose))
    try:
        if not stream:
            return str((await agent.run("Hello")).output)
        async with agent.run_stream("Hello") as run:
            return "".join([piece async for piece in run.stream_text(delta=True)])
    except Exception as error:
        raise problem_of(error) or error from error


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_without_a_key_the_missing_variables_are_named(tmp_path: Path) -> None:
    models = Models(read_settings(var_dir=tmp_path))
    assert await models.missing() == ("OPENAI_API_KEY", "OPENAI_MODEL")
    with pytest.raises(NotConfigured, match="OPENAI_API_KEY and OPENAI_MODEL"):
        await models.get("reasoning")


def test_a_thread_without_a_loop_can_ask_too(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="OPENAI_MODEL"):
        Models(read_settings(var_dir=tmp_path, openai_api_key=KEY)).demand()


async def test_a_stored_key_is_used_without_a_restart(server: ModelServer, tmp_path: Path) -> None:
    now = [0.0]
    settings = told(server, tmp_path, openai_api_key=None, master_key="ab" * 32)
    models = Models(settings, monotonic=lambda: now[0])
    assert await models.missing() == ("OPENAI_API_KEY",)
    local_store(settings).set("OPENAI_API_KEY", "sk-mistyped")
    now[0] += FRESH_SECONDS
    with pytest.raises(RoyalError, match="refuses our key"):
        await said(models)
    local_store(settings).set("OPENAI_API_KEY", KEY)
    now[0] += FRESH_SECONDS
    server.say(Reply("Hello to you"))
    assert await said(models) == "Hello to you"
    assert KEY not in repr(await models.configuration())


async def test_routine_questions_go_to_the_cheaper_model(
    server: ModelServer, tmp_path: Path
) -> None:
    models = Models(told(server, tmp_path, openai_model_routine="small", openai_org_id="org-1"))
    server.say(Reply("a"), Reply("b"))
    await said(models, "routine")
    await said(models, "reasoning")
    assert [body["model"] for body in server.requests] == ["small", MODEL]
    assert server.headers[0]["openai-organization"] == "org-1"


async def test_tools_reach_the_server_as_the_official_client_sends_them(
    server: ModelServer, tmp_path: Path
) -> None:
    def price(sku: str, most: Annotated[int, Field(ge=1)] = 3, tag: str | None = None) -> str:
        """What it costs."""
        return f"{sku} {most} {tag}"

    settings = told(server, tmp_path)
    client = open_client(await Models(settings).configuration(), settings)
    plain = OpenAIChatModel(
        MODEL, provider=OpenAICompatibleProvider("configured", openai_client=client)
    )
    ours = await Models(settings).get("reasoning")
    for model in (plain, ours, ours):
        server.say(Reply("12"))
        await Agent(model, tools=[price]).run("Hello")

    def costs(sku: str) -> str:
        """What it costs us."""
        return sku

    server.say(Reply("9"))
    await Agent(ours, tools=[Tool(costs, name="price")]).run("Hello")
    first, second, third, other = (body["tools"] for body in server.requests)
    assert first == second == third
    assert server.requests[0] == server.requests[1]
    assert other[0]["function"]["description"] == "What it costs us."
    assert set(other[0]["function"]["parameters"]["properties"]) == {"sku"}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "slug", "status"),
    [
        (Fault(403), "model-refused-key", 503),
        (Fault(404, "model_not_found"), "model-unknown", 503),
        (Fault(429, "rate_limit_exceeded", retry_after=17), "rate-limited", 429),
        (QUOTA, "quota-exhausted", 503),
        (Fault(500), "unavailable", 503),
        (Fault(503), "unavailable", 503),
        (Fault(400, "context_length_exceeded"), "too-long", 413),
        (Fault(400, "invalid_value"), "model-rejected", 502),
    ],
)
async def test_a_refusal_is_a_problem_with_a_remedy(
    server: ModelServer, tmp_path: Path, fault: Fault, slug: str, status: int, stream: bool
) -> None:
    before = counted("royal_model_calls_total", model=MODEL, outcome=slug)
    server.say(fault)
    # Retries stay on: none of these may be waited for by a person.
    retries = 2 if fault.status == 429 else 0
    with pytest.raises(RoyalError) as refused:
        await said(Models(told(server, tmp_path, openai_max_retries=retries)), stream=stream)
    assert (refused.value.slug, refused.value.status) == (slug, status)
    assert refused.value.remedy
    assert KEY not in str(refused.value)
    assert getattr(refused.value, "retry_after", None) == fault.retry_after
    assert len(server.requests) == 1
    assert counted("royal_model_calls_total", model=MODEL, outcome=slug) == before + 1


async def test_a_short_wait_is_waited_and_asked_again(server: ModelServer, tmp_path: Path) -> None:
    server.say(Fault(429, "rate_limit_exceeded", retry_after=0.05), Reply("Now"))
    assert await said(Models(told(server, tmp_path, openai_max_retries=1))) == "Now"
    assert len(server.requests) == 2


async def test_a_cut_stream_and_a_silent_model_are_unavailable(
    server: ModelServer, tmp_path: Path
) -> None:
    models = Models(told(server, tmp_path, openai_first_token_seconds=0.2))
    server.say(Reply("One two three", cut_after=2), Reply("Late", silent=True))
    with pytest.raises(Unavailable, match="broke off"):
        await said(models, stream=True)
    with pytest.raises(Unavailable, match=r"No first token .* within 0\.2 seconds"):
        await said(models, stream=True)


@pytest.mark.parametrize("stream", [False, True])
async def test_the_fallback_answers_for_a_failing_model_but_not_for_a_wrong_key(
    server: ModelServer, tmp_path: Path, stream: bool
) -> None:
    models = Models(told(server, tmp_path, openai_model_fallback="spare"))
    server.say(Fault(500), Reply("From the spare"))
    assert await said(models, stream=stream) == "From the spare"
    assert [body["model"] for body in server.requests] == [MODEL, "spare"]
    server.say(Fault(500), Fault(503))
    with pytest.raises(Unavailable):
        await said(models, stream=stream)
    server.say(Fault(401))
    with pytest.raises(RoyalError) as refused:
        await said(models, stream=stream)
    assert refused.value.slug == "model-refused-key"
    assert server.unsaid == 0


async def test_a_model_that_keeps_failing_is_left_alone(
    server: ModelServer, tmp_path: Path
) -> None:
    models = Models(told(server, tmp_path))
    server.say(*[Fault(500)] * 5)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await said(models, stream=True)
    with pytest.raises(Unavailable, match="left alone"):
        await said(models, stream=True)
    assert len(server.requests) == 5


async def test_tokens_and_cost_are_counted_by_configured_prices(
    server: ModelServer, tmp_path: Path
) -> None:
    prices = {MODEL: {"input": "2", "cached_input": "0.5", "output": "8"}}
    models = Models(told(server, tmp_path, openai_prices=prices, openai_price_currency="EUR"))
    before = {
        direction: counted("royal_model_tokens_total", model=MODEL, direction=direction)
        for direction in ("input", "cached", "output")
    }
    money = counted("royal_model_cost_total", model=MODEL, currency="EUR")
    first = counted("royal_model_first_token_seconds_count", model=MODEL)
    server.say(Reply("Yes", input_tokens=1000, cached_tokens=600, output_tokens=100))
    await said(models, stream=True)
    after = {
        direction: counted("royal_model_tokens_total", model=MODEL, direction=direction)
        for direction in before
    }
    assert {k: after[k] - before[k] for k in after} == {"input": 400, "cached": 600, "output": 100}
    spent = counted("royal_model_cost_total", model=MODEL, currency="EUR") - money
    assert Decimal(str(round(spent, 9))) == Decimal("0.0019")
    assert counted("royal_model_first_token_seconds_count", model=MODEL) == first + 1


async def test_an_unpriced_model_costs_nobody_knows(server: ModelServer, tmp_path: Path) -> None:
    models = Models(told(server, tmp_path))
    server.say(Reply("Yes"))
    result = await Agent(await models.get("reasoning")).run("Hello")
    assert models.cost(MODEL, result.usage) is None
