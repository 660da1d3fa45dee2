"""Log lines of the sandbox, each saying that it is the sandbox."""

from typing import Any

import structlog


def get_logger(name: str) -> Any:
    """A structlog logger that labels every line `service=store-sandbox`."""
    return structlog.get_logger(name, service="store-sandbox")
