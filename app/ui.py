"""The built command center: its files, and its one page for every address it knows itself."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from flask import Flask, Request, Response, request, send_from_directory
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join

from core.web.http_faults import fault_of

BUILT = Path(__file__).resolve().parent.parent / "apps" / "command-center-ui" / "dist"
_FOREVER = "public, max-age=31536000, immutable"
_NEVER_STALE = "no-cache"
# What other doors or routes own is never the page's.
_NOT_THE_PAGE = ("v1", "assets", "ws", "docs", "healthz", "readyz", "metrics")


def register(application: Flask, built: Path = BUILT) -> None:
    """Serve the command center from ``built`` (the result of ``pnpm build``).

    What no route answers is looked up here, so an unknown ``/v1`` address stays a problem.
    """

    @application.errorhandler(NotFound)
    def ui(_error: NotFound) -> ResponseReturnValue:
        name = request.path.lstrip("/")
        if request.method in {"GET", "HEAD"}:
            if name and not name.startswith("v1/") and _is_built(built, name):
                return _file(built, name)
            if not name or is_navigation(request, name):
                return _page(built)
        return application.handle_user_exception(fault_of(404, request.method, request.path))


def is_navigation(wanted: Request, name: str) -> bool:
    """True when a browser opens a page, as opposed to asking for a file or data."""
    path = PurePosixPath(name)
    if path.suffix or (path.parts and path.parts[0] in _NOT_THE_PAGE):
        return False
    mode = wanted.headers.get("Sec-Fetch-Mode", "navigate")
    return mode == "navigate" and "text/html" in wanted.headers.get("Accept", "")


def _is_built(built: Path, name: str) -> bool:
    """True for a file of the built page; what lies outside is not even looked for."""
    found = safe_join(str(built), name)
    try:
        return found is not None and Path(found).is_file()
    except OSError:
        # A name longer than the file system knows.
        return False


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
