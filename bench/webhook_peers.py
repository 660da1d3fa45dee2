"""What a webhook costs others: the bare handler, and Flask and FastAPI storing it the common way.

Each verifies the HMAC of the raw body; the two that store insert one row under the webhook's id and
commit before they answer. Which database they use is told by ``PEER_DATABASE``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import sqlite3
import threading
from typing import Any

import psycopg
from fastapi import FastAPI, Response
from fastapi import Request as HttpRequest
from flask import Flask, request
from starlette.concurrency import run_in_threadpool

SECRET = b"bench-secret"
_DATABASE = os.environ.get("PEER_DATABASE", "")
_TABLE = "CREATE TABLE IF NOT EXISTS hooks (id text PRIMARY KEY, topic text, digest text)"
_INSERT = "INSERT INTO hooks VALUES ({0}, {0}, {0}) ON CONFLICT DO NOTHING"
_own = threading.local()


def genuine(body: bytes, given: str) -> bool:
    """Whether the signature is that of the body."""
    told = hmac.new(SECRET, body, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(told).decode(), given)


def keep(webhook_id: str, topic: str, body: bytes) -> None:
    """One row, committed; one connection for each thread."""
    row = (webhook_id, topic, hashlib.sha256(body).hexdigest())
    if _DATABASE.startswith("postgresql"):
        connection: Any = getattr(_own, "connection", None)
        if connection is None:
            connection = _own.connection = psycopg.connect(_DATABASE, autocommit=True)
            connection.execute(_TABLE)
        connection.execute(_INSERT.format("%s"), row)
        return
    connection = getattr(_own, "connection", None)
    if connection is None:
        connection = _own.connection = sqlite3.connect(_DATABASE, timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_TABLE)
    connection.execute(_INSERT.format("?"), row)


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """The ceiling: ASGI without a framework, the signature verified, nothing stored."""
    if scope["type"] != "http":
        return
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    given = dict(scope["headers"]).get(b"x-shopify-hmac-sha256", b"").decode()
    status = 200 if genuine(b"".join(parts), given) else 401
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-length", b"2")]})  # fmt: skip
    await send({"type": "http.response.body", "body": b"{}"})


def flask_app() -> Any:
    """For gunicorn: ``bench.webhook_peers:flask_app()``."""
    app = Flask("peer")

    @app.post("/webhooks/shopify")
    def receive() -> tuple[str, int]:
        body = request.get_data()
        if not genuine(body, request.headers.get("X-Shopify-Hmac-Sha256", "")):
            return "{}", 401
        keep(request.headers["X-Shopify-Webhook-Id"], request.headers["X-Shopify-Topic"], body)
        return "{}", 200

    return app


def fastapi_app() -> Any:
    """For uvicorn: ``--factory bench.webhook_peers:fastapi_app``."""
    app = FastAPI()

    @app.post("/webhooks/shopify")
    async def receive(request: HttpRequest) -> Response:
        body = await request.body()
        if not genuine(body, request.headers.get("x-shopify-hmac-sha256", "")):
            return Response("{}", 401)
        told = request.headers
        await run_in_threadpool(keep, told["x-shopify-webhook-id"], told["x-shopify-topic"], body)
        return Response("{}")

    return app
