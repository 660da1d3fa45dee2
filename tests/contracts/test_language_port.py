"""What agents rely on in the ``Llm`` port, on the fake and on a model server over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest

from core.errors import NotConfigured, RoyalError, Unavailable
from core.settings import read_settings
from royal_platform.commerce.language.model import Label, Passage, PersonalField, PersonalValue
from royal_platform.commerce.language.ports import Llm
from royal_platform.commerce.language.rules import dangling, ungrounded
from royal_platform.llm.adapter import ModelLlm
from royal_platform.llm.models import Models
from royal_platform.llm.privacy import Shield
from tests.counterparts.model_server import (
    KEY,
    MODEL,
    Fault,
    ModelServer,
    Reply,
    ToolCall,
    model_server,
)
from tests.fakes.language import KeptLog, KnownPeople, RuleLlm

LABELS = (Label("return", "wants to send goods back"), Label("delivery", "asks where it is"))
PASSAGES = (
    Passage("order:1", "Order 1042 costs 49.95", "sandbox"),
    Passage("policy", "Returns are free for 30 days", "documents"),
)


@dataclass
class Request:
    """What a customer asks for."""

    order: str
    amount: Decimal | None = None
    kind: Literal["refund", "exchange"] = "refund"


@dataclass
class Subject:
    """A port, and how to make its model fail."""

    llm: Llm
    fail: Callable[[], None]
    server: ModelServer | None = None


def adapter(server: ModelServer, home: Path, **more: Any) -> ModelLlm:
    settings = read_settings(
        **{
            "var_dir": home, "openai_api_key": KEY, "openai_model": MODEL,
            "openai_base_url": server.base_url, "openai_max_retries": 0, **more,
        }
    )  # fmt: skip

    class Platform:
        people, sent = KnownPeople(("Anna Bakker",)), KeptLog()

    Platform.settings = settings  # type: ignore[attr-defined]
    return ModelLlm(
        Models(settings), lambda purpose: Shield.of(Platform, purpose=purpose, actor="a", about="b")
    )


def careful(body: dict[str, Any]) -> Reply:
    """A model that does what the fake does, through the output tool."""
    message = json.loads(body["messages"][-1]["content"])
    output = body["tools"][0]["function"]["name"]
    if "labels" in message:
        names = [label["name"] for label in message["labels"]]
        found = next((name for name in names if name in message["text"].lower()), None)
        return Reply("", (ToolCall(output, {"label": found, "reason": "by its name"}),))
    if "passages" in message:
        text = " ".join(f"{each['text']} [{each['number']}]." for each in message["passages"])
        return Reply("", (ToolCall(output, {"text": text}),))
    said = dict(part.split(": ") for part in message["text"].split("; ") if ": " in part)
    return Reply("", (ToolCall(output, said),))


@pytest.fixture(params=["fake", "adapter"])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    if request.param == "fake":
        fake = RuleLlm()
        refusal = Unavailable("away", remedy="wait")
        yield Subject(fake, lambda: setattr(fake, "refuses", refusal))
        return
    with model_server() as server:
        server.answer = careful
        yield Subject(adapter(server, tmp_path), lambda: server.say(Fault(500)), server)


async def test_a_text_gets_one_of_the_labels_or_none(subject: Subject) -> None:
    asked = await subject.llm.classify("I want to return it", LABELS, purpose="triage")
    assert asked.label == "return"
    assert asked.reason
    none = await subject.llm.classify("Nice weather", LABELS, purpose="triage")
    assert none.label is None


async def test_an_extract_is_typed_and_absent_fields_are_absent(subject: Subject) -> None:
    told = await subject.llm.extract("order: 1042; amount: 49.95", Request, purpose="triage")
    assert told == Request("1042", Decimal("49.95"))
    assert await subject.llm.extract("order: 7", Request, purpose="triage") == Request("7")


async def test_a_draft_cites_what_it_states(subject: Subject) -> None:
    draft = await subject.llm.draft("Answer the customer.", PASSAGES, purpose="reply")
    assert draft.cited == ("order:1", "policy")
    assert ungrounded(draft, PASSAGES) == ()
    assert dangling(draft, PASSAGES) == ()


async def test_a_failure_is_an_error_with_a_remedy(subject: Subject) -> None:
    subject.fail()
    with pytest.raises(Unavailable) as refused:
        await subject.llm.draft("Answer.", PASSAGES, purpose="reply")
    assert refused.value.remedy


# What only the adapter can get wrong.


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def output(**values: Any) -> Reply:
    return Reply("", (ToolCall("final_result", values),))


async def test_an_invented_figure_is_asked_again_and_never_comes_through(
    server: ModelServer, tmp_path: Path
) -> None:
    llm = adapter(server, tmp_path)
    server.say(output(text="It costs 39.95 [1]."), output(text="It costs 49.95 [1]."))
    draft = await llm.draft("What does it cost?", PASSAGES, purpose="reply")
    assert draft.text == "It costs 49.95 [1]."
    assert "39.95" in str(server.requests[1]["messages"][-1])
    server.say(*[output(text="It costs 39.95 [1].")] * 3)
    with pytest.raises(RoyalError) as refused:
        await llm.draft("What does it cost?", PASSAGES, purpose="reply")
    assert refused.value.slug == "model-off-schema"
    assert server.unsaid == 0


async def test_a_draft_without_a_citation_or_with_one_that_leads_nowhere_is_asked_again(
    server: ModelServer, tmp_path: Path
) -> None:
    server.say(
        output(text="It costs 49.95."),
        output(text="It costs 49.95 [9]."),
        output(text="Returns are free for 30 days [2]."),
    )
    draft = await adapter(server, tmp_path).draft("Terms?", PASSAGES, purpose="reply")
    assert (draft.text, draft.cited) == ("Returns are free for 30 days [1].", ("policy",))


async def test_the_shops_voice_is_shown_without_facts_and_nothing_rests_on_it(
    server: ModelServer, tmp_path: Path
) -> None:
    voice = [
        Passage("reply:1", "Lovely that you wrote to us! It was 9731.55, Anna Bakker.", "shop")
    ]
    server.say(output(text="It costs 9731.55 [1]."), output(text="Lovely! It costs 49.95 [1]."))
    draft = await adapter(server, tmp_path).draft(
        "What does it cost?", PASSAGES, purpose="reply", voice=voice
    )
    assert draft.text == "Lovely! It costs 49.95 [1]."
    told = json.loads(server.requests[0]["messages"][-1]["content"])
    (shown,) = told["voice"]
    assert shown["source"] == "shop"
    assert shown["text"].startswith("Lovely that you wrote to us!")
    assert "9731" not in str(told)
    assert "Bakker" not in str(told)
    server.say(output(text="It costs 49.95 [1]."))
    await adapter(server, tmp_path).draft("What does it cost?", PASSAGES, purpose="reply")
    assert "voice" not in json.loads(server.requests[-1]["messages"][-1]["content"])


async def test_an_extract_holds_nothing_the_text_does_not_say(
    server: ModelServer, tmp_path: Path
) -> None:
    llm = adapter(server, tmp_path)
    server.say(
        output(order="1043", amount="49.95", kind="exchange"),
        output(order="1042", amount="50", kind="exchange"),
        output(order="1042", amount="49.95", kind="exchange"),
    )
    told = await llm.extract("Swap 1042, it was € 49,95", Request, purpose="triage")
    assert told == Request("1042", Decimal("49.95"), "exchange")


async def test_an_unknown_label_and_plain_talk_are_asked_again(
    server: ModelServer, tmp_path: Path
) -> None:
    server.say(
        Reply("I think it is a return."),
        output(label="complaint", reason="angry"),
        output(label="return", reason="says so"),
    )
    found = await adapter(server, tmp_path).classify("send it back", LABELS, purpose="triage")
    assert found.label == "return"


async def test_a_refusal_is_told_as_one(server: ModelServer, tmp_path: Path) -> None:
    server.say(Reply(refusal="I can't help with that.", finish_reason="stop"))
    with pytest.raises(RoyalError) as refused:
        await adapter(server, tmp_path).draft("Insult them.", PASSAGES, purpose="reply")
    assert refused.value.slug == "model-declined"


async def test_people_are_hidden_from_the_model_and_back_in_the_draft(
    server: ModelServer, tmp_path: Path
) -> None:
    passages = [Passage("p", "Anna Bakker lives at Dorpsstraat 5, ref. Quirijn", "sandbox")]
    people = [PersonalValue(PersonalField.NAME, "Quirijn")]
    server.say(output(text="Dear {NAME_1}, you live at {ADDRESS_1} [1]."))
    draft = await adapter(server, tmp_path).draft("Greet.", passages, purpose="x", people=people)
    assert draft.text == "Dear Anna Bakker, you live at Dorpsstraat 5 [1]."
    crossed = str(server.requests)
    for value in ("Anna", "Dorpsstraat", "Quirijn"):
        assert value not in crossed


async def test_without_a_model_it_says_what_is_missing(server: ModelServer, tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="OPENAI_API_KEY"):
        await adapter(server, tmp_path, openai_api_key=None).draft("x", PASSAGES, purpose="x")
