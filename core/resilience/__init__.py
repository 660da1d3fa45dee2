"""Keeping calls to the outside world polite and bounded."""

from core.resilience.breaker import BreakerState, CircuitBreaker
from core.resilience.bucket import TokenBucket
from core.resilience.retry import RetryPolicy, retry, retry_after_seconds

__all__ = [
    "BreakerState",
    "CircuitBreaker",
    "RetryPolicy",
    "TokenBucket",
    "retry",
    "retry_after_seconds",
]
