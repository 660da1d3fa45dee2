"""Research in a browser: from the shortlist to a hidden draft in the store, and back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow
from tests.installation import Installation, until

STATUS = "query($handle: String!) { productByIdentifier(identifier: {handle: $handle}) { status } }"

# Not the one among the others of a list whose words begin otherwise.
UNDO = re.compile("^Undo")


def proposed(installation: Installation) -> list[dict[str, Any]]:
    """Articles on the shortlist whose import waits for a person."""
    return [
        each
        for each in installation.get("/v1/research")["candidates"]
        if each["decision_status"] == "proposed"
    ]


def test_two_articles_are_compared_and_one_imported_and_taken_back(
    shared: Installation, signed_in: Any, browser: Browser
) -> None:
    def read() -> bool:
        found = shared.get("/v1/suppliers")["data"]
        return len(found) >= 2 and all(
            each["state"] == "ready" for each in found if each["origin"] == "sandbox"
        )

    until(read, 90, "the sandbox's suppliers")
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{shared.url}/research")
    page.get_by_role("button", name="Run now").click()
    until(lambda: len(proposed(shared)) >= 2, 90, "a shortlist")
    page.reload()
    first, second = proposed(shared)[:2]
    card = page.get_by_role("listitem").filter(
        has=page.get_by_role("heading", name=first["title"], exact=True)
    )
    for factor in first["factors"]:
        expect(card.get_by_text(factor["detail"])).to_be_visible()
    # By keyboard alone: two are chosen, and the decision on the first is opened.
    for each in (first, second):
        page.get_by_role("checkbox", name=f"Compare {each['title']}", exact=True).focus()
        page.keyboard.press("Space")
    columns = page.get_by_role("table").get_by_role("columnheader")
    expect(columns).to_have_text([first["title"], second["title"]], use_inner_text=True)
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    page.set_viewport_size(WIDE)
    card.get_by_role("link", name="Decide on the import").focus()
    page.keyboard.press("Enter")
    status = page.locator("[role=status][data-status]")
    expect(page.get_by_text("Archives the draft in the store.")).to_be_visible()
    page.keyboard.press("a")
    expect(status).to_have_attribute("data-status", "executed", timeout=30_000)

    def there() -> str:
        return str(shared.graphql(STATUS, handle=first["handle"])["productByIdentifier"]["status"])

    assert there() == "DRAFT"
    page.get_by_role("button", name=UNDO).click()
    expect(status).to_have_attribute("data-status", "reverted", timeout=30_000)
    assert there() == "ARCHIVED"
    assert heard == []
    context.close()
