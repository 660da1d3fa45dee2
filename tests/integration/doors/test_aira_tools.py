"""Every tool of AIRA through its door, on a database with a store in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aira.app import create_app
from core.settings import Settings
from royal_platform.bootstrap import Platform
from tests.integration.doors import shop
from tests.integration.doors.conftest import ADMIN

Ask = Callable[..., httpx.Response]


@pytest.fixture
def store(platform: Platform) -> Platform:
    """The store of ``shop`` with one waiting decision."""
    shop.fill(platform)
    return platform


@pytest.fixture
def ask(store: Platform, settings: Settings, running: Callable[[Any], Any]) -> Iterator[Ask]:
    """Uses a tool over HTTP, as the admin unless another token is given."""
    url = running(create_app(settings)).url
    with httpx.Client(base_url=url) as client:

        def send(name: str, token: str = ADMIN, **arguments: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token}"}
            return client.post(f"/v1/tools/{name}", json=arguments, headers=headers)

        yield send


READS: list[tuple[str, dict[str, Any], str]] = [
    ("status", {}, "The wood shop"),
    ("metrics", {}, "Net sales"),
    ("metrics", {"metric": "revenue", "days": 30}, "360.00"),
    ("metrics", {"metric": "revenue", "days": 30, "by": "product"}, "Oak shelf 50 cm"),
    ("metrics", {"metric": "revenue", "days": 7, "by": "day"}, "Together 360.00"),
    ("forecast", {}, "No forecast yet"),
    ("forecast", {"product": "OAK-1"}, "Oak shelf 50 cm"),
    ("products", {"text": "oak 60"}, "OAK-2"),
    ("product", {"product": "Oak shelf 50 cm"}, "no forecast yet"),
    ("at_risk", {}, "0 products"),
    ("inventory", {"text": "oak-3"}, "OAK-3"),
    ("purchase_orders", {}, "No purchase order"),
    ("orders", {}, "1003"),
    ("order", {"order": "1002"}, "Ann Läufer"),
    ("customers", {"text": "ann"}, "360.00 EUR"),
    ("customer", {"customer": "ann läufer"}, "3 orders"),
    ("decisions", {}, "No decision waits"),
    ("effects", {}, "not measured yet"),
    ("agents", {}, "inventory_pricing"),
    ("agent", {"agent": "Inventory and pricing"}, "0 6 * * *"),
    ("runs", {}, "no such run"),
    ("policy", {}, "margin_floor_percent"),
    ("events", {}, "agent.registered"),
    ("who", {"product": "OAK-1"}, "No decision changed the price"),
    ("docs", {"text": "undo a price"}, "Undo"),
    ("help", {}, "/metrics"),
    ("help", {"command": "price"}, "decisions:propose"),
]


def test_every_reading_tool_answers_from_the_records(ask: Ask) -> None:
    for name, arguments, told in READS:
        answer = ask(name, **arguments)
        assert answer.status_code == 200, (name, answer.text)
        found = answer.json()
        assert told in found["text"], (name, found["text"])
        assert found["source"] in {"sandbox", "royal"}
        assert found["as_of"]
