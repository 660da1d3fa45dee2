"""A small real HTTP server that plays a script, and the sandbox store on a free port."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn

from royal_platform.shopify.credentials import ClientKey, SharedGrant
from store_sandbox.state import StateStore
from tests.fakes.grants import MemoryGrants

TOKEN_PATH = "/admin/oauth/access_token"


@dataclass
class Reply:
    """One answer: a status, a JSON body and headers; ``cut`` closes without answering."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    delay: float = 0.0


@dataclass
class Shop:
    """Answers GraphQL calls from a script, in order; the last entry repeats."""

    script: list[Reply | Callable[[dict[str, Any]], Reply]]
    refuse_tokens: int = 0
    grants: int = 0
    seen: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def credentials(self) -> SharedGrant:
        async def key() -> ClientKey:
            return ClientKey("app", "s3cret-of-the-app")

        return SharedGrant(self.address, MemoryGrants(), key)

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if path == TOKEN_PATH:
            self.grants += 1
            if json.loads(body)["client_secret"] != "s3cret-of-the-app":
                return Reply({"error": "invalid_client"}, 401)
            return Reply({"access_token": f"token-{self.grants}", "expires_in": 86_399})
        self.tokens.append(headers.get("x-shopify-access-token", ""))
        if self.refuse_tokens > 0:
            self.refuse_tokens -= 1
            return Reply({"errors": "[API] Invalid API key or access token"}, 401)
        self.seen.append(json.loads(body))
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return entry(self.seen[-1]) if callable(entry) else entry


@asynccontextmanager
async def served(shop: Shop):
    """The shop on a free loopback port."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *rest = head.decode().split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in rest if line)
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                reply = shop.answer(first.split()[1], headers, body)
                await asyncio.sleep(reply.delay)
                if reply.cut:
                    break
                raw = isinstance(reply.body, bytes)
                data = reply.body if raw else json.dumps(reply.body).encode()
                extra = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
                status = f"HTTP/1.1 {reply.status} X\r\nContent-Length: {len(data)}\r\n"
                writer.write(f"{status}{extra}\r\n".encode() + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    shop.port = server.sockets[0].getsockname()[1]
    try:
        yield shop
    finally:
        server.close()


class Sandbox:
    """The sandbox store with a short history, its world standing still between steps.

    Without a ``world`` it is empty, nobody buys, and only its clock can be stepped.
    """

    def __init__(
        self, folder: Path, *, history_days: int = 35, plan: str = "plus", world: bool = True
    ) -> None:
        from store_sandbox.app import create_app
        from store_sandbox.runtime import Options

        self.folder = folder / "sandbox"
        self._app = create_app(
            Options(
                folder=self.folder,
                history_days=history_days,
                tick_seconds=0,
                rate=0.0,
                plan=plan,
                generate=world,
            )
        )
        self.port = 0
        # One for all calls: making one reads the machine's certificates, which takes longer than
        # a call on loopback. Each call connects anew: the server may have been another before.
        self._http = httpx.Client(timeout=60, limits=httpx.Limits(max_keepalive_connections=0))

    def __enter__(self) -> Self:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(self._app, log_level="error", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])), daemon=True
        )
        self._thread.start()
        until(self._ready, 120)
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._server.should_exit = True
        self._thread.join(15)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        token = json.loads((self.folder / "credentials.json").read_text())["control_token"]
        headers = {"X-Sandbox-Control": token}
        if body is None:
            answer = self._http.get(f"{self.url}/control/{path}", headers=headers)
        else:
            answer = self._http.post(f"{self.url}/control/{path}", headers=headers, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def admin(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """What another app with every scope does in the same store; its data."""
        answer = self._http.post(
            f"{self.url}/admin/api/2026-10/graphql.json",
            headers={"X-Shopify-Access-Token": self.token()},
            json={"query": query, "variables": variables or {}},
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def token(self) -> str:
        """An access token with every scope."""
        told = json.loads((self.folder / "credentials.json").read_text())
        grant = {
            "client_id": told["client_id"],
            "client_secret": told["client_secret"],
            "grant_type": "client_credentials",
        }
        answer = self._http.post(f"{self.url}{TOKEN_PATH}", json=grant)
        return str(answer.json()["access_token"])

    @property
    def state(self) -> StateStore:
        """What it holds, to be filled by hand where there is no world."""
        found: StateStore = self._app.state.runtime.state
        return found

    def clear_faults(self) -> None:
        """End all faults that were asked for."""
        token = json.loads((self.folder / "credentials.json").read_text())["control_token"]
        address = f"{self.url}/control/faults"
        self._http.delete(address, headers={"X-Sandbox-Control": token}).raise_for_status()

    def _ready(self) -> bool:
        try:
            return self._http.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come true in time")
        threading.Event().wait(0.05)
