"""The gunicorn worker that serves the coordinator asynchronously, sockets included."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import Flask
from uvicorn_worker import UvicornWorker

from app.asgi import wrap
from core.web.serving import LIMITS


class CoordinatorWorker(UvicornWorker):  # type: ignore[misc, unused-ignore]
    """A uvicorn worker whose loading wraps the Flask application it was pointed at."""

    CONFIG_KWARGS: ClassVar[dict[str, Any]] = {
        "loop": "auto", "http": "auto", "lifespan": "on", **LIMITS,
    }  # fmt: skip

    def load_wsgi(self) -> None:
        """Load ``wsgi:app`` as gunicorn does, then put the asynchronous shell around it."""
        super().load_wsgi()
        loaded: Any = vars(self)["wsgi"]
        # When loading failed, gunicorn put an application here that tells why.
        if isinstance(loaded, Flask):
            setattr(self, "wsgi", wrap(loaded))  # noqa: B010 - the base class leaves it untyped
