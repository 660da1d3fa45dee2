"""MCP over HTTP on loopback, with both clients of the protocol that are in use."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import httpx2
import pytest
from fastmcp import Client
from fastmcp.client.auth import BearerAuth
from fastmcp.client.transports import StreamableHttpTransport
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from aira.app import create_app
from aira.tools import TOOLS
from core.settings import Settings
from orchestrator.core.books import reading
from royal_platform.bootstrap import Platform
from tests.integration.doors import shop
from tests.integration.doors.conftest import ADMIN

Token = Callable[..., str]
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {},
               "clientInfo": {"name": "test", "version": "1"}},
}  # fmt: skip
JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@pytest.fixture
def url(platform: Platform, settings: Settings, running: Callable[[Any], Any]) -> str:
    """AIRA's MCP address, over the store of ``shop``."""
    shop.fill(platform)
    return f"{running(create_app(settings)).url}/mcp"


def client(url: str, token: str = ADMIN) -> Client[Any]:
    return Client(StreamableHttpTransport(url, auth=BearerAuth(token)))


async def test_the_tools_are_those_of_the_registry_and_answer_with_their_source(url: str) -> None:
    async with client(url) as session:
        listed = {each.name: each for each in await session.list_tools()}
        assert set(listed) == set(TOOLS)
        for name, tool in TOOLS.items():
            assert listed[name].input_schema == tool.arguments.model_json_schema()
            assert listed[name].annotations.read_only_hint is not tool.writes
        found = await session.call_tool("metrics", {"metric": "revenue", "days": 30})
        assert found.structured_content["source"] == "sandbox"
        assert "360.00" in found.content[0].text
        assert "as of" in found.content[0].text


async def test_a_price_becomes_a_decision_with_its_link_and_is_approved_with_its_hash(
    url: str, platform: Platform, token: Token
) -> None:
    async with client(url, token("operator")) as session:
        made = (await session.call_tool("price", {"product": "OAK-3", "price": "57.00"})).data
        card = made["cards"][0]
        with reading(platform) as books:
            told = books.decisions.get(books.connection, card["decision_id"]).proposal
        assert told.provenance == "model"
        assert told.rationale.startswith("An MCP client with ")
        assert told.evidence[0].source == "mcp"
        assert made["links"] == [f"http://127.0.0.1:10000/approvals/{card['decision_id']}"]
        shown = await session.call_tool("approve", {"decision": card["decision_id"]})
        assert status(platform, card["decision_id"]) == "proposed", "shown, not approved"
        assert shown.data["cards"][0]["argument_hash"] == card["argument_hash"]
        wrong = await session.call_tool(
            "approve", {"decision": card["decision_id"], "argument_hash": "0" * 64},
            raise_on_error=False,
        )  # fmt: skip
        assert wrong.is_error
        assert status(platform, card["decision_id"]) == "proposed"
        await session.call_tool(
            "approve",
            {"decision": card["decision_id"], "argument_hash": card["argument_hash"]},
        )
    assert status(platform, card["decision_id"]) == "approved"


async def test_who_may_decide_on_prices_cannot_change_the_policy_over_mcp(
    url: str, platform: Platform, token: Token
) -> None:
    async with client(url, token("operator")) as session:
        made = await session.call_tool("limit", {"name": "margin_floor_percent", "value": "0"})
        [card] = made.data["cards"]
        word = {"decision": card["decision_id"], "argument_hash": card["argument_hash"]}
        refused = await session.call_tool("approve", word, raise_on_error=False)
    assert (card["kind"], card["allowed"]) == ("policy.change", False)
    assert refused.structured_content["status"] == 403
    assert "policy:write" in refused.content[0].text
    async with client(url, token("admin")) as session:
        done = await session.call_tool("approve", word)
    assert done.data["result"]["status"] == "executed"
    with reading(platform) as books:
        stored = books.policies.current(books.connection)
    assert (stored.version, stored.policy.margin_floor_percent) == (1, 0)


@pytest.mark.parametrize("role", ["viewer", "assistant"])
async def test_nothing_is_changed_without_the_permission(
    url: str, platform: Platform, token: Token, role: str
) -> None:
    """Every writing tool, called though it is not listed, by a token that may not decide."""
    decision_id = shop.propose(platform)
    with reading(platform) as books:
        seen = books.decisions.get(books.connection, decision_id).argument_hash
    arguments: dict[str, dict[str, Any]] = {
        "sync": {}, "approve": {"decision": decision_id, "argument_hash": seen},
        "reject": {"decision": decision_id}, "revert": {"decision": decision_id},
        "price": {"product": "OAK-5", "price": "57"}, "run": {"agent": "inventory_pricing"},
        "pause": {"agent": "security"}, "resume": {"agent": "security"},
        "autonomy": {"agent": "inventory_pricing", "kind": "price.set", "level": "auto"},
        "cancel_run": {"run": "run_x"}, "stop": {}, "lift": {},
        "suppress": {"finding": "fnd_x", "days": 7, "reason": "Because it is told to"},
        "limit": {"name": "cooldown_days", "value": "1"},
        "set_segment": {"segment": "Loyal", "rule": "orders > 2"},
    }  # fmt: skip
    assert set(arguments) == {tool.name for tool in TOOLS.values() if tool.writes}
    may = {"price", "limit", "set_segment"} if role == "assistant" else set()
    before = head(platform)
    async with client(url, token(role)) as session:
        listed = {each.name for each in await session.list_tools()}
        assert listed & set(arguments) == may
        for name in sorted(set(arguments) - may):
            answer = await session.call_tool(name, arguments[name], raise_on_error=False)
            assert answer.is_error, name
            assert answer.structured_content["status"] == 403, name
            assert "permission" in answer.content[0].text
        assert head(platform) == before
        if role == "assistant":
            for name in sorted(may):
                made = await session.call_tool(name, arguments[name])
                assert made.data["cards"][0]["allowed"] is False
    assert status(platform, decision_id) == "proposed"


