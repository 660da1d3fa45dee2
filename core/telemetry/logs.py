"""Structured logs: JSON for machines in production, readable lines in development."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import date
from decimal import Decimal
from typing import Any

import structlog

from core.telemetry.scrub import scrub, scrub_text

Processor = structlog.typing.Processor


def configure_logging(level: str = "INFO", json: bool = False) -> None:
    """Send our logs and every library's through one formatter to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        _plain_message,
        _as_written,
        _scrubbed,
    ]
    structlog.configure(
        processors=[
            # First: what is not wanted is not made ready either.
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "alembic", "asyncio", "uvicorn.access", "hypercorn.access"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    # Its schema steps are forty lines at a first start that tell nobody anything.
    logging.getLogger("dbos").setLevel(max(logging.WARNING, root.level))
    for own in ("uvicorn", "uvicorn.error", "gunicorn.error"):
        logger = logging.getLogger(own)
        logger.handlers, logger.propagate = [], True


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of one module; call it as ``log.info("noun.verb.outcome", key=value)``."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def bind(**values: str | None) -> None:
    """Put ids (request, run, store) on every line this task logs from now on."""
    structlog.contextvars.bind_contextvars(**{k: v for k, v in values.items() if v is not None})


def clear() -> None:
    """Forget what ``bind`` put on the lines."""
    structlog.contextvars.clear_contextvars()


def json_wanted(log_format: str, flask_env: str) -> bool:
    """``auto`` means JSON in production or when nobody reads standard error on a terminal."""
    if log_format == "auto":
        return flask_env == "production"
    return log_format == "json"


def _rendering(json: bool) -> list[Processor]:
    if json:
        return [
            structlog.processors.format_exc_info,
            _scrubbed_exception,
            structlog.processors.EventRenamer("event"),
            structlog.processors.JSONRenderer(sort_keys=False, default=str),
        ]
    return [
        structlog.processors.format_exc_info,
        _scrubbed_exception,
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=32),
    ]


def _plain_message(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop the second, coloured copy of the message that uvicorn puts beside it."""
    entry.pop("color_message", None)
    return entry


def _as_written(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Times and amounts as an API writes them, not as Python's repr does."""
    for key, value in entry.items():
        if isinstance(value, date):
            entry[key] = value.isoformat()
        elif isinstance(value, Decimal):
            entry[key] = str(value)
    return entry


def _scrubbed(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> dict[str, Any]:
    kept = {key: entry[key] for key in ("exc_info", "_record", "_from_structlog") if key in entry}
    rest = {key: value for key, value in entry.items() if key not in kept}
    return {**scrub(rest), **kept}


def _scrubbed_exception(
    _logger: Any, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if isinstance(entry.get("exception"), str):
        entry["exception"] = scrub_text(entry["exception"])
    return entry
