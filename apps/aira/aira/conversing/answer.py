"""Answers a message with a model that may use the tools: streamed, cited, measured, resumable."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pydantic_ai import Agent
from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)
from pydantic_ai.result import AgentStream
from pydantic_ai.run import AgentRun
from pydantic_ai.usage import RequestUsage, RunUsage, UsageLimits

from aira import schemas
from aira.conversing.budget import BudgetSpent, card, reserve
from aira.conversing.citing import CitationFilter
from aira.conversing.compaction import compacted
from aira.conversing.history import before, dumped, history, question, restored
from aira.conversing.instructions import instructions
from aira.conversing.routing import purpose_of
from aira.conversing.toolset import Talk, agent_for, people_in, result_room
from aira.tools import Asked
from aira.turns.events import event
from aira.turns.journal import Journal
from aira.turns.spent import Spent
from aira.turns.tool_use import ToolUse
from core.errors import RoyalError
from royal_platform.llm.calls import is_estimated
from royal_platform.llm.errors import problem_of
from royal_platform.llm.privacy import Shield
from royal_platform.persistence.model_usage import Usage

# Replies of the model in one answer: a question that needs more is asked in parts.
_STEPS = 12
# Tokens that a reply of the model, and what it is told of the tools, are expected to take.
_REPLY = 4_000


class TooManySteps(RoyalError):
    """The model went on using tools without coming to an answer."""

    status, title, slug = 422, "Too many steps", "invalid"


async def converse(asked: Asked, journal: Journal, spent: Spent) -> None:
    """Answer the journal's turn. Raises the ``RoyalError`` that ended it; ``spent`` is filled."""
    conversing = Conversing(asked, journal, spent)
    try:
        await conversing.run()
    except BudgetSpent as error:
        await journal.record(("approval", card(error, asked.caller)))
        raise
    except UsageLimitExceeded as error:
        raise await conversing.over_the_limit() from error
    except (RoyalError, asyncio.CancelledError):
        raise
    except BaseException as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from error
    finally:
        conversing.account()


