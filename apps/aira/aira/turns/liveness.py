"""Tells whether the process that answers a turn still lives."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path


def worker_name() -> str:
    """A name for this process that no other has: where it runs, its number, and chance."""
    return f"{_place()}:{os.getpid()}:{secrets.token_hex(4)}"


def known_dead(worker: str, *, mine: str) -> bool:
    """True when ``worker`` ran where we run and its process is gone; False when we cannot know.

    Process numbers mean something only within one namespace, which is part of the place.
    """
    place, _, rest = worker.partition(":")
    number, _, _ = rest.partition(":")
    if worker == mine or place != _place() or not number.isdigit():
        return False
    if int(number) == os.getpid():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _place() -> str:
    namespace = ""
    with suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    return f"{socket.gethostname()[:40]}/{namespace}"
