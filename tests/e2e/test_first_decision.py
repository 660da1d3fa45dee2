"""From a fresh data directory to an approved, written, read back and undone price, in a browser."""

from __future__ import annotations

import re
import signal
import sys
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow, sign_in
from tests.e2e.conftest import FirstStart
from tests.installation import ROYAL, Installation, until

PAGES = (
    "/", "/approvals", "/agents", "/agents/inventory_pricing", "/effects", "/products", "/orders",
    "/analytics?dimension=product", "/inventory", "/inventory?view=orders",
    "/suppliers", "/suppliers/sup_sandbox_express", "/activity", "/marketing", "/policies",
    "/research", "/customers", "/customers?view=cohorts", "/connections", "/engine", "/aira",
    "/security",
)  # fmt: skip

# Not the one among the others of a list whose words begin otherwise.
UNDO = re.compile("^Undo")


def first_price(installation: Installation) -> dict[str, Any]:
    """The price proposal worth most; waits for the first sync and the first run."""
    found = until(
        lambda: installation.decisions(status="proposed", kind="price.set"), 120, "a price proposal"
    )
    return found[0]


@pytest.fixture(scope="module")
def signed_in(installation: Installation, browser: Browser) -> Any:
    """The cookies of a browser that followed the printed link, once."""
    return sign_in(installation, browser)


@pytest.fixture
def desk(browser: Browser, signed_in: Any) -> Any:
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    yield context
    context.close()


def open_case(context: BrowserContext, installation: Installation, decision: str) -> Page:
    page = context.new_page()
    page.goto(f"{installation.url}/approvals/{decision}?status=all")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    return page


def test_at_least_five_prices_and_some_reorders_wait_two_minutes_after_the_first_start(
    first_start: FirstStart,
) -> None:
    assert first_start.seconds < 120


def test_a_sign_in_link_works_once(
    installation: Installation, browser: Browser, signed_in: Any
) -> None:
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    answer = page.goto(installation.sign_in_link())
    assert answer is not None
    assert answer.status in (401, 410)
    context.close()


def test_an_approved_price_is_written_to_the_store_and_undone_to_the_same_bytes(
    installation: Installation, desk: BrowserContext
) -> None:
    decision = first_price(installation)
    variant = decision["subject"]["id"]
    before = installation.price(variant)
    assert before == decision["changes"][0]["now"]
    page = open_case(desk, installation, decision["id"])
    heard = listen(page)
    page.keyboard.press("a")
    status = page.locator("[role=status][data-status]")
    expect(status).to_have_attribute("data-status", "executed", timeout=30_000)
    assert installation.price(variant) == decision["changes"][0]["proposed"] != before
    expect(page.get_by_text("Written", exact=True).first).to_be_visible()
    page.get_by_role("button", name=UNDO).click()
    expect(status).to_have_attribute("data-status", "reverted", timeout=30_000)
    assert installation.price(variant) == before
    assert heard == []


def test_a_worker_killed_between_approval_and_write_still_writes_once(
    installation: Installation, desk: BrowserContext
) -> None:
    decision = first_price(installation)
    variant = decision["subject"]["id"]
    writes = installation.price_writes()[variant]
    page = open_case(desk, installation, decision["id"])
    installation.freeze_workers()
    page.get_by_role("button", name="Approve", exact=False).last.click()
    status = page.locator("[role=status][data-status]")
    expect(status).to_have_attribute("data-status", "approved", timeout=30_000)
    installation.signal_workers(signal.SIGKILL)
    expect(status).to_have_attribute("data-status", "executed", timeout=90_000)
    assert installation.price(variant) == decision["changes"][0]["proposed"]
    assert installation.price_writes()[variant] == writes + 1


def test_the_change_is_told_live_on_another_page_without_a_reload(
    installation: Installation, desk: BrowserContext
) -> None:
    decision = first_price(installation)
    watching = desk.new_page()
    watching.goto(f"{installation.url}/activity")
    expect(watching.get_by_role("heading", level=1)).to_be_visible()
    detail = installation.get(f"/v1/decisions/{decision['id']}")
    installation.post(
        f"/v1/decisions/{decision['id']}/approve", {"argument_hash": detail["argument_hash"]}
    )
    title = decision["subject"]["title"]
    expect(watching.get_by_text(title).first).to_be_visible(timeout=30_000)


