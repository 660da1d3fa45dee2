"""The door's rules on a FastAPI application, as plain ASGI so that sockets and streams pass."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

import orjson
from fastapi import Depends, FastAPI
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Route

from core.errors import Invalid, RoyalError, TooLarge
from core.security.hmac_requests import SIGNATURE_HEADER
from core.security.principals import Principal
from core.telemetry import logs
from core.telemetry.metrics import build_version, observe_request, render_metrics
from core.web.door import (
    REQUEST_ID_HEADER,
    Door,
    InternalError,
    Request,
    log_answer,
    problem_body,
    request_id_from,
)
from core.web.fastapi_document import Outside, completed
from core.web.http_faults import fault_of
from core.web.permissions import PUBLIC, permission_of, probe

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]
# What answers a route ahead of FastAPI: from the scope, its headers (the last of a name) and
# ``receive``, whose body it bounds itself, to the JSON of its 200.
Ahead = Callable[[Scope, Mapping[bytes, bytes], Receive], Awaitable[bytes]]

_REQUEST_ID = REQUEST_ID_HEADER.lower().encode()
_NOT_SNIFFED = (b"x-content-type-options", b"nosniff")
_JSON = (b"content-type", b"application/json")
_log = logs.get_logger(__name__)


class Api(FastAPI):
    """FastAPI, and routes that are answered ahead of it by the same door's rules.

    Its own way to a route costs more than the work of a route that is called thousands of times a
    second and declares nothing. Such a route logs its successes itself, many in a line.
    """

    def __init__(self, door: Door, **options: Any) -> None:
        super().__init__(**options)
        self.state.door = self._door = door
        self._exact: dict[tuple[str, str], Route] = {}
        self._templated: list[Route] = []
        self._outside = Outside()

    def describe(self, paths: Mapping[str, Any], security_schemes: Mapping[str, Any]) -> None:
        """Put OpenAPI ``paths`` into the document, for routes that FastAPI knows nothing of."""
        self._outside = Outside(paths, security_schemes)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with its problems and the routes described from outside."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi(), self._outside)
        return self.openapi_schema

    def add_route_ahead(self, route: Route) -> None:
        """Answer ``route``, whose endpoint is an ``Ahead``, ahead of FastAPI.

        It is listed with the others, which answer other methods.
        """
        if route.param_convertors:
            self._templated.append(route)
        else:
            self._exact |= {(method, route.path): route for method in route.methods or ()}
        self.router.routes.append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, by ASGI."""
        route = self._ahead_of(scope) if scope["type"] == "http" else None
        if route is None:
            await super().__call__(scope, receive, send)
            return
        scope["route"] = route
        await _PlainExchange(self._door, scope, receive, send).answer(route.endpoint)

    def _ahead_of(self, scope: Scope) -> Route | None:
        found = self._exact.get((scope["method"], scope["path"]))
        if found is not None:
            scope["path_params"] = {}
            return found
        for route in self._templated:
            match, matched = route.matches(scope)
            if match is Match.FULL:
                scope.update(matched)
                return route
        return None


def create_api(door: Door, *, title: str, description: str = "", **options: Any) -> Api:
    """A FastAPI application with the door's rules; add routes marked with ``@requires``.

    ``/docs`` and ``/openapi.json`` are open documents; ``options`` go to FastAPI.
    """

    async def authorise(request: HttpRequest) -> None:
        request.state.principal = await _authorise(door, request)

    app = Api(
        door,
        title=title,
        description=description,
        version=build_version(),
        dependencies=[Depends(authorise)],
        redoc_url=None,
        **options,
    )
    app.add_middleware(_DoorMiddleware, door=door)
    app.add_exception_handler(RoyalError, cast("Any", _tell))
    app.add_exception_handler(HTTPException, cast("Any", _tell_http))
    app.add_exception_handler(RequestValidationError, cast("Any", _tell_invalid))
    _add_probes(app, door)
    return app


def permissions(app: FastAPI) -> dict[tuple[str, str], str | None]:
    """(method, path) of every route with what it was marked with, for a test to enumerate."""
    return {
        (method, route.path): permission_of(route.endpoint)
        for route in app.routes
        if isinstance(route, APIRoute)
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"})
    }


def current_principal(request: HttpRequest) -> Principal:
    """Who is calling; use as ``Depends(current_principal)`` behind ``@requires``."""
    return cast("Principal", request.state.principal)


def request_of(request: HttpRequest) -> Request:
    """The request in the door's words."""
    return Request(
        method=request.method,
        path=request.url.path,
        headers=request.headers,
        cookies=request.cookies,
        client=request.client.host if request.client is not None else None,
    )


async def _authorise(door: Door, request: HttpRequest) -> Principal | None:
    permission = permission_of(getattr(request.scope.get("route"), "endpoint", None))
    if permission == PUBLIC:
        return None
    if SIGNATURE_HEADER in request.headers and (permission or "").startswith("control:"):
        signed = replace(request_of(request), path=_target(request.scope))
        body = await request.body()
        return await run_in_threadpool(door.authorise_signed, permission or "", signed, body)

    def known(caller: Principal) -> None:
        request.state.principal = caller

    return await run_in_threadpool(door.authorise, permission, request_of(request), known)


