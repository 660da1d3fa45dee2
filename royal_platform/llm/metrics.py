"""Every model call in Prometheus: which model, how it ended, tokens, cost and latency."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from royal_platform.llm.prices import Cost, Tokens

_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0)

CALLS = Counter("royal_model_calls", "Calls of a model, by how they ended.", ("model", "outcome"))
TOKENS = Counter("royal_model_tokens", "Tokens read and written.", ("model", "direction"))
UNMEASURED = Counter(
    "royal_model_unmeasured_calls", "Calls whose tokens and cost nobody knows.", ("model",)
)
COST = Counter("royal_model_cost", "Money spent, by configured prices.", ("model", "currency"))
CALL_SECONDS = Histogram(
    "royal_model_call_seconds", "From request to the last token.", ("model",), buckets=_SECONDS
)
FIRST_TOKEN_SECONDS = Histogram(
    "royal_model_first_token_seconds",
    "From request to the first token of a stream.",
    ("model",),
    buckets=_SECONDS,
)


def observe_call(
    model: str,
    outcome: str,
    seconds: float,
    *,
    used: Tokens | None = None,
    cost: Cost | None = None,
    first_token_seconds: float | None = None,
) -> None:
    """Count one call; ``outcome`` is ``ok``, ``cancelled`` or the slug of the problem.

    ``used`` None: the server did not say what it took, which is not nothing.
    """
    CALLS.labels(model, outcome).inc()
    CALL_SECONDS.labels(model).observe(seconds)
    if used is None:
        UNMEASURED.labels(model).inc()
    else:
        cached = min(used.cache_read_tokens, used.input_tokens)
        TOKENS.labels(model, "input").inc(used.input_tokens - cached)
        TOKENS.labels(model, "cached").inc(cached)
        TOKENS.labels(model, "output").inc(used.output_tokens)
    if cost is not None:
        COST.labels(model, cost.currency).inc(float(cost.amount))
    if first_token_seconds is not None:
        FIRST_TOKEN_SECONDS.labels(model).observe(first_token_seconds)
