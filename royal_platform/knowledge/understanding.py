"""What a customer's message means: by labelled examples, and by a model where one is configured.

A message is data: whatever it asks for, it gets one of the labels there are. A model that was
talked into another label than the examples are sure of makes the message one for a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core.errors import NotConfigured, RoyalError
from core.telemetry.logs import get_logger
from royal_platform.commerce.language.ports import Llm
from royal_platform.commerce.support.examples import Guess
from royal_platform.commerce.support.intents import LABELS, Intent, intent_of
from royal_platform.commerce.support.model import Sentiment, ThreadMessage, Triage, Urgency
from royal_platform.commerce.support.tongues import language_of
from royal_platform.knowledge.labelled import Labelled

# What a message wants stands at its beginning; a pasted novel costs no more than a page.
_LONGEST = 1_000
_log = get_logger(__name__)


class Understanding:
    """``Classifier`` on labelled examples; ``llm`` gives a model for what belongs to a thread."""

    def __init__(self, labelled: Labelled, llm: Callable[[str], Llm]) -> None:
        self._labelled = labelled
        self._llm = llm

    async def triage(self, message: ThreadMessage) -> Triage:
        """Language, intent, sentiment and urgency of one message."""
        text = f"{message.subject}\n{message.text}".strip()[:_LONGEST]
        sure, sentiment, urgency = await asyncio.to_thread(self._by_examples, text)
        intent, reason = judged(sure, await self._by_model(text, message.thread_id))
        return Triage(
            message_id=message.id,
            language=language_of(message.text or message.subject),
            intent=intent,
            sentiment=Sentiment(sentiment.label),
            urgency=Urgency(urgency.label),
            confidence=round(sure.confidence, 3),
            reasons=(reason,),
        )

    def _by_examples(self, text: str) -> tuple[Guess, Guess, Guess]:
        vector, taught = self._labelled.embedder.query(text), self._labelled.taught()
        return (
            taught.intent.label(vector),
            taught.sentiment.guess(vector),
            taught.urgency.label(vector),
        )

    async def _by_model(self, text: str, thread_id: str) -> Intent | None:
        """The model's label; None where no model answers."""
        try:
            told = await self._llm(thread_id).classify(text, LABELS, purpose="support triage")
        except NotConfigured:
            return None
        except RoyalError as error:
            _log.warning("support.triage.model_failed", thread_id=thread_id, slug=error.slug)
            return None
        return intent_of(told.label)


def judged(examples: Guess, model: Intent | None) -> tuple[Intent, str]:
    """The intent of both readings, and why: a clear contradiction is for a person."""
    ours = intent_of(examples.label)
    how = f"examples: {ours} ({examples.confidence:.2f})"
    if model is None:
        return ours, how
    both = f"{how}; model: {model}"
    if Intent.UNSURE in (ours, model):
        return (model if ours is Intent.UNSURE else ours), both
    return (ours, both) if ours is model else (Intent.UNSURE, f"{both}; they disagree")
