"""A turn outlives its listeners, its tabs and its process: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aira.app import create_app
from aira.turns.engine import TurnEngine
from app import create_app as create_coordinator
from app.asgi import wrap
from core.settings import Settings, read_settings
from royal_platform.bootstrap import Platform
from royal_platform.persistence.chat_turns import (
    HANDED_OVER,
    ChatEvent,
    ChatTurns,
    Speaker,
)
from royal_platform.persistence.conversations import Conversations
from tests.counterparts.model_server import KEY, MODEL, ModelServer, Reply, ToolCall, model_server
from tests.installation import ROOT, free_ports, until
from tests.integration.doors.shop import fill, propose
from tests.integration.doors.talking import ADMIN, Heard, Talker, names, one, text_of

WORDS = "one two three four five six seven eight"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server
        server.release.set()


@pytest.fixture
def configured(settings: Settings, model: ModelServer) -> Settings:
    return read_settings(
        **{
            **settings.model_dump(), "openai_api_key": KEY, "openai_model": MODEL,
            "openai_base_url": model.base_url, "openai_max_retries": 0, "stale_seconds": 2.0,
        }
    )  # fmt: skip


@pytest.fixture
def anna(configured: Settings, platform: Platform, running: Callable[[Any], Any]) -> Talker:
    fill(platform)
    return Talker(running(create_app(configured)).url)


def heard_text(stream: Iterator[Heard], words: str) -> list[Heard]:
    """The events until the answer so far ends with ``words``."""
    heard: list[Heard] = []
    for each in stream:
        heard.append(each)
        if text_of(heard).endswith(words):
            return heard
    raise AssertionError(f"the stream ended: {heard}")


def test_a_turn_goes_on_while_nobody_listens(anna: Talker, model: ModelServer) -> None:
    model.say(Reply(WORDS, hold_after=4))
    with anna.saying("Count") as stream:
        seen = heard_text(stream, "three")
    turn = one(seen, "turn")
    model.release.set()
    rest = anna.follow(turn["turn_id"], seen[-1].id)
    assert text_of([*seen, *rest]) == WORDS
    assert [each.id for each in [*seen, *rest]] == list(range(1, rest[-1].id + 1))
    assert len(model.requests) == 1


def test_the_coordinator_passes_each_event_on_at_once_and_hangs_up_with_its_caller(
    configured: Settings, platform: Platform, running: Callable[[Any], Any], model: ModelServer
) -> None:
    fill(platform)
    aira = running(create_app(configured))
    told = read_settings(**{**configured.model_dump(), "aira_port": aira.port})
    door = running(wrap(create_coordinator(told)))
    anna = Talker(door.url)
    model.say(Reply(WORDS, hold_after=4))
    with anna.saying("Count") as stream:
        seen = heard_text(stream, "three")
        assert len(aira.server.server_state.connections) == 1
    # The stream to AIRA ends with the caller's, though the answer is still held.
    until(lambda: not aira.server.server_state.tasks, 10, "the stream to AIRA ended")
    assert model.held == 1
    model.release.set()
    rest = anna.follow(one(seen, "turn")["turn_id"], seen[-1].id)
    assert text_of([*seen, *rest]) == WORDS


def test_two_tabs_follow_one_turn_and_neither_talks_over_it(
    anna: Talker, model: ModelServer
) -> None:
    model.say(Reply(WORDS, hold_after=4))
    with anna.saying("Count") as stream:
        first = heard_text(stream, "three")
        turn = one(first, "turn")
        conversation = turn["conversation_id"]
        other = anna.post("And now", conversation_id=conversation, after_turn=turn["turn_id"])
        assert other.status_code == 409
        assert other.json()["errors"] == [{"turn_id": turn["turn_id"], "reason": "answering"}]
        assert anna.conversation(conversation)["answering"] == turn["turn_id"]
        stored = anna.conversation(conversation)["turns"][0]
        assert stored["status"] == "answering"

        found: list[Heard] = []
        tab = threading.Thread(
            target=lambda: found.extend(anna.follow(turn["turn_id"], stored["last_event_id"]))
        )
        tab.start()
        model.release.set()
        first += list(stream)
        tab.join(20)
    assert found == [each for each in first if each.id > stored["last_event_id"]]
    assert text_of(first) == WORDS
    assert anna.conversation(conversation)["answering"] is None


def test_cancelling_stops_the_answer_and_keeps_what_was_said(
    anna: Talker, model: ModelServer
) -> None:
    model.say(Reply(WORDS, hold_after=4), Reply("Yes."))
    with anna.saying("Count") as stream:
        heard = heard_text(stream, "three")
        turn = one(heard, "turn")
        answer = anna.http.post(f"/v1/chat/{turn['turn_id']}/cancel")
        assert answer.json() == {"turn_id": turn["turn_id"], "status": "cancelled"}
        heard += list(stream)
    assert names(heard)[-2:] == ["error", "done"]
    assert one(heard, "error")["slug"] == "cancelled"
    assert one(heard, "done") == {"status": "cancelled"}
    assert text_of(heard) == "one two three"
    assert anna.follow(turn["turn_id"]) == heard
    model.release.set()
    again = anna.say("Go on?", conversation_id=turn["conversation_id"])
    assert text_of(again) == "Yes."
    shown = [each["content"] for each in model.requests[1]["messages"][1:]]
    assert shown[1] == "one two three"


def test_deleting_a_conversation_ends_its_answer(anna: Talker, model: ModelServer) -> None:
    model.say(Reply(WORDS, hold_after=4))
    with anna.saying("Count") as stream:
        turn = one(heard_text(stream, "three"), "turn")
        path = f"/v1/conversations/{turn['conversation_id']}"
        assert anna.http.delete(path).status_code == 204
        assert "done" not in names(list(stream))
    assert anna.http.get(path).status_code == 404
    assert anna.http.get(f"/v1/chat/{turn['turn_id']}/stream").status_code == 404


def test_a_silence_is_filled_with_comments(
    configured: Settings, platform: Platform, model: ModelServer
) -> None:
    async def follow() -> list[Any]:
        engine = TurnEngine(lambda: platform, stale_seconds=30, keep_alive_seconds=0.05)
        turn = _begun(platform, engine.worker)
        return [each async for each in _some(engine.follow(platform, turn, 1), 2)]

    async def _some(stream: Any, count: int) -> Any:
        async for each in stream:
            yield each
            count -= 1
            if count == 0:
                return

    assert asyncio.run(follow()) == [None, None]


def _begun(platform: Platform, worker: str, text: str = "/status", mode: str = "command") -> Any:
    """A turn that ``worker`` has begun and does nothing for."""
    now = platform.clock().now()
    with platform.database.write() as transaction:
        connection = transaction.connection
        mine = Conversations(platform.store_id, "admin")
        conversation = mine.create(connection, text, now=now)
        turns = ChatTurns(platform.store_id)
        turn = turns.begin(
            connection, conversation.id, Speaker("admin", "admin", "token"), text=text, mode=mode,
            message_id=None, worker=worker, now=now,
        )  # fmt: skip
        data = {
            "turn_id": turn.id, "conversation_id": conversation.id, "mode": mode, "text": text,
            "at": now.isoformat(),
        }  # fmt: skip
        turns.append(connection, turn.id, [ChatEvent(1, "turn", data)])
        mine.moved(connection, conversation.id, answering=turn.id, last_turn=turn.id, turns=1)
    return turn


def test_a_change_that_was_under_way_is_not_repeated(
    configured: Settings, platform: Platform, running: Callable[[Any], Any]
) -> None:
    fill(platform)
    decision = propose(platform)
    turn = _begun(platform, "elsewhere:1:dead", f"/reject {decision}")
    call = {"call_id": "1", "tool": "reject", "title": "Reject", "arguments": {}}
    with platform.database.write() as transaction:
        turns = ChatTurns(platform.store_id)
        turns.append(transaction.connection, turn.id, [ChatEvent(2, "tool_call", call)])
        turns.change(transaction.connection, turn.id, turn.worker, alive_at=HANDED_OVER)
    anna = Talker(running(create_app(configured)).url)
    heard = anna.follow(turn.id)
    assert names(heard) == ["turn", "tool_call", "error", "done"]
    assert one(heard, "error")["slug"] == "interrupted"
    assert "not repeated" in one(heard, "error")["remedy"]
    shown = anna.say(f"/decision {decision}")
    assert one(shown, "tool_result")["result"]["status"] == "proposed"


def test_a_command_that_only_reads_is_taken_up_again(
    configured: Settings, platform: Platform, running: Callable[[Any], Any]
) -> None:
    fill(platform)
    turn = _begun(platform, "elsewhere:1:dead")
    with platform.database.write() as transaction:
        ChatTurns(platform.store_id).change(
            transaction.connection, turn.id, turn.worker,
            alive_at=HANDED_OVER,
        )  # fmt: skip
    anna = Talker(running(create_app(configured)).url)
    heard = anna.follow(turn.id)
    assert names(heard) == ["turn", "tool_call", "tool_result", "citation", "text", "done"]


def test_two_processes_share_a_turn(
    configured: Settings, platform: Platform, running: Callable[[Any], Any], model: ModelServer
) -> None:
    """The one that does not answer it follows what is stored, and can cancel it."""
    fill(platform)
    here, there = (Talker(running(create_app(configured)).url) for _ in range(2))
    model.say(Reply(WORDS, hold_after=4), Reply(WORDS, hold_after=4))
    with here.saying("Count") as stream:
        seen = heard_text(stream, "three")
        turn = one(seen, "turn")
        found: list[Heard] = []
        tab = threading.Thread(target=lambda: found.extend(there.follow(turn["turn_id"])))
        tab.start()
        model.release.set()
        seen += list(stream)
        tab.join(20)
    assert found == seen
    model.release.clear()
    with here.saying("Again") as stream:
        seen = heard_text(stream, "three")
        turn = one(seen, "turn")
        there.http.post(f"/v1/chat/{turn['turn_id']}/cancel")
        seen += list(stream)
    assert one(seen, "done") == {"status": "cancelled"}


class Aira:
    """A real AIRA process on the test's database."""

    def __init__(self, settings: Settings, model: ModelServer) -> None:
        (self.port,) = free_ports(1)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ROYAL", "OPENAI"))}
        self._environment = {
            **kept,
            "ROYAL_VAR_DIR": str(settings.var_dir),
            "DATABASE_URL": settings.database_url,
            "ROYAL_ADMIN_TOKEN": ADMIN,
            "SECRET_KEY": "k" * 40,
            "AIRA_PORT": str(self.port),
            "OPENAI_API_KEY": KEY,
            "OPENAI_MODEL": MODEL,
            "OPENAI_BASE_URL": model.base_url,
            "ROYAL_STALE_SECONDS": "60",
        }
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Talker:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "aira"], cwd=ROOT, env=self._environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(self._ready, 60, "AIRA ready")
        return Talker(self.url)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture
