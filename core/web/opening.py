"""Something a door needs but may not have yet: opened once, tried again after a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from core.errors import RoyalError, Unavailable
from core.storage.database import Database
from core.telemetry.logs import get_logger
from core.web.health import HealthCheck

Thing = TypeVar("Thing")
_log = get_logger(__name__)


class Opening(Generic[Thing]):
    """Opens a thing at first use, in one thread at a time; remembers a failure for a moment.

    A door starts and answers health checks while what it stands on is still missing. ``follow``
    returns what has taken its place, or the same thing.
    """

    def __init__(
        self,
        name: str,
        open_it: Callable[[], Thing],
        close_it: Callable[[Thing], None],
        *,
        follow: Callable[[Thing], Thing] | None = None,
        follow_seconds: float = 1.0,
        retry_seconds: float = 2.0,
        wait_seconds: float = 10.0,
    ) -> None:
        self.name = name
        self._open = open_it
        self._close = close_it
        self._follow = follow
        self._follow_seconds = follow_seconds
        self._followed_at = 0.0
        self._retry = retry_seconds
        self._wait = wait_seconds
        self._turn = threading.Lock()
        self._begun = threading.Lock()
        self._thing: Thing | None = None
        self._failure: RoyalError | None = None
        self._failed_at = 0.0
        self._stopped = threading.Event()

    def peek(self) -> Thing | None:
        """The thing if it is open; never waits."""
        return self._thing

    def get(self) -> Thing:
        """The thing, opened now if need be. Raises the ``RoyalError`` that prevents it."""
        if self._thing is not None:
            return self._current(self._thing)
        if not self._turn.acquire(timeout=self._wait):
            raise self._unavailable()
        try:
            return self._opened()
        finally:
            self._turn.release()

    def _current(self, thing: Thing) -> Thing:
        """The thing, looked after once in a while: what it stands for may have been replaced."""
        now = time.monotonic()
        if self._follow is None or (
            self._followed_at > 0 and now - self._followed_at < self._follow_seconds
        ):
            return thing
        if not self._turn.acquire(blocking=False):
            return thing
        try:
            self._followed_at = now
            self._thing = self._follow(thing)
            return self._thing
        except RoyalError as error:
            # What is open goes on; whoever uses it is told by its own failure.
            _log.warning("door.following.failed", what=self.name, detail=error.detail)
            return thing
        finally:
            self._turn.release()

    def look_again(self) -> None:
        """Look now for what has taken its place; whoever asks after this gets that."""
        with self._turn:
            if self._thing is not None and self._follow is not None:
                self._thing = self._follow(self._thing)
                self._followed_at = time.monotonic()

    def check(self) -> None:
        """Raise what prevents the thing from being open; has it opened, never waits for it."""
        if self._thing is None:
            self.begin()
            raise self._failure or self._unavailable()

    def begin(self) -> None:
        """Keep trying in the background until it is open; a second call changes nothing."""
        if self._begun.acquire(blocking=False):
            threading.Thread(
                target=self._keep_trying, name=f"open-{self.name}", daemon=True
            ).start()

    def close(self) -> None:
        """Close the thing if it is open."""
        self._stopped.set()
        with self._turn:
            thing, self._thing = self._thing, None
        if thing is not None:
            self._close(thing)

    def _opened(self) -> Thing:
        if self._thing is not None:
            return self._thing
        if self._stopped.is_set():
            raise self._unavailable()
        if self._failure is not None and time.monotonic() - self._failed_at < self._retry:
            raise self._failure
        try:
            self._thing = self._open()
        except RoyalError as error:
            self._failure, self._failed_at = error, time.monotonic()
            raise
        self._failure = None
        return self._thing

    def _keep_trying(self) -> None:
        told = ""
        while not self._stopped.is_set():
            try:
                self.get()
            except RoyalError as error:
                if error.detail != told:
                    told = error.detail
                    _log.warning(
                        "door.opening.failed", what=self.name, detail=told, remedy=error.remedy
                    )
                self._stopped.wait(self._retry)
            else:
                return

    def _unavailable(self) -> Unavailable:
        return Unavailable(
            f"The {self.name} is not open yet.", remedy="Try again in a few seconds."
        )


def database_check(
    opening: Opening[Thing], database_of: Callable[[Thing], Database]
) -> HealthCheck:
    """The required check of a door that stands on a database."""

    def ping() -> None:
        opening.check()
        database_of(opening.get()).ping()

    return HealthCheck("database", True, ping, "Check DATABASE_URL and the disk.")
