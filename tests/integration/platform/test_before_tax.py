"""Where prices include tax, net sales are without it: per day, variant, customer and order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, literal, select

from core.storage import migrate
from core.storage.database import Database
from core.storage.proportion import Proportion, proportion
from royal_platform.persistence import schema, stores
from royal_platform.persistence.counted_orders import by_customer
from royal_platform.persistence.orders import Orders
from royal_platform.persistence.tables.orders import daily_sales, daily_variant_sales
from royal_platform.persistence.taxes import before_tax
from tests.integration.platform import nodes
from tests.integration.platform.conftest import STORE, with_store
from tests.integration.platform.test_mirror import (
    EACH_TIME_EMPTIED,
    an_order,
    empty,
    mirror,
    put_orders,
)

_PARTS = 10_000


@pytest.fixture
def taxed(database: Database) -> Database:
    return _taxed(database)


def _taxed(database: Database) -> Database:
    with database.write() as transaction:
        stores.change(transaction.connection, STORE, taxes_included=True)
    return database


@st.composite
def a_taxed_order(draw: Any, number: int) -> dict[str, Any]:
    order = draw(an_order(number))
    total = _amount(order["totalPriceSet"])
    # More tax than was paid cannot be: what it belongs to counts nowhere.
    share = draw(st.sampled_from([0, 600, 1736, 2100, 20_000]))
    order["totalTaxSet"] = nodes.bag((total * share / _PARTS).quantize(Decimal("0.01")))
    return order


@settings(max_examples=25, suppress_health_check=EACH_TIME_EMPTIED)
@given(data=st.data())
def test_net_sales_are_what_orders_came_to_less_what_was_given_back_without_tax(
    taxed: Database, data: Any
) -> None:
    empty(taxed)
    made = [data.draw(a_taxed_order(number)) for number in (1, 2, 3)]
    put_orders(taxed, made)
    with taxed.read() as connection:
        days = connection.execute(select(daily_sales)).all()
        variants = connection.execute(select(daily_variant_sales)).all()
    assert sum(day.earned for day in days) == sum(_kept(o, _sold(o)) for o in made)
    assert sum(day.given_back for day in days) == sum(
        _kept(order, amount) for order in made for amount in _given_back(order)
    )
    goods = sum(row.revenue - row.returned - row.tax for row in variants)
    assert sum(day.sold for day in days) == goods


def test_orders_and_customers_are_told_without_the_tax_and_follow_the_shops_own_word(
    database: Database,
) -> None:
    order = nodes.order(1, [nodes.line(1, variant=1, quantity=1, price="121.00")])
    order["totalTaxSet"] = nodes.bag("21.00")
    put_orders(database, [order])
    assert _told(database) == (Decimal(121), Decimal(121), Decimal(121))
    facts = {
        "name": "S", "currency": "EUR", "timezone": "Europe/Berlin", "taxes_included": True,
        "api_version": "2026-10", "whole_history": True,
    }  # fmt: skip
    with mirror(database).page() as page:
        page.shop(facts)
    assert _told(database) == (Decimal(100), Decimal(100), Decimal(100))
    with mirror(database).page() as page:
        page.shop(facts | {"taxes_included": False})
    assert _told(database) == (Decimal(121), Decimal(121), Decimal(121))


@settings(suppress_health_check=EACH_TIME_EMPTIED)
@given(st.integers(-(10**15), 10**15), st.integers(0, 10**15), st.integers(1, 10**15))
def test_a_share_is_the_same_in_the_database_and_beyond_its_integers(
    database: Database, amount: int, part: int, whole: int
) -> None:
    part %= whole
    asked = Proportion(literal(amount), literal(part), literal(whole))
    with database.read() as connection:
        assert connection.execute(select(asked)).scalar_one() == proportion(amount, part, whole)


@pytest.fixture
def taxed_alone(database_url: str) -> Iterator[Database]:
    """In a database of the test's own, whose schema it may change."""
    schema.upgrade(database_url)
    yield from map(_taxed, with_store(database_url))


def test_days_from_before_are_given_the_figures_that_new_ones_get(
    taxed_alone: Database, database_url: str
) -> None:
    back = nodes.refund(1, created=nodes.at(30), lines=[(10, 1, "18.00")], adjustments=["-2.50"])
    made = [
        nodes.order(1, [nodes.line(10, variant=1, quantity=2, price="20.00")], refunds=[back]),
        nodes.order(2, [nodes.line(20, variant=None, price="7.77"),
                        nodes.line(21, variant=2, price="50.00")], order_discount="5.00"),
        nodes.order(3, [nodes.line(30, variant=1, price="9.99")], test=True),
    ]  # fmt: skip
    for order in made:
        order["totalTaxSet"] = nodes.bag("3.33")
    put_orders(taxed_alone, made)
    before = _days(taxed_alone)
    taxed_alone.dispose()
    migrate.downgrade(database_url, schema.MIGRATIONS, "0022_security")
    schema.upgrade(database_url)
    assert _days(taxed_alone) == before
    assert any(row.tax for row in before[1])


def _told(database: Database) -> tuple[Decimal, Decimal, Decimal]:
    sold = by_customer(STORE)
    with database.read() as connection:
        order = Orders(STORE).get(connection, "1").order
        customer = connection.execute(select(sold.c.net)).scalar_one()
        day = connection.execute(
            select(func.sum(daily_sales.c.earned, type_=daily_sales.c.earned.type))
        ).scalar_one()
    return order.net.amount, customer, day


def _days(database: Database) -> tuple[list[Any], list[Any]]:
    with database.read() as connection:
        return tuple(
            sorted(connection.execute(select(table)).all(), key=str)
            for table in (daily_sales, daily_variant_sales)
        )


def _kept(order: dict[str, Any], amount: Decimal) -> Decimal:
    raw, tax, total = (
        int(value * _PARTS)
        for value in (amount, _amount(order["totalTaxSet"]), _amount(order["totalPriceSet"]))
    )
    return Decimal(before_tax(raw, tax, total, included=True) or 0) / _PARTS


def _sold(order: dict[str, Any]) -> Decimal:
    return sum((_amount(line["discountedTotalSet"]) for line in order["lineItems"]["nodes"]),
               Decimal(0))  # fmt: skip


def _given_back(order: dict[str, Any]) -> list[Decimal]:
    return [
        amount
        for refund in order["refunds"]
        for amount in (
            *(_amount(entry["subtotalSet"]) for entry in refund["refundLineItems"]["nodes"]),
            *(-_amount(entry["amountSet"]) for entry in refund["orderAdjustments"]["nodes"]),
        )
    ]


def _amount(bag: dict[str, Any]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])
