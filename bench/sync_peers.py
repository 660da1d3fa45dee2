"""The first sync of others on the same sandbox: tap-shopify as it is, and a loop over ShopifyAPI.

Both run in an environment of their own, as programs: CPU seconds of the process without its start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from bench.sandbox_serving import Served
from bench.tls_front import HOST, certificate

PEERS = Path(".tools/sync-peers/bin").absolute()
_DOCUMENTS = Path("royal_platform/shopify/documents").absolute()
# What our own first sync reads of such a store.
_STREAMS = {"products", "product_variants", "inventory_levels", "customers", "orders"}


def tap(shop: Served, home: Path) -> dict[str, int | float]:
    """CPU seconds of tap-shopify's first run, and how many orders it told."""
    home.mkdir()
    config = home / "config.json"
    given = {"shop": HOST.partition(".")[0], "access_token": shop.token}
    # One window over everything: with more of them it would ask, and wait, that many times.
    window = {"start_date": "2015-01-01T00:00:00Z", "date_window_size": "20000"}
    config.write_text(json.dumps(given | window))
    catalog = home / "catalog.json"
    with _front(shop, home) as reach, (home / "told.jsonl").open("w") as told:
        command = [str(PEERS / "tap-shopify"), "--config", str(config)]
        with catalog.open("w") as file:
            _cpu([*command, "--discover"], reach, file)
        _select(catalog)
        spent = _cpu([*command, "--catalog", str(catalog)], reach, told)
    start = _cpu([str(PEERS / "python"), "-c", "import tap_shopify"], {}, subprocess.DEVNULL)
    with (home / "told.jsonl").open() as lines:
        orders = sum('"stream": "orders"' in line and '"RECORD"' in line for line in lines)
    return {"cpu": spent - start, "orders": orders}


def loop(shop: Served, home: Path) -> dict[str, int | float]:
    """CPU seconds of the loop, and how many orders it kept."""
    home.mkdir()
    arguments = [shop.url.rpartition(":")[2], shop.token, str(_DOCUMENTS), str(home / "kept.db")]
    done = subprocess.run(
        [PEERS / "python", "bench/shopify_api_loop.py", *arguments],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, int | float] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _front(shop: Served, home: Path) -> Iterator[dict[str, str]]:
    """The environment in which a client reaches the sandbox as ``https://HOST``."""
    pem = certificate(home)
    command = [sys.executable, "-m", "bench.tls_front", shop.url, str(pem)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        proxy = f"http://127.0.0.1:{int(process.stdout.readline())}"
        yield {
            "https_proxy": proxy, "no_proxy": "127.0.0.1",
            "SSL_CERT_FILE": str(pem), "REQUESTS_CA_BUNDLE": str(pem),
        }  # fmt: skip
    finally:
        process.terminate()
        process.wait(20)


def _select(catalog: Path) -> None:
    found: dict[str, Any] = json.loads(catalog.read_text())
    for stream in found["streams"]:
        for each in stream["metadata"]:
            each["metadata"]["selected"] = stream["stream"] in _STREAMS
    catalog.write_text(json.dumps(found))


def _cpu(command: list[str], more: Mapping[str, str], told: IO[str] | int) -> float:
    """Run to the end; its CPU seconds."""
    process = subprocess.Popen(
        command, env={**os.environ, **more}, stdout=told, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command[0]} ended with {process.returncode}"
    return usage.ru_utime + usage.ru_stime
