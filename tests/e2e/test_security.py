"""Security in a browser: forged webhooks raise an alarm by themselves; a person lets it wait."""

from __future__ import annotations

from typing import Any

import httpx
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow
from tests.installation import Installation, until

TITLE = "6 requests to /webhooks were not signed rightly within a day"


def test_forged_webhooks_are_found_and_wait_by_a_persons_word(
    shared: Installation, signed_in: Any, browser: Browser
) -> None:
    gateway = f"http://127.0.0.1:{shared.environment['GATEWAY_PORT']}"
    forged = {"X-Shopify-Topic": "orders/create", "X-Shopify-Hmac-Sha256": "Zm9yZ2Vk"}
    for number in range(6):
        told = {**forged, "X-Shopify-Webhook-Id": f"forged-{number}"}
        answer = httpx.post(f"{gateway}/webhooks/shopify", content=b"{}", headers=told)
        assert answer.status_code in (401, 404), answer.text

    def found() -> bool:
        listed = shared.get("/v1/security/findings")["data"]
        return any(each["title"] == TITLE for each in listed)

    until(found, 120, "the finding")
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{shared.url}/security")
    card = page.get_by_role("listitem").filter(has_text=TITLE)
    expect(card).to_contain_text("access log")
    # By keyboard alone from here.
    card.get_by_role("button", name="Let it wait").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").focus()
    page.keyboard.type("Our own test")
    dialog.get_by_role("button", name="Let it wait").focus()
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    page.get_by_role("radio", name="waiting").click()
    expect(card).to_contain_text("Our own test")
    page.get_by_role("button", name="End now").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing is suppressed.")).to_be_visible()
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{shared.url}/security")
    expect(card).to_be_visible()
    assert overflow(page) <= 0
    assert heard == []
    context.close()
