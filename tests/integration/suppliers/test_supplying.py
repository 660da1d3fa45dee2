"""From a supplier's server on loopback to versioned offers, orders, and the agent's terms."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.errors import Conflict, NotFound
from core.events.log import read_after
from orchestrator.core import serving, supplying
from orchestrator.core.books import reading, writing
from royal_platform.bootstrap import Platform, supplier_desk
from royal_platform.commerce.suppliers.model import OrderLine, OrderRequest
from royal_platform.commerce.suppliers.rules import best_by_variant
from royal_platform.persistence.supplier_orders import SupplierOrders
from royal_platform.persistence.suppliers import Supplier, Suppliers
from royal_platform.suppliers.schemas import FeedSettings, SupplierSettings
from tests.integration.platform.wire import Sandbox

CHEAP, FAST = "sup_sandbox_groothandel", "sup_sandbox_express"
pytestmark = pytest.mark.timeout(180)


def read(platform: Platform) -> int:
    return asyncio.run(supplying.read_due(platform))


def suppliers(platform: Platform) -> dict[str, Supplier]:
    with reading(platform) as books:
        found = Suppliers(books.store_id).all(books.connection)
    return {each.id: each for each in found}


def step(sandbox: Sandbox, platform: Platform, days: float) -> None:
    sandbox.control("step", {"days": days})
    asyncio.run(platform.refresh_clock())


def events(platform: Platform, type_: str) -> list:
    with platform.database.read() as connection:
        return read_after(connection, platform.store_id, 0, 10_000, type=type_)


@pytest.fixture(scope="module", autouse=True)
def first_reading(platform: Platform) -> None:
    assert supplying.waits(platform)
    assert read(platform) == 2
    assert not supplying.waits(platform)


def test_the_sandboxs_suppliers_are_entered_read_and_labelled(platform: Platform) -> None:
    found = suppliers(platform)
    assert {found[CHEAP].state, found[FAST].state} == {"ready"}
    assert {each.origin for each in found.values()} == {"sandbox"}
    assert all(each.fault_count == 0 and each.offer_count > 50 for each in found.values())
    assert found[CHEAP].sample[0]["Inkoopprijs"].count(",") == 1


def test_offers_are_matched_with_variants_and_newcomers_are_not(platform: Platform) -> None:
    offers = platform.offers.offers()
    variants = {each.id: each for each in platform.catalog.variants()}
    known = [each for each in offers if each.variant_id is not None]
    assert len(known) > 100
    assert all(each.offer.sku == variants[each.variant_id].sku for each in known)
    assert [each for each in offers if each.variant_id is None]
    assert len(best_by_variant(offers, currency="EUR")) > 100


def test_customers_orders_are_routed_only_to_who_takes_orders(platform: Platform) -> None:
    entered = SupplierSettings.model_validate(suppliers(platform)[FAST].settings)

    def enter(settings: SupplierSettings) -> set[str]:
        supplying.change(
            platform, FAST, version=suppliers(platform)[FAST].version, name="Express",
            settings=settings, active=True, actor="ada",
        )  # fmt: skip
        return {each.offer.supplier_id for each in serving.market(platform).offers}

    assert enter(entered.model_copy(update={"desk": None})) == {CHEAP}
    # Its costs still count where goods are ordered by hand.
    assert FAST in {each.offer.supplier_id for each in platform.offers.offers()}
    assert enter(entered) == {CHEAP, FAST}
    # What was entered anew is read anew.
    assert read(platform) == 1


def test_reading_again_on_the_same_day_changes_nothing(platform: Platform) -> None:
    before = len(events(platform, supplying.OFFERS_CHANGED))
    with writing(platform) as books:
        Suppliers(books.store_id).hasten(books.connection, CHEAP, books.now)
    assert read(platform) == 1
    assert len(events(platform, supplying.OFFERS_CHANGED)) == before
    assert all(each.version == 1 for each in platform.offers.offers())


def test_an_order_is_placed_once_shipped_delivered_and_becomes_reliability(
    sandbox: Sandbox, platform: Platform
) -> None:
    desk = supplier_desk(platform, FAST)
    offer = next(
        each.offer for each in platform.offers.offers()
        if each.offer.supplier_id == FAST and (each.offer.stock or 0) > 10
    )  # fmt: skip
    lines = (OrderLine(offer.supplier_sku, 2, offer.cost, offer.title),)
    order = OrderRequest("ord-known", lines)

    async def twice():
        return await desk.place(order, "execute:1"), await desk.place(order, "execute:1")

    first, second = asyncio.run(twice())
    assert first == second
    assert (first.status, first.reference) == ("accepted", "ord-known")
    assert first.total.amount > offer.cost.amount * 2
    with writing(platform) as books:
        SupplierOrders(books.store_id).book(
            books.connection, first, supplier_id=FAST, decision_id="dec_1", lines=lines,
            order_id=None, now=books.now,
        )  # fmt: skip
    step(sandbox, platform, 20)
    assert supplying.waits(platform)
    assert read(platform) == 2
    with reading(platform) as books:
        booked = SupplierOrders(books.store_id).get(books.connection, "ord-known")
    assert booked.order.status == "delivered"
    assert booked.order.tracking.number
    assert booked.lines == lines
    assert events(platform, "supplier.order.delivered")
    assert platform.offers.reliability()[FAST].judged == 1


def test_costs_that_moved_are_new_versions_and_say_so(sandbox: Sandbox, platform: Platform) -> None:
    step(sandbox, platform, 40)
    assert read(platform) == 2
    moved = [each for each in platform.offers.offers() if each.version > 1]
    assert moved
    one = moved[0].offer
    newest, *older = platform.offers.history(one.supplier_id, one.supplier_sku)
    assert newest.until is None
    assert older[0].until is not None
    assert events(platform, supplying.OFFERS_CHANGED)


def test_an_order_can_be_cancelled_until_it_is_shipped(
    sandbox: Sandbox, platform: Platform
) -> None:
    desk = supplier_desk(platform, CHEAP)
    offer = next(
        each.offer for each in platform.offers.offers()
        if each.offer.supplier_id == CHEAP and (each.offer.stock or 0) > 10
    )  # fmt: skip
    lines = (OrderLine(offer.supplier_sku, 6),)

    async def place(reference: str):
        return await desk.place(OrderRequest(reference, lines), "k")

    asyncio.run(place("ord-cancel"))
    assert asyncio.run(desk.cancel("ord-cancel", "k")).status == "cancelled"
    assert asyncio.run(desk.cancel("ord-cancel", "k")).status == "cancelled"
    asyncio.run(place("ord-late"))
    step(sandbox, platform, 10)
    with pytest.raises(Exception, match="shipped"):
        asyncio.run(desk.cancel("ord-late", "k"))


def test_an_order_in_unknown_words_keeps_no_other_and_no_offer_back(
    sandbox: Sandbox, platform: Platform
) -> None:
    step(sandbox, platform, 1)
    desk = supplier_desk(platform, FAST)
    offer = next(
        each.offer for each in platform.offers.offers()
        if each.offer.supplier_id == FAST and (each.offer.stock or 0) > 10
    )  # fmt: skip
    lines = (OrderLine(offer.supplier_sku, 1),)
    placed = {
        name: asyncio.run(desk.place(OrderRequest(name, lines), name))
        for name in ("ord-strange", "ord-plain")
    }
    with writing(platform) as books:
        for each in placed.values():
            SupplierOrders(books.store_id).book(
                books.connection, each, supplier_id=FAST, decision_id=each.reference, lines=lines,
                order_id=None, now=books.now,
            )  # fmt: skip
    # This one is cancelled there, by a word its settings do not explain.
    asyncio.run(desk.cancel("ord-strange", "c"))
    explain(platform, {"cancelled": "geannuleerd"})
    for _ in range(2):
        step(sandbox, platform, 1)
        read(platform)
        assert suppliers(platform)[FAST].state == "ready"
    strange = [each for each in suppliers(platform)[FAST].faults if "order" in each]
    assert [each["order"] for each in strange] == ["ord-strange"]
    assert "geannuleerd" in strange[0]["reason"] or "cancelled" in strange[0]["reason"]
    assert len(events(platform, "supplier.order.unread")) == 1
    explain(platform, {})
    step(sandbox, platform, 20)
    read(platform)
    with reading(platform) as books:
        booked = {
            name: SupplierOrders(books.store_id).get(books.connection, name) for name in placed
        }
    assert {name: each.order.status for name, each in booked.items()} == {
        "ord-strange": "cancelled", "ord-plain": "delivered",
    }  # fmt: skip


def test_an_order_with_an_unreadable_time_goes_on_without_it_and_says_so(
    sandbox: Sandbox, platform: Platform
) -> None:
    step(sandbox, platform, 1)
    desk = supplier_desk(platform, FAST)
    offer = next(
        each.offer for each in platform.offers.offers()
        if each.offer.supplier_id == FAST and (each.offer.stock or 0) > 10
    )  # fmt: skip
    lines = (OrderLine(offer.supplier_sku, 1),)
    placed = asyncio.run(desk.place(OrderRequest("ord-vague", lines), "ord-vague"))
    with writing(platform) as books:
        SupplierOrders(books.store_id).book(
            books.connection, placed, supplier_id=FAST, decision_id="ord-vague", lines=lines,
            order_id=None, now=books.now,
        )  # fmt: skip
    # Where it looks for the promise there is a word, not a time.
    explain(platform, response={"promised_at": "status"})
    asyncio.run(desk.cancel("ord-vague", "c"))
    read(platform)
    with reading(platform) as books:
        booked = SupplierOrders(books.store_id).get(books.connection, "ord-vague")
    assert (booked.order.status, booked.order.promised_at) == ("cancelled", None)
    told = [each for each in suppliers(platform)[FAST].faults if "order" in each]
    assert [each["order"] for each in told] == ["ord-vague"]
    assert told[0]["reason"].startswith("unknown promised_at")


def explain(platform: Platform, statuses: dict[str, str] | None = None, **desk: object) -> None:
    """Change what words the supplier's desk uses for how an order stands, or where it says so."""
    with writing(platform) as books:
        repository = Suppliers(books.store_id)
        before = repository.get(books.connection, FAST)
        settings = dict(before.settings)
        settings["desk"] = {**settings["desk"], **desk, "statuses": statuses or {}}
        repository.change(
            books.connection, FAST, version=before.version, name=before.name, settings=settings,
            active=before.active, actor="Ada", now=books.now,
        )  # fmt: skip


