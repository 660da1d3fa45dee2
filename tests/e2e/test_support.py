"""Support in a browser: a mail comes in, its draft is edited, and that very text goes out once."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow
from tests.e2e.conftest import INBOUND_SECRET
from tests.installation import Installation, until

EDITED = "Your order is being packed. We write again when it leaves."
NEWEST = """{ orders(first: 20, reverse: true, query: "financial_status:paid") { nodes {
    name email } } }"""


def write(running: Installation, address: str, text: str) -> None:
    """A mail at the gateway, as a mail server hands it on."""
    message = EmailMessage()
    message["From"] = f"A customer <{address}>"
    message["Subject"] = "Where is my order?"
    message["Message-ID"] = "<where@home.test>"
    message.set_content(text)
    answer = httpx.post(
        f"http://127.0.0.1:{running.environment['GATEWAY_PORT']}/inbound/mail",
        content=bytes(message),
        headers={"Authorization": f"Bearer {INBOUND_SECRET}"},
        trust_env=False,
        timeout=30,
    )
    assert answer.json() == {"status": "stored"}, answer.text


def drafted(running: Installation) -> dict[str, Any] | None:
    for thread in running.get("/v1/threads")["data"]:
        found: dict[str, Any] = running.get(f"/v1/threads/{thread['id']}")
        if found["draft"] is not None:
            return found
    return None


def edited(running: Installation) -> str | None:
    """The decision that would send the edited text."""
    for each in running.decisions(kind="reply.send", status="proposed"):
        if EDITED in str(each["changes"]):
            return str(each["id"])
    return None


def approve(page: Page, running: Installation, decision_id: str) -> None:
    page.goto(f"{running.url}/approvals/{decision_id}?status=all")
    expect(page.get_by_text(EDITED).first).to_be_visible()
    page.keyboard.press("a")
    status = page.locator("[role=status][data-status]")
    expect(status).to_have_attribute("data-status", "executed", timeout=40_000)


def test_a_mail_is_answered_once_with_the_text_a_person_approved(
    shared: Installation, signed_in: Any, browser: Browser
) -> None:
    order = next(each for each in shared.graphql(NEWEST)["orders"]["nodes"] if each["email"])
    write(shared, order["email"], f"I ordered {order['name']}. Where is my order?")
    # The mail itself wakes the agent: its schedule would be minutes.
    thread = until(lambda: drafted(shared), 60, "a draft")
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{shared.url}/support?thread={thread['id']}")
    expect(page.get_by_text(f"{order['name']}. Where is my order?").first).to_be_visible()
    expect(page.get_by_role("list", name="Sources").get_by_text("[1]")).to_be_visible()
    page.get_by_label("Text of the reply").fill(EDITED)
    page.get_by_role("button", name="Propose reply").click()

    decision_id = until(lambda: edited(shared), 20, "the edited reply, proposed")
    approve(page, shared, decision_id)
    (sent,) = [
        each for each in shared.get("/v1/messages", limit=50)["data"]
        if each["decision_id"] == decision_id
    ]  # fmt: skip
    assert sent["address"] == order["email"]
    assert EDITED in shared.get(f"/v1/messages/{sent['id']}")["text"]
    page.set_viewport_size(PHONE)
    for path in ("/support", f"/support?thread={thread['id']}"):
        page.goto(f"{shared.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert overflow(page) <= 0, path
    assert heard == []
    context.close()
