"""`/supplier/<house>/...`: the suppliers' lists, open to all, and their order desks."""

import hmac
from collections.abc import Callable
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store_sandbox.runtime import Runtime
from store_sandbox.supplier import desk
from store_sandbox.supplier.articles import Article, articles
from store_sandbox.supplier.desk import DeskRefusedError
from store_sandbox.supplier.houses import HOUSES, House
from store_sandbox.supplier.lists import as_csv, as_xml

_LISTS: dict[str, tuple[str, Callable[[House, list[Article]], bytes]]] = {
    "catalogue.csv": ("text/csv; charset=utf-8", as_csv),
    "catalogue.xml": ("application/xml", as_xml),
}
_LABEL = {"X-Source": "sandbox"}


def _listed(runtime: Runtime, house: House) -> list[Article]:
    now = runtime.state.now()
    with runtime.state.read() as db:
        return articles(db, house, now)


async def catalogue(request: Request) -> Response:
    """`GET /supplier/<house>/catalogue.csv` or `.xml`."""
    house = HOUSES.get(request.path_params["house"])
    form = _LISTS.get(request.path_params["name"])
    if house is None or form is None:
        return _refusal(404, "there is no such list")
    runtime: Runtime = request.app.state.runtime
    found = await run_in_threadpool(_listed, runtime, house)
    body = await run_in_threadpool(form[1], house, found)
    return Response(body, media_type=form[0], headers=_LABEL)


async def orders(request: Request) -> Response:
    """`POST /supplier/<house>/orders` places, `GET ...?reference=` finds."""
    runtime: Runtime = request.app.state.runtime
    house = HOUSES.get(request.path_params["house"])
    if house is None:
        return _refusal(404, "there is no such supplier")
    if not _known(request, runtime):
        return _refusal(401, "send the supplier_token of credentials.json as a bearer token")
    if request.method == "GET":
        reference = request.query_params.get("reference", "")
        found = await run_in_threadpool(desk.find, runtime, house, reference)
        return _refusal(404, "there is no such order") if found is None else _answer(200, found)
    try:
        raw = await request.body()
        body: Any = orjson.loads(raw)
        if not isinstance(body, dict):
            return _refusal(422, "send an object")
        slow = runtime.faults.take("slow_write", raw.decode())
        pause = 0.0 if slow is None else slow.number("seconds", 1.0)
        return _answer(*await run_in_threadpool(desk.place, runtime, house, body, pause))
    except (orjson.JSONDecodeError, UnicodeDecodeError):
        return _refusal(400, "the body is not JSON")
    except DeskRefusedError as refusal:
        return _refusal(refusal.status, str(refusal))


async def cancelling(request: Request) -> Response:
    """`POST /supplier/<house>/orders/<id>/cancel`."""
    runtime: Runtime = request.app.state.runtime
    house = HOUSES.get(request.path_params["house"])
    if house is None:
        return _refusal(404, "there is no such supplier")
    if not _known(request, runtime):
        return _refusal(401, "send the supplier_token of credentials.json as a bearer token")
    try:
        order_id = int(request.path_params["id"])
        return _answer(200, await run_in_threadpool(desk.cancel, runtime, house, order_id))
    except DeskRefusedError as refusal:
        return _refusal(refusal.status, str(refusal))


def _known(request: Request, runtime: Runtime) -> bool:
    offered = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = runtime.credentials.supplier_token
    return hmac.compare_digest(offered.encode(), wanted.encode())


def _answer(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status, headers=_LABEL)


def _refusal(status: int, text: str) -> Response:
    return JSONResponse({"error": text, "source": "sandbox"}, status, headers=_LABEL)


ROUTES = [
    Route("/supplier/{house}/orders", orders, methods=["GET", "POST"]),
    Route("/supplier/{house}/orders/{id:int}/cancel", cancelling, methods=["POST"]),
    Route("/supplier/{house}/{name}", catalogue, methods=["GET"]),
]
