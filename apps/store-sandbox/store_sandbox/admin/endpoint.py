"""`POST /admin/api/{version}/graphql.json`, `shop.json`, and their manners."""

import uuid
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
    """One GraphQL request."""
    request.state.request_id = str(uuid.uuid4())
    runtime: Runtime = request.app.state.runtime
    version = serving(request.path_params["version"])
    if version is None:
        return answer(request, {"errors": "Not Found"}, 404)
    if not runtime.ready.is_set():
        return unavailable(request)
    holder = await admitted(request)
    if isinstance(holder, Response):
        return holder
    try:
        body = orjson.loads(await request.body())
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
    )
    response = await run_in_threadpool(_timed, runtime, body, context)
    found = answer(request, response)
    found.headers["X-Shopify-API-Version"] = version
    return found


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
