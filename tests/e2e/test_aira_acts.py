"""AIRA over a running store: its figures are the metrics', its acts pass the gate and are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastmcp import Client
from fastmcp.client.auth import BearerAuth
from fastmcp.client.transports import StreamableHttpTransport

from tests.installation import ADMIN_TOKEN, ROYAL, Installation, until

Use = Callable[..., Any]


@pytest.fixture(scope="module")
def aira(shared: Installation) -> str:
    return f"http://127.0.0.1:{shared.environment['AIRA_PORT']}"


@pytest.fixture
def use(aira: str) -> Use:
    """Uses a tool over HTTP as the admin; its answer."""

    def call(tool: str, **arguments: Any) -> Any:
        answer = httpx.post(
            f"{aira}/v1/tools/{tool}", json=arguments, timeout=30, trust_env=False,
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


def token(installation: Installation, role: str) -> str:
    made = installation.run(ROYAL, "tokens", "create", "--name", f"An {role}", "--role", role)
    assert made.returncode == 0, made.stderr
    return next(word for word in made.stdout.split() if word.startswith("rqt_"))


def over_mcp(aira: str, value: str, tool: str, **arguments: Any) -> Any:
    async def call() -> Any:
        transport = StreamableHttpTransport(f"{aira}/mcp", auth=BearerAuth(value))
        async with Client(transport) as session:
            return await session.call_tool(tool, arguments, raise_on_error=False)

    # A thread of its own: the browser of earlier tests keeps a loop in this one.
    with ThreadPoolExecutor(1) as own:
        return own.submit(asyncio.run, call()).result()


def affordable(use: Use) -> tuple[dict[str, Any], str]:
    """A variant whose price may rise by two percent, with that price."""
    for row in use("products", sort="sold", limit=20)["result"]["data"]:
        # Beside a crossed-out price another one would mislead: the gate denies it.
        free = row["unit_cost"] and not row["compare_at_price"]
        if free and not use("decisions", text=row["title"])["result"]["total"]:
            return row, f"{float(row['price']['amount']) * 1.02:.2f}"
    raise AssertionError("every product has a waiting decision")


def test_revenue_is_the_figure_of_the_metrics(shared: Installation, use: Use) -> None:
    told = use("metrics", metric="revenue", days=30)
    query = told["query"].removeprefix("GET ")
    figures = {each["name"]: each for each in shared.get(query)["figures"]}
    [row] = told["result"]["data"]
    assert row["value"] == figures["net_sales"]["value"]
    assert told["source"] == "sandbox"
    by_day = use("metrics", metric="revenue", days=30, by="day")["result"]
    assert by_day["total"] == row["value"]


def test_a_price_asked_over_mcp_is_approved_by_a_person_written_and_undone(
    shared: Installation, aira: str, use: Use
) -> None:
    variant, wanted = affordable(use)
    before = shared.price(variant["variant_id"])
    assistant = token(shared, "assistant")
    made = over_mcp(aira, assistant, "price", product=variant["variant_id"], price=wanted)
    card = made.structured_content["cards"][0]
    assert card["status"] == "proposed", made.content[0].text
    assert f"{shared.url}{card['link']}" in made.content[0].text
    seen = {"decision": card["decision_id"], "argument_hash": card["argument_hash"]}
    refused = over_mcp(aira, assistant, "approve", **seen)
    assert refused.is_error
    assert refused.structured_content["status"] == 403
    assert shared.price(variant["variant_id"]) == before
    # The page's button sends what the card says.
    sent = shared.post(card["confirm"]["path"], card["confirm"]["body"])
    assert sent.status_code == 200, sent.text
    until(lambda: status(use, card) == "executed", 60, "the execution")
    assert float(shared.price(variant["variant_id"])) == float(wanted)
    who = use("who", product=variant["variant_id"])
    assert who["result"]["data"][0]["approved_by"] == "admin"
    assert "An assistant" in use("decision", decision=card["decision_id"])["text"]
    assert "nothing was predicted" in use("effects")["result"]["data"][0]["measured"]
    operator = token(shared, "operator")
    undone = over_mcp(aira, operator, "revert", decision=card["decision_id"])
    assert not undone.is_error, undone.content[0].text
    until(lambda: status(use, card) == "reverted", 60, "the undo")
    assert shared.price(variant["variant_id"]) == before


def test_a_decision_of_an_agent_is_explained_and_approved_by_command(
    shared: Installation, use: Use
) -> None:
    waiting = use("decisions", kind="price.set")["result"]["data"][0]
    told = use("decision", decision=waiting["id"])
    for word in ("Grounds", "Predicted", "The gate", "Undo", "Elasticity"):
        assert word in told["text"]
    [card] = told["cards"]
    use("approve", decision=waiting["id"], argument_hash=card["argument_hash"])
    until(lambda: status(use, card) in {"executed", "measured"}, 60, "the execution")
    [row] = [each for each in use("effects")["result"]["data"] if each["id"] == waiting["id"]]
    assert "not yet known" in row["measured"]


def status(use: Use, card: dict[str, Any]) -> str:
    return str(use("decision", decision=card["decision_id"])["result"]["status"])
