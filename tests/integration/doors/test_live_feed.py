"""``/ws``: nothing missed, nobody unknown let in, and many clients harm no plain request."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.asgi import Coordinator, wrap
from core.events import NewEvent
from core.security import login_links
from royal_platform.bootstrap import Platform
from royal_platform.persistence import stores

ADMIN = {"Authorization": "Bearer an-admin-token-for-tests-with-enough-characters"}


def tell(platform: Platform, count: int, store_id: str | None = None) -> None:
    for number in range(count):
        with platform.database.write() as transaction:
            transaction.record(
                NewEvent(
                    store_id or platform.store_id, "test.happened", f"subject-{number}",
                    {"number": number}, "test", datetime.now(UTC),
                )
            )  # fmt: skip


@asynccontextmanager
async def socket(url: str, path: str, **headers: str) -> AsyncIterator[ClientConnection]:
    address = url.replace("http", "ws") + path
    async with connect(address, additional_headers=headers, max_queue=None) as opened:
        yield opened


async def messages(
    opened: ClientConnection, until: Callable[[dict[str, Any]], bool], seconds: float = 15
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(seconds):
        while not (found and until(found[-1])):
            found.append(json.loads(await opened.recv()))
    return found


def is_live(message: dict[str, Any]) -> bool:
    return bool(message["kind"] == "live")


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [each["event"]["seq"] for each in found if each["kind"] == "event"]


async def test_the_backlog_comes_first_then_the_mark_then_what_happens(
    application: Any, platform: Platform, running: Callable[[Any], Any]
) -> None:
    door = running(wrap(application))
    httpx.get(f"{door.url}/v1/session", headers=ADMIN).raise_for_status()
    tell(platform, 3)
    head = httpx.get(f"{door.url}/v1/session", headers=ADMIN).json()["head"]
    async with socket(door.url, "/ws?after=2", **ADMIN) as opened:
        backlog = await messages(opened, is_live)
        assert numbers(backlog) == list(range(3, head + 1))
        assert backlog[-1] == {"kind": "live", "head": head}
        await asyncio.to_thread(tell, platform, 2)
        live = await messages(opened, lambda each: each["event"]["seq"] == head + 2)
        assert numbers(live) == [head + 1, head + 2]
        listed = httpx.get(f"{door.url}/v1/events?after={head}", headers=ADMIN).json()["data"]
        assert [each["event"] for each in live] == listed


async def test_without_after_only_what_happens_from_now_on_comes(
    application: Any, platform: Platform, running: Callable[[Any], Any]
) -> None:
    door = running(wrap(application))
    async with socket(door.url, "/ws?after=0", **ADMIN) as first:
        await messages(first, is_live)
        async with socket(door.url, "/ws", **ADMIN) as opened:
            assert numbers(await messages(opened, is_live)) == []


async def test_a_reconnect_with_the_last_number_misses_nothing(
    application: Any, platform: Platform, running: Callable[[Any], Any]
) -> None:
    door = running(wrap(application))
    seen: list[int] = []
    httpx.get(f"{door.url}/v1/session", headers=ADMIN).raise_for_status()
    writer = asyncio.create_task(asyncio.to_thread(tell, platform, 60))
    while not writer.done() or (seen and seen[-1] < head_of(door.url)):
        async with socket(door.url, f"/ws?after={seen[-1] if seen else 0}", **ADMIN) as opened:
            found = await messages(opened, lambda each: each["kind"] in {"event", "live"})
            seen += numbers(found)
    await writer
    assert seen == list(range(1, head_of(door.url) + 1))


def head_of(url: str) -> int:
    return int(httpx.get(f"{url}/v1/session", headers=ADMIN).json()["head"])


async def test_a_ping_is_answered_and_anything_else_refused(
    application: Any, running: Callable[[Any], Any]
) -> None:
    door = running(wrap(application))
    for sent in ("hello", '{"kind":"approve"}', '{"kind":"ping","x":1}', "[]", b"\x00", "x" * 2000):
        async with socket(door.url, "/ws", **ADMIN) as opened:
            await opened.send('{"kind": "ping"}')
            beat = await messages(opened, lambda each: each["kind"] == "heartbeat")
            assert set(beat[-1]) == {"kind", "head", "now"}
            await opened.send(sent)
            refusal = await messages(opened, lambda each: each["kind"] == "error")
            assert refusal[-1]["status"] == 422
            assert refusal[-1]["remedy"]
            with pytest.raises(ConnectionClosed):
                await opened.recv()
            assert opened.close_code == 1008


async def test_heartbeats_come_by_themselves(
    application: Any, running: Callable[[Any], Any]
) -> None:
    door = running(Coordinator(application, heartbeat=0.1))
    async with socket(door.url, "/ws", **ADMIN) as opened:
        found = await messages(opened, lambda each: each["kind"] == "heartbeat")
        assert datetime.fromisoformat(found[-1]["now"]).tzinfo is not None


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws", {}, 401),
        ("/ws", {"Authorization": "Bearer wrong"}, 401),
        ("/ws", {"Cookie": "royal_session=wrong"}, 401),
        ("/ws?after=-1", ADMIN, 422),
        ("/ws?after=x", ADMIN, 422),
        ("/other", ADMIN, 404),
    ],
)
async def test_a_handshake_is_refused_with_the_reason(
    application: Any, running: Callable[[Any], Any], path: str, headers: dict[str, str], status: int
) -> None:
    door = running(wrap(application))
    with pytest.raises(InvalidStatus) as refused:
        async with socket(door.url, path, **headers):
            pass
    assert refused.value.response.status_code == status
    assert json.loads(refused.value.response.body or b"{}")["remedy"]


async def test_a_session_cookie_counts_only_from_our_own_pages(
    application: Any, platform: Platform, running: Callable[[Any], Any]
) -> None:
    door = running(wrap(application))
    with platform.database.write() as transaction:
        code = login_links.issue(transaction.connection, "Ann", now=datetime.now(UTC)).value
    signed = httpx.get(f"{door.url}/login/{code}")
    cookie = f"royal_session={signed.cookies['royal_session']}"
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        with pytest.raises(InvalidStatus) as refused:
            async with socket(door.url, "/ws", Cookie=cookie, **origin):
                pass
        assert refused.value.response.status_code == 403
    async with socket(door.url, "/ws", Cookie=cookie, Origin=door.url) as opened:
        await messages(opened, is_live)


async def test_a_socket_ends_when_its_session_does(
    application: Any, platform: Platform, running: Callable[[Any], Any]
) -> None:
    door = running(Coordinator(application, heartbeat=0.1))
    with platform.database.write() as transaction:
        code = login_links.issue(transaction.connection, "Ann", now=datetime.now(UTC)).value
    with httpx.Client(base_url=door.url, headers={"Origin": door.url}) as browser:
        browser.get(f"/login/{code}")
        cookie = f"royal_session={browser.cookies['royal_session']}"
        async with socket(door.url, "/ws", Cookie=cookie, Origin=door.url) as opened:
            await messages(opened, is_live)
            assert browser.delete("/v1/session").status_code == 204
            found = await messages(opened, lambda each: each["kind"] == "error")
            assert found[-1]["status"] == 401


async def test_200_sockets_get_every_event_and_plain_requests_answer_meanwhile(
    application: Any, platform: Platform, running: Callable[[Any], Any]
) -> None:
    door = running(wrap(application))
    head = head_of(door.url)
    events, clients = 40, 200
    live = asyncio.Event()
    ready = 0

    async def follow() -> list[int]:
        nonlocal ready
        async with socket(door.url, f"/ws?after={head}", **ADMIN) as opened:
            found = await messages(opened, is_live, 60)
            ready += 1
            if ready == clients:
                live.set()
            if not found or numbers(found)[-1:] != [head + events]:
                found += await messages(
                    opened,
                    lambda each: each["kind"] == "event" and each["event"]["seq"] == head + events,
                    60,
                )
            return numbers(found)

    followers = [asyncio.create_task(follow()) for _ in range(clients)]
    async with asyncio.timeout(60):
        await live.wait()
    writer = asyncio.create_task(asyncio.to_thread(tell, platform, events))
    slowest = 0.0
    async with httpx.AsyncClient(base_url=door.url, headers=ADMIN, timeout=10) as client:
        while not writer.done():
            began = time.perf_counter()
            answers = await asyncio.gather(*(client.get("/v1/session") for _ in range(5)))
            slowest = max(slowest, time.perf_counter() - began)
            assert all(answer.status_code == 200 for answer in answers)
    async with asyncio.timeout(60):
        received = await asyncio.gather(*followers)
    assert all(seen == list(range(head + 1, head + events + 1)) for seen in received)
    assert slowest < 5.0


async def test_a_client_sees_its_own_store_only(
    application: Any, platform: Platform, token: Callable[..., str], running: Callable[[Any], Any]
) -> None:
    with platform.database.write() as transaction:
        stores.create(
            transaction.connection, store_id="str_other", domain="other.myshopify.com",
            source="shopify", api_version="2026-10",
        )  # fmt: skip
    door = running(wrap(application))
    httpx.get(f"{door.url}/v1/session", headers=ADMIN).raise_for_status()
    other = {"Authorization": f"Bearer {token('viewer', 'str_other')}"}
    async with socket(door.url, "/ws?after=0", **other) as opened:
        assert numbers(await messages(opened, is_live)) == []
        await asyncio.to_thread(tell, platform, 1)
        await asyncio.to_thread(tell, platform, 1, "str_other")
        found = await messages(opened, lambda each: each["kind"] == "event")
        assert numbers(found) == [1]
