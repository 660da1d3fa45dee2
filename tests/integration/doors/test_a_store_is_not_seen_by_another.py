"""Ids of another store are not found, whoever asks and however."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Table, insert

from aira.routes.shared import Parts
from aira.turns.engine import TurnEngine
from app.access import for_caller
from core.errors import Conflict
from core.security import login_links, sessions
from core.security.principals import principal
from core.web.opening import Opening
from orchestrator.commands.access import issue_link
from orchestrator.core import ledger
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.model import Evidence, Inverse, Proposal, Risk, Subject
from royal_platform.commerce.pricing.competitors import Compared
from royal_platform.commerce.pricing.model import Economics, PriceStudy
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.tables import catalog, orders

NOW = datetime.now(UTC)
PRODUCT, VARIANT, ORDER = (
    "gid://shopify/Product/1", "gid://shopify/ProductVariant/1", "gid://shopify/Order/1",
)  # fmt: skip


def whole(table: Table, **values: Any) -> dict[str, Any]:
    """A row with what a mirrored object always has, whatever this test has to say of it."""
    plain = {
        "ScaledDecimal": Decimal(0), "UtcDateTime": NOW, "JSON": [], "Boolean": False,
        "Integer": 0, "Date": date.today(),
    }  # fmt: skip
    for column in table.columns:
        if column.name not in values and not column.nullable:
            values[column.name] = plain.get(type(column.type).__name__, "")
    return {name: value for name, value in values.items() if name in table.columns}


@pytest.fixture
def filled(application: Any, platform: Platform) -> Platform:
    """One product, one order and one customer in our store; another store with nothing."""
    own = {"store_id": platform.store_id, "currency": "EUR"}
    rows: list[tuple[Table, dict[str, Any]]] = [
        (catalog.products, {"id": PRODUCT, "title": "Bridle", "search": "bridle"}),
        (
            catalog.variants,
            {
                "id": VARIANT, "product_id": PRODUCT, "title": "Bridle", "sku": "B-1",
                "price": Decimal("89.00"), "tracked": True, "inventory_item_id": "i1",
            },
        ),
        (
            catalog.inventory_levels,
            {
                "inventory_item_id": "i1", "location_id": "l1", "variant_id": VARIANT,
                "available": 4,
            },
        ),
        (orders.orders, {"id": ORDER, "name": "#1001", "net": Decimal("178.00"), "units": 2}),
        (
            orders.order_lines,
            {
                "order_id": ORDER, "id": "1", "variant_id": VARIANT, "title": "Bridle",
                "sku": "B-1", "quantity": 2, "total": Decimal("178.00"),
            },
        ),
        (orders.customers, {"id": "c1", "name": "Ann", "search": "ann"}),
    ]  # fmt: skip
    with platform.database.write() as transaction:
        stores.create(
            transaction.connection, store_id="str_other", domain="other.myshopify.com",
            source="shopify", api_version="2026-10",
        )  # fmt: skip
        stores.change(transaction.connection, platform.store_id, currency="EUR")
        for table, values in rows:
            transaction.connection.execute(insert(table).values(whole(table, **own, **values)))
    return platform


@pytest.fixture
def decision_id(filled: Platform, application: Any) -> str:
    """A price proposal that waits."""
    proposal = Proposal(
        agent_id="inventory_pricing", kind="price.set",
        subject=Subject("variant", VARIANT, "Bridle"),
        arguments={"product_id": PRODUCT, "price": "91.00", "compare_at": None, "currency": "EUR"},
        precondition={"price": "89.00"},
        evidence=(Evidence("Units", 2, "units", "orders", "q", NOW),),
        rationale="Demand allows it.", prediction=None, risk=Risk(0.2), cost=None,
        money_at_stake=Money(Decimal("12.50"), "EUR"),
        inverse=Inverse("price.set", {"price": "89.00"}, "Sets the price back."),
        expires_at=NOW + timedelta(days=2),
    )  # fmt: skip
    return ledger.propose(filled, [proposal])[0]


def call(application: Any, token: str, method: str, path: str, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return application.test_client().open(path, method=method, headers=headers, json=body or {})


def test_our_own_rows_are_found_and_exact(
    application: Any, filled: Platform, token: Callable[..., str]
) -> None:
    viewer = token("viewer")
    product = call(application, viewer, "GET", f"/v1/products/{PRODUCT}").get_json()
    (variant,) = product["variants"]
    assert variant["price"]["currency"] == "EUR"
    assert Decimal(variant["price"]["amount"]) == 89
    assert variant["unit_cost"] is None
    assert variant["margin_percent"] is None
    assert variant["available"] == 4
    assert len(product["forecasts"]) == 1
    order = call(application, viewer, "GET", f"/v1/orders/{ORDER}").get_json()
    assert Decimal(order["net"]["amount"]) == 178
    assert order["lines"][0]["sku"] == "B-1"
    for path in ("products", "orders", "customers", "inventory"):
        page = call(application, viewer, "GET", f"/v1/{path}").get_json()
        assert (len(page["data"]), page["total"], page["next_cursor"]) == (1, 1, None), path
        assert page["provenance"]["source"] == "sandbox"
    assert call(application, viewer, "GET", f"/v1/forecast?variant_id={VARIANT}").status_code == 200
    metrics = call(application, viewer, "GET", "/v1/metrics").get_json()
    assert metrics["figures"]
    assert metrics["provenance"]["partial"], "its store was never read whole"


def test_why_a_price_stands_is_told_as_the_last_run_knew_it(
    application: Any, filled: Platform, token: Callable[..., str]
) -> None:
    def why() -> Any:
        return call(application, token("viewer"), "GET", f"/v1/products/{PRODUCT}/why").get_json()

    assert why()["data"] == []
    study = PriceStudy(
        VARIANT, Decimal("89.00"), "EUR", -2.0, 0.3, 0.4, 60, 25.0, 5.0,
        Economics(40.0, 0.19, 0.029, 0.3, 0.05), Decimal(15), Decimal("80.10"), Decimal("97.90"),
        None, "not_worthwhile", "The best price would bring too little.",
        competitors=(Compared("near.example", Money(Decimal("85.50"), "EUR"), NOW, "stale"),),
    )  # fmt: skip
    filled.price_studies.save("run_1", NOW, [replace(study, expected=1.0)])
    filled.price_studies.save("run_2", NOW, [study])
    filled.price_studies.save("run_2", NOW, [study])
    [told] = why()["data"]
    assert (told["run_id"], told["reason"], told["proposed"]) == ("run_2", "not_worthwhile", None)
    assert Decimal(told["low"]) == Decimal("80.1")
    today = min(told["points"], key=lambda point: abs(point["price"] - 89))
    assert today["units"]["point"] == pytest.approx(25, rel=0.01)
    assert told["elasticity"]["low"] < told["elasticity"]["point"] < told["elasticity"]["high"] < 0
    assert told["best"] > told["floor"] > 40
    [near] = told["competitors"]
    assert (near["source"], near["ignored"]) == ("near.example", "stale")
    assert near["price"] == {"amount": "85.50", "currency": "EUR"}


def test_another_stores_caller_has_readers_of_its_own_store(filled: Platform) -> None:
    theirs = for_caller(filled, principal("eve", "admin", "str_other", "token"))
    assert len(filled.catalog.variants()) == 1
    assert list(theirs.catalog.variants()) == []
    assert list(theirs.stock.levels()) == []
    assert (theirs.store().id, theirs.source) == ("str_other", "shopify")
    for reach in (theirs.shopify, theirs.sync, lambda: theirs.live):
        with pytest.raises(Conflict, match="str_other"):
            reach()


def test_airas_own_routes_read_the_callers_store(filled: Platform) -> None:
    opening: Opening[Platform] = Opening("platform", lambda: filled, lambda _: None)
    parts = Parts(opening, TurnEngine(lambda: filled, stale_seconds=30))
    theirs = parts.seen_by(principal("eve", "admin", "str_other", "token"))
    assert list(theirs.catalog.variants()) == []
    assert theirs.source == "shopify"


def test_a_browser_follows_the_installation_to_another_store(filled: Platform) -> None:
    link = issue_link(filled)
    with filled.database.write() as transaction:
        issued = login_links.redeem(
            transaction.connection, link.rpartition("/")[2], now=datetime.now(UTC)
        )
        who = sessions.verify(transaction.connection, issued.value, now=datetime.now(UTC))
    switched = filled.of_store("str_other")
    assert for_caller(switched, who).store_id == "str_other"


def test_another_stores_token_finds_none_of_it(
    application: Any, filled: Platform, decision_id: str, token: Callable[..., str]
) -> None:
    other = token("admin", "str_other")
    seen = call(application, token("admin"), "GET", f"/v1/decisions/{decision_id}").get_json()
    argument_hash = seen["argument_hash"]
    absent = [
        ("GET", f"/v1/products/{PRODUCT}", {}),
        ("GET", f"/v1/products/{PRODUCT}/why", {}),
        ("GET", f"/v1/orders/{ORDER}", {}),
        ("GET", "/v1/customers/c1", {}),
        ("GET", f"/v1/forecast?variant_id={VARIANT}", {}),
        ("GET", f"/v1/decisions/{decision_id}", {}),
        ("POST", f"/v1/decisions/{decision_id}/approve", {"argument_hash": argument_hash}),
        ("POST", f"/v1/decisions/{decision_id}/reject", {}),
        ("POST", f"/v1/decisions/{decision_id}/revert", {}),
        ("GET", "/v1/agents/inventory_pricing", {}),
        ("POST", "/v1/agents/inventory_pricing/run", {}),
        ("POST", "/v1/agents/inventory_pricing/pause", {}),
        ("PATCH", "/v1/agents/inventory_pricing", {"cron": "0 1 * * *"}),
        ("GET", "/v1/runs/run_1", {}),
    ]
    for method, path, body in absent:
        answer = call(application, other, method, path, **body)
        assert answer.status_code == 404, (method, path, answer.text)
    batch = {
        "action": "approve", "decisions": [{"id": decision_id, "argument_hash": argument_hash}],
    }  # fmt: skip
    (result,) = call(application, other, "POST", "/v1/decisions/batch", **batch).get_json()[
        "results"
    ]
    assert result["status"] is None
    lists = (
        "products",
        "orders",
        "customers",
        "inventory",
        "decisions",
        "events",
        "agents",
        "runs",
    )
    for path in lists:
        page = call(application, other, "GET", f"/v1/{path}").get_json()
        assert page["data"] == [], path
    assert call(application, other, "GET", "/v1/session").get_json()["store"]["id"] == "str_other"
    still = call(application, token("viewer"), "GET", f"/v1/decisions/{decision_id}").get_json()
    assert still["status"] == "proposed"


def test_a_decision_is_read_and_approved_as_it_was_seen(
    application: Any, filled: Platform, decision_id: str, token: Callable[..., str]
) -> None:
    operator = token("operator")
    (listed,) = call(application, operator, "GET", "/v1/decisions?status=proposed").get_json()[
        "data"
    ]
    assert listed["changes"] == [
        {"field": "price", "now": "89.00", "proposed": "91.00", "written": None, "unit": "EUR"}
    ]
    assert listed["money_at_stake"]["currency"] == "EUR"
    assert not listed["revertible"]
    detail = call(application, operator, "GET", f"/v1/decisions/{decision_id}").get_json()
    assert [each["type"] for each in detail["timeline"]] == ["decision.proposed"]
    assert detail["evidence"][0]["label"] == "Units"
    address = f"/v1/decisions/{decision_id}/approve"
    stale = call(application, operator, "POST", address, argument_hash="0" * 64)
    assert stale.status_code == 409
    done = call(application, operator, "POST", address, argument_hash=detail["argument_hash"])
    assert done.status_code == 200, done.text
    assert done.get_json()["status"] == "approved"
    assert done.get_json()["decided_by"].startswith("operator")
    twice = call(application, operator, "POST", address, argument_hash=detail["argument_hash"])
    assert twice.status_code == 409
    undone = call(application, operator, "POST", f"/v1/decisions/{decision_id}/revert")
    assert undone.status_code == 409


def test_rejecting_keeps_the_reason(
    application: Any, filled: Platform, decision_id: str, token: Callable[..., str]
) -> None:
    answer = call(
        application, token("operator"), "POST", f"/v1/decisions/{decision_id}/reject",
        reason="Not before the show.",
    )  # fmt: skip
    assert answer.get_json()["status"] == "rejected"
    assert "Not before the show." in json.dumps(answer.get_json()["timeline"])