def test_a_supplier_is_tried_before_its_offers_count(platform: Platform) -> None:
    read(platform)
    folder = Path(platform.settings.var_dir) / "feeds"
    folder.mkdir(exist_ok=True)
    (folder / "new.csv").write_text("code,name,netto\nN1,New Pad,12.00\nN2,,\n")
    entered = SupplierSettings(feed=FeedSettings(file="new.csv"))
    supplier_id = supplying.enter(platform, name="New", kind="feed", settings=entered, actor="ada")
    assert read(platform) == 1
    tried = suppliers(platform)[supplier_id]
    assert (tried.state, tried.active, tried.sample[0]["name"]) == ("ready", False, "New Pad")
    assert not [o for o in platform.offers.offers() if o.offer.supplier_id == supplier_id]
    mapped = SupplierSettings(
        feed=FeedSettings(
            file="new.csv", columns={"supplier_sku": "code", "title": "name", "cost": "netto"}
        )
    )
    supplying.change(
        platform, supplier_id, version=1, name="New", settings=mapped, active=True, actor="ada"
    )
    with pytest.raises(Conflict):
        supplying.change(
            platform, supplier_id, version=1, name="New", settings=mapped, active=True, actor="bo"
        )
    assert read(platform) == 1
    first, _ = [o for o in platform.offers.offers() if o.offer.supplier_id == supplier_id]
    assert str(first.offer.cost) == "12.00 EUR"
    with pytest.raises(Conflict):
        supplying.enter(platform, name="new", kind="feed", settings=entered, actor="ada")


