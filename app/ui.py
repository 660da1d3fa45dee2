"""The built command center: its files, and its one page for every address it knows itself."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from flask import Flask, Request, Response, request, send_from_directory

from app.access import public
from core.errors import NotFound

BUILT = Path(__file__).resolve().parent.parent / "apps" / "command-center-ui" / "dist"
_FOREVER = "public, max-age=31536000, immutable"
_NEVER_STALE = "no-cache"
# What other doors or routes own is never the page's.
_NOT_THE_PAGE = ("v1", "assets", "ws", "docs", "login", "healthz", "readyz", "metrics")


def register(application: Flask, built: Path = BUILT) -> None:
    """Serve the command center from ``built`` (the result of ``pnpm build``)."""

    @application.get("/", defaults={"name": ""}, endpoint="ui")
    @application.get("/<path:name>", endpoint="ui")
    @public
    def ui(name: str) -> Response:
        if name and (built / name).is_file():
            return _file(built, name)
        if is_navigation(request, name):
            return _page(built)
        raise NotFound(f"There is nothing at {request.path!r}.", remedy="See /docs for the routes.")


def is_navigation(wanted: Request, name: str) -> bool:
    """True when a browser opens a page, as opposed to asking for a file or data."""
    path = PurePosixPath(name)
    if path.suffix or (path.parts and path.parts[0] in _NOT_THE_PAGE):
        return False
    mode = wanted.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and "text/html" in wanted.headers.get("Accept", "")


def _file(built: Path, name: str) -> Response:
    response = send_from_directory(built, name)
    response.headers["Cache-Control"] = _FOREVER if name.startswith("assets/") else _NEVER_STALE
    return response


def _page(built: Path) -> Response:
    if (built / "index.html").is_file():
        return _file(built, "index.html")
    text = (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Not built</title>"
        "<h1>The command center is not built yet</h1><p>Run <code>make run</code>, or "
        "<code>pnpm build</code> in <code>apps/command-center-ui</code>. "
        'The interface for programs is described at <a href="/docs">/docs</a>.'
    )
    return Response(text, status=503, mimetype="text/html", headers={"Cache-Control": "no-store"})
