"""What a model server can refuse or fail at, as problems with the chat protocol's slugs."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

import math
from collections.abc import Iterator

from core.errors import NotConfigured, RateLimited, RoyalError, TooLarge, Unavailable


class ModelRefusedKey(NotConfigured):
    """The server does not accept the key, or the key may not use the model (401, 403)."""

    title, slug = "The model refuses our key", "model-refused-key"


class ModelUnknown(NotConfigured):
    """The server has no model of this name (404)."""

    title, slug = "Unknown model", "model-unknown"


class QuotaExhausted(Unavailable):
    """The account has no credit left; waiting does not help."""

    title, slug = "Quota exhausted", "quota-exhausted"


class ModelRateLimited(RateLimited):
    """Too many requests or tokens per minute; ``retry_after`` is in seconds."""

    def __init__(self, detail: str, *, remedy: str, retry_after: float | None) -> None:
        headers = {} if retry_after is None else {"Retry-After": str(math.ceil(retry_after))}
        super().__init__(detail, remedy=remedy, headers=headers)
        self.retry_after = retry_after


class ModelUnavailable(Unavailable):
    """The server does not answer, fails, breaks off, or is too slow."""

    title = "The model does not answer"


class TooLong(TooLarge):
    """More text than the model can read at once."""

    title, slug = "Too long for the model", "too-long"


class ModelRejected(RoyalError):
    """The server does not accept the request itself, e.g. it knows no tools."""

    status, title, slug = 502, "The model rejects the request", "model-rejected"


class ModelDeclined(RoyalError):
    """The model, or its content filter, will not answer this."""

    status, title, slug = 422, "The model declines", "model-declined"


class ModelOffSchema(RoyalError):
    """The model did not give a usable answer in the asked form, however often it was asked."""

    status, title, slug = 502, "The model's answer is unusable", "model-off-schema"


def problem_of(error: BaseException) -> RoyalError | None:
    """``error`` of pydantic-ai as a problem that a person can act on; None for any other error.

    Of a group (every fallback failed) the first one, which is the model that was meant.
    """
    if isinstance(error, RoyalError):
        return error
    # Imported by whoever raised ``error`` already; importing it costs nothing here.
    from pydantic_ai import exceptions as ai

    if isinstance(error, BaseExceptionGroup):
        return next((told for told in map(problem_of, _leaves(error)) if told is not None), None)
    if isinstance(error, ai.ModelAPIError):
        return _api_problem(error)
    if isinstance(error, ai.ContentFilterError):
        return ModelDeclined(
            "The model's content filter stopped the answer.", remedy="Ask it in other words."
        )
    if isinstance(error, ai.UnexpectedModelBehavior):
        return ModelOffSchema(
            "The model did not answer in the form that was asked for.",
            remedy="Try again, or set OPENAI_MODEL to a model that calls tools reliably.",
        )
    return None


def _api_problem(error: Exception) -> RoyalError:
    from pydantic_ai import exceptions as ai

    model = getattr(error, "model_name", "the model")
    if isinstance(error, ai.ModelAuthenticationError):
        return ModelRefusedKey(
            "The model server refuses our key.",
            remedy="Check OPENAI_API_KEY (and OPENAI_ORG_ID); store a new one with "
            "`royal secrets set OPENAI_API_KEY`.",
        )
    if isinstance(error, ai.ModelNotFoundError):
        return ModelUnknown(
            f"The model server does not know {model!r}.",
            remedy="Check OPENAI_MODEL, OPENAI_MODEL_ROUTINE and OPENAI_BASE_URL.",
        )
    if isinstance(error, ai.ModelQuotaExceededError):
        return QuotaExhausted(
            "The account at the model server has no credit left.",
            remedy="Top it up or raise its limit; slash commands work meanwhile.",
        )
    if isinstance(error, ai.ModelRateLimitError):
        wait = error.retry_after
        when = "in a minute" if wait is None else f"in {math.ceil(wait)} seconds"
        return ModelRateLimited(
            f"The model server takes no more requests for {model!r} now.",
            remedy=f"Ask again {when}.",
            retry_after=wait,
        )
    if isinstance(error, ai.ModelContextWindowExceededError):
        return TooLong(
            f"That is more than {model!r} can read at once.",
            remedy="Shorten the message, or begin a new conversation.",
        )
    if isinstance(error, ai.ModelRequestRejectedError):
        return ModelRejected(
            f"The model server does not accept the request for {model!r}.",
            remedy="Check that OPENAI_MODEL names a chat model that can call tools.",
        )
    return _unavailable(error)


def _unavailable(error: Exception) -> ModelUnavailable:
    from pydantic_ai import exceptions as ai

    if isinstance(error, ai.ModelRequestTimeout):
        waited = "first token" if error.setting == "first_event_timeout" else "whole answer"
        return ModelUnavailable(
            f"No {waited} came from the model within {error.timeout:g} seconds.",
            remedy="Ask again; OPENAI_FIRST_TOKEN_SECONDS and OPENAI_TIMEOUT_SECONDS set the wait.",
        )
    status = getattr(error, "status_code", None)
    happened = f"answered with {status}" if status else "does not answer or broke off"
    return ModelUnavailable(
        f"The model server {happened}.", remedy="Ask again later; see OPENAI_BASE_URL."
    )


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _leaves(each)
        else:
            yield each