@dataclass
class Conversing:
    """One answer by a model."""

    asked: Asked
    journal: Journal
    spent: Spent
    began: float = field(default_factory=time.perf_counter)
    first_token_seconds: float | None = None
    model_name: str = ""
    usage: RunUsage = field(default_factory=RunUsage)
    replies: list[ModelResponse] = field(default_factory=list)
    limits: UsageLimits = field(default_factory=lambda: UsageLimits(request_limit=_STEPS))

    async def run(self) -> None:
        """Ask the model and do what it asks for until it has answered."""
        platform, turn = self.asked.platform, self.journal.turn
        purpose = purpose_of(turn.text)
        shield = Shield.of(
            platform, purpose="chat", actor=turn.speaker.name, about=turn.conversation_id
        )
        model = shield.around(await platform.models.get(purpose))
        self.model_name = model.model_name
        found = await asyncio.to_thread(before, platform, turn)
        await self._reserve(found.tokens)
        shorter = await compacted(platform, found, self.usage, shield.cut)
        if shorter is not found:
            told = schemas.CompactedData(turns=shorter.conversation.summarised)
            await self.journal.record(event(told))
        saved = restored(turn.messages or [])
        self._count(saved)
        earlier = await asyncio.to_thread(history, shorter, shield.cut)
        told_before = [*earlier, *saved]
        shield.learn(people_in(told_before))
        context = platform.settings.openai_context_tokens
        talk = Talk(
            ToolUse(self.asked, self.journal), shield, _replies(saved), result_room(context)
        )
        agent = agent_for(self.asked.caller.permissions, context, turn.text, told_before)
        async with agent.iter(
            None if saved else question(turn, found.store),
            model=model,
            message_history=told_before,
            instructions=instructions(found.store),
            deps=talk,
            usage=self.usage,
            usage_limits=self.limits,
        ) as run:
            await self._through(run, talk, saved)

    async def _reserve(self, prompt: int) -> None:
        """Hold what a reply to about ``prompt`` tokens may take, beside what was taken already."""
        platform, used = self.asked.platform, self.usage
        expected = RequestUsage(
            input_tokens=used.input_tokens + prompt, output_tokens=used.output_tokens + _REPLY
        )
        cost = platform.models.cost(self.model_name, expected)
        held = Usage(
            0, expected.input_tokens, expected.output_tokens,
            None if cost is None else cost.amount, None if cost is None else cost.currency,
        )  # fmt: skip
        left = await asyncio.to_thread(reserve, platform, self.journal.turn, held)
        self.limits.total_tokens_limit = left

    def _count(self, saved: Sequence[ModelMessage]) -> None:
        """What the process before us took of the model counts too."""
        for each in saved:
            if isinstance(each, ModelResponse):
                self.replies.append(each)
                self.usage.incr(each.usage)
                self.usage.requests += 1

    async def _through(
        self, run: AgentRun[Talk, str], talk: Talk, saved: list[ModelMessage]
    ) -> None:
        async for node in run:
            if not Agent.is_model_request_node(node):
                continue
            if self.replies:
                await self._reserve(self.replies[-1].usage.total_tokens)
            async with node.stream(run.ctx) as stream:
                await self._tell(stream, talk.tools)
            talk.steps += 1
            reply = run.all_messages()[-1]
            if isinstance(reply, ModelResponse):
                self.replies.append(reply)
            messages = dumped([*saved, *run.new_messages()])
            self.spent.messages = messages
            if any(isinstance(part, ToolCallPart) for part in reply.parts):
                # From here on the answer can be taken up again: the calls are made once.
                self.journal.settle()
                await self.journal.record(messages=messages, kept=self.journal.last)

    async def _tell(self, stream: AgentStream[Talk, str], tools: ToolUse) -> None:
        """Say the text of one reply as it comes."""
        checked = CitationFilter(lambda: tools.citations)
        begun = False
        async for each in stream:
            piece = _text_of(each)
            if not piece:
                continue
            if self.first_token_seconds is None:
                self.first_token_seconds = time.perf_counter() - self.began
            if not begun and self.journal.has_text:
                piece = f"\n\n{piece}"
            begun = True
            await self.journal.text(checked.feed(piece))
        await self.journal.text(checked.rest())

    def account(self) -> None:
        """Leave behind what the answer took of the model."""
        used = self.usage
        if not used.requests:
            return
        cost = self._cost()
        answered = self.replies[-1].model_name if self.replies else None
        self.spent.usage = Usage(
            used.requests, used.input_tokens, used.output_tokens,
            None if cost is None else cost[0], None if cost is None else cost[1],
        )  # fmt: skip
        guessed = is_estimated(used)
        told = schemas.UsageData(
            model=answered or self.model_name,
            requests=used.requests,
            input_tokens=None if guessed else used.input_tokens,
            output_tokens=None if guessed else used.output_tokens,
            estimated_tokens=used.total_tokens if guessed else None,
            seconds=round(time.perf_counter() - self.began, 3),
            first_token_seconds=None
            if self.first_token_seconds is None
            else round(self.first_token_seconds, 3),
            cost=None
            if cost is None or guessed
            else schemas.MoneyOut(amount=format(cost[0].normalize(), "f"), currency=cost[1]),
        )
        self.spent.events.append(event(told))

    async def over_the_limit(self) -> RoyalError:
        """Why a limit ended the answer: the day's budget, or too many steps."""
        if self.usage.requests < _STEPS:
            spent = BudgetSpent.amid(self.journal.turn.speaker.name, self.usage.total_tokens)
            await self.journal.record(("approval", card(spent, self.asked.caller)))
            return spent
        return TooManySteps(
            f"The model used tools {_STEPS} times without coming to an answer.",
            remedy="Ask for less at once; what was found is above.",
        )

    def _cost(self) -> tuple[Decimal, str] | None:
        """The sum over the replies and what else was used; None when a part has no price."""
        models = self.asked.platform.models
        costs, told = [], RunUsage()
        for reply in self.replies:
            told.incr(reply.usage)
            name = reply.model_name or self.model_name
            costs.append(
                models.cost(name, reply.usage) or models.cost(self.model_name, reply.usage)
            )
        # A summary of what went before, or the reply that went over the limit.
        rest = self.usage - told
        if rest.total_tokens:
            costs.append(models.cost(self.model_name, rest))
        known = [cost for cost in costs if cost is not None]
        if not known or len(known) < len(costs):
            return None
        return sum((cost.amount for cost in known), Decimal(0)), known[0].currency


def _replies(messages: Sequence[ModelMessage]) -> int:
    return sum(isinstance(each, ModelResponse) for each in messages)


def _text_of(each: object) -> str:
    if isinstance(each, PartStartEvent) and isinstance(each.part, TextPart):
        return each.part.content
    if isinstance(each, PartDeltaEvent) and isinstance(each.delta, TextPartDelta):
        return each.delta.content_delta
    return ""
