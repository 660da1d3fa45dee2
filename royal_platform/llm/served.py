"""The official client and model, spared from working the same tools over for every request.

AIRA shows a model some fifty tools. Their schemas do not change between requests, yet putting them
into the server's form and walking them by the client's types took longer than all else before the
first token (`python -m bench --only aira`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from openai import AsyncOpenAI, Omit, omit
from openai.resources.chat.completions import AsyncCompletions
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.tools import ToolDefinition


class ServedChatModel(OpenAIChatModel):
    """A chat model that puts each schema into the server's form once."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._made: dict[bytes, ToolDefinition] = {}

    def customize_request_parameters(
        self, model_request_parameters: ModelRequestParameters
    ) -> ModelRequestParameters:
        """As the model does it; tools seen before are taken from memory."""
        tools = model_request_parameters.function_tools
        asked = super().customize_request_parameters(
            replace(model_request_parameters, function_tools=[])
        )
        return replace(asked, function_tools=[self._tool(tool) for tool in tools])

    def _tool(self, tool: ToolDefinition) -> ToolDefinition:
        # Schemas are told apart by what they say: a name can come to mean another tool.
        key = orjson.dumps((tool.parameters_json_schema, tool.strict))
        if key not in self._made:
            alone = ModelRequestParameters(function_tools=[tool])
            (self._made[key],) = super().customize_request_parameters(alone).function_tools
        made = self._made[key]
        return replace(tool, parameters_json_schema=made.parameters_json_schema, strict=made.strict)


class UnwalkedCompletions(AsyncCompletions):
    """Completions whose tools go into the body as they are.

    The client would walk them by its types to rename keys, of which tools have none to rename.
    """

    async def create(
        self, *, tools: Any | Omit = omit, extra_body: Any = None, **given: Any
    ) -> Any:
        """Ask for a completion."""
        body = extra_body if isinstance(tools, Omit) else {**(extra_body or {}), "tools": tools}
        return await super().create(extra_body=body, **given)


def spared(client: AsyncOpenAI) -> AsyncOpenAI:
    """``client``, sending the tools of chat completions as they are."""
    # A cached property, filled in before anybody reads it.
    vars(client.chat)["completions"] = UnwalkedCompletions(client)
    return client
