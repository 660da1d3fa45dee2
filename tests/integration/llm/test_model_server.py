"""The counterpart of every model test speaks the protocol: held against the official client."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.counterparts.model_server import (
    KEY,
    MODEL,
    QUOTA,
    Fault,
    ModelServer,
    Reply,
    ToolCall,
    model_server,
)

ASK: list[openai.types.chat.ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture
def client(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key=KEY, max_retries=0) as made:
        yield made


def test_a_whole_answer_has_text_tool_calls_and_usage(
    server: ModelServer, client: openai.OpenAI
) -> None:
    server.say(Reply("Good day", (ToolCall("metrics", {"days": 30}),), input_tokens=7))
    answer = client.chat.completions.create(model=MODEL, messages=ASK)
    message = answer.choices[0].message
    assert message.content == "Good day"
    call = message.tool_calls[0]
    assert call.type == "function"
    assert (call.function.name, call.function.arguments) == ("metrics", '{"days": 30}')
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.usage.prompt_tokens == 7


def test_a_stream_comes_in_pieces_and_ends_with_usage(
    server: ModelServer, client: openai.OpenAI
) -> None:
    server.say(Reply("One two three", (ToolCall("orders", {"status": "open"}),)))
    with client.chat.completions.stream(
        model=MODEL, messages=ASK, stream_options={"include_usage": True}
    ) as stream:
        deltas = [event.delta for event in stream if event.type == "content.delta"]
        whole = stream.get_final_completion()
    assert deltas == ["", "One", " two", " three"]
    assert whole.choices[0].message.tool_calls[0].function.arguments == '{"status": "open"}'
    assert whole.usage.completion_tokens == 10


@pytest.mark.parametrize(
    ("fault", "raised", "status"),
    [
        (Fault(404, "model_not_found"), openai.NotFoundError, 404),
        (Fault(429, "rate_limit_exceeded", retry_after=3), openai.RateLimitError, 429),
        (QUOTA, openai.RateLimitError, 429),
        (Fault(500), openai.InternalServerError, 500),
    ],
)
def test_a_fault_is_the_official_clients_error(
    server: ModelServer,
    client: openai.OpenAI,
    fault: Fault,
    raised: type[openai.APIStatusError],
    status: int,
) -> None:
    server.say(fault)
    with pytest.raises(raised) as refused:
        client.chat.completions.create(model=MODEL, messages=ASK)
    assert refused.value.status_code == status
    assert refused.value.code == fault.code
    asked = refused.value.response.headers.get("retry-after")
    assert asked == (None if fault.retry_after is None else "3")


def test_a_wrong_key_and_an_unknown_model_are_refused(
    server: ModelServer, client: openai.OpenAI
) -> None:
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-wrong").chat.completions.create(model=MODEL, messages=ASK)
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="nobody", messages=ASK)


def test_a_cut_stream_breaks_off_after_what_was_sent(
    server: ModelServer, client: openai.OpenAI
) -> None:
    server.say(Reply("One two three four", cut_after=3))
    got: list[str] = []
    with pytest.raises(openai.APIConnectionError):  # noqa: PT012
        for chunk in client.chat.completions.create(model=MODEL, messages=ASK, stream=True):
            got += [chunk.choices[0].delta.content or ""]
    assert "".join(got) == "One two"


def test_a_silent_model_sends_nothing_until_the_caller_gives_up(
    server: ModelServer, client: openai.OpenAI
) -> None:
    server.say(Reply("Late", silent=True))
    impatient = client.with_options(timeout=0.2)
    with pytest.raises(openai.APITimeoutError):
        list(impatient.chat.completions.create(model=MODEL, messages=ASK, stream=True))


def test_embeddings_and_models_are_listed(server: ModelServer, client: openai.OpenAI) -> None:
    told = client.embeddings.create(model=MODEL, input=["oak shelf", "oak shelf", "lamp"])
    first, same, other = (each.embedding for each in told.data)
    assert first == same
    assert first != other
    assert [model.id for model in client.models.list()] == [MODEL]
