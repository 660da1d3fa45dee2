"""Prometheus metrics of this process, in its text format or OpenMetrics."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
UNMATCHED = "unmatched"

HTTP_REQUESTS = Counter(
    "royal_http_requests",
    "HTTP requests answered, by route template.",
    ("service", "method", "route", "status"),
)
HTTP_SECONDS = Histogram(
    "royal_http_request_seconds",
    "Time to answer an HTTP request, in seconds.",
    ("service", "method", "route"),
    buckets=_BUCKETS,
)
BUILD = Gauge("royal_build_info", "Always 1; the labels say what runs.", ("version",))


@lru_cache(maxsize=1)
def build_version() -> str:
    """The installed version of this project."""
    try:
        return version("royal-equips-orchestrator")
    except PackageNotFoundError:
        return "0"


def observe_request(
    service: str, method: str, route: str | None, status: int, seconds: float
) -> None:
    """Count one answered request. ``route`` is the template, never the path somebody asked for."""
    method = method if method in _METHODS else "OTHER"
    route = route or UNMATCHED
    count, took = _of(service, method, route, status)
    count.inc()
    took.observe(seconds)


# Routes are templates and methods a few, so this is a few hundred at most.
@cache
def _of(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return (
        HTTP_REQUESTS.labels(service, method, route, str(status)),
        HTTP_SECONDS.labels(service, method, route),
    )


def render_metrics(accept: str | None = None) -> tuple[bytes, str]:
    """Every metric as text and its content type, OpenMetrics when ``accept`` asks for it."""
    BUILD.labels(build_version()).set(1)
    encode, content_type = choose_encoder(accept or "")
    return encode(REGISTRY), content_type
