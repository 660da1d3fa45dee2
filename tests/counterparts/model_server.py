"""A model server on loopback: chat completions, embeddings and models, by the official types.

A test scripts what it says: ``server.say(Reply("Hello"), Fault(429, retry_after=3))``; each request
takes the next one. ``server.answer = function`` decides from the request instead. Every answer is
built with ``openai.types``, so a shape that the official client does not know cannot be sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import json
import math
import socket
import struct
import threading
from base64 import b64encode
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import uvicorn
from openai.types import CompletionUsage, CreateEmbeddingResponse, Embedding, Model
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessage
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_chunk import (
    Choice as ChunkChoice,
)
from openai.types.chat.chat_completion_chunk import (
    ChoiceDelta,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
)
from openai.types.chat.chat_completion_message_function_tool_call import (
    ChatCompletionMessageFunctionToolCall,
    Function,
)
from openai.types.completion_usage import PromptTokensDetails
from openai.types.create_embedding_response import Usage as EmbeddingUsage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

KEY = "sk-test-key-of-the-model-server"
MODEL = "test-model"
_DIMENSIONS = 64
_CREATED = 1_767_225_600


@dataclass(frozen=True)
class ToolCall:
    """The model asks for a tool; ``arguments`` is an object, or text to be sent as it is."""

    name: str
    arguments: Any = field(default_factory=dict)
    id: str = ""

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True)
class Reply:
    """What the model says: text (streamed by words or ``letters``), tool calls, or a refusal."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None
    finish_reason: str | None = None
    input_tokens: int = 20
    cached_tokens: int = 0
    output_tokens: int = 10
    # Some compatible servers never say what an answer took.
    counts: bool = True
    # When streamed: break the connection after so many chunks; hold back the first token.
    cut_after: int | None = None
    silent: bool = False
    # When streamed: wait for ``server.release`` after so many chunks.
    hold_after: int | None = None
    letters: bool = False

    def pieces(self) -> list[str]:
        if self.letters:
            return list(self.text)
        words = self.text.split(" ")
        return [word if n == 0 else f" {word}" for n, word in enumerate(words)] if self.text else []


@dataclass(frozen=True)
class Fault:
    """The server refuses: ``status`` with the protocol's error object."""

    status: int
    code: str | None = None
    message: str = "refused by the script"
    type: str = "invalid_request_error"
    retry_after: float | None = None


QUOTA = Fault(429, "insufficient_quota", "You exceeded your current quota.", "insufficient_quota")

Step = Reply | Fault
Answer = Callable[[dict[str, Any]], Step]


class ModelServer:
    """The server; ``requests`` holds the body of every chat request, ``headers`` their headers."""

    def __init__(self, *, key: str = KEY, models: tuple[str, ...] = (MODEL,)) -> None:
        self.key = key
        self.models = list(models)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.embedded: list[str] = []
        self.answer: Answer | None = None
        self.embed: Callable[[str], list[float]] = bag_of_words
        # Set by a test to let held answers go on; clear it to hold the next ones.
        self.release = threading.Event()
        # How many answers are held now.
        self.held = 0
        self._script: deque[Step] = deque()
        self._numbers = itertools.count(1)
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        self._server = uvicorn.Server(
            uvicorn.Config(self._application(), log_level="critical", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(
            target=lambda: self._server.run(sockets=[self._listener]), daemon=True
        )

    def __enter__(self) -> Self:
        # Connections queue at the socket until the server accepts them; nothing to wait for.
        self._listener.listen()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()

    def say(self, *steps: Step) -> None:
        """Answer the next requests with these, in order."""
        self._script.extend(steps)

    @property
    def unsaid(self) -> int:
        """How many scripted answers nobody asked for."""
        return len(self._script)

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/embeddings", self._embeddings, methods=["POST"]),
                Route("/v1/models", self._models),
            ]
        )

    def _refused(self, request: Request, body: dict[str, Any]) -> Response | None:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(Fault(401, "invalid_api_key", "Incorrect API key provided."))
        if body.get("model") not in self.models:
            text = f"The model `{body.get('model')}` does not exist or you do not have access to it"
            return _error(Fault(404, "model_not_found", text))
        return None

    async def _models(self, _request: Request) -> Response:
        listed = [
            Model(id=name, created=_CREATED, object="model", owned_by="tests").model_dump()
            for name in self.models
        ]
        return JSONResponse({"object": "list", "data": listed})

    async def _embeddings(self, request: Request) -> Response:
        body = await request.json()
        if (refused := self._refused(request, body)) is not None:
            return refused
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        self.embedded.extend(texts)
        coded = body.get("encoding_format") == "base64"
        data = [
            Embedding.model_construct(
                embedding=_coded(vector) if coded else vector, index=place, object="embedding"
            )
            for place, vector in enumerate(map(self.embed, texts))
        ]
        used = sum(len(text.split()) for text in texts)
        answer = CreateEmbeddingResponse(
            data=[], model=body["model"], object="list",
            usage=EmbeddingUsage(prompt_tokens=used, total_tokens=used),
        )  # fmt: skip
        listed = [each.model_dump(warnings=False) for each in data]
        return JSONResponse({**answer.model_dump(), "data": listed})

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        if (refused := self._refused(request, body)) is not None:
            return refused
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        step = self._next(body)
        if isinstance(step, Fault):
            return _error(step)
        number = next(self._numbers)
        if body.get("stream"):
            wants_usage = bool((body.get("stream_options") or {}).get("include_usage"))
            events = _stream(step, body["model"], number, wants_usage, request, self)
            return StreamingResponse(events, media_type="text/event-stream")
        if step.silent:
            await _gone(request)
        return JSONResponse(_whole(step, body["model"], number).model_dump(exclude_unset=True))

    def _next(self, body: dict[str, Any]) -> Step:
        if self._script:
            return self._script.popleft()
        if self.answer is not None:
            return self.answer(body)
        return Fault(500, "unscripted", "The test did not say what the model answers.")


