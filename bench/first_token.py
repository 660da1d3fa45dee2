"""How much later AIRA's first word comes than the bare model server's, on the same machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.table import Report, percentile
from tests.counterparts.model_server import KEY, MODEL, ModelServer, Reply, model_server
from tests.installation import ADMIN_TOKEN, ROOT, free_ports, until

_WARM, _ASKED = 5, 60


def first_token(report: Report, home: Path) -> None:
    """Ask both in turn; the difference of the medians is AIRA's part."""
    with model_server() as model, _aira(home, model) as address:
        model.answer = lambda _body: Reply("Good morning to you")
        bare, ours = _Bare(model), _Aira(address)
        for _ in range(_WARM):
            bare.seconds(), ours.seconds()
        pairs = [(bare.seconds(), ours.seconds()) for _ in range(_ASKED)]
    plain = [pair[0] * 1000 for pair in pairs]
    through = [pair[1] * 1000 for pair in pairs]
    for share in (0.5, 0.95):
        more = percentile(through, share) - percentile(plain, share)
        report.add(
            f"AIRA's first token after the bare model server's, p{share * 100:.0f}",
            f"{more:.0f} ms",
            "< 50 ms" if share == 0.5 else "-",
            f"{percentile(through, share):.0f} ms against {percentile(plain, share):.0f} ms, "
            f"{_ASKED} questions, SQLite",
        )


class _Bare:
    def __init__(self, model: ModelServer) -> None:
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {KEY}"}, timeout=30, trust_env=False
        )
        self._url = f"{model.base_url}/chat/completions"

    def seconds(self) -> float:
        body = {
            "model": MODEL, "stream": True, "messages": [{"role": "user", "content": "Hello"}],
        }  # fmt: skip
        return _until_first(self._http, self._url, body, '"content":"Good')


class _Aira:
    def __init__(self, address: str) -> None:
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        self._http = httpx.Client(headers=headers, timeout=30, trust_env=False)
        self._url = f"{address}/v1/chat"

    def seconds(self) -> float:
        return _until_first(self._http, self._url, {"text": "Hello"}, "event: text")


def _until_first(http: httpx.Client, url: str, body: dict, mark: str) -> float:
    began = time.perf_counter()
    found = 0.0
    with http.stream("POST", url, json=body) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if not found and mark in line:
                found = time.perf_counter() - began
    assert found, "no first token came"
    return found


@contextmanager
def _aira(home: Path, model: ModelServer) -> Iterator[str]:
    (port,) = free_ports(1)
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("ROYAL", "OPENAI", "DATABASE"))
    }
    environment = {
        **kept,
        "ROYAL_VAR_DIR": str(home),
        "ROYAL_ADMIN_TOKEN": ADMIN_TOKEN,
        "AIRA_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        "OPENAI_API_KEY": KEY,
        "OPENAI_MODEL": MODEL,
        "OPENAI_BASE_URL": model.base_url,
        "AIRA_USER_TOKENS_PER_DAY": "0",
    }
    process = subprocess.Popen([sys.executable, "-m", "aira"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_ready(address), 60, "AIRA ready")
        yield address
    finally:
        process.terminate()
        process.wait(20)


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