def test_an_article_in_a_cell_that_is_no_number_stays_as_last_known(platform: Platform) -> None:
    path = Path(platform.settings.var_dir) / "feeds" / "new.csv"
    path.write_text("code,name,netto\nN1,New Pad,on request\nN2,,\n")
    supplier_id = next(each.id for each in suppliers(platform).values() if each.name == "New")
    supplying.hasten(platform, supplier_id, "ada")
    assert read(platform) == 1
    mine = [o for o in platform.offers.offers() if o.offer.supplier_id == supplier_id]
    first = next(each for each in mine if each.offer.supplier_sku == "N1")
    assert (len(mine), first.version, str(first.offer.cost)) == (2, 1, "12.00 EUR")
    assert "on request" in str(first.unread)


def test_an_article_that_is_no_longer_listed_is_withdrawn(platform: Platform) -> None:
    path = Path(platform.settings.var_dir) / "feeds" / "new.csv"
    path.write_text("code,name,netto\nN1,New Pad,12.00\n")
    supplier_id = next(each.id for each in suppliers(platform).values() if each.name == "New")
    supplying.hasten(platform, supplier_id, "ada")
    assert read(platform) == 1
    mine = [o for o in platform.offers.offers() if o.offer.supplier_id == supplier_id]
    assert [each.offer.supplier_sku for each in mine] == ["N1"]
    newest = platform.offers.history(supplier_id, "N2")[0]
    assert newest.withdrawn


@pytest.mark.parametrize("name", ["../royal.db", "/etc/passwd", "none.csv"])
def test_only_files_in_the_folder_of_feeds_are_read(platform: Platform, name: str) -> None:
    entered = SupplierSettings(feed=FeedSettings(file=name))
    supplier_id = supplying.enter(
        platform, name=f"Bad {name}", kind="feed", settings=entered, actor="ada"
    )
    assert read(platform) == 0
    failed = suppliers(platform)[supplier_id]
    assert failed.state == "failed"
    assert "no feed file" in failed.detail


def test_a_private_address_is_refused_and_named_in_the_remedy(
    sandbox: Sandbox, platform: Platform
) -> None:
    entered = SupplierSettings(
        feed=FeedSettings(url=f"{sandbox.url}/supplier/express/catalogue.csv")
    )
    supplier_id = supplying.enter(
        platform, name="Private", kind="feed", settings=entered, actor="ada"
    )
    assert read(platform) == 0
    assert "ROYAL_OUTBOUND_ALLOWED" in suppliers(platform)[supplier_id].detail


def test_what_is_not_there_is_said(platform: Platform) -> None:
    with pytest.raises(NotFound):
        supplying.hasten(platform, "sup_none", "ada")
