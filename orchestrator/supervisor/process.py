"""One supervised service: started in its own process group, restarted with backoff, logged."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.telemetry.logs import get_logger
from orchestrator.supervisor.services import Service

log = get_logger(__name__)

FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 5.0
# A process that stayed up this long has earned a fresh start of the backoff.
STEADY_SECONDS = 20.0
READ_BYTES = 64 * 1024
LINE_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Registry:
    """How the guardian learns which process groups exist."""

    added: Callable[[int], None]
    removed: Callable[[int], None]


class ServiceProcess:
    """Keeps one service running until ``stop``; ``write`` receives each of its output lines."""

    def __init__(
        self,
        service: Service,
        environment: Mapping[str, str],
        write: Callable[[str], None],
        registry: Registry,
    ) -> None:
        self.service = service
        self.restarts = 0
        self._environment = {**environment, **service.env}
        self._write = write
        self._registry = registry
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    async def run(self) -> None:
        """Start, follow and restart the service until ``stop`` is called."""
        backoff = FIRST_BACKOFF_SECONDS
        while not self._stopping.is_set():
            started = time.monotonic()
            code = await self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > STEADY_SECONDS:
                backoff = FIRST_BACKOFF_SECONDS
            self.restarts += 1
            log.warning(
                "service.process.exited",
                service=self.service.name,
                code=code,
                restart_in_s=backoff,
                restarts=self.restarts,
            )
            await self._pause(backoff)
            backoff = min(backoff * 2, LONGEST_BACKOFF_SECONDS)

    async def stop(self, grace: float) -> None:
        """TERM to the whole group, KILL after ``grace`` seconds; returns when it has ended."""
        self._stopping.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._signal(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            log.warning("service.process.killed", service=self.service.name, grace_s=grace)
            self._signal(process.pid, signal.SIGKILL)
            await process.wait()

    async def _run_once(self) -> int | None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self.service.argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            self._write(f"cannot start {self.service.argv[0]!r}: {error.strerror}")
            return None
        self._process = process
        self._registry.added(process.pid)
        await self._follow(process)
        code = await process.wait()
        # Children of a dead service would keep its port: the whole group goes with it.
        self._signal(process.pid, signal.SIGKILL)
        self._registry.removed(process.pid)
        return code

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        stream = process.stdout
        if stream is None:
            return
        pending = b""
        while chunk := await stream.read(READ_BYTES):
            *lines, pending = (pending + chunk).split(b"\n")
            if len(pending) > LINE_LIMIT:
                lines, pending = [*lines, pending], b""
            for line in lines:
                self._write(line.decode(errors="replace").rstrip("\r"))
        if pending:
            self._write(pending.decode(errors="replace"))

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    @staticmethod
    def _signal(group: int, number: signal.Signals) -> None:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
