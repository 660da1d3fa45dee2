"""Lets ``gunicorn wsgi:app`` serve the live feed too: its worker wraps Flask in our ASGI shell."""

from core.settings import get_settings, load_dotenv

load_dotenv()
_settings = get_settings()

bind = f"{_settings.host}:{_settings.port}"
worker_class = "app.gunicorn_worker.CoordinatorWorker"
# The feed and the database pool are per process; two serve a small machine well.
workers = 2
graceful_timeout = 5
timeout = 60
keepalive = 5
forwarded_allow_ips = "127.0.0.1"
# Each worker opens its own connections: none may be inherited through a fork.
preload_app = False
