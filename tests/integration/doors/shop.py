"""A small store in a database: products with sales, orders, customers, agents, a decision."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, insert

from app import init_autonomous_empire
from orchestrator.core import proposing
from orchestrator.core.agent_registry import get_agent_registry
from royal_platform.bootstrap import Platform
from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Prediction,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.tables import catalog, orders

NOW = datetime.now(UTC)
TODAY = NOW.date()
SHELVES = 14
CUSTOMER = "6001"


def product_id(number: int) -> str:
    return str(7000 + number)


def variant_id(number: int) -> str:
    return str(8000 + number)


def order_id(number: int) -> str:
    return str(9000 + number)


def whole(table: Table, **values: Any) -> dict[str, Any]:
    """A row with what a mirrored object always has, whatever a test has to say of it."""
    plain = {
        "ScaledDecimal": Decimal(0), "UtcDateTime": NOW, "JSON": [], "Boolean": False,
        "Integer": 0, "Date": TODAY,
    }  # fmt: skip
    for column in table.columns:
        if column.name not in values and not column.nullable:
            values[column.name] = plain.get(type(column.type).__name__, "")
    return {name: value for name, value in values.items() if name in table.columns}


def title(number: int) -> str:
    return f"Oak shelf {40 + 10 * number} cm"


def fill(platform: Platform) -> None:
    """Fourteen shelves at 60 EUR that cost 20, three orders of Ann, and the seven agents."""
    own = {"store_id": platform.store_id, "currency": "EUR"}
    rows: list[tuple[Table, dict[str, Any]]] = []
    for number in range(1, SHELVES + 1):
        rows += [
            (catalog.products, {"id": product_id(number), "title": title(number),
                                "status": "active", "vendor": "Holz & Söhne",
                                "product_type": "Shelf",
                                "search": f"{title(number)} oak-{number}".lower()}),
            (catalog.variants, {"id": variant_id(number), "product_id": product_id(number),
                                "title": title(number), "sku": f"OAK-{number}",
                                "price": Decimal("60.00"), "unit_cost": Decimal("20.00"),
                                "tracked": True, "inventory_item_id": f"i{number}"}),
            (catalog.inventory_levels, {"inventory_item_id": f"i{number}", "location_id": "l1",
                                        "variant_id": variant_id(number), "available": number}),
        ]  # fmt: skip
    for number, days in ((1, 3), (2, 2), (3, 1)):
        day = TODAY - timedelta(days=days)
        rows += [
            (orders.orders, {"id": order_id(number), "name": f"#100{number}", "day": day,
                             "net": Decimal("120.00"), "total": Decimal("120.00"), "units": 2,
                             "customer_id": CUSTOMER,
                             "customer_name": "Ann Läufer",
                             "financial_status": "paid",
                             "search": f"#100{number} ann läufer"}),
            (orders.order_lines, {"order_id": order_id(number), "id": f"line{number}",
                                  "variant_id": variant_id(1), "title": title(1), "sku": "OAK-1",
                                  "quantity": 2, "unit_price": Decimal("60.00"),
                                  "total": Decimal("120.00")}),
            (orders.daily_sales, {"day": day, "orders": 1, "units": 2, "gross": Decimal("120.00"),
                                  "net": Decimal("120.00"),
                                  "earned": Decimal("120.00")}),
            (orders.daily_variant_sales, {"day": day, "variant_id": variant_id(1), "units": 2,
                                          "revenue": Decimal("120.00"),
                                          "gross": Decimal("120.00")}),
        ]  # fmt: skip
    rows.append((orders.customers, {"id": CUSTOMER, "name": "Ann Läufer",
                                    "search": "ann läufer", "orders": 3,
                                    "spent": Decimal("360.00")}))  # fmt: skip
    with platform.database.write() as transaction:
        stores.change(
            transaction.connection, platform.store_id, currency="EUR", name="The wood shop",
            last_sync_at=NOW,
        )  # fmt: skip
        for table, values in rows:
            transaction.connection.execute(insert(table).values(whole(table, **own, **values)))
    get_agent_registry().attach(platform)
    try:
        asyncio.run(init_autonomous_empire())
    finally:
        get_agent_registry().detach()


def propose(platform: Platform, number: int = 2, price: str = "57.00") -> str:
    """A waiting price decision of the pricing agent; its id."""
    now = platform.clock().now()
    ids = {"product_id": product_id(number), "variant_id": variant_id(number)}
    [decision_id] = proposing.propose(
        platform,
        [
            Proposal(
                agent_id="inventory_pricing", kind="price.set",
                subject=Subject("variant", variant_id(number), title(number)),
                arguments={**ids, "price": price, "currency": "EUR"},
                precondition={"price": "60.00", "unit_cost": "20.00"},
                evidence=(Evidence("Price now", "60.00", "EUR", "sandbox", "productVariant", now),),
                rationale="Buyers answer to a lower price.",
                prediction=Prediction(
                    "contribution_gain", "EUR", Decimal(40), Decimal(5), Decimal(80), 28
                ),
                risk=Risk(0.2, (RiskFactor("step", 0.2, "a step of 5 %"),)), cost=None,
                money_at_stake=Money(Decimal(40), "EUR"),
                inverse=Inverse("price.set", {**ids, "price": "60.00", "currency": "EUR"},
                                "Sets the price back to 60.00 EUR."),
                expires_at=now + timedelta(days=7),
            )
        ],
    )  # fmt: skip
    return decision_id
