"""What fulfilment and execution rely on of a supplier: a fake, HTTP, Printful, and mail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.outbound.guard import AddressGuard
from core.storage.database import Database
from orchestrator.core.books import writing
from orchestrator.core.mail_desk import MailDesk, MailTrack
from royal_platform.commerce.suppliers.model import Offer, OrderLine, OrderRequest, Recipient
from royal_platform.persistence import schema
from royal_platform.persistence.suppliers import Suppliers
from royal_platform.suppliers.adapter import ConfiguredSupplier
from royal_platform.suppliers.desk.adapter import DeskReader
from royal_platform.suppliers.errors import SupplierRejected
from royal_platform.suppliers.feed.adapter import Feed
from royal_platform.suppliers.presets import sandbox_suppliers
from royal_platform.suppliers.printful.adapter import PrintfulCatalogue, PrintfulReader
from royal_platform.suppliers.printful.client import PrintfulClient
from royal_platform.suppliers.schemas import PrintfulSettings
from royal_platform.suppliers.wire import Wire
from tests.counterparts.printful import STORE, TOKEN, Printful
from tests.fakes.post import Mailbox
from tests.fakes.supplier import MemorySupplier
from tests.integration.orchestrator.conftest import House, add_store
from tests.integration.platform.wire import Sandbox

TO = Recipient("Ann Rider", "Dorpsstraat 1", "Ede", "6711 AA", "NL")
pytestmark = pytest.mark.timeout(120)


@dataclass
class Ports:
    """``states``: in which states an order is after placing and after cancelling.

    ``sku``: an article of a supplier whose desk lists none, and so refuses none.
    """

    reader: Any
    desk: Any
    states: tuple[str, str] = ("accepted", "cancelled")
    sku: str | None = None


def over_http(folder: Path) -> Iterator[Ports]:
    with Sandbox(folder, history_days=2) as sandbox:
        (_, name, settings), *_ = sandbox_suppliers(sandbox.url)

        async def secret(_name: str) -> str:
            import json

            told = json.loads((sandbox.folder / "credentials.json").read_text())
            return str(told["supplier_token"])

        guard = AddressGuard.of([f"127.0.0.1:{sandbox.port}"])
        wire = Wire(guard, settings.auth, secret)
        feed = Feed("sup_1", settings.feed, wire, folder, "EUR")
        found = ConfiguredSupplier(
            name, "feed", feed, DeskReader(settings.desk, wire, ZoneInfo("UTC"))
        )
        yield Ports(found, found.desk)


def in_memory(_folder: Path) -> Iterator[Ports]:
    fake = MemorySupplier([Offer("sup_1", f"A-{number}", "Pad", stock=50) for number in range(3)])
    yield Ports(fake, fake)


def at_printful(_folder: Path) -> Iterator[Ports]:
    async def token() -> str:
        return TOKEN

    with Printful() as server:
        client = PrintfulClient(
            AddressGuard.of([f"127.0.0.1:{server.port}"]), token, server.url, STORE
        )
        found = ConfiguredSupplier(
            "Printful", "printful", PrintfulCatalogue("sup_1", client, PrintfulSettings(), "EUR"),
            PrintfulReader(client),
        )  # fmt: skip
        yield Ports(found, found.desk)


def by_mail(folder: Path) -> Iterator[Ports]:
    """Who is written to says nothing: an order is placed, and asked back, and no more is known."""
    url = f"sqlite:///{(folder / 'books.db').as_posix()}"
    schema.upgrade(url)
    database = Database(url)
    house, mailbox = House(database, "s1"), Mailbox(carrier="smtp")
    add_store(database, house.store_id)
    with writing(house) as books:
        suppliers = Suppliers(books.store_id)
        suppliers.add(
            books.connection, supplier_id="sup_1", name="Tack", kind="feed", origin="entered",
            settings={"mail": {"address": "orders@tack.example", "send_customers_orders": True}},
            actor="ada", active=True, now=books.now,
        )  # fmt: skip
        found = suppliers.get(books.connection, "sup_1")
    desk = MailDesk(house, found, mailbox, "The shop <shop@test.example>")
    yield Ports(desk, desk, ("unconfirmed", "cancel_asked"), "A-1")
    subjects = [each.content.subject for each in mailbox.taken]
    assert len(subjects) == len(set(subjects)), "no mail goes out twice"
    database.dispose()


@pytest.fixture(
    params=[in_memory, over_http, at_printful, by_mail],
    ids=["fake", "desk", "printful", "mail"],
    scope="module",
)
def ports(request, tmp_path_factory) -> Iterator[Ports]:
    yield from request.param(tmp_path_factory.mktemp("supplier"))


def order(ports: Ports, reference: str, sku: str | None = None) -> OrderRequest:
    offers = asyncio.run(ports.reader.catalogue()).offers
    # Unknown stock is no empty shelf: what is made to order has none.
    listed = ports.sku or next(
        each.supplier_sku for each in offers if each.stock is None or each.stock >= 12
    )
    return OrderRequest(reference, (OrderLine(sku or listed, 12),), TO)


def test_an_order_that_was_not_placed_is_not_there(ports: Ports) -> None:
    assert asyncio.run(ports.reader.track("never")) is None


def test_placing_twice_places_once(ports: Ports) -> None:
    wanted = order(ports, "twice")
    first = asyncio.run(ports.desk.place(wanted, "k"))
    second = asyncio.run(ports.desk.place(wanted, "k"))
    assert first == second == asyncio.run(ports.reader.track("twice"))
    assert first.status == ports.states[0]


def test_cancelling_twice_leaves_it_cancelled(ports: Ports) -> None:
    asyncio.run(ports.desk.place(order(ports, "gone"), "k"))
    for _ in range(2):
        assert asyncio.run(ports.desk.cancel("gone", "c")).status == ports.states[1]
    assert asyncio.run(ports.reader.track("gone")).status == ports.states[1]


def test_an_article_that_is_not_listed_is_refused_and_nothing_is_ordered(ports: Ports) -> None:
    wanted = order(ports, "wrong", "NONE")
    if ports.sku is not None:
        # Only the answer says what a supplier that is written to does not have.
        assert asyncio.run(ports.desk.place(wanted, "k")).status == "unconfirmed"
        return
    with pytest.raises(SupplierRejected):
        asyncio.run(ports.desk.place(wanted, "k"))
    assert asyncio.run(ports.reader.track("wrong")) is None


def test_what_reads_cannot_order() -> None:
    assert not hasattr(DeskReader, "place")
    assert not hasattr(PrintfulReader, "place")
    assert not hasattr(ConfiguredSupplier, "place")
    assert not hasattr(MailTrack, "place")
