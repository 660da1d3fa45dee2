"""What a model is shown for a flow's words, and which of its answers are words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from royal_platform.commerce.language.model import Draft
from royal_platform.commerce.marketing.model import Flow
from royal_platform.commerce.marketing.rules import flow_of
from royal_platform.commerce.marketing.wording import Goods, Words, named, passages, words_of
from royal_platform.commerce.shared.model import Money

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WORDED = ("campaign",)


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def flow(body: str, *offers: dict[str, int] | None) -> Flow:
    steps: list[dict[str, Any]] = [
        {"id": f"s{n}", "wait": f"{n}h", "template": "campaign", **({"offer": o} if o else {})}
        for n, o in enumerate(offers or (None,))
    ]
    return flow_of(
        {
            "flow": "x", "name": "Spring", "trigger": "campaign", "holdout_percent": 20,
            "horizon_days": 14, "per_day": 1, "total": 1, "window_days": 1, "steps": steps,
            "says": {"title": "Hello", "body": body},
        },
        WORDED,
    )  # fmt: skip


def shown(of: Flow, *goods: Goods) -> dict[str, str]:
    found = passages(of, WORDED, goods, shop="Shop", source="sandbox", now=NOW)
    return {each.id: each.text for each in found}


def test_only_goods_that_the_flow_names_are_shown() -> None:
    goods = [
        Goods(str(n), title, euro("5"), euro("5"))
        for n, title in enumerate(["Ring", "Gold ring", "Chain", "It"])
    ]
    told = named(flow("Show the GOLD ring, and it chained to nothing."), goods)
    assert [each.title for each in told] == ["Gold ring", "Ring"]
    assert named(flow("Springs"), [Goods("1", "Ring", euro("5"), euro("5"))]) == ()


def test_a_price_is_shown_as_its_range() -> None:
    told = shown(
        flow("x"),
        Goods("1", "Ring", euro("5"), euro("5")),
        Goods("2", "Chain", euro("5"), euro("7.5")),
    )
    assert told["product:1"] == "Ring costs 5.00 EUR."
    assert told["product:2"] == "Chain costs 5.00 EUR to 7.50 EUR."


def test_a_code_is_shown_only_where_every_step_gives_the_same() -> None:
    ten, five = {"most_percent": 10, "days": 7}, {"most_percent": 5, "days": 7}
    assert "10 %" in shown(flow("x", ten, ten))["offer"]
    assert "offer" not in shown(flow("x", ten, five))
    assert "offer" not in shown(flow("x", ten, None))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A ring [1]\n\nIt costs 5 [2].\nBuy.", Words("A ring", "It costs 5.\nBuy.")),
        ("A ring", None),
        ("", None),
        ("x" * 121 + "\n\nbody", None),
        ("title\n\n" + "x" * 2001, None),
    ],
)
def test_words_are_a_subject_and_a_body_that_fit(text: str, words: Words | None) -> None:
    assert words_of(Draft(text, ())) == words
