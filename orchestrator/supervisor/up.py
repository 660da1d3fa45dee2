"""``royal up``: checks the ports, starts every service, says when all answer, stops cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx

from core.settings import Settings
from core.telemetry.logs import get_logger
from orchestrator.supervisor import guardian
from orchestrator.supervisor.ports import require_free
from orchestrator.supervisor.process import Registry, ServiceProcess
from orchestrator.supervisor.services import Service, installation

log = get_logger(__name__)

READY_POLL_SECONDS = 0.2
COLOURS = (36, 33, 32, 35, 34, 31)


def run(settings: Settings, sign_in_link: Callable[[], str]) -> int:
    """Run the whole installation until Ctrl-C or TERM; 0 on a clean stop.

    ``sign_in_link`` is called once every service answers and yields a one-time address.
    """
    return supervise(settings.host, installation(settings), sign_in_link)


def supervise(host: str, services: tuple[Service, ...], sign_in_link: Callable[[], str]) -> int:
    """Run these services on ``host`` until Ctrl-C or TERM; a port in use raises beforehand."""
    require_free(services, host)
    return asyncio.run(_Installation(host, services, sign_in_link).run())


class _Installation:
    def __init__(
        self, host: str, services: tuple[Service, ...], sign_in_link: Callable[[], str]
    ) -> None:
        self._host = host
        self._services = services
        self._sign_in_link = sign_in_link
        self._stop = asyncio.Event()
        self._guardian = _start_guardian()
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        width = max(len(service.name) for service in services)
        registry = Registry(
            added=lambda group: self._tell_guardian(f"+{group}"),
            removed=lambda group: self._tell_guardian(f"-{group}"),
        )
        self._processes = {
            service.name: ServiceProcess(
                service, environment, _prefixed(service.name, width, index), registry
            )
            for index, service in enumerate(services)
        }

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop.set)
        announcing = asyncio.create_task(self._announce())
        running = [asyncio.create_task(self._start(service)) for service in self._services]
        await self._stop.wait()
        announcing.cancel()
        _say("stopping; a second Ctrl-C is not needed")
        grace = guardian.GRACE_SECONDS
        await asyncio.gather(*(process.stop(grace) for process in self._processes.values()))
        for task in running:
            task.cancel()
        await asyncio.gather(*running, announcing, return_exceptions=True)
        if self._guardian.stdin:
            self._guardian.stdin.close()
        await asyncio.to_thread(self._guardian.wait)
        _say("stopped")
        return 0

    async def _start(self, service: Service) -> None:
        for name in service.after:
            await self._ready(next(other for other in self._services if other.name == name))
        await self._processes[service.name].run()

    async def _ready(self, service: Service) -> None:
        """Return once the service answers its readiness path with 200."""
        url = f"http://{self._host}:{service.port}{service.ready_path}"
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(url)).status_code == 200:
                        return
                await asyncio.sleep(READY_POLL_SECONDS)

    async def _announce(self) -> None:
        await asyncio.gather(
            *(self._ready(service) for service in self._services if service.ready_path)
        )
        link = await asyncio.to_thread(self._sign_in_link)
        lines = [
            f"{service.name:<12} http://{self._host}:{service.port}"
            for service in self._services
            if service.port
        ]
        _say("ready", *lines, "", f"Sign in (once, within a day): {link}", "Stop with Ctrl-C.")

    def _tell_guardian(self, line: str) -> None:
        pipe = self._guardian.stdin
        if pipe and not pipe.closed:
            pipe.write(f"{line}\n")
            pipe.flush()


def _start_guardian() -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-S", str(Path(guardian.__file__))],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _prefixed(name: str, width: int, index: int) -> Callable[[str], None]:
    colour = COLOURS[index % len(COLOURS)]
    label = f"{name:<{width}}"
    if sys.stdout.isatty():
        label = f"\x1b[{colour}m{label}\x1b[0m"

    def write(line: str) -> None:
        sys.stdout.write(f"{label} | {line}\n")
        sys.stdout.flush()

    return write


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"royal: {line}\n" if line else "\n" for line in lines))
    sys.stdout.flush()
