"""What a model is shown: personal values are hidden on the way out and restored on the way back.

Wrap the model, and nothing else has to think of it; whoever runs the agent sees plain text only::

    shield = Shield.of(platform, purpose="chat", actor=caller.name, about=conversation.id)
    model = shield.around(await platform.models.get("reasoning"))
    async with agent.iter(text, model=model, message_history=history) as run: ...

Make one shield per conversation run and feed it the whole history: tokens are given in the order
of appearance, so the same history gives the same tokens. Prompts, instructions, tool results and
arguments in the history are hidden; text, thinking and tool arguments that come back are restored,
also when they are streamed. Known names come from the store's customers (``platform.people``);
mail, telephone and street addresses are found by their shape. ``MODEL_CLEAR_FIELDS`` names what may
be seen. Each call is recorded in ``platform.sent`` before it is made, with what it took
once it ended: ``royal audit model-calls``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

import orjson
from pydantic_ai import RunContext
from pydantic_ai.messages import (
    BaseToolCallPart,
    ModelMessage,
    ModelResponse,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
)
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage
from pydantic_core import to_jsonable_python

from core.errors import Unavailable
from core.settings import Settings
from core.telemetry.logs import get_logger
from royal_platform.commerce.language.model import PersonalField, PersonalValue, Sent
from royal_platform.commerce.language.ports import People, SentLog
from royal_platform.commerce.language.pseudonyms import Pseudonyms, tokens_in
from royal_platform.llm.calls import Call, estimated, measured, timed
from royal_platform.llm.prices import cost_of

Item = TypeVar("Item")
_TEXTUAL = ("content", "args", "instructions")
_log = get_logger(__name__)


def clear_fields(settings: Settings) -> frozenset[PersonalField]:
    """The personal fields that a model may see as they are."""
    return frozenset(PersonalField(each) for each in settings.model_clear_fields.split(",") if each)


class ShieldedPlatform(Protocol):
    """What a shield takes from the platform."""

    @property
    def settings(self) -> Settings: ...

    @property
    def people(self) -> People: ...

    @property
    def sent(self) -> SentLog: ...


@dataclass
class Shield:
    """The pseudonyms of one conversation, who is known, and where what was sent is kept.

    ``settings`` have the models' prices.
    """

    pseudonyms: Pseudonyms
    people: People
    log: SentLog
    settings: Settings
    purpose: str
    actor: str
    about: str
    _searched: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def of(cls, platform: ShieldedPlatform, *, purpose: str, actor: str, about: str) -> Shield:
        """A shield by the platform's settings, customers and log."""
        names = Pseudonyms(clear_fields(platform.settings))
        return cls(names, platform.people, platform.sent, platform.settings, purpose, actor, about)

    def around(self, model: Model) -> PrivateModel:
        """``model``, shown nothing personal."""
        return PrivateModel(model, self)

    def learn(self, values: Iterable[PersonalValue]) -> None:
        """Hide these values too."""
        self.pseudonyms.learn(values)

    def cut(self, text: str, most: int) -> str:
        """About the first ``most`` characters of ``text``, never ending amid a personal value.

        Half a name would be nobody's, and seen. Reads the store's names: call it in a thread.
        """
        if len(text) <= most:
            return text
        self.learn(self.people.named_in(text))
        shown = self.pseudonyms.hide(text)[:most]
        return self.pseudonyms.restore(shown[: self.pseudonyms.begun(shown)])

    def hidden(self, messages: Sequence[ModelMessage]) -> list[ModelMessage]:
        """``messages`` with personal values hidden; the given ones stay as they are."""
        # Each request of an answer sends the whole conversation again.
        fresh = [text for text in dict.fromkeys(_texts(messages)) if text not in self._searched]
        self._searched.update(fresh)
        self.learn(self.people.named_in("\n".join(fresh)))
        return [_mapped(message, self.pseudonyms.hide) for message in messages]

    def record(self, model: str, texts: Sequence[str]) -> str:
        """Keep what is about to be sent; the call's id."""
        kept = tuple(dict.fromkeys(texts))
        return self.log.record(
            Sent(model, self.purpose, self.actor, self.about, kept, tokens_in(kept))
        )

    def answered(self, call_id: str, call: Call, asked: str) -> None:
        """Keep how a call of the model ``asked`` ended; an answer is not lost when this fails."""
        cost = None
        if call.used is not None:
            cost = cost_of(self.settings, call.model or asked, call.used) or cost_of(
                self.settings, asked, call.used
            )
        try:
            self.log.answered(call_id, call.answered(cost))
        except Unavailable as error:
            _log.warning("model.answer.unrecorded", call_id=call_id, slug=error.slug)

    def restored(self, response: ModelResponse) -> ModelResponse:
        """``response`` with the values again."""
        return _mapped(response, self.pseudonyms.restore)


