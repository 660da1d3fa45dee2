"""Webhooks over loopback as fast as they are answered, or at a given pace; nothing but sockets."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass, field

import uvloop

from bench.webhook_peers import SECRET

_ORDER = {"id": 820982911946154508, "currency": "EUR", "note": "n" * 200,
          "line_items": [{"id": n, "sku": f"SKU-{n}", "title": "Bridle" * 5, "price": "129.00",
                          "quantity": 1, "tax_lines": [{"title": "VAT", "rate": 0.21}]}
                         for n in range(52)]}  # fmt: skip
BODY = json.dumps(_ORDER).encode()
_SIGNED = base64.b64encode(hmac.new(SECRET, BODY, hashlib.sha256).digest()).decode()


@dataclass
class Answers:
    """How many were answered 200 within how long (s), and how long each took (ms)."""

    seconds: float = 0.0
    stored: list[str] = field(default_factory=list)
    refused: int = 0
    took: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.stored) / self.seconds


class Sender:
    """The connections to one door; every webhook has an id of its own."""

    def __init__(self, port: int, domain: str) -> None:
        self._port = port
        self._before = (
            f"POST /webhooks/shopify HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
            f"X-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: {domain}\r\n"
            "X-Shopify-Api-Version: 2026-10\r\nX-Shopify-Triggered-At: 2026-11-22T10:00:00Z\r\n"
            f"X-Shopify-Hmac-Sha256: {_SIGNED}\r\nX-Shopify-Webhook-Id: "
        ).encode()
        self._after = b"\r\n\r\n" + BODY
        self._ids = (f"w-{port}-{number}" for number in itertools.count())

    def burst(self, seconds: float, connections: int = 64) -> Answers:
        """Each connection sends its next as soon as it has its answer."""
        return uvloop.run(self._burst(seconds, connections))

    def paced(self, rate: float, seconds: float, connections: int = 64) -> Answers:
        """``rate`` a second by the clock; each is timed from when it was due, answered or not."""
        return uvloop.run(self._paced(rate, seconds, connections))

    async def _burst(self, seconds: float, connections: int) -> Answers:
        answers, began = Answers(), time.perf_counter()
        end = began + seconds

        async def line() -> None:
            reader, writer = await self._connected()
            try:
                while (now := time.perf_counter()) < end:
                    await self._send(reader, writer, answers, now)
            except (ConnectionError, asyncio.IncompleteReadError):
                return
            finally:
                writer.close()

        await asyncio.gather(*(line() for _ in range(connections)))
        answers.seconds = time.perf_counter() - began
        return answers

    async def _paced(self, rate: float, seconds: float, connections: int) -> Answers:
        answers, began = Answers(), time.perf_counter()
        due = (began + number / rate for number in range(int(rate * seconds)))

        async def line() -> None:
            reader, writer = await self._connected()
            for moment in due:
                await asyncio.sleep(moment - time.perf_counter())
                await self._send(reader, writer, answers, moment)
            writer.close()

        await asyncio.gather(*(line() for _ in range(connections)))
        answers.seconds = time.perf_counter() - began
        return answers

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def _send(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: Answers,
        since: float,
    ) -> None:
        webhook_id = next(self._ids)
        writer.write(self._before + webhook_id.encode() + self._after)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        answers.took.append((time.perf_counter() - since) * 1000)
        if head[9:12] == b"200":
            answers.stored.append(webhook_id)
        else:
            answers.refused += 1
