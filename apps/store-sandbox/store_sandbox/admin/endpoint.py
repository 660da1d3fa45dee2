"""`POST /admin/api/{version}/graphql.json`, `shop.json`, and their manners."""

import asyncio
import uuid
from http import HTTPStatus
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from store_sandbox.admin.context import Context
from store_sandbox.admin.execution import run
from store_sandbox.admin.reads.shop import rest_shop
from store_sandbox.admin.versions import serving
from store_sandbox.admin.wire import stamp
from store_sandbox.oauth.tokens import Holder, verify_token
from store_sandbox.runtime import Runtime

_REFUSED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def answer(request: Request, body: Any, status: int = 200) -> Response:
    """A JSON response with the headers every Admin response carries."""
    runtime: Runtime = request.app.state.runtime
    return Response(
        orjson.dumps(body),
        status,
        media_type="application/json",
        headers={
            "X-Request-Id": request.state.request_id,
            "X-Sandbox-Time": stamp(runtime.state.now()),
        },
    )


def unavailable(request: Request) -> Response:
    """Before the history is there: an empty shop would be a wrong answer."""
    found = answer(request, {"errors": "Service Unavailable"}, 503)
    found.headers["Retry-After"] = "2"
    return found


async def admitted(request: Request) -> Holder | Response:
    """The holder of the request's token, or the 401 it gets."""
    request.state.request_id = str(uuid.uuid4())
    runtime: Runtime = request.app.state.runtime
    token = request.headers.get("X-Shopify-Access-Token", "")
    holder = await run_in_threadpool(verify_token, runtime.state, token)
    return answer(request, {"errors": _REFUSED}, 401) if holder is None else holder


async def graphql(request: Request) -> Response:
    """One GraphQL request, or the fault that a test asked for in its place."""
    runtime: Runtime = request.app.state.runtime
    request.state.request_id = str(uuid.uuid4())
    version = serving(request.path_params["version"])
    if version is None:
        return answer(request, {"errors": "Not Found"}, 404)
    if not runtime.ready.is_set():
        return unavailable(request)
    holder = await admitted(request)
    if isinstance(holder, Response):
        return holder
    raw = await request.body()
    text = raw.decode("utf-8", "replace")
    broken = await _broken(request, text)
    if broken is not None:
        return broken
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return answer(request, {"errors": {"query": "Required parameter missing or invalid"}}, 400)
    context = Context(
        runtime.state,
        holder.client_id,
        holder.scopes,
        version,
        request.state.request_id,
        loopback_http=runtime.options.loopback_http,
        links=runtime.links_for(str(request.base_url)),
        flights=runtime.flights,
    )
    if (slow := runtime.faults.take("slow_write", text)) is not None:
        context.pause_seconds = slow.number("seconds", 1.0)
    if runtime.faults.take("throttle", text):
        runtime.bucket(holder.client_id).drain()
    response = await run_in_threadpool(_timed, runtime, body, context)
    if runtime.faults.take("drop", text):
        return HangUp()
    found = answer(request, response)
    found.headers["X-Shopify-API-Version"] = version
    return found


class HangUp(Response):
    """A connection that ends in the middle of its answer."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Begin, and say no more: the server then closes the connection."""
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _broken(request: Request, text: str) -> Response | None:
    """What a fault answers before anything is done, None without one."""
    faults = request.app.state.runtime.faults
    if (late := faults.take("latency", text)) is not None:
        await asyncio.sleep(late.number("seconds", 1.0))
    if (silent := faults.take("timeout", text)) is not None:
        await asyncio.sleep(silent.number("seconds", 30.0))
        return HangUp()
    if faults.take("expired", text) is not None:
        return answer(request, {"errors": _REFUSED}, 401)
    if (refusal := faults.take("status", text)) is not None:
        status = int(refusal.number("status", 502))
        found = answer(request, {"errors": HTTPStatus(status).phrase}, status)
        if status in (429, 503):
            found.headers["Retry-After"] = str(refusal.detail.get("retry_after", "1.0"))
        return found
    return None


def _timed(runtime: Runtime, body: Any, context: Context) -> Any:
    with runtime.working:
        return run(body, context, runtime.bucket(context.client_id))


async def shop_json(request: Request) -> Response:
    """`GET shop.json`, the REST resource that older clients ask for at their start."""
    holder = await admitted(request)
    if isinstance(holder, Response):
        return holder
    version = serving(request.path_params["version"])
    if version is None:
        return answer(request, {"errors": "Not Found"}, 404)
    runtime: Runtime = request.app.state.runtime

    def read() -> dict[str, Any]:
        with runtime.state.read() as db:
            return {"shop": rest_shop(db)}

    found = answer(request, await run_in_threadpool(read))
    found.headers["X-Shopify-API-Version"] = version
    return found


ROUTES = [
    Route("/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
    Route("/admin/api/{version}/shop.json", shop_json, methods=["GET"]),
]
