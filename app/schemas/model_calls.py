"""What language models were shown."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from app.schemas.common import Model, PageQuery


class ModelCallOut(Model):
    """One call. ``hidden``: how many tokens stood for names, addresses, mail, telephone numbers."""

    id: str
    at: datetime
    model: str
    purpose: str
    actor: str
    about: str
    characters: int
    hidden: dict[str, int]


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
