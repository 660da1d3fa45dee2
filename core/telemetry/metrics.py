"""Prometheus metrics of this process, in its text format or OpenMetrics."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import accumulate

from prometheus_client import REGISTRY, Gauge, Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BOUNDS = (*map(str, _BUCKETS), "+Inf")
UNMATCHED = "unmatched"
# service, method, route, status
_Answered = tuple[str, str, str, int]


class _Answers(Collector):
    """Requests answered, counted as numbers: the library's own counters take five locks for each.

    Routes are templates and methods a few, so there are a few hundred rows at most.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        # How many took up to each bound and no less, and their seconds.
        self._found: dict[_Answered, tuple[list[int], list[float]]] = {}

    def add(self, answered: _Answered, seconds: float) -> None:
        with self._turn:
            found = self._found.get(answered)
            if found is None:
                found = self._found[answered] = ([0] * len(_BOUNDS), [0.0])
            found[0][bisect_left(_BUCKETS, seconds)] += 1
            found[1][0] += seconds

    def collect(self) -> Iterator[Metric]:
        count = CounterMetricFamily(
            "royal_http_requests", "HTTP requests answered, by route template.",
            labels=("service", "method", "route", "status"),
        )  # fmt: skip
        took = HistogramMetricFamily(
            "royal_http_request_seconds", "Time to answer an HTTP request, in seconds.",
            labels=("service", "method", "route"),
        )  # fmt: skip
        routes: dict[tuple[str, str, str], tuple[list[int], float]] = {}
        with self._turn:
            found = [(key, list(counts), total[0]) for key, (counts, total) in self._found.items()]
        for (*route, status), counts, seconds in found:
            count.add_metric([*route, str(status)], sum(counts))
            before, sofar = routes.get((route[0], route[1], route[2]), ([0] * len(_BOUNDS), 0.0))
            added = [one + other for one, other in zip(before, counts, strict=True)]
            routes[route[0], route[1], route[2]] = added, sofar + seconds
        for key, (counts, seconds) in routes.items():
            buckets = list(zip(_BOUNDS, accumulate(counts), strict=True))
            took.add_metric(key, buckets, sum_value=seconds)
        yield count
        yield took


_answers = _Answers()
REGISTRY.register(_answers)
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
    _answers.add((service, method, route or UNMATCHED, status), seconds)


def render_metrics(accept: str | None = None) -> tuple[bytes, str]:
    """Every metric as text and its content type, OpenMetrics when ``accept`` asks for it."""
    BUILD.labels(build_version()).set(1)
    encode, content_type = choose_encoder(accept or "")
    return encode(REGISTRY), content_type
