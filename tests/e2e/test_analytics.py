"""Analytics in a browser: its figure is the API's, and its other views stand on a phone too."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow
from tests.installation import Installation, until

VIEWS = ("", "?view=found", "?view=reports", "?view=record")


def test_the_page_shows_the_figure_of_the_api(
    shared: Installation, signed_in: Any, browser: Browser
) -> None:
    metric = "revenue_net"
    until(lambda: shared.get("/v1/analytics/metrics")["data"], 60, "the metrics")
    (slice_,) = shared.get("/v1/analytics/explore", metric=metric, days=28)["slices"]
    total = Decimal(slice_["total"]["amount"])
    context = browser.new_context(viewport=WIDE, storage_state=signed_in, locale="en-GB")
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{shared.url}/analytics?metric={metric}")
    expect(page.get_by_text(f"{total:,.2f}").first).to_be_visible(timeout=20_000)
    page.get_by_role("radio", name="Stands out").click()
    # Which days stand out is chance: the page is held to what the API says of this store.
    stood_out = shared.get("/v1/analytics/anomalies")["data"]
    told = "At most 5% of what is told is chance." if stood_out else "Nothing stood out"
    expect(page.get_by_text(told)).to_be_visible()
    page.get_by_role("radio", name="Reports").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.set_viewport_size(PHONE)
    for view in VIEWS:
        page.goto(f"{shared.url}/analytics{view}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert overflow(page) <= 0, view
    assert heard == []
    context.close()
