"""The first sync by pages and by bulk operations, beside others, at the pace of Shopify's plans.

Paged reading is bounded by the API budget, so all run against a sandbox that keeps it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bench.large_store import fill_large
from bench.sandbox_serving import served
from bench.sync_peers import loop, tap
from bench.table import Report

_READ = """
import asyncio, gc, json, resource, sys, time
from pathlib import Path
from core.settings import read_settings
from royal_platform.bootstrap import bootstrap
from royal_platform.shopify.sync import Sync
platform = bootstrap(read_settings(flask_env="testing", sandbox_port=int(sys.argv[1]),
    var_dir=Path(sys.argv[2]), database_url=sys.argv[3]))
gc.freeze()  # as `royal worker` does
began, spent = time.monotonic(), time.process_time()
counts = asyncio.run(
    Sync(platform.shopify(), platform.mirror(), bulk_from=int(sys.argv[4])).first())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": time.monotonic() - began, "cpu": time.process_time() - spent,
    "peak": peak, **counts}))
"""
_NEVER = 10**9


def _read(port: int, home: Path, database: str, bulk_from: int) -> dict[str, float]:
    url = f"sqlite:///{home / database}"
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(port), str(home), url, str(bulk_from)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _beside(
    report: Report, ours: dict[str, float], peers: dict[str, dict[str, int | float]]
) -> None:
    """The same objects by everybody; each order has two lines, each stocked item one variant."""
    assert {each["orders"] for each in peers.values()} == {ours["orders"]}
    records = ours["products"] + 2 * ours["inventory"] + ours["customers"] + 3 * ours["orders"]
    ratios = {name: each["cpu"] / ours["cpu"] for name, each in peers.items()}
    report.add(
        "first sync into the local copy, per CPU-second",
        f"{records / ours['cpu']:,.0f} records",
        ">= 20 x tap-shopify, >= 2.5 x ShopifyAPI",
        "; ".join(
            f"{ratios[name]:.1f} x {name} ({records / each['cpu']:,.0f})"
            for name, each in peers.items()
        ),
    )


def first_sync(report: Report, home: Path) -> None:
    """Both ways on 20,000 orders, and bulk alone on 200,000 orders and 20,000 variants."""
    small, large = home / "small", home / "large"
    for folder, variants, orders in ((small, 2_000, 20_000), (large, 20_000, 200_000)):
        (folder / "sandbox").mkdir(parents=True)
        fill_large(folder / "sandbox" / "store.db", variants, orders)
    with served(small) as shop:
        port = int(shop.url.rpartition(":")[2])
        paged = _read(port, small, "paged.db", _NEVER)
        bulk = _read(port, small, "bulk.db", 0)
        peers = {
            "tap-shopify": tap(shop, home / "tap"),
            "ShopifyAPI loop": loop(shop, home / "loop"),
        }
    assert paged["orders"] == bulk["orders"] == 20_000
    _beside(report, bulk, peers)
    report.add(
        "first sync of 20,000 orders: pages / bulk",
        f"{paged['seconds']:.0f} / {bulk['seconds']:.0f} s",
        "-",
        f"ratio {paged['seconds'] / bulk['seconds']:.1f}, API budget of Shopify's dearest plan",
    )
    with served(large) as shop:
        whole = _read(int(shop.url.rpartition(":")[2]), large, "bulk.db", 0)
    assert whole["orders"] == 200_000
    report.add(
        "first sync of 200,000 orders, 20,000 variants, bulk",
        f"{whole['seconds']:.0f} s, {whole['peak']:.0f} MiB",
        "constant memory",
        f"peak of the small one {bulk['peak']:.0f} MiB",
    )
