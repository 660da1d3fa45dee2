"""Figures, lists and their pages on a small shop whose numbers are known by heart."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from core.errors import Invalid, NotFound
from core.storage.database import Database
from royal_platform.commerce.orders.model import REPLACES
from royal_platform.persistence import stores
from royal_platform.persistence.metrics import Metrics
from royal_platform.persistence.mirrored import MirroredStore
from royal_platform.persistence.orders import OrderFilter, Orders
from royal_platform.persistence.products import ProductFilter, Products
from royal_platform.persistence.readers import StoredSales
from royal_platform.persistence.sales_by_product import sales_by_product
from royal_platform.persistence.tables.orders import daily_sales, daily_variant_sales
from royal_platform.shopify import mapping
from royal_platform.shopify.ports import SyncState
from royal_platform.shopify.rows import LevelRow, OrderPageRows
from tests.integration.platform import nodes

STORE = "str_test"
TODAY = nodes.START.date() + timedelta(days=10)


@pytest.fixture
def shop(database: Database) -> Database:
    """Two products sold on ten days; the second one's cost is unknown and it is sold out."""
    with database.write() as transaction:
        now = nodes.START + timedelta(days=10)
        stores.set_clock(transaction.connection, STORE, world_at=now, wall_at=now, rate=0.0)
    found = [
        nodes.product(1, [nodes.variant(1, price="20.00", cost="8.00")], title="Bridle"),
        nodes.product(2, [nodes.variant(2, price="50.00", cost=None)], title="Saddle pad"),
    ]
    pairs = [mapping.product_rows(node, node["variants"]["nodes"], "EUR") for node in found]
    rows, days = OrderPageRows(), mapping.Days("Europe/Berlin")
    for day in range(10):
        lines = [
            nodes.line(day * 10, variant=1, quantity=2, price="20.00", discount="4.00"),
            nodes.line(day * 10 + 1, variant=2, price="50.00"),
        ]
        at = nodes.at(24 * day)
        mapping.add_order(rows, nodes.order(day + 1, lines, processed=at, updated=at), days)
    updated = mapping.utc_text(nodes.at(0))
    with MirroredStore(database, STORE, SyncState).page() as page:
        page.products([p for p, _ in pairs], [v for _, vs in pairs for v in vs])
        levels = [
            LevelRow("1001", "1", 40, 40, 0, 0, updated),
            LevelRow("1002", "1", 0, 0, 0, 0, updated),
        ]
        page.inventory([("1001", 80_000, True), ("1002", None, True)], levels)
        page.orders(rows)
    return database


def figures(database: Database, **window: Any) -> dict[str, Any]:
    with database.read() as connection:
        read = Metrics(stores.get(connection, STORE)).read(connection, **window)
    return {figure.name: figure for figure in read.figures} | {"read": read}


def test_the_figures_of_a_known_week(shop):
    start = nodes.START.date() + timedelta(days=3)
    found = figures(shop, start=start, end=start + timedelta(days=2))
    assert found["gross_sales"].value == Decimal(270)
    assert found["discounts"].value == Decimal(12)
    assert found["net_sales"].value == Decimal(258)
    assert found["net_sales"].previous == Decimal(258)
    assert found["net_sales"].change_percent == Decimal(0)
    assert found["orders"].value == 3
    assert found["units"].value == 9
    assert found["aov"].value == Decimal(86)
    assert found["net_sales"].series == (Decimal(86),) * 3
    # 36 of revenue at a cost of 16; the pads' cost is unknown.
    assert found["gross_margin"].value == Decimal("55.6")
    assert "42 %" in found["gross_margin"].note
    assert found["stockout_risk"].value == 1


def test_the_price_asked_is_told_apart_from_what_a_discount_code_left_of_it(shop):
    days = StoredSales(shop, STORE).variant_days(nodes.START.date(), TODAY)
    bridles = [day for day in days if day.gross == 40]
    assert len(bridles) == 10
    assert {day.revenue for day in bridles} == {Decimal(36)}