def _finish(reply: Reply) -> Any:
    return reply.finish_reason or ("tool_calls" if reply.tool_calls else "stop")


def _usage(reply: Reply) -> CompletionUsage:
    return CompletionUsage(
        prompt_tokens=reply.input_tokens,
        completion_tokens=reply.output_tokens,
        total_tokens=reply.input_tokens + reply.output_tokens,
        prompt_tokens_details=PromptTokensDetails(cached_tokens=reply.cached_tokens),
    )


def _call_id(reply_number: int, place: int, call: ToolCall) -> str:
    return call.id or f"call_{reply_number}_{place}"


def _whole(reply: Reply, model: str, number: int) -> ChatCompletion:
    calls = [
        ChatCompletionMessageFunctionToolCall(
            id=_call_id(number, place, call),
            function=Function(name=call.name, arguments=call.text),
            type="function",
        )
        for place, call in enumerate(reply.tool_calls)
    ]
    message = ChatCompletionMessage(
        role="assistant", content=reply.text or None, refusal=reply.refusal,
        **({"tool_calls": calls} if calls else {}),
    )  # fmt: skip
    return ChatCompletion(
        id=f"chatcmpl-{number}", created=_CREATED, model=model, object="chat.completion",
        choices=[Choice(finish_reason=_finish(reply), index=0, message=message)],
        **({"usage": _usage(reply)} if reply.counts else {}),
    )  # fmt: skip


def _deltas(reply: Reply, number: int) -> Iterator[ChoiceDelta]:
    yield ChoiceDelta(role="assistant", content="")
    for piece in reply.pieces():
        yield ChoiceDelta(content=piece)
    if reply.refusal:
        yield ChoiceDelta(refusal=reply.refusal)
    for place, call in enumerate(reply.tool_calls):
        yield ChoiceDelta(
            tool_calls=[
                ChoiceDeltaToolCall(
                    index=place, id=_call_id(number, place, call), type="function",
                    function=ChoiceDeltaToolCallFunction(name=call.name, arguments=""),
                )
            ]
        )  # fmt: skip
        # Arguments come in pieces that are not JSON by themselves, as from the real service.
        for start in range(0, len(call.text), 7):
            piece = ChoiceDeltaToolCallFunction(arguments=call.text[start : start + 7])
            yield ChoiceDelta(tool_calls=[ChoiceDeltaToolCall(index=place, function=piece)])


async def _stream(
    reply: Reply,
    model: str,
    number: int,
    wants_usage: bool,
    request: Request,
    server: ModelServer,
) -> AsyncIterator[str]:
    def event(choices: list[ChunkChoice], usage: CompletionUsage | None = None) -> str:
        chunk = ChatCompletionChunk(
            id=f"chatcmpl-{number}", created=_CREATED, model=model, choices=choices,
            object="chat.completion.chunk", **({} if usage is None else {"usage": usage}),
        )  # fmt: skip
        return f"data: {chunk.model_dump_json(exclude_unset=True)}\n\n"

    if reply.silent:
        await _gone(request)
        return
    for sent, delta in enumerate(_deltas(reply, number)):
        if reply.cut_after is not None and sent >= reply.cut_after:
            # The server drops a connection whose body is not finished.
            raise ConnectionResetError("cut by the script")
        if sent == reply.hold_after:
            server.held += 1
            while not server.release.is_set():
                await asyncio.sleep(0.01)
            server.held -= 1
        yield event([ChunkChoice(delta=delta, index=0, finish_reason=None)])
    yield event([ChunkChoice(delta=ChoiceDelta(), index=0, finish_reason=_finish(reply))])
    if wants_usage and reply.counts:
        yield event([], _usage(reply))
    yield "data: [DONE]\n\n"


async def _gone(request: Request) -> None:
    """Return when the caller has given up."""
    while (await request.receive())["type"] != "http.disconnect":
        await asyncio.sleep(0)


def _error(fault: Fault) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    body = {"message": fault.message, "type": fault.type, "param": None, "code": fault.code}
    return JSONResponse({"error": body}, status_code=fault.status, headers=headers)


def bag_of_words(text: str) -> list[float]:
    """A unit vector in which texts that share words are near."""
    vector = [0.0] * _DIMENSIONS
    for word in text.lower().split():
        vector[hashlib.sha256(word.encode()).digest()[0] % _DIMENSIONS] += 1.0
    length = math.sqrt(sum(value * value for value in vector)) or 1.0
    return [value / length for value in vector]


def _coded(vector: list[float]) -> str:
    return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


@contextlib.contextmanager
def model_server(**options: Any) -> Iterator[ModelServer]:
    """A running model server."""
    with ModelServer(**options) as server:
        yield server
