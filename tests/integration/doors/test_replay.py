"""A recorded conversation is said again; where it goes another way is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from aira.app import create_app
from bench.answers.replay import replay
from core.settings import Settings
from royal_platform.bootstrap import Platform
from royal_platform.persistence.tables.decisions import stops
from tests.counterparts.model_server import KEY, MODEL, Reply, ToolCall, model_server
from tests.integration.doors import shop
from tests.integration.doors.talking import Talker, one


def test_a_recording_is_said_again_and_differences_are_named(
    settings: Settings, platform: Platform, running: Callable[[Any], Any]
) -> None:
    shop.fill(platform)
    with model_server() as server:
        told = settings.model_copy(
            update={
                "openai_api_key": SecretStr(KEY), "openai_model": MODEL,
                "openai_base_url": server.base_url,
            }
        )  # fmt: skip
        talker = Talker(running(create_app(told)).url)
        looks = Reply("", (ToolCall("metrics", {"metric": "orders", "days": 7}),))
        server.say(looks, Reply("3 orders [1]."))
        first = one(talker.say("How many orders in the last week?"), "turn")
        place = {"conversation_id": first["conversation_id"], "after_turn": first["turn_id"]}
        second = one(talker.say("/products sort=price", **place), "turn")
        one(talker.say("/stop all", **{**place, "after_turn": second["turn_id"]}), "turn")
        address = f"/v1/conversations/{first['conversation_id']}/export?format=json"
        recorded = talker.http.get(address).json()

        server.say(looks, Reply("3 orders, still [1]."))
        same = list(replay(recorded, talker))
        server.say(Reply("I would rather not look."))
        other = list(replay(recorded, talker))
    assert [(each.same, each.same_figures) for each in same] == [(True, True), (True, True)]
    assert [each.same for each in other] == [False, True]
    assert (other[0].tools_then, other[0].tools_now) == (("metrics",), ())
    with platform.database.read() as connection:
        # The recorded stop was not pressed again.
        assert connection.execute(select(func.count()).select_from(stops)).scalar_one() == 1
