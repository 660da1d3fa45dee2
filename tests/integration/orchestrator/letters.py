"""A mail server on loopback that keeps what it takes, and can be slow to say that it did."""

from __future__ import annotations

import asyncio
import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Letters:
    """``silent``: what is taken is not answered until ``freed``."""

    port: int = 0
    silent: bool = False
    freed: threading.Event = field(default_factory=threading.Event)
    raw: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.raw.append(envelope.original_content)
        if self.silent:
            await asyncio.get_running_loop().run_in_executor(None, self.freed.wait, 60)
        return "250 taken"

    def to(self, address: str) -> list[EmailMessage]:
        read = [email.message_from_bytes(each, policy=default) for each in self.raw]
        return [each for each in read if each["To"] == address]  # type: ignore[misc]


@contextmanager
def letters() -> Iterator[Letters]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        taken = Letters(probe.getsockname()[1])
    controller = Controller(taken, hostname="127.0.0.1", port=taken.port)
    controller.start()
    try:
        yield taken
    finally:
        taken.freed.set()
        controller.stop()