def _target(scope: Scope) -> str:
    """The path with its query as the caller wrote them, which is what was signed."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


class _DoorMiddleware:
    """Request ids, headers, metrics, the size limit and the last resort for exceptions."""

    def __init__(self, app: App, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Exchange(self._door, scope, receive, send).run(self._app)


class _Exchange:
    """One request and its answer."""

    _told = False

    def __init__(self, door: Door, scope: Scope, receive: Receive, send: Send) -> None:
        self._door = door
        self._scope = scope
        self._receive = receive
        self._send = send
        self._began = time.perf_counter()
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._request_id = request_id_from(self._header(_REQUEST_ID))
        self._status: int | None = None
        self._received = 0
        scope.setdefault("state", {})["request_id"] = self._request_id

    async def run(self, app: App) -> None:
        self._name_lines()
        try:
            if self._is_declared_too_large():
                await self._refuse(_too_large())
            else:
                await app(self._scope, self.receive, self.send)
        except RoyalError as error:
            await self._refuse(error)
        except Exception as error:  # noqa: BLE001 - the last resort: nothing may leak to the caller
            await self._fail(error)
        finally:
            self._observe()

    def _name_lines(self) -> None:
        logs.clear()
        logs.bind(request_id=self._request_id)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            if self._received > self._door.body_max_bytes:
                raise _too_large()
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            theirs = [*message.get("headers", ()), (_REQUEST_ID, self._request_id.encode())]
            message["headers"] = self._with_ours(theirs)
        await self._send(message)

    def _with_ours(self, theirs: list[Header]) -> list[Header]:
        secure = self._scope.get("scheme") == "https"
        ours = self._door.answer_headers(self._scope["path"], secure=secure)
        given = {name for name, _value in theirs}
        told = [_raw(name, value) for name, value in ours.items()]
        return theirs + [each for each in told if each[0] not in given]

    async def _refuse(self, error: RoyalError) -> None:
        if self._status is None:
            response = _problem(error, self._scope["path"], self._request_id)
            await response(self._scope, self._receive, self.send)

    async def _fail(self, error: Exception) -> None:
        _log.error(
            "http.request.failed", path=self._scope["path"], request_id=self._request_id,
            exc_info=error,
        )  # fmt: skip
        await self._refuse(InternalError(self._request_id))

    def _is_declared_too_large(self) -> bool:
        declared = self._header(b"content-length") or "0"
        return declared.isdigit() and int(declared) > self._door.body_max_bytes

    def _header(self, name: bytes) -> str | None:
        found = self._headers.get(name)
        return None if found is None else found.decode("latin-1")

    def _observe(self) -> None:
        route = getattr(self._scope.get("route"), "path", None)
        took = time.perf_counter() - self._began
        method = self._scope["method"]
        status = self._status or 499
        observe_request(self._door.name, method, route, status, took)
        log_answer(self._door, method, route, status, took, told=self._told)
        client = self._scope.get("client")
        caller = self._scope["state"].get("principal")
        self._door.access.note(route, status, caller, client[0] if client else None)


class _PlainExchange(_Exchange):
    """What only programs ask for, thousands of times a second: no word for browsers in it.

    What is in the way of each costs more than what is done for it, so nothing wraps ``receive`` and
    ``send`` here.
    """

    _told = True

    async def answer(self, ahead: Ahead) -> None:
        try:
            if self._is_declared_too_large():
                raise _too_large()
            body = await ahead(self._scope, self._headers, self._receive)
        except RoyalError as error:
            await self._refuse(error)
        except Exception as error:  # noqa: BLE001 - as above
            await self._fail(error)
        else:
            self._status = 200
            headers = [
                _JSON, (b"content-length", b"%d" % len(body)),
                (_REQUEST_ID, self._request_id.encode()), _NOT_SNIFFED,
            ]  # fmt: skip
            await self._send({"type": "http.response.start", "status": 200, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})
        finally:
            self._observe()

    async def _refuse(self, error: RoyalError) -> None:
        # Only what fails is told by itself.
        self._name_lines()
        await super()._refuse(error)

    def _with_ours(self, theirs: list[Header]) -> list[Header]:
        return [*theirs, _NOT_SNIFFED]


@cache
def _raw(name: str, value: str) -> tuple[bytes, bytes]:
    """A header of ours as ASGI has it; they are a dozen, the same for every answer."""
    return name.lower().encode(), value.encode()


def _problem(error: RoyalError, path: str, request_id: str) -> Response:
    return Response(
        problem_body(error, path=path, request_id=request_id),
        status_code=error.status,
        headers=error.headers,
        media_type="application/problem+json",
    )


async def _tell(request: HttpRequest, error: RoyalError) -> Response:
    return _problem(error, request.url.path, request.state.request_id)


async def _tell_http(request: HttpRequest, error: HTTPException) -> Response:
    fault = fault_of(error.status_code, request.method, request.url.path)
    if error.status_code >= 500:
        fault = InternalError(request.state.request_id)
    response = _problem(fault, request.url.path, request.state.request_id)
    response.status_code = error.status_code
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _tell_invalid(request: HttpRequest, error: RequestValidationError) -> Response:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "reason": fault["msg"]}
        for fault in error.errors()
    ]
    told = Invalid(
        "The request's content is wrong.", remedy="Correct the fields listed.", errors=faults
    )
    return _problem(told, request.url.path, request.state.request_id)


def _too_large() -> TooLarge:
    return TooLarge("The request's body is too large.", remedy="Send less at once.")


def _add_probes(app: FastAPI, door: Door) -> None:
    @app.get("/healthz", include_in_schema=False)
    @probe
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    @probe
    def readyz() -> Response:
        status, body = door.readiness.report()
        return Response(orjson.dumps(body), status_code=status, media_type="application/json")

    @app.get("/metrics", include_in_schema=False)
    @probe
    def metrics(request: HttpRequest) -> Response:
        body, content_type = render_metrics(request.headers.get("accept"))
        return Response(body, headers={"Content-Type": content_type})
