"""A person connects another store in the browser by OAuth; every process picks it up; and back."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import overflow
from tests.e2e.conftest import FirstStart
from tests.installation import ROOT, Installation, until
from tests.integration.platform.wire import Sandbox

# A first start and a second store come before anything is looked at.
pytestmark = pytest.mark.timeout(480)
AXE = ROOT / "apps/command-center-ui/node_modules/axe-core/axe.min.js"


@pytest.fixture
def running(first_start: FirstStart, tmp_path: Path) -> Iterator[Installation]:
    found = first_start.again(tmp_path / "royal")
    yield found.start()
    found.end()


def store_of(running: Installation) -> dict[str, Any]:
    return dict(running.get("/v1/connections/store"))


def test_a_store_is_connected_by_oauth_served_everywhere_and_disconnected(
    running: Installation, browser: Browser, tmp_path: Path
) -> None:
    worker = pid_of_worker(running)
    own = store_of(running)
    with Sandbox(tmp_path / "another") as shop:
        told = (shop.folder / "credentials.json").read_text()
        client_id, secret = (
            re.findall(rf'"{name}": "([^"]+)"', told)[0] for name in ("client_id", "client_secret")
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1400})
        page.goto(running.sign_in_link())
        page.goto(f"{running.url}/connections")
        page.get_by_role("button", name="Connect your store").click()
        page.get_by_label("Shop").fill(f"127.0.0.1:{shop.port}")
        page.get_by_label("Client id").fill(client_id)
        page.get_by_label("Client secret").fill(secret)
        page.get_by_role("button", name="Go to Shopify").click()
        # Shopify's own page, here the sandbox's: what is asked for, then yes.
        expect(page.get_by_role("heading", level=1)).to_contain_text("Install")
        # Its orders are slow to come, so that somebody can watch.
        slow = {"kind": "latency", "seconds": 10, "match": "query OrdersPage", "count": None}
        shop.control("faults", slow)
        page.get_by_role("button", name="Install").click()
        page.wait_for_url(f"{running.url}/connections")
        until(lambda: store_of(running)["domain"] == f"127.0.0.1:{shop.port}", 20, "the new store")
        connected = store_of(running)
        assert connected["set_by"] == "page"
        assert connected["token"]["method"] == "authorization_code"
        assert secret not in str(connected)
        until(lambda: stage_of(running, "orders") == "reading", 90, "its orders being read")
        # The page hears of it with the next objects, and those are slow to come here.
        page.reload()
        progress_is_told(page)
        for scheme, width in itertools.product(("dark", "light"), (1440, 390)):
            progress_reads_well(running, browser, page.context.storage_state(), scheme, width)
        assert stage_of(running, "orders") == "reading"
        shop.clear_faults()
        # The worker took itself up anew for it and reads it.
        until(lambda: running.get("/v1/products", limit=1)["total"] > 0, 90, "its products")
        until(lambda: store_of(running)["synced_at"] is not None, 90, "its first sync")
        assert pid_of_worker(running) == worker
        assert not [need for need in store_of(running)["needs"] if need["missing"]]
        expect(page.get_by_text("connected on this page")).to_be_visible()
        pictures = os.environ.get("PICTURES")
        if pictures:
            page.wait_for_timeout(800)
            page.screenshot(path=f"{pictures}/connections.png", full_page=True)
            page.set_viewport_size({"width": 390, "height": 844})
            page.wait_for_timeout(500)
            page.screenshot(path=f"{pictures}/connections-phone.png", full_page=True)
            page.set_viewport_size({"width": 1440, "height": 1400})
        page.get_by_role("button", name="Disconnect").click()
        page.get_by_role("dialog").get_by_role("textbox").fill(f"127.0.0.1:{shop.port}")
        page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
        expect(page.get_by_role("button", name="Connect your store")).to_be_visible(timeout=20_000)
        page.close()
    until(lambda: store_of(running)["domain"] == own["domain"], 20, "the sandbox again")
    assert store_of(running)["set_by"] == "sandbox"
    assert "Traceback" not in running.text()


def stage_of(running: Installation, kind: str) -> str:
    return {each["name"]: str(each["stage"]) for each in store_of(running)["resources"]}[kind]


def progress_is_told(page: Page) -> Locator:
    """Each kind says how far it is: one is read, one being read of so many, the rest wait."""
    kinds = page.get_by_role("region", name="In the local copy").get_by_role("listitem")
    expect(kinds.filter(has_text="Products")).to_contain_text("read", timeout=20_000)
    expect(kinds.filter(has_text="Orders").first).to_contain_text("being read", timeout=20_000)
    expect(kinds.filter(has_text="Orders").first).to_contain_text(re.compile(r"\d of \d"))
    for name in ("Returns", "Segments", "Abandoned checkouts", "Transactions"):
        expect(kinds.filter(has_text=name)).to_contain_text("waiting")
    return kinds


def progress_reads_well(
    running: Installation, browser: Browser, signed_in: Any, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        storage_state=signed_in, color_scheme=scheme, bypass_csp=True,
        viewport={"width": width, "height": 844},
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{running.url}/connections")
    kinds = progress_is_told(page)
    assert overflow(page) <= 0
    page.evaluate(AXE.read_text())
    faults = page.evaluate("async () => (await globalThis.axe.run()).violations")
    assert [(each["id"], each["nodes"][0]["html"]) for each in faults] == []
    pictures = os.environ.get("PICTURES")
    if pictures:
        kinds.first.scroll_into_view_if_needed()
        page.screenshot(path=f"{pictures}/progress-{scheme}-{width}.png")
    context.close()


def pid_of_worker(running: Installation) -> str:
    found = re.findall(r"service\.(?:process\.)?started.*?worker.*?pid=(\d+)", running.text())
    return str(found[-1]) if found else ""
