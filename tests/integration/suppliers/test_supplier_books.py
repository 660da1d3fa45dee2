"""Offers, their versions and supplier orders, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from sqlalchemy import insert

from core.errors import Invalid
from core.storage.database import Database
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    Offer,
    OrderLine,
    StatedLine,
    SupplierOrder,
    Tracking,
)
from royal_platform.commerce.suppliers.ports import Fault, Reading
from royal_platform.persistence import stores
from royal_platform.persistence.offers import Offers, StoredOffers
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.suppliers import Suppliers
from royal_platform.persistence.tables.catalog import variants

T0 = datetime(2026, 5, 1, tzinfo=UTC)


def euro(amount: str) -> Money:
    return Money(D(amount), "EUR")


PAD = Offer("s", "P", "Saddle Pad", cost=euro("10"), stock=4, sku="pad-1", lead_days_high=5)
PICK = Offer("s", "H", "Hoof Pick", cost=euro("1.2345"), brand="Acme")


@pytest.fixture
def database(migrated_url: str):
    found = Database(migrated_url)
    with found.write() as transaction:
        connection = transaction.connection
        for store_id in ("mine", "other"):
            stores.create(connection, store_id=store_id, domain=f"{store_id}.test",
                          source="shopify", api_version="2026-10")  # fmt: skip
            Suppliers(store_id).add(
                connection, supplier_id="s", name="Acme", kind="feed", origin="entered",
                settings={}, actor="ada", active=True, now=T0,
            )  # fmt: skip
        connection.execute(
            insert(variants),
            [{"store_id": "mine", "id": "v1", "product_id": "p1", "title": "Pad", "sku": "PAD-1",
              "position": 1, "price": D(20), "currency": "EUR", "unit_cost": None,
              "inventory_item_id": "i1", "tracked": True, "updated_at": T0}],
        )  # fmt: skip
    yield found
    found.dispose()


def take(database: Database, *offers: Offer, days: int = 0, faults: tuple[Fault, ...] = ()):
    with database.write() as transaction:
        return Offers("mine").take(
            transaction.connection, "s", Reading(offers, faults), now=T0 + timedelta(days=days)
        )


def test_versions_follow_terms_and_stock_moves_within_one(database: Database) -> None:
    assert take(database, PAD, PICK).added == 2
    book = StoredOffers(database, "mine")
    assert take(database, replace(PAD, stock=9), PICK, days=1).variant_ids == ()
    assert take(database, replace(PAD, stock=0), PICK, days=2).variant_ids == ("v1",)
    (pad,) = book.offers(["v1"])
    assert (pad.version, pad.offer.stock) == (1, 0)
    dearer = take(database, replace(PAD, cost=euro("11")), days=3)
    assert (dearer.changed, dearer.withdrawn, dearer.variant_ids) == (1, 1, ("v1",))
    now, before = book.history("s", "P")
    assert (now.version, now.offer.cost, now.until) == (2, euro("11"), None)
    assert before.until == now.since == T0 + timedelta(days=3)
    assert [each.offer.supplier_sku for each in book.offers()] == ["P"]
    back = take(database, PAD, PICK, days=4)
    assert (back.added, back.changed) == (0, 2)
    assert book.history("s", "H")[0].offer.cost == euro("1.2345")


def test_an_article_that_is_listed_unreadably_stays_as_last_known_with_the_reason(
    database: Database,
) -> None:
    take(database, PAD, PICK)
    book = StoredOffers(database, "mine")
    wrong = Fault(1, "its cost 'much' is not an amount", "P")
    changes = take(database, PICK, days=1, faults=(wrong,))
    assert (changes.changed, changes.withdrawn, changes.variant_ids) == (0, 0, ())
    (pad,) = book.offers(["v1"])
    assert (pad.version, pad.offer, pad.unread) == (1, PAD, wrong.reason)
    assert {each.unread for each in book.offers() if each.offer.supplier_sku == "H"} == {None}
    # Read again it is as it was, whatever it says now.
    take(database, PAD, PICK, days=2)
    assert [each.unread for each in book.offers()] == [None, None]
    take(database, PICK, days=3, faults=(wrong,))
    assert take(database, replace(PAD, cost=euro("11")), PICK, days=4).changed == 1
    (pad,) = book.offers(["v1"])
    assert (pad.version, pad.offer.cost, pad.unread) == (2, euro("11"), None)
    take(database, PICK, days=5, faults=(wrong,))
    # A row of another article, or one that names none, keeps nothing that is gone.
    others = (Fault(1, "it has no SKU"), Fault(2, "-", "X"))
    assert take(database, PICK, days=6, faults=others).withdrawn == 1
    assert book.offers(["v1"]) == []
    take(database, PICK, days=7, faults=(wrong,))
    assert book.history("s", "P")[0].withdrawn
    assert book.offers(["v1"]) == []


def test_rows_that_hide_which_articles_they_are_withdraw_none(database: Database) -> None:
    take(database, PAD, PICK)
    hidden = Fault(1, "its shape is unknown", hides=True)
    assert take(database, PICK, days=1, faults=(hidden,)).withdrawn == 0
    (pad,) = StoredOffers(database, "mine").offers(["v1"])
    assert pad.unread == hidden.reason


def test_offers_are_searched_paged_and_another_stores_are_not_seen(database: Database) -> None:
    take(database, *[replace(PAD, supplier_sku=f"P{n:02}", sku=None) for n in range(5)], PICK)
    book = Offers("mine")
    with database.read() as connection:
        seen, cursor = [], None
        while True:
            page = book.page(connection, cursor=cursor, limit=2)
            seen += [each.offer.supplier_sku for each in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == ["H", "P00", "P01", "P02", "P03", "P04"]
        assert page.total == 6
        assert book.page(connection, words="acme pick").total == 1
        assert book.page(connection, is_matched=True).total == 0
        assert Offers("other").page(connection).total == 0
        with pytest.raises(Invalid):
            book.page(connection, cursor="nonsense")
    assert StoredOffers(database, "other").offers() == []


def test_an_order_is_booked_once_and_brought_up_to_date(database: Database) -> None:
    stated = SupplierOrder("ord-1", "77", "accepted", T0 + timedelta(days=5), total=euro("31.40"))
    orders = SupplierOrders("mine")
    lines = (OrderLine("P", 3, euro("10"), "Saddle Pad"),)
    with database.write() as transaction:
        for _ in range(2):
            orders.book(transaction.connection, stated, supplier_id="s", decision_id="d1",
                        lines=lines, order_id="o1", now=T0)  # fmt: skip
    arrived = replace(
        stated, status="delivered", delivered_at=T0 + timedelta(days=6), tracking=Tracking("T1")
    )
    with database.write() as transaction:
        assert orders.state(transaction.connection, arrived, now=T0)
        assert not orders.state(transaction.connection, arrived, now=T0)
    with database.read() as connection:
        page = orders.page(connection)
        booked = orders.of_decision(connection, "d1")
        assert orders.open(connection, "s") == []
        assert SupplierOrders("other").page(connection).total == 0
    assert page.total == 1
    assert (booked.order, booked.lines, booked.order_id) == (arrived, lines, "o1")
    found = StoredOffers(database, "mine").reliability()["s"]
    assert (found.judged, found.on_time, found.mean_lead_days) == (1, 0, 6)


def test_a_statement_that_is_silent_about_the_lines_takes_nothing_back(database: Database) -> None:
    told = SupplierOrder("ord-1", "77", "partial", lines=(StatedLine("P", 2, 1),))
    orders = SupplierOrders("mine")
    with database.write() as transaction:
        orders.book(
            transaction.connection, replace(told, lines=None), supplier_id="s", decision_id="d1",
            lines=(OrderLine("P", 3),), order_id="o1", now=T0,
        )  # fmt: skip
        assert orders.get(transaction.connection, "ord-1").order.lines is None
        assert orders.state(transaction.connection, told, now=T0)
        assert not orders.state(transaction.connection, replace(told, lines=None), now=T0)
        cancelled = replace(told, status="cancelled", lines=None)
        assert orders.state(transaction.connection, cancelled, now=T0)
        found = orders.get(transaction.connection, "ord-1").order
    assert (found.status, found.lines) == ("cancelled", told.lines)
