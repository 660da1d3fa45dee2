"""Suppliers in a browser: the sandbox's are read by themselves; one of ours is mapped."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow
from tests.installation import Installation, until

FEED = "code;naam;netto\nEIGEN-1;Eigen zadeldek;12,50\n"


def test_a_feed_is_entered_mapped_previewed_and_switched_on(
    shared: Installation, signed_in: Any, browser: Browser
) -> None:
    def read() -> bool:
        found = shared.get("/v1/suppliers")["data"]
        return len(found) == 2 and all(each["state"] == "ready" for each in found)

    until(read, 90, "the sandbox's suppliers")
    folder = shared.home / "var" / "feeds"
    folder.mkdir(exist_ok=True)
    (folder / "own.csv").write_text(FEED)
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{shared.url}/suppliers")
    expect(page.get_by_role("link", name="Sandbox Groothandel").first).to_be_visible()
    page.get_by_role("button", name="Add a supplier").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Own feed")
    dialog.get_by_label("or file in the folder feeds").fill("own.csv")
    dialog.get_by_role("button", name="Add a supplier").click()
    expect(page.get_by_role("heading", name="Own feed", level=1)).to_be_visible()
    price = page.get_by_role("combobox", name="Cost")
    expect(price).to_be_visible(timeout=20_000)
    for field, column in (("Its article number", "code"), ("Title", "naam"), ("Cost", "netto")):
        page.get_by_role("combobox", name=field, exact=True).select_option(column)
    expect(page.get_by_role("row", name="Eigen zadeldek")).to_contain_text("12.50")
    page.get_by_role("button", name="Save and switch on").click()

    def offered() -> bool:
        return shared.get("/v1/offers", q="eigen-1")["total"] == 1

    until(offered, 30, "the offer")
    page.set_viewport_size(PHONE)
    for path in ("/suppliers", "/suppliers/sup_sandbox_groothandel"):
        page.goto(f"{shared.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert overflow(page) <= 0, path
    assert heard == []
    context.close()
