"""``/docs`` and ``/openapi.json``, and the answer to plain HTTP on ``/ws``."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson
from flask import Response
from flask_openapi3.openapi import OpenAPI

from app.access import public
from app.openapi import document
from core.web.http_faults import fault_of
from core.web.reference import STYLE, page


def register(application: OpenAPI) -> None:
    """Serve the documents; they describe the code that runs and nothing of the store."""

    @cache
    def described() -> dict[str, Any]:
        return document(application)

    @application.route("/openapi.json")
    @public
    def openapi() -> Response:
        return Response(orjson.dumps(described()), mimetype="application/json")

    @application.route("/docs")
    @public
    def docs() -> Response:
        return Response(page(described(), "/docs/style.css"), mimetype="text/html")

    @application.route("/docs/style.css")
    @public
    def docs_style() -> Response:
        return Response(STYLE, mimetype="text/css")

    @application.route("/ws")
    @public
    def live_feed() -> Response:
        error = fault_of(426, "GET", "/ws")
        error.headers.update({"Upgrade": "websocket", "Connection": "Upgrade"})
        raise error
