"""``python wsgi.py`` and ``gunicorn wsgi:app`` serve requests and sockets, and stop cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "an-admin-token-for-tests-with-enough-characters"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
COMMANDS = {
    "wsgi.py": [sys.executable, "wsgi.py"],
    "gunicorn": [sys.executable, "-m", "gunicorn", "wsgi:app"],
    "aira": [sys.executable, "-m", "aira"],
    "gateway": [sys.executable, "-m", "api_gateway"],
    "control": [sys.executable, "-m", "orchestrator_api"],
}
PORTS = ("PORT", "AIRA_PORT", "GATEWAY_PORT", "ORCHESTRATOR_API_PORT", "SANDBOX_PORT")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=list(COMMANDS))
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The door's name and address; afterwards it must stop within eight seconds of SIGTERM."""
    name = str(request.param)
    port = free_port()
    unset = ("SHOPIFY", "ROYAL", "DATABASE", "OPENAI", "FLASK")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(unset)}
    environment = {
        **kept, **{each: str(port) for each in PORTS},
        "ROYAL_VAR_DIR": str(tmp_path / "var"), "ROYAL_ADMIN_TOKEN": TOKEN,
        "LOG_FORMAT": "json",
    }  # fmt: skip
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        COMMANDS[name], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while not answers(url):
            text = (tmp_path / "log").read_text()[-3000:]
            assert process.poll() is None, text
            assert time.monotonic() < deadline, text
            time.sleep(0.1)
        yield name, url
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
        assert time.monotonic() - began < 8
        text = (tmp_path / "log").read_text()
        assert "Traceback" not in text, text
        assert TOKEN not in text
    finally:
        log.close()
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_it_answers_and_carries_the_feed(served: tuple[str, str]) -> None:
    name, url = served
    assert httpx.get(f"{url}/healthz").json() == {"status": "alive"}
    if name not in ("wsgi.py", "gunicorn"):
        return
    head = httpx.get(f"{url}/v1/session", headers=HEADERS).json()["head"]
    address = url.replace("http", "ws") + "/ws?after=0"
    with connect(address, additional_headers=HEADERS) as opened:
        found = []
        while not found or found[-1]["kind"] != "live":
            found.append(json.loads(opened.recv(timeout=15)))
        assert [each["event"]["seq"] for each in found[:-1]] == list(range(1, head + 1))
        stopped = httpx.post(f"{url}/v1/stop", json={"scope": "store"}, headers=HEADERS)
        assert stopped.status_code == 200
        # Whichever worker wrote it, this socket hears of it.
        assert json.loads(opened.recv(timeout=15))["event"]["type"] == "stop.pressed"


@pytest.mark.parametrize("served", ["wsgi.py", "gunicorn"], indirect=True)
async def test_200_sockets_starve_no_plain_request(served: tuple[str, str]) -> None:
    _, url = served
    address = url.replace("http", "ws") + "/ws?after=0"
    async with contextlib.AsyncExitStack() as opened, asyncio.timeout(60):
        sockets = [
            await opened.enter_async_context(
                websockets.connect(address, additional_headers=HEADERS, open_timeout=20)
            )
            for _ in range(200)
        ]
        async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=5) as client:
            answers = await asyncio.gather(*(client.get("/v1/session") for _ in range(20)))
            assert [answer.status_code for answer in answers] == [200] * 20
            await client.post("/v1/stop", json={"scope": "store"})
        await asyncio.gather(*(hears_of_the_stop(each) for each in sockets))


async def hears_of_the_stop(opened: websockets.ClientConnection) -> None:
    async for message in opened:
        told = json.loads(message)
        if told["kind"] == "event" and told["event"]["type"] == "stop.pressed":
            return
    raise AssertionError("the socket closed before the event came")
