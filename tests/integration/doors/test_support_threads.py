"""Threads over the door: asked for by what they mean, and their files saved, never shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from orchestrator.core import attending
from orchestrator.core.books import writing
from orchestrator.core.taking_in import take_in
from royal_platform.bootstrap import Platform
from royal_platform.commerce.support.model import (
    Arrival,
    Attachment,
    Channel,
    Direction,
    Sentiment,
    ThreadMessage,
    Triage,
    Urgency,
)
from royal_platform.persistence.own_replies import StoredReplies
from royal_platform.persistence.support import Threads
from royal_platform.persistence.tables.decisions import decisions

NASTY = b"<script>alert(1)</script>"


def written(platform: Platform, key: str, intent: str, urgency: Urgency) -> str:
    kept = Attachment("f1", 'a";\u202egnp.txt', "text/plain", "text/html", len(NASTY), "0" * 64)
    refused = Attachment("f2", "b.exe", "application/x-dosexec", "image/png", 9, "1" * 64, "type")
    arrival = Arrival(
        key, Channel.CHAT, "Ann", "ann@home.test", "Hello", "Hello", "", None, None, (),
        is_automatic=False, files=((kept, NASTY), (refused, None)),
    )  # fmt: skip
    with writing(platform) as books:
        thread_id = take_in(books, arrival, None)
        assert thread_id is not None
        triage = Triage(f"tms_{key}", "en", intent, Sentiment.NEUTRAL, urgency, 0.9)
        Threads(books.store_id).understood(books.connection, thread_id, triage)
    return thread_id


def test_threads_are_found_by_meaning_and_their_files_are_only_saved(
    application: Any, platform: Platform, token: Callable[..., str]
) -> None:
    late = written(platform, "k1", "order_status", Urgency.HIGH)
    calm = written(platform, "k2", "return", Urgency.LOW)
    headers = {"Authorization": f"Bearer {token('viewer')}"}

    def get(path: str) -> Any:
        return application.test_client().get(f"/v1/threads{path}", headers=headers)

    def found(query: str) -> list[str]:
        return [each["id"] for each in get(query).json["data"]]

    assert found("?intent=return") == [calm]
    assert found("?urgency=high&sentiment=neutral") == [late]
    assert found("?intent=return&urgency=high") == []
    assert get("?intent=nonsense").status_code == 422

    [message] = get(f"/{late}").json["messages"]
    kept, refused = message["attachments"]
    file = get(f"/{late}/attachments/{kept['id']}")
    assert (file.status_code, file.data) == (200, NASTY)
    assert file.mimetype == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment; ")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]
    # A file is its thread's own; what was refused is not there.
    assert get(f"/{calm}/attachments/{kept['id']}").status_code == 404
    assert get(f"/{late}/attachments/{refused['id']}").status_code == 404


def test_a_word_for_a_sender_needs_who_may_decide_and_is_shown(
    application: Any, platform: Platform, token: Callable[..., str]
) -> None:
    arrival = Arrival(
        "k9", Channel.MAIL, "Ann", "ann@home.test", "Hello", "Hello", "", None, None, (),
        is_automatic=False, proven=False,
    )  # fmt: skip
    with writing(platform) as books:
        thread_id = take_in(books, arrival, None)
    body = {"message_id": "tms_k9", "note": "called back"}

    def vouch(role: str, told: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {token(role)}"}
        path = f"/v1/threads/{thread_id}/vouch"
        return application.test_client().post(path, headers=headers, json=told)

    assert vouch("viewer", body).status_code == 403
    assert vouch("operator", {**body, "note": ""}).status_code == 422
    assert vouch("operator", {**body, "message_id": "tms_other"}).status_code == 409
    done = vouch("operator", body)
    assert (done.status_code, done.json["proof"], done.json["status"]) == (200, "vouched", "open")
    assert done.json["vouching"]["note"] == "called back"
    assert vouch("operator", body).status_code == 409


def test_what_people_wrote_is_the_shops_voice_and_what_agents_wrote_is_not(
    platform: Platform,
) -> None:
    thread_id = written(platform, "k1", "order_status", Urgency.HIGH)
    replies = StoredReplies(platform.database, platform.store_id)
    assert replies.newest("en") == []
    for key, language in (("a", "en"), ("b", "nl"), ("c", "en")):
        _answered(platform, thread_id, key, language, "agent" if key == "c" else "person")
    [own] = replies.newest("en")
    assert (own.text, own.source) == ("Lovely that you wrote, a!", "a reply of the shop's people")
    assert replies.newest("de") == []


def _answered(platform: Platform, thread_id: str, key: str, language: str, provenance: str) -> None:
    given = attending.Answer(f"Lovely that you wrote, {key}!", key, language)
    decision = attending.answer(platform, thread_id, given, "ada")
    with writing(platform) as books:
        books.connection.execute(
            update(decisions)
            .where(decisions.c.store_id == books.store_id, decisions.c.id == decision.id)
            .values(provenance=provenance)
        )
        message = ThreadMessage(
            f"out_{key}", thread_id, Direction.OUTBOUND, "Shop", "shop@home.test", "Re: Hello",
            given.text, "", None, None, False, books.now, decision_id=decision.id,
        )  # fmt: skip
        Threads(books.store_id).add(books.connection, message)
