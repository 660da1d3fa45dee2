"""What models were shown is listed and read back word for word, by who may see it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from royal_platform.bootstrap import Platform
from royal_platform.commerce.language.model import Answered, Sent
from royal_platform.persistence.model_calls import ModelCalls

ANSWERED = Answered("ok", 900, 200, "spare", 120, 20, Decimal("0.00038"), "EUR")
TEXTS = ("You are AIRA.", "What did {NAME_1} order?")


def test_the_very_texts_are_shown_to_who_may_see_them_until_they_are_erased(
    application: Any, platform: Platform, token: Callable[..., str]
) -> None:
    client = application.test_client()

    def ask(path: str, role: str = "admin") -> Any:
        return client.get(path, headers={"Authorization": f"Bearer {token(role)}"})

    for about in ("cnv_1", "cnv_2"):
        call_id = platform.sent.record(Sent("a-model", "chat", "ada", about, TEXTS, {"name": 1}))
        if about == "cnv_1":
            platform.sent.answered(call_id, ANSWERED)
    every = ask("/v1/model-calls?limit=1").json
    assert (every["total"], len(every["data"])) == (2, 1)
    following = ask(f"/v1/model-calls?limit=1&cursor={every['next_cursor']}").json
    assert following["data"][0]["id"] != every["data"][0]["id"]
    [call] = ask("/v1/model-calls?about=cnv_1").json["data"]
    assert "texts" not in call
    took = {name: call[name] for name in ("outcome", "answered_by", "input_tokens", "cost")}
    assert took == {
        "outcome": "ok", "answered_by": "spare", "input_tokens": 120,
        "cost": {"amount": "0.00038", "currency": "EUR"},
    }  # fmt: skip
    assert (call["milliseconds"], call["first_token_milliseconds"]) == (900, 200)
    [open_call] = ask("/v1/model-calls?about=cnv_2").json["data"]
    unknown = ("outcome", "milliseconds", "input_tokens", "output_tokens", "cost")
    assert [open_call[name] for name in unknown] == [None] * 5, "what is not known is no zero"
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
