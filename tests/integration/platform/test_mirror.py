"""The mirror: the newest version wins in any order, and every part of net sales sums."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from core.storage.database import Database
from royal_platform.persistence import stores
from royal_platform.persistence.mirrored import MirroredStore
from royal_platform.persistence.products import ProductFilter, Products
from royal_platform.persistence.tables import metadata
from royal_platform.persistence.tables.catalog import (
    inventory_snapshots,
    price_observations,
    products,
    variants,
)
from royal_platform.persistence.tables.orders import (
    customers,
    daily_sales,
    daily_variant_sales,
    order_lines,
    orders,
    refunds,
)
from royal_platform.shopify import mapping
from royal_platform.shopify.ports import SyncState
from royal_platform.shopify.rows import LevelRow, OrderPageRows
from tests.integration.platform import nodes

STORE = "str_test"
DAYS = mapping.Days("Europe/Berlin")
EACH_TIME_EMPTIED = [HealthCheck.function_scoped_fixture]


def mirror(database: Database) -> MirroredStore:
    return MirroredStore(database, STORE, SyncState)


def put_orders(database: Database, found: list[dict[str, Any]]) -> int:
    rows = OrderPageRows()
    for node in found:
        mapping.add_order(rows, node, DAYS)
    with mirror(database).page() as page:
        return page.orders(rows)


def put_products(database: Database, found: list[dict[str, Any]]) -> int:
    pairs = [mapping.product_rows(node, node["variants"]["nodes"], "EUR") for node in found]
    with mirror(database).page() as page:
        return page.products([p for p, _ in pairs], [v for _, vs in pairs for v in vs])


def _tail(gid: str) -> str:
    return gid.rpartition("/")[2]


def empty(database: Database) -> None:
    with database.write() as transaction:
        for table in metadata.sorted_tables:
            if "order" in table.name or table.name.startswith(("daily", "refund")):
                transaction.connection.execute(delete(table))


def contents(database: Database) -> dict[str, list[Any]]:
    tables = (orders, order_lines, refunds, daily_sales, daily_variant_sales)
    with database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=str)
            for table in tables
        }


cents = st.integers(1, 20_000).map(lambda value: Decimal(value) / 100)


@st.composite
def an_order(draw: Any, number: int) -> dict[str, Any]:
    lines, entries = [], draw(st.integers(1, 3))
    for index in range(entries):
        price, quantity = draw(cents), draw(st.integers(1, 4))
        share = draw(st.integers(0, 50))
        lines.append(
            nodes.line(
                number * 10 + index,
                variant=draw(st.sampled_from([None, 1, 2, 3])),
                quantity=quantity,
                price=price,
                discount=(price * quantity * share / 100).quantize(Decimal("0.01")),
            )
        )
    given_back = []
    for index in range(draw(st.integers(0, 2))):
        taken = [
            (number * 10 + line, 1, draw(cents)) for line in range(entries) if draw(st.booleans())
        ]
        given_back.append(
            nodes.refund(
                number * 10 + index,
                created=nodes.at(draw(st.integers(0, 400))),
                lines=taken,
                adjustments=[-draw(cents)] if draw(st.booleans()) else [],
            )
        )
    return nodes.order(
        number,
        lines,
        processed=nodes.at(draw(st.integers(0, 200))),
        refunds=given_back,
        updated=nodes.at(500 + draw(st.integers(0, 100))),
    )


@settings(max_examples=25, suppress_health_check=EACH_TIME_EMPTIED)
@given(data=st.data())
def test_net_sales_is_the_sum_of_its_parts_to_the_fourth_decimal(database, data):
    empty(database)
    found = [data.draw(an_order(number)) for number in range(1, data.draw(st.integers(1, 6)) + 1)]
    put_orders(database, found)
    sold = sum(_shop(line["discountedTotalSet"]) for o in found for line in o["lineItems"]["nodes"])
    back = sum(
        _shop(entry["subtotalSet"])
        for o in found
        for r in o["refunds"]
        for entry in r["refundLineItems"]["nodes"]
    )
    adjusted = sum(
        _shop(entry["amountSet"])
        for o in found
        for r in o["refunds"]
        for entry in r["orderAdjustments"]["nodes"]
    )
    sums = ("gross", "discounts", "returns", "adjustments", "net")
    with database.read() as connection:
        total = connection.execute(
            select(*(func.sum(daily_sales.c[name], type_=daily_sales.c.net.type) for name in sums))
        ).one()
        by_order = connection.execute(
            select(func.sum(orders.c.net, type_=orders.c.net.type))
        ).scalar_one()
        parts = connection.execute(select(daily_sales)).all()
    gross, discounts, returns, adjustments, net = total
    assert net == gross - discounts - returns + adjustments == sold - back + adjusted == by_order
    assert all(
        row.net == row.gross - row.discounts - row.returns + row.adjustments for row in parts
    )


@settings(max_examples=25, suppress_health_check=EACH_TIME_EMPTIED)
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_versions_in_any_order_end_in_the_newest_state(database, data, seed):
    versions = []
    for number in (1, 2):
        for version in range(data.draw(st.integers(1, 3))):
            node = data.draw(an_order(number))
            versions.append({**node, "updatedAt": nodes.at(1000 + version)})
    newest = {node["id"]: node for node in versions}
    empty(database)
    put_orders(database, list(newest.values()))
    wanted = contents(database)
    empty(database)
    random.Random(seed).shuffle(versions)
    for node in versions:
        put_orders(database, [node])
    assert contents(database) == wanted


def test_money_given_back_counts_on_the_day_it_was_given_back(database):
    line = nodes.line(1, variant=1, price="50.00")
    back = nodes.refund(1, created="2026-03-09T23:30:00Z", lines=[(1, 1, "50.00")])
    put_orders(database, [nodes.order(1, [line], processed="2026-03-01T22:30:00Z", refunds=[back])])
    with database.read() as connection:
        rows = connection.execute(select(daily_sales).order_by(daily_sales.c.day)).all()
    assert [(str(row.day), row.net) for row in rows] == [
        ("2026-03-01", Decimal(50)),  # 23:30 in Berlin
        ("2026-03-10", Decimal(-50)),  # half past midnight there
    ]


def test_lines_without_a_variant_are_adjustments_and_still_sum(database):
    lines = [nodes.line(1, variant=1, price="20.00"), nodes.line(2, variant=None, price="3.50")]
    put_orders(database, [nodes.order(1, lines)])
    with database.read() as connection:
        row = connection.execute(select(daily_sales)).one()
    assert (row.gross, row.adjustments, row.net, row.units) == (
        Decimal(20),
        Decimal("3.5"),
        Decimal("23.5"),
        1,
    )


def test_a_discount_on_the_whole_order_is_a_discount(database):
    lines = [nodes.line(1, variant=1, price="100.00", discount="10.00")]
    put_orders(database, [nodes.order(1, lines, order_discount="15.00")])
    with database.read() as connection:
        row = connection.execute(select(daily_sales)).one()
        stored = connection.execute(select(orders.c.net)).scalar_one()
    assert (row.discounts, row.net, stored) == (Decimal(25), Decimal(75), Decimal(75))


def test_test_orders_and_deleted_orders_leave_the_figures(database):
    found = [
        nodes.order(1, [nodes.line(11, variant=1)]),
        nodes.order(2, [nodes.line(21, variant=1)], test=True),
        nodes.order(3, [nodes.line(31, variant=1)]),
    ]
    put_orders(database, found)
    with mirror(database).page() as page:
        assert page.delete_orders(["3"]) == 1
    with database.read() as connection:
        row = connection.execute(select(daily_sales)).one()
    assert (row.orders, row.net) == (1, Decimal(10))
    assert mirror(database).order_ids() == [1, 2]


def test_only_newer_versions_are_news(database):
    node = nodes.order(1, [nodes.line(1, variant=1)], updated=nodes.at(5))
    assert put_orders(database, [node]) == 1
    assert put_orders(database, [node]) == 0
    assert put_orders(database, [{**node, "updatedAt": nodes.at(4)}]) == 0
    assert put_orders(database, [{**node, "updatedAt": nodes.at(6)}]) == 1


def test_another_change_within_the_same_second_is_news_once(database):
    """A store counts whole seconds: what differs is news though its clock stands."""
    line = nodes.line(1, variant=1)
    back = nodes.refund(1, created=nodes.at(0), lines=[(1, 1, "10.00")])
    order = nodes.order(1, [line])
    put_orders(database, [order])
    for changed in ({**order, "tags": ["hold"]}, nodes.order(1, [line], refunds=[back])):
        assert put_orders(database, [changed]) == 1
        assert put_orders(database, [changed]) == 0
    first = nodes.product(1, [nodes.variant(1), nodes.variant(2)])
    put_products(database, [first])
    for changed in (
        {**first, "title": "Other"},
        {**nodes.product(1, [nodes.variant(1, price="77.00"), nodes.variant(2)]), "title": "Other"},
        {**nodes.product(1, [nodes.variant(1, price="77.00")]), "title": "Other"},
    ):
        assert put_products(database, [changed]) == 1
        assert put_products(database, [changed]) == 0


def test_a_variant_its_product_no_longer_has_is_gone_and_may_return(database):
    both = [nodes.variant(1), nodes.variant(2)]
    put_products(database, [nodes.product(1, both)])
    put_products(database, [nodes.product(1, both[:1], updated=nodes.at(1))])
    assert _variant_ids(database) == ["1"]
    put_products(database, [nodes.product(1, both, updated=nodes.at(0.5))])
    assert _variant_ids(database) == ["1"]
    put_products(database, [nodes.product(1, both, updated=nodes.at(2))])
    assert _variant_ids(database) == ["1", "2"]


def test_a_price_is_remembered_whenever_it_changes(database):
    for hour, price in enumerate(["10.00", "10.00", "12.00", "10.00"]):
        changed = nodes.variant(1, price=price, updated=nodes.at(hour))
        put_products(database, [nodes.product(1, [changed], updated=nodes.at(hour))])
    with database.read() as connection:
        seen = connection.execute(
            select(price_observations.c.price).order_by(price_observations.c.at)
        ).scalars()
        assert list(seen) == [Decimal(10), Decimal(12), Decimal(10)]


def test_a_deleted_product_is_no_longer_listed_and_its_sales_stay(database):
    put_products(database, [nodes.product(1, [nodes.variant(1)])])
    put_orders(database, [nodes.order(1, [nodes.line(1, variant=1)])])
    with mirror(database).page() as page:
        page.delete_products(["1"])
    today = stores_clock(database).local_day(nodes.START) + timedelta(days=1)
    with database.read() as connection:
        assert Products(STORE).page(connection, ProductFilter(), today=today).total == 0
        assert connection.execute(select(daily_sales.c.net)).scalar_one() == Decimal(10)


def test_an_unknown_cost_stays_unknown(database):
    put_products(database, [nodes.product(1, [nodes.variant(1, cost=None)])])
    with database.read() as connection:
        assert connection.execute(select(variants.c.unit_cost)).scalar_one() is None


def test_every_article_has_a_count_of_every_day_also_one_that_stands_still(database):
    shelves = [nodes.variant(1, updated=nodes.at(1)), nodes.variant(2, updated=nodes.at(1))]
    put_products(database, [nodes.product(1, shelves, updated=nodes.at(1))])
    items = [(_tail(each["inventoryItem"]["id"]), 1, True) for each in shelves]
    levels = [
        LevelRow(item, "7", available, available, 0, 0, "2026-03-01T00:00:00.000000Z")
        for (item, _cost, _tracked), available in zip(items, (4, 0), strict=True)
    ]
    # As a store of many articles is read: one page after another.
    for item, level in zip(items, levels, strict=True):
        with mirror(database).page() as page:
            page.inventory([item], [level])
    counted = inventory_snapshots.c
    with database.write() as transaction:
        connection = transaction.connection
        (today,) = connection.execute(select(counted.day).distinct()).scalars()
        before = update(inventory_snapshots).values(day=today - timedelta(days=1))
        assert connection.execute(before).rowcount == 2
    with mirror(database).page() as page:
        page.inventory(items[:1], levels[:1])
    with database.read() as connection:
        rows = connection.execute(
            select(counted.available).where(counted.day == today).order_by(counted.variant_id)
        )
        assert list(rows.scalars()) == [4, 0]


@settings(max_examples=25, suppress_health_check=EACH_TIME_EMPTIED)
@given(data=st.data())
def test_daily_costs_equal_what_sales_and_todays_costs_say(database, data):
    """Orders, refunds and costs in any order: a day carries the sums that a join would give."""
    empty(database)
    with database.write() as transaction:
        transaction.connection.execute(delete(variants))
        transaction.connection.execute(delete(products))
    numbers = st.integers(1, 3)
    for number in range(1, data.draw(st.integers(1, 10)) + 1):
        if data.draw(st.booleans()):
            put_orders(database, [data.draw(an_order(data.draw(st.integers(1, 4))))])
        elif data.draw(st.booleans()):
            cost = data.draw(st.none() | st.integers(0, 9_999))
            with mirror(database).page() as page:
                page.inventory([(str(1000 + data.draw(numbers)), cost, True)], [])
        else:
            cost = data.draw(st.none() | st.sampled_from(["1.00", "2.50", "7.0001"]))
            variant = nodes.variant(data.draw(numbers), cost=cost, updated=nodes.at(number))
            put_products(database, [nodes.product(1, [variant], updated=nodes.at(number))])
    with database.read() as connection:
        carried = {
            row.day: (row.sold, row.covered, row.cost)
            for row in connection.execute(select(daily_sales))
        }
        costs = dict(connection.execute(select(variants.c.id, variants.c.unit_cost)).tuples().all())
        expected = {day: (Decimal(0),) * 3 for day in carried}
        for row in connection.execute(select(daily_variant_sales)):
            kept, units = row.revenue - row.returned, row.units - row.returned_units
            cost = costs.get(row.variant_id)
            sold, covered, total = expected[row.day]
            if cost is not None:
                covered, total = covered + kept, total + units * cost
            expected[row.day] = (sold + kept, covered, total)
    assert carried == expected


def test_another_time_zone_moves_orders_to_their_day_there(database):
    put_orders(
        database,
        [nodes.order(1, [nodes.line(1, variant=1)], processed="2026-03-01T23:30:00Z")],
    )
    facts = {"name": "S", "currency": "EUR", "taxes_included": False, "api_version": "2026-10"}
    with mirror(database).page() as page:
        page.shop({**facts, "timezone": "America/New_York", "whole_history": True})
    with database.read() as connection:
        assert str(connection.execute(select(daily_sales.c.day)).scalar_one()) == "2026-03-01"


def test_an_erased_customer_leaves_no_name_and_does_not_come_back(database):
    node = {
        "id": "gid://shopify/Customer/7",
        "displayName": "Rosa Reiter",
        "numberOfOrders": "1",
        "amountSpent": {"amount": "10.0", "currencyCode": "EUR"},
        "defaultAddress": None,
        "createdAt": nodes.at(0),
        "updatedAt": nodes.at(0),
        "defaultEmailAddress": {
            "marketingState": "SUBSCRIBED",
            "marketingOptInLevel": "CONFIRMED_OPT_IN",
            "marketingUpdatedAt": nodes.at(0),
            "sourceLocation": {"id": "gid://shopify/Location/3"},
        },
        "defaultPhoneNumber": None,
    }
    row = mapping.customer_row(node)
    assert (row.email_consent, row.email_consent_level) == ("subscribed", "confirmed_opt_in")
    assert (row.email_consent_location, row.sms_consent) == ("3", None)
    put_orders(database, [nodes.order(1, [nodes.line(1, variant=1)])])
    with mirror(database).page() as page:
        page.customers([row])
        page.delete_customers(["7"])
        page.customers([row._replace(updated_at=mapping.utc_text(nodes.at(9)))])
    # The store still says the name with every order that it tells of.
    other = {"customer": {"id": "gid://shopify/Customer/8", "displayName": "Ida Ibel"}}
    told = [
        nodes.order(1, [nodes.line(1, variant=1)], updated=nodes.at(9)),
        nodes.order(2, [nodes.line(1, variant=1)]),
        nodes.order(3, [nodes.line(1, variant=1)]) | other,
    ]
    put_orders(database, told)
    with database.read() as connection:
        query = select(orders.c.customer_name, orders.c.search).order_by(orders.c.name)
        names = [tuple(row) for row in connection.execute(query)]
        consent = connection.execute(
            select(
                customers.c.email_consent, customers.c.email_consent_level,
                customers.c.email_consent_at, customers.c.email_consent_location,
            ).where(customers.c.id == "7")
        ).one()  # fmt: skip
    assert names == [(None, "#1"), (None, "#2"), ("Ida Ibel", "#3 ida ibel")]
    assert tuple(consent) == (None, None, None, None)


def test_a_failed_page_leaves_nothing(database):
    def broken() -> None:
        with mirror(database).page() as page:
            page.orders(_page([nodes.order(1, [nodes.line(1, variant=1)])]))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(orders)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(daily_sales)).scalar_one() == 0


def _page(found: list[dict[str, Any]]) -> OrderPageRows:
    rows = OrderPageRows()
    for node in found:
        mapping.add_order(rows, node, DAYS)
    return rows


def _shop(money: dict[str, Any]) -> Decimal:
    return Decimal(money["shopMoney"]["amount"])


def _variant_ids(database: Database) -> list[str]:
    with database.read() as connection:
        query = select(variants.c.id).where(variants.c.deleted_at.is_(None))
        return sorted(connection.execute(query).scalars())


def stores_clock(database: Database):
    with database.read() as connection:
        return stores.clock(connection, STORE)
