"""A sandbox store on a real loopback server, with a small hand-made catalogue."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from store_sandbox.app import create_app
from store_sandbox.runtime import Options, Runtime
from store_sandbox.state import StateStore

MINUTE = 60
DAY = 86_400


@dataclass
class Server:
    """A running uvicorn on a free port."""

    app: Any
    port: int = 0
    _server: uvicorn.Server | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(self.app, log_level="error", timeout_graceful_shutdown=2)
        self._server = server = uvicorn.Server(config)

        def serve() -> None:
            asyncio.run(server.serve(sockets=[listener]))

        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()
        wait_until(lambda: server.started)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def wait_until(condition: Any, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the condition did not come true in time")
        threading.Event().wait(0.02)


def fill(state: StateStore) -> None:
    """Three products, four variants (one without a known cost), two customers, twelve orders."""
    with state.write() as tx:
        now = tx.now
        for key, value in {
            "shop.name": "Test Tack",
            "shop.currency": "EUR",
            "shop.timezone": "Europe/Berlin",
            "shop.taxes_included": "1",
        }.items():
            tx.set_meta(key, value)
        stamps = {"created_at": now - 90 * DAY, "updated_at": now - 90 * DAY}
        tx.insert("locations", [{"id": 1, "name": "Barn", "country_code": "DE", **stamps}])
        tx.insert(
            "products",
            [
                {
                    "id": n,
                    "title": title,
                    "handle": f"p-{n}",
                    "vendor": "Royal",
                    "product_type": "Tack",
                    "tags": tags,
                    "published_at": now,
                    **stamps,
                }
                for n, title, tags in (
                    (1, "Leather Halter", ",leather,sale,"),
                    (2, "Saddle Pad", ",textile,"),
                    (3, "Hoof Pick", ""),
                )
            ],
        )
        rows = (
            (1, 1, "HALT-S", 2990, 1200),
            (2, 1, "HALT-M", 3190, 1300),
            (3, 2, "PAD-1", 5900, None),
            (4, 3, "HOOF-1", 499, 100),
        )
        for position, (n, product, sku, cents, cost) in enumerate(rows, 1):
            tx.insert(
                "variants",
                [
                    {
                        "id": n,
                        "product_id": product,
                        "inventory_item_id": n + 100,
                        "sku": sku,
                        "price": cents * 100,
                        "position": position,
                        **stamps,
                    }
                ],
            )
            tx.insert(
                "inventory_items",
                [
                    {
                        "id": n + 100,
                        "variant_id": n,
                        "unit_cost": None if cost is None else cost * 100,
                        **stamps,
                    }
                ],
            )
            tx.insert(
                "inventory_levels",
                [
                    {
                        "item_id": n + 100,
                        "location_id": 1,
                        "available": 10 * n,
                        "on_hand": 10 * n,
                        **stamps,
                    }
                ],
            )
        tx.insert(
            "customers",
            [
                {
                    "id": n,
                    "first_name": "Ann",
                    "last_name": f"Rider{n}",
                    "email": f"rider{n}@example.com",
                    **stamps,
                }
                for n in (1, 2)
            ],
        )
        for n in range(1, 13):
            at = now - (13 - n) * 10 * DAY
            tx.insert(
                "orders",
                [
                    {
                        "id": n,
                        "number": 1000 + n,
                        "customer_id": 1 + n % 2,
                        "email": f"rider{1 + n % 2}@example.com",
                        "created_at": at,
                        "processed_at": at,
                        "updated_at": at,
                        "subtotal": 598000,
                        "total": 598000,
                        "tags": ",vip," if n == 3 else "",
                    }
                ],
            )
            tx.insert(
                "order_lines",
                [
                    {
                        "id": n,
                        "order_id": n,
                        "variant_id": 1,
                        "product_id": 1,
                        "title": "Leather Halter",
                        "sku": "HALT-S",
                        "quantity": 2,
                        "current_quantity": 2,
                        "unit_price": 299000,
                    }
                ],
            )
        tx.changes.clear()


@dataclass
class Shop:
    """A client of one running sandbox."""

    url: str
    runtime: Runtime
    token: str = ""
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def connect(self) -> "Shop":
        own = self.runtime.credentials
        answer = self.http.post(
            f"{self.url}/admin/oauth/access_token",
            json={
                "client_id": own.client_id,
                "client_secret": own.client_secret,
                "grant_type": "client_credentials",
            },
        )
        self.token = answer.json()["access_token"]
        return self

    def raw(self, query: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.http.post(
            f"{self.url}/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token, **headers},
        )

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        body = self.raw(query, variables).json()
        assert "errors" not in body, body["errors"]
        return body["data"]

    def errors(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        return self.raw(query, variables).json()["errors"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        token = self.runtime.credentials.control_token
        return self.http.request(
            method, f"{self.url}/control/{path}", json=body, headers={"X-Sandbox-Control": token}
        )


def options(folder: Path, **more: Any) -> Options:
    return Options(folder=folder, generate=False, tick_seconds=0, rate=0.0, **more)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    app = create_app(options(tmp_path_factory.mktemp("sandbox"), retry_scale=0.0001))
    fill(app.state.runtime.state)
    with Server(app) as server:
        wait_until(app.state.runtime.ready.is_set)
        client = Shop(server.url, app.state.runtime).connect()
        yield client
        client.http.close()


@pytest.fixture
def shop(running: Shop) -> Shop:
    """The same server with the hand-made catalogue as it was."""
    state = running.runtime.state
    state.wipe()
    with state.write() as tx:
        tx.connection.execute("DELETE FROM webhook_subscriptions")
        tx.connection.execute("DELETE FROM webhook_deliveries")
    fill(state)
    running.runtime.buckets.clear()
    return running


@dataclass
class Receiver:
    """An HTTP receiver that keeps what it got and answers as told."""

    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def take(request: Request) -> Response:
            self.got.append((dict(request.headers), await request.body()))
            return Response(status_code=self.status)

        return Starlette(routes=[Route("/hook", take, methods=["POST"])])


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    found = Receiver()
    with Server(found.app()) as server:
        yield found, f"{server.url}/hook"


@pytest.fixture(name="wait_until")
def _wait_until() -> Any:
    return wait_until


@pytest.fixture(name="fill")
def _fill() -> Any:
    return fill
