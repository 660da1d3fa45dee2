"""``/docs`` for a FastAPI door: our own page, because the usual one is fetched from elsewhere."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response

from core.web.permissions import public
from core.web.reference import STYLE, page


def add_reference(app: FastAPI) -> None:
    """Serve the reference page; create the application with ``docs_url=None``."""

    @app.get("/docs", include_in_schema=False)
    @public
    async def docs() -> Response:
        return Response(page(app.openapi(), "/docs/style.css"), media_type="text/html")

    @app.get("/docs/style.css", include_in_schema=False)
    @public
    async def docs_style() -> Response:
        return Response(STYLE, media_type="text/css")
