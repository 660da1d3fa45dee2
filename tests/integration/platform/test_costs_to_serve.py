"""What orders say of selling a unit: parcels, shipping paid, goods that came back, taxes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from core.storage.database import Database
from royal_platform.commerce.decisions.costs import OF_STORE
from royal_platform.commerce.decisions.model import CostToServe, CountryTax
from royal_platform.persistence import stores
from royal_platform.persistence.costs_to_serve import (
    StoredCostsToServe,
    cost_of,
    document_of,
    served_in,
)
from royal_platform.persistence.tables.orders import order_lines
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


def test_lines_that_tell_their_tax_tell_it_of_their_variant(database: Database) -> None:
    with database.write() as transaction:
        stores.change(transaction.connection, STORE, taxes_included=True)
    book = nodes.line(10, variant=1, price="10.90", taxes=[("BTW", 0.09, "0.90")])
    halter = nodes.line(
        11, variant=2, price="121.00", taxes=[("GST", 0.05, "5.00"), ("PST", None, "16.00")]
    )
    # Written to the order alone; more than the order's own; under a discount of no line.
    silent = order(2, [nodes.line(20, variant=2, price="121.00")], tax="21.00")
    wrong = order(3, [nodes.line(30, variant=2, price="9.00", taxes=[("BTW", 0.2, "1.50")])],
                  tax="1.00")  # fmt: skip
    off = order(4, [nodes.line(40, variant=2, price="121.00", taxes=[("BTW", 0.21, "19.25")])],
                tax="19.25", order_discount="10.00")  # fmt: skip
    untaxed = order(5, [nodes.line(50, variant=3, price="8.00")], country="CH")
    put_orders(database, [order(1, [book, halter], tax="21.90"), silent, wrong, off, untaxed])
    found = {(each.variant_id, each.country): (each.tax, each.paid)
             for each in facts(database).goods}  # fmt: skip
    assert found == {
        ("1", "DE"): (Decimal("0.90"), Decimal("10.90")),
        ("2", "DE"): (Decimal(21), Decimal(121)),
        ("3", "CH"): (Decimal(0), Decimal(8)),
    }
    with database.read() as connection:
        kept = connection.execute(
            select(order_lines.c.tax, order_lines.c.tax_lines).order_by(order_lines.c.id)
        ).all()
    assert [tuple(row) for row in kept[:3]] == [
        (Decimal("0.90"), [["BTW", 0.09, "0.90"]]),
        (Decimal(21), [["GST", 0.05, "5.00"], ["PST", None, "16.00"]]),
        (None, None),
    ]


def test_what_was_learned_before_lines_told_their_tax_is_still_read() -> None:
    now = CostToServe(countries=(CountryTax("NL", Decimal("0.9"), Decimal("0.21"), True),))
    document = document_of(now)
    assert cost_of(document) == now
    document["countries"] = [["NL", "0.9", "0.21"]]
    assert not cost_of(document).countries[0].of_product


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
