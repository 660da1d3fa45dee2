"""The sandbox process killed with -9 between request and answer loses nothing it answered."""

# ruff: noqa: E501 - GraphQL documents read better in one piece

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from store_sandbox.state import StateStore

STOCK = """mutation S($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id } userErrors { message code } } }"""


class Process:
    """`royal-sandbox serve` in a folder."""

    def __init__(self, folder: Path, wait_until: Callable[..., None]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {**os.environ, "ROYAL_VAR_DIR": str(folder)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "store_sandbox.cli", "serve", "--port", str(self.port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.url = f"http://127.0.0.1:{self.port}"
        wait_until(self.ready, 30)
        own = json.loads((folder / "sandbox" / "credentials.json").read_text())
        token = httpx.post(
            f"{self.url}/admin/oauth/access_token",
            data={
                "client_id": own["client_id"],
                "client_secret": own["client_secret"],
                "grant_type": "client_credentials",
            },
        ).json()["access_token"]
        self.headers = {"X-Shopify-Access-Token": token}
        self.control = {"X-Sandbox-Control": own["control_token"]}

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def ask(self, query: str, variables: object = None, timeout: float = 20) -> dict:
        answer = httpx.post(
            f"{self.url}/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables},
            headers=self.headers,
            timeout=timeout,
        )
        return answer.json()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture
def folder(tmp_path, fill):
    state = StateStore(tmp_path / "sandbox" / "store.db", rate=0.0)
    fill(state)
    state.close()
    return tmp_path


def test_after_kill_9_a_retried_key_answers_the_same_and_acts_once(folder, wait_until):
    given = {
        "name": "available",
        "reason": "correction",
        "quantities": [
            {
                "inventoryItemId": "gid://shopify/InventoryItem/101",
                "locationId": "gid://shopify/Location/1",
                "quantity": 4,
                "changeFromQuantity": 10,
            }
        ],
    }
    variables = {"input": given, "key": "once"}
    first = Process(folder, wait_until)
    answered = first.ask(STOCK, variables)["data"]
    first.kill()
    second = Process(folder, wait_until)
    try:
        assert second.ask(STOCK, variables)["data"] == answered
        journal = httpx.get(f"{second.url}/control/journal?key=once", headers=second.control).json()
        assert len(journal["data"]) == 1
    finally:
        second.kill()


def test_kills_at_any_moment_leave_each_write_whole(folder, wait_until):
    for attempt in range(2):
        process = Process(folder, wait_until)
        for number in range(5):
            price = f"{30 + attempt}.{number:02d}"
            process.ask(
                """mutation P($price: Money!) { productVariantsBulkUpdate(productId: "gid://shopify/Product/1",
                variants: [{id: "gid://shopify/ProductVariant/1", price: $price},
                {id: "gid://shopify/ProductVariant/2", price: $price}]) { userErrors { message } } }""",
                {"price": price},
            )
        process.kill()
        state = StateStore(folder / "sandbox" / "store.db")
        with state.read() as db:
            prices = [row[0] for row in db.execute("SELECT price FROM variants WHERE id IN (1, 2)")]
            writes = db.execute("SELECT COUNT(*) FROM journal").fetchone()[0]
        state.close()
        assert prices[0] == prices[1]
        assert writes == 10 * (attempt + 1)
