"""Nothing personal crosses the wire to a model; what comes back is whole again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.messages import (
    FunctionToolCallEvent,
    ModelMessage,
    ModelRequest,
    ToolReturnPart,
)

from core.settings import read_settings
from royal_platform.llm.models import Models
from royal_platform.llm.privacy import Shield, clear_fields
from tests.counterparts.model_server import KEY, MODEL, ModelServer, Reply, ToolCall, model_server
from tests.fakes.language import KeptLog, KnownPeople

CANARIES = ("Anna de Bakker", "anna@bakker.example", "+31 6 1234 5678", "Kerkstraat 12a")
TOLD = "Mail anna@bakker.example or call +31 6 1234 5678; Anna de Bakker, Kerkstraat 12a."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


class Platform:
    """What a shield takes from the platform."""

    def __init__(self, server: ModelServer, home: Path, **more: Any) -> None:
        self.settings = read_settings(
            var_dir=home, openai_api_key=KEY, openai_model=MODEL, openai_base_url=server.base_url,
            **more,
        )  # fmt: skip
        self.models = Models(self.settings)
        self.people = KnownPeople(("Anna de Bakker", "Piet Pan"))
        self.sent = KeptLog()

    def shield(self) -> Shield:
        return Shield.of(self, purpose="chat", actor="owner", about="cnv_1")


def crossed(server: ModelServer) -> str:
    return json.dumps(server.requests, ensure_ascii=False)


async def test_prompts_tool_results_and_history_are_hidden_and_answers_restored(
    server: ModelServer, tmp_path: Path
) -> None:
    platform = Platform(server, tmp_path)
    asked: list[str] = []

    def customer(name: str) -> dict[str, Any]:
        """Look a customer up."""
        asked.append(name)
        return {"name": name, "contact": {"mail": "anna@bakker.example"}, "spent": 12.5}

    agent = Agent(tools=[customer], instructions="You serve Anna de Bakker.")
    server.say(
        Reply("", (ToolCall("customer", {"name": "{NAME_1}"}),)),
        Reply("NAME_1's mail is **{MAIL_1}**, Kerkstraat is not."),
        Reply("{NAME_1} again"),
    )
    shield = platform.shield()
    model = shield.around(await platform.models.get("reasoning"))
    first = await agent.run(TOLD, model=model)
    assert asked == ["Anna de Bakker"]
    assert first.output == "Anna de Bakker's mail is **anna@bakker.example**, Kerkstraat is not."
    # A later turn, in another process: the same history gives the same tokens.
    again = platform.shield().around(await platform.models.get("reasoning"))
    second = await agent.run("And now?", model=again, message_history=first.all_messages())
    assert second.output == "Anna de Bakker again"
    for canary in CANARIES:
        assert canary.casefold() not in crossed(server).casefold()
    assert "12.5" in crossed(server)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ("Write to {NAME _ 1 } now", "Write to {NAME _ 1 } now"),
        ("Dear {NAME_1}, all is well", "Dear Anna de Bakker, all is well"),
        ("Name: NAME_1", "Name: Anna de Bakker"),
        ("Ends with {MAIL_1}", "Ends with anna@bakker.example"),
        ("A brace { and a t", "A brace { and a t"),
    ],
)
async def test_a_streamed_answer_is_restored_as_it_comes(
    server: ModelServer, tmp_path: Path, pieces: str, told: str
) -> None:
    platform = Platform(server, tmp_path)
    server.say(Reply(pieces, letters=True))
    model = platform.shield().around(await platform.models.get("reasoning"))
    async with Agent(model).run_stream(TOLD) as run:
        got = [piece async for piece in run.stream_text(delta=True, debounce_by=None)]
    assert "".join(got) == told
    assert len(got) >= 3
    assert run.usage.output_tokens == 10


async def test_streamed_tool_arguments_are_restored_as_json(
    server: ModelServer, tmp_path: Path
) -> None:
    platform = Platform(server, tmp_path)
    platform.people = KnownPeople(('Anna "de" Bakker',))
    calls: list[Any] = []

    def note(about: str) -> str:
        """Note something."""
        return about

    async def watch(_context: Any, events: Any) -> None:
        calls.extend([e.part.args async for e in events if isinstance(e, FunctionToolCallEvent)])

    server.say(Reply("Looking.", (ToolCall("note", {"about": "{NAME_1}"}),)), Reply("Done"))
    model = platform.shield().around(await platform.models.get("reasoning"))
    told = await Agent(model, tools=[note]).run('For Anna "de" Bakker', event_stream_handler=watch)
    assert [json.loads(args) for args in calls] == [{"about": 'Anna "de" Bakker'}]
    assert "Looking." in str(told.all_messages())
    assert 'Anna \\"de\\" Bakker' not in crossed(server)


async def test_what_is_sent_is_recorded_as_it_is_sent(server: ModelServer, tmp_path: Path) -> None:
    platform = Platform(server, tmp_path)
    server.say(Reply("Yes"))
    model = platform.shield().around(await platform.models.get("reasoning"))
    await Agent(model, instructions="Be kind.").run(TOLD)
    (sent,) = platform.sent.sent
    assert (sent.purpose, sent.actor, sent.about, sent.model) == ("chat", "owner", "cnv_1", MODEL)
    assert sent.hidden == {"mail": 1, "phone": 1, "name": 1, "address": 1}
    over_the_wire = [message["content"] for message in server.requests[0]["messages"]]
    assert [text for text in sent.texts if text in over_the_wire] == over_the_wire


async def test_fields_the_user_released_are_seen(server: ModelServer, tmp_path: Path) -> None:
    platform = Platform(server, tmp_path, model_clear_fields="name,phone")
    assert {field.value for field in clear_fields(platform.settings)} == {"name", "phone"}
    server.say(Reply("Yes"))
    model = platform.shield().around(await platform.models.get("reasoning"))
    await Agent(model).run(TOLD)
    assert "Anna de Bakker" in crossed(server)
    assert "+31 6 1234 5678" in crossed(server)
    assert "anna@bakker.example" not in crossed(server)


async def test_the_given_history_is_not_changed(server: ModelServer, tmp_path: Path) -> None:
    platform = Platform(server, tmp_path)
    server.say(Reply("Hello {NAME_1}"))
    model = platform.shield().around(await platform.models.get("reasoning"))
    messages: list[ModelMessage] = (await Agent(model).run(TOLD)).all_messages()
    before = repr(messages)
    platform.shield().hidden(messages)
    assert repr(messages) == before
    assert "Anna de Bakker" in before


def test_keys_are_hidden_and_a_text_is_not_cut_amid_a_name(
    server: ModelServer, tmp_path: Path
) -> None:
    shield = Platform(server, tmp_path).shield()
    by_name = ToolReturnPart("sums", {"Anna de Bakker": {"anna@bakker.example": 1}}, "c")
    (shown,) = shield.hidden([ModelRequest(parts=[by_name])])
    (part,) = shown.parts
    assert isinstance(part, ToolReturnPart)
    assert part.content == {"{NAME_1}": {"{MAIL_1}": 1}}
    assert by_name.content == {"Anna de Bakker": {"anna@bakker.example": 1}}
    text = "x" * 90 + " Piet Pan, anna@bakker.example, +31 6 1234 5678 and more"
    for most in range(85, len(text)):
        end = len(Platform(server, tmp_path).shield().cut(text, most))
        for value in ("Piet Pan", "anna@bakker.example", "+31 6 1234 5678"):
            begins = text.index(value)
            assert not begins < end < begins + len(value), (most, text[:end])
    assert shield.cut(text, len(text)) == text
