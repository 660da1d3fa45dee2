"""Noticing that another transaction committed, without asking the database in a busy loop."""

from __future__ import annotations

import sqlite3
import threading
import time
from typing import Protocol

import psycopg
from sqlalchemy import URL

# The channel that appended events are announced on (PostgreSQL).
CHANNEL = "royal_events"
_POLL_SECONDS = 0.15
_SLICE_SECONDS = 0.5
_RETRY_SECONDS = 1.0


class ChangeWaiter(Protocol):
    """Waits for commits. One thread waits; any thread may close."""

    def wait(self, timeout: float) -> bool:
        """True as soon as something may have changed since the last call; False after seconds."""

    def close(self) -> None:
        """End a wait in progress and give the connection back."""


class SqliteChanges:
    """Compares ``PRAGMA data_version``, which moves when another connection commits."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._seen = self._version()

    def wait(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while not self._closed.is_set():
            version = self._version()
            if version != self._seen:
                self._seen = version
                return True
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            self._closed.wait(min(_POLL_SECONDS, remaining))
        return False

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._connection.close()

    def _version(self) -> int:
        with self._lock:
            if self._closed.is_set():
                return self._seen
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


class PostgresChanges:
    """Listens on ``CHANNEL``; while the server is away it answers "maybe" once a second."""

    def __init__(self, url: URL) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None
        try:
            self._connection = self._listen()
        except psycopg.Error:
            self._connection = None

    def wait(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while not self._closed.is_set():
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            with self._lock:
                if self._maybe_changed(min(_SLICE_SECONDS, remaining)):
                    return True
        return False

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._drop()

    def _maybe_changed(self, seconds: float) -> bool:
        if self._closed.is_set():
            return False
        try:
            if self._connection is None:
                self._connection = self._listen()
                # What was announced while nobody listened is lost: look once.
                return True
            return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))
        except psycopg.Error:
            self._drop()
            self._closed.wait(min(_RETRY_SECONDS, seconds))
            return True

    def _listen(self) -> psycopg.Connection:
        connection = psycopg.connect(self._address, autocommit=True, connect_timeout=5)
        connection.execute(f"LISTEN {CHANNEL}".encode())
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