def test_an_order_that_makes_good_lost_goods_is_no_demand_and_a_free_one_is(shop):
    first, last = nodes.START.date(), TODAY
    names = ("orders", "units", "net_sales", "aov")
    before = figures(shop, start=first, end=last)
    days = set(StoredSales(shop, STORE).variant_days(first, last))

    def add(number: int, tags: list[str]) -> None:
        line = nodes.line(900 + number, variant=1, quantity=3, price="0.00")
        at = nodes.at(24 * 4 + 2)
        node = nodes.order(number, [line], processed=at, updated=at) | {"tags": tags}
        rows = OrderPageRows()
        mapping.add_order(rows, node, mapping.Days("Europe/Berlin"))
        with MirroredStore(shop, STORE, SyncState).page() as page:
            page.orders(rows)

    add(90, ["reship:dec_1", f"{REPLACES}5"])
    after = figures(shop, start=first, end=last)
    assert [after[name].value for name in names] == [before[name].value for name in names]
    assert set(StoredSales(shop, STORE).variant_days(first, last)) == days
    # A sample given away is one more order: only our mark says that goods were lost.
    add(91, ["sample"])
    free = figures(shop, start=first, end=last)
    assert free["orders"].value == before["orders"].value + 1
    assert free["units"].value == before["units"].value + 3


def test_a_new_cost_values_the_whole_history_and_a_forgotten_one_is_unknown_again(shop):
    """Costs are today's for every day, as the figure's note says: Shopify keeps no past ones."""
    start = nodes.START.date() + timedelta(days=3)
    week = {"start": start, "end": start + timedelta(days=2)}
    mirrored = MirroredStore(shop, STORE, SyncState)
    with mirrored.page() as page:
        page.inventory([("1001", 120_000, True), ("1002", 250_000, True)], [])
    dearer = figures(shop, **week)["gross_margin"]
    # 258 of revenue: six bridles at 12 and three pads at 25 cost 147.
    assert dearer.value == Decimal("43.0")
    assert "100 %" in dearer.note
    with mirrored.page() as page:
        page.inventory([("1001", None, True), ("1002", None, True)], [])
    unknown = figures(shop, **week)["gross_margin"]
    assert unknown.value is None
    assert unknown.note.startswith("No unit costs are known")


def test_the_cost_of_a_variant_that_came_after_its_orders_counts(database):
    rows, days = OrderPageRows(), mapping.Days("Europe/Berlin")
    bought = [nodes.line(1, variant=7, quantity=2, price="20.00")]
    mapping.add_order(rows, nodes.order(1, bought), days)
    mirrored = MirroredStore(database, STORE, SyncState)
    window = {"start": nodes.START.date(), "end": nodes.START.date()}
    with mirrored.page() as page:
        page.orders(rows)
    assert figures(database, **window)["gross_margin"].value is None
    node = nodes.product(7, [nodes.variant(7, price="20.00", cost="5.00")])
    product, variants = mapping.product_rows(node, node["variants"]["nodes"], "EUR")
    with mirrored.page() as page:
        page.products([product], variants)
    assert figures(database, **window)["gross_margin"].value == Decimal("75.0")
    older = [row._replace(unit_cost=190_000, updated_at="2020-01-01T00:00:00.000000Z")
             for row in variants]  # fmt: skip
    with mirrored.page() as page:
        page.products([product._replace(updated_at=older[0].updated_at)], older)
    assert figures(database, **window)["gross_margin"].value == Decimal("75.0")


def test_a_window_before_the_store_has_no_comparison(shop):
    found = figures(shop, start=nodes.START.date(), end=nodes.START.date())
    assert found["net_sales"].previous is None
    assert found["read"].history_from == nodes.START.date()


def test_amounts_of_two_currencies_are_not_added_up(shop):
    """The store went over to another currency after its first five days."""
    change = nodes.START.date() + timedelta(days=5)
    with shop.write() as transaction:
        own, table = transaction.connection.execute, daily_sales.c
        own(update(daily_sales).where(table.day >= change).values(currency="SEK"))
        sold = daily_variant_sales
        own(update(sold).where(sold.c.day >= change).values(currency="SEK"))
        stores.change(transaction.connection, STORE, currency="SEK")
    both = figures(shop, start=change - timedelta(days=1), end=change, compare="none")
    for name in ("net_sales", "gross_sales", "discounts", "aov", "gross_margin", "taxes"):
        assert both[name].value is None, name
        assert "currency on 1 of these days" in both[name].note, name
        assert both[name].series[0] is None, name
    assert both["net_sales"].series[1] == Decimal(86)
    assert (both["orders"].value, both["units"].value) == (2, 6)
    after = figures(shop, start=change, end=change, compare="previous")
    assert (after["net_sales"].value, after["net_sales"].unit) == (Decimal(86), "SEK")
    assert after["net_sales"].previous is None
    assert after["orders"].previous == 1
    with shop.read() as connection:
        best = sales_by_product(
            connection, stores.get(connection, STORE), change - timedelta(days=1), change, limit=1
        )
    assert [(each.title, each.revenue, each.units) for each in best] == [
        ("Saddle pad", Decimal(50), 1)
    ]


