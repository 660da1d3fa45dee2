"""Serves the coordinator: plain requests and the live feed on one port."""

from __future__ import annotations

from flask import Flask

from app.asgi import wrap
from core.web import serving


def serve(application: Flask) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    settings = application.extensions["royal.settings"]
    serving.serve(wrap(application), host=settings.host, port=settings.port)
