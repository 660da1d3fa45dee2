"""What every model of an answer shares; the models themselves are generated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

# A link that opens a file without a token: not shown when its holder is printed.
Secret = Annotated[str | None, Field(repr=False)]


class Answer(BaseModel):
    """Camel case on the wire; fields we did not ask for are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class UserError(Protocol):
    """Why a business rule of the store refuses a change."""

    @property
    def field(self) -> Sequence[str] | None: ...

    @property
    def message(self) -> str: ...


class Outcome(Protocol):
    """The answer to a mutation."""

    @property
    def user_errors(self) -> Sequence[UserError]: ...
