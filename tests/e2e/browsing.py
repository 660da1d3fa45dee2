"""What the browser tests share: screens, what a page complains about, a signed-in browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.installation import Installation

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


def listen(page: Page) -> list[str]:
    """Everything the browser complains about on this page from now on."""
    heard: list[str] = []

    def message(entry: ConsoleMessage) -> None:
        if entry.type in ("error", "warning"):
            heard.append(f"{entry.type}: {entry.text} ({page.url})")

    page.on("console", message)
    page.on("pageerror", lambda error: heard.append(f"thrown: {error} ({page.url})"))
    return heard


def sign_in(installation: Installation, browser: Browser) -> Any:
    """The cookies of a browser that followed the printed link, which works once."""
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(installation.sign_in_link())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    state = context.storage_state()
    context.close()
    return state


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
