"""Idempotency keys of writes that are under way."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Flights:
    """Which (client, key) is being worked on; thread-safe."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many writes are under way."""
        return len(self._keys)

    @contextmanager
    def taking(self, client_id: str, key: str) -> Iterator[bool]:
        """Whether the key was free; it is taken until the block ends."""
        own = (client_id, key)
        with self._lock:
            free = own not in self._keys
            self._keys.add(own)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._keys.discard(own)
