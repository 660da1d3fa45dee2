"""The OAuth door: consent, tokens, scopes, uninstalling."""

import uuid
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from store_sandbox.admin.endpoint import admitted, answer, unavailable
from store_sandbox.oauth import consent
from store_sandbox.oauth.grants import grant
from store_sandbox.oauth.tokens import uninstall
from store_sandbox.runtime import Runtime


async def access_token(request: Request) -> Response:
    """Every grant, form or JSON."""
    runtime: Runtime = request.app.state.runtime
    if not runtime.ready.is_set():
        request.state.request_id = str(uuid.uuid4())
        return unavailable(request)
    status, body = await run_in_threadpool(grant, runtime, await _parameters(request))
    return JSONResponse(body, status, headers={"Cache-Control": "no-store"})


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
    holder = await admitted(request)
    if isinstance(holder, Response):
        return holder
    scopes = [{"handle": one} for one in sorted(holder.scopes)]
    return answer(request, {"access_scopes": scopes})


async def leave(request: Request) -> Response:
    """`DELETE /admin/api_permissions/current.json`: uninstall the app that asks."""
    holder = await admitted(request)
    if isinstance(holder, Response):
        return holder
    runtime: Runtime = request.app.state.runtime
    client_id = holder.client_id

    def work() -> None:
        with runtime.state.write() as tx:
            uninstall(tx, client_id)

    await run_in_threadpool(work)
    return answer(request, {})


ROUTES = [
    Route("/admin/oauth/authorize", consent.ask, methods=["GET"]),
    Route("/admin/oauth/authorize", consent.decide, methods=["POST"]),
    Route("/admin/oauth/access_token", access_token, methods=["POST"]),
    Route("/admin/oauth/access_scopes.json", access_scopes, methods=["GET"]),
    Route("/admin/api_permissions/current.json", leave, methods=["DELETE"]),
]