def test_weeks_and_months_sum_to_the_same(shop):
    window = {"start": nodes.START.date(), "end": TODAY}
    by_day, by_week, by_month = (
        figures(shop, grain=grain, **window)["net_sales"] for grain in ("day", "week", "month")
    )
    assert sum(by_day.series) == sum(by_week.series) == sum(by_month.series) == by_day.value
    assert len(by_week.series) < len(by_day.series)


def test_a_period_that_ends_before_it_begins_is_refused(shop):
    with pytest.raises(Invalid):
        figures(shop, start=TODAY, end=nodes.START.date())


def test_products_know_pace_cover_and_margin(shop):
    with shop.read() as connection:
        listed = Products(STORE).page(connection, ProductFilter(), today=TODAY)
    bridle, pad = (product.variants[0] for product in listed.items)
    assert (bridle.sold_28d, bridle.available, bridle.days_of_cover) == (20, 40, Decimal("56.0"))
    assert bridle.margin_percent == Decimal("60.0")
    assert (pad.available, pad.days_of_cover, pad.margin_percent) == (0, Decimal("0.0"), None)


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (ProductFilter(text="saddle PAD"), ["Saddle pad"]),
        (ProductFilter(text="sku-1"), ["Bridle"]),
        (ProductFilter(text="100%"), []),
        (ProductFilter(status="draft"), []),
        (ProductFilter(stock="out"), ["Saddle pad"]),
        (ProductFilter(stock="low", low_days=60), ["Bridle"]),
        (ProductFilter(sort="sold"), ["Bridle", "Saddle pad"]),
        (ProductFilter(sort="cover"), ["Saddle pad", "Bridle"]),
        (ProductFilter(sort="price"), ["Bridle", "Saddle pad"]),
    ],
)
def test_products_are_searched_filtered_and_sorted(shop, wanted, titles):
    with shop.read() as connection:
        first = Products(STORE).page(connection, wanted, today=TODAY, limit=1)
        rest = ()
        if first.next_cursor:
            rest = (
                Products(STORE)
                .page(connection, wanted, today=TODAY, cursor=first.next_cursor, limit=5)
                .items
            )
    assert [item.title for item in (*first.items, *rest)] == titles
    assert first.total == len(titles)


def test_orders_page_newest_first_and_stay_stable_while_orders_come_in(shop):
    with shop.read() as connection:
        first = Orders(STORE).page(connection, OrderFilter(), limit=4)
    rows = OrderPageRows()
    late = nodes.order(99, [nodes.line(990, variant=1)], processed=nodes.at(24 * 9.5))
    mapping.add_order(rows, late, mapping.Days("Europe/Berlin"))
    with MirroredStore(shop, STORE, SyncState).page() as page:
        page.orders(rows)
    with shop.read() as connection:
        second = Orders(STORE).page(connection, OrderFilter(), cursor=first.next_cursor, limit=9)
    assert [item.id for item in (*first.items, *second.items)] == [str(n) for n in range(10, 0, -1)]


def test_orders_are_found_by_customer_number_and_day(shop):
    day = nodes.START.date() + timedelta(days=2)
    with shop.read() as connection:
        found = Orders(STORE)
        assert found.page(connection, OrderFilter(text="rosa")).total == 10
        assert found.page(connection, OrderFilter(text="#10")).total == 1
        assert found.page(connection, OrderFilter(since=day, until=day)).total == 1
        assert found.page(connection, OrderFilter(financial_status="refunded")).total == 0
        assert len(found.get(connection, "3").lines) == 2


def test_another_stores_rows_are_not_found(shop):
    with shop.read() as connection:
        assert Products("str_other").page(connection, ProductFilter(), today=TODAY).total == 0
        assert Orders("str_other").page(connection, OrderFilter()).total == 0
        with pytest.raises(NotFound):
            Orders("str_other").get(connection, "3")