def aira(settings: Settings, platform: Platform, model: ModelServer) -> Iterator[Aira]:
    fill(platform)
    process = Aira(settings, model)
    yield process
    if process.process is not None and process.process.poll() is None:
        process.end(signal.SIGKILL)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_answer_is_taken_up_by_the_next_process(
    aira: Aira, model: ModelServer, how: signal.Signals
) -> None:
    anna = aira.start()
    model.say(
        Reply("Let me see.", (ToolCall("metrics", {"metric": "revenue", "days": 7}, "call_0"),)),
        Reply("It was thus and so and more", hold_after=4),
        Reply("It was 360.00 EUR [1]."),
    )
    with anna.saying("What was revenue last week?") as stream:
        seen = heard_text(stream, "thus")
        until(lambda: model.held == 1, 10, "the answer held")
        assert aira.end(how) == -how
        with (
            pytest.raises(httpx.TransportError)
            if how is signal.SIGKILL
            else contextlib.nullcontext()
        ):
            seen += list(stream)
    model.release.set()
    turn = one(seen, "turn")["turn_id"]
    anna = aira.start()
    heard = [*seen, *anna.follow(turn, seen[-1].id)]
    assert one(heard, "done") == {"status": "completed"}
    assert text_of(heard) == "Let me see.\n\nIt was 360.00 EUR [1]."
    assert names(heard).count("tool_call") == names(heard).count("tool_result") == 1
    assert "restarted" in names(heard)
    ids = [each.id for each in heard]
    assert ids == sorted(set(ids))
    assert len(model.requests) == 3
    assert model.requests[2]["messages"] == model.requests[1]["messages"]
    whole = anna.follow(turn)
    assert text_of(whole) == text_of(heard)
    stored = anna.conversation(one(heard, "turn")["conversation_id"])["turns"][0]
    assert stored["status"] == "completed"
    again = [Heard(e["id"], e["event"], e["data"]) for e in stored["events"]]
    assert text_of(again) == text_of(heard)
