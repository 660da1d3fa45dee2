"""Printful by its published protocol: what its articles cost, and orders placed exactly once."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest

from core.outbound.guard import AddressGuard, PrivateAddressError
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    OrderLine,
    OrderRequest,
    Recipient,
    StatedLine,
)
from royal_platform.suppliers.errors import SupplierLocked, SupplierRejected, SupplierUnavailable
from royal_platform.suppliers.printful.adapter import (
    PrintfulCatalogue,
    PrintfulDesk,
    PrintfulReader,
)
from royal_platform.suppliers.printful.client import PrintfulClient
from royal_platform.suppliers.schemas import Destination, PrintfulSettings
from tests.counterparts.printful import CATALOGUE, PRODUCTS, STORE, TOKEN, Printful

TO = Recipient("Ann Rider", "1 Main St", "Austin", "78701", "US", province="TX")
HOME = Destination(country="NL", postal_code="6711AA")


@dataclass
class Shop:
    server: Printful
    waited: list[float] = field(default_factory=list)

    def client(
        self, token: str = TOKEN, store: str = STORE, *, allowed: bool = True
    ) -> PrintfulClient:
        async def given() -> str:
            return token

        async def pause(seconds: float) -> None:
            self.waited.append(seconds)

        guard = AddressGuard.of([f"127.0.0.1:{self.server.port}"] if allowed else [])
        return PrintfulClient(guard, given, self.server.url, store, pause)

    def read(self, client: PrintfulClient | None = None, **settings):
        wanted = PrintfulSettings(**settings)
        catalogue = PrintfulCatalogue("sup_1", client or self.client(), wanted, "EUR")
        return asyncio.run(catalogue.catalogue())

    def place(self, reference: str, sku: str = "501", to: Recipient | None = TO):
        desk = PrintfulDesk(PrintfulReader(self.client()))
        return asyncio.run(desk.place(OrderRequest(reference, (OrderLine(sku, 2),), to), "k"))

    def track(self, reference: str):
        return asyncio.run(PrintfulReader(self.client()).track(reference))

    def posted(self) -> list[str]:
        return [path for method, path in self.server.calls if method == "POST"]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Printful() as server:
        yield Shop(server)


def test_articles_cost_what_the_catalogue_asks_with_every_printed_place(shop: Shop):
    found = {each.supplier_sku: each for each in shop.read(ship_to=HOME).offers}
    assert set(found) == {"501", "502", "503"}
    assert found["501"].cost == Money(D("9.85"), "EUR")
    assert found["502"].cost == Money(D("15.10"), "EUR")
    assert found["501"].shipping == Money(D("4.79"), "EUR")
    assert (found["501"].lead_days_low, found["501"].lead_days_high) == (4, 7)
    assert (found["501"].sku, found["501"].retail_price) == ("TEE-S", Money(D("29.99"), "EUR"))
    assert found["501"].image_url == "https://files.cdn.printful.com/501-preview.png"
    assert found["501"].stock is None
    assert found["503"].stock == 0


def test_an_article_that_is_linked_with_nothing_is_left_out_and_says_so(shop: Shop):
    assert [fault.reason for fault in shop.read().faults] == [
        "it is linked with no article of Printful"
    ]


def test_without_a_destination_shipping_and_lead_time_are_unknown(shop: Shop):
    offer = shop.read().offers[0]
    assert (offer.shipping, offer.lead_days_high) == (None, None)


@pytest.mark.parametrize("connected", [True, False])
def test_products_are_read_where_the_kind_of_store_keeps_them(shop: Shop, connected: bool):
    shop.server.page = 1
    assert len(shop.read(connected=connected).offers) == 3
    kind = "sync" if connected else "store"
    assert ("GET", f"/{kind}/products") in shop.server.calls


def test_being_turned_away_is_waited_out_as_long_as_it_says(shop: Shop):
    shop.server.turn_away = 2
    assert shop.read().offers
    assert shop.waited == [7.0, 7.0]
    shop.server.turn_away = 9
    with pytest.raises(SupplierUnavailable, match="429"):
        shop.read()


def test_a_token_that_is_not_accepted_says_what_to_do(shop: Shop):
    for client in (shop.client(token="wrong"), shop.client(store="1")):
        with pytest.raises(SupplierLocked, match="token") as refused:
            shop.read(client)
        assert "PRINTFUL_API_KEY" in str(refused.value.remedy)
        assert "wrong" not in f"{refused.value!r} {client!r}"


def test_a_private_address_is_refused_unless_it_is_allowed(shop: Shop):
    with pytest.raises(PrivateAddressError):
        shop.read(shop.client(allowed=False))


def test_an_order_is_made_and_confirmed_and_its_total_is_without_tax(shop: Shop):
    placed = shop.place("RE-1")
    assert (placed.reference, placed.status) == ("RE-1", "accepted")
    assert placed.total == Money(D("24.49"), "EUR")
    assert shop.server.orders["RE-1"]["recipient"]["state_code"] == "TX"


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_that_is_lost_leads_to_one_order_once_it_is_repeated(shop: Shop, lost: int):
    shop.server.lose = lost
    for _ in range(lost):
        with pytest.raises(SupplierUnavailable):
            shop.place("RE-1")
    assert shop.place("RE-1").status == "accepted"
    assert shop.posted() == ["/orders", "/orders/@RE-1/confirm"]


def test_a_draft_was_not_placed(shop: Shop):
    shop.server.lose = 1
    with pytest.raises(SupplierUnavailable):
        shop.place("RE-1")
    assert shop.server.orders["RE-1"]["status"] == "draft"
    assert shop.track("RE-1") is None


def test_a_parcel_tells_its_number_its_promise_and_its_arrival(shop: Shop):
    shop.place("RE-1")
    shop.server.ship("RE-1", promised="2026-01-08")
    sent = shop.track("RE-1")
    assert (sent.status, sent.tracking.number, sent.tracking.carrier) == (
        "shipped",
        "JD0146",
        "DHL",
    )
    assert sent.shipped_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert sent.promised_at == datetime(2026, 1, 8, 23, 59, 59, tzinfo=UTC)
    shop.server.ship("RE-1", promised="2026-01-08", delivered="2026-01-07T09:00:00Z")
    there = shop.track("RE-1")
    assert (there.status, there.delivered_at) == ("delivered", datetime(2026, 1, 7, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("pending", "accepted"), ("onhold", "accepted"), ("inreview", "accepted"),
     ("inprocess", "accepted"), ("partial", "partial"), ("fulfilled", "shipped"),
     ("canceled", "cancelled"), ("failed", "stopped")],
)  # fmt: skip
def test_its_words_mean_ours(shop: Shop, theirs: str, ours: str):
    shop.place("RE-1")
    shop.server.move("RE-1", theirs)
    assert shop.track("RE-1").status == ours


def test_a_part_that_was_sent_tells_which_units_left(shop: Shop):
    shop.place("RE-1")
    assert shop.track("RE-1").lines is None
    shop.server.ship("RE-1", promised="2026-01-08", units=1)
    found = shop.track("RE-1")
    assert (found.status, found.lines) == ("partial", (StatedLine("501", 1, 0),))
    parcel = shop.server.orders["RE-1"]["shipments"][0]
    parcel["items"] = []
    assert shop.track("RE-1").lines is None


def test_what_failed_there_and_was_cancelled_is_not_made_when_it_is_mended(shop: Shop):
    shop.place("RE-1")
    shop.server.move("RE-1", "failed")
    desk = PrintfulDesk(PrintfulReader(shop.client()))
    assert asyncio.run(desk.cancel("RE-1", "k")).status == "cancelled"
    assert shop.track("RE-1").status == "cancelled"


def test_a_word_that_is_not_known_is_not_guessed(shop: Shop):
    shop.place("RE-1")
    shop.server.move("RE-1", "teleported")
    with pytest.raises(SupplierRejected, match="teleported"):
        shop.track("RE-1")


def test_what_is_being_made_is_not_cancelled(shop: Shop):
    shop.place("RE-1")
    shop.server.move("RE-1", "inprocess")
    desk = PrintfulDesk(PrintfulReader(shop.client()))
    with pytest.raises(SupplierRejected, match="no longer be canceled"):
        asyncio.run(desk.cancel("RE-1", "k"))
    assert shop.track("RE-1").status == "accepted"


def test_an_order_for_no_address_is_refused_before_anything_is_sent(shop: Shop):
    with pytest.raises(SupplierRejected, match="named address"):
        shop.place("RE-1", to=None)
    assert shop.posted() == []


def spoiled(path: str, place: list, value: object) -> dict:
    """The counterpart's answer at ``path`` with one value of its result replaced."""
    found = copy.deepcopy(
        {
            "/store/products": [product for product, _ in PRODUCTS.values()],
            "/store/products/1": {"sync_product": PRODUCTS[1][0], "sync_variants": PRODUCTS[1][1]},
            "/products/71": CATALOGUE[71],
            "/shipping/rates": [{"id": "STANDARD", "rate": "4.79", "currency": "EUR"}],
        }[path]
    )
    *way, last = place
    at = found
    for step in way:
        at = at[step]
    at[last] = value
    return {"code": 200, "result": found, "paging": {"total": 2, "offset": 0, "limit": 100}}


