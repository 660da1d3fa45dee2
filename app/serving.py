"""Serves the coordinator with uvicorn: plain requests and the live feed on one port."""

from __future__ import annotations

from typing import Any

from flask import Flask

UVICORN_LIMITS: dict[str, Any] = {
    "ws_per_message_deflate": False,
    "ws_max_size": 16 * 1024,
    "ws_max_queue": 8,
    "timeout_graceful_shutdown": 5,
    "access_log": False,
    "server_header": False,
}


def serve(application: Flask) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    import uvicorn

    from app.asgi import wrap

    settings = application.extensions["royal.settings"]
    uvicorn.run(
        wrap(application),
        host=settings.host,
        port=settings.port,
        log_config=None,
        lifespan="on",
        proxy_headers=settings.trusted_proxies > 0,
        **UVICORN_LIMITS,
    )
