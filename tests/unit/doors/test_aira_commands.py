"""Commands are read as written, written as read, and never break on what somebody types."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aira.commands import read, usage_of
from aira.commands.described import arguments_of, listing
from aira.tools import TOOLS
from aira.tools.model import safe
from aira.tools.words import quote, scan, split
from core.errors import Invalid
from core.security.principals import PERMISSIONS, principal

ANY = st.text(max_size=40)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(TEXT)
@example('a "b" \\ c')
@example("“Oak”")
@example("stock=low")
@example("")
def test_a_quoted_word_is_read_back_exactly(text: str) -> None:
    [word] = split(quote(text))
    assert word.text == text
    assert word.option(["stock"]) is None


@given(st.lists(TEXT, max_size=6))
def test_words_stay_apart(texts: list[str]) -> None:
    assert [word.text for word in split(" ".join(map(quote, texts)))] == texts


@given(ANY)
def test_nothing_typed_breaks_the_reader(text: str) -> None:
    for typed in (text, f"/{text}", f"/price {text}", f"/metrics {text}", f"/products {text}"):
        scan(typed)
        refused, found = _read(typed)
        assert found is not None or (refused is not None and refused.remedy)


@given(st.sampled_from(sorted(TOOLS)), st.lists(ANY, max_size=4))
def test_no_tool_breaks_on_its_words(name: str, words: list[str]) -> None:
    refused, found = _read(" ".join([f"/{name}", *map(quote, words)]))
    assert found or (refused and "Usage" in refused.remedy), "the remedy shows how it is written"


@given(product=TEXT.filter(bool), reason=TEXT, cents=st.integers(1, 10**9))
def test_a_written_command_is_read_as_it_was_meant(product: str, reason: str, cents: int) -> None:
    price = f"{cents // 100}.{cents % 100:02d}"
    given = {"product": product, "price": price, "reason": reason or None}
    tool, arguments = read(TOOLS["price"].command(**given))
    found: Any = arguments
    assert tool.name == "price"
    assert (found.product, f"{found.price:f}", found.reason) == (product, price, reason)


@given(text=TEXT, stock=st.sampled_from(["low", "out", None]), limit=st.integers(1, 20))
def test_a_list_keeps_what_is_given_by_name(text: str, stock: str | None, limit: int) -> None:
    _, arguments = read(TOOLS["products"].command(text=text, stock=stock, limit=limit))
    found: Any = arguments
    assert (found.text, found.stock, found.limit) == (text, stock or "all", limit)


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("/metrics revenue last 30 days by product", "metrics",
         {"metric": "revenue", "days": 30, "by": "product"}),
        ("/metrics last week", "metrics", {"days": 7}),
        ("/Metrics orders 2026-01-01 2026-01-31 by week vs year", "metrics",
         {"metric": "orders", "by": "week", "compare": "year"}),
        ("/metrics metric=units days=7", "metrics", {"metric": "units", "days": 7}),
        ('/price "Oak shelf 80 cm" 49.95 too dear', "price",
         {"product": "Oak shelf 80 cm", "reason": "too dear"}),
        ("/price “Oak shelf 80 cm” 49.95", "price", {"product": "Oak shelf 80 cm"}),
        ("/products oak shelf stock=low", "products", {"text": "oak shelf", "stock": "low"}),
        ('/products "stock=low"', "products", {"text": "stock=low", "stock": "all"}),
        ("/product Levi's jeans", "product", {"product": "Levi's jeans"}),
        ("/undo dec_1", "revert", {"decision": "dec_1"}),
        ("/cancel-run run_1", "cancel_run", {"run": "run_1"}),
        ("/approve 42", "approve", {"decision": "42", "argument_hash": None}),
        ("/run inventory_pricing dry_run=yes", "run", {"dry_run": True}),
        ("  /status  ", "status", {}),
    ],
)  # fmt: skip
def test_commands(typed: str, name: str, found: dict[str, Any]) -> None:
    tool, arguments = read(typed)
    assert tool.name == name
    assert {**arguments.model_dump(), **found} == arguments.model_dump()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/metrcs revenue", "`/metrics`"),
        ("/aprove 42", "`/approve`"),
        ("/", "/help"),
        ("hello", "/help"),
        ("", "/help"),
        ("/price", "/price"),
        ("/price oak cheap", "/price"),
        ("/price oak 5 limit=1 reason=a reason=b", "/price"),
        ('/price "Oak', "Oak shelf"),
        ("/status now", "/status"),
        ("/metrics last days", "last 30 days"),
        ("/metrics revenue revenue", "/metrics revenue"),
        ("/metrics revenue metric=units", "once"),
        ("/products limit=500", "/products"),
        ("/orders start=yesterday", "/orders"),
    ],
)
def test_a_wrong_command_says_how_it_is_written(typed: str, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(typed)
    assert told in caught.value.remedy


def test_every_tool_declares_what_it_needs_and_who_confirms_it() -> None:
    names = [name for tool in TOOLS.values() for name in (tool.name, *tool.aliases)]
    assert len(names) == len(set(names)), "a name means one tool"
    for name, tool in TOOLS.items():
        assert tool.name == name
        assert tool.permission in PERMISSIONS
        assert not tool.sees or tool.sees in PERMISSIONS
        assert (tool.asks is not None) == tool.writes, name
        assert set(tool.completes) <= set(tool.names), name
        assert tool.rest in ("", *tool.names), name
        assert usage_of(tool).startswith(f"/{name}")
        described = {each.name: each for each in arguments_of(tool)}
        assert set(described) == set(tool.names)
        assert all(each.description or each.choices for each in described.values()), name


def test_only_lists_are_long_and_every_list_is_paged_and_small() -> None:
    for name, tool in TOOLS.items():
        limit = tool.arguments.model_fields.get("limit")
        if limit is not None:
            assert tool.arguments.model_validate({**_least(name), "limit": 20})
            with pytest.raises(ValueError, match="limit"):
                tool.arguments.model_validate({**_least(name), "limit": 21})


def test_a_viewer_is_told_which_commands_are_not_theirs() -> None:
    listed = {each.name: each for each in listing(principal("v", "viewer", None, "token")).data}
    assert set(listed) == set(TOOLS)
    assert not any(listed[name].allowed for name, tool in TOOLS.items() if tool.writes)
    assert all(listed[name].allowed for name, tool in TOOLS.items() if not tool.writes)


@given(TEXT)
def test_text_from_outside_becomes_no_markup(text: str) -> None:
    shown = safe(text)
    assert "\n" not in shown
    for mark in "[]|<`*":
        assert shown.count(mark) == shown.count(f"\\{mark}")


def _read(typed: str) -> tuple[Invalid | None, Any]:
    """Why it was refused, or what was read; any other exception is a failure."""
    try:
        return None, read(typed)
    except Invalid as error:
        return error, None


def _least(name: str) -> dict[str, str]:
    fields = TOOLS[name].arguments.model_fields
    return {field: "x" for field, info in fields.items() if info.is_required()}