def test_a_products_page_draws_why_its_price_should_move(
    installation: Installation, desk: BrowserContext
) -> None:
    decision = first_price(installation)
    detail = installation.get(f"/v1/decisions/{decision['id']}")
    product = quote(detail["arguments"]["product_id"], safe="")
    page = desk.new_page()
    page.goto(f"{installation.url}/products/{product}")
    expect(page.get_by_role("img", name="would bring at other prices")).to_be_visible()
    expect(page.get_by_text("Margin floor").first).to_be_visible()
    page.set_viewport_size(PHONE)
    page.get_by_text("The curve in figures").click()
    expect(page.get_by_role("columnheader", name="Units in 28 days")).to_be_visible()
    assert page.locator("main section").evaluate_all(
        "cards => cards.every(card => card.getBoundingClientRect().right <= window.innerWidth)"
    )
    expect(page.get_by_text(decision["subject"]["title"]).first).to_be_visible()


def test_a_segment_is_counted_while_it_is_written_and_says_why_somebody_is_in_it(
    installation: Installation, desk: BrowserContext
) -> None:
    until(lambda: installation.get("/v1/customers/value")["day"], 120, "the customers' valuation")
    page = desk.new_page()
    page.goto(f"{installation.url}/customers")
    heard = listen(page)
    expect(page.get_by_text("Net sales expected in a year")).to_be_visible()
    page.get_by_role("button", name="New segment").click()
    page.get_by_label("Name").fill("Regulars")
    rule = page.get_by_label("Rule")
    rule.fill("orders >= 2 and churn_risk befor 90%")
    expect(page.get_by_text("At character 28")).to_be_visible()
    rule.fill("orders >= 2 and churn_risk < 90%")
    counted = page.get_by_text(re.compile(r"^[\d,]+ of [\d,]+ customers$"))
    expect(counted).to_be_visible()
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("button", name="Regulars")).to_have_attribute(
        "aria-pressed", "true", timeout=20_000
    )
    listed = installation.get("/v1/segments")["data"]
    (segment,) = [each for each in listed if each["name"] == "Regulars"]
    members = installation.get("/v1/customers", segment_id=segment["id"])
    assert members["total"] == segment["members"] > 0
    person = members["data"][0]
    page.get_by_role("link", name=person["name"], exact=True).first.click()
    expect(page.get_by_text("Segments, and why")).to_be_visible()
    expect(page.get_by_text("churn_risk < 90%", exact=True)).to_be_visible()
    assert heard == []


def test_goods_of_an_approved_reorder_come_into_the_stores_stock_and_go_out_again(
    installation: Installation, desk: BrowserContext
) -> None:
    page = desk.new_page()
    page.goto(f"{installation.url}/inventory?show=all")
    # What the first run saw: every row with its cover and the interval around it.
    expect(page.get_by_text("80 % interval").first).to_be_attached(timeout=30_000)
    found = installation.decisions(status="proposed", kind="inventory.reorder")[0]
    variant = found["subject"]["id"]
    detail = installation.get(f"/v1/decisions/{found['id']}")
    installation.post(
        f"/v1/decisions/{found['id']}/approve", {"argument_hash": detail["argument_hash"]}
    )
    page.goto(f"{installation.url}/inventory?view=orders")
    heard = listen(page)
    page.get_by_role("button", name="Enter a delivery").click(timeout=30_000)
    before = installation.on_hand(variant)
    page.get_by_label("Units that came in").fill("2")
    page.get_by_role("button", name="Add to stock").click()
    expect(page.get_by_text("2 of", exact=False).first).to_be_visible(timeout=30_000)
    assert installation.on_hand(variant) == before + 2
    page.get_by_role("button", name=UNDO).click()
    expect(page.get_by_text("0 of", exact=False).first).to_be_visible(timeout=30_000)
    assert installation.on_hand(variant) == before
    assert heard == []


