"""`POST /admin/api/{version}/graphql.json`, the token endpoint, and their manners."""

import hmac
import uuid
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store_sandbox.admin.context import Context
from store_sandbox.admin.execution import run
from store_sandbox.admin.versions import serving
from store_sandbox.admin.wire import stamp
from store_sandbox.credentials import TOKEN_LIFE_SECONDS, issue_token, verify_token
from store_sandbox.runtime import Runtime
from store_sandbox.scopes import ALL

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


def _unavailable(request: Request) -> Response:
    """Before the history is there: an empty shop would be a wrong answer."""
    found = answer(request, {"errors": "Service Unavailable"}, 503)
    found.headers["Retry-After"] = "2"
    return found


async def graphql(request: Request) -> Response:
    """One GraphQL request."""
    request.state.request_id = str(uuid.uuid4())
    runtime: Runtime = request.app.state.runtime
    version = serving(request.path_params["version"])
    if version is None:
        return answer(request, {"errors": "Not Found"}, 404)
    if not runtime.ready.is_set():
        return _unavailable(request)
    token = request.headers.get("X-Shopify-Access-Token", "")
    known = await run_in_threadpool(verify_token, runtime.state, token)
    if known is None:
        return answer(request, {"errors": _REFUSED}, 401)
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return answer(request, {"errors": {"query": "Required parameter missing or invalid"}}, 400)
    client_id, scopes = known
    context = Context(
        runtime.state,
        client_id,
        scopes,
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


async def access_token(request: Request) -> Response:
    """The client-credentials grant: form or JSON, a token for 24 hours."""
    runtime: Runtime = request.app.state.runtime
    if not runtime.ready.is_set():
        request.state.request_id = str(uuid.uuid4())
        return _unavailable(request)
    given = await _parameters(request)
    if given.get("grant_type") != "client_credentials":
        body = {
            "error": "unsupported_grant_type",
            "error_description": "This sandbox grants client_credentials only.",
        }
        return JSONResponse(body, 400)
    own = runtime.credentials
    same = hmac.compare_digest(str(given.get("client_id", "")).encode(), own.client_id.encode())
    if not same:
        body = {
            "error": "application_cannot_be_found",
            "error_description": "Application cannot be found",
        }
        return JSONResponse(body, 400)
    offered = str(given.get("client_secret", "")).encode()
    if not hmac.compare_digest(offered, own.client_secret.encode()):
        body = {"error": "invalid_client", "error_description": "Client authentication failed"}
        return JSONResponse(body, 400)
    token = await run_in_threadpool(issue_token, runtime.state, own.client_id)
    return JSONResponse(
        {
            "access_token": token,
            "scope": ",".join(ALL),
            "expires_in": TOKEN_LIFE_SECONDS - 1,
        }
    )


async def _parameters(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            return {}
        return data if isinstance(data, dict) else {}
    return dict(parse_qsl(body.decode("utf-8", "replace")))


async def access_scopes(request: Request) -> Response:
    """`GET /admin/oauth/access_scopes.json`, still used by older clients."""
    request.state.request_id = str(uuid.uuid4())
    runtime: Runtime = request.app.state.runtime
    token = request.headers.get("X-Shopify-Access-Token", "")
    known = await run_in_threadpool(verify_token, runtime.state, token)
    if known is None:
        return answer(request, {"errors": _REFUSED}, 401)
    return answer(request, {"access_scopes": [{"handle": one} for one in sorted(known[1])]})


ROUTES = [
    Route("/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
    Route("/admin/oauth/access_token", access_token, methods=["POST"]),
    Route("/admin/oauth/access_scopes.json", access_scopes, methods=["GET"]),
]
