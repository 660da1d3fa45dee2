"""What a turn keeps when its process ends, and what two processes may not do, on both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelMessagesTypeAdapter, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, DeltaToolCall

from aira.conversing.budget import BudgetSpent, budget_out, reserve
from aira.conversing.history import dumped
from aira.schemas import ChatIn
from aira.tools.model import Answer, Arguments, Asked, Tool
from aira.turns.beginning import begin
from aira.turns.engine import TurnEngine
from aira.turns.journal import Ending, Journal, Lost
from aira.turns.tool_use import ToolUse
from core.errors import Conflict
from core.security.principals import principal
from core.settings import read_settings
from core.storage.database import Transaction
from royal_platform.bootstrap import Platform, bootstrap
from royal_platform.persistence import chat_turns, stores
from royal_platform.persistence.chat_turns import ChatEvent, ChatTurns, Turn
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.model_usage import (
    ModelUsage,
    Usage,
    raise_budget,
    times_raised,
    used_in_store,
)
from tests.fakes.models import SpokenModels
from tests.integration.doors.shop import fill

ANNA = principal("anna", "admin", None, "token")
GONE = "elsewhere:7:gone"
Speak = Callable[[list[ModelMessage], AgentInfo], AsyncIterator[Any]]


@pytest.fixture
def platform(migrated_url: str, tmp_path: Path) -> Iterator[Platform]:
    """A small store on SQLite and again on PostgreSQL."""
    opened = bootstrap(
        read_settings(var_dir=tmp_path, database_url=migrated_url, given_secret_key="k" * 40)
    )
    fill(opened)
    yield opened
    opened.close()


def answered(
    platform: Platform, speak: Speak, turn: Turn | None = None, said: ChatIn | None = None
) -> list[ChatEvent]:
    """The events of a turn, begun here or taken over from a process that ended."""

    async def run() -> list[ChatEvent]:
        spoken: Any = replace(platform, models=SpokenModels(speak))
        engine = TurnEngine(lambda: spoken, stale_seconds=30)
        engine.start()
        found = turn or (await engine.say(spoken, ANNA, said or ChatIn(text="Hello"))).turn
        try:
            async with asyncio.timeout(30):
                return [each async for each in engine.follow(spoken, found, 0) if each is not None]
        finally:
            await engine.leave()

    return asyncio.run(run())


def left_alone(
    platform: Platform, text: str, events: list[tuple[str, dict[str, Any]]], **columns: Any
) -> Turn:
    """A turn that a process left behind with these events."""
    begun = begin(platform, ANNA, ChatIn(text=text), GONE)
    turns = ChatTurns(platform.store_id)
    with platform.database.write() as transaction:
        numbered = [ChatEvent(2 + at, name, data) for at, (name, data) in enumerate(events)]
        turns.append(transaction.connection, begun.turn.id, numbered)
        values = {"alive_at": chat_turns.HANDED_OVER, **columns}
        assert turns.change(transaction.connection, begun.turn.id, GONE, **values)
    return begun.turn


def said(events: list[ChatEvent], name: str) -> list[dict[str, Any]]:
    return [each.data for each in events if each.event == name]


async def _calls_twice(messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
    """Two calls under the ids that a careless server gives in every reply; then an answer."""
    returns = [part for each in messages for part in each.parts if isinstance(part, ToolReturnPart)]
    if len(returns) < 2:
        metric = "orders" if returns else "revenue"
        yield f"Step {len(returns) + 1}. "
        yield {
            0: DeltaToolCall(
                name="metrics", tool_call_id="call_0",
                json_args=f'{{"metric": "{metric}", "days": 7}}',
            )
        }  # fmt: skip
        return
    yield f"Done with {returns[0].content['cite']} and {returns[1].content['cite']} [2][3]."


def test_calls_of_one_id_in_two_replies_are_two_calls(platform: Platform) -> None:
    events = answered(platform, _calls_twice)
    results = said(events, "tool_result")
    assert len({each["call_id"] for each in results}) == 2
    assert [each["n"] for each in said(events, "citation")] == [1, 2]
    text = "".join(each["text"] for each in said(events, "text"))
    assert text == "Step 1. \n\nStep 2. \n\nDone with 1 and 2 [2]."
    assert said(events, "done") == [{"status": "completed"}]
    # 3 replies; the fake prices an output token at 1 EUR.
    usage = said(events, "usage")[0]
    assert usage["requests"] == 3
    assert Decimal(usage["cost"]["amount"]) == usage["output_tokens"]
    with platform.database.read() as connection:
        day = ModelUsage(platform.store_id, "anna").of(connection, wall_now().date())
    assert (day.requests, day.money) == (3, Decimal(usage["output_tokens"]))


def test_a_finished_call_is_not_made_again_and_an_unfinished_one_is(platform: Platform) -> None:
    """The process ended between the results of two calls of one reply."""
    shown: list[Any] = []

    async def speak(messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        parts = [part for each in messages for part in each.parts]
        returns = [part for part in parts if isinstance(part, ToolReturnPart)]
        shown.append([each.content for each in returns])
        if not returns:
            yield "Looking. "
            for place, name in enumerate(("status", "agents")):
                call = DeltaToolCall(name=name, json_args="{}", tool_call_id=f"c{place}")
                yield {place: call}
            return
        yield "There."

    whole = answered(platform, speak)
    with platform.database.read() as connection:
        done = ChatTurns(platform.store_id).get(connection, said(whole, "turn")[0]["turn_id"])
    messages = ModelMessagesTypeAdapter.validate_python(done.messages or [])
    first = said(whole, "tool_result")[0]
    first = {**first, "result": {"kept": "from before"}}
    calls = said(whole, "tool_call")
    turn = left_alone(
        platform, "Hello",
        [
            ("text", {"text": "Looking. "}), ("tool_call", calls[0]), ("tool_result", first),
            ("citation", said(whole, "citation")[0]), ("tool_call", calls[1]),
        ],
        messages=dumped(messages[:2]), kept=2,
    )  # fmt: skip
    events = answered(platform, speak, turn)
    assert said(events, "restarted") == [{"keep": 2}]
    assert len(said(events, "tool_call")) == 2
    assert [each["tool"] for each in said(events, "tool_result")] == ["status", "agents"]
    assert [each["n"] for each in said(events, "citation")] == [1, 2]
    assert shown[-1][0]["result"] == {"kept": "from before"}
    assert shown[-1][1]["cite"] == 2
    assert said(events, "done") == [{"status": "completed"}]


def test_a_decision_that_was_being_proposed_is_not_proposed_again(platform: Platform) -> None:
    call = {"call_id": "0-c0", "tool": "price", "title": "Price", "arguments": {}}

    async def speak(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        yield "never"

    turn = left_alone(platform, "Lower the price", [("tool_call", call)])
    events = answered(platform, speak, turn)
    assert [each.event for each in events[-2:]] == ["error", "done"]
    assert said(events, "error")[0]["slug"] == "interrupted"


def test_numbers_that_may_have_been_shown_are_not_used_again(platform: Platform) -> None:
    async def speak(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        yield "Anew."

    turn = left_alone(platform, "Hello", [("text", {"text": "half an ans"})])
    events = answered(platform, speak, turn)
    restarted = next(each for each in events if each.event == "restarted")
    assert restarted.number > 100
    assert restarted.data == {"keep": 0}
    with platform.database.read() as connection:
        stored = ChatTurns(platform.store_id).get(connection, turn.id)
    assert (stored.answer, stored.status) == ("Anew.", "completed")


def test_an_answer_is_not_begun_again_for_ever(platform: Platform) -> None:
    asked: list[int] = []

    async def speak(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        asked.append(1)
        yield "Anew."

    turn = left_alone(platform, "Hello", [("restarted", {"keep": 0})] * 3)
    events = answered(platform, speak, turn)
    assert said(events, "error")[0]["slug"] == "internal"
    assert said(events, "done") == [{"status": "failed"}]
    assert not asked


def test_what_a_database_cannot_hold_is_left_out(platform: Platform) -> None:
    async def speak(messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        if len(messages) == 1:
            yield "one\x00 "
            call = DeltaToolCall(
                name="metrics", json_args='{"metrik": "a\\u0000"}', tool_call_id="c"
            )
            yield {0: call}
            return
        yield "two 🙂"

    events = answered(platform, speak)
    text = "".join(each["text"] for each in said(events, "text"))
    assert text == "one \n\ntwo 🙂"
    assert said(events, "tool_result")[0]["ok"] is False
    assert said(events, "done") == [{"status": "completed"}]


def test_who_lost_a_turn_can_say_nothing_more(platform: Platform) -> None:
    begun = begin(platform, ANNA, ChatIn(text="Hello"), GONE)

    async def run() -> None:
        journal = Journal(platform.database, begun.turn, GONE, begun.events)
        await journal.text("first")
        await journal.save()
        with platform.database.write() as transaction:
            (found,) = chat_turns.answering(transaction.connection)
            assert chat_turns.take_over(transaction.connection, found, "other", now=wall_now())
            assert not chat_turns.take_over(transaction.connection, found, "third", now=wall_now())
        await journal.text("second")
        with pytest.raises(Lost):
            await journal.record(("compacted", {"turns": 1}))

    asyncio.run(run())
    with platform.database.read() as connection:
        stored = ChatTurns(platform.store_id).events(connection, begun.turn.id)
    assert [each.data.get("text") for each in stored[1:]] == ["first"]


def test_a_store_whose_clock_stands_makes_no_orphan_of_a_fresh_turn(platform: Platform) -> None:
    async def speak(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        yield "Taken."

    with platform.database.write() as transaction:
        stores.set_clock(
            transaction.connection, platform.store_id,
            world_at=datetime(2024, 1, 1, tzinfo=UTC), wall_at=wall_now(), rate=0.0,
        )  # fmt: skip
    fresh = begin(platform, ANNA, ChatIn(text="Hello"), GONE).turn
    orphan = left_alone(platform, "Hello", [])
    answered(platform, speak, orphan)
    with platform.database.read() as connection:
        (waiting,) = chat_turns.answering(connection)
    assert (waiting.id, waiting.worker) == (fresh.id, GONE)
    assert waiting.created_at.year == 2024


def test_a_turn_that_is_slow_to_begin_is_answered_once(platform: Platform) -> None:
    """The heart finds a turn of its own process before the turn has got its task."""
    spoken, said_once, go_on = list[int](), threading.Event(), threading.Event()

    async def speak(_messages: list[ModelMessage], _info: AgentInfo) -> AsyncIterator[Any]:
        spoken.append(1)
        said_once.set()
        assert await asyncio.to_thread(go_on.wait, 20)
        yield "Once."

    class Slow:
        """A database whose commits are told late."""

        def __getattr__(self, name: str) -> Any:
            return getattr(platform.database, name)

        @contextmanager
        def write(self) -> Iterator[Transaction]:
            with platform.database.write() as transaction:
                yield transaction
            with platform.database.write() as transaction:
                chat_turns.hand_over(transaction.connection, "here:1:slow")
            assert said_once.wait(20)

    async def run() -> list[ChatEvent]:
        here: Any = replace(platform, models=SpokenModels(speak))
        slow: Any = replace(here, database=Slow())
        engine = TurnEngine(lambda: here, stale_seconds=30, worker="here:1:slow")
        engine.start()
        turn = (await engine.say(slow, ANNA, ChatIn(text="Hello"))).turn
        go_on.set()
        try:
            async with asyncio.timeout(30):
                return [each async for each in engine.follow(here, turn, 0) if each is not None]
        finally:
            await engine.leave()

    events = asyncio.run(run())
    assert spoken == [1]
    assert said(events, "done") == [{"status": "completed"}]


def test_a_change_that_had_begun_is_finished_and_told_when_the_user_stops(
    platform: Platform,
) -> None:
    begun = begin(platform, ANNA, ChatIn(text="/change"), GONE)
    started, go_on = threading.Event(), threading.Event()

    def change(asked: Asked, _given: Arguments) -> Answer:
        started.set()
        assert go_on.wait(20)
        return Answer({"changed": True}, "Changed.", "royal", asked.platform.clock().now())

    tool = Tool("change", "Change", "", "store:read", Arguments, change, writes=True)

    async def run() -> None:
        journal = Journal(platform.database, begun.turn, GONE, begun.events)
        using = ToolUse(Asked(platform, ANNA), journal)
        task = asyncio.create_task(using.use("1", tool, Arguments(), for_model=False))
        await asyncio.to_thread(started.wait, 20)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(run())
    with platform.database.read() as connection:
        stored = ChatTurns(platform.store_id).events(connection, begun.turn.id)
    assert [each.event for each in stored] == ["turn", "tool_call", "tool_result", "citation"]
    assert stored[2].data["result"] == {"changed": True}


def test_a_heartbeat_tells_what_to_cancel_and_what_was_lost(platform: Platform) -> None:
    mine = begin(platform, ANNA, ChatIn(text="/a"), GONE).turn
    asked = begin(platform, ANNA, ChatIn(text="/b"), GONE).turn
    lost = begin(platform, ANNA, ChatIn(text="/c"), "other").turn
    at = wall_now() + timedelta(seconds=5)
    with platform.database.write() as transaction:
        connection = transaction.connection
        ChatTurns(platform.store_id).ask_cancel(connection, asked.id)
        ids = [mine.id, asked.id, lost.id]
        pulse = chat_turns.heartbeat(connection, GONE, ids, now=at)
        assert (pulse.cancelled, pulse.lost) == ({asked.id}, {lost.id})
        alive = {each.id: each.alive_at for each in chat_turns.answering(connection)}
        assert alive[mine.id] == at
        assert alive[lost.id] < at
        chat_turns.hand_over(connection, GONE)
        alive = {each.id: each.alive_at for each in chat_turns.answering(connection)}
        assert alive[mine.id] == chat_turns.HANDED_OVER < alive[lost.id]


def test_one_message_at_the_same_moment_begins_one_turn(platform: Platform) -> None:
    message = ChatIn(text="/status", message_id="message-1")
    with ThreadPoolExecutor(6) as pool:
        begun = list(pool.map(lambda _: begin(platform, ANNA, message, GONE), range(6)))
    assert len({each.turn.id for each in begun}) == 1
    assert [each.new for each in begun].count(True) == 1


def test_two_messages_at_the_same_moment_begin_one_turn(platform: Platform) -> None:
    first = begin(platform, ANNA, ChatIn(text="/status"), GONE).turn
    with platform.database.write() as transaction:
        turns = ChatTurns(platform.store_id)
        turns.change(transaction.connection, first.id, GONE, status="completed")
        turns.release(transaction.connection, first, now=wall_now())

    def say(number: int) -> str:
        again = ChatIn(
            text=f"/help {number}", conversation_id=first.conversation_id, after_turn=first.id
        )
        try:
            return begin(platform, ANNA, again, GONE).turn.id
        except Conflict as error:
            return f"{error.errors[0]['reason']} {error.errors[0]['turn_id']}"

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(say, range(6)))
    (turn_id,) = [each for each in outcomes if each.startswith("trn_")]
    assert outcomes.count(f"answering {turn_id}") == 5


def test_usage_adds_up_per_user_and_store(platform: Platform) -> None:
    day = date(2026, 1, 31)
    anna, ben = (ModelUsage(platform.store_id, name) for name in ("anna", "ben"))
    with platform.database.write() as transaction:
        connection = transaction.connection
        anna.add(connection, day, Usage(1, 100, 10))
        anna.add(connection, day, Usage(2, 50, 5, Decimal("0.00001250"), "EUR"))
        ben.add(connection, day, Usage(1, 7, 3, Decimal("0.5"), "EUR"))
        assert anna.of(connection, day) == Usage(3, 150, 15, Decimal("0.00001250"), "EUR")
        assert used_in_store(connection, platform.store_id, day) == Usage(
            4, 157, 18, Decimal("0.50001250"), "EUR"
        )
        assert used_in_store(connection, platform.store_id, date(2026, 2, 1)) == Usage(0, 0, 0)
        assert raise_budget(connection, platform.store_id, "anna", day) == 1
        assert raise_budget(connection, platform.store_id, "anna", day) == 2
        assert times_raised(connection, platform.store_id, "ben", day) == 0


def test_answers_at_the_same_moment_share_what_is_left_of_the_day(platform: Platform) -> None:
    settings = platform.settings.model_copy(update={"aira_user_tokens_per_day": 10_000})
    limited = replace(platform, settings=settings)
    turns = [begin(limited, ANNA, ChatIn(text="Hello"), GONE).turn for _ in range(4)]

    def ask(turn: Turn) -> int | None:
        try:
            return reserve(limited, turn, Usage(0, 2_000, 2_000))
        except BudgetSpent:
            return None

    with ThreadPoolExecutor(4) as pool:
        left = list(pool.map(ask, turns))
    assert sorted(each for each in left if each is not None) == [2_000, 6_000, 10_000]
    assert left.count(None) == 1
    assert budget_out(limited, "anna").tokens_used == 0, "what is held is not used"
    first, waiting = turns[left.index(10_000)], turns[left.index(None)]
    assert ask(first) == 4_000, "asked again, it holds one share"

    async def end() -> None:
        journal = Journal(platform.database, first, GONE, [])
        journal.skip(1)
        done = ("done", {"status": "completed"})
        await journal.finish([done], Ending("completed", wall_now(), None, Usage(1, 5, 5)), "")

    asyncio.run(end())
    assert ask(waiting) == 10_000 - 10 - 6_000, "what was held is released, what was used stays"