@dataclass(init=False)
class PrivateModel(WrapperModel):
    """A model that is shown tokens instead of personal values."""

    def __init__(self, wrapped: Model, shield: Shield) -> None:
        super().__init__(wrapped)
        self._shield = shield

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        """Hide, ask, restore."""
        asked = await asyncio.to_thread(self._prepare, messages, model_request_parameters)
        async with self._kept(asked) as call:
            answer = await self.wrapped.request(asked.messages, model_settings, asked.parameters)
            call.model = answer.model_name
            call.used = measured(answer.usage)
            answer.usage = call.used or asked.estimate(answer)
        return self._shield.restored(answer)

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        """Hide, ask, and restore as the answer comes."""
        asked = await asyncio.to_thread(self._prepare, messages, model_request_parameters)
        async with self._kept(asked) as call:
            began = time.perf_counter()
            async with self.wrapped.request_stream(
                asked.messages, model_settings, asked.parameters, run_context
            ) as stream:
                try:
                    yield RestoringStream(
                        model_request_parameters, stream, self._shield.pseudonyms, asked
                    )
                finally:
                    call.model = stream.model_name
                    call.used = measured(stream.usage)
                    call.first_token_seconds = stream.time_to_first_chunk(began)

    @asynccontextmanager
    async def _kept(self, asked: Asked) -> AsyncGenerator[Call]:
        """Keep how the call ended, whatever way it does."""
        call = Call()
        try:
            with timed() as call:
                yield call
        finally:
            await asyncio.to_thread(self._shield.answered, asked.call_id, call, self.model_name)

    def _prepare(self, messages: list[ModelMessage], parameters: ModelRequestParameters) -> Asked:
        shown = self._shield.hidden(messages)
        parts = parameters.instruction_parts
        asked = parameters
        if parts:
            asked = copy(parameters)
            asked.instruction_parts = [_mapped(p, self._shield.pseudonyms.hide) for p in parts]
        # Instructions stand in the parameters and in the newest message: kept once.
        told = [part.content for part in asked.instruction_parts or ()]
        return Asked(self._shield.record(self.model_name, [*told, *_texts(shown)]), shown, asked)


@dataclass(frozen=True)
class Asked:
    """What a model is asked, personal values hidden, under the id it is kept by."""

    call_id: str
    messages: list[ModelMessage]
    parameters: ModelRequestParameters

    def estimate(self, answer: ModelResponse) -> RequestUsage:
        """What the call took, for a server that does not say."""
        tools = [*self.parameters.function_tools, *self.parameters.output_tools]
        schemas = [
            orjson.dumps([each.name, each.description, each.parameters_json_schema]).decode()
            for each in tools
        ]
        told = [part.content for part in self.parameters.instruction_parts or ()]
        return estimated([*schemas, *told, *_texts(self.messages)], _texts([answer]))


