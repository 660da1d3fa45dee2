"""What language models were shown."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from app.schemas.common import Model, MoneyOut, PageQuery


class ModelCallOut(Model):
    """One call. ``hidden``: how many tokens stood for names, addresses, mail, telephone numbers.

    ``outcome`` is ``ok``, ``cancelled``, a problem's slug, or null while no end is known. Tokens
    are null where the server did not say them, ``cost`` where no price is configured or the tokens
    are unknown. ``answered_by`` is the model that answered, ``model`` the one that was asked.
    """

    id: str
    at: datetime
    model: str
    purpose: str
    actor: str
    about: str
    characters: int
    hidden: dict[str, int]
    outcome: str | None
    answered_by: str | None
    milliseconds: int | None
    first_token_milliseconds: int | None
    input_tokens: int | None
    output_tokens: int | None
    cost: MoneyOut | None


class ModelCallPage(Model):
    data: list[ModelCallOut]
    next_cursor: str | None
    total: int


class ModelCallDetail(ModelCallOut):
    """With the very texts that were sent, in order; null where a text was erased."""

    texts: list[str | None]
    digests: list[str]


class ModelCallQuery(PageQuery):
    about: str | None = Field(None, max_length=80, description="Of one conversation or run.")


class ModelCallPath(BaseModel):
    call_id: str = Field(max_length=80)
