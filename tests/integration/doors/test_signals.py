"""What puts customers into flows: an expected order, goods that are back, a lower price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, update

from orchestrator.core import stock_wishes
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.persistence.tables import catalog, customers, orders
from tests.integration.doors import shop

SINCE = shop.NOW - timedelta(hours=1)
LATER = shop.NOW + timedelta(minutes=5)


@pytest.fixture
def filled(platform: Platform) -> Platform:
    shop.fill(platform)
    return platform


def stock(platform: Platform, number: int, available: int) -> None:
    with writing(platform) as books:
        books.connection.execute(
            update(catalog.inventory_levels)
            .where(catalog.inventory_levels.c.inventory_item_id == f"i{number}")
            .values(available=available, updated_at=books.now + timedelta(seconds=1))
        )


def price(platform: Platform, number: int, *seen: str) -> None:
    with writing(platform) as books:
        for place, each in enumerate(seen):
            values = {
                "store_id": platform.store_id, "variant_id": shop.variant_id(number),
                "at": LATER + timedelta(minutes=place), "price": Decimal(each), "currency": "EUR",
            }  # fmt: skip
            books.connection.execute(insert(catalog.price_observations).values(values))


def left_behind(
    platform: Platform, ident: str, customer: str | None, *goods: int, **changes: object
) -> None:
    """A checkout with one of each of the ``goods`` in it."""
    own = {"store_id": platform.store_id, "checkout_id": ident}
    row = {"store_id": platform.store_id, "id": ident, "customer_id": customer, "currency": "EUR"}
    row |= {"created_at": SINCE, **changes}
    with writing(platform) as books:
        left = orders.abandoned_checkouts
        books.connection.execute(insert(left).values(shop.whole(left, **row)))
        for number in goods:
            books.connection.execute(insert(orders.abandoned_checkout_lines).values(
                **own, id=f"{ident}-{number}", variant_id=shop.variant_id(number), quantity=2,
                title=shop.title(number), total=Decimal(120),
            ))  # fmt: skip


def test_a_checkout_left_behind_is_an_occasion_until_it_is_finished(filled: Platform) -> None:
    left_behind(filled, "c2", "6002", 1, created_at=SINCE + timedelta(minutes=1))
    left_behind(filled, "c1", shop.CUSTOMER, 1, 2)
    left_behind(filled, "finished", shop.CUSTOMER, 1, completed_at=shop.NOW)
    left_behind(filled, "nobody", None, 1)
    left_behind(filled, "forgotten", shop.CUSTOMER, 1, deleted_at=shop.NOW)
    left_behind(filled, "before", shop.CUSTOMER, 1, created_at=SINCE - timedelta(seconds=1))
    first, second = filled.signals.checkouts_abandoned(SINCE)
    assert (first.id, first.customer_id, first.at) == ("c1", shop.CUSTOMER, SINCE)
    assert first.variants == (shop.variant_id(1), shop.variant_id(2))
    assert first.context["lines"][0] == {
        "title": shop.title(1), "quantity": 2, "price": "120.00 EUR",
    }  # fmt: skip
    assert second.id == "c2"
    begun = {one.id for one in filled.signals.checkouts_begun(SINCE)}
    assert begun == {"c1", "c2", "finished"}


def test_goods_that_are_back_are_told_to_who_asked_and_to_nobody_else(filled: Platform) -> None:
    wanted = shop.variant_id(4)
    assert not stock_wishes.ask(filled, shop.CUSTOMER, wanted), "it is in stock: nothing is kept"
    stock(filled, 4, 0)
    assert stock_wishes.ask(filled, shop.CUSTOMER, wanted)
    assert filled.signals.back_in_stock(SINCE) == []
    stock(filled, 4, 7)
    [signal] = filled.signals.back_in_stock(SINCE)
    assert (signal.customer_id, signal.variants) == (shop.CUSTOMER, (wanted,))
    assert signal.context["title"] == shop.title(4)
    assert signal.context["url"].endswith(f"?variant={wanted}")
    assert filled.signals.back_in_stock(SINCE + timedelta(days=1)) == []


def test_a_lower_price_is_told_to_who_ordered_it_or_left_it_in_a_checkout(filled: Platform) -> None:
    price(filled, 1, "60.00", "54.00")
    price(filled, 2, "60.00", "59.00")
    left_behind(filled, "c1", "6002", 1, 2)
    found = filled.signals.prices_dropped(SINCE)
    # Ann ordered the first one three times; one euro less of sixty is no occasion.
    assert {(one.customer_id, one.variants) for one in found} == {
        (shop.CUSTOMER, (shop.variant_id(1),)), ("6002", (shop.variant_id(1),)),
    }  # fmt: skip
    assert {one.context["title"] for one in found} == {shop.title(1)}
    # It rose again: nobody is told.
    price_up = LATER + timedelta(hours=1)
    with writing(filled) as books:
        books.connection.execute(insert(catalog.price_observations).values(
            store_id=filled.store_id, variant_id=shop.variant_id(1), at=price_up,
            price=Decimal("60.00"), currency="EUR",
        ))  # fmt: skip
    assert filled.signals.prices_dropped(SINCE) == []


def test_an_expected_order_waits_from_its_day_and_only_once_it_is_known(filled: Platform) -> None:
    day = shop.TODAY + timedelta(days=20)
    row = {"store_id": filled.store_id, "customer_id": shop.CUSTOMER, "currency": "EUR"}
    values = shop.whole(customers.customer_values, **row, next_order=day)
    with writing(filled) as books:
        books.connection.execute(insert(customers.customer_values).values(values))
    assert filled.signals.orders_expected(SINCE) == []
    valued = {"store_id": filled.store_id, "day": shop.TODAY, "as_of": LATER, "currency": "EUR"}
    with writing(filled) as books:
        books.connection.execute(
            insert(customers.customer_valuations).values(
                shop.whole(customers.customer_valuations, **valued)
            )
        )
    [signal] = filled.signals.orders_expected(SINCE)
    assert signal.customer_id == shop.CUSTOMER
    assert signal.waits_from == filled.clock().day_start(day)
