"""What execution relies on in the price and stock ports, on the fake and on Shopify's wire."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from core.errors import RoyalError, Unavailable
from core.settings import read_settings
from royal_platform.bootstrap import bootstrap, writers
from royal_platform.commerce.catalog.model import CompareAt
from royal_platform.commerce.shared.model import Money
from store_sandbox.app import create_app
from store_sandbox.runtime import Options
from tests.fakes.live_store import LiveStore

pytestmark = pytest.mark.timeout(120)


@dataclass
class Ports:
    """The four ports, and one variant and one stocked item to try them on."""

    reader: Any
    writer: Any
    product: str
    variant: str
    item: str
    location: str
    run: Callable[[Coroutine[Any, Any, Any]], Any]


def fake_ports() -> Iterator[Ports]:
    live = LiveStore(prices={"v1": Decimal("20.00")}, stock={("i1", "l1"): 5})
    yield Ports(live, live, "p-v1", "v1", "i1", "l1", asyncio.run)


def shopify_ports(folder: Path) -> Iterator[Ports]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    options = Options(folder=folder / "sandbox", history_days=2, tick_seconds=0)
    server = uvicorn.Server(uvicorn.Config(create_app(options), log_level="error"))
    thread = threading.Thread(
        target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True
    )
    thread.start()
    deadline = time.monotonic() + 60
    ready = False
    while not ready:
        assert time.monotonic() < deadline
        with contextlib.suppress(httpx.HTTPError):
            ready = httpx.get(f"http://127.0.0.1:{port}/healthz").json()["ready"]
    url = f"sqlite:///{(folder / 'royal.db').as_posix()}"
    platform = bootstrap(read_settings(var_dir=folder, database_url=url, sandbox_port=port))
    with asyncio.Runner() as runner:
        runner.run(platform.sync().run())
        variant = next(v for v in platform.catalog.variants() if v.tracked)
        level = next(
            each
            for each in platform.stock.levels()
            if each.variant_id == variant.id and each.available is not None
        )
        yield Ports(
            platform.live, writers(platform), variant.product_id, variant.id,
            level.inventory_item_id, level.location_id, runner.run,
        )  # fmt: skip
    platform.close()
    server.should_exit = True
    thread.join(10)


@pytest.fixture(params=["fake", "shopify"])
def ports(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ports]:
    yield from fake_ports() if request.param == "fake" else shopify_ports(tmp_path)


def test_a_written_price_is_read_back_to_the_digit_and_can_be_restored(ports: Ports) -> None:
    before = ports.run(ports.reader.variant_price(ports.variant))
    dearer = Money(before.price.amount + Decimal("1.05"), before.price.currency)
    stored = ports.run(
        ports.writer.set_price(ports.product, ports.variant, dearer, None, "execute:one")
    )
    assert stored.price == dearer
    assert stored.compare_at == before.compare_at
    assert ports.run(ports.reader.variant_price(ports.variant)).price == dearer
    ports.run(
        ports.writer.set_price(ports.product, ports.variant, before.price, None, "execute:two")
    )
    after = ports.run(ports.reader.variant_price(ports.variant))
    assert str(after.price.amount) == str(before.price.amount)


def test_a_crossed_out_price_is_written_left_and_taken_away(ports: Ports) -> None:
    before = ports.run(ports.reader.variant_price(ports.variant))
    crossed = Money(before.price.amount + Decimal("5.00"), before.price.currency)
    place = (ports.product, ports.variant, before.price)
    written = [(crossed, "execute:1"), (None, "execute:2"), (CompareAt.CLEARED, "execute:3")]
    shown = [ports.run(ports.writer.set_price(*place, *each)).compare_at for each in written]
    assert shown == [crossed, crossed, None]
    assert ports.run(ports.reader.variant_price(ports.variant)).compare_at is None


def test_a_variant_that_does_not_exist_is_none_to_read_and_refused_to_write(ports: Ports) -> None:
    assert ports.run(ports.reader.variant_price("999999999")) is None
    money = ports.run(ports.reader.variant_price(ports.variant)).price
    with pytest.raises(RoyalError) as refused:
        ports.run(ports.writer.set_price(ports.product, "999999999", money, None, "execute:x"))
    assert not isinstance(refused.value, Unavailable)


def test_stock_is_set_once_for_a_key_and_only_from_what_was_seen(ports: Ports) -> None:
    seen = ports.run(ports.reader.stock_level(ports.item, ports.location)).available
    place = (ports.item, ports.location)
    for _ in range(2):
        ports.run(ports.writer.set_quantity(*place, seen + 3, seen, "execute:three"))
    assert ports.run(ports.reader.stock_level(*place)).available == seen + 3
    with pytest.raises(RoyalError) as refused:
        ports.run(ports.writer.set_quantity(*place, seen + 9, seen, "execute:four"))
    assert not isinstance(refused.value, Unavailable)
    assert ports.run(ports.reader.stock_level(*place)).available == seen + 3


def test_what_is_made_available_is_on_hand_too(ports: Ports) -> None:
    before = ports.run(ports.reader.stock_level(ports.item, ports.location))
    after = ports.run(
        ports.writer.set_quantity(
            ports.item, ports.location, before.available + 4, before.available, "execute:more"
        )
    )
    assert after.available == before.available + 4
    assert after.on_hand == before.on_hand + 4


def test_stock_somewhere_else_is_none(ports: Ports) -> None:
    assert ports.run(ports.reader.stock_level(ports.item, "999999999")) is None
