"""One call of a model: how it ended, how long it took, and what it used if anybody says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic_ai.usage import RequestUsage, RunUsage

from royal_platform.commerce.language.model import Answered
from royal_platform.llm.errors import problem_of
from royal_platform.llm.prices import Cost

# Where a usage is not the server's, its details count the replies that were estimated.
_ESTIMATED = "estimated_replies"
_CHARACTERS_PER_TOKEN = 4


@dataclass
class Call:
    """``used`` is None where the server did not say; ``outcome`` is ``ok``, ``cancelled`` or a
    problem's slug.
    """

    outcome: str = "ok"
    seconds: float = 0.0
    first_token_seconds: float | None = None
    model: str | None = None
    used: RequestUsage | None = None

    def answered(self, cost: Cost | None) -> Answered:
        """The call as it is kept; ``cost`` is None where nobody knows it."""
        first, used = self.first_token_seconds, self.used
        return Answered(
            self.outcome,
            _milliseconds(self.seconds),
            None if first is None else _milliseconds(first),
            self.model,
            None if used is None else used.input_tokens,
            None if used is None else used.output_tokens,
            None if cost is None else cost.amount,
            None if cost is None else cost.currency,
        )


@contextmanager
def timed() -> Generator[Call]:
    """A call that knows how it ended and how long it took, once it ended."""
    began = time.perf_counter()
    call = Call()
    try:
        yield call
    except (asyncio.CancelledError, GeneratorExit):
        call.outcome = "cancelled"
        raise
    except Exception as error:
        problem = problem_of(error)
        call.outcome = "internal" if problem is None else problem.slug
        raise
    finally:
        call.seconds = time.perf_counter() - began


def measured(used: RequestUsage) -> RequestUsage | None:
    """``used`` as the server counted it; None where it did not, or not yet."""
    return used if used.total_tokens and not is_estimated(used) else None


def estimated(read: Iterable[str], written: Iterable[str]) -> RequestUsage:
    """What texts come to at four characters a token, marked as an estimate.

    So that budgets hold for a server that does not say what it used; nobody is told it as a fact.
    """
    return RequestUsage(
        input_tokens=_tokens(read), output_tokens=_tokens(written), details={_ESTIMATED: 1}
    )


def is_estimated(used: RequestUsage | RunUsage) -> bool:
    """Whether any part of ``used`` is an estimate of ours."""
    return bool(used.details.get(_ESTIMATED))


def _tokens(texts: Iterable[str]) -> int:
    return -(-sum(map(len, texts)) // _CHARACTERS_PER_TOKEN)


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
