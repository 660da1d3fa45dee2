"""How fast the sandbox serves 20,000 variants and 200,000 orders, and what it holds in memory.

It must not be the bottleneck of anything measured against it.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.large_store import fill_large
from bench.table import Report, percentile
from tests.installation import SANDBOX, free_ports, until

PRODUCTS = """{
  products { edges { node { id title handle status tags updatedAt
    variants { edges { node { id sku price compareAtPrice
      inventoryItem { id tracked unitCost { amount }
        inventoryLevels { edges { node { id location { id }
          quantities(names: ["available", "on_hand", "committed"]) { name quantity }
  } } } } } } } } } } }"""
ORDERS = """{
  orders { edges { node { id name processedAt updatedAt tags
    displayFinancialStatus displayFulfillmentStatus customer { id }
    totalPriceSet { shopMoney { amount currencyCode } }
    transactions { id kind amountSet { shopMoney { amount } } }
    lineItems { edges { node { id sku quantity currentQuantity variant { id }
      discountedTotalSet { shopMoney { amount } } } } } } } } }"""
PAGE = """query O($after: String) {
  orders(first: 250, after: $after, sortKey: UPDATED_AT) {
    nodes { id name updatedAt totalPriceSet { shopMoney { amount } }
      lineItems(first: 10) { nodes { id sku quantity } } }
    pageInfo { endCursor } } }"""


@dataclass
class Served:
    """A running sandbox with a token."""

    process: subprocess.Popen[bytes]
    url: str
    token: str

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        answer = httpx.post(
            f"{self.url}/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=60,
        ).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def peak_mib(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        kib = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
        return int(kib) / 1024


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """`royal-sandbox serve` over the state in `home`."""
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [SANDBOX, "serve", "--port", str(port)],
        env={**os.environ, "ROYAL_VAR_DIR": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _ready(url), 60, "the sandbox")
        own = json.loads((home / "sandbox" / "credentials.json").read_text())
        given = {"client_id": own["client_id"], "client_secret": own["client_secret"]}
        answer = httpx.post(
            f"{url}/admin/oauth/access_token", data={**given, "grant_type": "client_credentials"}
        )
        yield Served(process, url, answer.json()["access_token"])
    finally:
        process.terminate()
        process.wait(20)


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def bulk(running: Served, query: str) -> tuple[dict[str, Any], float, list[float]]:
    """The finished operation, its seconds, and how long each poll took."""
    begun = time.monotonic()
    started = running.ask(
        "mutation R($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id } } }",
        {"q": query},
    )["bulkOperationRunQuery"]["bulkOperation"]["id"]
    polls: list[float] = []

    def ended() -> Any:
        asked = time.monotonic()
        found = running.ask(
            "query B($id: ID!) { bulkOperation(id: $id) { status objectCount url fileSize } }",
            {"id": started},
        )["bulkOperation"]
        polls.append(time.monotonic() - asked)
        return found if found["status"] not in ("CREATED", "RUNNING") else None

    operation = until(ended, 240, "the bulk operation")
    assert operation["status"] == "COMPLETED", operation
    return operation, time.monotonic() - begun, polls


def sandbox_serving(report: Report, home: Path) -> None:
    """Bulk files, pages, and the peak of memory over all of it."""
    fill_large(home / "sandbox" / "store.db")
    with served(home) as running:
        for name, query in (("20,000 variants", PRODUCTS), ("200,000 orders", ORDERS)):
            operation, seconds, polls = bulk(running, query)
            rate = int(operation["objectCount"]) / seconds
            report.add(
                f"sandbox, bulk file of {name}",
                f"{rate:,.0f} objects/s",
                "-",
                f"{seconds:.1f} s, {int(operation['fileSize']) >> 20} MiB; a poll meanwhile"
                f" p95 {percentile(polls, 0.95) * 1000:.0f} ms",
            )
            with httpx.stream("GET", operation["url"]) as answer:
                for _ in answer.iter_bytes():
                    pass
        begun, after = time.monotonic(), None
        for _ in range(20):
            page = running.ask(PAGE, {"after": after})["orders"]
            after = page["pageInfo"]["endCursor"]
        rate = 5_000 / (time.monotonic() - begun)
        report.add("sandbox, orders by pages of 250", f"{rate:,.0f} orders/s", "-", "one client")
        report.add(
            "sandbox, peak memory over all of it",
            f"{running.peak_mib():.0f} MiB",
            "< 250 MiB",
            "20,000 variants, 200,000 orders",
        )
