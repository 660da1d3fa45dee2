"""What fulfilment and execution rely on of a supplier: on the fake, over HTTP, at Printful."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.outbound.guard import AddressGuard
from royal_platform.commerce.suppliers.model import Offer, OrderLine, OrderRequest, Recipient
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
from tests.fakes.supplier import MemorySupplier
from tests.integration.platform.wire import Sandbox

TO = Recipient("Ann Rider", "Dorpsstraat 1", "Ede", "6711 AA", "NL")
pytestmark = pytest.mark.timeout(120)


@dataclass
class Ports:
    reader: Any
    desk: Any


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


@pytest.fixture(
    params=[in_memory, over_http, at_printful], ids=["fake", "desk", "printful"], scope="module"
)
def ports(request, tmp_path_factory) -> Iterator[Ports]:
    yield from request.param(tmp_path_factory.mktemp("supplier"))


def order(ports: Ports, reference: str, sku: str | None = None) -> OrderRequest:
    offers = asyncio.run(ports.reader.catalogue()).offers
    # Unknown stock is no empty shelf: what is made to order has none.
    listed = next(each.supplier_sku for each in offers if each.stock is None or each.stock >= 12)
    return OrderRequest(reference, (OrderLine(sku or listed, 12),), TO)


def test_an_order_that_was_not_placed_is_not_there(ports: Ports) -> None:
    assert asyncio.run(ports.reader.track("never")) is None


def test_placing_twice_places_once(ports: Ports) -> None:
    wanted = order(ports, "twice")
    first = asyncio.run(ports.desk.place(wanted, "k"))
    second = asyncio.run(ports.desk.place(wanted, "k"))
    assert first == second == asyncio.run(ports.reader.track("twice"))
    assert first.status == "accepted"


def test_cancelling_twice_leaves_it_cancelled(ports: Ports) -> None:
    asyncio.run(ports.desk.place(order(ports, "gone"), "k"))
    for _ in range(2):
        assert asyncio.run(ports.desk.cancel("gone", "c")).status == "cancelled"
    assert asyncio.run(ports.reader.track("gone")).status == "cancelled"


def test_an_article_that_is_not_listed_is_refused_and_nothing_is_ordered(ports: Ports) -> None:
    with pytest.raises(SupplierRejected):
        asyncio.run(ports.desk.place(order(ports, "wrong", "NONE"), "k"))
    assert asyncio.run(ports.reader.track("wrong")) is None


def test_what_reads_cannot_order() -> None:
    assert not hasattr(DeskReader, "place")
    assert not hasattr(PrintfulReader, "place")
    assert not hasattr(ConfiguredSupplier, "place")
