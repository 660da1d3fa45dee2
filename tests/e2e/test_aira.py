"""AIRA in the browser, on a whole installation with a model server that says what the test says."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.counterparts.model_server import KEY, MODEL, ModelServer, Reply, ToolCall, model_server
from tests.e2e.browsing import PHONE, WIDE, listen, overflow, sign_in
from tests.e2e.conftest import FirstStart
from tests.installation import Installation, until

# An answer under way is taken up again this long after its process was last heard of.
STALE_SECONDS = "3"


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server
        server.release.set()


@pytest.fixture(scope="module")
def talking(
    first_start: FirstStart, model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation whose AIRA has a model to talk with."""
    running = first_start.again(
        tmp_path_factory.mktemp("aira"),
        OPENAI_API_KEY=KEY,
        OPENAI_MODEL=MODEL,
        OPENAI_BASE_URL=model.base_url,
        ROYAL_HEARTBEAT_SECONDS="1",
        ROYAL_STALE_SECONDS=STALE_SECONDS,
    )
    yield running.start()
    running.end()


@pytest.fixture(scope="module")
def signed_in(talking: Installation, browser: Browser) -> Any:
    return sign_in(talking, browser)


@pytest.fixture
def desk(browser: Browser, signed_in: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE, storage_state=signed_in)
    yield context
    context.close()


def ask(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name=re.compile("AIRA"))
    field.fill(text)
    field.press("Enter")


def answered(page: Page, status: str = "completed") -> Any:
    turn = page.locator("article[data-turn]").last
    expect(turn).to_have_attribute("data-status", status, timeout=30_000)
    return turn


def figure(text: str) -> Decimal:
    """`€130,830.20` as a number."""
    return Decimal(re.sub(r"[^0-9.\-]", "", text))


def test_revenue_in_the_chat_is_the_figure_of_the_metrics_route_with_its_source(
    talking: Installation, desk: BrowserContext
) -> None:
    page = desk.new_page()
    heard = listen(page)
    page.goto(f"{talking.url}/aira")
    ask(page, "/metrics revenue last 30 days")
    turn = answered(page)
    shown = figure(turn.get_by_role("row").nth(1).get_by_role("cell").nth(1).inner_text())
    source = turn.get_by_role("region", name="Sources").locator("a[href^='/v1/metrics']")
    query = source.get_attribute("href")
    assert query is not None
    told = desk.request.get(f"{talking.url}{query}").json()
    net_sales = next(each for each in told["figures"] if each["name"] == "net_sales")
    assert shown == Decimal(net_sales["value"]) > 0
    expect(turn.get_by_text(re.compile("sandbox · as of")).first).to_be_visible()
    expect(page).to_have_url(re.compile(r"/aira/cnv_"))
    assert heard == []


def told_by_its_tool(body: dict[str, Any]) -> Reply:
    """A model that asks for the figure and then says what its tool found."""
    last = body["messages"][-1]
    if last["role"] != "tool":
        return Reply("", (ToolCall("metrics", {"metric": "revenue", "days": 30}),))
    [row] = json.loads(last["content"])["result"]["data"]
    return Reply(f"Revenue was {row['value']} EUR [1].")


def test_revenue_asked_in_words_is_the_figure_of_the_metrics_route_with_its_citation(
    talking: Installation, model: ModelServer, desk: BrowserContext
) -> None:
    model.answer = told_by_its_tool
    page = desk.new_page()
    page.goto(f"{talking.url}/aira")
    ask(page, "What was our revenue in the last 30 days?")
    turn = answered(page)
    model.answer = None
    said = turn.get_by_text(re.compile(r"Revenue was [\d.]+ EUR")).inner_text()
    stated = re.search(r"Revenue was ([\d.]+) EUR", said)
    assert stated is not None
    source = turn.get_by_role("region", name="Sources").locator("a[href^='/v1/metrics']")
    expect(source).to_have_count(1)
    told = desk.request.get(f"{talking.url}{source.get_attribute('href')}").json()
    net_sales = next(each for each in told["figures"] if each["name"] == "net_sales")
    assert Decimal(stated.group(1)) == Decimal(net_sales["value"]) > 0


