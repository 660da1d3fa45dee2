"""What models were shown is listed and read back word for word, by who may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from royal_platform.bootstrap import Platform
from royal_platform.commerce.language.model import Sent
from royal_platform.persistence.model_calls import ModelCalls

TEXTS = ("You are AIRA.", "What did {NAME_1} order?")


def test_the_very_texts_are_shown_to_who_may_see_them_until_they_are_erased(
    application: Any, platform: Platform, token: Callable[..., str]
) -> None:
    client = application.test_client()

    def ask(path: str, role: str = "admin") -> Any:
        return client.get(path, headers={"Authorization": f"Bearer {token(role)}"})

    for about in ("cnv_1", "cnv_2"):
        platform.sent.record(Sent("a-model", "chat", "ada", about, TEXTS, {"name": 1}))
    every = ask("/v1/model-calls?limit=1").json
    assert (every["total"], len(every["data"])) == (2, 1)
    following = ask(f"/v1/model-calls?limit=1&cursor={every['next_cursor']}").json
    assert following["data"][0]["id"] != every["data"][0]["id"]
    [call] = ask("/v1/model-calls?about=cnv_1").json["data"]
    assert "texts" not in call
    assert (call["model"], call["actor"], call["hidden"]) == ("a-model", "ada", {"name": 1})
    assert call["characters"] == sum(map(len, TEXTS))
    assert tuple(ask(f"/v1/model-calls/{call['id']}").json["texts"]) == TEXTS
    for role in ("viewer", "assistant", "operator"):
        assert ask("/v1/model-calls", role).status_code == 403
        assert ask(f"/v1/model-calls/{call['id']}", role).status_code == 403
    assert ask("/v1/model-calls/mdc_none").status_code == 404
    with platform.database.write() as transaction:
        ModelCalls(platform.store_id).erase(transaction.connection, "cnv_1")
    erased = ask(f"/v1/model-calls/{call['id']}").json
    assert erased["texts"] == [None, None]
    assert len(erased["digests"]) == 2, "what was sent can still be proven"