@pytest.mark.parametrize(
    ("path", "place", "value", "offered", "unknown", "named"),
    [
        ("/store/products/1", ["sync_variants", 1, "retail_price"], "free", {"501", "503"}, 1,
         {"502"}),
        ("/store/products/1", ["sync_variants", 1], None, {"501", "503"}, 1, None),
        ("/store/products/1", ["sync_variants"], "none", set(), 1, None),
        ("/store/products", [1, "id"], "second", {"501", "502", "503"}, 1, None),
        ("/products/71", ["variants", 1, "price"], None, {"501", "502"}, 1, {"503"}),
        ("/products/71", ["product", "currency"], None, set(), 3, {"501", "502", "503"}),
        ("/shipping/rates", [0, "rate"], "soon", {"501", "502", "503"}, 0, set()),
    ],
)  # fmt: skip
def test_an_article_that_cannot_be_read_is_told_and_keeps_no_other_back(
    shop: Shop, path: str, place: list, value: object, offered: set[str], unknown: int,
    named: set[str] | None,
):  # fmt: skip
    shop.server.instead[path] = spoiled(path, place, value)
    found = shop.read(ship_to=HOME)
    assert {each.supplier_sku for each in found.offers} == offered
    told = [fault.reason for fault in found.faults if fault.reason.startswith("it is unknown")]
    assert len(told) == unknown
    # What it cannot name may be any of its articles: none of them is gone.
    held = {sku for sku in ("501", "502", "503", "999") if found.why_missing(sku)}
    assert held == ({"501", "502", "503", "999"} if named is None else named)
    if path == "/shipping/rates":
        assert {each.shipping for each in found.offers} == {None}


def test_another_service_at_its_address_is_no_empty_catalogue(shop: Shop):
    shop.server.instead["/store/products"] = {"hello": "world"}
    with pytest.raises(SupplierRejected, match="documentation"):
        shop.read()


def test_an_unreadable_arrival_is_unknown_and_the_order_goes_on(shop: Shop):
    shop.place("so-1")
    shop.server.ship("so-1", promised="2026-01-09", delivered="yesterday")
    found = shop.track("so-1")
    assert (found.status, found.delivered_at, found.tracking.number) == ("shipped", None, "JD0146")
    assert len(found.unread) == 1
    assert found.unread[0].startswith("unknown promise and arrival")
