"""What the mirror tells the pricing agent: collections and their products, discounts by day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import insert

from core.storage.database import Database
from royal_platform.commerce.catalog.model import Collection, DiscountRun
from royal_platform.persistence import stores
from royal_platform.persistence.readers import StoredCatalog, StoredSales
from royal_platform.persistence.tables.orders import daily_variant_sales
from royal_platform.shopify.rows import CollectionRow, DiscountRow, MembershipRow
from tests.integration.platform.conftest import STORE
from tests.integration.platform.test_mirror import mirror

AT = "2026-03-01T00:00:00Z"


def catalog(database: Database) -> StoredCatalog:
    return StoredCatalog(database, STORE)


def discount(number: str, starts: str, ends: str | None) -> DiscountRow:
    return DiscountRow(
        number, "automatic", f"Discount {number}", "active", None, "[]", 0, starts, ends, AT
    )


def test_collections_come_with_the_products_in_them_now(database: Database) -> None:
    rows = [CollectionRow(n, f"Collection {n}", n, AT) for n in ("c1", "c2", "c3", "c4")]
    members = [MembershipRow("c1", "2"), MembershipRow("c1", "1"), MembershipRow("c2", "1"),
               MembershipRow("c4", "9")]  # fmt: skip
    with mirror(database).page() as page:
        page.put("collections", rows, members)
    with mirror(database).page() as page:
        page.delete("collections", ["c4"])
    assert list(catalog(database).collections()) == [
        Collection("c1", "Collection c1", ("1", "2")), Collection("c2", "Collection c2", ("1",)),
    ]  # fmt: skip


def test_discounts_ran_on_the_stores_own_days_until_they_ended_or_were_removed(
    database: Database,
) -> None:
    with mirror(database).page() as page:
        page.put("discounts", [
            discount("d1", "2026-03-01T22:30:00Z", None),
            discount("d2", "2026-03-01T23:30:00Z", "2026-03-05T23:30:00Z"),
            discount("d3", "2026-03-02T08:00:00Z", "2900-01-01T00:00:00Z"),
        ])  # fmt: skip
    with mirror(database).page() as page:
        page.delete("discounts", ["d3"])
        removed = mirror(database).now().date()
    found = {each.title: each for each in catalog(database).discount_runs() or ()}
    assert found["Discount d1"] == DiscountRun("Discount d1", date(2026, 3, 1), None)
    assert found["Discount d2"] == DiscountRun("Discount d2", date(2026, 3, 2), date(2026, 3, 6))
    last = found["Discount d3"].last
    assert last is not None
    assert abs((last - removed).days) <= 1


def test_no_discount_is_told_apart_from_discounts_that_are_not_told(database: Database) -> None:
    assert catalog(database).discount_runs() is None
    with database.write() as transaction:
        cursor = {"shop": {"scopes": ["read_products", "write_discounts"]}}
        stores.change(transaction.connection, STORE, sync_cursor=cursor)
    assert catalog(database).discount_runs() == []


def test_money_of_a_currency_the_store_has_left_says_nothing_of_its_prices(
    database: Database,
) -> None:
    row = {
        "store_id": STORE, "variant_id": "v1", "units": 4, "returned_units": 1,
        "gross": Decimal(400), "revenue": Decimal(380), "returned": Decimal(0), "tax": Decimal(0),
    }  # fmt: skip
    with database.write() as transaction:
        stores.change(transaction.connection, STORE, currency="USD")
        transaction.connection.execute(insert(daily_variant_sales), [
            {**row, "day": date(2026, 3, 1), "currency": "EUR"},
            {**row, "day": date(2026, 3, 2), "currency": "USD"},
        ])  # fmt: skip
    told = StoredSales(database, STORE).variant_days(date(2026, 3, 1), date(2026, 3, 2))
    before, after = sorted(told, key=lambda each: each.day)
    assert (before.units, before.returned_units, before.foreign) == (4, 1, True)
    assert (before.revenue, before.gross) == (0, 0)
    assert (after.revenue, after.gross, after.foreign) == (380, 400, False)
