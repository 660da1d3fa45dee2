"""A grant kept in memory, for one process."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from core.security.grants import Grant


class MemoryGrants:
    """``GrantStore`` without a database; ``refusals`` are what people would be told."""

    def __init__(self, grant: Grant | None = None) -> None:
        self.grant = grant
        self.refusals: list[str] = []
        self._turn = threading.Lock()

    def read(self) -> Grant | None:
        return self.grant

    def save(self, grant: Grant) -> None:
        self.grant = grant
        self.refusals.clear()

    def accepted(self) -> None:
        self.refusals.clear()

    def refused(self, grant: Grant | None, detail: str) -> None:
        self.grant = self.grant or grant
        self.refusals.append(detail)

    def turn(self) -> AbstractContextManager[bool]:
        return self._turn
