"""A partner's interface is wholly entered: its own paths, words, header and documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.outbound.guard import AddressGuard
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import OrderLine, OrderRequest, Recipient, StatedLine
from royal_platform.suppliers.adapter import ConfiguredSupplier
from royal_platform.suppliers.desk.adapter import DeskReader
from royal_platform.suppliers.errors import SupplierLocked
from royal_platform.suppliers.schemas import Auth, DeskSettings
from royal_platform.suppliers.wire import Wire
from tests.integration.doors.conftest import Running

KEY = "the-partners-key"
TO = Recipient("Ann Rider", "Dorpsstraat 1", "Ede", "6711 AA", "NL")
ENTERED: dict[str, Any] = {
    "place": "/v3/jobs",
    "track": "/v3/jobs/by-ref/{reference}",
    "cancel": "/v3/jobs/{id}/stop",
    "request": {
        "reference": "job.ref", "lines": "job.goods", "name": "ship.to", "address1": "ship.street",
        "city": "ship.town", "postal_code": "ship.zip", "country": "ship.iso",
    },
    "line": {"supplier_sku": "article", "quantity": "n", "unit_cost": "price"},
    "response": {
        "orders": "result", "id": "no", "reference": "ref", "status": "phase",
        "promised_at": "due", "total": "sum.value", "currency": "sum.unit",
        "tracking_number": "parcel.code", "carrier": "parcel.by", "lines": "goods",
        "line_sku": "article", "line_shipped": "sent", "line_gone": "dropped",
    },
    "statuses": {"QUEUED": "accepted", "PART OUT": "partial", "STOPPED": "cancelled"},
}  # fmt: skip


class Partner:
    """Speaks only its own dialect, and only to who shows its key."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.posted: list[Any] = []
        self.app = Starlette(routes=[
            Route("/v3/jobs", self.place, methods=["POST"]),
            Route("/v3/jobs/by-ref/{ref}", self.track),
            Route("/v3/jobs/{no}/stop", self.stop, methods=["POST"]),
        ])  # fmt: skip

    async def place(self, request: Request) -> Response:
        if request.headers.get("X-Api-Key") != KEY:
            return JSONResponse({"why": "who are you?"}, 401)
        body = await request.json()
        self.posted.append(body)
        self.jobs[body["job"]["ref"]] = {
            "no": 400 + len(self.jobs), "ref": body["job"]["ref"], "phase": "QUEUED",
            "due": "2026-05-03", "sum": {"value": "25.00", "unit": "EUR"},
        }  # fmt: skip
        return JSONResponse({"ok": True}, 201)

    async def track(self, request: Request) -> Response:
        if request.headers.get("X-Api-Key") != KEY:
            return JSONResponse({"why": "who are you?"}, 401)
        found = self.jobs.get(request.path_params["ref"])
        return JSONResponse({"result": [] if found is None else [found]})

    async def stop(self, request: Request) -> Response:
        number = int(request.path_params["no"])
        next(job for job in self.jobs.values() if job["no"] == number)["phase"] = "STOPPED"
        return Response(status_code=204)


@pytest.fixture
def partner() -> Partner:
    return Partner()


@pytest.fixture
def supplier(partner: Partner) -> Iterator[Any]:
    server = Running(partner.app).start()

    def reached(key: str = KEY) -> ConfiguredSupplier:
        async def secret(name: str) -> str:
            assert name == "AUTO_DS_API_KEY"
            return key

        auth = Auth(secret="AUTO_DS_API_KEY", header="X-Api-Key", prefix="")
        wire = Wire(AddressGuard.of([f"127.0.0.1:{server.port}"]), auth, secret)
        settings = DeskSettings.model_validate({"url": server.url, **ENTERED})
        reader = DeskReader(settings, wire, ZoneInfo("Europe/Amsterdam"))
        return ConfiguredSupplier("My AutoDS", "autods", None, reader)

    yield reached
    server.stop()


async def test_an_order_goes_out_and_is_read_in_the_partners_own_words(partner, supplier):
    found = supplier()
    assert await found.track("so-1") is None
    lines = (OrderLine("A-7", 2, Money(Decimal("12.50"), "EUR")),)
    order = await found.desk.place(OrderRequest("so-1", lines, TO), "k")
    assert partner.posted == [{
        "job": {"ref": "so-1", "goods": [{"article": "A-7", "n": 2, "price": "12.50"}]},
        "ship": {"to": "Ann Rider", "street": "Dorpsstraat 1", "town": "Ede", "zip": "6711 AA",
                 "iso": "NL"},
    }]  # fmt: skip
    assert (order.supplier_reference, order.status) == ("400", "accepted")
    assert order.total == Money(Decimal("25.00"), "EUR")
    # A bare day is meant whole, in the store's zone.
    assert order.promised_at == datetime(2026, 5, 3, 21, 59, 59, tzinfo=UTC)
    partner.jobs["so-1"] |= {
        "phase": "PART OUT", "parcel": {"code": "3S1", "by": "PostNL"},
        "goods": [{"article": "A-7", "sent": 1, "dropped": 1}],
    }  # fmt: skip
    moved = await found.track("so-1")
    assert (moved.status, moved.tracking.number, moved.tracking.carrier) == (
        "partial", "3S1", "PostNL",
    )  # fmt: skip
    assert moved.lines == (StatedLine("A-7", 1, 1),)
    assert (await found.desk.cancel("so-1", "c")).status == "cancelled"


async def test_who_does_not_show_its_key_is_told_which_setting_to_look_at(partner, supplier):
    with pytest.raises(SupplierLocked) as caught:
        await supplier("another").track("so-1")
    assert "header" in caught.value.remedy
    assert partner.jobs == {}


@pytest.mark.parametrize("wrong", [
    {"request": {"refrence": "ref"}}, {"line": {"sku": "article"}},
    {"response": {"trackingnumber": "parcel.code"}},
])  # fmt: skip
def test_a_name_that_is_none_of_ours_is_not_taken(wrong):
    with pytest.raises(ValidationError):
        DeskSettings.model_validate({"url": "https://partner.example", **wrong})
