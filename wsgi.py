"""The production entry: ``app`` is the coordinator; ``python wsgi.py`` serves it with sockets."""

from __future__ import annotations

from app import create_app
from app.serving import serve

app = application = create_app()

if __name__ == "__main__":
    serve(app)
