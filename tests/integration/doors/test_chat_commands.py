"""Commands over HTTP: told as events, stored, followed, once per message, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aira.app import create_app
from core.settings import Settings
from royal_platform.bootstrap import Platform
from tests.integration.doors.shop import fill
from tests.integration.doors.talking import Talker, names, one, text_of

CALLS = ["turn", "tool_call", "tool_result", "citation", "text", "done"]


@pytest.fixture
def url(settings: Settings, platform: Platform, running: Callable[[Any], Any]) -> str:
    """The address of a running AIRA without a model, over a small store."""
    fill(platform)
    address: str = running(create_app(settings)).url
    return address


@pytest.fixture
def anna(url: str) -> Talker:
    return Talker(url)


def test_a_command_is_told_event_by_event(anna: Talker) -> None:
    heard = anna.say("/status")
    assert names(heard) == CALLS
    assert [each.id for each in heard] == [1, 2, 3, 4, 5, 6]
    turn = one(heard, "turn")
    assert (turn["mode"], turn["text"]) == ("command", "/status")
    result = one(heard, "tool_result")
    assert result["ok"]
    assert result["source"] in {"sandbox", "royal"}
    assert one(heard, "citation")["call_id"] == result["call_id"]
    assert text_of(heard) == result["text"]
    assert one(heard, "done") == {"status": "completed"}


def test_what_was_streamed_is_what_is_stored(anna: Talker) -> None:
    heard = anna.say("/metrics revenue last 7 days")
    turn = one(heard, "turn")
    stored = anna.conversation(turn["conversation_id"])
    assert stored["title"] == "/metrics revenue last 7 days"
    assert stored["answering"] is None
    (found,) = stored["turns"]
    assert found["status"] == "completed"
    assert found["last_event_id"] == heard[-1].id
    assert [(e["id"], e["event"], e["data"]) for e in found["events"]] == [
        (e.id, e.event, e.data) for e in heard
    ]
    assert anna.follow(turn["turn_id"]) == heard
    assert anna.follow(turn["turn_id"], 3) == heard[3:]
    assert anna.follow(turn["turn_id"], heard[-1].id) == []


def test_the_same_message_is_said_once(anna: Talker) -> None:
    first = anna.say("/status", message_id="message-1")
    again = anna.say("/status", message_id="message-1")
    assert again == first
    assert anna.http.get("/v1/conversations").json()["total"] == 1


def test_a_tab_that_is_behind_is_told_and_says_nothing(anna: Talker) -> None:
    first = one(anna.say("/status"), "turn")
    conversation = first["conversation_id"]
    second = one(
        anna.say("/help", conversation_id=conversation, after_turn=first["turn_id"]), "turn"
    )
    behind = anna.post("/status", conversation_id=conversation, after_turn=first["turn_id"])
    assert behind.status_code == 409
    assert behind.json()["errors"] == [{"turn_id": second["turn_id"], "reason": "moved_on"}]
    assert len(anna.conversation(conversation)["turns"]) == 2
    assert anna.post("/status", after_turn="trn_of_nothing").status_code == 409


def test_a_wrong_command_ends_with_the_usage(anna: Talker) -> None:
    heard = anna.say("/metrcs revenue")
    assert names(heard) == ["turn", "error", "done"]
    error = one(heard, "error")
    assert (error["slug"], error["status"]) == ("invalid", 422)
    assert "/metrics" in error["remedy"]
    assert one(heard, "done") == {"status": "failed"}


def test_a_viewer_may_look_and_not_act(url: str, token: Callable[..., str]) -> None:
    viewer = Talker(url, token("viewer"))
    assert one(viewer.say("/status"), "done") == {"status": "completed"}
    heard = viewer.say("/stop everything")
    assert one(heard, "error")["slug"] in {"forbidden", "invalid"}
    heard = viewer.say("/run inventory_pricing")
    assert one(heard, "error")["slug"] == "forbidden"
    assert "agents:run" in one(heard, "error")["detail"]
    assert not one(heard, "tool_result")["ok"]


def test_nothing_of_anothers_is_seen(url: str, anna: Talker, token: Callable[..., str]) -> None:
    turn = one(anna.say("/status", message_id="message-1"), "turn")
    ben = Talker(url, token("operator"))
    conversation = turn["conversation_id"]
    for answer in (
        ben.http.get(f"/v1/conversations/{conversation}"),
        ben.http.patch(f"/v1/conversations/{conversation}", json={"title": "mine"}),
        ben.http.delete(f"/v1/conversations/{conversation}"),
        ben.http.get(f"/v1/conversations/{conversation}/export"),
        ben.http.get(f"/v1/chat/{turn['turn_id']}/stream"),
        ben.http.post(f"/v1/chat/{turn['turn_id']}/cancel"),
        ben.post("/status", conversation_id=conversation),
    ):
        assert answer.status_code == 404, answer.text
    assert ben.http.get("/v1/conversations").json()["data"] == []
    # A name that another user gave a message says nothing about ours.
    assert one(ben.say("/status", message_id="message-1"), "turn")["turn_id"] != turn["turn_id"]
    assert anna.http.get("/v1/conversations").json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"text": "x" * 200_000}, "too-long"),
        ({"text": ""}, "invalid"),
        ({"text": " \n\t"}, "invalid"),
        ({}, "invalid"),
        ({"text": "/status", "message_id": "short"}, "invalid"),
        ({"text": "/status", "mesage_id": "message-1"}, "invalid"),
        ({"text": 7}, "invalid"),
    ],
)
def test_what_cannot_be_said_is_refused_and_begins_nothing(
    anna: Talker, body: dict[str, Any], slug: str
) -> None:
    answer = anna.http.post("/v1/chat", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f":{slug}")
    assert anna.http.get("/v1/conversations").json()["total"] == 0


@pytest.mark.parametrize("claimed", ["application/json", "image/png", "text/plain"])
def test_a_file_that_is_not_what_it_says_is_refused_and_begins_nothing(
    anna: Talker, claimed: str
) -> None:
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8
    answer = anna.http.post("/v1/chat", content=picture, headers={"Content-Type": claimed})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert "PNG" not in answer.text
    assert anna.http.get("/v1/conversations").json()["total"] == 0


def test_the_longest_message_is_taken_and_null_characters_are_not_kept(anna: Talker) -> None:
    words = "/search " + "ä" * (32_000 - 8)
    assert one(anna.say(words), "turn")["text"] == words
    assert one(anna.say("/sta\x00tus"), "done") == {"status": "completed"}


def test_nobody_and_a_wrong_place_are_refused(anna: Talker, url: str) -> None:
    assert Talker(url, "nobody").post("/status").status_code == 401
    turn = one(anna.say("/status"), "turn")["turn_id"]
    for wrong in ("-1", "x", "1.5", "9" * 30, "١"):
        answer = anna.http.get(f"/v1/chat/{turn}/stream", params={"after": wrong})
        assert answer.status_code == 422, wrong
    assert anna.http.get("/v1/chat/trn_none/stream").status_code == 404


def test_plain_text_without_a_model_is_kept_and_names_the_variable(anna: Talker) -> None:
    heard = anna.say("How are sales?")
    assert names(heard) == ["turn", "error", "done"]
    error = one(heard, "error")
    assert error["slug"] == "not-configured"
    assert "OPENAI_API_KEY" in error["detail"]
    assert "OPENAI_API_KEY" in error["remedy"]
    (turn,) = anna.conversation(one(heard, "turn")["conversation_id"])["turns"]
    assert (turn["text"], turn["status"]) == ("How are sales?", "failed")
    status = anna.http.get("/v1/chat").json()
    assert status["can_converse"] is False
    assert status["missing"] == ["OPENAI_API_KEY", "OPENAI_MODEL"]
    assert "OPENAI_API_KEY" in status["remedy"]
    assert status["max_characters"] == 32_000
    assert status["budget"]["tokens_used"] == 0


def test_conversations_are_listed_searched_renamed_exported_and_deleted(anna: Talker) -> None:
    ids = [one(anna.say(f"/help {n}"), "turn")["conversation_id"] for n in range(3)]
    one(anna.say("/status", conversation_id=ids[0]), "turn")
    listed = anna.http.get("/v1/conversations", params={"limit": 2}).json()
    assert listed["total"] == 3
    assert listed["data"][0]["id"] == ids[0]
    assert listed["data"][0]["turns"] == 2
    rest = anna.http.get(
        "/v1/conversations", params={"limit": 2, "cursor": listed["next_cursor"]}
    ).json()
    assert {each["id"] for each in [*listed["data"], *rest["data"]]} == set(ids)
    assert rest["next_cursor"] is None

    renamed = anna.http.patch(f"/v1/conversations/{ids[1]}", json={"title": "  Prijzen\n100%_ "})
    assert renamed.json()["title"] == "Prijzen 100%_"
    for wrong in ({"title": ""}, {"title": "   "}, {"title": "x" * 300}, {"name": "x"}):
        assert anna.http.patch(f"/v1/conversations/{ids[1]}", json=wrong).status_code == 422
    found = anna.http.get("/v1/conversations", params={"q": "prijzen 0%_"}).json()
    assert [each["id"] for each in found["data"]] == [ids[1]]
    said = anna.http.get("/v1/conversations", params={"q": "/status"}).json()
    assert [each["id"] for each in said["data"]] == [ids[0]]

    text = anna.http.get(f"/v1/conversations/{ids[1]}/export", params={"format": "markdown"})
    assert text.headers["content-disposition"].startswith("attachment; filename=")
    assert text.text.startswith("# Prijzen 100%\\_")
    assert "> /help 1" in text.text
    whole = anna.http.get(f"/v1/conversations/{ids[0]}/export").json()
    assert [turn["text"] for turn in whole["turns"]] == ["/help 0", "/status"]

    assert anna.http.delete(f"/v1/conversations/{ids[0]}").status_code == 204
    assert anna.http.get(f"/v1/conversations/{ids[0]}").status_code == 404
    assert anna.http.delete(f"/v1/conversations/{ids[0]}").status_code == 404
    assert anna.http.get("/v1/conversations").json()["total"] == 2


def test_a_conversation_is_read_in_pages_the_newest_first(anna: Talker) -> None:
    conversation = one(anna.say("/help 0"), "turn")["conversation_id"]
    for number in range(1, 5):
        anna.say(f"/help {number}", conversation_id=conversation)
    newest = anna.conversation(conversation, limit=2)
    assert [turn["text"] for turn in newest["turns"]] == ["/help 3", "/help 4"]
    assert newest["total"] == 5
    older = anna.conversation(conversation, limit=2, cursor=newest["next_cursor"])
    assert [turn["text"] for turn in older["turns"]] == ["/help 1", "/help 2"]
    oldest = anna.conversation(conversation, limit=2, cursor=older["next_cursor"])
    assert [turn["text"] for turn in oldest["turns"]] == ["/help 0"]
    assert oldest["next_cursor"] is None


def test_cancelling_a_finished_turn_changes_nothing(anna: Talker) -> None:
    turn = one(anna.say("/status"), "turn")["turn_id"]
    answer = anna.http.post(f"/v1/chat/{turn}/cancel")
    assert answer.json() == {"turn_id": turn, "status": "completed"}
