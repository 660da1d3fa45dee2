"""``make bench``: starts, idle cost, reads over 100,000 orders, executions, live feed, AIRA, UI."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import websockets

from bench.executions import decisions
from bench.first_sync import first_sync
from bench.first_token import first_token
from bench.forecasting import forecast_speed
from bench.pricing import pricing
from bench.sandbox_serving import sandbox_serving
from bench.stocking import stocking
from bench.table import Report, percentile
from bench.warehouse import warehouse
from bench.webhooks import webhooks
from core.telemetry.logs import configure_logging
from tests.installation import ADMIN_TOKEN, SANDBOX, Installation, until

TICKS = os.sysconf("SC_CLK_TCK")
_PARTS = (
    "starts",
    "reads",
    "sync",
    "webhooks",
    "aira",
    "sandbox",
    "forecasts",
    "prices",
    "stock",
    "warehouse",
    "interface",
)


@contextmanager
def started(home: Path, **extra: str) -> Iterator[Installation]:
    running = Installation(home, **extra)
    try:
        yield running.start()
    finally:
        running.end()


def synced(installation: Installation, seconds: float) -> None:
    def done() -> bool:
        sync = [c["sync"] for c in installation.get("/v1/connections")["data"] if c["sync"]]
        return any(each["last_success_at"] for each in sync)

    until(done, seconds, "the first sync")


def proposals(installation: Installation, count: int) -> list[dict]:
    return until(
        lambda: (
            (found := installation.decisions(status="proposed", kind="price.set"))
            and len(found) >= count
            and found
        ),
        180,
        f"{count} price proposals",
    )


def cpu_seconds(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        cells = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(cells[11]) + int(cells[12])
    return total / TICKS


def memory_mib(pids: list[int]) -> float:
    """Proportional set size where the kernel tells it, so shared pages count once."""
    total = 0.0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) / 1024
    return total


def first_decisions(report: Report, home: Path) -> None:
    began = time.monotonic()
    with started(home) as running:
        report.add("first start to ready", f"{time.monotonic() - began:.1f} s", "-", "new var/")
        proposals(running, 5)
        report.add(
            "first start to 5 price proposals waiting",
            f"{time.monotonic() - began:.1f} s",
            "<= 120 s",
            "default seed",
        )
    began = time.monotonic()
    with started(home) as running:
        report.add(
            "second start to every /readyz", f"{time.monotonic() - began:.1f} s", "< 10 s", ""
        )
        time.sleep(20)
        pids = running.pids("")
        before, window = cpu_seconds(pids), time.monotonic()
        time.sleep(30)
        share = (cpu_seconds(pids) - before) / (time.monotonic() - window)
        report.add("idle CPU, all processes", f"{share:.1%} of a core", "< 10 %", "30 s")
        report.add("memory, all processes", f"{memory_mib(pids):.0f} MiB", "< 900 MiB", "PSS")
        decisions(report, running, cpu_seconds)
        asyncio.run(fan_out(report, running))


async def fan_out(report: Report, running: Installation, clients: int = 200) -> None:
    head = running.get("/v1/session")["head"]
    address = running.url.replace("http", "ws") + f"/ws?after={head}"
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}

    async def first_event(socket) -> float:
        while '"event"' not in str(await socket.recv()):
            continue
        return time.monotonic()

    sockets = [
        await websockets.connect(address, additional_headers=headers) for _ in range(clients)
    ]
    waits = [asyncio.create_task(first_event(socket)) for socket in sockets]
    await asyncio.sleep(1)
    sent = time.monotonic()
    await asyncio.to_thread(running.post, "/v1/agents/inventory_pricing/pause")
    arrived = [moment - sent for moment in await asyncio.gather(*waits)]
    plain = []
    for _ in range(50):
        began = time.monotonic()
        await asyncio.to_thread(running.get, "/healthz")
        plain.append(time.monotonic() - began)
    await asyncio.to_thread(running.post, "/v1/agents/inventory_pricing/resume")
    for socket in sockets:
        await socket.close()
    report.add(
        f"event to {clients} sockets, p95",
        f"{percentile(arrived, 0.95) * 1000:.0f} ms",
        "< 500 ms",
        "from the request that caused it",
    )
    report.add(
        f"plain request beside {clients} sockets, p95",
        f"{percentile(plain, 0.95) * 1000:.0f} ms",
        "-",
        "/healthz",
    )


def write_orders(path: Path, orders: int) -> None:
    """A transactions file of a shop with 400 SKUs; every number follows from the seed."""
    dice = random.Random(7)
    start = time.mktime((2025, 5, 1, 9, 0, 0, 0, 0, 0))
    span = 540 * 86_400
    with path.open("w", encoding="utf-8") as file:
        file.write(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        )
        for number in range(orders):
            moment = time.strftime(
                "%Y-%m-%d %H:%M:%S", time.localtime(start + span * number / orders)
            )
            for _ in range(1 + dice.randrange(3)):
                sku = dice.randrange(400)
                file.write(
                    f"{100_000 + number},SKU-{sku:03},Item {sku},{1 + dice.randrange(4)},{moment},"
                    f"{5 + sku / 4:.2f},C{dice.randrange(20_000)},Netherlands\n"
                )


def reads_at_scale(report: Report, home: Path, orders: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    path = home / "orders.csv"
    write_orders(path, orders)
    running = Installation(home)
    began = time.monotonic()
    answer = running.run(
        SANDBOX, "load", "transactions", str(path), "--currency", "EUR",
        "--timezone", "Europe/Amsterdam", timeout=900,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    report.add(
        f"load {orders:,} orders into the sandbox", f"{time.monotonic() - began:.0f} s", "-", ""
    )
    with started_again(running):
        began = time.monotonic()
        synced(running, 900)
        elapsed = time.monotonic() - began
        report.add(
            "first sync of them", f"{elapsed:.0f} s", "-", f"{orders / elapsed:,.0f} orders / s"
        )
        for path_, params in (
            ("/v1/metrics", {}),
            ("/v1/metrics", {"from": "2025-05-01", "to": "2026-10-22", "grain": "month"}),
            ("/v1/products", {}),
            ("/v1/products", {"q": "Item 12", "sort": "sold"}),
            ("/v1/orders", {}),
        ):
            took = []
            for _ in range(60):
                began = time.monotonic()
                running.get(path_, **params)
                took.append((time.monotonic() - began) * 1000)
            query = "&".join(f"{k}={v}" for k, v in params.items())
            report.add(
                f"GET {path_}{'?' + query if query else ''}, p50 / p95",
                f"{percentile(took, 0.5):.0f} / {percentile(took, 0.95):.0f} ms",
                "p95 < 50 ms",
                f"{orders:,} orders, over HTTP",
            )


@contextmanager
def started_again(running: Installation) -> Iterator[None]:
    running.start()
    try:
        yield
    finally:
        running.end()


def interface_size(report: Report) -> None:
    assets = Path("apps/command-center-ui/dist/assets")
    html = Path("apps/command-center-ui/dist/index.html").read_text()
    initial = [f for f in assets.glob("*.js") if f.name in html]
    size = sum(len(gzip.compress(f.read_bytes())) for f in initial)
    report.add(
        "initial JavaScript", f"{size / 1000:.0f} kB gz", "<= 150 kB", f"{len(initial)} files"
    )


# Parts that need nothing but a folder of their own.
_AT_HOME = {
    "sync": first_sync,
    "webhooks": webhooks,
    "aira": first_token,
    "sandbox": sandbox_serving,
    "warehouse": warehouse,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--only", choices=_PARTS, action="append", help="default: every part")
    given = parser.parse_args()
    wanted = given.only or _PARTS
    report = Report()
    configure_logging("WARNING", json=False)
    with tempfile.TemporaryDirectory() as home:
        if "starts" in wanted:
            first_decisions(report, Path(home) / "fresh")
        if "reads" in wanted:
            reads_at_scale(report, Path(home) / "large", given.orders)
        for name, measure in _AT_HOME.items():
            if name in wanted:
                measure(report, Path(home) / name)
    if "forecasts" in wanted:
        forecast_speed(report)
    if "prices" in wanted:
        pricing(report)
    if "stock" in wanted:
        stocking(report)
    if "interface" in wanted:
        interface_size(report)
    if not given.only:
        report.write()


if __name__ == "__main__":
    main()
