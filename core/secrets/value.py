"""A secret's value: usable as text, unreadable wherever it might be shown by accident."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, Self

from core.errors import RoyalError


class SecretValue(str):
    """A ``str`` whose ``repr`` hides it, so that a header can use it and a log cannot show it.

    ``source`` says which store had it.

    ``stale`` means its store did not answer and this is the last value it gave.
    """

    __slots__ = ("source", "stale")

    source: str
    stale: bool
    # What the log scrubber looks for.
    is_secret: ClassVar[bool] = True

    def __new__(cls, value: str, *, source: str = "unknown", stale: bool = False) -> Self:
        secret = super().__new__(cls, value)
        secret.source = source
        secret.stale = stale
        return secret

    def __repr__(self) -> str:
        return f"SecretValue('***', source={self.source!r})"

    def __reduce__(self) -> NoReturn:
        # A pickled secret ends up in a file or another process's log.
        raise TypeError("a secret is not pickled")

    def __deepcopy__(self, _memo: dict[int, Any]) -> SecretValue:
        return self

    def __copy__(self) -> SecretValue:
        return self


class SecretNotFoundError(RoyalError):
    """No store has this secret; says the name and where it was looked for."""

    status, title, slug = 503, "Secret not found", "secret-not-found"

    def __init__(self, name: str, looked_in: tuple[str, ...]) -> None:
        places = ", ".join(looked_in)
        super().__init__(
            f"The secret {name!r} was not found in: {places}.",
            remedy=f"Set {name} in the environment, or store it with `royal secrets set {name}`.",
        )
        self.name = name
        self.looked_in = looked_in