async def test_the_other_client_does_the_same(url: str, token: Token) -> None:
    headers = {"Authorization": f"Bearer {token('assistant')}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        streamable_http_client(url, http_client=http) as streams,
        ClientSession(*streams[:2]) as session,
    ):
        hello = await session.initialize()
        assert hello.server_info.name == "Royal Equips"
        names = {each.name for each in (await session.list_tools()).tools}
        assert "metrics" in names
        assert "approve" not in names
        found = await session.call_tool("products", {"text": "oak 60", "limit": 5})
        assert "OAK-2" in found.content[0].text
        wrong = await session.call_tool("products", {"nonsense": 1})
        assert wrong.is_error
        assert "Usage" in wrong.content[0].text


async def test_resources_and_prompts(url: str, token: Token) -> None:
    async with client(url, token("viewer")) as session:
        resources = {str(each.uri) for each in await session.list_resources()}
        assert resources == {"royal://policy", "royal://store", "royal://metrics", "royal://docs"}
        for uri in sorted(resources):
            [found] = await session.read_resource(uri)
            assert json.loads(found.text), uri
        [policy] = await session.read_resource("royal://policy")
        assert "margin_floor_percent" in policy.text
        [page] = await session.read_resource("royal://docs/how-to/approve-and-undo.md")
        assert page.text.startswith("# Approve")
        prompts = {each.name for each in await session.list_prompts()}
        assert prompts == {"morning", "explain", "consider_price"}
        said = await session.get_prompt("explain", {"decision": "dec_1"})
        assert "dec_1" in said.messages[0].content.text


async def test_a_page_outside_the_documentation_is_not_found(url: str) -> None:
    async with client(url) as session:
        for name in ("../pyproject.toml", "%2e%2e/pyproject.toml", "/etc/passwd", "none.md"):
            with pytest.raises(Exception, match=r"(?i)not found|no page|unknown|error"):
                await session.read_resource(f"royal://docs/{name}")


def test_only_a_bearer_token_opens_the_door(url: str, token: Token) -> None:
    with httpx.Client() as http:
        for headers in ({}, {"Authorization": "Basic YTpi"}, {"Cookie": "royal_session=x"}):
            answer = http.post(url, json=HELLO, headers={**JSON, **headers})
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert answer.headers["Content-Type"] == "application/problem+json"
        unknown = {**JSON, "Authorization": "Bearer rqt_unknown"}
        assert http.post(url, json=HELLO, headers=unknown).status_code == 401
        known = {**JSON, "Authorization": f"Bearer {token('viewer')}"}
        assert http.post(url, json=HELLO, headers=known).status_code == 200
        assert http.get(url, headers=known).status_code == 405


def test_a_rebound_name_or_a_foreign_page_is_refused(url: str) -> None:
    known = {**JSON, "Authorization": f"Bearer {ADMIN}"}
    with httpx.Client() as http:
        rebound = http.post(url, json=HELLO, headers={**known, "Host": "evil.example"})
        assert rebound.status_code == 421
        foreign = http.post(url, json=HELLO, headers={**known, "Origin": "https://evil.example"})
        assert foreign.status_code == 403


async def test_a_token_of_another_store_sees_that_store(
    url: str, platform: Platform, token: Token
) -> None:
    from royal_platform.persistence import stores

    decision_id = shop.propose(platform)
    with platform.database.write() as transaction:
        stores.create(
            transaction.connection, store_id="str_other", domain="other.myshopify.com",
            source="shopify", api_version="2026-10",
        )  # fmt: skip
    async with client(url, token("operator", "str_other")) as session:
        found = await session.call_tool("products", {})
        assert found.data["result"]["total"] == 0
        for name, arguments in (
            ("decision", {"decision": decision_id}),
            ("approve", {"decision": decision_id, "argument_hash": "0" * 64}),
            ("price", {"product": "OAK-1", "price": "57"}),
            ("product", {"product": shop.product_id(1)}),
            ("order", {"order": shop.order_id(1)}),
            ("customer", {"customer": shop.CUSTOMER}),
            ("agent", {"agent": "inventory_pricing"}),
            ("who", {"product": "OAK-1"}),
        ):
            answer = await session.call_tool(name, arguments, raise_on_error=False)
            assert answer.structured_content["status"] == 404, name
    assert status(platform, decision_id) == "proposed"


def test_the_protocol_is_not_loaded_before_somebody_calls() -> None:
    code = (
        "import sys; from aira.app import create_app; "
        "heavy = {'fastmcp', 'mcp', 'pydantic_ai', 'openai'} & set(sys.modules); "
        "print(sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def status(platform: Platform, decision_id: str) -> str:
    with reading(platform) as books:
        return books.decisions.get(books.connection, decision_id).status.value


def head(platform: Platform) -> int:
    from core.events import head as newest

    with platform.database.read() as connection:
        return newest(connection, platform.store_id)
