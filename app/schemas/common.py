"""Shapes that every list, number and error shares."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

Source = Literal["shopify", "sandbox", "import"]

# Amounts travel as decimal strings: JSON numbers would be read as floats.
Amount = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["89.00"]}),
]

# More edits than a row can have, and few enough for every database's integers.
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Model(BaseModel):
    """The base of every answer: unknown fields are a programming error."""

    model_config = ConfigDict(
        extra="forbid",
        from_attributes=True,
        populate_by_name=True,
        json_schema_serialization_defaults_required=True,
    )


class Given(BaseModel):
    """The base of every body a caller sends.

    A misspelt field is refused: `dryrun` must not start a true run, nor `scopes` lift every stop.
    """

    model_config = ConfigDict(extra="forbid")


class MoneyOut(Model):
    """An amount with its currency, e.g. ``{"amount": "89.00", "currency": "EUR"}``."""

    amount: Amount
    currency: str


class SubjectOut(Model):
    type: str
    id: str
    title: str


class PhraseOut(Model):
    """What is said, for readers of another language: a key and its parameters as text.

    ``terms`` has the keys of the parameters that are words themselves. A reader who does not know
    a key shows the English text that stands beside it.
    """

    key: str
    params: dict[str, str]
    terms: dict[str, str]


class ChangeOut(Model):
    """One line of the diff: what is, what is proposed, what was written and read back."""

    field: str
    now: str | None
    proposed: str | None
    written: str | None
    unit: str


class Provenance(Model):
    """Where a figure comes from and as of when (the store's time)."""

    source: Source
    as_of: datetime
    partial: bool = Field(
        False,
        description="True until the store was read whole once: figures are of the part read.",
    )


class Problem(Model):
    """RFC 9457 problem document; ``remedy`` says what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    instance: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] = Field(default_factory=list)


class PageQuery(BaseModel):
    """Cursor paging: pass ``next_cursor`` of one page as ``cursor`` of the next."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=250)
