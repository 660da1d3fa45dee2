"""Orders & fulfilment in a browser: open orders are judged by themselves, and say why."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow
from tests.installation import Installation, until


def test_orders_are_judged_and_routed_by_themselves_and_say_why(
    shared: Installation, signed_in: Any, browser: Browser
) -> None:
    def judged() -> str | None:
        if not shared.get("/v1/fulfilment")["open"]:
            return None
        for order in shared.get("/v1/orders", limit=50)["data"]:
            way = shared.get(f"/v1/fulfilment/{order['id']}")
            if way["risk"] is not None and way["route"] is not None:
                return str(order["id"])
        return None

    order_id = until(judged, 120, "an order that was judged and routed")
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{shared.url}/orders")
    expect(page.get_by_text("Open orders to look at")).to_be_visible()
    expect(page.get_by_role("heading", name="How good this was")).to_be_visible()
    page.goto(f"{shared.url}/orders/{order_id}")
    expect(page.get_by_text("Probability of fraud")).to_be_visible()
    expect(page.get_by_text("Any paid order, before anything is known of it")).to_be_visible()
    expect(page.get_by_role("heading", name="Route")).to_be_visible()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    page.set_viewport_size(PHONE)
    for path in ("/orders", f"/orders/{order_id}"):
        page.goto(f"{shared.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert overflow(page) <= 0, path
    assert heard == []
    context.close()
