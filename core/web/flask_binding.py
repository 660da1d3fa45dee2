"""The door's rules on a Flask application."""

from __future__ import annotations

import time
from typing import Any, cast

import orjson
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from core.errors import RoyalError
from core.security.principals import Principal
from core.telemetry import logs
from core.telemetry.metrics import observe_request, render_metrics
from core.web.door import (
    REQUEST_ID_HEADER,
    Door,
    InternalError,
    Request,
    log_answer,
    problem_body,
    request_id_from,
)
from core.web.http_faults import fault_of
from core.web.permissions import permission_of, probe

_log = logs.get_logger(__name__)
_EXTENSION = "royal.door"


def install(app: Flask, door: Door) -> None:
    """Put authentication, problems, probes, metrics, request ids and headers on ``app``.

    Every view needs ``@requires``, ``@public`` or ``@probe``; a view with none is refused.
    """
    app.extensions[_EXTENSION] = door
    app.config.setdefault("MAX_CONTENT_LENGTH", door.body_max_bytes)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_CONTENT_LENGTH"] or door.body_max_bytes
    app.before_request(lambda: _enter(app, door))
    app.after_request(lambda response: _leave(door, response))
    app.register_error_handler(RoyalError, _tell)
    app.register_error_handler(HTTPException, _tell_http)
    app.register_error_handler(Exception, _tell_unexpected)
    _add_probes(app, door)


def permissions(app: Flask) -> dict[tuple[str, str], str | None]:
    """(method, rule) of every route with what it was marked with, for a test to enumerate."""
    return {
        (method, rule.rule): permission_of(app.view_functions[rule.endpoint])
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def current_principal() -> Principal:
    """Who is calling; only behind a route that requires a permission."""
    return cast("Principal", g.principal)


def current_request() -> Request:
    """The request in the door's words."""
    return Request(
        method=request.method,
        path=request.path,
        headers=cast("Any", request.headers),
        cookies=request.cookies,
        client=request.remote_addr,
    )


def _enter(app: Flask, door: Door) -> None:
    g.began = time.perf_counter()
    g.request_id = request_id_from(request.headers.get(REQUEST_ID_HEADER))
    logs.clear()
    logs.bind(request_id=g.request_id)
    g.principal = None
    if request.endpoint is None:
        # Nothing is there: Flask answers 404 or 405 after this.
        return
    permission = permission_of(app.view_functions[request.endpoint])
    g.principal = door.authorise(permission, current_request(), _known)


def _known(caller: Principal) -> None:
    g.principal = caller


def _leave(door: Door, response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule is not None else None
    took = time.perf_counter() - g.get("began", time.perf_counter())
    observe_request(door.name, request.method, rule, response.status_code, took)
    log_answer(door, request.method, rule, response.status_code, took)
    door.access.note(rule, response.status_code, g.get("principal"), request.remote_addr)
    headers = door.answer_headers(request.path, secure=request.is_secure)
    headers[REQUEST_ID_HEADER] = _request_id()
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


def _request_id() -> str:
    if "request_id" not in g:
        g.request_id = request_id_from(None)
    return cast("str", g.request_id)


def _tell(error: RoyalError) -> Response:
    body = problem_body(error, path=request.path, request_id=_request_id())
    response = Response(body, status=error.status, content_type="application/problem+json")
    response.headers.update(error.headers)
    return response


def _tell_http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    if status >= 500:
        return _tell_unexpected(error)
    response = _tell(fault_of(status, request.method, request.path))
    if (allow := error.get_headers()) and status == 405:
        response.headers.update({k: v for k, v in allow if k.lower() == "allow"})
    response.status_code = status
    return response


def _tell_unexpected(error: Exception) -> Response:
    _log.error("http.request.failed", path=request.path, method=request.method, exc_info=error)
    return _tell(InternalError(_request_id()))


def _add_probes(app: Flask, door: Door) -> None:
    @probe
    def healthz() -> Response:
        return _json(200, {"status": "alive"})

    @probe
    def readyz() -> Response:
        return _json(*door.readiness.report())

    @probe
    def metrics() -> Response:
        body, content_type = render_metrics(request.headers.get("Accept"))
        return Response(body, content_type=content_type)

    for path, view in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_url_rule(path, f"probe.{path[1:]}", view, methods=["GET"])


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), status=status, content_type="application/json")