def cheaper(talking: Installation) -> tuple[str, str, str]:
    """A variant without a waiting price, its SKU, and a price five percent below."""
    waiting = {each["subject"]["id"] for each in talking.decisions(status="proposed")}
    for product in talking.get("/v1/products", limit=100)["data"]:
        for variant in product["variants"]:
            margin = Decimal(variant["margin_percent"] or 0)
            # Below a crossed-out price that already stands the gate denies a lower one.
            free = variant["id"] not in waiting and not variant["compare_at_price"]
            if variant["sku"] and free and margin > 35:
                lower = Decimal(variant["price"]["amount"]) * Decimal("0.95")
                return variant["id"], variant["sku"], format(lower.quantize(Decimal("0.01")), "f")
    raise AssertionError("no product can be made cheaper")


def test_a_price_asked_for_in_words_is_approved_in_the_chat_written_and_read_back(
    talking: Installation, model: ModelServer, desk: BrowserContext
) -> None:
    variant, sku, price = cheaper(talking)
    model.say(
        Reply("I propose it.", (ToolCall("price", {"product": sku, "price": price}),)),
        Reply("It waits for your approval [1]."),
    )
    page = desk.new_page()
    page.goto(f"{talking.url}/aira")
    ask(page, f"Lower the price of {sku} to {price}")
    card = answered(page).locator("[data-decision]")
    expect(card).to_be_visible()
    before = talking.price(variant)

    waiting = [each for each in talking.decisions(status="proposed", kind="price.set")
               if each["subject"]["id"] == variant]  # fmt: skip
    assert [each["id"] for each in waiting] == [card.get_attribute("data-decision")]
    decision = talking.get(f"/v1/decisions/{waiting[0]['id']}")
    assert decision["changes"][0]["proposed"] == price
    # The model proposed; it could not approve, and nothing was written.
    assert before != price

    with page.expect_request("**/approve") as sent:
        card.get_by_role("button", name="Approve").click()
    assert sent.value.post_data_json == {"argument_hash": decision["argument_hash"]}
    status = card.locator("[role=status][data-status]")
    expect(status).to_have_attribute("data-status", "executed", timeout=30_000)
    expect(card.get_by_text("Written", exact=True).first).to_be_visible()
    assert talking.price(variant) == price


def test_the_page_goes_on_with_an_answer_after_aira_was_killed(
    talking: Installation, model: ModelServer, desk: BrowserContext
) -> None:
    model.say(Reply("One two three four five six.", hold_after=4), Reply("One two three, whole."))
    page = desk.new_page()
    page.goto(f"{talking.url}/aira")
    ask(page, "Count")
    expect(page.get_by_text("One two three")).to_be_visible(timeout=30_000)
    (aira,) = talking.pids("-m aira")
    os.kill(aira, signal.SIGKILL)
    expect(page.get_by_text("Connection lost").first).to_be_visible(timeout=10_000)
    turn = answered(page)
    model.release.set()
    expect(turn.get_by_text("One two three, whole.")).to_be_visible()
    expect(page.locator("article[data-turn]")).to_have_count(1)
    until(lambda: talking.pids("-m aira") not in ([], [aira]), what="a new process of AIRA")
    page.reload()
    expect(answered(page).get_by_text("One two three, whole.")).to_be_visible()


def test_the_dock_fits_a_phone_and_the_browser_has_nothing_to_complain_about(
    talking: Installation, browser: Browser, signed_in: Any
) -> None:
    context = browser.new_context(
        viewport=PHONE, storage_state=signed_in, is_mobile=True, has_touch=True, locale="nl-NL"
    )
    page = context.new_page()
    heard = listen(page)
    page.goto(f"{talking.url}/orders")
    page.get_by_role("button", name="Vraag AIRA").click()
    sheet = page.get_by_role("dialog", name="AIRA")
    ask(page, "/metrics revenue last 30 days by product")
    answered(page)
    assert overflow(page) <= 0
    sheet.get_by_role("button", name="Als pagina openen").click()
    expect(page.get_by_role("heading", level=1, name="AIRA")).to_be_visible()
    answered(page)
    assert overflow(page) <= 0
    assert heard == []
    context.close()
