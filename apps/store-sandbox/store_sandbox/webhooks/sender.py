"""Delivers the outbox: signed, five seconds each, retried, given up after eight failures."""

import asyncio
import base64
import hashlib
import hmac
import json
import math
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.concurrency import run_in_threadpool

from store_sandbox.admin.versions import CURRENT
from store_sandbox.log import get_logger
from store_sandbox.state import Transaction
from store_sandbox.state.store import read_meta
from store_sandbox.webhooks.outbox import Outbox

MOST_FAILURES = 8
_AT_ONCE = 8
_TIMEOUT = httpx.Timeout(5.0, connect=1.0)
_log = get_logger(__name__)


def sign(body: bytes, secret: str) -> str:
    """Base64 HMAC-SHA256 of the raw body with the client secret."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def headers(row: Any, secret: str, domain: str) -> dict[str, str]:
    """The headers of one delivery."""
    body = row["body"].encode()
    at = datetime.fromtimestamp(row["triggered_at"], UTC)
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": row["topic"],
        "X-Shopify-Hmac-Sha256": sign(body, secret),
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-API-Version": CURRENT,
        "X-Shopify-Webhook-Id": row["webhook_id"],
        "X-Shopify-Event-Id": row["event_id"],
        "X-Shopify-Triggered-At": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set or the time is over."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()


class Sender:
    """Sends what is due until it is told to stop."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.state = outbox.state

    async def run(self, stop: asyncio.Event, idle_seconds: float = 2.0) -> None:
        """Deliver everything due, then wait for a commit, the next due time or the idle time.

        The idle time is for commits of other processes (`royal-sandbox step`), which wake nobody.
        """
        loop = asyncio.get_running_loop()
        wake = asyncio.Event()
        self.outbox.wake = lambda: loop.call_soon_threadsafe(wake.set)
        async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
            while not stop.is_set():
                wake.clear()
                if await self.deliver_due(client):
                    continue
                pause = min(idle_seconds, await run_in_threadpool(self._pause))
                await _first_of(pause, stop, wake)
        self.outbox.wake = None

    def _pause(self) -> float:
        """Seconds until the next delivery is due; infinite when nothing waits."""
        with self.state.read() as db:
            row = db.execute(
                "SELECT MIN(due_at) FROM webhook_deliveries WHERE state = 'pending'"
            ).fetchone()
        return math.inf if row[0] is None else max(0.01, row[0] - self.state.wall())

    async def deliver_due(self, client: httpx.AsyncClient) -> int:
        """Send one batch of due deliveries; how many were tried."""
        turned = self.outbox.faults.peek("webhook_reorder")
        if turned is not None:
            # let some gather, or there is nothing to turn round
            await asyncio.sleep(turned.number("seconds", 0.2))
        rows, domain = await run_in_threadpool(self._due, turned is not None)
        if not rows:
            return 0
        if turned is not None:
            results = [await self._send(client, row, domain) for row in rows]
        else:
            results = await asyncio.gather(*(self._send(client, row, domain) for row in rows))
        await run_in_threadpool(self._settle, rows, results)
        return len(rows)

    def _due(self, turned: bool) -> tuple[list[Any], str]:
        sign = -1 if turned else 1
        with self.state.read() as db:
            rows = db.execute(
                "SELECT d.*, s.uri FROM webhook_deliveries d"
                " JOIN webhook_subscriptions s ON s.id = d.subscription_id"
                " WHERE d.state = 'pending' AND d.due_at <= :now"
                " ORDER BY d.due_at * :sign, d.id * :sign LIMIT :most",
                {"now": self.state.wall(), "sign": sign, "most": _AT_ONCE},
            ).fetchall()
            return rows, read_meta(db, "shop.domain") or "sandbox.myshopify.com"

    async def _send(self, client: httpx.AsyncClient, row: Any, domain: str) -> str:
        """'' when the receiver took it, else what went wrong; twice when a fault says so."""
        result = await self._post(client, row, domain)
        if result == "" and self.outbox.faults.take("webhook_duplicate", row["topic"]):
            await self._post(client, row, domain)
        return result

    async def _post(self, client: httpx.AsyncClient, row: Any, domain: str) -> str:
        try:
            async with asyncio.timeout(5.0):
                response = await client.post(
                    row["uri"],
                    content=row["body"].encode(),
                    headers=headers(row, self.outbox.secret, domain),
                )
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            return type(error).__name__
        return "" if response.is_success else f"HTTP {response.status_code}"

    def _settle(self, rows: list[Any], results: list[str]) -> None:
        with self.state.write() as tx:
            for row, result in zip(rows, results, strict=True):
                if result == "":
                    self._delivered(tx, row)
                else:
                    self._failed(tx, row, result)

    def _delivered(self, tx: Transaction, row: Any) -> None:
        tx.connection.execute(
            "UPDATE webhook_deliveries SET state = 'delivered', attempts = attempts + 1,"
            " last_result = 'ok' WHERE id = ?",
            (row["id"],),
        )
        tx.connection.execute(
            "DELETE FROM webhook_deliveries WHERE state = 'delivered' AND triggered_at < ?",
            (tx.wall - 7 * 86_400,),
        )

    def _failed(self, tx: Transaction, row: Any, result: str) -> None:
        attempts = row["attempts"] + 1
        delay = None
        if attempts <= MOST_FAILURES:
            delay = self.outbox.delay(attempts, tx.clock.rate)
        tx.connection.execute(
            "UPDATE webhook_deliveries SET attempts = ?, last_result = ?, due_at = ?, state = ?"
            " WHERE id = ?",
            (
                attempts,
                result,
                tx.wall + (delay or 0),
                "pending" if delay is not None else "failed",
                row["id"],
            ),
        )
        if delay is None:
            self._remove(tx, row)

    def _remove(self, tx: Transaction, row: Any) -> None:
        db = tx.connection
        db.execute("DELETE FROM webhook_subscriptions WHERE id = ?", (row["subscription_id"],))
        db.execute(
            "UPDATE webhook_deliveries SET state = 'dropped'"
            " WHERE subscription_id = ? AND state = 'pending'",
            (row["subscription_id"],),
        )
        _log.warning("webhook.subscription.removed", topic=row["topic"], failures=MOST_FAILURES + 1)


def deliveries(state: Any, limit: int = 200) -> list[dict[str, Any]]:
    """The newest deliveries, for the control door."""
    with state.read() as db:
        rows = db.execute(
            "SELECT webhook_id, event_id, topic, body, triggered_at, state, attempts, due_at,"
            " last_result FROM webhook_deliveries ORDER BY id DESC LIMIT ?",
            (limit,),
        ).fetchall()
    return [{**dict(row), "body": json.loads(row["body"])} for row in rows]
