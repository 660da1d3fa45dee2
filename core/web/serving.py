"""Serves a door with uvicorn: one set of limits for plain requests and sockets."""

from __future__ import annotations

import gc
from typing import Any

LIMITS: dict[str, Any] = {
    # Compressing small live messages costs more than it saves.
    "ws_per_message_deflate": False,
    "ws_max_size": 16 * 1024,
    "ws_max_queue": 8,
    "timeout_graceful_shutdown": 5,
    "access_log": False,
    "server_header": False,
}


_CYCLES_AFTER = 20_000


def serve(application: Any, *, host: str, port: int) -> None:
    """Serve an ASGI application until SIGTERM or Ctrl-C; logging is configured already."""
    import uvicorn

    # Modules live as long as the process: walking them for cycles stops it for a tenth of a second.
    gc.collect()
    gc.freeze()
    # What a request makes is freed by its last reference. The usual 700 has every tenth request
    # look for cycles among the hundreds that are being answered.
    gc.set_threshold(_CYCLES_AFTER)
    uvicorn.run(
        application,
        host=host,
        port=port,
        log_config=None,
        lifespan="on",
        # Forwarding headers are read by the door itself, from proxies it was told of.
        proxy_headers=False,
        **LIMITS,
    )
