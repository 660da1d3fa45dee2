"""With no keys at all, every figure is the sandbox store's own; change the store and it changes."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import PHONE, WIDE, listen, overflow, sign_in
from tests.installation import ROYAL, Installation, until


def synced(installation: Installation) -> None:
    def done() -> bool:
        connections = installation.get("/v1/connections")["data"]
        return any(c["sync"] and c["sync"]["last_success_at"] for c in connections)

    until(done, 120, "the first sync")


def figure(installation: Installation, name: str, **window: str) -> Decimal:
    figures = installation.get("/v1/metrics", **window)["figures"]
    (found,) = [f for f in figures if f["name"] == name]
    return Decimal(found["value"])


def test_every_door_answers_health_metrics_and_its_own_openapi(
    installation: Installation,
) -> None:
    environment = installation.environment
    for variable in ("PORT", "AIRA_PORT", "GATEWAY_PORT", "ORCHESTRATOR_API_PORT"):
        base = f"http://127.0.0.1:{environment[variable]}"
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
            answer = httpx.get(f"{base}{path}", trust_env=False, timeout=10)
            assert answer.status_code == 200, f"{variable} {path}: {answer.status_code}"


def test_counts_and_totals_equal_what_the_store_itself_says(installation: Installation) -> None:
    synced(installation)
    # The clock is made to stand: nothing is ordered between the store's answer and ours.
    installation.control("POST", "/control/rate", {"rate": 0})
    counts = installation.graphql(
        "{ productsCount(limit: null) { count } ordersCount(limit: null) { count } }"
    )
    wanted = counts["productsCount"]["count"], counts["ordersCount"]["count"]

    def totals() -> tuple[int, int]:
        return installation.get("/v1/products")["total"], installation.get("/v1/orders")["total"]

    until(lambda: totals() == wanted, 60, f"{wanted} products and orders")
    assert installation.get("/v1/products")["provenance"]["source"] == "sandbox"
    installation.control("POST", "/control/rate", {"rate": 1})


def test_an_order_placed_in_the_store_moves_the_figures_by_its_amount(
    installation: Installation,
) -> None:
    synced(installation)
    # The clock is made to stand, so that nothing but our order changes.
    installation.control("POST", "/control/rate", {"rate": 0})
    today = str(installation.control("GET", "/control/clock")["now"])[:10]
    window = {"from": "2024-01-01", "to": "2030-01-01", "compare": "none", "grain": "month"}
    settled = until(lambda: _stable(installation, window), 60, "figures that stand still")
    variant = installation.graphql("{ productVariants(first: 1) { nodes { id price } } }")[
        "productVariants"
    ]["nodes"][0]
    made = installation.graphql(
        """mutation($order: OrderCreateOrderInput!) {
             orderCreate(order: $order) {
               order { id totalPriceSet { shopMoney { amount } } }
               userErrors { field message }
             }
           }""",
        order={"lineItems": [{"variantId": variant["id"], "quantity": 3}], "currency": "EUR"},
    )["orderCreate"]
    assert made["userErrors"] == []
    expected = settled + 3 * Decimal(variant["price"])
    until(
        lambda: figure(installation, "net_sales", **window) == expected,
        60,
        f"net sales of {expected} after an order of {today}",
    )
    installation.control("POST", "/control/rate", {"rate": 1})


def test_a_forecast_stands_beside_what_was_sold_once_its_week_is_over(
    installation: Installation, browser: Browser
) -> None:
    until(lambda: installation.get("/v1/forecast")["run_id"], 120, "a first forecast")
    priced = _executed_prices(installation)
    best = installation.get("/v1/products", sort="sold")["data"][0]
    shown = sign_in(installation, browser)
    for screen in (WIDE, PHONE):
        context = browser.new_context(viewport=screen, storage_state=shown)
        page = context.new_page()
        heard = listen(page)
        page.goto(f"{installation.url}/products/{best['id']}")
        if screen is WIDE:
            expect(page.get_by_text("No week that was forecast is over yet")).to_be_visible()
            # The clock stands and every order is here: what was sold no longer changes.
            installation.control("POST", "/control/rate", {"rate": 0})
            installation.control("POST", "/control/step", {"days": 8})
            until(lambda: _has_every_order(installation), 60, "every order of the days")
            until(lambda: _judged(installation, best["id"]), 60, "a forecast week that is over")
            page.reload()
        kept = page.get_by_role("region", name="Past forecasts against what was sold")
        expect(kept).to_be_visible()
        (judged, *_) = _judged(installation, best["id"])
        inside = float(judged["low"]) <= float(judged["units"]) <= float(judged["high"])
        expect(kept.get_by_text("inside" if inside else "outside", exact=True)).to_have_count(1)
        assert overflow(page) <= 0
        assert heard == []
        context.close()
    until(lambda: _foretold(installation), 60, "a foretold day that is over")
    for screen in (WIDE, PHONE):
        context = browser.new_context(viewport=screen, storage_state=shown)
        _own_pages_tell_of_their_predictions(installation, context.new_page(), len(priced))
        context.close()
    installation.control("POST", "/control/rate", {"rate": 1})


def test_the_methods_are_held_against_the_stores_own_history(installation: Installation) -> None:
    synced(installation)
    answer = installation.run(ROYAL, "evaluate", "--store", "--json")
    assert answer.returncode == 0, answer.stderr
    card = json.loads(answer.stdout)
    assert card["origins"] == 4
    assert card["rmsse"]["royal"] < card["rmsse"]["last week"]
    assert 0.6 < card["inside"] < 0.95


def _executed_prices(installation: Installation) -> list[str]:
    """Prices that were approved and are in force: each predicted what it would earn."""
    found = until(
        lambda: installation.decisions(status="proposed", kind="price.set"), 120, "price proposals"
    )[:3]
    for each in found:
        address = f"/v1/decisions/{each['id']}"
        told = {"argument_hash": installation.get(address)["argument_hash"]}
        assert installation.post(f"{address}/approve", told).status_code < 300
    ids = [str(each["id"]) for each in found]
    until(lambda: _all_are(installation, ids, "executed"), 60, "the prices in force")
    return ids


def _all_are(installation: Installation, decisions: list[str], status: str) -> bool:
    found = [installation.get(f"/v1/decisions/{each}")["status"] for each in decisions]
    return found == [status] * len(found)


def _foretold(installation: Installation) -> list[dict[str, Any]]:
    return list(installation.get("/v1/analytics/accuracy")["forecasts"])


def _own_pages_tell_of_their_predictions(
    installation: Installation, page: Page, priced: int
) -> None:
    """Of prices, whose horizon is not over, how many wait; of days that were foretold, each."""
    heard = listen(page)
    page.goto(f"{installation.url}/agents/inventory_pricing")
    did = page.get_by_role("region", name="What its decisions did")
    expect(did.get_by_text(f"{priced} not yet known, 0 not measurable.")).to_be_visible()
    assert overflow(page) <= 0
    page.goto(f"{installation.url}/analytics?view=record")
    rows = page.get_by_role("region", name="Forecasts of days against what came").get_by_role("row")
    expect(rows).to_have_count(1 + len(_foretold(installation)))
    assert overflow(page) <= 0
    assert heard == []


def _judged(installation: Installation, product: str) -> list[dict[str, str]]:
    """Weeks of the product's first variant that are over and had been forecast."""
    points = installation.get(f"/v1/products/{product}")["forecasts"][0]["points"]
    return [p for p in points if p["units"] is not None and p["expected"] is not None]


def _stable(installation: Installation, window: dict[str, str]) -> Decimal | None:
    first = figure(installation, "net_sales", **window)
    same = _has_every_order(installation)
    return first if same and figure(installation, "net_sales", **window) == first else None


def _has_every_order(installation: Installation) -> bool:
    orders = installation.graphql("{ ordersCount(limit: null) { count } }")["ordersCount"]["count"]
    return bool(installation.get("/v1/orders")["total"] == orders)
