"""The models port without a network: a function says what the model says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic_ai.models.function import FunctionModel, StreamFunctionDef

from royal_platform.llm.configuration import Configuration
from royal_platform.llm.prices import Cost


@dataclass
class SpokenModels:
    """Every purpose gets one model, which streams what ``speak`` yields."""

    speak: StreamFunctionDef

    async def configuration(self) -> Configuration:
        return Configuration(api_key="k", reasoning="spoken", routine="spoken")

    async def missing(self) -> tuple[str, ...]:
        return ()

    def demand(self) -> None:
        """There is one."""

    async def get(self, _purpose: str) -> FunctionModel:
        return FunctionModel(stream_function=self.speak, model_name="spoken")

    def cost(self, _model: str, used: Any) -> Cost | None:
        return Cost(Decimal(used.output_tokens), "EUR")

    async def close(self) -> None:
        """Nothing is open."""
