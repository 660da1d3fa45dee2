"""What a call cost, by the prices the user configured; without them nobody guesses."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from core.settings import Settings

_MILLION = Decimal(1_000_000)


class Tokens(Protocol):
    """Counted tokens; ``input_tokens`` includes ``cache_read_tokens`` (pydantic-ai's usage)."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount in the currency of the configured prices, not rounded."""

    amount: Decimal
    currency: str


def cost_of(settings: Settings, model: str, used: Tokens) -> Cost | None:
    """What ``used`` cost on ``model``; None when no price is configured for it."""
    price = settings.openai_prices.get(model)
    if price is None:
        return None
    cached_price = price.input if price.cached_input is None else price.cached_input
    cached = min(used.cache_read_tokens, used.input_tokens)
    amount = (
        price.input * (used.input_tokens - cached)
        + cached_price * cached
        + price.output * used.output_tokens
    ) / _MILLION
    return Cost(amount, settings.openai_price_currency)
