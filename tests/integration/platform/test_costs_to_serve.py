"""What orders say of selling a unit: parcels, shipping paid, goods that came back, taxes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.storage.database import Database
from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import CostToServe, CountryTax
from royal_platform.persistence import stores
from royal_platform.persistence.costs_to_serve import StoredCostsToServe, served_in
from tests.integration.platform import nodes
from tests.integration.platform.conftest import STORE
from tests.integration.platform.test_mirror import put_orders

SINCE = date(2020, 1, 1)


def order(
    number: int, lines: list[dict[str, Any]], *, shipping: str = "0", tax: str = "0",
    country: str | None = "DE", **more: Any,
) -> dict[str, Any]:  # fmt: skip
    made = nodes.order(number, lines, **more)
    made["totalShippingPriceSet"], made["totalTaxSet"] = nodes.bag(shipping), nodes.bag(tax)
    made["shippingAddress"] = None if country is None else {"countryCodeV2": country}
    return made


def test_an_orders_parcel_and_its_shipping_are_shared_by_its_units(database: Database) -> None:
    put_orders(database, [
        order(1, [nodes.line(10, variant=1, quantity=3, price="10.00"),
                  nodes.line(11, variant=2, quantity=1, price="10.00")], shipping="4.00"),
        order(2, [nodes.line(20, variant=2, price="10.00")], shipping="6.00", country=None),
        order(3, [nodes.line(30, variant=2, price="10.00")], shipping="9.00", test=True),
    ])  # fmt: skip
    sent = {(each.variant_id, each.country): each for each in facts(database).sent}
    told = {key: (each.units, each.told, each.parcels, each.paid) for key, each in sent.items()}
    assert told == {
        ("1", "DE"): (3, 3, 0.75, 3.0), ("2", "DE"): (1, 1, 0.25, 1.0), ("2", ""): (1, 1, 1.0, 6.0),
    }  # fmt: skip


def test_goods_that_did_not_go_back_into_stock_are_lost(database: Database) -> None:
    back = nodes.refund(1, created=nodes.at(30), lines=[(10, 2, "20.00"), (11, 1, "10.00")])
    back["refundLineItems"]["nodes"][0]["restockType"] = "NO_RESTOCK"
    lines = [nodes.line(10, variant=1, quantity=3, price="10.00"),
             nodes.line(11, variant=1, quantity=1, price="10.00")]  # fmt: skip
    put_orders(database, [order(1, lines, refunds=[back])])
    (found,) = facts(database).came_back
    assert (found.variant_id, found.told, found.lost) == ("1", 3, 2)


def test_a_cancelled_order_filled_no_parcel_and_orders_of_other_money_are_no_measure(
    database: Database,
) -> None:
    cancelled = order(1, [nodes.line(10, variant=1, price="10.00")], shipping="4.00")
    cancelled["cancelledAt"] = nodes.at(40)
    foreign = order(2, [nodes.line(20, variant=1, price="10.00")], shipping="4.00")
    foreign["totalPriceSet"] = {"shopMoney": {"amount": "10.00", "currencyCode": "USD"}}
    put_orders(database, [cancelled, foreign])
    (found,) = facts(database).sent
    assert (found.units, found.told, found.parcels, found.paid) == (1, 0, 0.0, 0.0)


def test_tax_is_told_by_country_and_one_that_cannot_be_is_left_out(database: Database) -> None:
    with database.write() as transaction:
        stores.change(transaction.connection, STORE, taxes_included=True)
    put_orders(database, [
        order(1, [nodes.line(10, variant=1, price="121.00")], tax="21.00", country="NL"),
        order(2, [nodes.line(20, variant=1, price="119.00")], tax="19.00", country="DE"),
        order(3, [nodes.line(30, variant=1, price="5.00")], tax="9.00", country="DE"),
    ])  # fmt: skip
    found = facts(database)
    assert found.included
    assert {each.country: (each.tax, each.paid) for each in found.taxed} == {
        "NL": (Decimal(21), Decimal(121)), "DE": (Decimal(19), Decimal(119)),
    }  # fmt: skip


def test_what_a_run_learned_replaces_what_the_last_one_did(database: Database) -> None:
    stored = StoredCostsToServe(database, STORE)
    taught = CostToServe(
        Decimal("0.2"), Decimal("0.05"), None, Decimal("0.7"), Decimal("1.25"), 40, 2,
        (CountryTax("NL", Decimal("0.9"), Decimal("0.21")),),
    )  # fmt: skip
    at = datetime(2026, 11, 2, tzinfo=UTC)
    assert stored.of_store() is None
    stored.save("run-1", at, {"gone": CostToServe(), OF_STORE: CostToServe()})
    for _ in range(2):
        stored.save("run-2", at, {"1": taught, OF_STORE: CostToServe()})
    assert stored.of_store() == CostToServe()
    with database.read() as connection:
        assert served_in(connection, STORE, ["1", "gone"]) == {
            "1": taught, OF_STORE: CostToServe(),
        }  # fmt: skip


def facts(database: Database) -> Any:
    return StoredCostsToServe(database, STORE).facts(SINCE, SINCE)