def test_every_page_is_quiet_on_a_phone(
    installation: Installation, browser: Browser, signed_in: Any
) -> None:
    first_price(installation)
    context = browser.new_context(
        viewport=PHONE, storage_state=signed_in, is_mobile=True, has_touch=True, locale="nl-NL"
    )
    page = context.new_page()
    heard = listen(page)
    for path in PAGES:
        page.goto(f"{installation.url}{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=15_000)
        assert overflow(page) <= 0, f"{path} is {overflow(page)} px too wide"
    assert heard == []
    context.close()


def test_stop_all_is_acknowledged_and_nothing_is_written_until_it_is_lifted(
    installation: Installation, desk: BrowserContext
) -> None:
    decision = first_price(installation)
    page = open_case(desk, installation, decision["id"])
    page.get_by_role("button", name="Stop all").click()
    hold = page.get_by_role("button", name="Hold to stop everything")
    hold.hover()
    page.mouse.down()
    expect(page.get_by_text("Everything is stopped")).to_be_visible(timeout=10_000)
    page.mouse.up()
    assert installation.get("/v1/session")["stopped"]
    before = installation.price(decision["subject"]["id"])
    detail = installation.get(f"/v1/decisions/{decision['id']}")
    path, body = (
        f"/v1/decisions/{decision['id']}/approve",
        {"argument_hash": detail["argument_hash"]},
    )
    refused = installation.post(path, body)
    assert refused.status_code == 409
    assert refused.json()["remedy"] == "Lift the stop first."
    assert installation.post("/v1/agents/inventory_pricing/run").status_code == 409
    assert installation.price(decision["subject"]["id"]) == before
    assert installation.post("/v1/resume").status_code == 200
    assert installation.post(path, body).status_code == 200


def test_the_agent_gives_a_readable_account_on_the_command_line(
    installation: Installation,
) -> None:
    answer = installation.run(
        sys.executable, "-m", "orchestrator.agents.inventory_pricing", "--dry-run"
    )
    assert answer.returncode == 0, answer.stderr
    for said in (
        "read the store",
        "forecast demand",
        "weigh prices",
        "price changes",
        "EUR",
        "gate: ask",
    ):
        assert said in answer.stdout


def test_the_log_verifies_and_no_secret_is_in_what_the_services_print(
    installation: Installation,
) -> None:
    assert installation.run(ROYAL, "audit", "verify").returncode == 0
    text = installation.text()
    secrets = [installation.credentials()[name] for name in ("client_secret", "control_token")]
    for secret in (*secrets, installation.environment["ROYAL_ADMIN_TOKEN"]):
        assert secret not in text


def test_a_flow_is_approved_as_a_mandate_and_its_page_says_so(
    installation: Installation, desk: BrowserContext
) -> None:
    waiting = until(
        lambda: installation.decisions(status="proposed", kind="mandate.grant"), 60, "a mandate"
    )
    page = desk.new_page()
    heard = listen(page)
    page.goto(f"{installation.url}/marketing")
    card = page.get_by_role("region", name="Abandoned checkout")
    expect(card.get_by_text("waits for your yes")).to_be_visible()
    [asked] = [one for one in waiting if one["subject"]["id"] == "abandoned_checkout@1"]
    card.get_by_role("link", name="Decide").click()
    expect(page).to_have_url(re.compile(asked["id"]))
    page.get_by_role("button", name="Approve", exact=False).last.click()
    status = page.locator("[role=status][data-status]")
    expect(status).to_have_attribute("data-status", "executed", timeout=30_000)
    page.goto(f"{installation.url}/marketing")
    expect(card.get_by_text("mandate in force")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    page.set_viewport_size(WIDE)
    page.goto(f"{installation.url}/marketing?view=templates&template=welcome")
    expect(page.locator("iframe")).to_be_visible()
    page.goto(f"{installation.url}/marketing?view=outbox")
    expect(page.get_by_text("nothing leaves the machine")).to_be_visible()
    assert heard == []


def test_who_left_a_checkout_has_a_message_in_the_outbox_with_its_words(
    installation: Installation, desk: BrowserContext
) -> None:
    """The mandate of the test before lets the agent write without another yes."""
    message = until(lambda: next(iter(mail_after(installation, hours=6)), None), 150, "a message")
    page = desk.new_page()
    heard = listen(page)
    page.goto(f"{installation.url}/marketing?view=outbox")
    row = page.get_by_role("button", name=re.compile(re.escape(message["subject"]))).first
    row.click()
    opened = page.get_by_role("region", name="Message")
    expect(opened.get_by_text(f"{message['flow']} ")).to_be_visible()
    expect(opened.locator("iframe")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    page.set_viewport_size(WIDE)
    opened.get_by_role("link", name="Why it was sent").click()
    status = page.locator("[role=status][data-status]")
    expect(status).to_have_attribute("data-status", "executed", timeout=30_000)
    assert heard == []


def mail_after(installation: Installation, hours: int) -> list[dict[str, Any]]:
    """The outbox once this much of the store's time went by and the agent ran."""
    installation.control("POST", "/control/step", {"hours": hours})
    asked = installation.post("/v1/agents/marketing_automation/run")
    if asked.status_code < 300:
        run = asked.json()["id"]
        until(lambda: installation.get(f"/v1/runs/{run}")["status"] == "succeeded", 60, "the run")
    found = installation.get("/v1/messages")["data"]
    return [each for each in found if each["state"] == "sent"]