@dataclass
class RestoringStream(StreamedResponse):
    """A stream in which tokens become values again; half a token waits for its other half."""

    inner: StreamedResponse = field(kw_only=False)
    pseudonyms: Pseudonyms = field(kw_only=False)
    asked: Asked = field(kw_only=False)

    async def _get_event_iterator(self) -> AsyncIterator[ModelResponseStreamEvent]:
        waiting: dict[int, str] = {}
        async for event in self.inner:
            if isinstance(event, PartStartEvent):
                part = event.part
                if isinstance(part, TextPart):
                    for piece in self._text(waiting, event.index, part.content):
                        yield piece
                elif not isinstance(part, BaseToolCallPart | ThinkingPart):
                    yield self._parts_manager.handle_part(vendor_part_id=event.index, part=part)
            elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                for piece in self._text(waiting, event.index, event.delta.content_delta):
                    yield piece
            elif isinstance(event, PartEndEvent):
                for piece in self._ended(waiting, event):
                    yield piece
        self._take_over()

    def _text(
        self, waiting: dict[int, str], index: int, piece: str
    ) -> Iterable[ModelResponseStreamEvent]:
        text = waiting.pop(index, "") + piece
        begun = self.pseudonyms.begun(text)
        if begun < len(text):
            waiting[index] = text[begun:]
        return self._say(index, text[:begun])

    def _say(self, index: int, text: str) -> Iterable[ModelResponseStreamEvent]:
        content = self.pseudonyms.restore(text)
        return self._parts_manager.handle_text_delta(vendor_part_id=index, content=content)

    def _ended(
        self, waiting: dict[int, str], event: PartEndEvent
    ) -> Iterable[ModelResponseStreamEvent]:
        part = event.part
        if isinstance(part, TextPart):
            rest = waiting.pop(event.index, "")
            return self._say(event.index, rest) if rest else ()
        if isinstance(part, BaseToolCallPart | ThinkingPart):
            # Arguments are JSON in pieces: only the whole can be restored without breaking it.
            whole = _mapped(part, self.pseudonyms.restore)
            return (self._parts_manager.handle_part(vendor_part_id=event.index, part=whole),)
        return ()

    def _take_over(self) -> None:
        for name in ("provider_response_id", "provider_details", "finish_reason", "state"):
            setattr(self, name, getattr(self.inner, name))

    @property
    def usage(self) -> RequestUsage:
        """The usage of the stream inside; an estimate where the server said none."""
        used = self.inner.usage
        return self.asked.estimate(self.inner.get()) if used.unmeasured_requests else used

    @property
    def model_name(self) -> str:
        """Who answers."""
        return self.inner.model_name

    @property
    def provider_name(self) -> str | None:
        """Whose model it is."""
        return self.inner.provider_name

    @property
    def provider_url(self) -> str | None:
        """Where it is."""
        return self.inner.provider_url

    @property
    def timestamp(self) -> datetime:
        """When it began to answer."""
        return self.inner.timestamp

    async def close_stream(self) -> None:
        """Close the stream inside."""
        await self.inner.close_stream()


def _texts(messages: Sequence[ModelMessage]) -> list[str]:
    texts: list[str] = []

    def keep(text: str) -> str:
        texts.append(text)
        return text

    for message in messages:
        _mapped(message, keep)
    return texts


def _mapped(item: Item, change: Callable[[str], str]) -> Item:
    """A copy of a message or part, each of its texts changed."""
    made: Any = copy(item)
    if hasattr(made, "parts"):
        made.parts = [_mapped(part, change) for part in made.parts]
    for name in _TEXTUAL:
        value = getattr(made, name, None)
        if value is not None and not (name == "content" and _computed(made)):
            setattr(
                made, name, _arguments(value, change) if name == "args" else _any(value, change)
            )
    return cast("Item", made)


def _computed(item: Any) -> bool:
    return isinstance(getattr(type(item), "content", None), property)


def _arguments(value: Any, change: Callable[[str], str]) -> Any:
    """Tool arguments: an object, or its JSON, which stays JSON."""
    if not isinstance(value, str):
        return _any(value, change)
    try:
        return orjson.dumps(_any(orjson.loads(value), change)).decode()
    except orjson.JSONDecodeError:
        return change(value)


def _any(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_any(each, change) for each in value]
    if isinstance(value, dict):
        return {_any(key, change): _any(each, change) for key, each in value.items()}
    if value is None or isinstance(value, bool | int | float) or hasattr(value, "media_type"):
        return value
    if hasattr(value, "content") and isinstance(value.content, str):
        return _mapped(value, change)
    return _any(to_jsonable_python(value), change)
