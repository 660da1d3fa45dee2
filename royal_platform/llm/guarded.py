"""A model behind a circuit breaker, each of its calls measured."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic_ai import RunContext
from pydantic_ai.exceptions import (
    ModelConnectionError,
    ModelRequestTimeout,
    ModelServerError,
    ModelUnavailableError,
)
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from core.resilience import CircuitBreaker
from royal_platform.llm.calls import Call, measured, timed
from royal_platform.llm.metrics import observe_call
from royal_platform.llm.prices import Cost

# Failures of the server, not of the request: only these open the breaker.
DOWN = (ModelConnectionError, ModelRequestTimeout, ModelServerError, ModelUnavailableError)


@dataclass(init=False)
class GuardedModel(WrapperModel):
    """``wrapped``, left alone for a while after it failed several times in a row."""

    def __init__(
        self,
        wrapped: Model,
        breaker: CircuitBreaker,
        price: Callable[[str, RequestUsage], Cost | None],
    ) -> None:
        super().__init__(wrapped)
        self._breaker = breaker
        self._price = price

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Ask and wait for the whole answer."""
        with self._measured() as call, self._breaker.guarded():
            answer = await self.wrapped.request(messages, model_settings, model_request_parameters)
            call.used = measured(answer.usage)
        return answer

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Ask and hand the answer over as it comes; a break in the stream counts as a failure."""
        asked = time.perf_counter()
        with self._measured() as call, self._breaker.guarded():
            async with self.wrapped.request_stream(
                messages, model_settings, model_request_parameters, run_context
            ) as stream:
                try:
                    yield stream
                finally:
                    call.used = measured(stream.usage)
                    call.first_token_seconds = stream.time_to_first_chunk(asked)

    @contextmanager
    def _measured(self) -> Generator[Call]:
        call = Call()
        try:
            with timed() as call:
                yield call
        finally:
            cost = None if call.used is None else self._price(self.model_name, call.used)
            observe_call(
                self.model_name, call.outcome, call.seconds, used=call.used, cost=cost,
                first_token_seconds=call.first_token_seconds,
            )  # fmt: skip
